"""Which lines are the interviewer's.

Every way in which an article may mark its questions is a rule: it names lines, and is judged by
how many of the groups that it names sound asked, how many do not, and how many surely asked lines
it misses. The rule that explains the article best wins; where none explains it well enough, the
article is no interview. So one bold sentence, one footnote with a star or one rhetorical question
decides nothing: what decides is what recurs and alternates.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bot.feed.transcript import wording
from bot.feed.transcript.blocks import Line
from bot.feed.transcript.labels import ANSWERS, ASKS, Voices, numbered, voices_of

# The longest interviews have some hundred lines; what has thousands is none.
LINES_AT_MOST = 4000
MARKS_AT_MOST = 150

SYMBOL = re.compile(
    r"^(?:(?P<sign>[*＊※●■◆▶►▷◇○□★☆♥♡❤•·‣◦▪→»>✦✧◈◎☞☛✔❓❔✏✿❀♪♬#+~]|[\U0001F300-\U0001FAFF])\ufe0f?"
    r"(?P=sign)*|(?P<dash>[–—―─-]){1,3})\s*(?=\S)"
)
_ENCLOSED = {
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
_SENTENCE = re.compile(r"[.?!…:。？！~][\"'”’»)\]）」』*_\s]*$")
_INTERVIEW_WORDS = re.compile(
    r"(?i)\binterview|\bq\s?&\s?a\b|\bwe (?:asked|talked|spoke|sat down|caught up|chatted"
    r"|quizzed)|\bspoke (?:with|to) us"
    r"|인터뷰|インタビュー|entretien|entrevista|访谈|専访"
)
# Marks that by their absence may tell the questions: the answers are quoted, listed, or in italics.
_OF_ANSWERS = ("blockquote", "li", "bold", "italic", "dd", "cell:1", "underline", "pre")


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


class Evidence:
    """What the rules are judged by: each line's wording, looked at once."""

    def __init__(self, lines: Sequence[Line], title: str) -> None:
        self.lines = lines
        self.voices = voices_of(lines)
        self.texts = [self._said(number) for number in range(len(lines))]
        head = title + "\n" + "\n".join(line.text for line in lines[:6])
        self.announced = bool(_INTERVIEW_WORDS.search(head[:6000]))

    @cached_property
    def asks(self) -> list[bool]:
        return [wording.asks(text) for text in self.texts]

    @cached_property
    def weights(self) -> list[float]:
        return [wording.weight(text) for text in self.texts]

    @cached_property
    def sure(self) -> list[bool]:
        return [
            self.asks[number] and self._may_ask(number) and wording.surely_asks(text)
            for number, text in enumerate(self.texts)
        ]

    def _said(self, number: int) -> str:
        label = self.voices.label.get(number)
        return self.lines[number].text[label.length if label else 0 :]

    def addressed(self, number: int) -> bool:
        """An interviewer's words that are no question: "Congratulations on your award!"."""
        text = self.texts[number]
        return len(text) < 400 and (wording.greets(text) or wording.addresses(text))

    def _may_ask(self, number: int) -> bool:
        return not self.is_answer(number) and not self.is_listed(number)

    def is_listed(self, number: int) -> bool:
        """One of a list's items, as titles of songs are, which may sound like questions."""
        item = self.lines[number].list_item
        beside = self.lines[max(0, number - 1) : number + 2]
        return "li" in self.lines[number].marks and any(
            "li" in line.marks and line.list_item != item for line in beside
        )

    def is_emphasis(self, number: int) -> bool:
        """Words that stand out within an answer: "**I was terrified!** My tent had ..."."""
        text = self.texts[number]
        if self.asks[number] or self.addressed(number):
            return False
        return self.lines[number].glued or wording.tells_own_story(text)

    def is_answer(self, number: int) -> bool:
        return self.voices.role.get(number) == ANSWERS


