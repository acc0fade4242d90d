"""Lines made ready for judgement: furniture out, and one line of the page cut where two speak."""

import re
from collections import Counter, deque
from collections.abc import Sequence

from bot.feed.transcript.blocks import Line, TextRun
from bot.feed.transcript.furniture import (
    is_also_read,
    is_furniture_line,
    is_related_head,
    is_share_line,
)

# How far one looks around an emphasised sentence: never at the whole line, which may be long.
_WINDOW = 60
EMPHASIS = ("bold", "italic", "underline")
_SENTENCE_END = re.compile(r"[.?!…。？！][\"'”’»)\]）」』]*\s*$")
_LABEL_END = re.compile(r"[:：]\s*$")
_COLON_LABEL = re.compile(r"^[^:.?!]{1,30}:\s")
_SPEAKS_NEXT = re.compile(
    r"(?:(?<=[.?!…])|(?<=[.?!…][”\"’)]))\s+(?=[>＞]?\s?(?:[A-Z\d가-힣][^\s:?!]{0,20})(?:\s[^"
    r"\s:?!]{1,20}){0,2}\s?:\s)"
)
_NAME_LAST = re.compile(
    r"[.?!…。？！][\"'”’»)]*\s+((?:[^\s:：]*[^\s:：.?!]\s){0,3}[^\s:：]*[^\s:：.?!]\s?[:：]\s*)$"
)
_ANSWER_INSIDE = re.compile(
    r"(?<=[.?!…。？！”\"’')])\s+(?=(?:A|답변?|Answer)\s*\d{0,3}\s*[.:：)]\s*\S)"
)
_ASKED = re.compile(r"(?i)^\W*(?:Q|question|질문|문)\s*\d{0,3}\s*[.:：)]")


def without_furniture(lines: list[Line]) -> list[Line]:
    """The lines but those that are a widget's own words, wherever the widget had no class name."""
    kept: list[Line] = []
    related = False
    for number, line in enumerate(lines):
        linked = "link" in line.marks
        if is_furniture_line(line.text) or is_also_read(_unlinked(line)):
            continue
        if is_share_line(line.text) and _among_its_like(lines, number):
            continue
        if is_related_head(line.text) and _links_follow(lines, number):
            related = True
            continue
        if related and linked:
            continue
        related = False
        kept.append(line)
    return kept


def _unlinked(line: Line) -> str:
    """What a line says before its link, where the rest of it is the link; else ""."""
    if len(line.runs) < 2 or "link" not in line.runs[-1].marks:
        return line.text if "link" in line.marks else ""
    return "".join(run.text for run in line.runs if "link" not in run.marks)


def _among_its_like(lines: list[Line], number: int) -> bool:
    around = lines[max(0, number - 1) : number] + lines[number + 1 : number + 2]
    alike = [line for line in around if is_share_line(line.text) or is_furniture_line(line.text)]
    return bool(alike) or len(lines[number].text.split()) >= 3


def _links_follow(lines: list[Line], number: int) -> bool:
    following = lines[number + 1 : number + 2]
    return not following or "link" in following[0].marks


def cut_lines(lines: Sequence[Line]) -> dict[int, list[Line]]:
    """The parts of each line in which two speak, by the line's place in `lines`."""
    parts = {number: cut_line(line) for number, line in enumerate(lines)}
    inner = _names_inside(lines)
    for number, line in enumerate(lines):
        if len(parts[number]) == 1 and inner and _COLON_LABEL.match(line.text):
            cuts = [
                f.end()
                for f in _SPEAKS_NEXT.finditer(line.text)
                if _speaker(line.text, f) in inner or line.text[f.end()] in ">＞"
            ]
            parts[number] = split_line(line, cuts) if cuts else [line]
    return parts


def _names_inside(lines: Sequence[Line]) -> set[str]:
    """Names that speak in the middle of labelled lines, again and again: "... ? Kassy: ...", or
    once where they speak at the beginning of another line as well."""
    counts = Counter(
        _speaker(line.text, found)
        for line in lines
        if _COLON_LABEL.match(line.text)
        for found in _SPEAKS_NEXT.finditer(line.text)
    )
    first = {
        line.text.partition(":")[0].strip(" >＞").casefold()
        for line in lines
        if counts and _COLON_LABEL.match(line.text)
    }
    return {name for name, count in counts.items() if count >= 2 or name in first}


