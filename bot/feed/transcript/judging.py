"""How well a rule explains an article: what it names that asks, what it names besides, what it
misses, and whether all that is a conversation."""

import re
from collections.abc import Iterable, Sequence

from bot.feed.transcript import wording
from bot.feed.transcript.evidence import Evidence

_SENTENCE = re.compile(r"[.?!…:。？！~][\"'”’»)\]）」』*_\s]*$")


def groups_of(asked: Iterable[int]) -> list[list[int]]:
    """Numbers that follow each other, together."""
    groups: list[list[int]] = []
    for number in sorted(asked):
        if groups and groups[-1][-1] == number - 1:
            groups[-1].append(number)
        else:
            groups.append([number])
    return groups


def sounds_asked(group: Sequence[int], evidence: Evidence) -> bool:
    return any(evidence.asks[number] for number in group)


def trimmed(asked: set[int], evidence: Evidence) -> set[int]:
    """`asked` without what carries the mark and is no question: leads, headings, credits."""
    groups = groups_of(_without_emphasis(asked, evidence))
    good = [number for number, group in enumerate(groups) if sounds_asked(group, evidence)]
    if not good:
        return set()
    kept: set[int] = set()
    for place, group in enumerate(groups):
        if place < good[0]:
            if _opens(group, evidence):
                kept |= set(group)
        elif place == good[0]:
            kept |= set(_without_lead(group, evidence))
        elif (
            place in good
            or (place < good[-1] and _says_something(group, evidence))
            or (place > good[-1] and _answered_remark(group, evidence))
        ):
            kept |= set(group)
    return kept


def _without_emphasis(asked: set[int], evidence: Evidence) -> set[int]:
    """`asked` without an answer's own emphasis, alone or right before the next question."""
    kept = set(asked)
    for group in groups_of(asked):
        for number in group:
            if not evidence.is_emphasis(number):
                break
            kept.discard(number)
    return kept


def _opens(group: Sequence[int], evidence: Evidence) -> bool:
    """A greeting before the first question, in the interviewer's own line."""
    return len(group) == 1 and len(evidence.texts[group[0]]) < 300 and evidence.addressed(group[0])


def _without_lead(group: Sequence[int], evidence: Evidence) -> Sequence[int]:
    """The first question without the lead paragraphs that carry its mark."""
    start = len(group) - 1
    while start and _belongs(group[start - 1], evidence):
        start -= 1
    return group[start:]


def _belongs(number: int, evidence: Evidence) -> bool:
    """Whether a line before the first question's last is of it, and not of the lead."""
    text = evidence.texts[number]
    return len(text) < 450 and (evidence.addressed(number) or evidence.weights[number] > 0)


def _says_something(group: Sequence[int], evidence: Evidence) -> bool:
    """A remark of the interviewer's between questions, not a heading or a title."""
    return any(
        not wording.is_credit(evidence.texts[number])
        and len(evidence.texts[number].split()) >= 3
        and (bool(_SENTENCE.search(evidence.texts[number])) or evidence.addressed(number))
        for number in group
    )


def _answered_remark(group: Sequence[int], evidence: Evidence) -> bool:
    after = group[-1] + 1
    if after >= len(evidence.lines) or not any(evidence.addressed(number) for number in group):
        return False
    if any(wording.is_credit(evidence.texts[number]) for number in group):
        return False
    return evidence.is_answer(after) or (
        wording.speaks_of_itself(evidence.texts[after])
        and not wording.is_credit(evidence.texts[after])
    )


def score(asked: set[int], evidence: Evidence, rule: str) -> float:
    """Groups that sound asked, less those that do not, less what surely asks and is not named."""
    groups = groups_of(asked)
    if not groups or (groups[0][0] == 0 and len(groups) == 1):
        return 0.0
    good = sum(sounds_asked(group, evidence) for group in groups)
    odd = [group for group in groups if not sounds_asked(group, evidence)]
    remarks = sum(any(evidence.addressed(number) for number in group) for group in odd)
    # Of two rules that tell the same questions, the one that names fewer lines besides.
    bad = 0.1 * remarks + 0.7 * (len(odd) - remarks) + 0.005 * len(asked)
    missed = sum(sure and number not in asked for number, sure in enumerate(evidence.sure))
    if rule == "wording":
        surely = sum(any(evidence.sure[number] for number in group) for group in groups)
        return 0.8 * surely + 0.3 * (good - surely) - bad
    if rule in ("strong", "emphasis", "before a label") or rule.startswith("not "):
        return 0.97 * good - bad - 0.7 * missed
    return good - bad - 0.7 * missed


def convincing(asked: set[int], evidence: Evidence, rule: str) -> bool:
    """Whether the named lines are one side of a conversation, and not headings of a report."""
    groups = groups_of(asked)
    good = [group for group in groups if sounds_asked(group, evidence)]
    answers = [
        " ".join(evidence.texts[group[-1] + 1 : following[0]])
        for group, following in zip(groups, [*groups[1:], [len(evidence.lines)]], strict=True)
    ]
    answered = [text for text in answers if text.strip()]
    if len(good) < 2 or len(good) < 0.6 * len(groups) or not answered:
        return False
    said = " ".join(evidence.texts[number] for group in good for number in group)
    addressed = sum(any(evidence.heard[n].addresses for n in g) for g in good) / len(good)
    personal = sum(map(wording.speaks_of_itself, answered)) / len(answered)
    foreign = wording.script(said) not in ("latin", "")
    labelled = sum(evidence.is_answer(group[-1] + 1) for group in good) >= 0.5 * len(good)
    spoken = personal >= 0.3 or labelled or (foreign and addressed >= 0.3)
    if not evidence.announced and _is_quiz(groups, evidence):
        return False
    if rule == "wording":
        surely = sum(any(evidence.sure[n] for n in g) for g in good)
        inside = len(evidence.lines) - min(asked)
        dense = len(groups) >= 0.12 * inside
        least = 2 if evidence.announced else 3
        return spoken and dense and surely >= max(least, 0.4 * len(good)) and addressed >= 0.4
    if len(good) == 2 and len(groups) > 2:
        return False
    if len(good) == 2 and not evidence.announced and min(addressed, personal) < 1:
        return False
    return (spoken and (addressed >= 0.25 or evidence.announced)) or (
        evidence.announced and addressed >= 0.5
    )


def _is_quiz(groups: Sequence[Sequence[int]], evidence: Evidence) -> bool:
    """Whether a list to choose from follows most questions, which are in no list themselves."""
    after = [group[-1] + 1 for group in groups if not evidence.is_listed(group[-1])]
    listed = sum(n < len(evidence.lines) and evidence.is_listed(n) for n in after)
    return listed >= 0.6 * len(groups)
