"""Every case that transcripts are judged by: fixtures written by hand, and conversations marked up.

A fixture is a file of ``fixtures/``: lines ``key: value``, a line ``---``, then the HTML. The keys:
``title``, ``turns`` (number), ``speakers`` (all, by first appearance, parted by ``|``), ``labels``
(words that are the marks of a side), ``furniture`` (a visible text that no reader wants; may
recur), ``question N``, ``answer N`` (without speakers), ``asked`` (how each question begins) and
``spoken`` (who answers it, parted by commas), both by turn and parted by ``|``, ``subjects``,
``intro``, ``outro``, ``kept`` (text that must be somewhere), ``mend`` (the text is mojibake),
``videos``, ``images`` (their number), ``image N`` (end of the URL of a turn's).
"""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path

import ftfy

from bot.core.model import Transcript
from bot.feed.transcript import transcribe
from tests.feed.conversations import CONVERSATIONS, LABELLED, MARKUPS, Conversation

FIXTURES = Path(__file__).parent / "fixtures"
_VOID = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "wbr",
}
_UNSEEN = {"script", "style", "template", "noscript", "figcaption", "iframe", "svg", "head"}
_MARKS = {"q", "a", "question", "answer", "kc", "kcrush", "kcruch", "interviewer", "jw"}
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Case:
    name: str
    html: str
    title: str
    turn_count: int
    speakers: tuple[str, ...]
    words: tuple[str, ...]
    marks: frozenset[str] = frozenset(_MARKS)
    questions: tuple[str, ...] = ()
    facts: dict[str, list[str]] = field(default_factory=dict)
    base_url: str = "https://magazine.example/interview/"


@dataclass(frozen=True)
class Judgement:
    turns: int
    words: float
    speakers: float
    questions: float
    perfect: bool
    transcript: Transcript


def all_cases() -> list[Case]:
    return [*fixture_cases(), *markup_cases()]


def markup_cases() -> Iterator[Case]:
    for markup_name, markup in MARKUPS.items():
        for talk in CONVERSATIONS:
            yield Case(
                name=f"{markup_name} / {talk.name}",
                html=markup(talk),
                title=talk.title,
                turn_count=len(talk.turns),
                speakers=_speakers_of(talk, labelled=markup_name in LABELLED),
                words=tuple(_WORD.findall(" ".join(_texts(talk)))),
                questions=tuple(question for question, _ in talk.turns),
            )


def mixed_cases() -> Iterator[Case]:
    """Articles of which the second half is marked up in another way than the first: two editors,
    or one who changed their mind. Every markup is once first and once second."""
    names = list(MARKUPS)
    for place, first in enumerate(names):
        talk = CONVERSATIONS[place % len(CONVERSATIONS)]
        second = names[(place + 37) % len(names)]
        half = len(talk.turns) // 2
        head = replace(talk, turns=talk.turns[:half], outro=())
        tail = replace(talk, turns=talk.turns[half:], intro=())
        yield Case(
            name=f"{first}, then {second} / {talk.name}",
            html=MARKUPS[first](head) + "\n" + MARKUPS[second](tail),
            title=talk.title,
            turn_count=len(talk.turns),
            speakers=_speakers_of(talk, labelled=bool({first, second} & LABELLED)),
            words=tuple(_WORD.findall(" ".join(_texts(talk)))),
            questions=tuple(question for question, _ in talk.turns),
        )


def _speakers_of(talk: Conversation, *, labelled: bool) -> tuple[str, ...]:
    names = [said.speaker for _, answers in talk.turns for said in answers if said.speaker]
    return tuple(dict.fromkeys(names or ([talk.who] if labelled else [])))


def _texts(talk: Conversation) -> Iterator[str]:
    yield from talk.intro
    for question, answers in talk.turns:
        yield question
        for said in answers:
            yield from said.paragraphs
    yield from talk.outro


def fixture_cases() -> Iterator[Case]:
    for path in sorted(FIXTURES.glob("*.html")):
        yield read_fixture(path)


