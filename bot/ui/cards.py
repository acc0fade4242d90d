"""The announcement: one interview as a card that a guild's channel sees."""

from typing import Any

import discord

from bot.core.i18n import Text
from bot.core.model import Interview, StoredInterview, Topic
from bot.core.text import ELLIPSIS, is_visible, one_line
from bot.core.topics import topic_of
from bot.ui import ids
from bot.ui.layout import (
    Item,
    Layout,
    button,
    container,
    gallery,
    link_button,
    row,
    rule,
    small,
    words,
)
from bot.ui.markdown import Marked, bold, escape_within, join, link
from bot.ui.pages import hero

TITLE_LIMIT = 300
LONG_TITLE = 90
"""Characters beyond which a title is set in a smaller heading: three lines on a phone."""

EXCERPT_LIMIT = 700
NAME_LIMIT = 80
NAMES_SHOWN = 6
KIND_LIMIT = 40
KINDS_SHOWN = 3

_SAYS_NOTHING = frozenset({"interview", "interviews", "인터뷰", "uncategorized"})


def announcement_card(
    stored: StoredInterview, text: Text, *, role_id: int | None = None, missed: int = 0
) -> Layout:
    """The card of an interview, with the role's mention above it where there is one, and a line
    about the `missed` others for which it speaks.

    The caller sends it with ``AllowedMentions`` of just that role. One that was withdrawn says so
    in place of what it told.
    """
    above: list[Item | None] = []
    if role_id is not None:
        above.append(words(text("card.mention", role=f"<@&{role_id}>")))
    if missed:
        above.append(words(text.plural("card.missed", missed)))
    card = _withdrawn(stored, text) if stored.withdrawn_at else interview_card(stored, text)
    return Layout(*(item for item in (*above, card) if item is not None))


def plain_announcement(stored: StoredInterview, text: Text, *, role_id: int | None = None) -> str:
    """The announcement as words and a link, for a Discord that refuses the card."""
    interview = stored.interview
    title = one_line(interview.title)
    shown = bold(escape_within(title if is_visible(title) else text("card.untitled"), TITLE_LIMIT))
    if stored.withdrawn_at:
        return f"{shown}\n{text('card.withdrawn')}"
    mention = text("card.mention", role=f"<@&{role_id}>") if role_id is not None else ""
    return "\n".join(part for part in (mention, shown, interview.url) if part)


def _withdrawn(stored: StoredInterview, text: Text) -> "discord.ui.Container[Any]":
    title = one_line(stored.interview.title)
    shown = escape_within(title if is_visible(title) else text("card.untitled"), TITLE_LIMIT)
    return container(words(f"~~{shown}~~"), words(small(text("card.withdrawn"))))


def interview_card(stored: StoredInterview, text: Text) -> "discord.ui.Container[Any]":
    """An interview as a container: picture, title, who, excerpt, and the buttons to read it."""
    interview = stored.interview
    picture = hero(interview)
    return container(
        gallery([picture]) if picture else None,
        words(_title(interview, text)),
        words(byline(interview)),
        words(escape_within(interview.excerpt, EXCERPT_LIMIT)),
        words(small(_footer(interview, text))),
        rule(),
        row(
            button(
                text("card.read"),
                ids.OpenReader(stored.id).custom_id,
                style=discord.ButtonStyle.primary,
            ),
            link_button(text("card.open"), interview.url),
        ),
    )


def _title(interview: Interview, text: Text) -> str:
    title = one_line(interview.title)
    title = title if is_visible(title) else text("card.untitled")
    heading = "##" if len(title) <= LONG_TITLE else "###"
    return f"{heading} {link(title, interview.url, TITLE_LIMIT)}"


def byline(interview: Interview) -> str:
    """Who speaks, with their roles where known: markdown, "" where nobody is named."""
    named = [subject for subject in interview.subjects if is_visible(subject.name)]
    people = []
    for subject in named[:NAMES_SHOWN]:
        name = bold(escape_within(subject.name, NAME_LIMIT))
        role = escape_within(subject.role or "", NAME_LIMIT)
        people.append(f"{name}, {role}" if is_visible(role) else name)
    if len(named) > NAMES_SHOWN:
        people.append(ELLIPSIS)
    return join(people)


def kinds(interview: Interview, text: Text) -> list[Marked]:
    """What the interview is about, as markdown: see ``telling_kinds``."""
    return [Marked(escape_within(kind, KIND_LIMIT)) for kind in telling_kinds(interview, text)]


def telling_kinds(interview: Interview, text: Text) -> list[str]:
    """The word for its kind, then the site's categories and tags that tell something more: no
    names, no "Interviews", not the kind again. Plain, at most ``KINDS_SHOWN``."""
    kind = topic_of(interview.subjects, interview.tags)
    word = "" if kind is Topic.OTHER else text(f"kind.{kind}")
    told = _SAYS_NOTHING | {
        one_line(name).casefold()
        for subject in interview.subjects
        for name in (subject.name, *subject.aliases)
    }
    telling = [
        tag
        for tag in dict.fromkeys(map(one_line, interview.tags))
        if is_visible(tag)
        and tag.casefold() not in told
        and tag.casefold().removesuffix("s") not in word.casefold()
    ]
    return [*filter(None, [word]), *telling][:KINDS_SHOWN]


def date_of(interview: Interview) -> str | None:
    """Discord's own timestamp: each reader sees the date in their language and time zone."""
    when = interview.published_at
    return discord.utils.format_dt(when, "D") if when else None


def _footer(interview: Interview, text: Text) -> str:
    turns = len(interview.transcript.turns)
    questions = text.plural("card.questions", turns) if turns else None
    return join([date_of(interview), questions, *kinds(interview, text)])
