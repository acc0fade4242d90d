"""Which lines are the interviewer's.

Every way in which an article may mark its questions is a rule: it names lines, and is judged by
how many of the groups that it names sound asked, how many do not, and how many surely asked lines
it misses. The rule that explains the article best wins; where none explains it well enough, the
article is no interview. So one bold sentence, one footnote with a star or one rhetorical question
decides nothing: what decides is what recurs and alternates.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.feed.transcript import wording
from bot.feed.transcript.blocks import Line
from bot.feed.transcript.evidence import Evidence
from bot.feed.transcript.judging import convincing, groups_of, score, trimmed
from bot.feed.transcript.labelled import asked_by_labels, asked_without_label
from bot.feed.transcript.labels import Voices, numbered
from bot.feed.transcript.rules import (
    ENCLOSED,
    SYMBOL,
    best_by_wording,
    by_wording,
    rules,
    written_marks,
)

# The longest interviews have some hundred lines; what has thousands is none.
LINES_AT_MOST = 4000


@dataclass(slots=True)
class Verdict:
    """The winning rule. ``asked`` are the numbers of the interviewer's lines.

    ``cut`` is how many characters of a line's start are its mark (number, star, dash) and no word
    of it, ``cut_end`` how many of its end (a closing bracket). ``leftover`` are lines after the
    last question that carry its mark and ask nothing.
    """

    rule: str
    asked: set[int] = field(default_factory=set)
    cut: dict[int, int] = field(default_factory=dict)
    cut_end: dict[int, int] = field(default_factory=dict)
    leftover: set[int] = field(default_factory=set)
    voices: Voices = field(default_factory=Voices)


def verdict_on(lines: Sequence[Line], title: str) -> Verdict | None:
    """The rule that tells this article's questions, or None where it is no interview."""
    if not 2 <= len(lines) <= LINES_AT_MOST:
        return None
    evidence = Evidence(lines, title)
    asked = asked_by_labels(evidence)
    if asked is not None:
        asked |= asked_without_label(asked, evidence)
        return _finish(Verdict("labels", asked, voices=evidence.voices), evidence)
    best, best_score = _best_by_marks(evidence)
    if best_score < best_by_wording(evidence):
        asked = trimmed(by_wording(evidence), evidence)
        if score(asked, evidence, "wording") > best_score:
            best = Verdict("wording", asked, voices=evidence.voices)
    if not best.asked or not convincing(best.asked, evidence, best.rule):
        return None
    return _finish(best, evidence)


def _best_by_marks(evidence: Evidence) -> tuple[Verdict, float]:
    """The mark that explains the article best, and how well."""
    best, best_score = Verdict("", voices=evidence.voices), 0.0
    for rule, named in rules(evidence):
        asked = trimmed(named, evidence)
        found = score(asked, evidence, rule)
        if found > best_score:
            unasked = set() if rule.startswith("not ") else named - asked
            leftover = {number for number in unasked if not evidence.is_emphasis(number)}
            best = Verdict(rule, asked, voices=evidence.voices, leftover=leftover)
            best_score = found
    return best, _joined_by_others(best, best_score, evidence)


def _joined_by_others(best: Verdict, reached: float, evidence: Evidence) -> float:
    """Rule "one mark, then another": lets further marks add questions to those of the best one,
    where it misses some. The score that comes of it."""
    if not best.asked or not _misses(best, evidence):
        return reached
    for rule, named in rules(evidence):
        asked = trimmed(best.asked | named, evidence)
        better = score(asked, evidence, rule)
        if better >= reached + 1 and not rule.startswith("not "):
            best.asked, reached = asked, better
    return reached


def _misses(verdict: Verdict, evidence: Evidence) -> bool:
    return any(sure and n not in verdict.asked for n, sure in enumerate(evidence.sure))


def _finish(verdict: Verdict, evidence: Evidence) -> Verdict:
    """The verdict with translated questions beside their originals, and marks measured."""
    verdict.asked |= _translations(verdict, evidence, step=1)
    verdict.asked |= _translations(verdict, evidence, step=-1)
    verdict.leftover = {number for number in verdict.leftover if number > max(verdict.asked)}
    firsts = [group[0] for group in groups_of(verdict.asked)]
    for cuts in (_number_marks(evidence, firsts), _sign_marks(evidence, verdict)):
        for number, length in cuts.items():
            verdict.cut.setdefault(number, length)
    _measure_brackets(evidence, verdict)
    return verdict


def _measure_brackets(evidence: Evidence, verdict: Verdict) -> None:
    """What encloses the questions: "[...]" or "**...**"."""
    squared = [n for n in verdict.asked if "enclosed [" in written_marks(evidence.lines[n].text)]
    for number in verdict.asked:
        text = evidence.lines[number].text
        cut = verdict.cut.get(number, 0)
        enclosing = verdict.rule == f"enclosed {text[0]}" or (len(squared) > 1 and text[0] == "[")
        if enclosing and ENCLOSED.get(text[0]) == text[-1]:
            verdict.cut[number], verdict.cut_end[number] = 1, 1
        elif cut and not text[0].isalnum() and text[0] == text[-1]:
            verdict.cut_end[number] = len(text) - len(text.rstrip(text[0]))


def _translations(verdict: Verdict, evidence: Evidence, *, step: int) -> set[int]:
    """Rule "bilingual": a question in a second language stands unmarked beside the marked one."""
    found: set[int] = set()
    groups = groups_of(verdict.asked)
    for group in groups:
        edge = group[-1] if step > 0 else group[0]
        other, beyond = edge + step, edge + 2 * step
        if not 0 <= other < len(evidence.lines) or other in verdict.voices.role:
            continue
        if step > 0 and (beyond >= len(evidence.lines) or beyond in verdict.asked):
            continue
        if _translates(evidence.texts[edge], evidence.texts[other]):
            found.add(other)
    return found if len(found) >= max(2, 0.5 * len(groups)) else set()


def _translates(text: str, other: str) -> bool:
    if wording.script(text) != wording.script(other):
        return (
            wording.asks(other) and wording.weight(other) > -0.5 and len(other) < 4 * len(text) + 40
        )
    return wording.ends_asking(other) and wording.ends_asking(text)


def _number_marks(evidence: Evidence, firsts: Sequence[int]) -> dict[int, int]:
    """ "1." before questions is their mark, not their word."""
    counted = numbered([evidence.lines[number] for number in firsts])
    return {firsts[place]: label.length for place, label in counted.items()}


def _sign_marks(evidence: Evidence, verdict: Verdict) -> dict[int, int]:
    """A star or dash before most questions likewise; and its like before answers."""
    signs: dict[str, dict[int, int]] = defaultdict(dict)
    for number, line in enumerate(evidence.lines):
        found = SYMBOL.match(line.text)
        if found and number not in verdict.voices.label:
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
