"""What a button or a menu carries in its custom_id: all that is needed to answer it.

A custom_id is ``kc:`` and an action, then its values parted by colons, the free text last:
``kc:go:417:3.1:n``. It outlives restarts, upgrades and weeks, so an action's name never changes
its meaning: a new meaning gets a new name. An announcement carries its interview's id in
``kc:read:<id>``, by which a delivery can be found again among a channel's messages.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from bot.core.errors import UserError
from bot.core.model import Topic
from bot.ui.markdown import measure, one_line, safe_cut

PREFIX: Final = "kc:"

CUSTOM_ID_LIMIT: Final = 100
"""Characters (Discord docs, Component Reference, Custom ID)."""

QUERY_LIMIT: Final = 64
"""UTF-16 code units of a search that fit into a custom_id beside its action, page and filters."""


class StaleComponentError(UserError):
    """A custom_id that this version doesn't know: far too old, or made by nobody of ours."""

    def __init__(self) -> None:
        super().__init__("error.stale-button")


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in an interview: the cover, a question or the outro, and the part of it.

    ``section`` is 0 for the cover, the question's number, or ``OUTRO``. ``part`` counts from 0;
    one beyond the last means the last.
    """

    section: int
    part: int = 0

    def __str__(self) -> str:
        return f"{self.section}.{self.part}"


OUTRO: Final = 999_999
LAST_PART: Final = 999_999
COVER: Final = Position(0)
END: Final = Position(OUTRO, LAST_PART)
"""The last page, whichever that is."""


@dataclass(frozen=True, slots=True)
class OpenReader:
    """Open an interview for the person who pressed, beside the message."""

    interview: int

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}read:{self.interview}"


@dataclass(frozen=True, slots=True)
class OpenAt:
    """Open an interview at a place, for the person who pressed, beside the message."""

    interview: int
    position: Position

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}at:{self.interview}:{self.position}"


@dataclass(frozen=True, slots=True)
class TurnPage:
    """Show another page in the reader's place. ``side`` (b, n, c) only keeps buttons apart."""

    interview: int
    position: Position
    side: str

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}go:{self.interview}:{self.position}:{self.side}"


@dataclass(frozen=True, slots=True)
class Jump:
    """A menu of questions; its values are ``position_value``s."""

    interview: int

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}jump:{self.interview}"


@dataclass(frozen=True, slots=True)
class TurnMenu:
    """Show the same page with other questions in its menu. ``menu`` counts from 0."""

    interview: int
    position: Position
    menu: int

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}menu:{self.interview}:{self.position}:{self.menu}"


@dataclass(frozen=True, slots=True)
class OpenChosen:
    """A menu of places in interviews; its values are ``place_value``s."""

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}open"


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Show another page of a search in the list's place. ``page`` counts from 0; ``artist`` is an
    artist's id."""

    page: int
    query: str
    artist: str | None = None
    kind: Topic | None = None
    year: int | None = None

    @property
    def custom_id(self) -> str:
        filters = f"{_letter(self.kind)}:{self.year or ''}:{self.artist or ''}"
        return f"{PREFIX}seek:{self.page}:{filters}:{short_query(self.query)}"


@dataclass(frozen=True, slots=True)
class LatestPage:
    """Show another page of the newest interviews, of one kind or all, in the list's place."""

    page: int
    kind: Topic | None = None

    @property
    def custom_id(self) -> str:
        kind = f":{self.kind}" if self.kind else ""
        return f"{PREFIX}latest:{self.page}{kind}"


@dataclass(frozen=True, slots=True)
class AnotherRandom:
    """Show another random interview, of one kind or any. ``draw`` keeps custom_ids apart."""

    kind: Topic | None = None
    draw: int = 0

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}random:{self.kind or ''}:{self.draw}"


@dataclass(frozen=True, slots=True)
class DayPage:
    """Show a page of what was published on this day of any year, in the list's place."""

    month: int
    day: int
    page: int = 0

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}day:{self.month:02}{self.day:02}:{self.page}"


@dataclass(frozen=True, slots=True)
class ArtistPage:
    """Show an artist, and a page of the interviews with them. ``artist`` is an artist's id."""

    artist: str
    page: int = 0

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}artist:{self.artist}:{self.page}"


@dataclass(frozen=True, slots=True)
class FollowArtist:
    """A direct message at the next interview with this artist, please."""

    artist: str

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}follow:{self.artist}"


@dataclass(frozen=True, slots=True)
class UnfollowArtist:
    """No more of these."""

    artist: str

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}unfollow:{self.artist}"


@dataclass(frozen=True, slots=True)
class UnfollowChosen:
    """A menu of followed artists; its values are artists' ids. ``page`` is the list's."""

    page: int = 0

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}unfollowing{f':{self.page}' if self.page else ''}"


