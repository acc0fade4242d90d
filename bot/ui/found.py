"""What a search found, with what it was narrowed to, and what to try where it found nothing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import discord

from bot.core.i18n import Text
from bot.core.model import COVER, Artist, InterviewSummary, Position, Topic
from bot.core.text import is_visible, one_line, shorten
from bot.search import Fragment, Hit
from bot.ui import ids
from bot.ui.layout import (
    WARNING,
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
from bot.ui.lists import entry, page_of, titled, turner
from bot.ui.markdown import bold, escape, escape_within, escaped_length, join

HITS_PER_PAGE = 5
"""So many that the longest hits together stay below Discord's 4,000 characters."""

_NAME_LIMIT = 60
_QUESTION_LIMIT = 120
_SNIPPET_LIMIT = 240
_LEAST_ROOM = 12

_NARROWING = re.compile(r"\b(?:artist|kind|year):", re.IGNORECASE)
"""What narrows a search from within its words."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as a person made it: words, and what it is narrowed to. `query` fits a button."""

    query: str
    artist: Artist | None = None
    kind: Topic | None = None
    year: int | None = None

    @property
    def is_narrowed(self) -> bool:
        return self != Asked(self.query)

    def page(self, number: int) -> ids.SearchPage:
        """The button for a page (from 0) of it."""
        artist = self.artist.id if self.artist else None
        return ids.SearchPage(number, self.query, artist, self.kind, self.year)

    def among(self, artist: Artist) -> "Asked":
        """The same among the interviews with an artist."""
        return replace(self, artist=artist)

    def without(self, filters: str) -> "Asked":
        """The same, less one of artist, kind and year; or less ``all`` three."""
        names = ("artist", "kind", "year") if filters == "all" else (filters,)
        return replace(self, **dict.fromkeys(names))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Found:
    """An interview and what was found in it, in the order of relevance."""

    interview: InterviewSummary
    hits: tuple[Hit, ...]


def search_page(
    asked: Asked,
    found: Sequence[Found],
    text: Text,
    *,
    page: int,
    total: int,
    more: bool,
    exact: bool = True,
    corrected: str | None = None,
) -> Layout:
    """One page (from 0) of a search: at most ``HITS_PER_PAGE`` hits, grouped by interview.

    `exact` is false where no passage holds all the words; these are then those of `corrected`,
    or the nearest. Where they are exact but few, `corrected` is another search worth a try.
    """
    items: list[Item | None] = [words(_head(asked, text, page, total, exact, corrected))]
    for group in found:
        items += [rule(), words(entry(group.interview, text))]
        items += [words(_hit(group.interview, hit, text)) for hit in group.hits if _tells(hit)]
    buttons = row(
        turner(text("list.back"), asked.page(page - 1) if page else None),
        turner(text("list.next"), asked.page(page + 1) if more else None),
        turner(text("search.everywhere"), asked.without("all").page(0))
        if asked.is_narrowed
        else None,
        _rather(asked, corrected, text) if exact else None,
    )
    return Layout(container(*items, rule(), _chooser(found, text), buttons))


def _head(
    asked: Asked, text: Text, page: int, total: int, exact: bool, corrected: str | None
) -> str:
    shown = corrected if corrected and not exact else asked.query
    lines = [f"## {text('search.title', query=_literal(shown))}"]
    if corrected and exact:
        lines.append(text("search.did-you-mean", query=_literal(corrected)))
    elif corrected:
        lines.append(text("search.corrected", query=_literal(asked.query)))
    elif not exact:
        lines.append(text("search.nearest"))
    if asked.is_narrowed:
        lines.append(text("search.only", filters=_filters(asked, text)))
    counted = [text.plural("search.total", total), page_of(page, total, HITS_PER_PAGE, text)]
    return "\n".join([*lines, small(join(counted))])


def nothing_found(asked: Asked, text: Text, less: Mapping[str, int] | None = None) -> Layout:
    """What a fan reads when a search found nothing, with what to try.

    `less` says how much it finds without the artist, the kind, the year, or without ``all``.
    """
    shown = _literal(asked.query)
    if not asked.is_narrowed:
        typed = text("search.nothing-typed") if _NARROWING.search(asked.query) else ""
        told = text("search.nothing", query=shown)
        return Layout(container(words(f"{told}\n{typed}".strip())))
    offered: dict[str, discord.ui.Button[Any]] = {}
    for name, count in (less or {}).items():
        other = asked.without(name).page(0)
        if count and other != asked.page(0):
            label = text(f"search.any-{name}", count=text.number(count))
            offered.setdefault(other.custom_id, button(label, other.custom_id))
    told = text("search.nothing-narrowed", query=shown, filters=_filters(asked, text))
    everywhere = asked.without("all").page(0).custom_id
    advice = "search.widen-all" if [*offered] == [everywhere] else "search.widen"
    advice = text(advice if offered else "search.nothing-wider")
    return Layout(container(words(f"{told}\n{advice}"), row(*offered.values())))


