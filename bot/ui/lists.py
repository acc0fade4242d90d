"""Lists of interviews: the newest, those of a day, those that words may mean, similar ones."""

import re
from collections.abc import Sequence
from itertools import groupby

from bot.core.i18n import Text
from bot.core.model import InterviewSummary
from bot.core.text import one_line, shorten
from bot.fans.library import SimilarInterviews
from bot.fans.results import LATEST_PER_PAGE, Day, InterviewList, OnThisDay
from bot.ui import ids
from bot.ui.interviews import LIST_TITLE_LIMIT, brief_entry, entry, interview_menu, title_of
from bot.ui.layout import (
    Content,
    Item,
    Layout,
    button,
    lines,
    page_buttons,
    panel,
    row,
    rule,
    small,
)
from bot.ui.markdown import escape, escape_within, join
from bot.ui.panels import notice


def choices_page(
    query: str, choices: Sequence[InterviewSummary], text: Text, *, exact: bool
) -> Layout:
    """Several interviews that typed words may mean, to choose from; at most ten are shown.

    `exact` is false where none is called so, and these have similar titles or names: those with
    the words in them, or else all.
    """
    part = [one for one in choices if has_words(query, one.title, *one.names)]
    key = "read.which" if exact or part else "read.did-you-mean"
    shown = (part or choices) if not exact else choices
    return _interviews(text(key, query=shown_query(query)), shown[:LATEST_PER_PAGE], text)


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
    return _interviews(title, found.summaries, text, row(*turners))


def _interviews(
    title: str, summaries: Sequence[InterviewSummary], text: Text, turners: Item | None = None
) -> Layout:
    return panel(
        f"## {title}",
        *(entry(summary, text) for summary in summaries),
        rule(),
        interview_menu(summaries, text),
        turners,
    )


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
        first, *others = [entry(summary, text, dated=False) for summary in group]
        content += [rule(), lines(f"### {join([str(year), ago])}", first), *others]
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
        rule(),
        interview_menu(found.summaries, text),
        row(*turners),
        utc,
    )


def _day_action(day: Day, page: int = 0) -> ids.DayPage:
    return ids.DayPage(day.month, day.day, page)


def similar_page(similar: SimilarInterviews, text: Text) -> Layout:
    """The interviews most like one, to choose from."""
    if not similar.found:
        return panel(text("similar.nothing"))
    title = escape_within(title_of(similar.to, text), LIST_TITLE_LIMIT)
    return panel(
        f"### {text('similar.title', title=title)}",
        *(lines(*brief_entry(one, text)) for one in similar.found),
        rule(),
        interview_menu(similar.found, text, "similar.choose"),
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
