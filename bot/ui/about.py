"""What the bot can do, and what it stores about a person."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

import discord
from discord import ButtonStyle

from bot.core.i18n import Text
from bot.fans.library import PersonalData
from bot.ui.following import follow_name
from bot.ui.interviews import title_or_untitled
from bot.ui.layout import CALM, WARNING, Layout, button, lines, panel, row, rule, small
from bot.ui.markdown import escape_within
from bot.ui.personal_ids import ForgetMe, ShowPersonalData

SECTIONS: Mapping[str, Sequence[str]] = {
    "find": ("search", "artist", "latest", "today", "random"),
    "read": ("read", "continue", "saved", "quote", "discuss"),
    "follow": ("follow", "following", "unfollow"),
    "you": ("mine", "privacy"),
}
"""The fans' commands in the order in which the help shows them."""

_TITLE_LIMIT = 100
_NAME_LIMIT = 60
_NAMES_SHOWN = 10


def help_page(offered: AbstractSet[str], text: Text, *, for_admin: bool) -> Layout:
    """All fans' commands that are `offered`, as mentions to press; an admin also sees how to have
    interviews announced."""
    sections = [
        lines(
            f"**{text(f'help.section.{section}')}**",
            *(
                f"{text.command(f'interviews {name}')} {text(f'help.command.{name}')}"
                for name in commands
                if name in offered
            ),
        )
        for section, commands in SECTIONS.items()
        if not offered.isdisjoint(commands)
    ]
    if for_admin:
        command = f"{text.command('announcements setup')} {text('help.command.add')}"
        sections.append(lines(f"**{text('help.section.admins')}**", command))
    return panel(lines(f"## {text('help.title')}", text("help.intro")), *sections)


def privacy_page(data: PersonalData, text: Text) -> Layout:
    """All that is stored about a person, what is not, and the button to delete it."""
    examples = (
        _last_read(data, text),
        _last_saved(data, text),
        _followed_names(data, text),
        text("privacy.changes-note"),
    )
    stored = [
        lines(f"**{_sentence_start(counted)}**", small(example))
        for counted, example in zip(_counted(data, text), examples, strict=True)
        if counted
    ]
    delete = button(text("privacy.delete"), ForgetMe(sure=False), ButtonStyle.danger)
    return panel(
        f"## {text('privacy.title')}",
        *(stored or [text("privacy.none")]),
        rule(),
        lines(text("privacy.not-kept"), small(text("privacy.servers"))),
        row(delete) if stored else None,
        colour=CALM,
    )


def forget_page(data: PersonalData, text: Text) -> Layout:
    """The question before all of it is deleted."""
    counted = _sentence_start(text.all_of([one for one in _counted(data, text) if one]))
    return panel(
        text("privacy.ask", what=counted),
        row(
            button(text("privacy.sure"), ForgetMe(sure=True), ButtonStyle.danger),
            button(text("privacy.keep"), ShowPersonalData()),
        ),
        colour=WARNING,
    )


def _counted(data: PersonalData, text: Text) -> list[str | None]:
    """How much there is of each kind, in words; ``None`` for nothing."""
    numbers = {
        "privacy.places": data.places.number,
        "privacy.saved": data.saved.number,
        "privacy.follows": len(data.follows),
        "privacy.changes": data.changes,
    }
    return [text.plural(key, number) if number else None for key, number in numbers.items()]


def _last_read(data: PersonalData, text: Text) -> str:
    last = data.last_read
    return _last(last.summary.title, last.place.read_at, text) if last else ""


def _last_saved(data: PersonalData, text: Text) -> str:
    last = data.last_saved
    if last is None:
        return ""
    return _last(last.question or last.interview.summary.title, last.saved.saved_at, text)


def _followed_names(data: PersonalData, text: Text) -> str:
    shown = [follow_name(follow, text) for follow in data.follows[:_NAMES_SHOWN]]
    names = text.listed([escape_within(name, _NAME_LIMIT) for name in shown])
    more = len(data.follows) - _NAMES_SHOWN
    listed = text.plural("privacy.and-more", more, names=names) if more > 0 else names
    return f"{listed}\n-# {text('privacy.language')}" if data.follows else ""


def _last(title: str, when: datetime, text: Text) -> str:
    shown = escape_within(title_or_untitled(title, text), _TITLE_LIMIT)
    return text("privacy.last", title=shown, when=discord.utils.format_dt(when, "R"))


def _sentence_start(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
