"""The words of all passages at one moment."""

from collections.abc import Callable, Sequence

from tantivy import Query, Searcher

from bot.core.folding import is_paired, pairs


class Lexicon:
    """Looks words up in the index; each once, for the time of one search."""

    def __init__(self, searcher: Searcher, similar: Callable[[str], Sequence[str]]) -> None:
        self._searcher = searcher
        self.passages: int = searcher.num_docs
        """The number of all passages."""
        self._similar = similar
        self._frequencies: dict[str, int] = {}
        self._near: dict[str, Sequence[str]] = {}

    def frequency(self, word: str) -> int:
        """The number of passages that contain a word, or a pair of syllables."""
        found = self._frequencies.get(word)
        if found is None:
            found = self._frequencies[word] = self._searcher.doc_freq("words", word)
        return found

    def frequency_of_fact(self, fact: str) -> int:
        return self._searcher.doc_freq("facts", fact)

    def similar(self, word: str) -> Sequence[str]:
        """The words of titles and names that a word may be a misspelling of, nearest first."""
        if word not in self._near:
            self._near[word] = self._similar(word)
        return self._near[word]

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
