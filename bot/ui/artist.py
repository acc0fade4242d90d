"""An artist: who, every interview, a striking answer; and which artist typed words may mean."""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from discord import ButtonStyle, ui

from bot.core.artists import is_called
from bot.core.i18n import Text
from bot.core.model import Artist, InterviewSummary
from bot.core.text import is_visible, measure, one_line, shorten
from bot.fans.results import INTERVIEWS_PER_ARTIST_PAGE, ArtistProfile
from bot.quotes.choosing import Quote
from bot.ui import ids
from bot.ui.custom_ids import Action
from bot.ui.interviews import title_link, title_of
from bot.ui.layout import (
    OPTION_TEXT_LIMIT,
    Content,
    Layout,
    button,
    gallery,
    lines,
    page_buttons,
    panel,
    row,
    rule,
    small,
)
from bot.ui.lists import has_words, page_of, shown_query
from bot.ui.markdown import bold, escape_within, join
from bot.ui.rows import facts, interview_row, picture_of

CANDIDATES = 8
"""So many that the longest entries together stay below Discord's 4,000 characters, and that the
sections of candidates (3 components each) stay below 40."""

REQUERY_LIMIT = 22
"""Characters of a query on a button: one line on a phone."""

_NAME_LIMIT = 100
_ROLE_LIMIT = 80
_ALIASES_LIMIT = 160
_QUOTE_LIMIT = 400
_QUESTION_LIMIT = 100


def name_of(name: str, text: Text) -> str:
    """An artist's name as one line of plain text, or the word for one without."""
    name = one_line(name)
    return name if is_visible(name) else text("artist.unnamed")


def artist_choice(artist: Artist, text: Text) -> str:
    """An artist as autocompletion offers one: name, another spelling, role and number of
    interviews within 100 characters."""
    alias = next((one_line(alias) for alias in artist.aliases if is_visible(alias)), "")
    tail = f" · {_count(artist, text)}"
    name = shorten(name_of(artist.name, text), OPTION_TEXT_LIMIT - measure(tail))
    role = one_line(artist.role or "")
    for fact, added in ((alias, f" ({alias})"), (role, f" · {role}")):
        if is_visible(fact) and measure(name + added + tail) <= OPTION_TEXT_LIMIT:
            name += added
    return name + tail


def artist_page(profile: ArtistProfile, text: Text) -> Layout:
    """One page of an artist's interviews; the first has words of theirs on it."""
    artist, page, size = profile.artist, profile.page, INTERVIEWS_PER_ARTIST_PAGE
    total = len(artist.interviews)
    aliases = text.listed([one_line(alias) for alias in artist.aliases if is_visible(alias)])
    names = escape_within(aliases, _ALIASES_LIMIT)
    head = lines(
        f"## {escape_within(name_of(artist.name, text), _NAME_LIMIT)}",
        _who(artist, text),
        small(text("artist.aliases", names=names)) if names else None,
    )
    banner = next((one for one in profile.summaries if one.image_url), None)
    only = len(profile.summaries) == 1
    more = (page + 1) * size < total
    labels = text("latest.newer"), text("latest.older")
    quoted, picture = None, None
    if profile.quoted is not None:
        summary, quote = profile.quoted
        quoted = _quote(artist, summary, quote, text)
        picture = button(text("reader.quote"), ids.QuotePicture(summary.id, quote.section))
    return panel(
        gallery([picture_of(banner, text)]) if banner else None,
        head,
        rule() if quoted else None,
        quoted,
        rule(),
        join([f"**{_count(artist, text)}**", page_of(page, total, size, text)]),
        *chain.from_iterable(_row(one, text, pictured=not only) for one in profile.summaries),
        row(
            *page_buttons(page, more, lambda number: ids.ArtistPage(artist.id, number), labels),
            button(text("artist.follow"), ids.FollowArtist(artist.id), ButtonStyle.primary),
            picture,
        ),
    )


def _row(summary: InterviewSummary, text: Text, *, pictured: bool) -> list[Content]:
    """An interview, with whom only where it is with others too."""
    if len(summary.names) > 1:
        return interview_row(summary, text, pictured=pictured)
    what, counted = facts(summary, text)
    title = what or escape_within(title_of(summary, text), _QUESTION_LIMIT)
    return interview_row(summary, text, counted, above=bold(title), pictured=pictured)


def _count(artist: Artist, text: Text) -> str:
    return text.plural("artist.interviews", len(artist.interviews))


def _who(artist: Artist, text: Text) -> str:
    """The role, and the topic where the role does not name it already."""
    role = escape_within(artist.role or "", _ROLE_LIMIT)
    topic = text(f"kind.{artist.kind}")
    named = topic.casefold() in role.casefold()
    return join([role if is_visible(role) else None, None if named else topic])


def _quote(artist: Artist, summary: InterviewSummary, quote: Quote, text: Text) -> str:
    own = is_called(artist, quote.speaker)
    speaker = "" if own else escape_within(quote.speaker, _NAME_LIMIT)
    question = escape_within(quote.question, _QUESTION_LIMIT)
    source = [
        speaker if is_visible(speaker) else None,
        text("artist.asked", question=question) if is_visible(question) else None,
        title_link(summary, text),
    ]
    return f"> {escape_within(quote.text, _QUOTE_LIMIT)}\n{small(join(source))}"


def artists_page(
    typed: str,
    artists: Sequence[Artist],
    text: Text,
    *,
    exact: bool,
    choose: Callable[[Artist], Action],
) -> Layout:
    """Artists that typed words may mean, at most ``CANDIDATES``, each with a button for `choose`.

    `exact` is false where nobody is called so, and these names are similar: those with the words
    in them, or else all.
    """
    part = [one for one in artists if has_words(typed, one.name, *one.aliases)]
    key = "artist.which" if exact or part else "artist.did-you-mean"
    shown = (part or artists) if not exact else artists
    return panel(
        text(key, query=shown_query(typed)),
        *(_candidate(artist, text, choose(artist)) for artist in shown[:CANDIDATES]),
    )


def nobody_page(typed: str, text: Text, key: str = "artist.unknown") -> Layout:
    """Words that no artist's name resembles, with a search for them instead."""
    query = ids.short_query(typed)
    label = text("search.rather", query=shorten(query, REQUERY_LIMIT))
    search = button(label, ids.SearchPage(0, query))
    shown = shown_query(typed)
    return panel(text(key, query=shown), row(search if is_visible(query) else None))


def _candidate(artist: Artist, text: Text, action: Action) -> "ui.Section[Any]":
    alias = next((alias for alias in artist.aliases if is_visible(alias)), "")
    name = bold(escape_within(name_of(artist.name, text), _NAME_LIMIT))
    facts = [escape_within(alias, _NAME_LIMIT), _who(artist, text), _count(artist, text)]
    chosen = button(text("artist.this"), action)
    return ui.Section(f"{name}\n{small(join(facts))}", accessory=chosen)
