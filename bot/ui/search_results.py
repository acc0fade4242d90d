"""What a search found and how it was narrowed, and what to try where it found nothing."""

import re
from collections.abc import Sequence
from dataclasses import replace

from discord import ui

from bot.core.i18n import Text
from bot.core.model import COVER, InterviewSummary, Position, Topic
from bot.core.text import is_visible, measure, one_line, shorten
from bot.fans.results import HITS_PER_PAGE, HitGroup, SearchRequest, SearchResultPage
from bot.search import Fragment, Hit, UnknownFilter
from bot.ui import ids
from bot.ui.artist import REQUERY_LIMIT, name_of
from bot.ui.custom_ids import Action
from bot.ui.interviews import question_title, read_action
from bot.ui.layout import (
    WARNING,
    Button,
    Content,
    Layout,
    button,
    lines,
    page_buttons,
    panel,
    row,
    small,
    thumbnail,
)
from bot.ui.lists import back_next, page_of, shown_query
from bot.ui.markdown import bold, escape, escape_within, escaped_length, join
from bot.ui.rows import facts, headline, interview_row, picture_of

_NAME_LIMIT = 60
_QUESTION_LIMIT = 120
_SNIPPET_LIMIT = 180
_LEAST_ROOM = 12
_OFFERS = 5

_TYPED_FILTER = re.compile(r"\b(?:artist|kind|year):", re.IGNORECASE)


def search_action(request: SearchRequest, page: int = 0) -> Action:
    """The action that shows a page (from 0) of a search; a long one is stored under its key."""
    artist = request.artist.id if request.artist else None
    key = ids.query_key(request.query)
    if request.by_meaning:
        return ids.LongMeaningPage(page, key) if key else ids.MeaningPage(page, request.query)
    if key is not None:
        return ids.LongSearchPage(page, key, artist, request.kind, request.year)
    return ids.SearchPage(page, request.query, artist, request.kind, request.year)


def search_page(found: SearchResultPage, text: Text) -> Layout:
    """One page of a search: at most ``HITS_PER_PAGE`` hits, grouped by interview; or that there
    are none, with what to try."""
    request = found.request
    if not found.groups:
        return _no_more(request, text) if found.page else _nothing_found(found, text)
    content: list[Content] = [_head(found, text)]
    words = (found.corrected if not found.exact else None) or request.query
    for group in found.groups:
        content += _group(group, words, text, by_meaning=found.by_meaning)
    everywhere = button(text("search.everywhere"), search_action(request.without("all")))
    shown = replace(request, by_meaning=found.by_meaning)
    buttons = row(
        *page_buttons(
            found.page, found.more, lambda page: search_action(shown, page), back_next(text)
        ),
        everywhere if request.is_narrowed else None,
        _corrected_button(found, text),
        _other_way_button(found, text),
    )
    return panel(*content, buttons)


def _group(group: HitGroup, words: str, text: Text, *, by_meaning: bool) -> list[Content]:
    """An interview, and each passage of it that was found, with a button that opens it there."""
    summary = group.interview
    about = lines(headline(summary, text), *facts(summary, text))
    shown = [hit for hit in group.hits if by_meaning or _is_in_text(hit)]
    if not shown:
        return interview_row(summary, text)
    picture = thumbnail(picture_of(summary, text))
    # Intro and closing words are one place.
    places = {hit.turn_number: hit for hit in reversed(shown)}
    return [
        ui.Section(about, accessory=picture) if picture else about,
        *(
            ui.Section(
                _hit(summary, hit, text), accessory=_read(summary, hit, words, text, by_meaning)
            )
            for hit in reversed(places.values())
        ),
    ]


def _read(summary: InterviewSummary, hit: Hit, words: str, text: Text, by_meaning: bool) -> Button:
    """The button to a passage, with its words marked where it was found by them."""
    section = hit.turn_number or COVER.section
    if by_meaning:
        return button(text("digest.read"), read_action(summary.id, Position(section)))
    return button(text("digest.read"), ids.OpenFound(summary.id, section, words))


def _head(found: SearchResultPage, text: Text) -> str:
    request, corrected = found.request, found.corrected
    hint = None
    if found.by_meaning:
        hint = text("search.meant-besides" if found.exact else "search.meant")
    elif corrected and found.exact:
        hint = text("search.did-you-mean", query=shown_query(corrected))
    elif corrected:
        hint = text("search.corrected", query=shown_query(corrected))
    elif not found.exact:
        hint = text("search.nearest")
    only = text("search.only", filters=_filters(request, text)) if request.is_narrowed else None
    pages = page_of(found.page, found.total, HITS_PER_PAGE, text)
    total = "search.total" if _shows_passages(found) else "search.total-interviews"
    counted = [text.plural(total, found.total), pages]
    title = text("search.title", query=shown_query(request.query))
    return lines(f"## {title}", hint, only, small(join(counted)))


