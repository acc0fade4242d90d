"""Whether an article under a new identity is one that is known. Pure."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.core.model import Interview

TELLING = 200
"""Letters of a text that tells which article it is whatever the title. Teasers are shorter, and may
be the same for many articles."""

COMPARED = 20_000
"""Characters of a text that are compared."""

CANDIDATES = 300
"""Stored interviews that are compared, the newest: a relaunched feed shows no more."""

Outline = tuple[int, str, datetime | None]
"""Id, title and moment of publication of a stored interview."""

Mark = tuple[str, str | datetime, str | datetime]


def marks(interview: Interview) -> list[Mark]:
    """What only the same article has in common: two of title, text and moment of publication. A
    text goes without the title only if it is a ``TELLING`` one."""
    title, text = _letters(interview.title), _letters(_text(interview))
    found: list[Mark] = []
    if title and text:
        found.append(("title and text", title, text))
    if interview.published_at is not None:
        if title:
            found.append(("title and date", title, interview.published_at))
        if len(text) >= TELLING:
            found.append(("text and date", text, interview.published_at))
    return found


def title_mark(interview: Interview) -> Mark:
    """What many articles may have in common."""
    return "title", _letters(interview.title), ""


def candidates(interviews: Iterable[Interview], outlines: Sequence[Outline]) -> list[int]:
    """The ids of the stored interviews that may have a mark in common with one of `interviews`: the
    greatest, at most ``CANDIDATES`` of them."""
    titles: set[str] = set()
    dates: set[datetime | None] = set()
    for one in interviews:
        titles.add(_letters(one.title))
        dates.add(one.published_at)
    titles.discard("")
    dates.discard(None)
    found = [id_ for id_, title, date in outlines if date in dates or _letters(title) in titles]
    return sorted(found)[-CANDIDATES:]


def _text(interview: Interview) -> str:
    transcript = interview.transcript
    parts = [transcript.intro, transcript.outro]
    for turn in transcript.turns:
        parts += [turn.question, *(answer.text for answer in turn.answers)]
    return "".join(parts)[:COMPARED]


def _letters(text: str) -> str:
    """Its letters and digits, without what themes set otherwise."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))
