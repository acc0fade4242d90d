"""Rows of lists: who, as what and when, with a picture and a button of its own.

A section has one accessory (Discord docs, Component Reference, Section): where it is the picture,
the button stands below; where there is no picture, it is the button.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import chain

from discord import ui

from bot.core.artists import other_name
from bot.core.i18n import Text
from bot.core.model import Image, InterviewSummary, StoredInterview, Subject, Topic
from bot.core.text import is_visible, one_line, unbroken
from bot.core.topics import topic_of
from bot.ui.interviews import (
    LIST_NAMES_LIMIT,
    LIST_TITLE_LIMIT,
    names_of,
    question_count,
    read_action,
    title_of,
)
from bot.ui.layout import Button, Content, button, lines, row, rule, small, thumbnail
from bot.ui.markdown import bold, escape_within, join

_ROLE_LIMIT = 80

_PREFIX = re.compile(
    r"(?:(?:another|exclusive|our|kcrush|kcrush america|email|video) )*interview"
    r"(?: with\b| of\b| ?[:–—-])? *",
    re.IGNORECASE,
)
"""How the magazine's titles begin, whomever they are about."""

_WORD = re.compile(r"\w+")


def interview_row(
    summary: InterviewSummary,
    text: Text,
    *said: str | None,
    read: Button | None = None,
    above: str | None = None,
    pictured: bool = True,
    spoiler: bool = False,
) -> list[Content]:
    """An interview in a list, of at most five components.

    `said` are lines in place of whom it is with and what else is known, `above` is one over all;
    `read` is a button in place of the one that opens the interview.
    """
    words = lines(above, *(said or (headline(summary, text), *facts(summary, text))))
    read = read or button(text("digest.read"), read_action(summary.id))
    picture = thumbnail(picture_of(summary, text), spoiler=spoiler) if pictured else None
    if picture is None:
        return [ui.Section(words, accessory=read)]
    return [ui.Section(words, accessory=picture), row(read)]


def ruled(rows: Iterable[Sequence[Content]]) -> list[Content]:
    """The rows with a line between each two."""
    first, *others = rows
    return [*first, *chain.from_iterable([rule(), *one] for one in others)]


def summary_of(stored: StoredInterview) -> InterviewSummary:
    """What a row needs of an interview, with the picture that stands for it."""
    interview, image = stored.interview, stored.interview.lead_image
    return InterviewSummary(
        stored.id,
        interview.title,
        interview.url,
        tuple(subject.name for subject in interview.subjects),
        interview.published_at,
        len(interview.transcript.turns),
        interview.subjects,
        topic_of(interview.subjects, interview.tags),
        image.url if image else None,
    )


def headline(summary: InterviewSummary, text: Text) -> str:
    """Who it is with, in bold; of one person in both scripts. The title where nobody is named."""
    names = names_of(summary.names)
    if not is_visible(names):
        return bold(escape_within(unbroken(_short_title(summary, text)), LIST_TITLE_LIMIT))
    other = other_name(summary.subjects[0]) if len(summary.subjects) == 1 else ""
    return " ".join(filter(None, [bold(names), escape_within(other, LIST_NAMES_LIMIT)]))


def facts(summary: InterviewSummary, text: Text) -> list[str]:
    """As what they speak, or what else the title says; and when, how long."""
    counted = [
        text.month(summary.published_at) if summary.published_at else None,
        question_count(summary.turn_count, text),
    ]
    return [_what(summary, text), small(join(counted))]


def _what(summary: InterviewSummary, text: Text) -> str:
    """What the title says beside names and roles, else the role, else the kind."""
    if not any(map(is_visible, summary.names)):
        return ""
    title, said = _short_title(summary, text), _words_of(*_said_of(summary.subjects))
    role = summary.subjects[0].role if len(summary.subjects) == 1 else None
    if not _words_of(title) <= said | _words_of(*summary.names):
        return escape_within(unbroken(title), LIST_TITLE_LIMIT)
    if is_visible(role or ""):
        return escape_within(role or "", _ROLE_LIMIT)
    return "" if summary.kind is Topic.OTHER else text(f"kind.{summary.kind}")


def _said_of(subjects: tuple[Subject, ...]) -> list[str]:
    return [
        part for one in subjects for part in (one.name, one.role or "", *one.aliases, "and with")
    ]


def _words_of(*texts: str) -> set[str]:
    return {word for text in texts for word in _WORD.findall(text.casefold())}


def _short_title(summary: InterviewSummary, text: Text) -> str:
    """The title without "KCrush Interview with"."""
    title = title_of(summary, text)
    rest = _PREFIX.match(title)
    short = title[rest.end() :] if rest else title
    return short if is_visible(short) else title


def picture_of(summary: InterviewSummary, text: Text) -> Image | None:
    """Its picture, described by who is seen."""
    names = ", ".join(map(one_line, summary.names))
    return Image(summary.image_url, names or title_of(summary, text)) if summary.image_url else None
