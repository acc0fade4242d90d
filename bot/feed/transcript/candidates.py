"""Every way in which an article may tell the interviewer's lines from the answers.

Each mark, label and shape that recurs names some lines. Named lines that are no questions (leads,
credits, emphasis within an answer) are trimmed off; what remains is a candidate with its score.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from bot.feed.transcript import wording
from bot.feed.transcript.blocks import Line
from bot.feed.transcript.evidence import Evidence
from bot.feed.transcript.labels import asks_by_name, is_listed, numbered
from bot.feed.transcript.scoring import Score, groups_of, score

MARKS_AT_MOST = 80
_SPEAKERS_AT_MOST = 8
# The share of an unknown interviewer's own lines that ask; the rest are remarks.
_ASKS_AT_LEAST = 0.25
_LINES_OF_A_QUESTION = 12

# What a mark is worth as typography: labels part the two sides by name, a sign or a heading was
# set on purpose, the lack of a mark or the place in a paragraph may be chance.
_OF_LABELS, _OF_ONE_LABEL, _OF_SIGNS, _OF_MARKS, _OF_UNIONS = 1.0, 0.9, 0.85, 0.8, 0.7
_OF_ABSENCE, _OF_PLACE = 0.4, 0.3

SYMBOL = re.compile(
    r"^(?:(?P<sign>[*＊※●■◆▶►▷◇○□★☆♥♡❤•·‣◦▪→»>✦✧◈◎☞☛✔❓❔✏✿❀♪♬#+~]|::|[\U0001F300-\U0001FAFF])\ufe0f?"
    r"(?P=sign)*|(?P<dash>[–—―─-]){1,3})\s*(?=\S)"
)
ENCLOSED = dict(zip('[(<«「『“"【', '])>»」』”"】', strict=True))
# Marks that by their absence may tell the questions: the answers are quoted, listed, or in italics.
_OF_ANSWERS = (
    "blockquote", "li", "bold", "italic", "dd", "cell:1", "underline", "pre", "enclosed “",
    "enclosed ‘", 'enclosed "',
)  # fmt: skip


@dataclass(slots=True)
class Candidate:
    """A division: `asked` are the numbers of the interviewer's lines, `named` all that carry the
    mark; `askers` the keys of the labels of those who ask."""

    name: str
    asked: set[int]
    score: Score
    named: set[int] = field(default_factory=set)
    askers: frozenset[str] = frozenset()


def candidates(evidence: Evidence) -> Iterator[Candidate]:
    """All candidates that name any question, in no particular order."""
    yield from _by_labels(evidence)
    seen: set[frozenset[int]] = set()
    for name, named, worth in sorted(marks(evidence), key=lambda mark: -mark[2]):
        if frozenset(named) in seen:
            continue
        seen.add(frozenset(named))
        askers = _asking_labels(named, evidence)
        free = {n for n in named if n not in evidence.labels or evidence.labels[n].key in askers}
        asked = trimmed(free, evidence)
        if asked:
            yield judged(name, asked, evidence, worth=worth, named=free, askers=askers)
    asked = trimmed(by_wording(evidence), evidence)
    if asked:
        askers = _asking_labels(asked, evidence)
        yield judged("wording", asked, evidence, worth=0.0, named=asked, askers=askers)


def judged(
    name: str,
    asked: set[int],
    evidence: Evidence,
    *,
    worth: float,
    named: set[int],
    askers: frozenset[str] = frozenset(),
) -> Candidate:
    """A candidate with its score. `worth` counts as far as the mark names nothing else; what it
    names before the first question and behind the last counts half."""
    inside = sum(min(asked) <= number <= max(asked) for number in named)
    carrying = inside + 0.5 * (len(named) - inside)
    kept = len(named & asked) / carrying if carrying else 1.0
    found = score(asked, evidence, typography=worth * kept, askers=askers)
    return Candidate(name, asked, found, named, askers)


# ---------------------------------------------------------------- labels


def _by_labels(evidence: Evidence) -> Iterator[Candidate]:
    """Each choice of speakers who may be the ones that ask."""
    labels = evidence.labels
    counts = Counter(label.key for label in labels.values())
    sure = frozenset(one.key for one in labels.values() if asks_by_name(one))
    rates = {
        key: sum(_label_asks(n, evidence) for n in _lines_of({key}, evidence)) / count
        for key, count in counts.items()
        if key
    }
    often = [key for key, count in counts.most_common(_SPEAKERS_AT_MOST) if count >= 2 and key]
    if sure:
        choices = [sure]
    else:
        # Where questions without a name stand before the answers, those who have names answer.
        above = {n - 1 for n in labels if n > 1} - labels.keys()
        free = sum(evidence.asks[n] for n in above if n - 1 not in labels or evidence.texts[n - 1])
        often = [key for key in often if rates[key] * counts[key] > free]
        choices = [frozenset({key}) for key in often if rates[key] >= _ASKS_AT_LEAST]
        # Two interviewers never speak one right after the other.
        pairs = combinations([key for key in often if rates[key] >= 0.5], 2)
        choices += [frozenset(pair) for pair in pairs if _apart(frozenset(pair), evidence)]
    for askers in choices:
        yield from _labelled(askers, evidence)


def _labelled(askers: frozenset[str], evidence: Evidence) -> Iterator[Candidate]:
    answered = sum(label.key not in askers for label in evidence.labels.values())
    lines = _lines_of(askers, evidence)
    if len(lines) < (1 if answered and evidence.announced else 2):
        return
    both = answered >= 0.5 * len(lines)
    asked: set[int] = set()
    asking = False
    for number in range(len(evidence.lines)):
        label = evidence.labels.get(number)
        if label is not None:
            asking = label.key in askers
        elif asking:
            asking = _still_asking(number, evidence, askers, answers_labelled=both)
        if asking:
            asked.add(number)
    name = "labels " + "+".join(sorted({evidence.labels[number].name for number in lines})[:3])
    worth = _OF_LABELS if both else _OF_ONE_LABEL
    yield judged(name, asked, evidence, worth=worth, named=asked, askers=askers)


def _lines_of(keys: Collection[str], evidence: Evidence) -> list[int]:
    return [number for number, label in evidence.labels.items() if label.key in keys]


def _label_asks(number: int, evidence: Evidence) -> bool:
    """Whether a labelled line asks, or the one below where the label stands alone."""
    alone = not evidence.texts[number] and number + 1 < len(evidence.lines)
    return evidence.asks[number + alone]


def _apart(keys: frozenset[str], evidence: Evidence) -> bool:
    """Whether no two of them speak one right after the other."""
    order = [evidence.labels[number].key for number in sorted(evidence.labels)]
    return not any(a != b and a in keys and b in keys for a, b in pairwise(order))


def _still_asking(
    number: int, evidence: Evidence, askers: frozenset[str], *, answers_labelled: bool
) -> bool:
    """Whether an unlabelled line after the interviewer's goes on with the question."""
    before, line = evidence.lines[number - 1], evidence.lines[number]
    if not evidence.texts[number - 1]:
        return True
    if line.glued:
        return False
    emphasis = {m for m in before.marks if m in ("bold", "italic", "underline", "heading")}
    if emphasis and emphasis <= line.marks:
        return True
    following = range(number + 1, number + _LINES_OF_A_QUESTION)
    label = next((evidence.labels[n] for n in following if n in evidence.labels), None)
    if label is None:
        return False
    return "heading" in line.marks or (answers_labelled and label.key not in askers)


