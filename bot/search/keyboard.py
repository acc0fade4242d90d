"""What was typed on the Korean keyboard as if it were the English one, and the other way. Pure.

The layout is Dubeolsik (KS X 5002): "rlathdus" are the keys of 김소연, ㅏㅑㅅㄷ those of "kite".
"""

import re
import unicodedata

_KEYS = dict(
    zip(
        "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎㅏㅐㅑㅒㅓㅔㅕㅖㅗㅛㅜㅠㅡㅣ",
        "rRseEfaqQtTdwWczxvgkoiOjpuPhynbml",
        strict=True,
    )
)
_INITIALS = "rRseEfaqQtTdwWczxvg"
_VOWELS = (
    *("k", "o", "i", "O", "j", "p", "u", "P", "h", "hk", "ho", "hl", "y", "n", "nj", "np", "nl"),
    *("b", "m", "ml", "l"),
)
_FINALS = (
    *("", "r", "R", "rt", "s", "sw", "sg", "e", "f", "fr", "fa", "fq", "ft", "fx", "fv", "fg"),
    *("a", "q", "qt", "t", "T", "d", "w", "c", "z", "x", "v", "g"),
)
"""The keys of a syllable's parts, in the order of Unicode's syllables (3.12)."""

_FIRST_SYLLABLE, _LAST_SYLLABLE = 0xAC00, 0xD7A3
_LONGEST = 40


def _either(keys: "tuple[str, ...] | str") -> str:
    return "|".join(sorted(filter(None, keys), key=len, reverse=True))


# A consonant belongs to the syllable before it, unless a vowel follows.
_SYLLABLE = re.compile(
    f"({_either(_INITIALS)})({_either(_VOWELS)})((?:{_either(_FINALS)})(?![{_either(_VOWELS)}]))?"
)


def in_hangul(word: str) -> str | None:
    """The word in Hangul whose keys were typed; ``None`` where they make no whole syllables."""
    if len(word) > _LONGEST or not word.isascii():
        return None
    # Shift means something on a few keys only.
    keys = "".join(key if key in "QWERTOP" else key.lower() for key in word)
    syllables: list[str] = []
    at = 0
    while at < len(keys):
        match = _SYLLABLE.match(keys, at)
        if match is None:
            return None
        initial, vowel, final = match.groups(default="")
        place = _INITIALS.index(initial) * len(_VOWELS) + _VOWELS.index(vowel)
        code = place * len(_FINALS) + _FINALS.index(final)
        syllables.append(chr(_FIRST_SYLLABLE + code))
        at = match.end()
    return "".join(syllables) or None


def in_latin(word: str) -> str | None:
    """The word in Latin letters whose keys were typed; ``None`` where other signs are in it."""
    if len(word) > _LONGEST:
        return None
    keys = [_keys(character) for character in unicodedata.normalize("NFC", word)]
    return "".join(keys).lower() if keys and all(keys) else None


def _keys(character: str) -> str:
    if not _FIRST_SYLLABLE <= ord(character) <= _LAST_SYLLABLE:
        return _KEYS.get(character, "")
    code, final = divmod(ord(character) - _FIRST_SYLLABLE, len(_FINALS))
    initial, vowel = divmod(code, len(_VOWELS))
    return _INITIALS[initial] + _VOWELS[vowel] + _FINALS[final]
