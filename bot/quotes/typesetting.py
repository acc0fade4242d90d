"""Text set in lines: broken between words, balanced, as large as its box allows. Pure."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from string import whitespace
from typing import Final

Measure = Callable[[str], float]
"""The width of a text in em."""

LEADING = 1.36
"""The distance of baselines in em: Hangul fills its em square and needs more than Latin."""

ELLIPSIS = "…"

_LONGEST = 2000
"""Characters that are set at all; no box of a picture has room for so many."""

_IDEOGRAPH = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_CLOSING = "、。，．・？！」』）】〉》ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
_PIECE = re.compile(
    # Korean is broken between words; Japanese and Chinese, which do not separate words, between
    # characters, but never before a closing mark.
    rf"[{_IDEOGRAPH}][{_CLOSING}”’\"]*|[^\s{_IDEOGRAPH}—–-]+[—–-]*[”’\"]*|[—–-]+"
)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of text, and the font size (pixels of the em square) in which they fit."""

    lines: tuple[str, ...]
    size: int

    @property
    def height(self) -> int:
        return round(len(self.lines) * self.size * LEADING)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Text that is never broken, and its width in em. ``space`` precedes it within a line."""

    text: str
    space: bool
    width: float


def fit(
    text: str, measure: Measure, width: int, height: int, *, largest: int, smallest: int
) -> Block:
    """The text in the largest size in which its lines fit into `width` by `height` pixels, no word
    is broken that a smaller size keeps whole, and no short word stands alone on the last line.

    Text that does not fit in the smallest size either is cut, with an ellipsis.
    """
    blank = measure(" ")
    if len(text) > _LONGEST:
        text = text[:_LONGEST].rstrip() + ELLIPSIS
    words = list(_pieces(text, measure))
    widest = max((word.width for word in words), default=0.0)
    with_orphan: Block | None = None
    for size in range(largest, smallest - 1, -2):
        room = width / size
        pieces = [part for word in words for part in _fitting(word, measure, room)]
        if room < widest <= width / smallest or any(piece.width > room for piece in pieces):
            continue
        if round(len(_filled(pieces, room, blank)) * size * LEADING) > height:
            continue
        lines = _balanced(pieces, room, blank)
        block = Block(tuple(map(_text, lines)), size)
        if not _ends_in_orphan(lines, blank):
            return block
        with_orphan = with_orphan or block
    return with_orphan or _cut(words, measure, width, height, smallest)


def _cut(words: Sequence[_Piece], measure: Measure, width: int, height: int, size: int) -> Block:
    room = width / size
    pieces = [part for word in words for part in _fitting(word, measure, room)]
    shown = [_text(line) for line in _balanced(pieces, room, measure(" "))]
    most = max(1, int(height / (size * LEADING)))
    if len(shown) > most:
        shown = [*shown[: most - 1], shorten(" ".join(shown[most - 1 :]), measure, room)]
    return Block(tuple(shown), size)


def typographic(text: str) -> str:
    """The text with curly quotation marks and apostrophes in place of straight ones."""
    return _OPENING.sub(lambda mark: _CURLY[mark.group()][0], text).translate(_CLOSED)


_CURLY: Final = {'"': "“”", "'": "‘’"}
_CLOSED: Final = {ord(mark): pair[1] for mark, pair in _CURLY.items()}
_OPENING: Final = re.compile(r"""(?<![^\s(\[{“‘"'—–-])["'](?=\S)""")


def shorten(text: str, measure: Measure, width: float) -> str:
    """The text, or as many of its words as are at most `width` em wide with an ellipsis."""
    if measure(text) <= width:
        return text
    low = bisect_right(
        range(1, len(text) + 1), width, key=lambda end: measure(text[:end].rstrip() + ELLIPSIS)
    )
    head = text[:low]
    words, space, _ = head.rpartition(" ")
    if space and low < len(text) and not text[low].isspace() and len(words) > len(head) // 2:
        head = words
    # ``rstrip`` by itself also takes the spaces that do not break, as above where it is measured.
    return head.rstrip().rstrip(f"{whitespace},;:.…–—(-") + ELLIPSIS


def _pieces(text: str, measure: Measure) -> Iterator[_Piece]:
    for group in _bound(_WORD.findall(text)):
        found = [group] if " " in group else _PIECE.findall(group) or [group]
        for number, part in enumerate(found):
            yield _Piece(part, number == 0, measure(part))


_WORD: Final = re.compile(r"[^\s“]*“[^“”]{1,12}”\S*|\S+")
"""A word, or a few between quotation marks, as "우리 강아지"."""


def _bound(words: Sequence[str]) -> Iterator[str]:
    """The words; those that look odd at the end or start of a line joined to their neighbour."""
    group = ""
    for word in words:
        last = group.rpartition(" ")[2]
        if group and not (word in _LEANING_BACK or _LEANING_ON.fullmatch(last)):
            yield group
            group = ""
        group = f"{group} {word}" if group else word
    if group:
        yield group


_BACK = "수것줄적때뿐채듯"
_LEANING_BACK: Final = frozenset(_BACK)
_LEANING_ON: Final = re.compile(f"[IaA]|(?![{_BACK}])[가-힣]|[“‘][^”’]{{1,3}}")


def _fitting(piece: _Piece, measure: Measure, room: float) -> Iterator[_Piece]:
    """The piece, or several where it is wider than a whole line."""
    text, space, width = piece.text, piece.space, piece.width
    while width > room and len(text) > 1:
        low = 1 + bisect_right(range(2, len(text)), room, key=lambda end: measure(text[:end]))
        between = text.rfind(" ", 1, low + 1)
        head = text[: between if between > 0 else low]
        yield _Piece(head, space, measure(head))
        text, space = text[len(head) :].lstrip(), between > 0
        width = measure(text)
    yield _Piece(text, space, width)


def _balanced(pieces: Sequence[_Piece], room: float, blank: float) -> list[list[_Piece]]:
    """As few lines as possible, with the breaks that make the widest line narrowest; a short word
    that would stand alone on the last one has the word before beside it."""
    best = _filled(pieces, room, blank)
    low, high = max((piece.width for piece in pieces), default=0.0), room
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        lines = _filled(pieces, middle, blank)
        if len(lines) <= len(best):
            best, high = lines, middle
        else:
            low = middle
    while _ends_in_orphan(best, blank) and len(best[-2]) > 1:
        joined = [best[-2][-1], *best[-1]]
        if _width(joined, blank) > room:
            break
        best[-2:] = [best[-2][:-1], joined]
    return best


_HALVINGS = 8


def _ends_in_orphan(lines: Sequence[Sequence[_Piece]], blank: float) -> bool:
    """Whether the last line is one word of less than half the width of the widest line."""
    if len(lines) < 2 or " " in _text(lines[-1]):
        return False
    return _width(lines[-1], blank) < max(_width(line, blank) for line in lines) / 2


def _width(line: Sequence[_Piece], blank: float) -> float:
    return sum(piece.width for piece in line) + blank * sum(piece.space for piece in line[1:])


def _filled(pieces: Sequence[_Piece], room: float, blank: float) -> list[list[_Piece]]:
    lines: list[list[_Piece]] = []
    at = 0.0
    for piece in pieces:
        step = piece.width + (blank if piece.space else 0.0)
        if lines and at + step <= room:
            lines[-1].append(piece)
            at += step
        else:
            lines.append([piece])
            at = piece.width
    return lines


def _text(line: Sequence[_Piece]) -> str:
    return "".join((" " if piece.space else "") + piece.text for piece in line).strip()