def _nothing_found(found: SearchResultPage, text: Text) -> Layout:
    request = found.request
    if found.unknown:
        return _unknown_filter(found, found.unknown[0], text)
    shown = shown_query(request.query)
    if not request.is_narrowed:
        typed = text("search.nothing-typed") if _TYPED_FILTER.search(request.query) else None
        said = lines(text("search.nothing", query=shown), typed)
        return panel(said, row(_other_way_button(found, text)))
    offered: dict[Action, Button] = {}
    for filters, count in found.hits_without.items():
        action = search_action(request.without(filters))
        if count and action != search_action(request):
            label = text(f"search.any-{filters}", count=text.number(count))
            offered.setdefault(action, button(label, action))
    if not offered:
        advice = "search.nothing-wider"
    elif [*offered] == [search_action(request.without("all"))]:
        advice = "search.widen-all"
    else:
        advice = "search.widen"
    nothing = text("search.nothing-narrowed", query=shown, filters=_filters(request, text))
    return panel(lines(nothing, text(advice)), row(*offered.values()))


def _unknown_filter(found: SearchResultPage, unknown: UnknownFilter, text: Text) -> Layout:
    """A filter in the words that nothing meets, with the search without it, and with the artists
    whose names are like the one that was typed."""
    request = replace(found.request, query=ids.short_query(unknown.rest))
    offers = found.offers[:_OFFERS] if unknown.name == "artist" else ()
    kinds = ", ".join(f"`{kind}`" for kind in Topic)
    key = f"search.no-{unknown.name}-but" if offers else f"search.no-{unknown.name}"
    said = text(key, value=shown_query(unknown.value), kinds=kinds)
    narrowed = [
        button(name_of(artist.name, text), search_action(replace(request, artist=artist)))
        for artist in offers
    ]
    possible = is_visible(request.query) or request.is_narrowed
    without = button(text("search.without-filter"), search_action(request))
    return panel(said, row(*narrowed), row(without) if possible else None)


def unknown_artist(request: SearchRequest, name: str, text: Text) -> Layout:
    """Nobody is called `name`, with whom `request` should look for interviews; with the same
    search among all artists."""
    without = button(text("search.without-artist"), search_action(request.without("artist")))
    said = text("search.unknown-artist", query=shown_query(name))
    return panel(said, row(without), colour=WARNING)


def _no_more(request: SearchRequest, text: Text) -> Layout:
    """A page beyond the last."""
    first = button(text("search.to-first"), search_action(request))
    return panel(text("search.end", query=shown_query(request.query)), row(first))


def _filters(request: SearchRequest, text: Text) -> str:
    artist = one_line(request.artist.name) if request.artist else ""
    return join(
        [
            bold(escape_within(artist, _NAME_LIMIT)) if is_visible(artist) else None,
            f"**{text(f'kind.{request.kind}')}**" if request.kind else None,
            f"**{request.year}**" if request.year else None,
        ]
    )


def _corrected_button(found: SearchResultPage, text: Text) -> Button | None:
    if found.corrected is None or not found.exact:
        return None
    other = replace(found.request, query=ids.short_query(found.corrected))
    label = text("search.rather", query=shorten(one_line(found.corrected), REQUERY_LIMIT))
    return button(label, search_action(other))


def _other_way_button(found: SearchResultPage, text: Text) -> Button | None:
    """By meaning what was found by words, and the other way round."""
    if not found.has_other_way:
        return None
    label = text("search.by-words" if found.by_meaning else "search.by-meaning")
    return button(label, search_action(replace(found.request, by_meaning=not found.by_meaning)))


def _shows_passages(found: SearchResultPage) -> bool:
    """Whether passages were found, and not only interviews that meet filters."""
    return found.by_meaning or any(_is_in_text(hit) for group in found.groups for hit in group.hits)


def _is_in_text(hit: Hit) -> bool:
    """Whether there is more to show than the title, in which the words were found."""
    return hit.turn_number is not None or any(fragment.bold for fragment in hit.snippet)


def _label(summary: InterviewSummary, hit: Hit, text: Text) -> str:
    if hit.turn_number is not None:
        return question_title(hit.turn_number, hit.question, text)
    if not _is_in_text(hit):
        return text("search.from-start")
    return text("search.in-intro") if summary.turn_count else text("search.in-text")


def _hit(summary: InterviewSummary, hit: Hit, text: Text) -> str:
    """Where it was found, and the words around it as a quote."""
    where = escape_within(_label(summary, hit, text), _QUESTION_LIMIT)
    if hit.turn_number is not None and any(fragment.bold for fragment in hit.marked_question):
        number = escape(f"{text.number(hit.turn_number)}.")
        where = f"{number} {_snippet(hit.marked_question, _QUESTION_LIMIT)}"
    snippet = _snippet(hit.snippet, _SNIPPET_LIMIT)
    return f"{where}\n> {snippet}" if is_visible(snippet) else where


def _snippet(fragments: Sequence[Fragment], limit: int) -> str:
    """The words around what was found, that in bold, within `limit`."""
    merged: list[tuple[str, bool]] = []
    for fragment in fragments:
        if merged and merged[-1][1] == fragment.bold:
            merged[-1] = (merged[-1][0] + fragment.text, fragment.bold)
        else:
            merged.append((fragment.text, fragment.bold))
    shown, room = "", limit
    for count, (raw, is_bold) in enumerate(merged, 1):
        core = one_line(raw)
        cut = shorten(core, room, cost=escaped_length)
        piece = escape(cut)
        shown += _edge(raw[:1]) + (bold(piece) if is_bold else piece) + _edge(raw[-1:])
        room -= measure(piece) + 6
        if cut != core:
            break
        if room < _LEAST_ROOM and count < len(merged):
            shown = f"{shown.rstrip()}…"
            break
    return one_line(shown)


def _edge(char: str) -> str:
    return " " if char.isspace() else ""
