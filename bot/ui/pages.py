"""An interview divided into pages that fit a message: cover, question after question, outro.

A long section has several pages, see ``bot.ui.parts``; short questions that follow each other share
one.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.core.i18n import Text
from bot.core.model import COVER, LAST_PART, OUTRO, Answer, Image, Interview, Position, Turn
from bot.core.sentences import split_sentences
from bot.core.text import clean, is_visible, measure, one_line
from bot.ui.layout import GALLERY_LIMIT
from bot.ui.markdown import escape, escape_within, escaped_length
from bot.ui.parts import BODY_LIMIT, SIGN, cut_pieces, split_answers

SHARE_LIMIT = 1200
"""UTF-16 code units of an answer that is shared: one phone screen of other people's chat."""

EXCERPT_QUESTIONS = 2
"""Questions that can be read where the operator lets people read excerpts only."""

TOGETHER_LIMIT = 900
"""Characters of questions and answers that share a page, markdown included; a sign of three bytes
(Hangul, kana, Han) counts as two. Escaped it is at most twice as long, which fits a message."""

TOGETHER_MOST = 8
"""Questions on one page: of the shortest, a phone screen."""

_UNCUT = 2 * BODY_LIMIT
"""A limit within which nothing that shares a page is cut."""

_MARKS = 8
"""Characters around a heading, a name or an answer, and the line ends."""
_LINE_MARK = 4

HEADING_LIMIT = 400
GALLERIES = 4
CAPTIONS_LIMIT = 240
_LEAST_CAPTION = 24

LATIN_WORDS_PER_MINUTE = 238
SYLLABLES_PER_MINUTE = 500
"""Silent reading: English non-fiction by Brysbaert (2019); for Hangul, kana and Han an estimate."""


@dataclass(frozen=True, slots=True)
class SectionPage:
    """A page of an interview: a section, one of the ``parts`` of a long one, or several short ones.

    ``position`` is that of the first of the ``sections``. ``heading`` and ``blocks`` are markdown,
    "" where there is none; a block is what one section says, from the second on with its heading.
    ``back`` and ``forth`` are the pages before and after, ``None`` at the ends. ``withheld`` marks
    the page that says that the rest can only be read on the site.
    """

    position: Position
    sections: range
    parts: int
    heading: str
    blocks: tuple[str, ...]
    images: tuple[Image, ...]
    back: Position | None
    forth: Position | None
    withheld: bool = False

    @property
    def body(self) -> str:
        """The blocks as one."""
        return "\n\n".join(self.blocks)


