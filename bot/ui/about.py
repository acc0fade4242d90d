"""What the bot can do, and what it keeps of a person."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import discord

from bot.i18n import Text
from bot.model import Follow
from bot.store import Count, SavedItem, Started
from bot.ui import ids
from bot.ui.layout import CALM, WARNING, Item, Layout, button, container, row, rule, small, words
from bot.ui.markdown import escape_within, is_visible, join, one_line
from bot.ui.mentions import Mentions

SECTIONS: Mapping[str, Mapping[str, str]] = {
    "help.find": {
        "search": "command.search.description",
        "artist": "command.artist.description",
        "latest": "command.latest.description",
        "today": "command.today.description",
        "random": "command.random.description",
    },
    "help.read": {
        "read": "command.read.description",
        "continue": "command.continue.description",
        "saved": "command.saved.description",
        "quote": "command.quote.description",
    },
    "help.follow": {
        "follow": "command.follow-artist.description",
        "following": "command.following.description",
        "unfollow": "command.unfollow-artist.description",
    },
    "help.you": {"privacy": "command.privacy.description"},
}
"""The fans' commands in the order in which they are told, each with the key of what it does."""

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
            f"{mention(f'interviews {name}')} {text(key)}"
            for name, key in commands.items()
            if name in offered
        ]
        if lines:
            items += [rule(), words("\n".join([f"**{text(section)}**", *lines]))]
    if for_admin:
        line = f"{mention('announcements add')} {text('command.add.description')}"
        items += [rule(), words(f"**{text('help.admins')}**\n{line}")]
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
            words("\n\n".join([f"## {text('privacy.title')}", *lines])),
            rule(),
            words(f"{text('privacy.not-kept')}\n{small(text('privacy.servers'))}"),
            None if kept.is_nothing else row(delete),
            colour=CALM,
        )
    )


def forget_page(kept: Kept, text: Text) -> Layout:
    """The question before all of it is deleted."""
    counted = join(
        [
            text.plural("privacy.places", kept.places.number) if kept.places.number else None,
            text.plural("privacy.saved", kept.saved.number) if kept.saved.number else None,
            text.plural("privacy.follows", len(kept.follows)) if kept.follows else None,
        ],
        ", ",
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
                button(text("privacy.keep"), ids.ShowKept().custom_id),
            ),
            colour=WARNING,
        )
    )


def _places(kept: Kept, text: Text) -> str:
    if not kept.places.number:
        return ""
    told = f"**{text.plural('privacy.places', kept.places.number)}**"
    last = kept.last_read
    if last is None:
        return told
    when = discord.utils.format_dt(last.place.read_at, "R")
    return f"{told}\n{text('privacy.last', title=_title(last.summary.title, text), when=when)}"


def _saved(kept: Kept, text: Text) -> str:
    if not kept.saved.number:
        return ""
    told = f"**{text.plural('privacy.saved', kept.saved.number)}**"
    last = kept.last_saved
    if last is None:
        return told
    when = discord.utils.format_dt(last.saved.saved_at, "R")
    title = _title(last.question or last.interview.summary.title, text)
    return f"{told}\n{text('privacy.last', title=title, when=when)}"


def _follows(kept: Kept, text: Text) -> str:
    if not kept.follows:
        return ""
    names = [
        escape_within(follow.name, _NAME_LIMIT)
        for follow in kept.follows[:_NAMES_SHOWN]
        if is_visible(follow.name)
    ]
    more = len(kept.follows) - _NAMES_SHOWN
    shown = ", ".join(names)
    if more > 0:
        shown = text.plural("privacy.and-more", more, names=shown)
    return f"**{text.plural('privacy.follows', len(kept.follows))}**\n{shown}"


def _title(title: str, text: Text) -> str:
    title = one_line(title)
    return escape_within(title if is_visible(title) else text("card.untitled"), _TITLE_LIMIT)
