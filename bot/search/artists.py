"""Whom the interviews are with: one artist for all spellings and interviews of a person. Pure.

Names are all that there is to go by, and they are no keys: a label's tag stands beside many
names, and there is more than one Jay. So subjects are one artist

1. when their names agree (``bot.core.artists.artist_key``),
2. when they share a spelling and their names are alike: Soyeon Kim and Kim So-yeon, both 김소연,
3. when the name of one is an alias of exactly one other: BTS, and 방탄소년단 who are called BTS.

A spelling that several artists share after that is nobody's alias. It is still found by, and
its id is that of the artist who is called so, else of the one with the newest interview.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz import fuzz

from bot.core.artists import artist_id, artist_key
from bot.core.folding import fold, word_texts
from bot.core.model import Artist, InterviewSummary, Subject, Topic
from bot.core.topics import topic_of
from bot.search.complete import Choice, Completer
from bot.search.hangul import is_hangul
from bot.search.results import Lookup
from bot.search.romanising import in_other_script

_ALIKE = 70
"""The least similarity of two spellings of one name (rapidfuzz's ratio, 0 to 100): Kim So-yeon and
Kim Soyun have 82, Jay and Jay Kim 67."""

_COMPARED = 20
"""Names with the same alias that are compared, each with each; the alias of more is a tag."""

OFFERED = 10
"""Artists that are offered where nobody is called so, at most."""


@dataclass(frozen=True, slots=True)
class _Mention:
    """A subject in one interview; ``name`` and ``aliases`` are keys."""

    summary: InterviewSummary
    subject: Subject
    name: str
    aliases: tuple[str, ...]


class ArtistDirectory:
    """All artists at one moment. Build a new one when something changed."""

    def __init__(self, newest_first: Iterable[InterviewSummary] = ()) -> None:
        mentions = [mention for summary in newest_first for mention in _mentions(summary)]
        groups = _groups(mentions)
        self._holders = _holders(groups)
        self.artists: tuple[Artist, ...] = tuple(
            _artist(group, lambda key: len(self._holders[key]) == 1) for group in groups
        )
        """The artist with the newest interview first."""
        self._by_id = {
            artist_id(key): self.artists[numbers[0]] for key, numbers in self._holders.items()
        }
        self._completer = Completer(map(_choice, self.artists, groups))

    def artist(self, id_: str) -> Artist | None:
        """The artist with this id or with a spelling that has it."""
        return self._by_id.get(id_)

    def complete(self, typed: str, limit: int) -> list[Artist]:
        """The artists that `typed` may become, best first; the newest for ""."""
        return self._completer.complete(typed, limit)

    def lookup(self, words: str) -> Lookup[Artist]:
        """Who is called so; no artist for words without a letter or digit."""
        key = artist_key(words)
        called = self._holders.get(key) or self._romanised(words)
        return Lookup.of(
            [self.artists[number] for number in called],
            lambda: self.complete(words, OFFERED) if key else [],
        )

    def _romanised(self, words: str) -> list[int]:
        """The places of the artists whose name in the other script `words` may be.

        A name in Hangul is nobody's whose own name in Hangul is known, and another one.
        """
        found: dict[int, None] = {}
        for name in in_other_script(word_texts(fold(words))):
            for number in self._holders.get(name, ()):
                if is_hangul(name) or not self._has_hangul(self.artists[number]):
                    found[number] = None
        return list(found)

    @staticmethod
    def _has_hangul(artist: Artist) -> bool:
        return any(is_hangul(artist_key(name)) for name in (artist.name, *artist.aliases))


def _mentions(summary: InterviewSummary) -> Iterator[_Mention]:
    for subject in summary.subjects:
        name = artist_key(subject.name)
        if name:
            aliases = dict.fromkeys(map(artist_key, subject.aliases))
            others = tuple(key for key in aliases if key and key != name)
            yield _Mention(summary, subject, name, others)


def _groups(mentions: Sequence[_Mention]) -> list[list[_Mention]]:
    """The mentions of each artist, newest first; artists in the order of their newest."""
    names = {mention.name for mention in mentions}
    called: dict[str, dict[str, None]] = {}
    for mention in mentions:
        for alias in mention.aliases:
            called.setdefault(alias, {})[mention.name] = None
    same = _DisjointSets()
    for alias, holders in called.items():
        alike = dict.fromkeys([*holders, *([alias] if alias in names else [])])
        for one, other in combinations([*alike][:_COMPARED], 2):
            if _is_alike(one, other):
                same.join(one, other)
    for alias, holders in called.items():
        if alias in names:
            others = {same.of(name) for name in holders} - {same.of(alias)}
            if len(others) == 1:
                same.join(alias, others.pop())
    groups: dict[str, list[_Mention]] = {}
    for mention in mentions:
        groups.setdefault(same.of(mention.name), []).append(mention)
    return list(groups.values())


def _is_alike(one: str, other: str) -> bool:
    """Whether two keys are spellings of one name, also with its words in another order."""
    return sorted(one) == sorted(other) or fuzz.ratio(one, other) >= _ALIKE


class _DisjointSets:
    """Which keys are one artist; the key joined first represents its set."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}

    def of(self, key: str) -> str:
        while key in self._parents:
            key = self._parents[key]
        return key

    def join(self, one: str, other: str) -> None:
        one, other = self.of(one), self.of(other)
        if one != other:
            self._parents[other] = one


def _holders(groups: Sequence[Sequence[_Mention]]) -> dict[str, list[int]]:
    """The places of the groups that have a key, those first whose name it is."""
    named: dict[str, list[int]] = {}
    called: dict[str, list[int]] = {}
    for place, group in enumerate(groups):
        names = dict.fromkeys(mention.name for mention in group)
        for name in names:
            named.setdefault(name, []).append(place)
        for alias in dict.fromkeys(alias for mention in group for alias in mention.aliases):
            if alias not in names:
                called.setdefault(alias, []).append(place)
    return {
        key: [*named.get(key, ()), *called.get(key, ())] for key in dict.fromkeys((*named, *called))
    }


def _artist(group: Sequence[_Mention], is_own: Callable[[str], bool]) -> Artist:
    newest = group[0]
    names = {mention.name for mention in group}
    spellings: dict[str, str] = {}
    for mention in group:
        for spelling in (mention.subject.name, *mention.subject.aliases):
            key = artist_key(spelling)
            if key and (key in names or is_own(key)):
                spellings.setdefault(key, spelling)
    del spellings[newest.name]
    return Artist(
        id=artist_id(newest.subject.name),
        name=newest.subject.name,
        aliases=tuple(spellings.values()),
        role=next((one.subject.role for one in group if one.subject.role), None),
        kind=next((kind for kind in map(_kind, group) if kind is not Topic.OTHER), Topic.OTHER),
        interviews=tuple(dict.fromkeys(mention.summary.id for mention in group)),
    )


def _kind(mention: _Mention) -> Topic:
    """What this one is interviewed as; where nothing says so, what the interview is about."""
    own = topic_of((mention.subject,), ())
    return own if own is not Topic.OTHER else mention.summary.kind


def _choice(artist: Artist, group: Sequence[_Mention]) -> Choice[Artist]:
    spellings = dict.fromkeys(
        spelling
        for mention in group
        for spelling in (mention.subject.name, *mention.subject.aliases)
    )
    return Choice(artist, "", tuple(spellings))
