"""What a subscription lets through: filters as people type them, and what they decide. Pure.

The text form is that of searches: ``kind:music -artist:"JYJ" "a phrase" -word``. Of several kinds
any may be met, of several artists too; every word has to occur; nothing behind a minus may.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import chain
from typing import Final

from bot.core.artists import artist_key
from bot.core.errors import UserError
from bot.core.folding import LONGEST, fold, is_paired, spellings, squashed, word_texts
from bot.core.model import Interview, Subject, Subscription, Topic
from bot.core.query_grammar import PIECE, QUOTES
from bot.core.topics import topic_named, topic_of

LONGEST_FILTER: Final = 1000
"""Characters of a filter; half of a modal's text field and far below a command's option."""

MOST_TERMS: Final = 40
"""Terms of a filter: twice what the longest real ones of other feed bots have."""

_CACHED = 2_000
"""Filters that are read once for many interviews: some 5 MiB of them."""

_PLAIN = "-[a-z]{1,20}+[0-9]{0,20}+"
_PLAIN_EXCLUSIONS = re.compile(f"{_PLAIN}(?: {_PLAIN}){{0,{MOST_TERMS - 1}}}+")
"""Small letters of a filter that only leaves out, by plain words and names."""

_DIGITS = "0123456789"

_BREAK = " \n "
"""Parts texts, so that no phrase begins in one and ends in the next."""


class TermSort(StrEnum):
    """What a term is compared with, in the order in which a filter is written."""

    KIND = "kind"
    ARTIST = "artist"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class FilterTerm:
    """One thing that is to be there, or not to be. ``value`` is a kind's name (``Topic``), an
    artist's name as typed, or a word or the words of a phrase as typed."""

    sort: TermSort
    value: str
    excluded: bool = False

    def __str__(self) -> str:
        """The text form."""
        bare = self.value
        is_plain = self.sort is not TermSort.WORDS or not (
            bare.startswith("-") or ":" in bare or "：" in bare
        )
        quoted = bare if is_plain and not any(map(str.isspace, bare)) else f'"{bare}"'
        name = "" if self.sort is TermSort.WORDS else f"{self.sort}:"
        return f"{'-' if self.excluded else ''}{name}{quoted}"


