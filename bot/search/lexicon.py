"""The words of all passages at one moment."""

from collections.abc import Callable, Sequence
from functools import cache, partial

from tantivy import Query, Searcher

from bot.core.folding import is_paired, pairs


class Lexicon:
    """Looks words up in the index; each once, for the time of one search."""

    def __init__(self, searcher: Searcher, similar: Callable[[str], Sequence[str]]) -> None:
        self._searcher = searcher
        self.passages: int = searcher.num_docs
        """The number of all passages."""
        self.frequency = cache(partial(searcher.doc_freq, "words"))
        """The number of passages that contain a word, or a pair of syllables."""
        self.frequency_of_fact = partial(searcher.doc_freq, "facts")
        self.similar = cache(similar)
        """The words of titles and names that a word may be a misspelling of, nearest first."""

    def beginning_with(self, prefix: str, limit: int) -> list[str]:
        """The most frequent words that begin so."""
        found = self._searcher.terms_with_prefix("words", prefix, limit=limit)
        return [word for word, _ in found]

    def finds(self, query: Query) -> bool:
        """Whether a query finds anything."""
        return bool(self._searcher.search(query, 1, count=False).hits)


def is_known(word: str, frequency: Callable[[str], int]) -> bool:
    """Whether passages contain a word, or each pair of its syllables."""
    return all(frequency(unit) for unit in (is_paired(word) and pairs(word)) or [word])