@dataclass(frozen=True, slots=True)
class FollowingPage:
    """Show another page of whom the person follows, in the list's place."""

    page: int

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}following:{self.page}"


@dataclass(frozen=True, slots=True)
class TryMessages:
    """Direct messages are open again: send what was missed."""

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}dm"


@dataclass(frozen=True, slots=True)
class Share:
    """Post this question and its answers in the channel, for all to see."""

    interview: int
    section: int

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}share:{self.interview}:{self.section}"


@dataclass(frozen=True, slots=True)
class Save:
    """Keep the question at this position, or with the cover's the whole interview, for the person
    who pressed. The part only tells which page to show again."""

    interview: int
    position: Position

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}save:{self.interview}:{self.position}"


@dataclass(frozen=True, slots=True)
class Unsave:
    """Keep it no more."""

    interview: int
    position: Position

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}drop:{self.interview}:{self.position}"


@dataclass(frozen=True, slots=True)
class UnsaveChosen:
    """A menu of what is saved; its values are ``place_value``s. ``page`` is the list's."""

    page: int

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}dropping:{self.page}"


@dataclass(frozen=True, slots=True)
class SavedPage:
    """Show another page of what the person saved, in the list's place."""

    page: int

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}saved:{self.page}"


@dataclass(frozen=True, slots=True)
class Similar:
    """Interviews like this one."""

    interview: int

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}like:{self.interview}"


@dataclass(frozen=True, slots=True)
class QuotePicture:
    """A picture of a striking answer: to this question, or with section 0 of the interview."""

    interview: int
    section: int

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}quote:{self.interview}:{self.section}"


@dataclass(frozen=True, slots=True)
class AnotherQuote:
    """A picture of other words in this one's place: of an artist, or of anybody. ``than`` is the
    interview that was quoted, 0 for none."""

    than: int = 0
    artist: str | None = None

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}quoting:{self.than}:{self.artist or ''}"


@dataclass(frozen=True, slots=True)
class ShareQuote:
    """Post that picture in the channel, for all to see."""

    interview: int
    section: int

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}picture:{self.interview}:{self.section}"


@dataclass(frozen=True, slots=True)
class ShowKept:
    """Show the person who pressed what is kept of them, in the place of the question."""

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}kept"


@dataclass(frozen=True, slots=True)
class ForgetMe:
    """Delete all that is kept of the person who pressed; only when they are sure."""

    sure: bool

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}forget:{'yes' if self.sure else 'ask'}"


@dataclass(frozen=True, slots=True)
class SubscriptionsPage:
    """Show another page of a guild's announcements in the list's place."""

    page: int

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}subs:{self.page}"


class Action(Protocol):
    """Any of the above."""

    @property
    def custom_id(self) -> str: ...


_LETTERS: Final = dict(zip("mawsgcfo", Topic, strict=True))
"""A kind as one letter. A custom_id that stands in a message must keep its meaning."""

_ID = r"(\d{1,18})"
_PAGE = r"(\d{1,6})"
_PLACE = r"(\d{1,6})\.(\d{1,6})"
_ARTIST = r"([0-9a-f]{10})"
_KIND = f"({'|'.join(Topic)})"
_LEAP_YEAR = 2000
_DAY = r"(\d\d)(\d\d)"
_FILTERS = rf"([{''.join(_LETTERS)}]?):(\d{{4}}|):([0-9a-f]{{10}}|)"


def _seek(page: str, kind: str, year: str, artist: str, query: str) -> SearchPage:
    return SearchPage(
        int(page), query, artist or None, _LETTERS.get(kind), int(year) if year else None
    )


def _day(month: str, day: str, page: str) -> DayPage:
    try:
        date(_LEAP_YEAR, int(month), int(day))
    except ValueError:
        raise StaleComponentError from None
    return DayPage(int(month), int(day), int(page))


