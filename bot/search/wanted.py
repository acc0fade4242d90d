"""What a person typed, as what is to be found. Any text has a meaning. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain

from bot.core.model import Subject, Topic
from bot.core.topics import topic_of
from bot.search.folding import fold, is_paired, spellings, word_texts

LONGEST_QUERY = 300
"""Characters of a query that count."""

MOST_WORDS = 12
"""Words of a query that count."""

MOST_FILTERS = 8
"""Filters of a query that count; more are taken literally."""

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»「」『』＂", '"'))
# Korean particles, longer ones first.
_PARTICLES = (
    *("에서는", "에게서", "으로는", "이라고"),
    *(
        "에서",
        "에게",
        "한테",
        "께서",
        "으로",
        "이랑",
        "까지",
        "부터",
        "처럼",
        "보다",
        "이나",
        "라고",
    ),
    *("은", "는", "이", "가", "을", "를", "의", "에", "와", "과", "도", "만", "로", "랑"),
)
_EDGES = "()[]{}.,:;!?/-'"
_PIECE = re.compile(
    r"""(?P<minus>(?<!\S)-)?(?:(?<![^\s-])(?P<name>artist|kind|year)[:：]\s*"""
    r"""(?:"(?P<exactly>[^"]*)(?:"|$)|(?P<value>[^\s"]+))"""
    r"""|"(?P<quoted>[^"]*)"|(?P<plain>[^\s"]+))""",
    re.IGNORECASE,
)
_LITERAL = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<quoted>[^"]*)"|(?P<plain>[^\s"]+))')
_YEAR = re.compile(r"[0-9]{4}")
_YEARS = re.compile(r"(?P<first>[0-9]{4})?(?:-|\.\.|~)(?P<last>[0-9]{4})?")
_FIRST_YEAR, _LAST_YEAR = 1000, 9999


@dataclass(frozen=True, slots=True)
class Heard:
    """A name as some text has it otherwise: of each slot one word, ``adjacent`` in that order."""

    slots: tuple[tuple[str, ...], ...]
    adjacent: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """One word, or one compound of several, as typed; or the words of a phrase.

    ``parts`` stand next to each other in that order; ``others`` are single words that mean the
    same. ``prefix`` is the word that was perhaps not typed to its end, "" for none. ``heard`` are
    the other spellings of a name. ``span`` is where in the query it was typed.
    """

    parts: tuple[str, ...]
    others: tuple[str, ...] = ()
    prefix: str = ""
    phrase: bool = False
    heard: tuple[Heard, ...] = ()
    span: tuple[int, int] = field(default=(0, 0), compare=False)

    @property
    def is_heard(self) -> bool:
        """Whether some text surely has another spelling of it."""
        return any(not one.adjacent for one in self.heard)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What ``artist:``, ``kind:`` and ``year:`` say: of several of one name, any one may be met.

    ``years`` are first and last, both included.
    """

    artists: tuple[Wish, ...] = ()
    kinds: tuple[Topic, ...] = ()
    years: tuple[tuple[int, int], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.artists or self.kinds or self.years)