@dataclass(frozen=True, slots=True)
class Filter:
    """The terms of a filter, each once; none lets everything through."""

    terms: tuple[FilterTerm, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __str__(self) -> str:
        """The text form, from which ``parse_filter`` makes the same."""
        return " ".join(map(str, self.terms))

    def values(self, sort: TermSort, *, excluded: bool = False) -> tuple[str, ...]:
        """The values of one sort that are asked for, or those that are excluded."""
        return tuple(
            term.value for term in self.terms if term.sort is sort and term.excluded is excluded
        )


class Cause(StrEnum):
    """Why an interview is not let through."""

    EXCLUDED = "excluded"
    KIND = "kind"
    ARTIST = "artist"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Decision:
    """Yes, or no with its cause: the excluded term that is met, or the terms that are not."""

    cause: Cause | None = None
    terms: tuple[FilterTerm, ...] = ()

    def __bool__(self) -> bool:
        return self.cause is None


YES: Final = Decision()

_ORDER = {sort: place for place, sort in enumerate(TermSort)}


# ---------------------------------------------------------------- the text form


def parse_filter(text: str) -> Filter:
    """The filter that somebody typed; one that lets everything through for "".

    Raises:
        UserError: it has a name of a filter that there is not, a kind that there is not, a
            quotation mark without its other, a term without a letter or digit, a term that is both
            asked for and excluded, or too much of all.
    """
    in_order = sorted(_read(text).values(), key=lambda one: (one.excluded, _ORDER[one.sort]))
    return Filter(tuple(in_order))


def _read(text: str) -> dict[tuple[TermSort, str], FilterTerm]:
    """The terms as typed, by what they are compared by: two of one key mean the same.

    Of an artist that is ``artist_key``, of words they themselves, folded and parted by spaces.
    """
    if not text.isprintable():
        text = "".join(char for char in text if char.isprintable() or char.isspace())
    typed = " ".join(text.translate(QUOTES).split())
    if len(typed) > LONGEST_FILTER:
        raise UserError("error.filter.long", limit=LONGEST_FILTER)
    if typed.count('"') % 2:
        raise UserError("error.filter.quote")
    terms: dict[tuple[TermSort, str], FilterTerm] = {}
    for match in PIECE.finditer(typed):
        key, term = _named(match) if match["name"] else _words(match)
        if terms.setdefault((term.sort, key), term).excluded is not term.excluded:
            raise UserError("error.filter.both", term=term.value)
    if len(terms) > MOST_TERMS:
        raise UserError("error.filter.many", limit=MOST_TERMS)
    return terms


def _named(match: re.Match[str]) -> tuple[str, FilterTerm]:
    name = fold(match["name"])
    value = " ".join((match["value"] or match["exactly"] or "").split())
    if name == "year":
        raise UserError("error.filter.year")
    if name == TermSort.KIND:
        topic = topic_named(value)
        if topic is None:
            raise UserError("error.filter.kind", kind=value, kinds=", ".join(Topic))
        return topic.value, FilterTerm(TermSort.KIND, topic.value, bool(match["minus"]))
    key = artist_key(value)
    if not key:
        raise UserError("error.filter.nothing", term=match[0])
    return key, FilterTerm(TermSort.ARTIST, value, bool(match["minus"]))


def _words(match: re.Match[str]) -> tuple[str, FilterTerm]:
    plain = match["plain"]
    if plain and plain.isascii() and plain.isalnum() and len(plain) <= LONGEST:
        # What is typed most: a word as it is, which needs none of the below.
        return plain.lower(), FilterTerm(TermSort.WORDS, plain, bool(match["minus"]))
    value = " ".join((plain or match["quoted"] or "").split())
    name, colon, rest = value.replace("：", ":").partition(":")
    if plain and colon and name.isalpha():
        known = fold(name) in (TermSort.KIND, TermSort.ARTIST)
        key = "error.filter.value" if known and not rest else "error.filter.name"
        raise UserError(key, name=name)
    words = " ".join(word_texts(fold(value)))
    if not words:
        raise UserError("error.filter.nothing", term=match[0])
    return words, FilterTerm(TermSort.WORDS, value, bool(match["minus"]))


# ---------------------------------------------------------------- the decision


@dataclass(frozen=True, slots=True)
class InterviewFacts:
    """What filters ask of an interview, worked out once for all of them.

    ``artists`` are the keys of all spellings, ``words`` all words as they are compared, ``text``
    the same in order, and ``paired`` what of it is of scripts without spaces.
    """

    kind: Topic
    artists: frozenset[str]
    words: frozenset[str]
    text: str
    paired: str

    @classmethod
    def of(cls, interview: Interview, spellings: Iterable[str] = ()) -> "InterviewFacts":
        """The facts of an interview; `spellings` are further names of those whom it is with."""
        names = [*_names(interview.subjects), *spellings]
        folded = [fold(text) for text in _texts(interview)]
        in_order = [word_texts(text) for text in folded]
        words = {*chain.from_iterable(in_order), *chain.from_iterable(map(squashed, folded))}
        return cls(
            topic_of(interview.subjects, interview.tags),
            frozenset(filter(None, map(artist_key, names))),
            frozenset(words),
            f" {_BREAK.join(map(' '.join, in_order))} ",
            " ".join(word for word in words if is_paired(word)),
        )

    def has(self, parts: tuple[str, ...], others: tuple[str, ...] = ()) -> bool:
        """Whether these words stand next to each other, or one of the other spellings anywhere."""
        if len(parts) == 1:
            word = parts[0]
            found = word in self.words or (is_paired(word) and word in self.paired)
        else:
            # A word of these scripts carries its particles with it.
            begins = "" if is_paired(parts[0]) else " "
            ends = "" if is_paired(parts[-1]) else " "
            # Looked up first, for the text is long and phrases are rarely in it.
            found = (
                (not begins or parts[0] in self.words)
                and (not ends or parts[-1] in self.words)
                and f"{begins}{' '.join(parts)}{ends}" in self.text
            )
        return found or not self.words.isdisjoint(others)


def decides(
    subscription: Subscription, interview: Interview, spellings: Iterable[str] = ()
) -> Decision:
    """Whether a subscription's filter lets an interview through; `spellings` are further names of
    those whom the interview is with.

    Raises:
        UserError: the stored filter is none (see ``parse_filter``).
    """
    if not subscription.filter:
        return YES
    return decide(subscription.filter, InterviewFacts.of(interview, spellings))


def decide(text: str, facts: InterviewFacts) -> Decision:
    """What a filter in its text form decides.

    Raises:
        UserError: see ``parse_filter``.
    """
    cause = _cause(text, facts)
    return YES if cause is None else Decision(cause, tuple(_terms_of(cause, text, facts)))


def lets_through(text: str, facts: InterviewFacts) -> bool:
    """``bool(decide(text, facts))`` without looking for the terms, for thousands of filters.

    Raises:
        UserError: see ``parse_filter``.
    """
    if len(text) <= LONGEST and text.isascii() and text.rstrip(_DIGITS).isalpha():
        return text.lower() in facts.words
    return _excludes_nothing_of(facts, text) or _cause(text, facts) is None


def _cause(text: str, facts: InterviewFacts) -> Cause | None:
    required, out = _tests(text)
    if out.is_met_by(facts):
        return Cause.EXCLUDED
    if required.kinds and facts.kind not in required.kinds:
        return Cause.KIND
    if required.artists and facts.artists.isdisjoint(required.artists):
        return Cause.ARTIST
    return None if all(facts.has(*words) for words in required.words) else Cause.WORDS


def _excludes_nothing_of(facts: InterviewFacts, text: str) -> bool:
    """Whether that is certain without reading the filter, which takes twenty times as long."""
    lowered = text.lower().replace("-artist:", "-")
    is_short = text.isascii() and len(text) <= LONGEST_FILTER
    if not is_short or not _PLAIN_EXCLUSIONS.fullmatch(lowered):
        return False
    values = lowered[1:].split(" -")
    return facts.words.isdisjoint(values) and facts.artists.isdisjoint(values)


def _terms_of(cause: Cause, text: str, facts: InterviewFacts) -> Iterator[FilterTerm]:
    """The terms that a refusal is due to."""
    for key, term in _read(text).items():
        met = _Tests.of([(key, term)]).is_met_by(facts)
        if cause is Cause.EXCLUDED:
            refuses = term.excluded and met
        else:
            refuses = not term.excluded and not met and term.sort.value == cause.value
        if refuses:
            yield term


@dataclass(frozen=True, slots=True)
class _Tests:
    """What terms are compared with; of each of ``words`` its parts and its other spellings."""

    kinds: tuple[Topic, ...] = ()
    artists: tuple[str, ...] = ()
    words: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()

    @classmethod
    def of(cls, terms: Iterable[tuple[tuple[TermSort, str], FilterTerm]]) -> "_Tests":
        kinds: list[Topic] = []
        artists: list[str] = []
        words: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
        for (sort, key), term in terms:
            if sort is TermSort.KIND:
                kinds.append(Topic(key))
            elif sort is TermSort.ARTIST:
                artists.append(key)
            else:
                # Neither spaces, nor letters and then digits, are written in another way.
                is_word = " " in term.value or term.value.rstrip(_DIGITS).isalpha()
                others = () if is_word else spellings(fold(term.value))
                words.append((tuple(key.split(" ")), tuple(others)))
        return cls(tuple(kinds), tuple(artists), tuple(words))

    def is_met_by(self, facts: InterviewFacts) -> bool:
        """Whether the interview meets any of them."""
        return (
            facts.kind in self.kinds
            or not facts.artists.isdisjoint(self.artists)
            or any(facts.has(*words) for words in self.words)
        )


@lru_cache(_CACHED)
def _tests(text: str) -> tuple[_Tests, _Tests]:
    """What is asked for, and what is excluded."""
    terms = _read(text).items()
    return (
        _Tests.of(one for one in terms if not one[1].excluded),
        _Tests.of(one for one in terms if one[1].excluded),
    )


def _names(subjects: Iterable[Subject]) -> Iterable[str]:
    return (name for subject in subjects for name in (subject.name, *subject.aliases))


def _texts(interview: Interview) -> Iterator[str]:
    """All that an interview says, as far as a search for its words would find it."""
    transcript = interview.transcript
    yield interview.title
    yield from _names(interview.subjects)
    yield from interview.tags
    yield from (interview.excerpt, transcript.intro, transcript.outro)
    for turn in transcript.turns:
        yield turn.question
        yield from (answer.text for answer in turn.answers)