def _asking_labels(named: set[int], evidence: Evidence) -> frozenset[str]:
    """Keys of the labels most of whose lines carry the mark: the interviewer's, inside it."""
    if not evidence.labels:
        return frozenset()
    counts = Counter(label.key for label in evidence.labels.values())
    inside = Counter(evidence.labels[n].key for n in named if n in evidence.labels)
    asking = frozenset(key for key, count in inside.items() if count > 0.6 * counts[key])
    return asking if len(asking) < len(counts) or len(counts) == 1 else frozenset()


# ---------------------------------------------------------------- marks


def marks(evidence: Evidence) -> Iterator[tuple[str, set[int], float]]:
    """Every mark that recurs, with the lines that carry it and what it is worth."""
    lines = evidence.lines
    everything = set(range(len(lines)))
    by_mark: dict[str, set[int]] = defaultdict(set)
    for number, found in enumerate(_all_marks(lines)):
        for mark in found:
            by_mark[mark].add(number)
    recurring = [(mark, numbers) for mark, numbers in by_mark.items() if len(numbers) >= 2]
    recurring.sort(key=lambda item: (-len(item[1]), item[0]))
    for mark, numbers in recurring[:MARKS_AT_MOST]:
        yield mark, numbers, _worth(mark)
    colors = [mark for mark, _ in recurring if mark.startswith("color:")][:5]
    for mark in (*_OF_ANSWERS, *colors):
        if len(by_mark.get(mark, ())) >= 2:
            yield f"not {mark}", everything - by_mark[mark], _OF_ABSENCE
    yield "numbers", set(numbered(lines)), _OF_SIGNS
    labelled = evidence.labels
    yield "before a label", {n - 1 for n in labelled if n and n - 1 not in labelled}, _OF_UNIONS


def _worth(mark: str) -> float:
    if mark.startswith("sign"):
        return _OF_SIGNS
    if mark in ("strong", "emphasis"):
        return _OF_UNIONS
    return _OF_PLACE if mark in ("first of its paragraph", "link") else _OF_MARKS


def _all_marks(lines: Sequence[Line]) -> Iterator[set[str]]:
    sizes = Counter(line.block for line in lines)
    block = -1
    for line in lines:
        found = set(line.marks)
        if found & {"bold", "heading"}:
            found.add("strong")
        if found & {"bold", "heading", "italic", "underline"} or any(
            mark.startswith(("color:", "background:")) for mark in found
        ):
            found.add("emphasis")
        if sizes[line.block] > 1 and line.block != block:
            found.add("first of its paragraph")
        block = line.block
        found.update(written_marks(line.text))
        yield found


