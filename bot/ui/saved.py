"""What one comes back to: the saved list, interviews begun; and what to read next."""

from collections.abc import Sequence

import discord

from bot.core.i18n import Text
from bot.core.model import END, InterviewSummary, Position
from bot.core.text import is_visible, one_line
from bot.store import SavedItem, Started
from bot.ui import ids
from bot.ui.layout import (
    CALM,
    OPTION_LIMIT,
    Item,
    Layout,
    button,
    container,
    menu,
    option,
    row,
    rule,
    small,
    words,
)
from bot.ui.markdown import bold, escape_within, join, link

_TITLE_LIMIT = 100
_URL_LIMIT = 120
_QUESTION_LIMIT = 110
_NAMES_SHOWN = 3


def saved_page(
    items: Sequence[SavedItem],
    text: Text,
    *,
    page: int,
    pages: int,
    total: int,
    limit: int | None = None,
) -> Layout:
    """One page (from 0) of what somebody saved: at most ten items, a menu to open one and one to
    remove one. With a `limit` only so many questions of an interview are told."""
    if not items:
        return nothing_saved(text)
    of = {"number": text.number(page + 1), "total": text.number(pages)}
    head = [text.plural("saved.total", total), text("list.page", **of) if pages > 1 else None]
    there = [item for item in items if not item.interview.withdrawn]
    openers = [_option(item, text, limit) for item in there]
    opener = menu(text("saved.open"), ids.OpenChosen().custom_id, openers) if openers else None
    remover = menu(
        text("saved.remove"),
        ids.UnsaveChosen(page).custom_id,
        [_option(item, text, limit) for item in items],
    )
    turners = row(
        button(text("list.back"), ids.SavedPage(page - 1).custom_id) if page else None,
        button(text("list.next"), ids.SavedPage(page + 1).custom_id) if page + 1 < pages else None,
    )
    return Layout(
        container(
            words(f"## {text('saved.title')}\n{small(join(head))}"),
            *(words(_entry(item, text, limit)) for item in items),
            rule(),
            opener,
            remover,
            turners,
            colour=CALM,
        )
    )


def nothing_saved(text: Text) -> Layout:
    """What to do to have something here."""
    return Layout(container(words(text("saved.nothing")), colour=CALM))


def beside_reader(others: Sequence[Started], text: Text) -> "discord.ui.Container[Layout]":
    """The other interviews that somebody began, to stand below the reader."""
    options = [
        option(_titled(one.summary, text), _value(one), description=_stopped(one, text))
        for one in others[:OPTION_LIMIT]
    ]
    return container(
        menu(text("continue.others"), ids.OpenChosen().custom_id, options), colour=CALM
    )


def all_read(last: Started | None, unread: Sequence[InterviewSummary], text: Text) -> Layout:
    """There is nothing to go on with: that `last` was finished, or that nothing was ever begun,
    and what there is to read."""
    if last is None:
        said = text("continue.nothing" if unread else "continue.nothing-at-all")
    else:
        shown = bold(_linked(last.summary, text))
        said = text("continue.finished" if unread else "continue.finished-all", title=shown)
    items: list[Item | None] = [words(said)]
    if unread:
        newest, *others = unread
        items += [
            rule(),
            words(f"{text('continue.newest')}\n{bold(_linked(newest, text))}"),
            words(small(join([*map(_name, newest.names[:_NAMES_SHOWN]), _date(newest)]))),
            row(
                button(
                    text("card.read"),
                    ids.OpenReader(newest.id).custom_id,
                    style=discord.ButtonStyle.primary,
                )
            ),
        ]
        options = [
            option(
                _titled(one, text),
                ids.place_value(one.id),
                description=join([*one.names[:_NAMES_SHOWN], _plain_date(one, text)]),
            )
            for one in others[:OPTION_LIMIT]
        ]
        if options:
            items.append(menu(text("continue.unread"), ids.OpenChosen().custom_id, options))
    return Layout(container(*items, colour=CALM))


def similar_page(to: InterviewSummary, found: Sequence[InterviewSummary], text: Text) -> Layout:
    """The interviews most like one, to choose from."""
    title = text("similar.title", title=escape_within(_titled(to, text), _TITLE_LIMIT))
    if not found:
        return Layout(container(words(text("similar.nothing"))))
    entries = [
        words(
            "\n".join(
                filter(
                    None,
                    (
                        bold(_linked(one, text)),
                        small(join([*map(_name, one.names[:_NAMES_SHOWN]), _date(one)])),
                    ),
                )
            )
        )
        for one in found
    ]
    options = [
        option(
            _titled(one, text),
            ids.place_value(one.id),
            description=join([*one.names[:_NAMES_SHOWN], _plain_date(one, text)]),
        )
        for one in found
    ]
    chooser = menu(text("similar.choose"), ids.OpenChosen().custom_id, options)
    return Layout(container(words(f"### {title}"), *entries, rule(), chooser))


def _entry(item: SavedItem, text: Text, limit: int | None) -> str:
    summary = item.interview.summary
    when = text("saved.when", when=discord.utils.format_dt(item.saved.saved_at, "R"))
    if item.interview.withdrawn:
        title = escape_within(_titled(summary, text), _TITLE_LIMIT)
        return f"~~{title}~~\n{small(join([text('saved.withdrawn'), when]))}"
    what = escape_within(_what(item, text, limit), _QUESTION_LIMIT)
    return f"{bold(_linked(summary, text))}\n{what}\n{small(when)}"


def _what(item: SavedItem, text: Text, limit: int | None) -> str:
    """Which question was saved, or how long the interview is. Plain."""
    number, turns = item.saved.section, item.interview.summary.turn_count
    if not number:
        return text.plural("card.questions", turns) if turns else text("saved.text")
    question = one_line(item.question)
    if not is_visible(question) or (limit is not None and number > limit):
        return text("reader.question-untitled", number=text.number(number))
    return f"{text.number(number)}. {question}"


def _option(item: SavedItem, text: Text, limit: int | None) -> discord.SelectOption:
    summary = item.interview.summary
    value = ids.place_value(summary.id, Position(item.saved.section))
    return option(_titled(summary, text), value, description=_what(item, text, limit))


def _value(started: Started) -> str:
    return ids.place_value(started.summary.id, started.place.position)


def _stopped(started: Started, text: Text) -> str:
    """Where somebody stopped. Plain."""
    place, turns = started.place.position, started.summary.turn_count
    if place == END:
        return text("continue.at-end")
    if not 0 < place.section <= turns:
        return text("continue.at-text" if place.part or place.section else "continue.at-cover")
    number, total = text.number(place.section), text.number(turns)
    return text("reader.question", number=number, total=total)


def _titled(summary: InterviewSummary, text: Text) -> str:
    title = one_line(summary.title)
    return title if is_visible(title) else text("card.untitled")


def _linked(summary: InterviewSummary, text: Text) -> str:
    return link(_titled(summary, text), summary.url, _TITLE_LIMIT, url_limit=_URL_LIMIT)


def _name(name: str) -> str:
    return escape_within(name, _TITLE_LIMIT // 2)


def _date(summary: InterviewSummary) -> str | None:
    when = summary.published_at
    return discord.utils.format_dt(when, "D") if when else None


def _plain_date(summary: InterviewSummary, text: Text) -> str | None:
    return text.date(summary.published_at) if summary.published_at else None
