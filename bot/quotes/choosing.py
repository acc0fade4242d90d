"""Chooses the most striking words of an interview that can be read alone. Pure, deterministic.

A quote is one to three whole sentences of one paragraph of one answer. Sentences are left out that
need their question or the sentence before (a leading "Yes", "It", "That's why"), that ask, greet,
thank, list or refer to something else. The others are scored by their length, by whether people
speak of themselves, and by words of feeling. The words and weights were chosen by reading the
magazine's own pull quotes.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.core.artists import artist_key
from bot.core.model import Interview, Subject
from bot.core.sentences import Sentence, paragraphs
from bot.quotes import wording

SHORTEST = 60
LONGEST = 280
"""Columns of a quote; Hangul, Han, kana and emoji take two each, so 30 to 140 syllables."""

BEST = (90, 200)
"""Columns; every length between these scores alike."""

LEAST = 0.0
"""The least score of a quote; below it words are clear but dull ("Teach at a small school")."""

SENTENCES = 3
NAMES = 3
"""How many are named of several people who answer together."""

_ANSWER_LIMIT = 20_000
"""Characters of one answer that are considered."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of an answer that stand on their own.

    ``text`` is one line, ``section`` the question's number.
    ``speaker`` is the full name where the interview tells it, "" where nobody is named; ``role``
    is what they are, or the group that they speak for.
    """

    text: str
    speaker: str
    role: str | None
    question: str
    title: str
    section: int


def choose(interview: Interview, section: int = 0, *, limit: int | None = None) -> Quote | None:
    """The most striking quote of the whole interview, or of question `section` alone.

    With a `limit` only so many questions are considered, from the first. ``None`` where nothing
    can be read alone, or there is no such question.
    """
    best: tuple[float, str, str | None, int] | None = None
    for number, turn in enumerate(interview.transcript.turns[:limit], 1):
        if section not in {0, number}:
            continue
        for answer in turn.answers:
            for score, text in _candidates(answer.text[:_ANSWER_LIMIT]):
                if score >= LEAST and (best is None or score > best[0]):
                    best = (score, text, answer.speaker, number)
    if best is None:
        return None
    _, text, label, number = best
    speaker, role = _speaker(interview, label)
    question = interview.transcript.turns[number - 1].question
    return Quote(text, speaker, role, question, interview.title, number)


def question_stands_alone(question: str) -> bool:
    """Whether a question is understood without what was said before it: it begins like a question
    of its own, refers to nothing that it doesn't name, and has words of its own beside those that
    any question has ("What happened?" has none)."""
    words = set(re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", question.casefold()))
    named = [word for word in words if not wording.ASKING.fullmatch(word)]
    leaning = wording.LEANING_QUESTION.match(question) or _dangles(question)
    return bool(named) and not leaning


def columns(text: str) -> int:
    """The width of a text in columns: a full-width character takes two."""
    return len(text) if text.isascii() else len(text) + len(_SQUARE.findall(text))


_SQUARE = re.compile(
    "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60\uffe0-\uffe6"
    "\U0001f300-\U0001f64f\U0001f680-\U0001f6ff\U0001f900-\U0001f9ff\U00020000-\U0003fffd]"
)
"""Hangul, Han, kana, full-width forms and emoji (Unicode, East Asian Width W and F)."""


# ---------------------------------------------------------------- runs of sentences


def _candidates(text: str) -> Iterator[tuple[float, str]]:
    for sentences in paragraphs(text):
        judged = [_judge(sentence) for sentence in sentences]
        for first, start in enumerate(judged):
            if not start.opens:
                continue
            for last in range(first, min(first + SENTENCES, len(judged))):
                if not judged[last].fits:
                    break
                run = judged[first : last + 1]
                size = sum(part.size for part in run) + last - first
                if size > LONGEST:
                    break
                quote = " ".join(part.text for part in run)
                if size >= SHORTEST and _is_balanced(quote):
                    yield _score(run, size), quote


@dataclass(frozen=True, slots=True)
class _Judged:
    """A sentence with its columns: whether it may be in a quote, whether a quote may begin with it,
    and its score."""

    text: str
    size: int
    fits: bool
    opens: bool
    worth: float


def _judge(sentence: Sentence) -> _Judged:
    text = sentence.text
    fits = sentence.whole and not wording.UNFIT.search(text) and not _is_list(text)
    opens = fits and _begins(text) and not wording.LEANING.match(text) and not _dangles(text)
    return _Judged(text, columns(text), fits, opens, _worth(text) if fits else 0.0)


def _score(run: Sequence[_Judged], size: int) -> float:
    low, high = BEST
    length = 0.0
    if size < low:
        length = -2.0 * (low - size) / (low - SHORTEST)
    elif size > high:
        length = -2.0 * (size - high) / (LONGEST - high)
    # A strong sentence beside a dull one makes a duller quote than the strong one alone.
    worths = [part.worth for part in run]
    mean = sum(worths) / len(worths)
    opening = 0.6 if wording.FIRST_PERSON.search(run[0].text) else 0.0
    # "The owner never called": often somebody whom an earlier sentence introduced.
    known = 0.8 if _KNOWN.match(run[0].text) else 0.0
    return length + mean + 0.35 * max(worths) + opening - known - 0.15 * (len(run) - 1)


def _worth(text: str) -> float:
    words = max(1, len(text.split()))
    feelings = len({match.group().casefold() for match in wording.FEELING.finditer(text)})
    fillers = len(wording.FILLER.findall(text))
    worth = min(feelings, 4) * 0.9 - min(fillers, 4) * 0.5
    worth += 1.2 if wording.FIRST_PERSON.search(text) else 0.0
    worth += 0.8 if wording.TURN_OF_PHRASE.search(text) else 0.0
    worth -= 1.2 if wording.NEWS.search(text) else 0.0
    digits = sum(char.isdigit() for char in text)
    worth -= min(1.5, 0.4 * digits)
    names = len(re.findall(r"(?<!^)(?<![.!?] )\b[A-Z][A-Za-z]+", text))
    worth -= min(1.5, max(0.0, names / words - 0.15) * 6)
    return worth - (1.0 if text.endswith("!") else 0.0)


def _is_list(text: str) -> bool:
    """Many commas for few words, or a line that begins like an item."""
    commas = len(re.findall("[,、，·/]", text))
    return commas > 5 or (commas >= 3 and commas * 3.5 > len(text.split()))


def _begins(text: str) -> bool:
    """Whether the first character can begin a sentence."""
    first = text.lstrip("“\"‘'「『")[:1]
    return first.isalnum() and not first.islower() and not first.isdigit()


def _dangles(text: str) -> bool:
    """Whether a pronoun early in the text refers to somebody or something not named in it."""
    words = re.findall(r"[A-Za-z'’]+", text)[:_NAMED_BY]
    for place, word in enumerate(words):
        kind = word.casefold().replace("’", "'")
        if kind in _PERSONS and place < _NAMED_BY - 1:
            return True
        if kind in _THINGS and 0 < place < _THING_NAMED_BY:
            return True
    return False


_KNOWN = re.compile(r"(?:The|Another)\b|.{0,40}\b(?:another one|the one)\b")
_NAMED_BY = 6
_THING_NAMED_BY = 4
"""Words; within so many from the start a pronoun rarely refers to what the quote itself names."""

_PERSONS = frozenset({"he", "she", "they", "him", "her", "them", "his", "their", "theirs", "hers"})
_THINGS = frozenset({"it", "its", "it's", "this", "these", "those", "there"})


_PAIRS = (("“", "”"), ("(", ")"), ("「", "」"), ("『", "』"), ("《", "》"), ("<", ">"), ("‘", "’"))


def _is_balanced(text: str) -> bool:
    """Whether every quotation mark and bracket that opens is closed; else the text is cut off."""
    for opening, closing in _PAIRS:
        opened = text.count(opening)
        # An apostrophe is typed as a closing quotation mark.
        closed = min(text.count(closing), opened) if closing == "’" else text.count(closing)
        if opened != closed:
            return False
    return text.count('"') % 2 == 0


# ---------------------------------------------------------------- who speaks


def _speaker(interview: Interview, label: str | None) -> tuple[str, str | None]:
    """The name that is shown below the quote, and the line under it."""
    subjects = [subject for subject in interview.subjects if artist_key(subject.name)]
    label = _plain_label(label)
    if label and artist_key(label):
        named = [subject for subject in subjects if _is_label_of(label, subject)]
        if len(named) == 1:
            return named[0].name, named[0].role
        if len(subjects) == 1 and _speakers(interview) == {label}:
            return subjects[0].name, subjects[0].role
        # A member of the group, or one of several: as the article calls them.
        return label, subjects[0].name if len(subjects) == 1 else None
    if len(subjects) == 1:
        return subjects[0].name, subjects[0].role
    roles = {subject.role for subject in subjects}
    return _several(subjects), roles.pop() if len(roles) == 1 else None


def _several(subjects: Sequence[Subject]) -> str:
    names = [subject.name for subject in subjects[:NAMES]]
    return ", ".join(names) + ("…" if len(subjects) > NAMES else "")


def _is_label_of(label: str, subject: Subject) -> bool:
    """Whether an article's label ("Seoyun", "HSY") means this subject."""
    key = artist_key(label)
    for name in (subject.name, *subject.aliases):
        parts = re.split(r"[\s\-]+", name)
        initials = "".join(part[:1] for part in parts).casefold()
        keys = {artist_key(name), *map(artist_key, name.split()), initials}
        if key in keys or (len(key) > 3 and key in artist_key(name)):
            return True
    return False


def _speakers(interview: Interview) -> set[str]:
    turns = interview.transcript.turns
    return {_plain_label(answer.speaker) for turn in turns for answer in turn.answers}


def _plain_label(label: str | None) -> str:
    return " ".join((label or "").split()).rstrip(":").strip()
