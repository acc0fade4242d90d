"""The rules that tell questions by marks and by wording, each with the lines that it names."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from bot.feed.transcript import wording
from bot.feed.transcript.blocks import Line
from bot.feed.transcript.evidence import Evidence
from bot.feed.transcript.labels import numbered

MARKS_AT_MOST = 150

SYMBOL = re.compile(
    r"^(?:(?P<sign>[*＊※●■◆▶►▷◇○□★☆♥♡❤•·‣◦▪→»>✦✧◈◎☞☛✔❓❔✏✿❀♪♬#+~]|[\U0001F300-\U0001FAFF])\ufe0f?"
    r"(?P=sign)*|(?P<dash>[–—―─-]){1,3})\s*(?=\S)"
)
ENCLOSED = {
    "[": "]",
    "(": ")",
    "<": ">",
    "«": "»",
    "「": "」",
    "『": "』",
    "“": "”",
    '"': '"',
    "【": "】",
}
# Marks that by their absence may tell the questions: the answers are quoted, listed, or in italics.
_OF_ANSWERS = ("blockquote", "li", "bold", "italic", "dd", "cell:1", "underline", "pre")


def rules(evidence: Evidence) -> Iterator[tuple[str, set[int]]]:
    """Every rule with the lines that it names. Lines labelled as answers are never questions."""
    lines = evidence.lines
    free = {number for number in range(len(lines)) if not evidence.is_answer(number)}
    by_mark: dict[str, set[int]] = defaultdict(set)
    for number, marks in enumerate(_all_marks(lines)):
        for mark in marks:
            by_mark[mark].add(number)
    recurring = [(mark, numbers) for mark, numbers in by_mark.items() if len(numbers) >= 2]
    recurring.sort(key=lambda item: (-len(item[1]), item[0]))
    for mark, numbers in recurring[:MARKS_AT_MOST]:
        yield mark, numbers & free
    for mark in (*_OF_ANSWERS, *[m for m, _ in recurring if m.startswith("color:")][:5]):
        if len(by_mark.get(mark, ())) >= 2:
            yield f"not {mark}", free - by_mark[mark]
    yield "numbers", set(numbered(lines)) & free
    if evidence.voices.answered:
        yield "before a label", _before_labels(evidence)


def _all_marks(lines: Sequence[Line]) -> Iterator[set[str]]:
    sizes: dict[int, int] = defaultdict(int)
    for line in lines:
        sizes[line.block] += 1
    block = -1
    for line in lines:
        marks = set(line.marks)
        if marks & {"bold", "heading"}:
            marks.add("strong")
        if marks & {"bold", "heading", "italic", "underline"} or any(map(_is_color, marks)):
            marks.add("emphasis")
        if sizes[line.block] > 1 and line.block != block:
            marks.add("first of its paragraph")
        block = line.block
        marks.update(written_marks(line.text))
        yield marks


def _is_color(mark: str) -> bool:
    return mark.startswith(("color:", "background:"))


def written_marks(text: str) -> Iterable[str]:
    """Marks that are characters: a star, a dash, brackets around the line, capitals."""
    sign = SYMBOL.match(text)
    if sign:
        yield f"sign {sign['sign'] or '-'}"
    if ENCLOSED.get(text[0]) == text.rstrip(" .")[-1:]:
        yield f"enclosed {text[0]}"
    if text.isupper() and len(text.split()) >= 3:
        yield "capitals"


def _before_labels(evidence: Evidence) -> set[int]:
    """Rule "before a label": answers name their speakers, questions nobody."""
    labelled = evidence.voices.role
    return {number - 1 for number in labelled if number and number - 1 not in labelled}


def best_by_wording(evidence: Evidence) -> float:
    """What the rule "wording" scores at the most; below that it need not be tried."""
    surely = sum(evidence.sure)
    return 0.8 * surely + 0.3 * max(0, sum(evidence.asks) - surely)


def by_wording(evidence: Evidence, pinned: Collection[int] = ()) -> set[int]:
    """Rule "wording": the likeliest alternation of asking and answering lines (Viterbi).

    Two questions in a row cost more than a question and an answer that sounds like one, unless
    they stand in one paragraph or are in two languages. `pinned` lines ask, whatever they sound
    like.
    """
    lines = evidence.lines
    asking, answering = -1e9, 0.0
    came_from: list[tuple[bool, bool]] = []
    for number, text in enumerate(evidence.texts):
        weight = evidence.weights[number]
        if evidence.is_answer(number) or evidence.is_listed(number):
            weight = -4.0
        if number in pinned:
            weight = 100.0
        together = number > 0 and (
            lines[number].block == lines[number - 1].block
            or wording.script(text) != wording.script(evidence.texts[number - 1])
        )
        again = asking - (0.2 if together else 1.5)
        onward = answering - 0.3
        came_from.append((again > answering, asking >= onward))
        asking, answering = max(again, answering) + weight, max(onward, asking) - weight
    asked: set[int] = set()
    state = asking > answering
    for number in range(len(lines) - 1, -1, -1):
        if state:
            asked.add(number)
        state = came_from[number][0] if state else came_from[number][1]
    return asked
