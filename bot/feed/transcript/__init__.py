"""An article's HTML to intro, turns and outro.

``blocks`` reads lines and their marks, ``lines`` drops furniture and cuts lines in which two
speak. ``labels`` finds who speaks, ``wording`` says how a line sounds; ``evidence`` holds both.
Every mark, label and shape that may tell questions from answers is a candidate (``candidates``),
scored by how well it explains the whole article (``scoring``); ``classify`` chooses the best one,
and ``assemble`` puts every line in its place. docs/transcripts.md follows an article through it.

Nothing is lost: the words of intro, questions, answers and outro, in order, are the words of the
body. Not counted are furniture (``furniture``), captions and addresses of embeds, which become
``Image.caption`` and ``videos``, and the marks of a question or an answer: a star, a dash, a
number, "Q.", "A.", the interviewer's label. A speaker's label is kept as ``Answer.speaker``. Where
that does not hold, and where shortcodes were left out, a warning says so.

At the level DEBUG the logger of this package tells the candidates of every article.
"""

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.core.model import Image, Transcript
from bot.feed.transcript.assemble import assembled, joined
from bot.feed.transcript.blocks import ArticleBody, Item, Line, read_page
from bot.feed.transcript.classify import Verdict, verdict_on
from bot.feed.transcript.explain import explanation
from bot.feed.transcript.lines import cut_lines, without_furniture

_LOGGER = logging.getLogger(__name__)
_LETTERS = re.compile(r"[^\W_]+")

__all__ = ["Examined", "examine", "plain_text", "transcribe"]


@dataclass(frozen=True, slots=True)
class Examined:
    """A transcript, and what a caller may want to know of how it came about.

    ``pictures`` are the body's, in their order; ``rule`` is the name of the rule that told the
    questions, "" where there are none.
    """

    transcript: Transcript
    pictures: tuple[Image, ...]
    rule: str


def transcribe(html: str, *, base_url: str, title: str = "") -> Transcript:
    """The transcript of an article's body. Never raises; time and memory are bounded.

    `base_url` is where relative addresses start; `title` helps to tell an interview from a report.
    """
    return examine(html, base_url=base_url, title=title).transcript


def examine(html: str, *, base_url: str, title: str = "") -> Examined:
    """Like ``transcribe``, with the pictures and the name of the rule."""
    page = read_page(html, base_url)
    items = _readable(page)
    lines = [item for item in items if isinstance(item, Line)]
    verdict, found = verdict_on(lines, title)
    if _LOGGER.isEnabledFor(logging.DEBUG):
        _LOGGER.debug(explanation(title, found, verdict))
    transcript = assembled(items, verdict or Verdict(""))
    transcript = replace(
        transcript,
        videos=tuple(page.videos),
        links=tuple(page.links),
        warnings=tuple(_warnings(page, lines, transcript, verdict)),
    )
    pictures = tuple(item for item in items if isinstance(item, Image))
    return Examined(transcript, pictures, verdict.rule if verdict else "")


def plain_text(html: str) -> str:
    """The text of a piece of HTML, furniture left out; paragraphs parted by a blank line."""
    page = read_page(html, "")
    return joined([(line, line.text) for line in without_furniture(page.lines())])


def _readable(page: ArticleBody) -> list[Item]:
    """Pictures and lines without furniture, lines in which two speak cut."""
    kept = without_furniture(page.lines())
    parts = {id(line): cut for line, cut in zip(kept, cut_lines(kept).values(), strict=True)}
    items: list[Item] = []
    for item in page.items:
        if isinstance(item, Image):
            items.append(item)
        else:
            items.extend(parts.get(id(item), ()))
    return items


def _warnings(
    page: ArticleBody, lines: Sequence[Line], transcript: Transcript, verdict: Verdict | None
) -> list[str]:
    warnings: list[str] = []
    if page.simplified:
        warnings.append("the HTML is too large or too deeply nested; read without some of its tags")
    if page.shortcodes:
        warnings.append(f"shortcodes were left out: {', '.join(page.shortcodes[:10])}")
    if verdict is not None and verdict.rule == "wording":
        warnings.append("questions are told by their wording alone")
    unanswered = [turn.number for turn in transcript.turns if not turn.answers]
    if unanswered:
        warnings.append(f"questions without an answer: {', '.join(map(str, unanswered[:10]))}")
    if not _words_kept(lines, transcript, verdict):
        warnings.append("some words of the text are missing or not where they were")
    return warnings


def _words_kept(lines: Sequence[Line], transcript: Transcript, verdict: Verdict | None) -> bool:
    """Whether the transcript is the lines' text in order, but for at most the marks cut from it."""
    told = [transcript.intro]
    for turn in transcript.turns:
        told.append(turn.question)
        for answer in turn.answers:
            told += [answer.speaker or "", answer.text]
    told.append(transcript.outro)
    found, whole = _without_blanks(told), _without_blanks(line.text for line in lines)
    if found == whole:
        return True
    found, whole = _letters(found), _letters(whole)
    if found == whole or verdict is None:
        return found == whole
    lengths = dict(verdict.cut) | {n: label.length for n, label in verdict.labels.items()}
    cut = sum(len(_letters(lines[number].text[:length])) for number, length in lengths.items())
    if len(whole) - len(found) > cut:
        return False
    end = 0
    for piece in map(_letters, told):
        start = whole.find(piece, end)
        if start < 0:
            rest = iter(whole)
            return all(letter in rest for letter in found)
        end = start + len(piece)
    return True


def _without_blanks(pieces: Iterable[str]) -> str:
    return "".join("".join(pieces).split())


def _letters(text: str) -> str:
    return "".join(_LETTERS.findall(text))
