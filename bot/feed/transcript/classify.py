"""Which lines are the interviewer's: the candidate that explains the whole article best.

An article has one typography of questions. Every candidate is scored by how well it explains the
whole (``scoring``); the best one wins, is joined by others that add questions it misses, and holds
where its score reaches the threshold. docs/transcripts.md follows one article through it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from bot.feed.transcript import wording
from bot.feed.transcript.blocks import Line
from bot.feed.transcript.candidates import (
    ENCLOSED,
    SYMBOL,
    Candidate,
    by_wording,
    candidates,
    emphasis_in,
    judged,
    trimmed,
    written_marks,
)
from bot.feed.transcript.evidence import Evidence
from bot.feed.transcript.labels import (
    Label,
    asks_by_name,
    candidate_at,
    is_listed,
    name_key,
    numbered,
    written_as_name,
)
from bot.feed.transcript.scoring import groups_of

# The longest interviews have some hundred lines; what has thousands is none.
LINES_AT_MOST = 4000
# What a candidate has to reach to be an interview (number of questions, content, voice), by how the
# article announces itself: in its title (1.0), in its first lines (0.5), or not at all (0.0).
_REQUIRED = {1.0: (2, 0.40, 0.0), 0.5: (2, 0.60, 0.55), 0.0: (3, 0.65, 0.68)}
# The same of an article that announces nothing and labels its questions "Q." or by the magazine.
_REQUIRED_OF_LABELS = (2, 0.50, 0.45)
# Typography from which on one question fewer suffices, where the voice leaves no doubt.
_PLAIN_TYPOGRAPHY = 0.6
# Of an article that announces nothing: the share of its questions that are plainly such, and the
# share of its lines that its questions have to be.
_PLAIN_SHARE, _LEAST_DENSITY = 0.5, 0.08
_OUTRO_AT_MOST = 12
# How much a further mark has to raise the score to join the best one.
_JOINING_ADDS = 0.01
# How much a further mark's questions have to ask by themselves.
_JOINING_ASKS = 0.8


@dataclass(slots=True)
class Verdict:
    """The winning candidate. ``asked`` are the numbers of the interviewer's lines.

    ``labels`` are the labels by line number, ``cut`` is how many characters of a line's start are
    its mark (number, star, dash) and no word of it, ``cut_end`` how many of its end (a closing
    bracket). From line ``outro`` on it is the magazine that speaks.
    """

    rule: str
    asked: set[int] = field(default_factory=set)
    cut: dict[int, int] = field(default_factory=dict)
    cut_end: dict[int, int] = field(default_factory=dict)
    labels: Mapping[int, Label] = field(default_factory=dict)
    outro: int = LINES_AT_MOST


def verdict_on(lines: Sequence[Line], title: str) -> tuple[Verdict | None, list[Candidate]]:
    """The verdict, None where the article is no interview; and the candidates, best first."""
    if not 2 <= len(lines) <= LINES_AT_MOST:
        return None, []
    evidence = Evidence(lines, title)
    found = sorted(candidates(evidence), key=_rank)
    if not found:
        return None, []
    best = _joined_by_others(found, evidence)
    if not is_interview(best, evidence):
        return None, found
    return _finished(best, evidence), found


def is_interview(best: Candidate, evidence: Evidence) -> bool:
    """Whether the best candidate's questions are one side of a conversation."""
    groups = groups_of(best.asked)
    number, content, voice = _REQUIRED[evidence.announced]
    named = any(one.key in best.askers and asks_by_name(one) for one in evidence.labels.values())
    if best.askers and evidence.announced:
        number = 1
    elif named and not evidence.announced:
        number, content, voice = _REQUIRED_OF_LABELS
    found = best.score
    known = named or (best.askers and found.title == 1)
    marked = found.typography >= _PLAIN_TYPOGRAPHY / 2 and evidence.announced
    asks = evidence.labels or any(evidence.asks[number] for number in best.asked)
    if not asks or not (marked or known or _interrogates(groups, evidence)):
        return False
    answered = len(groups) if best.askers else len(groups) * found.answered
    if found.voice >= 1 and found.typography >= _PLAIN_TYPOGRAPHY:
        answered += 1
    return answered >= number and found.content >= content and found.voice >= voice


def _interrogates(groups: Sequence[Sequence[int]], evidence: Evidence) -> bool:
    """Whether most groups are plainly questions, not few among many lines, and no quiz."""
    plain = sum(
        any(evidence.sure[n] or wording.ends_asking(evidence.texts[n]) for n in group)
        for group in groups
    )
    least = _LEAST_DENSITY * (1 - evidence.announced / 2) * (len(evidence.lines) - groups[0][0])
    enough = plain >= _PLAIN_SHARE * len(groups) and not _is_quiz(groups, evidence)
    return enough and len(groups) >= least


