"""The announcement of an interview: the card that a channel sees, or words and a link."""

from typing import Any

from discord import ui

from bot.core.i18n import Text
from bot.core.model import StoredInterview
from bot.ui.interviews import (
    byline,
    date_of,
    heading,
    question_count,
    read_button,
    site_button,
    tags_markdown,
    title_of,
)
from bot.ui.layout import Layout, container, gallery, lines, row, rule, small
from bot.ui.markdown import URL_LIMIT, bold, escape_within, join, safe_url

TITLE_LIMIT = 300
EXCERPT_LIMIT = 700


def announcement_card(
    stored: StoredInterview, text: Text, *, role_id: int | None = None, missed: int = 0
) -> Layout:
    """The card of an interview; the mention of a role above it, and a line about the `missed`
    other interviews that were not announced.

    The caller sends it with ``AllowedMentions`` of just that role. A withdrawn interview is shown
    as its struck title.
    """
    return Layout(
        role_mention(role_id, text),
        text.plural("card.missed", missed) if missed else None,
        withdrawn_card(stored, text) if stored.withdrawn_at else interview_card(stored, text),
    )


def plain_announcement(stored: StoredInterview, text: Text, *, role_id: int | None = None) -> str:
    """The announcement as words and a link, for a channel where Discord refuses the card."""
    title = bold(escape_within(title_of(stored.interview, text), TITLE_LIMIT))
    if stored.withdrawn_at:
        return lines(title, text("card.withdrawn"))
    return lines(role_mention(role_id, text), title, safe_url(stored.interview.url))


def role_mention(role_id: int | None, text: Text, key: str = "card.mention") -> str | None:
    """The sentence that mentions a role; ``None`` without one."""
    return text(key, role=f"<@&{role_id}>") if role_id is not None else None


def withdrawn_card(stored: StoredInterview, text: Text) -> "ui.Container[Any]":
    title = escape_within(title_of(stored.interview, text), TITLE_LIMIT)
    return container(f"~~{title}~~", small(text("card.withdrawn")))


def interview_card(stored: StoredInterview, text: Text) -> "ui.Container[Any]":
    """An interview as a container: picture, title, who, excerpt, and the buttons to read it."""
    interview = stored.interview
    questions = question_count(len(interview.transcript.turns), text)
    return container(
        gallery([interview.lead_image]),
        heading(interview, text, TITLE_LIMIT, URL_LIMIT),
        byline(interview),
        escape_within(interview.excerpt, EXCERPT_LIMIT),
        small(join([date_of(interview), questions, *tags_markdown(interview, text)])),
        rule(),
        row(read_button(stored.id, text), site_button(interview, text)),
    )
