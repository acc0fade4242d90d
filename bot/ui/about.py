"""What the bot can do, and what it keeps of a person."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import discord

from bot.core.i18n import Text
from bot.core.model import Follow
from bot.core.text import is_visible, one_line
from bot.store import Count, SavedItem, Started
from bot.ui import ids
from bot.ui.layout import CALM, WARNING, Item, Layout, button, container, row, rule, small, words
from bot.ui.markdown import escape_within, join
from bot.ui.mentions import Mentions

SECTIONS: Mapping[str, Sequence[str]] = {
    "find": ("search", "artist", "latest", "today", "random"),
    "read": ("read", "continue", "saved", "quote"),
    "follow": ("follow", "following", "unfollow"),
    "you": ("privacy",),
}
"""The fans' commands in the order in which they are told."""

_TITLE_LIMIT = 100
_NAME_LIMIT = 60
_NAMES_SHOWN = 10


def help_page(
    offered: Collection[str], text: Text, mention: Mentions, *, for_admin: bool
) -> Layout:
    """All commands of fans that are `offered`, on one screen, to be pressed; an admin is also
    shown how to have interviews announced."""
    items: list[Item | None] = [words(f"## {text('help.title')}\n{text('help.intro')}")]
    for section, commands in SECTIONS.items():
        lines = [
            f"{mention(f'interviews {name}')} {text(f'help.command.{name}')}"
            for name in commands
            if name in offered
        ]
        if lines:
            items.append(words("\n".join([f"**{text(f'help.section.{section}')}**", *lines])))
    if for_admin:
        line = f"{mention('announcements add')} {text('help.command.add')}"
        items.append(words(f"**{text('help.section.admins')}**\n{line}"))
    return Layout(container(*items))


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a person: how much, and of each the newest."""

    places: Count
    saved: Count
    follows: Sequence[Follow]
    last_read: Started | None = None
    last_saved: SavedItem | None = None

    @property
    def is_nothing(self) -> bool:
        return not (self.places.number or self.saved.number or self.follows)


def privacy_page(kept: Kept, text: Text) -> Layout:
    """All that is kept of a person, what is not, and how to have it deleted."""
    told = [_places(kept, text), _saved(kept, text), _follows(kept, text)]
    lines = [text("privacy.none")] if kept.is_nothing else [line for line in told if line]
    delete = button(
        text("privacy.delete"),
        ids.ForgetMe(sure=False).custom_id,
        style=discord.ButtonStyle.danger,
    )
    return Layout(
        container(
            words(f"## {text('privacy.title')}"),
            *map(words, lines),
            rule(),
            words(f"{text('privacy.not-kept')}\n{small(text('privacy.servers'))}"),
            None if kept.is_nothing else row(delete),
            colour=CALM,
        )
    )


def forget_page(kept: Kept, text: Text) -> Layout:
    """The question before all of it is deleted."""
    counted = _sentence_start(
        join(
            [
                text.plural("privacy.places", kept.places.number) if kept.places.number else None,
                text.plural("privacy.saved", kept.saved.number) if kept.saved.number else None,
                text.plural("privacy.follows", len(kept.follows)) if kept.follows else None,
            ],
            ", ",
        )
    )
    return Layout(
        container(
            words(text("privacy.ask", what=counted)),
            row(
                button(
                    text("privacy.sure"),
                    ids.ForgetMe(sure=True).custom_id,
                    style=discord.ButtonStyle.danger,
                ),
                button(text("privacy.keep"), ids.ShowPersonalData().custom_id),
            ),
            colour=WARNING,
        )
    )


def _places(kept: Kept, text: Text) -> str:
    counted = text.plural("privacy.places", kept.places.number)
    last = kept.last_read
    return _told(
        kept.places.number,
        counted,
        _last(last.summary.title, last.place.read_at, text) if last else "",
    )


def _saved(kept: Kept, text: Text) -> str:
    counted = text.plural("privacy.saved", kept.saved.number)
    last = kept.last_saved
    return _told(
        kept.saved.number,
        counted,
        _last(last.question or last.interview.summary.title, last.saved.saved_at, text)
        if last
        else "",
    )


def _follows(kept: Kept, text: Text) -> str:
    names = ", ".join(
        escape_within(follow.name, _NAME_LIMIT)
        for follow in kept.follows[:_NAMES_SHOWN]
        if is_visible(follow.name)
    )
    more = len(kept.follows) - _NAMES_SHOWN
    counted = text.plural("privacy.follows", len(kept.follows))
    return _told(
        len(kept.follows),
        counted,
        text.plural("privacy.and-more", more, names=names) if more > 0 else names,
    )


def _told(number: int, counted: str, example: str) -> str:
    """A thing that is kept, with an example below; "" for none of it."""
    if not number:
        return ""
    return "\n".join(filter(None, [f"**{_sentence_start(counted)}**", small(example)]))


def _last(title: str, when: datetime, text: Text) -> str:
    title = one_line(title)
    shown = escape_within(title if is_visible(title) else text("card.untitled"), _TITLE_LIMIT)
    ago = discord.utils.format_dt(when, "R")
    return text("privacy.last", title=shown, when=ago)


def _sentence_start(words_: str) -> str:
    return words_[:1].upper() + words_[1:]