def _is_quiz(groups: Sequence[Sequence[int]], evidence: Evidence) -> bool:
    """Whether a list to choose from follows most questions, which are in no list themselves."""
    after = [group[-1] + 1 for group in groups if not is_listed(evidence.lines, group[-1])]
    listed = sum(n < len(evidence.lines) and is_listed(evidence.lines, n) for n in after)
    return listed >= 0.6 * len(groups)


def _joined_by_others(found: Sequence[Candidate], evidence: Evidence) -> Candidate:
    """Rule "one mark, then another": lets further marks, and at last wording, add questions to
    those of the best candidate where it misses some."""
    best = found[0]
    for other in found[1:]:
        joins = other.score.asking >= _JOINING_ASKS and not other.name.startswith(("not ", "word"))
        if joins and best.score.complete < 1:
            best = _better(best, other.asked, evidence, askers=other.askers)
    return _better(best, _stretches(best, evidence), evidence)


def _stretches(best: Candidate, evidence: Evidence) -> set[int]:
    """Questions by wording where the best candidate leaves a stretch with several of them; a
    single question within an answer is one that the answer asks back."""
    found: set[int] = set()
    if sum(n not in best.asked for n, weight in enumerate(evidence.missable) if weight) < 2:
        return found
    more = trimmed(by_wording(evidence, best.asked), evidence) - best.asked
    bounds = [-1, *sorted(best.asked), len(evidence.lines)]
    for start, end in pairwise(bounds):
        inside = groups_of(number for number in more if start < number < end)
        inside = [group for group in inside if group[0] != start + 1 and group[-1] != end - 1]
        if len(inside) >= 2:
            found |= {number for group in inside for number in group}
    return found


def _rank(candidate: Candidate) -> tuple[bool, float]:
    return len(groups_of(candidate.asked)) < 2, -candidate.score.total


def _better(
    best: Candidate, more: set[int], evidence: Evidence, *, askers: frozenset[str] = frozenset()
) -> Candidate:
    """`best` with `more` of the interviewer's lines, where that explains the article better.

    One group before the first question may be rhetorical, and stays in the intro.
    """
    before = {number for number in more if number < min(best.asked)}
    if len(groups_of(before)) < 2:
        more = more - before
    # What stands right behind a question is its answer, whatever mark it carries.
    more = {n for g in groups_of(more - best.asked) if g[0] - 1 not in best.asked for n in g}
    askers |= best.askers
    asked = {
        n for n in best.asked | more if n not in evidence.labels or evidence.labels[n].key in askers
    }
    joined = judged(
        best.name, asked, evidence, worth=best.score.typography, named=asked, askers=askers
    )
    if joined.score.total < best.score.total + _JOINING_ADDS:
        return best
    return replace(joined, named=best.named | joined.asked)


def _finished(best: Candidate, evidence: Evidence) -> Verdict:
    """The verdict with translated questions beside their originals, and marks measured."""
    verdict = Verdict(best.name, set(best.asked), labels=evidence.labels)
    _name_the_magazine(verdict, evidence)
    _end(verdict, best, evidence)
    verdict.asked |= _notes(verdict, evidence)
    verdict.asked |= _translations(verdict, evidence, step=1)
    verdict.asked |= _translations(verdict, evidence, step=-1)
    firsts = [group[0] for group in groups_of(verdict.asked)]
    for cuts in (_number_marks(evidence, firsts), _sign_marks(evidence, verdict)):
        for number, length in cuts.items():
            verdict.cut.setdefault(number, length)
    _measure_brackets(evidence, verdict)
    return verdict


def _end(verdict: Verdict, best: Candidate, evidence: Evidence) -> None:
    """Finds where, behind the last question, the magazine speaks: its thanks, credits, links."""
    lines = evidence.lines
    groups = groups_of(verdict.asked)
    last = groups[-1]
    start, end = last[-1] + 1, len(lines)
    promotes = start < end and all(evidence.credits[start:end])
    unanswered = start == end and not any(wording.ends_asking(evidence.texts[n]) for n in last)
    if len(groups) > 1 and (promotes or unanswered) and last[0] not in evidence.labels:
        verdict.outro = last[0]
        verdict.asked -= set(last)
        return
    spoken = max((n for n in evidence.labels if n >= start), default=start)
    leftover = set() if best.name[:4] == "not " else best.named - emphasis_in(best.named, evidence)
    for number in range(spoken + 1, end):
        if lines[number].after_rule or number in leftover:
            verdict.outro = number
            return
    for number in range(end - 1, max(spoken, end - _OUTRO_AT_MOST), -1):
        if evidence.credits[number] or lines[number].marks & {"link", "heading"}:
            verdict.outro = number
        elif evidence.words[number] > 25 or evidence.own[number]:
            return


