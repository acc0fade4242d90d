"""Text as search sees it: folded, cut into words, names as people write them and don't. Pure.

Case, accents and width are folded, Hangul is not taken apart. Latin and other spaced scripts are
found by words; Hangul, Han and Kana by pairs of characters, for there a word carries its
particles with it (방탄소년단의), and its beginning is not its end.
"""

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

LONGEST = 40
"""Characters of a spaced word that count; what is longer is no word, and would bloat the index."""

_PAIRED = (
    "\u1100-\u11ff\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
_PAIRED_WORD = re.compile(rf"[{_PAIRED}](?<!\S.)\S*")
_PAIRED_WORDS = re.compile(rf"[{_PAIRED}][{_PAIRED} ]*")
_PAIRED_START = re.compile(f"[{_PAIRED}]")

# A letter or digit that is searched by words. What Korean hangs onto a foreign name without a
# space (BTS는) is a word of its own.
_SPACED = rf"[^\W_{_PAIRED}]"

# A word of ASCII alone comes first, for its letters are the quickest to compare.
_WORD = re.compile(rf"[a-z0-9]++(?!['\x80-\U0010ffff])|[{_PAIRED}]+|{_SPACED}+(?:'{_SPACED}+)*")
_PLAIN_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")

_SPACES_FOR_SIGNS = bytes(
    code if code > 127 or re.match("[a-z0-9']", chr(code)) else ord(" ") for code in range(256)
)
_OTHER_SIGNS = re.compile(rf"[^\0-\x7f\w{_PAIRED}]+")
# In words separated by spaces, from each space to the farthest one that a word may reach.
_HAS_LONG_WORD = re.compile(rf"(?>.{{0,{LONGEST}}} )*+.{{{LONGEST + 1}}}", re.DOTALL)

# A compound: words held together by what names are written with, as (G)I-DLE, A.C.E, JA$, K-pop,
# or with a digit among letters, as V1NO. Possessive, for most words are not part of one.
_JOINER = r"[.\-'()\[\]&/$!*·_+~@]{1,2}"


def _compound(letter: str) -> str:
    return rf"(?<!{letter}){letter}++(?:(?:{_JOINER}{letter}++)+\$?|\$)"


_DIGIT_AMONG_LETTERS = r"(?<![^\W_])[a-z]++\d++[a-z][a-z0-9]*+"
_PLAIN_COMPOUND = re.compile(f"{_compound('[a-z0-9]')}|{_DIGIT_AMONG_LETTERS}")
_COMPOUND = re.compile(f"{_compound(_SPACED)}|{_compound(f'[{_PAIRED}]')}|{_DIGIT_AMONG_LETTERS}")
# Texts without a compound are told from others quickly, for the signs are rare.
_SIGN_IN_WORD = re.compile(
    r"[.\-'()\[\]&/$!*·_+~@0-9](?<=[^\W_].)(?:[.\-'()\[\]&/$!*·_+~@]?[^\W_]|(?<=\$))"
)
_PARTS = 6
_COMPOUND_LENGTH = 24

_COMPOUNDS = 1_000
"""Compounds whose spellings are remembered, for a speaker's name stands before each answer."""

_SEPARATED = {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
_SAME = {
    **dict.fromkeys("’‘ʼʹ′`´ʻ＇", "'"),
    **dict.fromkeys("‐‑‒–−﹣－", "-"),
    "＄": "$",
    "ı": "i",
    **_SEPARATED,
}

_CONJOINING = re.compile("[\u1100-\u11ff]")
_ALONE = {
    unicodedata.normalize("NFKC", letter): letter for letter in map(chr, range(0x3131, 0x318F))
}

# Letters that are written as the sign that looks like them, between letters or as a last `$`.
_LOOKALIKE = str.maketrans("$!@0134", "siaoiea")
_LOOKS_ALIKE = re.compile(r"(?<=[a-z])(?:[0134!@]+(?=[a-z])|\$)")


class _Folding(dict[int, str]):
    """Each character folded, worked out once; for ``str.translate``."""

    _most = 20_000

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        if len(self) < self._most:
            self[code] = folded
        return folded


def _fold_character(character: str) -> str:
    if character in _SAME:
        return _SAME[character]
    apart = unicodedata.normalize("NFKD", character)
    bare = "".join(part for part in apart if not "\u0300" <= part <= "\u036f")
    folded = unicodedata.normalize("NFKC", bare.casefold())
    if not _CONJOINING.match(character):
        # A letter of Hangul that stood alone would join the next one to a syllable.
        folded = "".join(_ALONE.get(part, part) for part in folded)
    return "".join(_SAME.get(part, part) for part in folded)


_FOLDING = _Folding()
_MAY_CHANGE = re.compile("[^\0-@\\[-_a-\x7f\uac00-\ud7a3]+")
"""What folding may change: neither small letters and signs of ASCII nor syllables."""


_NOT_PLAIN = re.compile("[^\0-\x7f\uac00-\ud7a3]")


def _is_plain(text: str) -> bool:
    """Whether folding changes no more than small letters do: ASCII and syllables alone."""
    return text.isascii() or _NOT_PLAIN.search(text) is None


def fold(text: str) -> str:
    """`text` without case, accents and width, its dashes and apostrophes plain."""
    if _is_plain(text):
        return text.lower().replace("`", "'")
    text = unicodedata.normalize("NFC", text)
    return _MAY_CHANGE.sub(lambda found: found.group().translate(_FOLDING), text)


def folded_with_origins(text: str) -> tuple[str, Sequence[int]]:
    """``fold(text)`` of a text in NFC, and for each of its characters where it came from."""
    if _is_plain(text):
        return fold(text), range(len(text))
    changing = {*"".join(_MAY_CHANGE.findall(text))}
    if all(len(_FOLDING[ord(character)]) == 1 for character in changing):
        return fold(text), range(len(text))
    pieces: list[str] = []
    origins: list[int] = []
    for index, character in enumerate(text):
        piece = _FOLDING[ord(character)]
        pieces.append(piece)
        origins.extend([index] * len(piece))
    return "".join(pieces), origins


Word = tuple[str, int, int]
"""A word of a folded text: as it is indexed, and its first and last position (exclusive)."""


def is_paired(word: str) -> bool:
    """Whether a word is of a script that is searched by pairs of characters."""
    return _PAIRED_START.match(word) is not None


def words(folded: str, start: int = 0, end: int = sys.maxsize) -> Iterator[Word]:
    """The words of a folded text, or of what stands between two spaces of it, in order."""
    pattern = _PLAIN_WORD if folded.isascii() else _WORD
    for match in pattern.finditer(folded, start, end):
        yield bare(match.group()), *match.span()


def word_texts(folded: str) -> list[str]:
    """As ``words``, without the positions; faster, for whole articles."""
    found = written_words(folded)
    if "'" not in folded and max(map(len, found), default=0) <= LONGEST:
        return found
    return [bare(word) if "'" in word or len(word) > LONGEST else word for word in found]


def written_words(folded: str) -> list[str]:
    """The words of a folded text with their apostrophes, in order."""
    if not folded.isascii():
        return _WORD.findall(folded)
    pieces = _without_signs(folded).split()
    if "'" not in folded:
        return pieces
    return [word for piece in pieces for word in _PLAIN_WORD.findall(piece)]


def bare(written: str) -> str:
    """A word as it is indexed: without apostrophes and the genitive, and not too long."""
    if "'" in written:
        written = written.removesuffix("'s").replace("'", "")
    return written if len(written) <= LONGEST or is_paired(written) else written[:LONGEST]


def squashed(folded: str) -> list[str]:
    """The other spellings of the compounds in a folded text: gidle, ace, jas, kpop, vino."""
    found: dict[str, None] = {}
    for _, _, compound in compounds(folded):
        found.update(dict.fromkeys(spellings(compound)))
    return list(found)


def compounds(folded: str) -> Iterator[tuple[int, int, str]]:
    """The words of a folded text that hold signs, as names do: start, end and the compound."""
    pattern = _PLAIN_COMPOUND if folded.isascii() else _COMPOUND
    sign = _SIGN_IN_WORD.search(folded)
    while sign:
        start, end = piece_at(folded, sign.start())
        for match in pattern.finditer(folded, start, end):
            compound = match.group()
            opened = folded[match.start() - 1 : match.start()] == "(" and ")" in compound
            yield match.start() - opened, match.end(), compound
        sign = _SIGN_IN_WORD.search(folded, end)


def piece_at(text: str, place: int) -> tuple[int, int]:
    """Where the piece between two spaces that `place` is in begins and ends."""
    end = text.find(" ", place)
    return text.rfind(" ", 0, place) + 1, end if end >= 0 else len(text)


def spellings(compound: str) -> Sequence[str]:
    """How one compound is written without its signs, and with letters in their place."""
    return _spellings(compound) if len(compound) <= 2 * _COMPOUND_LENGTH else ()


@lru_cache(_COMPOUNDS)
def _spellings(compound: str) -> Sequence[str]:
    parts = word_texts(compound)
    candidates = []
    if 1 < len(parts) <= _PARTS:
        candidates.append("".join(parts))
    if _LOOKS_ALIKE.search(compound):
        lookalike = _LOOKS_ALIKE.sub(lambda sign: sign.group().translate(_LOOKALIKE), compound)
        candidates.append("".join(word_texts(lookalike)))
    kept = dict.fromkeys(word for word in candidates if word and len(word) <= _COMPOUND_LENGTH)
    return tuple(word for word in kept if [word] != parts)


def joined_names(names: Sequence[str]) -> list[str]:
    """Every run of a name's words written as one: kimsoyeon, soyeon for "Kim So Yeon"."""
    found: dict[str, None] = {}
    for name in names:
        parts = word_texts(fold(name))[:_PARTS]
        for start in range(len(parts)):
            for end in range(start + 2, len(parts) + 1):
                joined = "".join(parts[start:end])
                if len(joined) <= _COMPOUND_LENGTH:
                    found[joined] = None
    return list(found)


def units(word: str) -> list[str]:
    """What a word is indexed as: itself, or its pairs of characters and the last one alone.

    The last alone keeps the pairs of two words from looking like one word, and lets a single
    syllable be found as the beginning of a unit wherever it stands.
    """
    if not is_paired(word):
        return [word]
    return [*pairs(word), word[-1]]


def unit_text(words: Iterable[str]) -> str:
    """The units of words, separated by spaces."""
    text = " ".join(words)
    if text.isascii():
        return text
    return _PAIRED_WORD.sub(lambda found: " ".join(units(found.group())), text)


def spaced_units(folded: str) -> str:
    """The units of a folded text's words, separated by spaces, as ``unit_text`` has them.

    The words are not taken apart for it: letters stay, pairs of them where they are searched so,
    and all else becomes spaces.
    """
    if "''" not in folded:
        spaced = _without_signs(folded)
        if not spaced.isascii():
            spaced = _PAIRED_WORDS.sub(_units_of_words, _OTHER_SIGNS.sub(" ", spaced))
        if "'" in spaced:
            spaced = f" {spaced} ".replace(" '", " ").replace("' ", " ")
            spaced = spaced.replace("'s ", " ").replace("'", "")
        if not _HAS_LONG_WORD.match(spaced):
            return spaced
    return unit_text(word_texts(folded))


def _without_signs(folded: str) -> str:
    """`folded` with a space for each sign of ASCII but apostrophes."""
    # Bytes are translated several times as fast as characters.
    written = folded.encode("utf-8", "surrogatepass").translate(_SPACES_FOR_SIGNS)
    return written.decode("utf-8", "surrogatepass")


def _units_of_words(found: re.Match[str]) -> str:
    """The units of neighbouring paired words, set off from words of other scripts."""
    pairs_and_last = [one + next_ for one, next_ in pairwise(f"{found.group()} ") if one != " "]
    return f" {' '.join(pairs_and_last)} "


def pairs(word: str) -> list[str]:
    return [first + second for first, second in pairwise(word)]


def letters_forgiven(word: str) -> int:
    """The number of letters of a word that may be wrong: 0 in a short one, 2 in a long one."""
    if is_paired(word) or len(word) < 3:
        return 0
    return 2 if len(word) >= 5 else 1


def letters_forgiven_as_typed(word: str) -> int:
    """As ``letters_forgiven``, where a word is completed and nothing else tells what it means."""
    if len(word) < 3:
        return 0
    return 2 if len(word) >= 8 and not is_paired(word) else 1