_SHAPES: tuple[tuple[re.Pattern[str], Callable[..., Action]], ...] = tuple(
    (re.compile(PREFIX + shape, re.ASCII | re.DOTALL), build)
    for shape, build in (
        (f"read:{_ID}", lambda i: OpenReader(int(i))),
        (f"at:{_ID}:{_PLACE}", lambda i, s, p: OpenAt(int(i), _at(s, p))),
        (f"go:{_ID}:{_PLACE}:([bnc])", lambda i, s, p, side: TurnPage(int(i), _at(s, p), side)),
        (f"jump:{_ID}", lambda i: Jump(int(i))),
        (f"menu:{_ID}:{_PLACE}:{_PAGE}", lambda i, s, p, m: TurnMenu(int(i), _at(s, p), int(m))),
        ("open", OpenChosen),
        (f"find:{_PAGE}:(.+)", lambda p, query: SearchPage(int(p), query)),
        (f"seek:{_PAGE}:{_FILTERS}:(.*)", _seek),
        (f"latest:{_PAGE}", lambda p: LatestPage(int(p))),
        (f"latest:{_PAGE}:{_KIND}", lambda p, kind: LatestPage(int(p), Topic(kind))),
        (f"random::{_PAGE}", lambda draw: AnotherRandom(None, int(draw))),
        (f"random:{_KIND}:{_PAGE}", lambda kind, draw: AnotherRandom(Topic(kind), int(draw))),
        (f"day:{_DAY}:{_PAGE}", _day),
        (f"artist:{_ARTIST}:{_PAGE}", lambda artist, p: ArtistPage(artist, int(p))),
        (f"follow:{_ARTIST}", FollowArtist),
        (f"unfollow:{_ARTIST}", UnfollowArtist),
        ("unfollowing", UnfollowChosen),
        (f"unfollowing:{_PAGE}", lambda p: UnfollowChosen(int(p))),
        (f"following:{_PAGE}", lambda p: FollowingPage(int(p))),
        ("dm", TryMessages),
        (f"share:{_ID}:{_PAGE}", lambda i, section: Share(int(i), int(section))),
        (f"save:{_ID}:{_PLACE}", lambda i, s, p: Save(int(i), _at(s, p))),
        (f"drop:{_ID}:{_PLACE}", lambda i, s, p: Unsave(int(i), _at(s, p))),
        (f"dropping:{_PAGE}", lambda p: UnsaveChosen(int(p))),
        (f"saved:{_PAGE}", lambda p: SavedPage(int(p))),
        (f"like:{_ID}", lambda i: Similar(int(i))),
        (f"quote:{_ID}:{_PAGE}", lambda i, section: QuotePicture(int(i), int(section))),
        (f"quoting:{_ID}:([0-9a-f]{{10}}|)", lambda i, who: AnotherQuote(int(i), who or None)),
        (f"picture:{_ID}:{_PAGE}", lambda i, section: ShareQuote(int(i), int(section))),
        ("kept", ShowKept),
        ("forget:(yes|ask)", lambda sure: ForgetMe(sure == "yes")),
        (f"subs:{_PAGE}", lambda p: SubscriptionsPage(int(p))),
    )
)


def parse_custom_id(custom_id: str) -> Action:
    """The action of a custom_id.

    Raises:
        StaleComponentError: it is none of ours.
    """
    for shape, build in _SHAPES:
        match = shape.fullmatch(custom_id)
        if match is not None:
            return build(*match.groups())
    raise StaleComponentError


def short_query(query: str) -> str:
    """A search as a custom_id carries it: one line of at most ``QUERY_LIMIT`` code units."""
    query = one_line(query)
    low = min(len(query), QUERY_LIMIT)
    while measure(query[:low]) > QUERY_LIMIT:
        low -= 1
    return query[: safe_cut(query, low)].rstrip()


def position_value(position: Position) -> str:
    """A menu's value for a place in the interview at hand."""
    return str(position)


def parse_position_value(value: str) -> Position:
    """
    Raises:
        StaleComponentError: the value is none of ours.
    """
    match = re.fullmatch(_PLACE, value, re.ASCII)
    if match is None:
        raise StaleComponentError
    return _at(*match.groups())


def place_value(interview: int, position: Position = COVER) -> str:
    """A menu's value for a place in any interview."""
    return f"{interview}:{position}"


def parse_place_value(value: str) -> tuple[int, Position]:
    """
    Raises:
        StaleComponentError: the value is none of ours.
    """
    match = re.fullmatch(f"{_ID}:{_PLACE}", value, re.ASCII)
    if match is None:
        raise StaleComponentError
    interview, section, part = match.groups()
    return int(interview), _at(section, part)


def artist_value(artist: str) -> str:
    """The value that autocompletion sends for an artist, unlike anything a person types."""
    return f"{PREFIX}artist:{artist}"


def parse_artist_value(value: str) -> str | None:
    """The id of the artist that was chosen, or ``None`` for free text."""
    match = re.fullmatch(f"{PREFIX}artist:{_ARTIST}", value.strip(), re.ASCII)
    return match.group(1) if match else None


def interview_value(interview: int) -> str:
    """The value that autocompletion sends for an interview, unlike anything a person types."""
    return f"{PREFIX}{interview}"


def parse_interview_value(value: str) -> int | None:
    """The interview that was chosen, or ``None`` for free text."""
    match = re.fullmatch(PREFIX + _ID, value.strip(), re.ASCII)
    return int(match.group(1)) if match else None


def _letter(kind: Topic | None) -> str:
    return next((letter for letter, one in _LETTERS.items() if one is kind), "")


def _at(section: str, part: str) -> Position:
    return Position(int(section), int(part))
