"""One search: as typed, as it was probably meant, then more and more forgivingly."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tantivy import Query, Searcher, TextAnalyzer

from bot.search.building import PLENTY, Builder, Leniency
from bot.search.correcting import nearest, replaced
from bot.search.engine import Engine, Ranking
from bot.search.folding import is_paired, pairs
from bot.search.narrowing import Narrower
from bot.search.results import Filters
from bot.search.wanted import LONGEST_QUERY, Wanted, Wish, wanted

WINDOW = PLENTY
"""Passages that one search ranks; what is less fitting than all these can't be paged to."""

_FEW = 25
"""Passages found below which words that begin like the last one are all looked for."""

_RARE = 5
"""Passages with a known word up to which it may be another one, misspelled."""

_GUESSES = 3
"""Searches that are tried for words that are known, but not together."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to: of which wishes, and by which leniency.

    ``ranking`` is ``None`` where the wishes are none, and what filters leave is to be listed.
    ``misspelled`` are the places of wishes of which letters may be wrong, ``corrected`` is the
    query as it was searched, where that is not as it was typed.
    """

    wanted: Wanted
    ranking: Ranking | None
    leniency: Leniency = Leniency.EXACT
    misspelled: frozenset[int] = frozenset()
    corrected: str | None = None


@dataclass
class Words:
    """The words of all passages at one moment; each is looked up once a search."""

    searcher: Searcher
    similar_to: Callable[[str], Sequence[str]]
    _frequencies: dict[str, int] = field(default_factory=dict)
    _beginnings: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    _similar: dict[str, list[str]] = field(default_factory=dict)

    def frequency(self, word: str) -> int:
        known = self._frequencies.get(word)
        if known is None:
            known = self._frequencies[word] = self.searcher.doc_freq("words", word)
        return known

    def beginning_with(self, prefix: str, limit: int) -> list[str]:
        key = (prefix, limit)
        if key not in self._beginnings:
            found = self.searcher.terms_with_prefix("words", prefix, limit=limit)
            self._beginnings[key] = [word for word, _ in found]
        return self._beginnings[key]

    def similar(self, word: str) -> list[str]:
        if word not in self._similar:
            self._similar[word] = list(self.similar_to(word))
        return self._similar[word]

    def finds(self, query: Query) -> bool:
        return bool(self.searcher.search(query, 1, count=False).hits)

    @property
    def passages(self) -> int:
        return self.searcher.num_docs