@dataclass(frozen=True, slots=True)
class Run:
    """The wishes from ``start`` to ``end``, which together are a name of other spellings."""

    start: int
    end: int
    heard: tuple[Heard, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """``wishes`` are all to be found in a passage, ``unwanted`` none of them.

    The interview is to be one of ``only`` and none of ``without``. ``names`` are other readings
    of some of the wishes.
    """

    wishes: tuple[Wish, ...]
    unwanted: tuple[Wish, ...] = ()
    only: Narrowing = Narrowing()
    without: Narrowing = Narrowing()
    names: tuple[Run, ...] = ()

    @property
    def empty(self) -> bool:
        return not self.wishes

    @property
    def narrowed(self) -> bool:
        return bool(self.only or self.without)


class _Reading:
    """What was read of a query so far."""

    def __init__(self) -> None:
        self.found: list[Wish] = []
        self.unwanted: list[Wish] = []
        self.filters: list[tuple[bool, Narrowing]] = []
        self._room = MOST_WORDS

    def take(self, wishes: list[Wish], *, unwanted: bool) -> None:
        for wish in wishes:
            if len(wish.parts) > self._room:
                return
            self._room -= len(wish.parts)
            (self.unwanted if unwanted else self.found).append(wish)

    def narrow(self, narrowing: Narrowing | None, *, without: bool) -> bool:
        """Whether there was something to narrow by, and room for it."""
        if narrowing is None or len(self.filters) == MOST_FILTERS:
            return False
        self.filters.append((without, narrowing))
        return True

    def narrowing(self, *, without: bool) -> Narrowing:
        chosen = [narrowing for kept, narrowing in self.filters if kept is without]
        return Narrowing(
            tuple(chain.from_iterable(one.artists for one in chosen)),
            tuple(dict.fromkeys(chain.from_iterable(one.kinds for one in chosen))),
            tuple(dict.fromkeys(chain.from_iterable(one.years for one in chosen))),
        )


def wanted(query: str, *, narrowed: bool = False) -> Wanted:
    """The meaning of a query: words, "phrases", -without, and the filters ``artist:``, ``kind:``
    and ``year:``; a query of signs only wants nothing.

    The last word counts as a beginning, unless it is in quotes. A minus before everything there
    is would want nothing, and is taken literally, unless filters (here, or `narrowed` elsewhere)
    leave something. What no filter understands (``year:soon``) is taken literally.
    """
    text = query[:LONGEST_QUERY].translate(_QUOTES)
    reading = _Reading()
    for match in _PIECE.finditer(text):
        without = bool(match["minus"])
        if match["name"] is not None and reading.narrow(_narrowing(match), without=without):
            continue
        for piece in _literal(match):
            reading.take(_wishes(piece), unwanted=bool(piece["minus"]))
    found, unwanted = reading.found, reading.unwanted
    if not found and not reading.filters and not narrowed:
        found, unwanted = unwanted, []
    if found and not found[-1].phrase:
        found[-1] = _as_beginning(found[-1])
    return Wanted(
        tuple(found),
        tuple(unwanted),
        reading.narrowing(without=False),
        reading.narrowing(without=True),
    )


def _literal(match: re.Match[str]) -> Iterator[re.Match[str]]:
    return _LITERAL.finditer(match.string, match.start(), match.end())


def _wishes(piece: re.Match[str]) -> list[Wish]:
    if piece["quoted"] is not None:
        return [replace(wish, span=piece.span("quoted")) for wish in _phrase(piece["quoted"])]
    return [replace(wish, span=piece.span("plain")) for wish in _word(piece["plain"])]


def _narrowing(match: re.Match[str]) -> Narrowing | None:
    """What a filter says, ``None`` where it says nothing."""
    group = "value" if match["exactly"] is None else "exactly"
    name, value = match["name"].casefold(), match[group]
    if name == "kind":
        kind = kind_named(value)
        return None if kind is None else Narrowing(kinds=(kind,))
    if name == "year":
        years = _years(value)
        return None if years is None else Narrowing(years=(years,))
    named = _name(value)
    return Narrowing(artists=(replace(named, span=match.span(group)),)) if named else None


def kind_named(value: str) -> Topic | None:
    """The kind whose name begins so, or that a role is of (singer, 배우); ``None`` for neither."""
    word = fold(value).strip()
    for kind in Topic:
        if word and (kind.startswith(word) or word == f"{kind}s"):
            return kind
    kind = topic_of([Subject("", value)], ())
    return None if kind is Topic.OTHER else kind


def _years(value: str) -> tuple[int, int] | None:
    text = fold(value).strip()
    if _YEAR.fullmatch(text):
        return int(text), int(text)
    match = _YEARS.fullmatch(text)
    if match is None or not (match["first"] or match["last"]):
        return None
    first, last = int(match["first"] or _FIRST_YEAR), int(match["last"] or _LAST_YEAR)
    return min(first, last), max(first, last)


def _name(value: str) -> Wish | None:
    """A name as one compound, so that it is met as written, joined or taken apart."""
    folded = fold(value)
    parts = tuple(word_texts(folded))[:MOST_WORDS]
    if not parts:
        return None
    others = [*spellings(folded.strip(_EDGES)), "".join(parts), *_without_particle(parts[-1])]
    if len(parts) > 1 and _is_word_with_particle(parts):
        parts, others = parts[:1], []
    return Wish(parts, tuple(dict.fromkeys(one for one in others if one not in parts)))


def _phrase(text: str) -> list[Wish]:
    parts = tuple(word_texts(fold(text)))[:MOST_WORDS]
    return [Wish(parts, phrase=True)] if parts else []


def _word(text: str) -> list[Wish]:
    folded = fold(text)
    parts = tuple(word_texts(folded))
    if not parts:
        return []
    if _is_word_with_particle(parts):
        return [Wish(parts[:1])]
    others = (*spellings(folded.strip(_EDGES)), *_without_particle(parts[-1]))
    if len(parts) > 1 and not others:
        return [Wish((part,)) for part in parts]
    return [Wish(parts, others)]


def _is_word_with_particle(parts: tuple[str, ...]) -> bool:
    """Korean writes its particles onto foreign names, too: BTS는, KCrush의."""
    return (
        len(parts) == 2 and not is_paired(parts[0]) and is_paired(parts[1]) and len(parts[1]) <= 2
    )


def _without_particle(word: str) -> list[str]:
    """A Korean word as the text may have it with another particle, or none: 방탄소년단은."""
    return [
        word.removesuffix(particle)
        for particle in _PARTICLES
        if word.endswith(particle) and len(word) >= len(particle) + 2
    ][:1]


def _as_beginning(wish: Wish) -> Wish:
    beginning = wish.parts[-1] if is_paired(wish.parts[-1]) else [*wish.others, wish.parts[-1]][0]
    return replace(wish, prefix=beginning)
