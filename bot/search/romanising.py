"""Korean names in Hangul and in Latin letters, as people write them. Pure and bounded.

The official romanisation (Ministry of Culture, 2000) would make Gim So-yeon of 김소연, but hardly
anybody writes the own name by it: a syllable has several usual spellings (Kim; Yeon, Youn, Yun),
and a spelling several syllables (Sun is 선 or 순). So a name is turned into all of its usual
spellings, the commonest first, and whoever searches looks which of them there are. Doing this to
the query rather than to the texts keeps it precise, for only what really stands in some text is
searched, and leaves the index as it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import islice, product
from operator import getitem

from bot.core.phrases import read_data
from bot.search.hangul import is_hangul, parts, typed_in_hangul, typed_in_latin

MOST_SPELLINGS = 64
"""Spellings of one word that are worth a look."""

MOST_READINGS = 12
"""Words in Hangul that one romanised word may be."""

LONGEST_NAME = 4
"""Syllables of a name; a longer word is taken to be none."""

_FULL_NAMES = 6
_LOOKED_UP = 24
_SURNAMES_LOOKED_UP = 3
_PER_SYLLABLE = 12
_IN_WORD = 6
_LONGEST_LATIN = 24
_LONGEST_SYLLABLE = 8

_DATA = read_data(__package__, "romanising.toml")
_PARTS = (_DATA["initials"], _DATA["vowels"], _DATA["finals"])
_SURNAMES, _SYLLABLES = (
    {hangul: tuple(spellings.split()) for hangul, spellings in _DATA[name].items()}
    for name in ("surnames", "syllables")
)
_IN_NAMES = "".join(_DATA["in_names"].split())


@lru_cache(maxsize=4096)
def romanisations(hangul: str, *, surname: bool = False) -> tuple[str, ...]:
    """The usual spellings of a word in Hangul as one word, the commonest first.

    Empty where it is no word of at most ``LONGEST_NAME`` syllables.
    """
    if not is_hangul(hangul) or len(hangul) > LONGEST_NAME:
        return ()
    if surname:
        return _SURNAMES.get(hangul, ())
    return _ranked(*(_syllable(one)[:_IN_WORD] for one in hangul), most=MOST_SPELLINGS)


@lru_cache(maxsize=4096)
def surname_and_given_name(hangul: str) -> tuple[str, str] | None:
    """A full name as surname and given name; ``None`` for what begins with no surname."""
    if not is_hangul(hangul) or not 2 <= len(hangul) <= LONGEST_NAME:
        return None
    length = 2 if len(hangul) > 2 and hangul[:2] in _SURNAMES else 1
    surname, given = hangul[:length], hangul[length:]
    return (surname, given) if surname in _SURNAMES and len(given) <= 2 else None


@lru_cache(maxsize=4096)
def hangul_readings(latin: str, *, surname: bool = False, least: int = 2) -> tuple[str, ...]:
    """What a romanised word (folded) may be in Hangul, the likeliest first.

    A `surname`, or `least` to ``LONGEST_NAME`` syllables that are usual in names; empty for others.
    """
    if not latin.isascii() or not latin.isalpha() or len(latin) > _LONGEST_LATIN:
        return ()
    if surname:
        return tuple(hangul for _, hangul in _surnames().get(latin, ()))
    ranked = sorted(_split(latin, LONGEST_NAME), key=lambda found: (len(found[1]), found[0]))
    return tuple(dict.fromkeys(word for _, word in ranked if len(word) >= least))[:MOST_READINGS]


def full_name_readings(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What a romanised name of several words (folded) may be in Hangul, as surname and given name.

    The surname is the first or the last word.
    """
    if len(words) < 2:
        return
    for surname, given in ((words[0], words[1:]), (words[-1], words[:-1])):
        readings = hangul_readings("".join(given), least=1)
        givens = [reading for reading in readings if len(reading) <= 2]
        yield from islice(product(hangul_readings(surname, surname=True), givens), _FULL_NAMES)


def in_other_script(words: Sequence[str]) -> Iterator[str]:
    """What a name (its words folded) may be as one word in the other script: kimsoyeon and
    soyeonkim for 김소연, the other way round, and with the same keys of the other keyboard."""
    name = "".join(words)
    yield from filter(None, (typed_in_hangul(name), typed_in_latin(name)))
    yield from hangul_readings(name)
    yield from map("".join, full_name_readings(words))
    if len(name) == 2:
        yield from romanisations(name)[:_LOOKED_UP]
    parted = surname_and_given_name(name)
    if parted is not None:
        surnames = romanisations(parted[0], surname=True)[:_SURNAMES_LOOKED_UP]
        for given, surname in product(romanisations(parted[1])[:_LOOKED_UP], surnames):
            yield surname + given
            yield given + surname


@lru_cache(maxsize=4096)
def _split(latin: str, room: int) -> list[tuple[int, str]]:
    """The words that `latin` may be read as, each with how unusual that is."""
    if not latin or not room:
        return [] if latin else [(0, "")]
    found = [
        (rank + unusual, syllable + rest)
        for end in range(1, min(_LONGEST_SYLLABLE, len(latin)) + 1)
        for rank, syllable in _syllables().get(latin[:end], ())
        for unusual, rest in _split(latin[end:], room - 1)
    ]
    return sorted(found)[: 4 * MOST_READINGS]


@cache
def _syllable(hangul: str) -> tuple[str, ...]:
    """The spellings of one syllable of a word, the commonest first."""
    if hangul in _SYLLABLES:
        return _SYLLABLES[hangul]
    tables = zip(_PARTS, parts(hangul), strict=True)
    choices = ([one.strip("-") for one in table[number].split()] for table, number in tables)
    return _ranked(*choices, most=_PER_SYLLABLE)


def _ranked(*choices: Sequence[str], most: int) -> tuple[str, ...]:
    """The first `most` combinations joined, those first that consist of the first choices."""
    places = sorted(product(*(range(len(some)) for some in choices)), key=sum)[:most]
    return tuple(dict.fromkeys("".join(map(getitem, choices, chosen)) for chosen in places))


def _by_spelling(table: Mapping[str, Sequence[str]]) -> dict[str, tuple[tuple[int, str], ...]]:
    """By spelling, what is spelled so, each with the rank of the spelling among its own."""
    found: dict[str, list[tuple[int, str]]] = {}
    for hangul, spellings in table.items():
        for rank, spelling in enumerate(spellings):
            found.setdefault(spelling, []).append((rank, hangul))
    return {spelling: tuple(sorted(ranked)) for spelling, ranked in found.items()}


@cache
def _surnames() -> dict[str, tuple[tuple[int, str], ...]]:
    return _by_spelling(_SURNAMES)


@cache
def _syllables() -> dict[str, tuple[tuple[int, str], ...]]:
    return _by_spelling({hangul: _syllable(hangul) for hangul in _IN_NAMES})
