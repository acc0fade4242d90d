"""How well a division of an article into questions and answers explains the whole article."""

from collections.abc import Iterable, Sequence
from operator import mul
from typing import NamedTuple

from bot.feed.transcript.evidence import Evidence

# The parts of a score and what each weighs; they sum to 1. docs/transcripts.md tells why.
WEIGHTS = {
    "asking": 0.12,
    "answered": 0.08,
    "complete": 0.30,
    "voice": 0.12,
    "brief": 0.08,
    "typography": 0.25,
    "title": 0.05,
}
# An interviewer's words that are no question, and what carries the mark and is neither.
_REMARK, _PROMPT = 0.5, 0.4
# Rhetorical questions of an intro count less than questions that an answer would hold.
_MISSED_IN_INTRO = 0.4
_WORDS_OF_A_QUESTION = 90
_WORDS_OF_A_PROMPT = 12


class Score(NamedTuple):
    """The parts of a division's score, each from 0 to 1.

    asking: how much the questions ask. answered: the share of them that something follows.
    complete: the share of all that asks in the interview that are its questions. voice: whether the
    answers speak of themselves and the questions to somebody. brief: the share of questions of a
    question's length. typography: how plainly and strictly the mark divides. title: whether those
    who answer are named in the title, and not those who ask.
    """

    asking: float
    answered: float
    complete: float
    voice: float
    brief: float
    typography: float
    title: float

    @property
    def total(self) -> float:
        """The weighted sum, from 0 to 1."""
        return float(sum(map(mul, WEIGHTS.values(), self)))

    @property
    def content(self) -> float:
        """The total without what typography adds: whether the words are a conversation."""
        return self.total - WEIGHTS["typography"] * self.typography


def groups_of(asked: Iterable[int]) -> list[list[int]]:
    """Numbers that follow each other, together."""
    groups: list[list[int]] = []
    for number in sorted(asked):
        if groups and groups[-1][-1] == number - 1:
            groups[-1].append(number)
        else:
            groups.append([number])
    return groups


def score(
    asked: set[int], evidence: Evidence, *, typography: float, askers: frozenset[str] = frozenset()
) -> Score:
    """The score of a division whose interviewer's lines are `asked`.

    `typography` is what its mark is worth; `askers` are keys of the labels of those who ask.
    """
    key = (frozenset(asked), askers)
    if key not in evidence.scores:
        evidence.scores[key] = _parts(groups_of(asked), evidence, askers)
    return Score._make(evidence.scores[key])._replace(typography=typography)


def _parts(groups: Sequence[Sequence[int]], evidence: Evidence, askers: frozenset[str]) -> Score:
    """The score without what the mark is worth."""
    count = len(groups)
    ends = [group[0] for group in groups[1:]] + [len(evidence.lines)]
    answers = [(group[-1] + 1, end) for group, end in zip(groups, ends, strict=True)]
    asking = [_asks(group, evidence) for group in groups]
    caught = sum(value == 1 for value in asking)
    missed = sum(evidence.total("missable", start, end) for start, end in answers)
    missed += _MISSED_IN_INTRO * evidence.total("missable", 0, groups[0][0])
    own = sum(evidence.total("own", start, end) > 0 for start, end in answers)
    own -= sum(any(evidence.own[n] for n in group) for group in groups)
    told = sum(any(evidence.addresses[n] for n in group) for group in groups)
    told -= sum(evidence.total("addresses", start, end) > 0 for start, end in answers)
    return Score(
        asking=sum(asking) / count,
        answered=sum(end > start for start, end in answers) / count,
        complete=(caught + 0.01) / (caught + missed + 0.01),
        voice=max(0.0, min(1.0, 0.5 + (own + told) / count / 2)),
        brief=sum(_is_brief(group, evidence) for group in groups) / count,
        typography=0.0,
        title=_title(askers, evidence),
    )


def _asks(group: Sequence[int], evidence: Evidence) -> float:
    if any(evidence.asks[number] for number in group):
        return 1.0
    if any(evidence.speaks_to[number] for number in group):
        return 0.8
    words = sum(evidence.words[number] for number in group)
    if all(evidence.own_story[number] for number in group):
        return 0.0
    return _PROMPT if words <= _WORDS_OF_A_PROMPT else _REMARK if words <= 60 else 0.0


def _is_brief(group: Sequence[int], evidence: Evidence) -> bool:
    """Not longer than questions are, and nothing behind its last question that is no question."""
    if sum(evidence.words[number] for number in group) > _WORDS_OF_A_QUESTION:
        return False
    lines = evidence.lines
    asking = [place for place, number in enumerate(group) if evidence.asks[number]]
    return not asking or all(
        evidence.speaks_to[number] or lines[number].glued or lines[number].text[:1] in "(（["
        for number in group[asking[-1] + 1 :]
    )


def _title(askers: frozenset[str], evidence: Evidence) -> float:
    keys = {label.key for label in evidence.labels.values() if len(label.key) >= 3}
    asks = any(key in evidence.title_key for key in askers if len(key) >= 3)
    answers = any(key in evidence.title_key for key in keys - askers)
    return 0.5 + 0.5 * answers - 0.5 * asks if askers else 0.5
