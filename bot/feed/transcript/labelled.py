"""Rule "labels": Q. and A., or speakers of whom one asks; and articles labelled only in part."""

from collections import Counter

from bot.feed.transcript import wording
from bot.feed.transcript.evidence import Evidence
from bot.feed.transcript.judging import groups_of, sounds_asked, trimmed
from bot.feed.transcript.labels import ANSWERS, ASKS, Voices
from bot.feed.transcript.rules import by_wording, rules


def asked_by_labels(evidence: Evidence) -> set[int] | None:
    """The lines of whoever asks, or None where labels do not tell. No other witness is needed."""
    voices = evidence.voices
    if not voices.asked or voices.asked + voices.answered < 2:
        return None
    if voices.asked == 1 and not (voices.answered and evidence.announced):
        return None
    if not voices.sure and not evidence.announced and not _interrogates(evidence):
        return None
    asked: set[int] = set()
    speaker: str | None = None
    for number in range(len(evidence.lines)):
        role = voices.role.get(number)
        if role is not None:
            speaker = role
        elif speaker == ASKS and not _still_asking(number, evidence, asked):
            speaker = ANSWERS
        if speaker == ASKS:
            asked.add(number)
    return asked


def _interrogates(evidence: Evidence) -> bool:
    """Whether one side does nothing but ask, unlike people who talk in a play or a drama."""
    roles = evidence.voices.role
    asked = [evidence.asks[number] for number, role in roles.items() if role == ASKS]
    return len(asked) >= 3 and sum(asked) >= 0.8 * len(asked)


def asked_without_label(asked: set[int], evidence: Evidence) -> set[int]:
    """Rule "labels, then others": questions of an article that labels only some of its turns.

    What has the very mark of the labelled questions needs no further witness than that it asks;
    other marks, and wording, have to tell several questions that nobody would take for answers.
    """
    own = _marks_of_sides(asked, evidence)
    free = {n for n in range(len(evidence.lines)) if n not in evidence.voices.role} - asked
    found = {n for n in free if evidence.asks[n] and own & evidence.lines[n].marks}
    best, best_count = found, len(groups_of(found))
    for rule, named in rules(evidence):
        added = (trimmed(asked | (named & free), evidence) & free) | found
        count = _count_of_asked(added, evidence, surely=0.3)
        if not rule.startswith("not ") and count > best_count:
            best, best_count = added, count
    added = by_wording(evidence, pinned=asked) & free
    plain = all(wording.ends_asking(evidence.texts[group[-1]]) for group in groups_of(added))
    surely, least = (0.4, 2) if plain else (0.6, 3)
    if _count_of_asked(added, evidence, surely=surely) >= max(least, best_count + 1):
        best = added
    return best


def _marks_of_sides(asked: set[int], evidence: Evidence) -> frozenset[str]:
    """The marks that nearly all labelled questions have and hardly any answer."""
    roles = evidence.voices.role
    marks: Counter[str] = Counter()
    answered: Counter[str] = Counter()
    for number, line in enumerate(evidence.lines):
        if roles.get(number) == ASKS:
            marks.update(line.marks)
        elif roles.get(number) == ANSWERS:
            answered.update(line.marks)
    many = 0.8 * evidence.voices.asked
    few = 0.1 * evidence.voices.answered
    return frozenset(mark for mark, n in marks.items() if n >= many and answered[mark] <= few)


def _count_of_asked(added: set[int], evidence: Evidence, *, surely: float) -> int:
    """How many of the groups ask; 0 where hardly any does, where fewer than the share `surely` do
    beyond doubt, or where nobody answers them."""
    groups = groups_of(added)
    good = sum(sounds_asked(group, evidence) for group in groups)
    sure = sum(any(evidence.sure[number] for number in group) for group in groups)
    answers = [group[-1] + 1 for group in groups]
    answered = sum(
        not (evidence.sure[n] or wording.is_credit(evidence.texts[n]))
        for n in answers
        if n < len(evidence.lines)
    )
    held = min(good, answered) >= max(2, 0.8 * len(groups)) and sure >= surely * len(groups)
    return good if held else 0


def _still_asking(number: int, evidence: Evidence, asked: set[int]) -> bool:
    """Whether an unlabelled line after the interviewer's goes on with the question."""
    before, line = evidence.lines[number - 1], evidence.lines[number]
    if not evidence.texts[number - 1].strip():
        return True
    if line.glued:
        return False
    emphasis = {m for m in before.marks if m in ("bold", "italic", "underline", "heading")}
    if emphasis and emphasis <= line.marks:
        return True
    return (
        evidence.voices.sticky
        and _next_role(number, evidence.voices, len(evidence.lines)) == ANSWERS
    )


def _next_role(number: int, voices: Voices, end: int) -> str | None:
    return next(
        (voices.role[n] for n in range(number, min(end, number + 12)) if n in voices.role), None
    )