def read_fixture(path: Path) -> Case:
    head, _, body = path.read_text(encoding="utf-8").partition("\n---\n")
    facts: dict[str, list[str]] = defaultdict(list)
    for line in head.splitlines():
        key, _, value = line.partition(":")
        facts[key.strip()].append(value.strip())
    words = visible_words(ftfy.fix_encoding(body) if facts["mend"] else body)
    for furniture in facts["furniture"]:
        words = _without(words, _WORD.findall(furniture))
    marks = {word.casefold() for line in facts["labels"] for word in _WORD.findall(line)}
    return Case(
        name=path.stem,
        html=body,
        title=facts["title"][0],
        turn_count=int(facts["turns"][0]),
        speakers=tuple(
            name.strip() for name in "|".join(facts["speakers"]).split("|") if name.strip()
        ),
        words=tuple(words),
        marks=frozenset(marks),
        facts=dict(facts),
    )


def _without(words: list[str], gone: list[str]) -> list[str]:
    for start in range(len(words) - len(gone) + 1):
        if words[start : start + len(gone)] == gone:
            return words[:start] + words[start + len(gone) :]
    raise ValueError(f"the fixture does not show {' '.join(gone)!r}")


class _Visible(HTMLParser):
    """The text that a browser shows, by another parser than the one under test."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self._hidden = 0
        self._open: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "img" and "emoji" in (given.get("class") or ""):
            self.text.append(given.get("alt") or "")
        if tag in _VOID:
            self.text.append(" " if tag == "br" else "")
            return
        hides = tag in _UNSEEN or "hidden" in given or "display:none" in (given.get("style") or "")
        self._open.append(hides)
        self._hidden += hides
        if tag not in ("b", "i", "em", "strong", "span", "a", "u", "font", "mark", "sup", "small"):
            self.text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID and self._open:
            self._hidden -= self._open.pop()
            if tag in ("p", "div", "li", "td", "h2", "h3", "h4", "dd", "dt", "blockquote"):
                self.text.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.text.append(data)


def visible_words(html: str) -> list[str]:
    parser = _Visible()
    parser.feed(html)
    parser.close()
    return _WORD.findall("".join(parser.text))


def told_words(transcript: Transcript) -> list[str]:
    told = [transcript.intro]
    for turn in transcript.turns:
        told.append(turn.question)
        for answer in turn.answers:
            told += [answer.speaker or "", answer.text]
    return _WORD.findall(" ".join([*told, transcript.outro]))


def words_lost(
    expected: tuple[str, ...], told: list[str], marks: frozenset[str]
) -> tuple[list[str], list[str]]:
    """Words of the page that the transcript has not, in order, and words that it has made up."""
    lost: list[str] = []
    added: list[str] = []
    matcher = difflib.SequenceMatcher(None, list(expected), told, autojunk=False)
    for kind, a1, a2, b1, b2 in matcher.get_opcodes():
        if kind != "equal":
            lost += [word for word in expected[a1:a2] if not _is_mark(word, marks)]
            added += told[b1:b2]
    return lost, added


def _is_mark(word: str, marks: frozenset[str]) -> bool:
    folded = word.casefold()
    return folded in marks or bool(re.fullmatch(r"[qa]?\d{1,2}", folded))


def speakers_of(transcript: Transcript) -> tuple[str, ...]:
    names = [a.speaker for turn in transcript.turns for a in turn.answers if a.speaker]
    return tuple(dict.fromkeys(names))


def judge(case: Case) -> Judgement:
    transcript = transcribe(case.html, base_url=case.base_url, title=case.title)
    told = told_words(transcript)
    lost, added = words_lost(case.words, told, case.marks)
    speakers = {word for name in case.speakers for word in _WORD.findall(name)}
    added = [word for word in added if word not in speakers]
    found = speakers_of(transcript)
    right = sum(name in case.speakers for name in found) / max(len(case.speakers), len(found), 1)
    right = 1.0 if not case.speakers and not found else right
    asked = [turn.question for turn in transcript.turns]
    same = sum(a == b for a, b in zip(asked, case.questions, strict=False))
    questions = same / len(case.questions) if case.questions else 1.0
    words = 1 - (len(lost) + len(added)) / max(len(case.words), 1)
    turns = len(transcript.turns)
    perfect = turns == case.turn_count and words == 1 and right == 1 and questions == 1
    return Judgement(turns, words, right, questions, perfect, transcript)
