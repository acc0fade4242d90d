"""Splits English and Korean text into sentences. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CLOSERS = "\"'”’»)\\]」』）"

_ENDING = re.compile(
    # An ending mark, what closes after it, then a space. Korean is also typed without the space.
    rf"[.!?…]+[{_CLOSERS}]*(?=\s|$)|[。！？]+[{_CLOSERS}]*|(?<=[\uac00-\ud7a3])[.!?]+(?=[\uac00-\ud7a3])"
)

_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'“‘])(?:Mr|Mrs|Ms|Dr|Prof|St|Mt|vs|feat|ft|prod|Vol|No|Ep|Jr|Sr|etc|approx"
    r"|e\.g|i\.e|a\.m|p\.m|\w|(?:[A-Z]\.)+[A-Z])\.$",
    re.IGNORECASE,
)

_MAY_BE_LAST = re.compile(
    r"(?:^|[\s(\"'“‘])(?:etc|a\.m|p\.m|I|(?:[A-Z]\.)+[A-Z])\.$", re.IGNORECASE
)

_KOREAN_ENDING = re.compile(r"(?:다|요|죠|네|까|지|니|라|자|군|걸)$")

_LONGEST_ABBREVIATION = 12


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
        found = list(_sentences(" ".join(line.split())))
        if found:
            yield found


def _sentences(line: str) -> Iterator[Sentence]:
    start = 0
    for match in _ENDING.finditer(line):
        end = match.end()
        if end < start or not _ends(line, start, match):
            continue
        text = line[start:end].strip()
        if text:
            yield Sentence(text, whole=True)
        start = end
    rest = line[start:].strip()
    if rest:
        yield Sentence(rest, whole=bool(_KOREAN_ENDING.search(rest)))


def _ends(line: str, start: int, match: re.Match[str]) -> bool:
    following = line[match.end() :].lstrip()
    if not following:
        return True
    head = line[max(start, match.end() - _LONGEST_ABBREVIATION) : match.end()]
    if _ABBREVIATION.search(head):
        return bool(_MAY_BE_LAST.search(head)) and following[0].isupper()
    first = next((char for char in following if char.isalnum()), "")
    # "Wait … what", "she said. so": before a small letter the sentence continues.
    return not first.islower()
