"""The digest: several interviews as one message, each with a button that opens it."""

from collections.abc import Sequence

import discord
from discord import ui

from bot.core.i18n import Text
from bot.core.model import Interview, StoredInterview
from bot.core.text import is_visible, one_line
from bot.ui import ids
from bot.ui.cards import date_of
from bot.ui.layout import Item, Layout, button, container, gallery, rule, small, words
from bot.ui.markdown import escape_within, join, link
from bot.ui.pages import hero

LISTED_AT_MOST = 10
"""Three components each, of Discord's 40; and at most 330 of its 4,000 characters."""

PICTURES = 4
"""As many as Discord lays out as one picture."""

WITH_EXCERPTS = 4
"""A list of so few has room for a line of each."""

_TITLE_LIMIT = 100
_URL_LIMIT = 120
_NAMES_LIMIT = 60
_EXCERPT_LIMIT = 160


def digest_card(
    listed: Sequence[StoredInterview], more: int, text: Text, *, role_id: int | None = None
) -> Layout:
    """A period's interviews (at most ``LISTED_AT_MOST`` are shown) and for how many others there
    was no room. Each has its own mark, the button that opens it.

    The caller sends it with ``AllowedMentions`` of just the role.
    """
    shown, beyond = listed[:LISTED_AT_MOST], max(0, len(listed) - LISTED_AT_MOST) + more
    pictures = [found for one in shown if (found := hero(one.interview)) is not None]
    entries = [
        _entry(one, text, excerpt=len(shown) <= WITH_EXCERPTS and not beyond) for one in shown
    ]
    card = container(
        gallery(pictures[:PICTURES]),
        words(f"## {text.plural('digest.title', len(shown) + beyond)}"),
        rule(),
        *entries,
        words(small(text.plural("digest.more", beyond))) if beyond else None,
    )
    mention = words(text("digest.mention", role=f"<@&{role_id}>")) if role_id is not None else None
    items: list[Item] = [item for item in (mention, card) if item is not None]
    return Layout(*items)


def _entry(one: StoredInterview, text: Text, *, excerpt: bool) -> Item:
    interview = one.interview
    title = link(_title(interview, text), interview.url, _TITLE_LIMIT, url_limit=_URL_LIMIT)
    told = escape_within(interview.excerpt, _EXCERPT_LIMIT) if excerpt else ""
    lines = [f"**{title}**", one_line(told), small(_facts(interview, text))]
    opens = button(
        text("digest.read"), ids.OpenReader(one.id).custom_id, style=discord.ButtonStyle.secondary
    )
    return ui.Section("\n".join(line for line in lines if is_visible(line)), accessory=opens)


def _title(interview: Interview, text: Text) -> str:
    title = one_line(interview.title)
    return title if is_visible(title) else text("card.untitled")


def _facts(interview: Interview, text: Text) -> str:
    names = ", ".join(
        one_line(subject.name) for subject in interview.subjects if is_visible(subject.name)
    )
    turns = len(interview.transcript.turns)
    return join(
        [
            escape_within(names, _NAMES_LIMIT) if names else None,
            date_of(interview),
            text.plural("card.questions", turns) if turns else None,
        ]
    )
