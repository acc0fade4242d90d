"""Korean particles after a name that a sentence did not know when it was written. Pure.

Which of two forms is right tells the sound that a word ends with: a consonant takes 은, 이, 을, 과
and 으로, a vowel 는, 가, 를, 와 and 로, and after ㄹ 로 stands, too.
"""

import re
import string
from typing import Any

_FIRST, _LAST = "가", "힣"
_FINALS, _RIEUL = 28, 8
"""A syllable's final is its number modulo 28, and ㄹ is the eighth (The Unicode Standard, 3.12)."""

_DIGITS = dict(zip("0123456789", "영일이삼사오육칠팔구", strict=True))

_MARKUP = re.compile(r"<[^<>\s]+>\Z")
"""A mention or a moment, of which only Discord knows how it reads."""

# As Korean spells foreign words: l, m, n and ng end a syllable, and so does a p, t or k after a
# vowel (외래어 표기법, chapter 3, section 1). Short names in capitals are read letter by letter.
_SOUNDS_LIKE_L = re.compile(r"(?:l|[^aeiouyl]le)\Z")
_ENDS_A_SYLLABLE = re.compile(r"(?:[mn]|ng|[aeiou](?:[ptk]|ck))\Z")
_SPELLED = re.compile(r"[A-Z]{1,3}|[B-DF-HJ-NP-TV-Z]{4,}")


class ParticleFormatter(string.Formatter):
    """``str.format`` with a pair of particles as the specification: ``{name:은/는}``."""

    def format_field(self, value: Any, format_spec: str) -> str:
        consonant, slash, vowel = format_spec.partition("/")
        if not slash:
            return str(super().format_field(value, format_spec))
        return f"{value}{particle(str(value), consonant, vowel)}"


def particle(word: str, consonant: str, vowel: str) -> str:
    """The particle after `word`, which may end with quotation marks, brackets or Markdown.

    Where nothing tells how it is read, both stand there, as in 은(는) and (으)로.
    """
    final = _final(word)
    if final is None:
        shared = consonant.endswith(vowel)
        return f"({consonant.removesuffix(vowel)}){vowel}" if shared else f"{consonant}({vowel})"
    if final == _RIEUL and consonant == "으로":
        return vowel
    return consonant if final else vowel


def _final(word: str) -> int | None:
    """The number of the final with which a word is read, 0 for a vowel; ``None`` if unknown."""
    if _MARKUP.search(word):
        return None
    bare = word.rstrip("".join({one for one in word if not one.isalnum()}))
    last = _DIGITS.get(bare[-1:], bare[-1:])
    if _FIRST <= last <= _LAST:
        return (ord(last) - ord(_FIRST)) % _FINALS
    spoken = re.split(r"[^A-Za-z]", bare)[-1]
    if not spoken:
        return None
    if _SPELLED.fullmatch(spoken):
        return _RIEUL if spoken[-1] in "LR" else int(spoken[-1] in "MN")
    spoken = spoken.lower()
    return _RIEUL if _SOUNDS_LIKE_L.search(spoken) else int(bool(_ENDS_A_SYLLABLE.search(spoken)))
