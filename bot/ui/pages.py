"""An interview divided into pages that fit a message: cover, question after question, outro.

A long section is cut into parts, between sentences where possible, else between words. Text is cut
before it is escaped, so that no cut falls inside a markdown mark.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from bot.core.i18n import Text
from bot.core.model import COVER, LAST_PART, OUTRO, Answer, Image, Interview, Position, Turn
from bot.core.sentences import last_sentence_start, split_sentences
from bot.core.text import clean, is_visible, measure, one_line, safe_cut
from bot.ui.layout import GALLERY_LIMIT
from bot.ui.markdown import bold, escape, escape_within, escaped_bound, escaped_length

BODY_LIMIT = 2000
"""UTF-16 code units of a page's body: about a minute's reading, two phone screens."""

SHARE_LIMIT = 1200
"""UTF-16 code units of an answer that is shared: one phone screen of other people's chat."""

EXCERPT_QUESTIONS = 2
"""Questions that can be read where the operator lets people read excerpts only."""

HEADING_LIMIT = 400
SPEAKER_LIMIT = 100
GALLERIES = 4

DENSE = 2
"""Hangul, kana and Han take twice the room of Latin letters and say twice as much: text in them is
cut into parts half as long."""

LATIN_WORDS_PER_MINUTE = 238
SYLLABLES_PER_MINUTE = 500
"""Silent reading: English non-fiction by Brysbaert (2019); for Hangul, kana and Han an estimate."""


@dataclass(frozen=True, slots=True)
class SectionPage:
    """A page of an interview: a section, or one of the ``parts`` of a long one.

    ``heading`` and ``body`` are markdown, "" where there is none. ``back`` and ``forth`` are the
    pages before and after, ``None`` at the ends. ``withheld`` marks the page that says that the
    rest can only be read on the site.
    """

    position: Position
    parts: int
    heading: str
    body: str
    images: tuple[Image, ...]
    back: Position | None
    forth: Position | None
    withheld: bool = False


def page_at(
    interview: Interview, position: Position, text: Text, *, limit: int | None = None
) -> SectionPage:
    """The page at `position`, or the nearest one where an edit of the interview removed it.

    With a `limit` only so many questions are shown, and one page in place of the rest.
    """
    hidden = first_hidden(interview, text, limit)
    if hidden is not None and position >= hidden:
        return _withheld(interview, hidden, text)
    sections = _sections(interview)
    section = _nearest(sections, position.section)
    heading, bodies = _section(interview, section, text)
    part = min(position.part, len(bodies) - 1)
    at = sections.index(section)
    before = Position(sections[at - 1], LAST_PART) if at else None
    after = Position(sections[at + 1]) if at + 1 < len(sections) else None
    last = part == len(bodies) - 1
    return SectionPage(
        position=Position(section, part),
        parts=len(bodies),
        heading=heading,
        body=bodies[part],
        images=_images(interview, section) if last else (),
        back=Position(section, part - 1) if part else before,
        forth=after if last else Position(section, part + 1),
    )


def first_hidden(interview: Interview, text: Text, limit: int | None) -> Position | None:
    """The first page that is not shown, with a `limit` of questions; ``None`` where all are.

    Of an interview without questions the first page is shown.
    """
    transcript = interview.transcript
    if limit is None:
        return None
    if not transcript.turns and len(_section(interview, COVER.section, text)[1]) > 1:
        return Position(COVER.section, 1)
    if len(transcript.turns) > limit:
        return Position(limit + 1)
    return Position(OUTRO) if is_visible(transcript.outro) else None


def _withheld(interview: Interview, hidden: Position, text: Text) -> SectionPage:
    turns = len(interview.transcript.turns)
    if hidden.part:
        back, body = COVER, text("reader.withheld-text")
    elif hidden.section == OUTRO:
        back, body = Position(turns, LAST_PART), text("reader.withheld-text")
    else:
        back = Position(hidden.section - 1, LAST_PART)
        body = text.plural("reader.withheld-questions", turns - hidden.section + 1)
    return SectionPage(
        position=hidden,
        parts=1,
        heading=text("reader.withheld"),
        body=body,
        images=(),
        back=back,
        forth=None,
        withheld=True,
    )


@dataclass(frozen=True, slots=True)
class SharedAnswer:
    """A question and the beginning of its answer, as markdown; ``cut`` where more follows."""

    heading: str
    body: str
    cut: bool
    images: tuple[Image, ...]


def shared_answer(interview: Interview, number: int, text: Text) -> SharedAnswer:
    """Question `number` (from 1; it must exist) and as much of its answer as is shared."""
    heading, answers = _turn(interview, number, text)
    parts = split_answers(answers, text, SHARE_LIMIT, evenly=False)
    return SharedAnswer(heading, parts[0], len(parts) > 1, _images(interview, number))


