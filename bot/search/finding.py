"""One search: as typed, as it was probably meant, then more and more forgivingly."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tantivy import Query, Searcher, TextAnalyzer

from bot.search.building import PLENTY, Builder, Leniency
from bot.search.correcting import Frequency, nearest, replaced
from bot.search.engine import Engine, Ranking
from bot.search.folding import fold, is_paired, pairs, word_texts
from bot.search.keyboard import in_hangul, in_latin
from bot.search.marking import distance
from bot.search.narrowing import Narrower
from bot.search.passages import year_fact
from bot.search.results import Filters
from bot.search.wanted import LONGEST_QUERY, Wanted, Wish, wanted

WINDOW = PLENTY
"""Passages that one search ranks; what is less fitting than all these can't be paged to."""

_MOST_YEARS = 200
_NEWEST_SHARE = 0.05

_LITTLE = 3
"""Passages found below which another query may be offered."""

_FEW = 25
"""Passages found below which a search that may have been hasty is made again, thoroughly."""

_RARE = 5
"""Passages with a known word up to which it may be another one, misspelled."""

_GUESSES = 3
"""Searches that are tried for words that are known, but not together."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to: of which wishes, and by which leniency.

    ``ranking`` is ``None`` where the wishes are none, and what filters leave is to be listed.
    ``misspelled`` are the places of wishes of which letters may be wrong, ``corrected`` is the
    query as it was searched, where that is not as it was typed, and ``rather`` another one that
    may have been meant, where little was found.
    """

    wanted: Wanted
    ranking: Ranking | None
    leniency: Leniency = Leniency.EXACT
    misspelled: frozenset[int] = frozenset()
    corrected: str | None = None
    rather: str | None = None


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

    def frequency_in_names(self, word: str) -> int:
        return self.searcher.doc_freq("names", word)

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

    def passages_with(self, fact: str) -> int:
        return self.searcher.doc_freq("facts", fact)

    @property
    def newest_years(self) -> list[str]:
        """The facts of the newest years that have a share of all passages together."""
        counted = self.searcher.terms_with_prefix("facts", year_fact(""), limit=_MOST_YEARS)
        years: list[str] = []
        wanted = self.passages * _NEWEST_SHARE
        for year, count in sorted(counted, reverse=True):
            if wanted > 0:
                years.append(year)
                wanted -= count
        return years

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
        corrected = self._with_known_artists(query, typed, filters)
        if corrected is not None:
            query, typed = corrected, self._understood(corrected, filters)
        if typed.empty:
            return Found(typed, None, corrected=corrected)
        ranking = self._search(typed, filters, Leniency.EXACT)
        if ranking.found:
            rather = self._rather(query, typed, filters, len(ranking.found))
            return Found(typed, ranking, corrected=corrected, rather=rather)
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

    def similar(self, interview_id: int, texts: Mapping[str, str], facts: Sequence[str]) -> Ranking:
        """The passages of others that have most in common with these texts of an interview."""
        return self._engine.search(self._narrower.alike(interview_id, texts, facts), WINDOW)

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
        if len(ranking.found) < _FEW and self._builder.is_hasty(meant):
            return searched(replace(self._builder, thorough=True))
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

    def _rather(self, query: str, typed: Wanted, filters: Filters, found: int) -> str | None:
        """A query with a name in place of a rare word that is a letter off, if it finds more."""
        if found >= _LITTLE:
            return None
        for guess in self._other_words(query, typed.wishes, most_wrong=1):
            meant = self._understood(guess, filters)
            if len(self._search(meant, filters, Leniency.EXACT).found) > found:
                return guess
        return None

    def _with_known_artists(self, query: str, typed: Wanted, filters: Filters) -> str | None:
        """The query with the artists of its filters as they are called, where they were not."""
        unknown = self._unknown_artists(typed)
        if not unknown:
            return None
        meant = [self._meant(query, wish, self._words.frequency_in_names) for wish in unknown]
        guess = _replaced(query, unknown, meant)
        if guess is None or self._unknown_artists(self._understood(guess, filters)):
            return None
        return guess

    def _unknown_artists(self, typed: Wanted) -> list[Wish]:
        return [wish for wish in typed.only.artists if not self._narrower.is_known(wish)]

    def _guesses(self, query: str, typed: Wanted) -> Iterator[str]:
        """What the query may have been meant to be, likeliest first; none that it is already."""
        unknown = [wish for wish in typed.wishes if self._is_unknown(wish)]
        if unknown:
            meant = [self._meant(query, wish, self._words.frequency) for wish in unknown]
            guess = _replaced(query, unknown, meant)
            if guess is not None:
                yield guess
        elif len(typed.wishes) > 1:
            yield from self._other_words(query, typed.wishes)

    def _is_unknown(self, wish: Wish) -> bool:
        """Whether there is a word in it that no text has, or, in a compound, no text as one."""
        frequency = self._words.frequency
        if wish.is_heard or all(_is_known(part, frequency) for part in wish.parts):
            return False
        if wish.phrase:
            return True
        begun = wish.prefix and self._words.beginning_with(wish.prefix, 1)
        return not begun and not any(_is_known(other, frequency) for other in wish.others)

    def _meant(self, query: str, wish: Wish, frequency: Frequency) -> dict[str, str]:
        """What the unknown words of a wish were probably meant to be.

        A word as it would have been on the other keyboard, if that is known. Then its parts, and
        where one of these stays unknown, a compound as one word.
        """
        typed = query[slice(*wish.span)]
        for other in filter(None, (in_hangul(typed), in_latin(typed))):
            if len(wish.parts) == 1 and len(other) > 1 and _is_known(other, frequency):
                return {wish.parts[0]: other}
        unknown = [part for part in wish.parts if not _is_known(part, frequency)]
        meant = {part: near for part in unknown if (near := self._nearest(part, frequency))}
        if wish.phrase or len(wish.parts) == 1 or (meant and len(meant) == len(unknown)):
            return meant
        joined = "".join(wish.parts)
        near = self._nearest(joined, frequency)
        return {joined: near} if near else {}

    def _nearest(self, word: str, frequency: Frequency) -> str | None:
        return nearest(word, frequency, self._words.similar)

    def _other_words(
        self, query: str, wishes: Sequence[Wish], most_wrong: int = 2
    ) -> Iterator[str]:
        """Each rare word, the rarest first, as the name that it may have been meant to be."""
        rare = [
            wish
            for wish in wishes
            if len(wish.parts) == 1
            and not wish.phrase
            and 0 < self._words.frequency(wish.parts[0]) <= _RARE
        ]
        rare.sort(key=lambda wish: self._words.frequency(wish.parts[0]))
        for wish in rare[:_GUESSES]:
            (word,) = wish.parts
            near = next(iter(self._words.similar(word)), None)
            if near is not None and distance(word, near)[-1] <= most_wrong:
                yield replaced(query, {word: near}, [wish.span])


def _is_known(word: str, frequency: Frequency) -> bool:
    return all(frequency(unit) for unit in (is_paired(word) and pairs(word)) or [word])


def _replaced(query: str, wishes: Sequence[Wish], meant: Sequence[Mapping[str, str]]) -> str | None:
    """The query with what the wishes were meant to be; ``None`` where this is as it was."""
    together = {word: near for words in meant for word, near in words.items()}
    guess = replaced(query, together, (wish.span for wish in wishes))
    return None if word_texts(fold(guess)) == word_texts(fold(query)) else guess