def verdict_on(lines: Sequence[Line], title: str) -> Verdict | None:
    """The rule that tells this article's questions, or None where it is no interview."""
    if not 2 <= len(lines) <= LINES_AT_MOST:
        return None
    evidence = Evidence(lines, title)
    labelled = _by_labels(evidence)
    if labelled is not None:
        labelled.asked |= _asked_without_label(labelled.asked, evidence)
        return _finish(labelled, evidence)
    best: Verdict | None = None
    best_score = 0.0
    for rule, named in _rules(evidence):
        asked = _trimmed(named, evidence)
        score = _score(asked, evidence, rule)
        if score > best_score:
            unasked = set() if rule.startswith("not ") else named - asked
            leftover = {number for number in unasked if not evidence.is_emphasis(number)}
            best_score = score
            best = Verdict(rule, asked, voices=evidence.voices, leftover=leftover)
    if best_score < _best_by_wording(evidence):
        asked = _trimmed(_by_wording(evidence), evidence)
        if _score(asked, evidence, "wording") > best_score:
            best = Verdict("wording", asked, voices=evidence.voices)
    if best is None or not _convincing(best, evidence):
        return None
    return _finish(best, evidence)


# ---------------------------------------------------------------- rule: labels


def _by_labels(evidence: Evidence) -> Verdict | None:
    """Rule "labels": Q. and A., or speakers of whom one asks. It needs no other witness."""
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
    return Verdict("labels", asked, voices=voices)


def _interrogates(evidence: Evidence) -> bool:
    """Whether one side does nothing but ask, unlike people who talk in a play or a drama."""
    roles = evidence.voices.role
    asked = [evidence.asks[number] for number, role in roles.items() if role == ASKS]
    return len(asked) >= 3 and sum(asked) >= 0.8 * len(asked)


def _asked_without_label(asked: set[int], evidence: Evidence) -> set[int]:
    """Rule "labels, then others": questions of an article that labels only some of its turns.

    What has the very mark of the labelled questions needs no further witness than that it asks;
    other marks, and wording, have to tell several questions that nobody would take for answers.
    """
    own = _marks_of_sides(asked, evidence)
    free = {n for n in range(len(evidence.lines)) if n not in evidence.voices.role} - asked
    found = {n for n in free if evidence.asks[n] and own & evidence.lines[n].marks}
    best, best_count = found, len(groups_of(found))
    for rule, named in _rules(evidence):
        added = (_trimmed(asked | (named & free), evidence) & free) | found
        count = _count_of_sure(added, evidence, least=2)
        if not rule.startswith("not ") and count > best_count:
            best, best_count = added, count
    added = _by_wording(evidence, pinned=asked) & free
    if _count_of_sure(added, evidence, least=3) > best_count:
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


def _count_of_sure(added: set[int], evidence: Evidence, *, least: int) -> int:
    """How many of the groups surely ask; 0 where they are too few, or where others are among them,
    or where nobody answers them."""
    groups = groups_of(added)
    sure = sum(any(evidence.sure[number] for number in group) for group in groups)
    answers = [group[-1] + 1 for group in groups]
    answered = sum(n < len(evidence.lines) and not evidence.asks[n] for n in answers)
    enough = sure >= max(least, 0.6 * len(groups)) and answered >= 0.8 * len(groups)
    return sure if enough else 0


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


# ---------------------------------------------------------------- rules: marks and wording


def _rules(evidence: Evidence) -> Iterator[tuple[str, set[int]]]:
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
        marks.update(_written_marks(line.text))
        yield marks


def _is_color(mark: str) -> bool:
    return mark.startswith(("color:", "background:"))


def _written_marks(text: str) -> Iterable[str]:
    """Marks that are characters: a star, a dash, brackets around the line, capitals."""
    sign = SYMBOL.match(text)
    if sign:
        yield f"sign {sign['sign'] or '-'}"
    if _ENCLOSED.get(text[0]) == text.rstrip(" .")[-1:]:
        yield f"enclosed {text[0]}"
    if text.isupper() and len(text.split()) >= 3:
        yield "capitals"