def heading_lines(heading: str) -> str:
    """The lines of a question as headings of Discord's third level."""
    return "\n".join(f"### {line}" for line in heading.split("\n") if line)


def minutes_to_read(interview: Interview) -> int:
    """Whole minutes, at least one."""
    transcript = interview.transcript
    pieces = [transcript.intro, transcript.outro, *_turn_texts(transcript.turns)]
    length = sum(map(len, pieces))
    sample = "\n".join(pieces)[:_SAMPLE]
    signs = len(_SIGN.findall(sample)) if not sample.isascii() else 0
    latin = sum(1 for word in sample.split() if word.isascii() or not _SIGN.search(word))
    minutes = latin / LATIN_WORDS_PER_MINUTE + signs / SYLLABLES_PER_MINUTE
    return max(1, round(minutes * max(1.0, length / _SAMPLE)))


_SAMPLE = 100_000
"""Characters that are counted; the rest of a longer text is assumed to be like its beginning."""

_SIGN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


def _turn_texts(turns: Iterable[Turn]) -> Iterator[str]:
    for turn in turns:
        yield turn.question
        for answer in turn.answers:
            yield answer.text


def _sections(interview: Interview) -> list[int]:
    transcript = interview.transcript
    outro = [OUTRO] if is_visible(transcript.outro) else []
    return [COVER.section, *range(1, len(transcript.turns) + 1), *outro]


def _nearest(sections: Sequence[int], wanted: int) -> int:
    if wanted in {0, OUTRO}:
        return wanted if wanted in sections else sections[-1]
    return min(wanted, max((number for number in sections if number != OUTRO), default=0))


def _section(interview: Interview, section: int, text: Text) -> tuple[str, Sequence[str]]:
    """The heading and the parts of the body; there is always one part, which may be empty."""
    transcript = interview.transcript
    if section == COVER.section:
        return "", split_answers((Answer(None, transcript.intro),), text)
    if section == OUTRO:
        return "", split_answers((Answer(None, transcript.outro),), text)
    heading, answers = _turn(interview, section, text)
    return heading, split_answers(answers, text)


def _turn(interview: Interview, number: int, text: Text) -> tuple[str, tuple[Answer, ...]]:
    """A question's heading, and the answers, preceded by what is too long for the heading."""
    turn = interview.transcript.turns[number - 1]
    heading, rest = _heading(turn.question)
    answers = (Answer(None, rest), *turn.answers) if rest else turn.answers
    return heading or text("reader.question-untitled", number=text.number(number)), answers


def _heading(question: str) -> tuple[str, str]:
    """The question as heading lines, and what of it is too long for a heading."""
    question = clean(question)
    if not is_visible(question):
        return "", ""
    lines = [line for line in question.split("\n") if is_visible(line)]
    if sum(escaped_length(line) + 1 for line in lines) <= HEADING_LIMIT:
        return "\n".join(map(escape, lines)), ""
    kept = 0
    for sentence in split_sentences(question[: HEADING_LIMIT + 1]):
        end = kept + len(sentence)
        if end > HEADING_LIMIT or escaped_length(one_line(question[:end])) > HEADING_LIMIT:
            break
        kept = end
    # A sentence too long for a heading is cut between words.
    kept = kept or len(next(_pieces(question, HEADING_LIMIT))[0])
    return escape(one_line(question[:kept])), clean(question[kept:])


def _images(interview: Interview, section: int) -> tuple[Image, ...]:
    transcript = interview.transcript
    if section == COVER.section:
        lead = interview.lead_image
        found = tuple(image for image in transcript.images if lead and image.url != lead.url)
    elif section == OUTRO:
        found = ()
    else:
        found = transcript.turns[section - 1].images
    return found[: GALLERY_LIMIT * GALLERIES]


# ---------------------------------------------------------------- cutting into parts


@dataclass(frozen=True, slots=True)
class _Atom:
    """A sentence of an answer (by its number) with the white space after it, and a bound of its
    length when escaped: text is escaped only on the page that is shown."""

    text: str
    cost: int
    answer: int = 0


@dataclass(frozen=True, slots=True)
class _Parts(Sequence[str]):
    """Parts of answers as markdown; a part is rendered when it is asked for."""

    parts: Sequence[Sequence[_Atom]]
    answers: Sequence[Answer]
    text: Text

    def __len__(self) -> int:
        return max(1, len(self.parts))

    def __getitem__(self, index: Any) -> Any:
        if not self.parts:
            return [""][index]
        before = self.parts[index - 1][-1].answer if index else None
        return _render(self.parts[index], self.answers, self.text, continued=before)


