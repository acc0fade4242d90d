"""Lists of interviews: the newest, those of a day, those that words may mean, similar ones."""

import re
from collections.abc import Sequence
from itertools import chain, groupby

from bot.core.i18n import Text
from bot.core.model import InterviewSummary
from bot.core.text import one_line, shorten
from bot.fans.library import SimilarInterviews
from bot.fans.results import LATEST_PER_PAGE, Day, InterviewList, OnThisDay
from bot.ui import ids
from bot.ui.layout import (
    Content,
    Layout,
    button,
    lines,
    page_buttons,
    panel,
    row,
    rule,
    small,
)
from bot.ui.markdown import escape, join
from bot.ui.panels import notice
from bot.ui.rows import headline, interview_row, ruled

CHOICES_SHOWN = 10


def choices_page(
    query: str, choices: Sequence[InterviewSummary], text: Text, *, exact: bool
) -> Layout:
    """Several interviews that typed words may mean, to choose from; at most ``CHOICES_SHOWN``.

    `exact` is false where none is called so, and these have similar titles or names: those with
    the words in them, or else all.
    """
    part = [one for one in choices if has_words(query, one.title, *one.names)]
    key = "read.which" if exact or part else "read.did-you-mean"
    shown = (part or choices) if not exact else choices
    rows = (interview_row(one, text, pictured=False) for one in shown[:CHOICES_SHOWN])
    return panel(f"## {text(key, query=shown_query(query))}", *chain.from_iterable(rows))


def has_words(typed: str, *names: str) -> bool:
    """Whether one of the names has all the typed words as words of its own."""
    words = set(_WORD.findall(typed.casefold()))
    return any(words and words <= set(_WORD.findall(name.casefold())) for name in names)


_WORD = re.compile(r"\w+")


def latest_page(found: InterviewList, text: Text) -> Layout:
    """One page of the newest interviews, of one topic or all."""
    if not found.summaries:
        return notice(text("latest.end"))
    topic = found.kind
    title = text("latest.title")
    if topic is not None:
        title = text("latest.title-kind", kind=text(f"kind.{topic}"))
    labels = text("latest.newer"), text("latest.older")
    turners = page_buttons(found.page, found.more, lambda page: ids.LatestPage(page, topic), labels)
    rows = (interview_row(one, text) for one in found.summaries)
    return panel(f"## {title}", *ruled(rows), rule(), row(*turners))


def day_page(found: OnThisDay, text: Text) -> Layout:
    """One page of what was published on a day in other years, by years; where there is nothing,
    buttons to the nearest days with something."""
    shown = text.day(found.day.month, found.day.day)
    utc = small(text("day.utc"))
    if not found.total:
        offered = (
            button(
                text.plural("day.other", count, day=text.day(other.month, other.day)),
                _day_action(other),
            )
            for other, count in found.nearest
        )
        return panel(text("day.nothing", day=shown), row(*offered), utc)
    if not found.summaries:
        return notice(text("latest.end"))
    content: list[Content] = []
    for year, group in groupby(
        found.summaries, lambda one: one.published_at and one.published_at.year
    ):
        ago = text.plural("day.years-ago", found.year - year) if year and year < found.year else ""
        first, *others = group
        content += [rule(), *interview_row(first, text, above=f"### {join([str(year), ago])}")]
        content += chain.from_iterable(interview_row(one, text) for one in others)
    counted = [
        text.plural("day.total", found.total),
        page_of(found.page, found.total, LATEST_PER_PAGE, text),
    ]
    turners = page_buttons(
        found.page, found.more, lambda page: _day_action(found.day, page), back_next(text)
    )
    return panel(
        lines(f"## {text('day.title', day=shown)}", small(join(counted))),
        *content,
        row(*turners),
        utc,
    )


def _day_action(day: Day, page: int = 0) -> ids.DayPage:
    return ids.DayPage(day.month, day.day, page)


def similar_page(similar: SimilarInterviews, text: Text) -> Layout:
    """The interviews most like one, to choose from."""
    if not similar.found:
        return panel(text("similar.nothing"))
    title = headline(similar.to, text).replace("**", "")
    return panel(
        f"### {text('similar.title', title=title)}",
        *ruled(interview_row(one, text) for one in similar.found),
    )


def shown_query(query: str) -> str:
    """Typed words as a message repeats them, at the length that a button carries."""
    return escape(shorten(one_line(query), ids.QUERY_LIMIT))


def page_of(page: int, total: int, size: int, text: Text) -> str | None:
    """ "page 2 of 3"; ``None`` where there is but one."""
    pages = -(-total // size)
    if pages < 2:
        return None
    return text("list.page", number=text.number(page + 1), total=text.number(pages))


def back_next(text: Text) -> tuple[str, str]:
    """The labels of the buttons that turn the pages of a list."""
    return text("list.back"), text("list.next")