def _speaker(text: str, found: re.Match[str]) -> str:
    return text[found.end() : found.end() + _WINDOW].partition(":")[0].strip(" >＞").casefold()


def cut_line(line: Line) -> list[Line]:
    """A line cut before and after each emphasised sentence or label that stands on its own in it.

    ``<b>How are you?</b> Fine.`` are two voices on one line; ``I saw <b>Parasite</b> twice.`` is
    one. The parts after the first are ``glued``.
    """
    cuts: set[int] = set()
    for mark in _cutting_marks(line):
        cuts |= _cuts(line, mark)
    if _ASKED.match(line.text):
        cuts |= {match.end() for match in _ANSWER_INSIDE.finditer(line.text)}
    return split_line(line, sorted(cuts)) if cuts else [line]


def _cutting_marks(line: Line) -> list[str]:
    if len(line.runs) == 1:
        return []
    found = {mark for run in line.runs for mark in run.marks}
    kinds = [mark for mark in found if mark in EMPHASIS or mark.startswith(("color:", "class:"))]
    wordy = [run.marks for run in line.runs if any(map(str.isalnum, run.text))]
    return sorted(mark for mark in kinds if any(mark not in marks for marks in wordy))


def _cuts(line: Line, mark: str) -> set[int]:
    cuts: set[int] = set()
    for start, end in _stretches(line, mark):
        before = line.text[max(0, start - _WINDOW) : start]
        text, after = line.text[start:end].strip(), line.text[end : end + _WINDOW]
        stands_alone = not before.strip() or _SENTENCE_END.search(before[-12:])
        if not stands_alone:
            continue
        sentence = len(text.split()) >= 3 or not text.isascii()
        if sentence and _SENTENCE_END.search(text) and not _goes_on(after):
            cuts |= {start, end}
        elif before.strip() and len(text.split()) <= 4 and _is_label(text, after):
            cuts.add(start)
        elif _LABEL_END.search(text):
            # A question and the next speaker's name, both bold, with a blank between.
            cuts |= {start, *(start + found.start(1) for found in _NAME_LAST.finditer(text))}
    return {cut for cut in cuts if 0 < cut < len(line.text)}


def _is_label(text: str, after: str) -> bool:
    return bool(text) and bool(_LABEL_END.search(text) or after.lstrip().startswith((":", "：")))


def _goes_on(after: str) -> bool:
    """Whether what follows continues the sentence: in lower case, or with a comma."""
    rest = after.lstrip()
    return bool(rest) and (rest[0].islower() or rest[0] in ",;)")


def _stretches(line: Line, mark: str) -> list[tuple[int, int]]:
    """Where `mark` runs from and to, in characters of the line's text."""
    stretches: list[tuple[int, int]] = []
    at = 0
    for run in line.runs:
        if mark in run.marks:
            if stretches and stretches[-1][1] == at:
                stretches[-1] = (stretches[-1][0], at + len(run.text))
            else:
                stretches.append((at, at + len(run.text)))
        elif stretches and stretches[-1][1] == at and not any(map(str.isalnum, run.text)):
            # Blanks and punctuation between two bold words, left plain by the editor.
            stretches[-1] = (stretches[-1][0], at + len(run.text))
        at += len(run.text)
    return stretches


def split_line(line: Line, cuts: list[int]) -> list[Line]:
    """`line` cut at these characters of its text; parts without text are left out."""
    parts: list[list[TextRun]] = [[]]
    at, waiting = 0, deque(cuts)
    for run in line.runs:
        start, end = at, at + len(run.text)
        while waiting and waiting[0] < end:
            cut = waiting.popleft()
            parts[-1].append(TextRun(run.text[start - at : cut - at], run.marks))
            parts.append([])
            start = cut
        parts[-1].append(TextRun(run.text[start - at :], run.marks))
        at = end
    lines = [Line(runs, line.block, list_item=line.list_item) for runs in parts]
    lines = [part for part in lines if part.text]
    for number, part in enumerate(lines):
        part.glued = line.glued if number == 0 else True
        part.after_rule = line.after_rule and number == 0
    return lines
