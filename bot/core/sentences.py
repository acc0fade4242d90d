"""Splits English and Korean text into sentences. Pure, in time linear in the text's length."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CLOSERS = "\"'”’»)\\]」』）"

_ENDING = re.compile(
    # An ending mark, what closes after it, then a space. Korean is also typed without the space.
    # A run of marks is tried from its first one only, or it would be tried from each.
    rf"(?<![.!?…])[.!?…]++[{_CLOSERS}]*+(?=\s|$)"
    rf"|(?<![。！？])[。！？]++[{_CLOSERS}]*+"
    r"|(?<=[\uac00-\ud7a3])[.!?]++(?=[\uac00-\ud7a3])"
)

_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'“‘])(?:Mr|Mrs|Ms|Dr|Prof|St|Mt|vs|feat|ft|prod|Vol|No|Ep|Jr|Sr|etc|approx"
    r"|e\.g|i\.e|a\.m|p\.m|\w|(?:[A-Z]\.)+[A-Z])\.$",
    re.IGNORECASE,
)

_MAY_BE_LAST = re.compile(
    r"(?:^|[\s(\"'“‘])(?:etc|a\.m|p\.m|I|(?:[A-Z]\.)+[A-Z])\.$", re.IGNORECASE
)

_WHOLE = re.compile(rf"(?:[.!?…。！？][{_CLOSERS}]*|[다요죠네까지니라자군걸])$")

_LINE = re.compile(r"[^\n]*\n+|[^\n]+")
_NOT_SPACE = re.compile(r"\S")

_LONGEST_ABBREVIATION = 12
_LOOKED_BACK = 400
_TRIES = 20
_LOOKED_AHEAD = 40
"""Characters after an ending mark among which the next sentence's first letter is looked for."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """The text between two sentence ends, its white space collapsed.

    ``whole`` is true where it ends like a sentence, false for a heading or an item of a list.
    """

    text: str
    whole: bool


def paragraphs(text: str) -> Iterator[list[Sentence]]:
    """The sentences of each paragraph, in order. Every line is a paragraph, for it is never certain
    that a sentence continues on the next line."""
    for line in re.split(r"[\r\n\x0b\x0c\x85\u2028\u2029]+", text):
        pieces = (piece.strip() for piece in split_sentences(" ".join(line.split())))
        found = [Sentence(piece, _WHOLE.search(piece) is not None) for piece in pieces if piece]
        if found:
            yield found


def split_sentences(text: str) -> Iterator[str]:
    """The text cut after each sentence and each line, with the white space that follows: together
    the pieces are the text."""
    for match in _LINE.finditer(text):
        line, start = match.group(), 0
        for ending in _ENDING.finditer(line):
            following = _NOT_SPACE.search(line, ending.end())
            if following is None:
                break
            if _ends(line, start, ending.end(), following.start()):
                yield line[start : following.start()]
                start = following.start()
        yield line[start:]


def last_sentence_start(text: str, start: int, end: int) -> int | None:
    """Where the last sentence or line begins between `start` and `end`; only the last
    ``_LOOKED_BACK`` characters are looked at, and abbreviations told from ends there."""
    start = max(start, end - _LOOKED_BACK)
    line = text.rfind("\n", start, end) + 1
    for ending in list(_ENDING.finditer(text, max(start, line), end))[: -_TRIES - 1 : -1]:
        following = _NOT_SPACE.search(text, ending.end())
        if following is None or following.start() >= end:
            continue
        if _ends(text, start, ending.end(), following.start()):
            return following.start()
    return line or None


def _ends(line: str, start: int, end: int, following: int) -> bool:
    """Whether a sentence that began at `start` is over at `end`, where something is `following`."""
    head = line[max(start, end - _LONGEST_ABBREVIATION) : end]
    if _ABBREVIATION.search(head):
        return bool(_MAY_BE_LAST.search(head)) and line[following].isupper()
    ahead = line[following : following + _LOOKED_AHEAD]
    # "Wait … what", "she said. so": before a small letter the sentence continues.
    return not next((char for char in ahead if char.isalnum()), "").islower()