def unknown_artist(asked: Asked, wanted: str, text: Text) -> Layout:
    """Nobody is called so among whose interviews `asked` should look; with a way on."""
    told = words(text("search.unknown-artist", query=_literal(wanted)))
    without = turner(text("search.without-artist"), asked.without("artist").page(0))
    return Layout(container(told, row(without), colour=WARNING))


def no_more(asked: Asked, text: Text) -> Layout:
    """What a fan reads on a page beyond the last."""
    first = turner(text("search.to-first"), asked.page(0))
    told = text("search.end", query=_literal(asked.query))
    return Layout(container(words(told), row(first)))


def _literal(query: str) -> str:
    return escape(shorten(one_line(query), ids.QUERY_LIMIT))


def _filters(asked: Asked, text: Text) -> str:
    artist = one_line(asked.artist.name) if asked.artist else ""
    return join(
        [
            bold(escape_within(artist, _NAME_LIMIT)) if is_visible(artist) else None,
            f"**{text(f'kind.{asked.kind}')}**" if asked.kind else None,
            f"**{asked.year}**" if asked.year else None,
        ]
    )


def _rather(
    asked: Asked, corrected: str | None, text: Text
) -> "discord.ui.Button[discord.ui.LayoutView] | None":
    if corrected is None:
        return None
    other = replace(asked, query=ids.short_query(corrected))
    label = text("search.rather", query=one_line(corrected))
    return button(label, other.page(0).custom_id)


def _place(hit: Hit) -> Position:
    return COVER if hit.turn_number is None else Position(hit.turn_number)


def _tells(hit: Hit) -> bool:
    """Whether there is more to show than the title, in which the words were found."""
    return hit.turn_number is not None or any(fragment.bold for fragment in hit.snippet)


def _label(summary: InterviewSummary, hit: Hit, text: Text) -> str:
    if not _tells(hit):
        return text("search.from-start")
    if hit.turn_number is None:
        return text("search.in-intro") if summary.turn_count else text("search.in-text")
    question = one_line(hit.question)
    return (
        f"{text.number(hit.turn_number)}. {question}"
        if is_visible(question)
        else text("reader.question-untitled", number=text.number(hit.turn_number))
    )


def _chooser(found: Sequence[Found], text: Text) -> Item:
    places = {
        ids.place_value(group.interview.id, _place(hit)): (group.interview, hit)
        for group in found
        for hit in group.hits
    }
    options = [
        option(_label(summary, hit, text), value, description=titled(summary, text))
        for value, (summary, hit) in places.items()
    ]
    return menu(text("search.choose"), ids.OpenChosen().custom_id, options)


def _hit(summary: InterviewSummary, hit: Hit, text: Text) -> str:
    """Where it was found, and the words around it as a quote."""
    where = escape_within(_label(summary, hit, text), _QUESTION_LIMIT)
    snippet = _snippet(hit.snippet)
    return f"{where}\n> {snippet}" if is_visible(snippet) else where


def _snippet(fragments: Sequence[Fragment]) -> str:
    """The words around what was found, that in bold, within ``_SNIPPET_LIMIT``."""
    merged: list[tuple[str, bool]] = []
    for fragment in fragments:
        if merged and merged[-1][1] == fragment.bold:
            merged[-1] = (merged[-1][0] + fragment.text, fragment.bold)
        else:
            merged.append((fragment.text, fragment.bold))
    shown, room = "", _SNIPPET_LIMIT
    for raw, is_bold in merged:
        core = one_line(raw)
        cut = shorten(core, room, cost=escaped_length)
        piece = escape(cut)
        shown += _gap(raw[:1]) + (bold(piece) if is_bold else piece) + _gap(raw[-1:])
        room -= escaped_length(cut) + 6
        if cut != core or room < _LEAST_ROOM:
            break
    return " ".join(shown.split())


def _gap(edge: str) -> str:
    return " " if edge.isspace() else ""