def page_at(
    interview: Interview, position: Position, text: Text, *, limit: int | None = None
) -> SectionPage:
    """The page at `position`, or the nearest one where an edit of the interview removed it.

    With a `limit` only so many questions are shown, and one page in place of the rest.
    """
    hidden = first_hidden(interview, text, limit)
    if hidden is not None and position >= hidden:
        return _withheld(interview, hidden, text)
    pages = _pages(interview, limit, position.section)
    at = bisect_right(pages, position.section, key=lambda page: page.start) - 1
    sections = pages[at]
    section = sections.start
    room = BODY_LIMIT if len(sections) == 1 else _UNCUT
    heading, parts = _section(interview, section, text, room)
    part = min(position.part, len(parts) - 1)
    others = (_block(interview, number, text) for number in sections[1:])
    before = Position(pages[at - 1].start, LAST_PART) if at else None
    after = Position(pages[at + 1].start) if at + 1 < len(pages) else None
    last = part == len(parts) - 1
    return SectionPage(
        position=Position(section, part),
        sections=sections,
        parts=len(parts),
        heading=heading,
        blocks=(parts[part], *others),
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
        sections=_only(hidden.section),
        parts=1,
        heading=text("reader.withheld"),
        blocks=(body,),
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
    parts = split_answers(
        answers, text, SHARE_LIMIT, evenly=False, headings=interview.transcript.headings
    )
    return SharedAnswer(heading, parts[0], len(parts) > 1, _images(interview, number))


def heading_lines(heading: str) -> str:
    """The lines of a question as headings of Discord's third level."""
    return "\n".join(f"### {line}" for line in heading.split("\n") if line)


def minutes_to_read(interview: Interview) -> int:
    """Whole minutes, at least one."""
    transcript = interview.transcript
    pieces = [transcript.intro, transcript.outro]
    for turn in transcript.turns:
        pieces += [turn.question, *(answer.text for answer in turn.answers)]
    length = sum(map(len, pieces))
    sample = "\n".join(pieces)[:_SAMPLE]
    signs = len(SIGN.findall(sample)) if not sample.isascii() else 0
    latin = sum(1 for word in sample.split() if word.isascii() or not SIGN.search(word))
    minutes = latin / LATIN_WORDS_PER_MINUTE + signs / SYLLABLES_PER_MINUTE
    return max(1, round(minutes * max(1.0, length / _SAMPLE)))


_SAMPLE = 100_000
"""Characters that are counted; the rest of a longer text is assumed to be like its beginning."""


def _only(section: int) -> range:
    return range(section, section + 1)


def _pages(interview: Interview, limit: int | None, section: int) -> list[range]:
    """The sections of each page, to that after the one with `section`; after `limit` questions
    there is one for the rest."""
    transcript = interview.transcript
    readable = transcript.turns[:limit]
    pages, room = [_only(COVER.section)], 0
    for number, turn in enumerate(readable, 1):
        size = _size(turn)
        if size <= room and len(pages[-1]) < TOGETHER_MOST:
            pages[-1] = range(pages[-1].start, number + 1)
            room -= size
        else:
            pages.append(_only(number))
            if number > section:
                return pages
            room = TOGETHER_LIMIT - size
    if len(readable) < len(transcript.turns):
        return [*pages, _only(len(readable) + 1)]
    return [*pages, _only(OUTRO)] if is_visible(transcript.outro) else pages


def _size(turn: Turn) -> int:
    """What counts towards ``TOGETHER_LIMIT``. A question with pictures has a page of its own, for
    they stand below its words."""
    parts = [turn.question]
    for answer in turn.answers:
        parts += [answer.speaker or "", answer.text]
    words = "".join(parts)
    if turn.images or len(words) > TOGETHER_LIMIT:
        return TOGETHER_LIMIT + 1
    wide = words if words.isascii() else words.encode("utf-8", "surrogatepass")
    marks = _LINE_MARK * words.count("\n") + _MARKS * len(parts)
    return (len(words) + len(wide)) // 2 + marks


def _section(
    interview: Interview, section: int, text: Text, room: int = BODY_LIMIT
) -> tuple[str, Sequence[str]]:
    """The heading and the parts of the body; there is always one part, which may be empty."""
    transcript = interview.transcript
    heading, answers = "", tuple[Answer, ...]()
    if section == COVER.section:
        answers = (Answer(None, transcript.intro),)
    elif section == OUTRO:
        answers = (Answer(None, transcript.outro),)
    else:
        heading, answers = _turn(interview, section, text)
    return heading, split_answers(answers, text, room, headings=transcript.headings)


def _block(interview: Interview, number: int, text: Text) -> str:
    """A short question and its answers."""
    heading, parts = _section(interview, number, text, _UNCUT)
    return "\n".join(filter(None, [heading_lines(heading), *parts]))


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
    kept = kept or len(next(cut_pieces(question, HEADING_LIMIT))[0])
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
    return tuple(map(interview.described, found[: GALLERY_LIMIT * GALLERIES]))


def captions(images: Iterable[Image]) -> str:
    """The captions of pictures as markdown, one a line, within ``CAPTIONS_LIMIT``."""
    shown, room = [], CAPTIONS_LIMIT
    for caption in dict.fromkeys(one_line(image.caption) for image in images):
        if is_visible(caption) and room > _LEAST_CAPTION:
            shown.append(f"-# {escape_within(caption, room - 4)}")
            room -= measure(shown[-1]) + 1
    return "\n".join(shown)
