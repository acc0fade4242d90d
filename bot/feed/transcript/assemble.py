"""Lines, pictures and a verdict to intro, turns and outro. Every line goes to exactly one place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bot.core.model import Answer, Image, Transcript, Turn
from bot.feed.transcript.blocks import Item, Line
from bot.feed.transcript.classify import Verdict
from bot.feed.transcript.labels import Label

# A remark on how it is said, in lower case; "(카시)" or "(from now on MG)" is part of the name.
_ASIDE = re.compile(r"\s*([(\[（][a-z웃하][^)\]）A-Z]{0,40}[)\]）])\s*$")


@dataclass(slots=True)
class _Said:
    """One voice's lines within a turn; each with the text that is left of it."""

    speaker: str | None
    lines: list[tuple[Line, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Draft:
    question: list[tuple[Line, str]] = field(default_factory=list)
    answers: list[_Said] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)


def assembled(items: Sequence[Item], verdict: Verdict) -> Transcript:
    """The transcript that `verdict` tells; its line numbers count the lines of `items`.

    Where nothing is asked, all text is intro.
    """
    intro: list[tuple[Line, str]] = []
    outro: list[tuple[Line, str]] = []
    images: list[Image] = []
    drafts: list[_Draft] = []
    asking = False
    number = -1
    for item in items:
        if isinstance(item, Image):
            (images if outro or not drafts else drafts[-1].images).append(item)
            continue
        number += 1
        if number >= verdict.outro:
            outro.append((item, item.text))
        elif number in verdict.asked:
            if not asking:
                drafts.append(_Draft())
            drafts[-1].question.append((item, _asked_text(item, number, verdict)))
            asking = True
        elif not drafts:
            intro.append((item, item.text))
        else:
            _answer(drafts[-1], item, number, verdict)
            asking = False
    _give_headings_to_questions(intro, drafts)
    turns = tuple(_turn(place, draft) for place, draft in enumerate(drafts, start=1))
    return Transcript(
        joined(intro), turns, joined(outro), images=tuple(images), headings=_headings(items)
    )


def _headings(items: Sequence[Item]) -> tuple[str, ...]:
    """The lines that are headings in the article, each once."""
    lines = (item for item in items if isinstance(item, Line))
    return tuple(dict.fromkeys(line.text for line in lines if line.text and _is_section(line)))


def _asked_text(line: Line, number: int, verdict: Verdict) -> str:
    label = verdict.labels.get(number)
    end = len(line.text) - verdict.cut_end.get(number, 0)
    return line.text[label.length if label else verdict.cut.get(number, 0) : end].strip()


def _answer(draft: _Draft, line: Line, number: int, verdict: Verdict) -> None:
    label = verdict.labels.get(number)
    if label is None:
        if not draft.answers:
            draft.answers.append(_Said(None))
        draft.answers[-1].lines.append((line, line.text[verdict.cut.get(number, 0) :].strip()))
        return
    speaker, text = _spoken(label, line.text)
    if not draft.answers or speaker is not None:
        draft.answers.append(_Said(speaker))
    draft.answers[-1].lines.append((line, text))


def _spoken(label: Label, text: str) -> tuple[str | None, str]:
    """The speaker and the words. "Kassy (laughs): Yes." is Kassy and "(laughs) Yes."."""
    rest = text[label.length :].strip()
    if label.name not in text:
        # A question's mark in another language, where nothing is asked: no name.
        return None, text
    aside = _ASIDE.search(label.name)
    name = label.name[: aside.start()] if aside else label.name
    if aside and not name.strip():
        name, aside = label.name.strip("()[]（） "), None
    if aside:
        rest = f"{aside[1]} {rest}".strip()
    return name.strip() or None, rest


def _give_headings_to_questions(intro: list[tuple[Line, str]], drafts: list[_Draft]) -> None:
    """A heading right before a question ("On her music") opens that turn, not ends the last."""
    for before, draft in pairwise(drafts):
        lines = before.answers[-1].lines if before.answers else []
        moved: list[tuple[Line, str]] = []
        while len(lines) > 1 and _is_section(lines[-1][0]):
            moved.insert(0, lines.pop())
        draft.question[:0] = moved


def _is_section(line: Line) -> bool:
    """A heading, and no pull quote set as one."""
    return "heading" in line.marks and "italic" not in line.marks and line.text[0] not in '“"«„‘'


def _turn(number: int, draft: _Draft) -> Turn:
    answers = [Answer(said.speaker, joined(said.lines)) for said in draft.answers]
    return Turn(
        number,
        # A mark that nothing follows is all that there is of the question.
        joined(draft.question) or joined([(line, line.text) for line, _ in draft.question]),
        tuple(answer for answer in answers if answer.text or answer.speaker),
        tuple(draft.images),
    )


def joined(lines: Sequence[tuple[Line, str]]) -> str:
    """Lines as text: paragraphs parted by a blank line, lines of one paragraph by a line end."""
    pieces: list[str] = []
    before: Line | None = None
    for line, text in lines:
        if not text:
            continue
        if before is not None:
            pieces.append(_gap(before, line))
        pieces.append(text)
        before = line
    return "".join(pieces)


def _gap(before: Line, line: Line) -> str:
    if line.glued and line.block == before.block:
        return " "
    listed = "li" in before.marks and "li" in line.marks and line.list_item != before.list_item
    return "\n" if listed or line.block == before.block else "\n\n"