def split_answers(
    answers: Sequence[Answer], text: Text, limit: int = BODY_LIMIT, *, evenly: bool = True
) -> Sequence[str]:
    """The answers as parts of markdown, each at most `limit` UTF-16 code units; at least one part.

    Speakers are in bold, and named again where a part begins in the middle of their words. With
    `evenly` the parts are about equally long; otherwise each is as long as possible.
    """
    limit = limit // DENSE if _is_dense(answers) else limit
    overhead = cache(partial(_overhead, text=text))
    overheads = [overhead(answer.speaker) for answer in answers]
    longest = limit - max(overheads, default=0)
    by_sentences = sum(len(answer.text) for answer in answers) <= _BY_SENTENCES
    atoms = [
        _Atom(piece, cost, number)
        for number, answer in enumerate(answers)
        for sentence in _cut_first(clean(answer.text), by_sentences=by_sentences)
        for piece, cost in _pieces(sentence, longest)
    ]
    goal = _goal(atoms, overheads, limit) if evenly else limit
    return _Parts(_fill(atoms, overheads, limit, goal), answers, text)


def _is_dense(answers: Iterable[Answer]) -> bool:
    sample = "".join(answer.text[:_DENSE_SAMPLE] for answer in answers)[:_DENSE_SAMPLE]
    return not sample.isascii() and 2 * len(_SIGN.findall(sample)) > len("".join(sample.split()))


_DENSE_SAMPLE = 400

_BY_SENTENCES = 20_000
"""Characters of a section up to which it is cut between sentences. No answer of the magazine's is
half as long; of a longer text only the places where it may be cut are looked at, for everybody
waits for a page turn."""


def _overhead(speaker: str | None, text: Text) -> int:
    """The length of the speaker's name, with the line ends around it."""
    return measure(_speaker(speaker, text, continued=True)) + 3


def _goal(atoms: Sequence[_Atom], overheads: Sequence[int], limit: int) -> int:
    """How long parts should be so that the last one is not a single line, where possible."""
    total = sum(atom.cost for atom in atoms) + sum(overheads)
    room = limit - max(overheads, default=0)
    wanted = -(-total // room)
    return limit if wanted == 1 else total // max(1, wanted) + max(overheads, default=0)


def _fill(
    atoms: Sequence[_Atom], overheads: Sequence[int], limit: int, goal: int
) -> list[list[_Atom]]:
    """Fill parts up to `goal`, none beyond `limit`."""
    parts: list[list[_Atom]] = []
    size = 0
    for atom in atoms:
        begins = not parts or size >= goal
        answer_begins = begins or parts[-1][-1].answer != atom.answer
        cost = atom.cost + (overheads[atom.answer] if answer_begins else 0)
        if begins or size + cost > limit:
            parts.append([])
            size, cost = 0, atom.cost + overheads[atom.answer]
        parts[-1].append(atom)
        size += cost
    return parts


def _render(
    part: Sequence[_Atom], answers: Sequence[Answer], text: Text, *, continued: int | None
) -> str:
    blocks: list[str] = []
    for number in dict.fromkeys(atom.answer for atom in part):
        raw = "".join(atom.text for atom in part if atom.answer == number)
        name = _speaker(answers[number].speaker, text, continued=number == continued)
        blocks.append(f"{name}\n{escape(raw)}" if name else escape(raw))
    return "\n\n".join(blocks)


def _speaker(speaker: str | None, text: Text, *, continued: bool) -> str:
    name = escape_within(speaker or "", SPEAKER_LIMIT)
    if not is_visible(name):
        return ""
    return text("reader.speaker-continued", speaker=bold(name)) if continued else bold(name)


def _cut_first(text: str, *, by_sentences: bool) -> Iterable[str]:
    return split_sentences(text) if by_sentences else [text] if text else []


def _pieces(sentence: str, limit: int) -> Iterator[tuple[str, int]]:
    """A sentence, or pieces of a text that is too long for a part, each with its cost; cut after
    one of its sentences or words where possible."""
    start = 0
    while start < len(sentence):
        end = min(len(sentence), start + limit)
        while (cost := escaped_bound(sentence[start:end])) > limit:
            end = start + max(1, (end - start) // 2)
        if end < len(sentence):
            middle = start + (end - start) // 2
            cut = last_sentence_start(sentence, middle, end) or sentence.rfind(" ", middle, end) + 1
            end = cut or max(start + 1, safe_cut(sentence, end))
            cost = escaped_bound(sentence[start:end])
        yield sentence[start:end], cost
        start = end