def _name_the_magazine(verdict: Verdict, evidence: Evidence) -> None:
    """Cuts the magazine's name where it stands before the first question only: "Weekly Mag: Who
    are you?"."""
    first = min(verdict.asked)
    label = candidate_at(evidence.lines[first])
    if label is None or label.form != "colon" or first in verdict.labels:
        return
    several = len(label.name.split()) > 1 or label.name.isupper()
    if (
        several
        and written_as_name(label.name)
        and not wording.greets(label.name)
        and not any(name_key(word) in evidence.title_key for word in label.name.split())
    ):
        verdict.cut[first] = label.length


def _notes(verdict: Verdict, evidence: Evidence) -> set[int]:
    """The editor's notes in parentheses between a question and the first speaker's answer."""
    after = {group[-1] + 1 for group in groups_of(verdict.asked)}
    return {
        n
        for n in after
        if n + 1 in verdict.labels
        and n not in verdict.labels
        and "enclosed (" in written_marks(evidence.lines[n].text)
    }


def _measure_brackets(evidence: Evidence, verdict: Verdict) -> None:
    """What encloses the questions: "[...]" or "**...**"."""
    texts = {number: evidence.lines[number].text for number in verdict.asked}
    squared = sum(text[0] == "[" and text.rstrip(" .")[-1] == "]" for text in texts.values())
    for number, text in texts.items():
        enclosing = verdict.rule == f"enclosed {text[0]}" or (squared > 1 and text[0] == "[")
        if enclosing and ENCLOSED.get(text[0]) == text[-1]:
            verdict.cut[number], verdict.cut_end[number] = 1, 1
        elif verdict.cut.get(number, 0) and not text[0].isalnum() and text[0] == text[-1]:
            verdict.cut_end[number] = len(text) - len(text.rstrip(text[0]))


def _translations(verdict: Verdict, evidence: Evidence, *, step: int) -> set[int]:
    """Rule "bilingual": a question in a second language stands unmarked beside the marked one."""
    found: set[int] = set()
    groups = groups_of(verdict.asked)
    for group in groups:
        edge = group[-1] if step > 0 else group[0]
        other, beyond = edge + step, edge + 2 * step
        if not 0 <= other < len(evidence.lines) or other in verdict.labels:
            continue
        if step > 0 and (beyond >= len(evidence.lines) or beyond in verdict.asked):
            continue
        if _translates(edge, other, evidence):
            found.add(other)
    return found if len(found) >= max(2, 0.5 * len(groups)) else set()


def _translates(edge: int, other: int, evidence: Evidence) -> bool:
    text, beside = evidence.texts[edge], evidence.texts[other]
    if wording.script(text) != wording.script(beside):
        likely = evidence.asks[other] and evidence.weights[other] > -0.5
        return likely and len(beside) < 4 * len(text) + 40
    return wording.ends_asking(beside) and wording.ends_asking(text)


def _number_marks(evidence: Evidence, firsts: Sequence[int]) -> dict[int, int]:
    """ "1." before questions is their mark, not their word."""
    counted = numbered([evidence.lines[number] for number in firsts])
    return {firsts[place]: label.length for place, label in counted.items()}


def _sign_marks(evidence: Evidence, verdict: Verdict) -> dict[int, int]:
    """A star or dash before most questions likewise; and its like before answers."""
    signs: dict[str, dict[int, int]] = defaultdict(dict)
    for number, line in enumerate(evidence.lines):
        found = SYMBOL.match(line.text)
        if found and number not in verdict.labels:
            signs[found["sign"] or "-"][number] = found.end()
    cuts: dict[int, int] = {}
    answers = {group[-1] + 1 for group in groups_of(verdict.asked)}
    for lengths in signs.values():
        questions = [number for number in lengths if number in verdict.asked]
        most = len(questions) >= 0.5 * len(groups_of(verdict.asked))
        alone = len(lengths) >= 2 and (
            len(questions) == len(lengths) or (verdict.rule.startswith("sign") and not questions)
        )
        if most or alone:
            # In French and Spanish both sides begin with a dash.
            both = len(answers & lengths.keys()) >= 0.6 * len(answers)
            of_both = both or not questions
            cuts |= {n: length for n, length in lengths.items() if n in verdict.asked or of_both}
    return cuts
