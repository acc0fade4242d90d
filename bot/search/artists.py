"""Whom the interviews are with: one artist for all spellings and interviews of a person. Pure.

Names are all that there is to go by, and they are no keys: a label's tag stands beside many
names, and there is more than one Jay. So subjects are one artist

1. when their names agree (``bot.core.artists.artist_key``),
2. when they share a spelling and their names are alike: Soyeon Kim and Kim So-yeon, both 김소연,
3. when the name of one is an alias of exactly one other: BTS, and 방탄소년단 who are called BTS.

A spelling that several artists share after that is nobody's alias. It is still found by, and
its id is that of the artist who is called so, else of the one with the newest interview.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bot.core.artists import artist_id, artist_key
from bot.core.model import Artist, InterviewSummary, Subject, Topic
from bot.core.topics import topic_of
from bot.search.complete import Completions, Entry
from bot.search.folding import pairs

_ALIKE = 0.6
"""The least share of letter pairs that two spellings of one name have in common (Dice): Kim
So-yeon and Kim Soyun have 0.67, Jay Park and Jay Kim 0.4."""

_COMPARED = 20
"""Names that share an alias and are compared, each with each; the alias of more is a tag."""

NAMED = 10
"""Artists that free text may mean, at most."""


@dataclass(frozen=True, slots=True)
class _Mention:
    """A subject in one interview; ``name`` and ``aliases`` are keys."""

    summary: InterviewSummary
    subject: Subject
    name: str
    aliases: tuple[str, ...]


class Directory:
    """All artists at one moment. Build a new one when something changed."""

    def __init__(self, newest_first: Iterable[InterviewSummary] = ()) -> None:
        mentions = [
            mention for summary in newest_first for mention in _mentions(summary, artist_key)
        ]
        groups = _groups(mentions)
        self._holders = _holders(groups)
        self.artists: tuple[Artist, ...] = tuple(
            _artist(group, lambda key: len(self._holders[key]) == 1) for group in groups
        )
        """The artist with the newest interview first."""
        self._by_id = {
            artist_id(key): self.artists[places[0]] for key, places in self._holders.items()
        }
        self._completions = Completions(
            _entry(artist, group) for artist, group in zip(self.artists, groups, strict=True)
        )

    def artist(self, id_: str) -> Artist | None:
        """The artist with this id or with a spelling that has it."""
        return self._by_id.get(id_)

    def complete(self, typed: str, limit: int) -> list[Artist]:
        """The artists that `typed` may become, best first; the newest for nothing."""
        return self._completions.complete(typed, limit)

    def named(self, words: str) -> list[Artist]:
        """Those who are called just so; else those that `words` may become, best first."""
        exact = self._holders.get(artist_key(words))
        if exact:
            return [self.artists[place] for place in exact[:NAMED]]
        return self.complete(words, NAMED) if artist_key(words) else []


def _mentions(summary: InterviewSummary, key_of: Callable[[str], str]) -> Iterator[_Mention]:
    for subject in summary.subjects:
        name = key_of(subject.name)
        if name:
            aliases = dict.fromkeys(key_of(alias) for alias in subject.aliases)
            yield _Mention(
                summary, subject, name, tuple(key for key in aliases if key and key != name)
            )


def _groups(mentions: Sequence[_Mention]) -> list[list[_Mention]]:
    """The mentions of each artist, newest first; artists in the order of their newest."""
    same = _Same()
    called: dict[str, list[str]] = {}
    for mention in mentions:
        for alias in mention.aliases:
            names = called.setdefault(alias, [])
            if mention.name not in names:
                names.append(mention.name)
    known = {mention.name for mention in mentions}
    shared = {
        alias: [*names, *([alias] if alias in known and alias not in names else [])]
        for alias, names in called.items()
    }
    for names in shared.values():
        _join_alike(names, same)
    for alias in shared:
        if alias in known:
            others = {same.of(name) for name in called[alias]} - {same.of(alias)}
            if len(others) == 1:
                same.join(alias, others.pop())
    groups: dict[str, list[_Mention]] = {}
    for mention in mentions:
        groups.setdefault(same.of(mention.name), []).append(mention)
    return list(groups.values())


def _join_alike(names: Sequence[str], same: "_Same") -> None:
    """Join the names that are spellings of one, by the letters that they have."""
    seen: dict[str, str] = {}
    for name in names:
        rearranged = seen.setdefault("".join(sorted(name)), name)
        same.join(rearranged, name)
    for place, name in enumerate(names[:_COMPARED]):
        for other in names[place + 1 : _COMPARED]:
            if same.of(name) != same.of(other) and _likeness(name, other) >= _ALIKE:
                same.join(name, other)


def _likeness(one: str, other: str) -> float:
    these, those = Counter(pairs(one)), Counter(pairs(other))
    return 2 * (these & those).total() / max(1, these.total() + those.total())


@dataclass
class _Same:
    """Which keys are one: a disjoint-set forest. The one met first stands for all."""

    _above: dict[str, str] = field(default_factory=dict)

    def of(self, key: str) -> str:
        above = self._above.get(key, key)
        while above != key:
            self._above[key] = self._above.get(above, above)
            key, above = above, self._above.get(above, above)
        return key

    def join(self, one: str, other: str) -> None:
        one, other = self.of(one), self.of(other)
        if one != other:
            self._above[other] = one


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


def _entry(artist: Artist, group: Sequence[_Mention]) -> Entry[Artist]:
    spellings = dict.fromkeys(
        spelling
        for mention in group
        for spelling in (mention.subject.name, *mention.subject.aliases)
    )
    return Entry.of(artist, artist.role or "", tuple(spellings))
