"""What a person comes back to: their saved list, what they began and finished, what is next."""

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.core.i18n import Text
from bot.core.model import COVER, END, Position
from bot.fans.library import SAVED_PER_PAGE, ReadingHistory, SavedList
from bot.store import SavedItem, StartedInterview
from bot.ui import ids
from bot.ui.interviews import (
    LIST_TITLE_LIMIT,
    interview_menu,
    question_count,
    question_of,
    question_title,
    read_action,
    read_button,
    title_link,
    title_of,
)
from bot.ui.layout import (
    CALM,
    OPTION_LIMIT,
    Content,
    Layout,
    button,
    container,
    lines,
    menu,
    option,
    page_buttons,
    panel,
    row,
    rule,
    small,
)
from bot.ui.lists import back_next, page_of
from bot.ui.markdown import bold, escape_within, join
from bot.ui.personal_ids import PersonalList, ShowMine
from bot.ui.rows import facts, headline, interview_row, ruled

_QUESTION_LIMIT = 110


def saved_page(saved: SavedList, text: Text, *, limit: int | None = None) -> Layout:
    """One page of what a person saved, with a menu to open one item and one to remove one.

    With a `limit` only so many questions of an interview are shown in words.
    """
    if not saved.items:
        return panel(text("saved.nothing"), colour=CALM)
    counted = [
        text.plural("saved.total", saved.total),
        page_of(saved.page, saved.total, SAVED_PER_PAGE, text),
    ]
    options = [_option(item, text, limit) for item in saved.items]
    return panel(
        f"## {text('saved.title')}\n{small(join(counted))}",
        *ruled(_row(item, text, limit) for item in saved.items),
        rule(),
        menu(text("saved.remove"), ids.UnsaveChosen(saved.page), options),
        row(*page_buttons(saved.page, saved.more, ids.SavedPage, back_next(text))),
        colour=CALM,
    )


def tabbed(shown: PersonalList, page: Layout, text: Text) -> Layout:
    """A list of a person's own, above buttons to the others: three of them fit a phone's width."""
    others = (
        button(text(f"mine.{tab}"), ShowMine(tab)) for tab in PersonalList if tab is not shown
    )
    return Layout(*page.children, row(*others))


def reading_page(history: ReadingHistory, text: Text, page: int = 0) -> Layout:
    """One page (from 0; the last one for any beyond) of the interviews that a person can go on
    with, each with where they stopped; where there is none, what to read."""
    if not history.begun:
        return nothing_begun_page(history, text)
    return _started_page(PersonalList.READING, history.begun, text, page)


def finished_page(history: ReadingHistory, text: Text, page: int = 0) -> Layout:
    """One page, as ``reading_page``, of the interviews that a person read to their end."""
    if not history.finished:
        return panel(text("mine.nothing-finished"), colour=CALM)
    return _started_page(PersonalList.FINISHED, history.finished, text, page)


def _started_page(
    tab: PersonalList, started: Sequence[StartedInterview], text: Text, page: int
) -> Layout:
    total = len(started)
    page = min(page, (total - 1) // SAVED_PER_PAGE)
    start = page * SAVED_PER_PAGE
    more = start + SAVED_PER_PAGE < total
    counted = [
        text.plural("artist.interviews", total),
        page_of(page, total, SAVED_PER_PAGE, text),
    ]
    return panel(
        lines(f"## {text(f'mine.{tab}')}", small(join(counted))),
        *ruled(_started_row(one, text) for one in started[start : start + SAVED_PER_PAGE]),
        row(*page_buttons(page, more, lambda other: ShowMine(tab, other), back_next(text))),
        colour=CALM,
    )


def _started_row(one: StartedInterview, text: Text) -> list[Content]:
    summary, position = one.summary, one.place.position
    when = small(discord.utils.format_dt(one.place.read_at, "R"))
    if position in (END, COVER):
        read = button(text("digest.read"), read_action(summary.id))
    else:
        read = button(text("reader.continue"), read_action(summary.id, position))
    what = facts(summary, text)[0] if position == END else _stopped_at(one, text)
    return interview_row(summary, text, headline(summary, text), what, when, read=read)


def other_started(others: Sequence[StartedInterview], text: Text) -> "ui.Container[Any] | None":
    """The other interviews that a person began, to stand below the reader; nothing for none."""
    options = [
        option(
            title_of(one.summary, text),
            ids.place_value(one.summary.id, one.place.position),
            description=_stopped_at(one, text),
        )
        for one in others[:OPTION_LIMIT]
    ]
    chooser = menu(text("continue.others"), ids.OpenChosen(), options)
    return container(chooser, colour=CALM) if chooser else None


def nothing_begun_page(history: ReadingHistory, text: Text) -> Layout:
    """The answer to a person who has nothing to go on with: what they finished last, or that they
    never began anything, and what there is to read."""
    unread = history.unread
    if not history.finished:
        said = text("continue.nothing" if unread else "continue.nothing-at-all")
    else:
        title = bold(title_link(history.finished[0].summary, text))
        said = text("continue.finished" if unread else "continue.finished-all", title=title)
    content: list[Content] = [said]
    if unread:
        newest, *others = unread
        read = read_button(newest.id, text)
        content += [
            rule(),
            *interview_row(newest, text, above=text("continue.newest"), read=read),
            interview_menu(others, text, "continue.unread"),
        ]
    return panel(*content, colour=CALM)


def _row(item: SavedItem, text: Text, limit: int | None) -> list[Content]:
    summary = item.interview.summary
    when = text("saved.when", when=discord.utils.format_dt(item.saved.saved_at, "R"))
    if item.interview.withdrawn:
        title = escape_within(title_of(summary, text), LIST_TITLE_LIMIT)
        return [lines(f"~~{title}~~", small(join([text("saved.withdrawn"), when])))]
    what = escape_within(_what(item, text, limit), _QUESTION_LIMIT)
    action = read_action(summary.id, Position(item.saved.section))
    read = button(text("digest.read"), action)
    return interview_row(summary, text, headline(summary, text), what, small(when), read=read)


def _what(item: SavedItem, text: Text, limit: int | None) -> str:
    """Which question was saved, or how long the interview is, in plain text."""
    number = item.saved.section
    if not number:
        turns = item.interview.summary.turn_count
        return question_count(turns, text) or text("saved.text")
    withheld = limit is not None and number > limit
    return question_title(number, "" if withheld else item.question, text)


def _option(item: SavedItem, text: Text, limit: int | None) -> discord.SelectOption:
    summary = item.interview.summary
    value = ids.place_value(summary.id, Position(item.saved.section))
    return option(title_of(summary, text), value, description=_what(item, text, limit))


def _stopped_at(started: StartedInterview, text: Text) -> str:
    """Where the person stopped, in plain text."""
    position, turns = started.place.position, started.summary.turn_count
    if position == END:
        return text("continue.at-end")
    if not 0 < position.section <= turns:
        in_text = position.part or position.section
        return text("continue.at-text" if in_text else "continue.at-cover")
    return question_of(position.section, turns, text)