class Finder:
    """Searches one moment's index."""

    def __init__(self, engine: Engine, stemmer: TextAnalyzer, words: Words) -> None:
        self._engine = engine
        self._words = words
        self._builder = Builder(engine.schema, stemmer, words)
        self._narrower = Narrower(engine.schema, words)

    def find(self, query: str, filters: Filters) -> Found:
        """What `query` finds within `filters`, at whatever leniency finds anything first.

        Raises:
            Damaged: the files can't be read.
        """
        query = query[:LONGEST_QUERY]
        typed = self._understood(query, filters)
        corrected = self._with_known_artists(query, typed)
        if corrected is not None:
            query, typed = corrected, self._understood(corrected, filters)
        if typed.empty:
            return Found(typed, None, corrected=corrected)
        ranking = self._search(typed, filters, Leniency.EXACT)
        if ranking.found:
            return Found(typed, ranking, corrected=corrected)
        for guess in self._guesses(query, typed):
            meant = self._understood(guess, filters)
            ranking = self._search(meant, filters, Leniency.EXACT)
            if ranking.found:
                return Found(meant, ranking, corrected=guess)
        return self._forgiving(typed, filters, corrected)

    def listing(self, meant: Wanted, filters: Filters) -> Query:
        """The openings of the interviews that filters and `meant` leave."""
        unwanted = self._builder.unwanted(meant)
        return self._narrower.narrowed(self._narrower.openings(), meant, filters, unwanted)

    def similar(self, interview_id: int, texts: Mapping[str, str]) -> Ranking:
        """The passages of others that have most in common with these texts of an interview."""
        return self._engine.search(self._narrower.alike(interview_id, texts, ()), WINDOW)

    def passages_of(self, interview_id: int, most: int) -> Ranking:
        return self._engine.search(self._narrower.of_interview(interview_id), most)

    def _understood(self, query: str, filters: Filters) -> Wanted:
        return self._builder.understood(wanted(query, narrowed=bool(filters)))

    def _search(self, meant: Wanted, filters: Filters, leniency: Leniency) -> Ranking:
        unwanted = self._builder.unwanted(meant)

        def searched(builder: Builder) -> Ranking:
            found = builder.query(meant, leniency)
            narrowed = self._narrower.narrowed(found, meant, filters, unwanted)
            return self._engine.search(narrowed, WINDOW)

        ranking = searched(self._builder)
        if len(ranking.found) < _FEW and self._builder.begins_more(meant):
            return searched(replace(self._builder, all_begun=True))
        return ranking

    def _forgiving(self, typed: Wanted, filters: Filters, corrected: str | None) -> Found:
        found = Found(typed, Ranking.empty(self._words.searcher), corrected=corrected)
        for leniency in self._builder.steps(typed):
            ranking = self._search(typed, filters, leniency)
            misspelled = self._builder.misspelled(typed)
            found = Found(typed, ranking, leniency, misspelled, corrected)
            if ranking.found:
                break
        return found

    def _with_known_artists(self, query: str, typed: Wanted) -> str | None:
        """The query with the artists of its filters as they are probably called."""
        unknown = [wish for wish in typed.only.artists if not self._narrower.is_known(wish)]
        return self._replaced(query, unknown, self._unknown_words(unknown))

    def _guesses(self, query: str, typed: Wanted) -> Iterator[str]:
        """What the query may have been meant to be, likeliest first; none that it is already."""
        unknown = list(self._unknown_words(typed.wishes))
        if unknown:
            guess = self._replaced(query, typed.wishes, unknown)
            if guess is not None:
                yield guess
            return
        if len(typed.wishes) > 1:
            yield from self._other_words(query, typed.wishes)

    def _unknown_words(self, wishes: Sequence[Wish]) -> Iterator[str]:
        """The words that no text has; of a compound, as it is written without its signs."""
        for wish in wishes:
            if wish.is_heard:
                continue
            parts = [word for word in wish.parts if not self._is_known(word, wish)]
            if len(wish.parts) == 1 or wish.phrase:
                yield from parts
            elif parts and not any(map(self._words.frequency, wish.others)):
                yield from (*wish.others[:1], *parts)

    def _is_known(self, word: str, wish: Wish) -> bool:
        if is_paired(word):
            return all(self._words.frequency(pair) for pair in pairs(word))
        if self._words.frequency(word):
            return True
        others = len(wish.parts) == 1 and any(map(self._words.frequency, wish.others))
        return others or bool(
            wish.prefix.endswith(word) and self._words.beginning_with(wish.prefix, 1)
        )

    def _replaced(
        self, query: str, wishes: Sequence[Wish], unknown: "Iterator[str] | list[str]"
    ) -> str | None:
        meant = {word: near for word in unknown if (near := self._nearest(word)) is not None}
        return replaced(query, meant, (wish.span for wish in wishes)) if meant else None

    def _nearest(self, word: str) -> str | None:
        return nearest(word, self._words.frequency, self._words.similar)

    def _other_words(self, query: str, wishes: Sequence[Wish]) -> Iterator[str]:
        """Each word, the rarest first, as the name that it may have been meant to be."""
        rare = [
            wish
            for wish in wishes
            if len(wish.parts) == 1
            and not wish.phrase
            and self._words.frequency(wish.parts[0]) <= _RARE
        ]
        rare.sort(key=lambda wish: self._words.frequency(wish.parts[0]))
        for wish in rare[:_GUESSES]:
            (word,) = wish.parts
            for near in self._words.similar(word)[:1]:
                yield replaced(query, {word: near}, [wish.span])
