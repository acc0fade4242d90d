"""Filters in words, as admins read them."""

from collections.abc import Sequence

from bot.core.errors import UserError
from bot.core.filters import FilterTerm, TermSort, parse_filter
from bot.core.i18n import Text
from bot.ui.markdown import escape, join

FILTER_LIMIT = 200
"""Characters of a filter in words: of five, a list has room beside all else."""


def filter_in_words(text_form: str, text: Text, *, limit: int = FILTER_LIMIT) -> str:
    """What a filter lets through, as plain text: "only Music · with Kim So-yeon · without BTS"."""
    try:
        chosen = parse_filter(text_form)
    except UserError:
        return text_form[:limit]
    if not chosen:
        return text("filter.all")
    required = [one for one in chosen.terms if not one.excluded]
    parts = [_listed(text, sort, required, key) for sort, key in _REQUIRED.items()]
    excluded = [_shown(one, text) for one in chosen.terms if one.excluded]
    parts.append(text("filter.without", terms=_cut(excluded, text)) if excluded else None)
    return join(parts)[: limit - 1] + "…" if len(join(parts)) > limit else join(parts)


_REQUIRED = {
    TermSort.KIND: "filter.kinds",
    TermSort.ARTIST: "filter.artists",
    TermSort.WORDS: "filter.words",
}

_SHOWN = 6
"""Terms of one sort that are named; of more, how many there are."""


def _listed(text: Text, sort: TermSort, terms: Sequence[FilterTerm], key: str) -> str | None:
    found = [_shown(one, text) for one in terms if one.sort is sort]
    return text(key, terms=_cut(found, text)) if found else None


def _cut(shown: Sequence[str], text: Text) -> str:
    more = len(shown) - _SHOWN
    named = list(shown[:_SHOWN])
    return text.listed([*named, text("filter.more", n=text.number(more))] if more > 0 else named)


def _shown(term: FilterTerm, text: Text) -> str:
    if term.sort is TermSort.KIND:
        return text(f"kind.{term.value}")
    return text("quoted", words=term.value) if term.sort is TermSort.WORDS else term.value


def shown_filter(text_form: str, text: Text) -> str:
    """The same as markdown."""
    return escape(filter_in_words(text_form, text))


def shown_terms(terms: Sequence[FilterTerm], text: Text) -> str:
    """Some terms of a filter, as markdown."""
    return escape(_cut([_shown(one, text) for one in terms], text))