def written_marks(text: str) -> Iterable[str]:
    """Marks that are characters: a star, a dash, brackets around the line, capitals."""
    sign = SYMBOL.match(text)
    if sign:
        yield f"sign {sign['sign'] or '-'}"
    if ENCLOSED.get(text[0]) == text.rstrip(" .")[-1:]:
        yield f"enclosed {text[0]}"
    if text.isupper() and len(text.split()) >= 3:
        yield "capitals"


# ---------------------------------------------------------------- trimming


def trimmed(asked: set[int], evidence: Evidence) -> set[int]:
    """`asked` without what carries the mark and is no question: leads, credits, emphasis.

    Between the first question and the last, whatever carries the mark is the interviewer's, asking
    or not; before and behind them it has to speak to somebody, or to be answered.
    """
    groups = groups_of(_without_emphasis(asked, evidence))
    speaking = [any(evidence.speaks_to[number] for number in group) for group in groups]
    asking = [any(evidence.asks[number] for number in group) for group in groups]
    places = [place for place, asks in enumerate(asking if any(asking) else speaking) if asks]
    if not places:
        return set()
    first = next(
        place
        for place, group in enumerate(groups)
        if place == places[0] or (speaking[place] and _opens(group, evidence))
    )
    kept: set[int] = set()
    for place, group in enumerate(groups):
        if place == first:
            kept |= set(_without_lead(group, evidence))
        elif first < place <= places[-1] or (place > places[-1] and _is_answered(group, evidence)):
            kept |= set(group)
    return kept - {n for n in kept if evidence.credits[n] and not evidence.asks[n]}


def _without_emphasis(asked: set[int], evidence: Evidence) -> set[int]:
    """`asked` without an answer's own emphasis, alone or right before the next question."""
    emphasis = emphasis_in(asked, evidence)
    kept = set(asked)
    for group in groups_of(asked):
        for number in group:
            if number not in emphasis:
                break
            kept.discard(number)
    return kept


def emphasis_in(named: Collection[int], evidence: Evidence) -> set[int]:
    """Of the lines with one mark those that stand out within an answer: a part of a line ("**I was
    terrified!** My tent had ..."), or a story of the speaker's own where the mark is else only on
    questions; not where the answer before asked back."""
    silent = [n for n in named if not evidence.speaks_to[n]]
    remarks = any(not (evidence.own_story[n] or evidence.lines[n].glued) for n in silent)
    return {
        n
        for n in silent
        if evidence.lines[n].glued
        or (
            evidence.own_story[n]
            and not remarks
            and not (n and wording.ends_asking(evidence.texts[n - 1]))
        )
    }


def _opens(group: Sequence[int], evidence: Evidence) -> bool:
    """A greeting before the first question, in the interviewer's own line."""
    number = group[0]
    return len(group) == 1 and evidence.words[number] < 60 and evidence.speaks_to[number]


def _without_lead(group: Sequence[int], evidence: Evidence) -> Sequence[int]:
    """The first question without the lead paragraphs that carry its mark."""
    start = len(group) - 1
    while start and _belongs(group[start - 1], evidence):
        start -= 1
    return group[start:]


def _belongs(number: int, evidence: Evidence) -> bool:
    """Whether a line before the first question's last is of it, and not of the lead."""
    text, following = evidence.texts[number], evidence.texts[number + 1]
    apart = evidence.lines[number].block != evidence.lines[number + 1].block
    same = wording.script(text[:400]) == wording.script(following[:400])
    if evidence.words[number] > 80 or (apart and same and wording.ends_asking(text)):
        return False
    return evidence.speaks_to[number] or evidence.weights[number] > 0


def _is_answered(group: Sequence[int], evidence: Evidence) -> bool:
    """Whether a group behind the last question is the interviewer's too: "Final message"."""
    after = group[-1] + 1
    if after >= len(evidence.lines) or any(evidence.credits[number] for number in group):
        return False
    if evidence.credits[after] or evidence.lines[after].marks & {"link", "heading", "li"}:
        return False
    if after in evidence.labels or evidence.own[after] or evidence.addresses[after]:
        return True
    return evidence.words[group[0]] <= 8 and evidence.words[after] <= 30


# ---------------------------------------------------------------- wording


def by_wording(evidence: Evidence, pinned: Collection[int] = ()) -> set[int]:
    """The likeliest alternation of asking and answering lines by their wording alone (Viterbi).

    Two questions in a row cost more than a question and an answer that sounds like one, unless
    they stand in one paragraph or are in two languages. `pinned` lines ask, whatever they sound
    like.
    """
    lines = evidence.lines
    asking, answering = -1e9, 0.0
    came_from: list[tuple[bool, bool]] = []
    scripts = [wording.script(text[:400]) for text in evidence.texts]
    for number in range(len(lines)):
        weight = evidence.weights[number]
        if number in evidence.labels or is_listed(lines, number):
            weight = -4.0
        if number in pinned or asks_by_name(evidence.labels.get(number)):
            weight = 100.0
        together = number > 0 and (
            lines[number].block == lines[number - 1].block or scripts[number] != scripts[number - 1]
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
