"""An artist: who, every interview, the most quoted answer; and which artist was meant."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

from bot.core.i18n import Text
from bot.core.model import Artist, InterviewSummary
from bot.core.text import is_visible, measure, one_line, shorten
from bot.ui import ids
from bot.ui.layout import (
    OPTION_TEXT_LIMIT,
    Item,
    Layout,
    button,
    container,
    row,
    rule,
    small,
    words,
)
from bot.ui.lists import chooser, entry, page_of, titled, turner
from bot.ui.markdown import bold, escape, escape_within, join, link

INTERVIEWS_PER_PAGE = 8
CANDIDATES = 8
"""So many that the longest entries together stay below Discord's 4,000 characters, and that the
sections of candidates (3 components each) stay below 40."""

_NAME_LIMIT = 100
_ROLE_LIMIT = 80
_ALIASES_LIMIT = 160
_QUOTE_LIMIT = 400
_QUESTION_LIMIT = 100
_TITLE_LIMIT = 100
_URL_LIMIT = 120


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words worth quoting, in plain text; who said them ("" for the artist), asked what, where."""

    interview: InterviewSummary
    section: int
    speaker: str
    question: str
    words: str


def artist_name(artist: Artist, text: Text) -> str:
    """The name as plain text, whatever the magazine wrote."""
    name = one_line(artist.name)
    return name if is_visible(name) else text("artist.unnamed")


def artist_choice(artist: Artist, text: Text) -> str:
    """An artist as autocompletion offers one: name, another spelling, role and number of
    interviews within 100 characters."""
    alias = next((one_line(alias) for alias in artist.aliases if is_visible(alias)), "")
    tail = f" · {text.plural('artist.interviews', len(artist.interviews))}"
    name = shorten(artist_name(artist, text), OPTION_TEXT_LIMIT - measure(tail))
    role = one_line(artist.role or "")
    for told, more in ((alias, f" ({alias})"), (role, f" · {role}")):
        if is_visible(told) and measure(name + more + tail) <= OPTION_TEXT_LIMIT:
            name += more
    return name + tail


def artist_page(
    artist: Artist,
    summaries: Sequence[InterviewSummary],
    text: Text,
    *,
    page: int,
    quoted: Quoted | None = None,
) -> Layout:
    """One page (from 0) of an artist's interviews, `summaries` being those of this page, at most
    ``INTERVIEWS_PER_PAGE``."""
    total = len(artist.interviews)
    head = [f"## {escape_within(artist_name(artist, text), _NAME_LIMIT)}", _who(artist, text)]
    aliases = ", ".join(one_line(alias) for alias in artist.aliases if is_visible(alias))
    if aliases:
        head.append(small(text("artist.aliases", names=escape_within(aliases, _ALIASES_LIMIT))))
    items: list[Item | None] = [words("\n".join(filter(None, head)))]
    if quoted is not None:
        items += [rule(), words(_quote(quoted, text))]
    counted = [
        f"**{text.plural('artist.interviews', total)}**",
        page_of(page, total, INTERVIEWS_PER_PAGE, text),
    ]
    items += [rule(), words(join(counted))]
    items += [words(entry(one, text, named=len(one.names) > 1)) for one in summaries]
    items += [rule(), chooser(summaries, text)] if summaries else []
    more = (page + 1) * INTERVIEWS_PER_PAGE < total
    buttons = row(
        turner(text("latest.newer"), ids.ArtistPage(artist.id, page - 1) if page else None),
        turner(text("latest.older"), ids.ArtistPage(artist.id, page + 1) if more else None),
        button(
            text("artist.follow"),
            ids.FollowArtist(artist.id).custom_id,
            style=discord.ButtonStyle.primary,
        ),
        _picture(quoted, text) if quoted else None,
    )
    return Layout(container(*items, buttons))


def _picture(quoted: Quoted, text: Text) -> "ui.Button[Any]":
    picture = ids.QuotePicture(quoted.interview.id, quoted.section)
    return button(text("reader.quote"), picture.custom_id)


def _who(artist: Artist, text: Text) -> str:
    """The role, and the kind where the role does not say it already."""
    role = escape_within(artist.role or "", _ROLE_LIMIT)
    kind = text(f"kind.{artist.kind}")
    said = kind.casefold() in role.casefold()
    return join([role if is_visible(role) else None, None if said else kind])


def _quote(quoted: Quoted, text: Text) -> str:
    speaker = escape_within(quoted.speaker, _NAME_LIMIT)
    question = escape_within(quoted.question, _QUESTION_LIMIT)
    title = link(
        titled(quoted.interview, text), quoted.interview.url, _TITLE_LIMIT, url_limit=_URL_LIMIT
    )
    source = join(
        [
            speaker if is_visible(speaker) else None,
            text("artist.asked", question=question) if is_visible(question) else None,
            title,
        ]
    )
    return f"> {escape_within(quoted.words, _QUOTE_LIMIT)}\n{small(source)}"


def artists_page(
    wanted: str,
    artists: Sequence[Artist],
    text: Text,
    *,
    known: bool,
    choose: Callable[[Artist], ids.Action],
) -> Layout:
    """Artists that typed words may mean, at most ``CANDIDATES``, each with a button for `choose`.

    `known` is false where nobody is called so, and these come nearest.
    """
    shown = escape(shorten(one_line(wanted), ids.QUERY_LIMIT))
    key = "artist.which" if known else "artist.did-you-mean"
    sections: list[Item | None] = [
        _candidate(artist, text, choose(artist).custom_id) for artist in artists[:CANDIDATES]
    ]
    return Layout(container(words(text(key, query=shown)), *sections))


def nobody_page(wanted: str, text: Text) -> Layout:
    """Words that no artist's name resembles, with a search for them instead."""
    query = ids.short_query(wanted)
    rather = button(text("search.rather", query=query), ids.SearchPage(0, query).custom_id)
    told = words(text("artist.unknown", query=escape(query)))
    return Layout(container(told, row(rather if is_visible(query) else None)))


def _candidate(artist: Artist, text: Text, custom_id: str) -> "ui.Section[Layout]":
    alias = next((alias for alias in artist.aliases if is_visible(alias)), "")
    name = bold(escape_within(artist_name(artist, text), _NAME_LIMIT))
    facts = join(
        [
            escape_within(alias, _NAME_LIMIT) or None,
            _who(artist, text),
            text.plural("artist.interviews", len(artist.interviews)),
        ]
    )
    chosen = button(text("artist.this"), custom_id)
    return ui.Section(f"{name}\n{small(facts)}", accessory=chosen)
