"""When a search asks by meaning instead of by words. Pure."""

import math
import re
from collections.abc import Callable, Collection, Sequence

from bot.search.query import Clause, ParsedQuery

LEAST_COVERED = 0.5
"""The share of a query's words, weighted by rarity, that the best passage must have for the words
to lead."""

_SYLLABIC = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_HANGUL = re.compile("[\uac00-\ud7a3]+")


def is_plain(query: ParsedQuery) -> bool:
    """Whether a query is words alone: no quotes, minus or filter."""
    return bool(query.clauses) and not (query.narrows or any(one.phrase for one in query.clauses))


def is_sentence(text: str) -> bool:
    """Whether a query is long enough to mean more than its words: three words of three letters, six
    Thai, kana or Han characters, or two Hangul words of five syllables together."""
    hangul = _HANGUL.findall(text)
    return (
        sum(sum(map(str.isalpha, word)) >= 3 for word in text.split()) >= 3
        or len(_SYLLABIC.findall(text)) >= 6
        or (len(hangul) >= 2 and sum(map(len, hangul)) >= 5)
    )


def covered(
    clauses: Sequence[Clause], found: Collection[int], frequency: Callable[[str], int], total: int
) -> float:
    """The share, from 0 to 1, of a query's clauses that a passage has; a rare one counts more.

    `found` are the numbers of those it has, `total` is the number of all passages.
    """
    weights = [
        math.log(1 + total / (1 + max(map(frequency, clause.parts), default=0)))
        for clause in clauses
    ]
    of_found = sum(weight for number, weight in enumerate(weights) if number in found)
    return of_found / sum(weights)
