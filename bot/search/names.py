"""The Korean names in a query, in the other spellings that some text has. Pure but for lookups.

Both ways, and between two romanisations: 김소연 and "kim soyoun" find each other and "Kim So-yeon".
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, product

from bot.search.folding import is_paired, units
from bot.search.romanising import is_hangul, parts_of, readings_of, spellings_of
from bot.search.wanted import Heard, Run, Wanted, Wish

Frequency = Callable[[str], int]
"""In how many passages a word, or a pair of syllables, is."""

_READINGS = 6
_KEPT = 4
_APART = 2
_LONGEST_RUN = 3
_SPELLINGS = 24
"""Spellings of each reading of a romanised word that are looked up; the usual ones come first."""


def heard(wanted: Wanted, frequency: Frequency) -> Wanted:
    """`wanted` with what its names are called elsewhere."""
    wishes = tuple(_with_heard(wish, frequency) for wish in wanted.wishes)
    only = replace(
        wanted.only,
        artists=tuple(named(wish, frequency) for wish in wanted.only.artists),
    )
    runs = tuple(_runs(wanted.wishes, frequency))
    return replace(wanted, wishes=wishes, only=only, names=runs)


def named(wish: Wish, frequency: Frequency) -> Wish:
    """A wish that is a name as a whole, with what it is called elsewhere."""
    together = _together([Wish((part,)) for part in wish.parts], frequency)
    return replace(wish, heard=(*_of_words((*wish.parts, *wish.others), frequency), *together))


def _with_heard(wish: Wish, frequency: Frequency) -> Wish:
    if wish.phrase or (len(wish.parts) > 1 and not wish.others):
        return wish
    words = wish.others if len(wish.parts) > 1 else (*wish.parts, *wish.others)
    return replace(wish, heard=tuple(_of_words(words, frequency)))


def _of_words(words: Iterable[str], frequency: Frequency) -> Iterator[Heard]:
    for word in words:
        yield from (_of_hangul(word, frequency) if is_hangul(word) else _of_latin(word, frequency))


def _of_hangul(word: str, frequency: Frequency) -> Iterator[Heard]:
    if len(word) < 2:
        return
    whole = _known(spellings_of(word), frequency)
    if whole:
        yield Heard((whole,))
    yield from _apart(word, frequency)
    parts = parts_of(word)
    if parts is not None:
        yield from _full_name(*parts, frequency)


def _of_latin(word: str, frequency: Frequency) -> Iterator[Heard]:
    readings = readings_of(word)[:_READINGS]
    found = [reading for reading in readings if _is_known(reading, frequency)]
    spellings = [one for reading in readings for one in spellings_of(reading)[:_SPELLINGS]]
    other = _known((one for one in dict.fromkeys(spellings) if one != word), frequency)
    for slot in (tuple(found[:_KEPT]), other):
        if slot:
            yield Heard((slot,))
    if not frequency(word):
        for reading in readings[:_APART]:
            yield from _apart(reading, frequency)


def _full_name(surname: str, given: str, frequency: Frequency) -> Iterator[Heard]:
    """As it is romanised: the surname before or behind, a single syllable only next to it."""
    surnames = _known(spellings_of(surname, surname=True), frequency)
    givens = _known(spellings_of(given), frequency)
    if surnames:
        yield from _apart(given, frequency, surnames[:_APART])
    if not surnames or not givens:
        return
    if len(given) > 1:
        yield Heard((surnames, givens))
    else:
        yield Heard((surnames[:_APART], givens[:_APART]), adjacent=True)


def _apart(given: str, frequency: Frequency, *before: tuple[str, ...]) -> Iterator[Heard]:
    """A given name whose two syllables are romanised as two words."""
    if len(given) == 2:
        slots = (*before, *(_known(spellings_of(one), frequency)[:_APART] for one in given))
        if all(slots):
            yield Heard(slots, adjacent=True)


def _runs(wishes: Sequence[Wish], frequency: Frequency) -> Iterator[Run]:
    """Neighbouring words that are a name together."""
    for start in range(len(wishes)):
        for end in range(start + 2, min(start + _LONGEST_RUN, len(wishes)) + 1):
            run = wishes[start:end]
            if not any(wish.phrase for wish in run):
                found = _together(run, frequency)
                if found:
                    yield Run(start, end, found)


def _together(run: Sequence[Wish], frequency: Frequency) -> tuple[Heard, ...]:
    """A romanised name of several words: surname first or last, or a given name in two."""
    words = [_joined(wish) for wish in run]
    if not 2 <= len(words) <= _LONGEST_RUN or not all(word.isascii() for word in words):
        return ()
    found: dict[Heard, None] = {}
    for surname, given in ((words[0], words[1:]), (words[-1], words[:-1])):
        for one, other in islice(_full_names(surname, "".join(given)), _READINGS):
            if _is_known(one + other, frequency):
                found[Heard(((one + other,),))] = None
            if len(other) > 1:
                found.update(dict.fromkeys(_full_name(one, other, frequency)))
    if len(words) == 2:
        found.update(dict.fromkeys(_of_latin("".join(words), frequency)))
    return tuple(found)


def _full_names(surname: str, given: str) -> Iterator[tuple[str, str]]:
    surnames = readings_of(surname, surname=True)
    givens = readings_of(given, least=1)
    return product(surnames, (one for one in givens if len(one) <= 2))


def _joined(wish: Wish) -> str:
    return "".join(wish.parts)


def _known(words: Iterable[str], frequency: Frequency) -> tuple[str, ...]:
    """Those of `words` that some text has, the usual ones first."""
    return tuple(islice((word for word in words if frequency(word) > 0), _KEPT))


def _is_known(word: str, frequency: Frequency) -> bool:
    return is_paired(word) and all(frequency(unit) > 0 for unit in units(word)[:-1])
