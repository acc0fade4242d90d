"""An invented archive of any size: the same one for the same number and seed, made as it is read.

Words are as frequent as in a language (Zipf's law), names are written as the field writes them,
every tenth passage holds Hangul.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import TypeVar

from bot.core.model import (
    Answer,
    Interview,
    InterviewSummary,
    StoredInterview,
    Subject,
    Transcript,
    Turn,
)
from bot.core.topics import topic_of

T = TypeVar("T")

TURNS = 14
"""Of each interview; with its frame, these are fifteen passages."""

WORDS = 40_000
HANGUL_WORDS = 6_000
ARTISTS = 5_000
HANGUL_EVERY = 10

_NEWEST = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_APART = timedelta(hours=7)
_LONGEST_SENTENCE = 18

_ONSETS = (*"bcdfghjklmnprstvw", "br", "cl", "dr", "fl", "gr", "pl", "pr", "sh", "st", "th", "tr")
_NUCLEI = ("a", "e", "i", "o", "u", "ai", "ea", "ou")
_CODAS = ("", "", "", "n", "r", "s", "t", "l", "m", "nd", "st", "ck")
_ENDINGS = ("", "", "", "", "s", "ing", "ed", "er", "ly", "ness")
_ROLES = (
    *("Singer", "Rapper", "Girl Group", "Boy Group", "Singer-songwriter", "Actor", "Actress"),
    *("Webtoon Artist", "Fencer", "Game Designer", "YouTuber", "Film Director", "Dancer"),
)
_FAMILIES = dict(
    zip(
        ("Kim", "Lee", "Park", "Choi", "Jung", "Kang", "Yoon", "Jang", "Lim", "Han", "Oh", "Seo"),
        "김이박최정강윤장임한오서",
        strict=True,
    )
)
_SYLLABLES = dict(
    zip(
        (
            *("so", "yeon", "ye", "hyun", "ji", "min", "woo", "seo", "jun", "ha", "eun", "na"),
            *("ra", "young", "sung", "dae", "ga", "ram", "do", "hee", "bin", "tae", "yoo", "jae"),
            *("hye", "in", "su", "ah"),
        ),
        "소연예현지민우서준하은나라영성대가람도희빈태유재혜인수아",
        strict=True,
    )
)
_PARTICLES = ("", "", "은", "는", "이", "가", "을", "의", "에서", "하고")
_STYLES = ("korean", "korean", "stage", "stage", "punctuated", "hangul")


@dataclass
class GeneratedArchive:
    """``count`` interviews; the one with the greatest number is the newest."""

    count: int
    seed: int = 5
    words: list[str] = field(init=False)
    """From the most frequent to the least."""
    hangul: list[str] = field(init=False)
    artists: list[Subject] = field(init=False)

    def __post_init__(self) -> None:
        rng = random.Random(self.seed)
        self.words = _distinct(WORDS, lambda: _word(rng))
        self.words[:200] = sorted(self.words[:200], key=len)
        self.hangul = _distinct(HANGUL_WORDS, lambda: _hangul(rng))
        self.word_weights = _zipf(WORDS)
        self._hangul_weights = _zipf(HANGUL_WORDS)
        artists = min(ARTISTS, max(1, self.count // 4))
        names = _distinct(artists, lambda: _artist(rng))
        self.artists = [Subject(name, rng.choice(_ROLES), aliases) for name, aliases in names]

    @property
    def newest_first(self) -> Iterator[InterviewSummary]:
        return (self.summary(number) for number in range(self.count, 0, -1))

    def subject(self, number: int) -> Subject:
        return self.artists[number * 7919 % len(self.artists)]

    def title(self, number: int) -> str:
        rng = random.Random(f"title {self.seed} {number}")
        subject = self.subject(number)
        some = " ".join(self._spoken(rng, rng.randint(2, 4))).title()
        shape = rng.randrange(5)
        if shape < 3:
            return f"Interview with {subject.name}, {subject.role}: {some}"
        if shape == 3:
            return f"Another Interview with {subject.name} ({subject.role})"
        return f"{subject.name} Talks {some}"

    def published_at(self, number: int) -> datetime:
        return _NEWEST - _APART * (self.count - number)

    def summary(self, number: int) -> InterviewSummary:
        subject = self.subject(number)
        return InterviewSummary(
            id=number,
            title=self.title(number),
            url=_url(number),
            names=(subject.name,),
            published_at=self.published_at(number),
            turn_count=TURNS,
            subjects=(subject,),
            kind=topic_of((subject,), ()),
        )

    def interview(self, number: int) -> Interview:
        rng = random.Random(f"text {self.seed} {number}")
        subject = self.subject(number)
        turns = tuple(
            Turn(
                turn, self._question(rng), (Answer(subject.name, self._answer(rng, number, turn)),)
            )
            for turn in range(1, TURNS + 1)
        )
        return Interview(
            guid=f"https://kcrush.example/?p={number}",
            url=_url(number),
            title=self.title(number),
            subjects=(subject,),
            published_at=self.published_at(number),
            transcript=Transcript(self._answer(rng, number, 0), turns, ""),
        )

    def stored(self, number: int) -> StoredInterview:
        return StoredInterview(number, self.interview(number), self.published_at(number))

    def _question(self, rng: random.Random) -> str:
        return " ".join(self._spoken(rng, rng.randint(6, 14))).capitalize() + "?"

    def _answer(self, rng: random.Random, number: int, turn: int) -> str:
        spoken = self._spoken(rng, rng.randint(20, 100))
        sentences = []
        while spoken:
            length = rng.randint(4, _LONGEST_SENTENCE)
            sentences.append(" ".join(spoken[:length]).capitalize() + ".")
            spoken = spoken[length:]
        if (number * (TURNS + 1) + turn) % HANGUL_EVERY == 0:
            said = rng.choices(self.hangul, cum_weights=self._hangul_weights, k=rng.randint(5, 15))
            hung = " ".join(word + rng.choice(_PARTICLES) for word in said)
            sentences.insert(rng.randint(0, len(sentences)), f"{hung}.")
        return " ".join(sentences)

    def _spoken(self, rng: random.Random, count: int) -> list[str]:
        return rng.choices(self.words, cum_weights=self.word_weights, k=count)


def generated_archive(count: int) -> Iterator[Interview]:
    """The interviews of an archive, the oldest first."""
    archive = GeneratedArchive(count)
    return (archive.interview(number) for number in range(1, count + 1))


def _url(number: int) -> str:
    return f"https://kcrush.example/interview-{number}/"


def _zipf(count: int) -> list[float]:
    return list(accumulate(1 / rank for rank in range(1, count + 1)))


def _distinct(count: int, make: Callable[[], T]) -> list[T]:
    found: dict[T, None] = {}
    while len(found) < count:
        found.setdefault(make(), None)
    return list(found)


def _word(rng: random.Random) -> str:
    syllables = (
        rng.choice(_ONSETS) + rng.choice(_NUCLEI) + rng.choice(_CODAS)
        for _ in range(rng.choice((1, 1, 2, 2, 2, 3)))
    )
    return "".join(syllables) + rng.choice(_ENDINGS)


def _hangul(rng: random.Random) -> str:
    return "".join(chr(rng.randrange(0xAC00, 0xD7A4, 7)) for _ in range(rng.randint(2, 4)))


def _artist(rng: random.Random) -> tuple[str, tuple[str, ...]]:
    style = rng.choice(_STYLES)
    family = rng.choice(list(_FAMILIES))
    first, second = rng.choices(list(_SYLLABLES), k=2)
    romanised = f"{family} {first.title()}-{second}"
    hangul = _FAMILIES[family] + _SYLLABLES[first] + _SYLLABLES[second]
    if style == "korean":
        return romanised, (hangul,)
    if style == "hangul":
        return hangul, ()
    name = _word(rng)
    if style == "stage":
        return (f"{name} {_word(rng)}".title() if rng.random() < 0.5 else name.upper()), ()
    shapes = (
        f"({name[0]}){name[1:2]}-{name[2:]}".upper(),
        ".".join(name[:4]).upper(),
        name.upper().replace("I", "1", 1),
        name.upper().replace("S", "$", 1),
    )
    return rng.choice(shapes), ()
