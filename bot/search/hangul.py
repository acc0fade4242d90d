"""Arithmetic of Hangul syllables, and the keys of the Korean keyboard. Pure.

A precomposed syllable is ``0xAC00 + (initial * 21 + vowel) * 28 + final`` (The Unicode Standard,
chapter 3.12). The keyboard is Dubeolsik (KS X 5002), on which every letter has one key; compound
vowels and finals are typed as two letters.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

_FIRST, _LAST = 0xAC00, 0xD7A3

# The letters of initials, vowels and finals as they are typed, in Unicode's order.
_PARTS = """
ㄱ ㄲ ㄴ ㄷ ㄸ ㄹ ㅁ ㅂ ㅃ ㅅ ㅆ ㅇ ㅈ ㅉ ㅊ ㅋ ㅌ ㅍ ㅎ,
ㅏ ㅐ ㅑ ㅒ ㅓ ㅔ ㅕ ㅖ ㅗ ㅗㅏ ㅗㅐ ㅗㅣ ㅛ ㅜ ㅜㅓ ㅜㅔ ㅜㅣ ㅠ ㅡ ㅡㅣ ㅣ,
ㄱ ㄲ ㄱㅅ ㄴ ㄴㅈ ㄴㅎ ㄷ ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ
ㅁ ㅂ ㅂㅅ ㅅ ㅆ ㅇ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ
"""
_INITIALS, _VOWELS, _ALL_FINALS = (part.split() for part in _PARTS.split(","))
_FINALS = ["", *_ALL_FINALS]
_KEYS = dict(
    zip(
        "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎㅏㅐㅑㅒㅓㅔㅕㅖㅗㅛㅜㅠㅡㅣ",
        "rRseEfaqQtTdwWczxvgkoiOjpuPhynbml",
        strict=True,
    )
)
_LETTERS = {key: letter for letter, key in _KEYS.items()}
# Shift gives another letter on these keys only.
_LETTERS |= {key.upper(): letter for key, letter in _LETTERS.items() if key.upper() not in _LETTERS}

_LONGEST = 40
"""Characters of a word that is read as typed on the other keyboard."""


def is_hangul(word: str) -> bool:
    """Whether a word consists of whole Hangul syllables only, and has at least one."""
    return bool(word) and all(_FIRST <= ord(one) <= _LAST for one in word)


def parts(syllable: str) -> tuple[int, int, int]:
    """The numbers of a syllable's initial, vowel and final; final 0 is none."""
    rest, final = divmod(ord(syllable) - _FIRST, len(_FINALS))
    return *divmod(rest, len(_VOWELS)), final


def letters(word: str) -> str:
    """A word with each Hangul syllable replaced by its letters in the order of typing.

    What is not Hangul stays as it is. While a word is being typed, its letters begin the letters
    of the whole word, also where its last syllable is incomplete or has a final that becomes the
    next syllable's initial.
    """
    return "".join(map(_letters, word))


def variants(syllable: str) -> Iterator[str]:
    """The syllables that differ from this one in initial, vowel or final; also itself."""
    initial, vowel, final = parts(syllable)
    yield from (_composed(other, vowel, final) for other in range(len(_INITIALS)))
    yield from (_composed(initial, other, final) for other in range(len(_VOWELS)))
    yield from (_composed(initial, vowel, other) for other in range(len(_FINALS)))


def typed_in_hangul(word: str) -> str | None:
    """The Hangul word with the same keys as a Latin one: 김소연 for "rlathdus".

    ``None`` where the keys do not make whole syllables.
    """
    if len(word) > _LONGEST or not all(key in _LETTERS for key in word):
        return None
    written = "".join(_LETTERS[key] for key in word)
    syllables = list(_SYLLABLE.finditer(written))
    if not syllables or "".join(match.group() for match in syllables) != written:
        return None
    return "".join(
        _composed(
            _INITIALS.index(match["initial"]),
            _VOWELS.index(match["vowel"]),
            _FINALS.index(match["final"] or ""),
        )
        for match in syllables
    )


def typed_in_latin(word: str) -> str | None:
    """The Latin word with the same keys as a Hangul one: "kite" for ㅏㅑㅅㄷ.

    ``None`` where there is anything else than Hangul in it.
    """
    written = letters(unicodedata.normalize("NFC", word))
    if not word or len(word) > _LONGEST or not all(letter in _KEYS for letter in written):
        return None
    return "".join(_KEYS[letter] for letter in written).lower()


def _letters(character: str) -> str:
    if "\u1100" <= character <= "\u1112":
        return _INITIALS[ord(character) - 0x1100]
    if not _FIRST <= ord(character) <= _LAST:
        return character
    initial, vowel, final = parts(character)
    return _INITIALS[initial] + _VOWELS[vowel] + _FINALS[final]


def _composed(initial: int, vowel: int, final: int) -> str:
    return chr(_FIRST + (initial * len(_VOWELS) + vowel) * len(_FINALS) + final)


def _either(some: Iterable[str]) -> str:
    return "|".join(sorted(filter(None, some), key=len, reverse=True))


# A consonant belongs to the syllable before it, unless a vowel follows.
_SYLLABLE = re.compile(
    f"(?P<initial>{_either(_INITIALS)})(?P<vowel>{_either(_VOWELS)})"
    f"(?P<final>(?:{_either(_FINALS)})(?![ㅏ-ㅣ]))?"
)