def _before_labels(evidence: Evidence) -> set[int]:
    """Rule "before a label": answers name their speakers, questions nobody."""
    labelled = evidence.voices.role
    return {number - 1 for number in labelled if number and number - 1 not in labelled}


def _best_by_wording(evidence: Evidence) -> float:
    """What the rule "wording" scores at the most; below that it need not be tried."""
    surely = sum(evidence.sure)
    return 0.8 * surely + 0.3 * max(0, sum(evidence.asks) - surely)


def _by_wording(evidence: Evidence, pinned: Collection[int] = ()) -> set[int]:
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


# ---------------------------------------------------------------- judging


def groups_of(asked: Iterable[int]) -> list[list[int]]:
    """Numbers that follow each other, together."""
    groups: list[list[int]] = []
    for number in sorted(asked):
        if groups and groups[-1][-1] == number - 1:
            groups[-1].append(number)
        else:
            groups.append([number])
    return groups


def _sounds_asked(group: Sequence[int], evidence: Evidence) -> bool:
    return any(evidence.asks[number] for number in group)


def _trimmed(asked: set[int], evidence: Evidence) -> set[int]:
    """`asked` without what carries the mark and is no question: leads, headings, credits."""
    groups = groups_of(_without_emphasis(asked, evidence))
    good = [number for number, group in enumerate(groups) if _sounds_asked(group, evidence)]
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


def _score(asked: set[int], evidence: Evidence, rule: str) -> float:
    """Groups that sound asked, less those that do not, less what surely asks and is not named."""
    groups = groups_of(asked)
    if not groups or (groups[0][0] == 0 and len(groups) == 1):
        return 0.0
    good = sum(_sounds_asked(group, evidence) for group in groups)
    odd = [group for group in groups if not _sounds_asked(group, evidence)]
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


def _convincing(verdict: Verdict, evidence: Evidence) -> bool:
    """Whether the named lines are one side of a conversation, and not headings of a report."""
    groups = groups_of(verdict.asked)
    good = [group for group in groups if _sounds_asked(group, evidence)]
    answers = [
        " ".join(evidence.texts[group[-1] + 1 : following[0]])
        for group, following in zip(groups, [*groups[1:], [len(evidence.lines)]], strict=True)
    ]
    answered = [text for text in answers if text.strip()]
    if len(good) < 2 or len(good) < 0.6 * len(groups) or not answered:
        return False
    said = " ".join(evidence.texts[number] for group in good for number in group)
    addressed = sum(any(wording.addresses(evidence.texts[n]) for n in g) for g in good) / len(good)
    personal = sum(map(wording.speaks_of_itself, answered)) / len(answered)
    foreign = wording.script(said) not in ("latin", "")
    labelled = sum(evidence.is_answer(group[-1] + 1) for group in good) >= 0.5 * len(good)
    spoken = personal >= 0.3 or labelled or (foreign and addressed >= 0.3)
    if verdict.rule == "wording":
        surely = sum(any(evidence.sure[n] for n in g) for g in good)
        inside = len(evidence.lines) - min(verdict.asked)
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


# ---------------------------------------------------------------- finishing


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
    for number in verdict.asked:
        text = evidence.lines[number].text
        cut = verdict.cut.get(number, 0)
        if verdict.rule == f"enclosed {text[0]}" and _ENCLOSED.get(text[0]) == text[-1]:
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
    """ "1." before most questions is their mark, not their word."""
    counted = numbered([evidence.lines[number] for number in firsts])
    if len(counted) < 0.6 * len(firsts):
        return {}
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
        if len(questions) >= 0.5 * len(groups_of(verdict.asked)) or (
            verdict.rule.startswith("sign") and len(lengths) >= 2 and not questions
        ):
            # In French and Spanish both sides begin with a dash.
            both = len(answers & lengths.keys()) >= 0.6 * len(answers)
            of_both = both or not questions
            cuts |= {n: length for n, length in lengths.items() if n in verdict.asked or of_both}
    return cuts
