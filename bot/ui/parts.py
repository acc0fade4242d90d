"""Answers cut into parts that fit a page: between sentences where possible, else between words.

Text is cut before it is escaped, so that no cut falls inside a markdown mark, and only the part
that is shown is escaped.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bot.core.i18n import Text
from bot.core.model import Answer
from bot.core.sentences import last_sentence_start, split_sentences
from bot.core.text import clean, is_visible, measure, safe_cut
from bot.ui.markdown import bold, escape, escape_within, escaped_bound

BODY_LIMIT = 2000
"""UTF-16 code units of a page's body: about a minute's reading, two phone screens."""

SPEAKER_LIMIT = 100

DENSE = 2
"""Hangul, kana and Han take twice the room of Latin letters and say twice as much: text in them is
cut into parts half as long."""

SIGN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


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
    headings: AbstractSet[str]

    def __len__(self) -> int:
        return max(1, len(self.parts))

    def __getitem__(self, index: Any) -> Any:
        if not self.parts:
            return [""][index]
        before = self.parts[index - 1][-1].answer if index else None
        rendered = _render(self.parts[index], self.answers, self.text, continued=before)
        return "\n".join(_set(line, self.headings) for line in rendered.split("\n"))


def split_answers(
    answers: Sequence[Answer],
    text: Text,
    limit: int = BODY_LIMIT,
    *,
    evenly: bool = True,
    headings: Collection[str] = (),
) -> Sequence[str]:
    """The answers as parts of markdown, each at most `limit` UTF-16 code units; at least one part.

    Speakers are in bold, and named again where a part begins in the middle of their words. With
    `evenly` the parts are about equally long; otherwise each is as long as possible. Lines that are
    among the `headings` are set as such, credits of pictures small.
    """
    limit = limit // DENSE if _is_dense(answers) else limit
    overheads = [_overhead(answer.speaker, text) for answer in answers]
    longest = limit - max(overheads, default=0)
    texts = [clean(answer.text) for answer in answers]
    atoms = _atoms(texts, longest, lambda text: [text])
    by_sentences = sum(len(answer.text) for answer in answers) <= _BY_SENTENCES
    if by_sentences and _length(atoms, overheads) > longest:
        atoms = _atoms(texts, longest, split_sentences)
    goal = _goal(atoms, overheads, limit) if evenly else limit
    set_lines = frozenset(escape(heading) for heading in headings)
    return _Parts(_fill(atoms, overheads, limit, goal), answers, text, set_lines)


def _atoms(texts: Sequence[str], longest: int, cut: Callable[[str], Iterable[str]]) -> list[_Atom]:
    return [
        _Atom(piece, cost + _LINE_MARK * piece.count("\n"), number)
        for number, text in enumerate(texts)
        for sentence in cut(text)
        for piece, cost in cut_pieces(sentence, longest)
    ]


def _length(atoms: Sequence[_Atom], overheads: Sequence[int]) -> int:
    return sum(atom.cost for atom in atoms) + sum(overheads)


def _set(line: str, headings: AbstractSet[str]) -> str:
    """An escaped line as the article sets it."""
    if line in headings and is_visible(line):
        return f"### {line}"
    return f"-# {line}" if len(line) <= _CREDIT_LIMIT and _CREDIT.match(line) else line


_CREDIT = re.compile(
    r"(?:(?:photos?|photographs?|images?|pictures?)(?: credits?)?(?::| by | courtesy | ©)"
    r"|(?:credits?|courtesy of|사진|이미지)(?: ?:| 제공| ?=)|©)",
    re.IGNORECASE,
)
"""The beginning of a line that says whose a picture is."""

_CREDIT_LIMIT = 160
_LINE_MARK = 4
"""Characters that set a line as a heading; a credit needs three."""


def _is_dense(answers: Iterable[Answer]) -> bool:
    sample = "".join(answer.text[:_DENSE_SAMPLE] for answer in answers)[:_DENSE_SAMPLE]
    return not sample.isascii() and 2 * len(SIGN.findall(sample)) > len("".join(sample.split()))


_DENSE_SAMPLE = 400

_BY_SENTENCES = 20_000
"""Characters of a section up to which it is cut between sentences. No answer of the magazine's is
half as long; of a longer text only the places where it may be cut are looked at, for everybody
waits for a page turn."""


@lru_cache(maxsize=1024)
def _overhead(speaker: str | None, text: Text) -> int:
    """The length of the speaker's name, with the line ends around it."""
    return measure(_speaker(speaker, text, continued=True)) + 3 + _LINE_MARK


def _goal(atoms: Sequence[_Atom], overheads: Sequence[int], limit: int) -> int:
    """How long parts should be so that the last one is not a single line, where possible."""
    total = _length(atoms, overheads)
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


# The same few people speak on each page of an interview.
@lru_cache(maxsize=1024)
def _speaker(speaker: str | None, text: Text, *, continued: bool) -> str:
    name = escape_within(speaker or "", SPEAKER_LIMIT)
    if not is_visible(name):
        return ""
    return text("reader.speaker-continued", speaker=bold(name)) if continued else bold(name)


def cut_pieces(sentence: str, limit: int) -> Iterator[tuple[str, int]]:
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
