"""What a button or a menu carries in its custom_id: all that is needed to answer it.

A custom_id is ``kc:`` and an action, then its values parted by colons, the free text last:
``kc:go:417:3.1:n``. It outlives restarts, upgrades and weeks, so an action's name never changes
its meaning: a new meaning gets a new name. An announcement carries its interview's id in
``kc:read:<id>``, by which a delivery can be found again among a channel's messages.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.errors import UserError
from bot.ui.markdown import measure, one_line, safe_cut

PREFIX: Final = "kc:"

CUSTOM_ID_LIMIT: Final = 100
"""Characters (Discord docs, Component Reference, Custom ID)."""

QUERY_LIMIT: Final = 80
"""UTF-16 code units of a search that fit into a custom_id beside its action and page."""


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


@dataclass(frozen=True, slots=True)
class OpenReader:
    """Open an interview for the person who pressed, beside the message."""

    interview: int

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}read:{self.interview}"


@dataclass(frozen=True, slots=True)
class TurnPage:
    """Show another page in the reader's place. ``side`` (b, n) only keeps two buttons apart."""

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
    """Show another page of a search in the list's place. ``page`` counts from 0."""

    page: int
    query: str

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}find:{self.page}:{short_query(self.query)}"


@dataclass(frozen=True, slots=True)
class LatestPage:
    """Show another page of the newest interviews in the list's place."""

    page: int

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}latest:{self.page}"


@dataclass(frozen=True, slots=True)
class SubscriptionsPage:
    """Show another page of a guild's announcements in the list's place."""

    page: int

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}subs:{self.page}"


Action = (
    OpenReader
    | TurnPage
    | Jump
    | TurnMenu
    | OpenChosen
    | SearchPage
    | LatestPage
    | SubscriptionsPage
)

_ID = r"(\d{1,18})"
_PAGE = r"(\d{1,6})"
_PLACE = r"(\d{1,6})\.(\d{1,6})"

_SHAPES: tuple[tuple[re.Pattern[str], Callable[..., Action]], ...] = tuple(
    (re.compile(PREFIX + shape, re.ASCII | re.DOTALL), build)
    for shape, build in (
        (f"read:{_ID}", lambda i: OpenReader(int(i))),
        (f"go:{_ID}:{_PLACE}:([bn])", lambda i, s, p, side: TurnPage(int(i), _at(s, p), side)),
        (f"jump:{_ID}", lambda i: Jump(int(i))),
        (f"menu:{_ID}:{_PLACE}:{_PAGE}", lambda i, s, p, m: TurnMenu(int(i), _at(s, p), int(m))),
        ("open", OpenChosen),
        (f"find:{_PAGE}:(.+)", lambda p, query: SearchPage(int(p), query)),
        (f"latest:{_PAGE}", lambda p: LatestPage(int(p))),
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


def interview_value(interview: int) -> str:
    """The value that autocompletion sends for an interview, unlike anything a person types."""
    return f"{PREFIX}{interview}"


def parse_interview_value(value: str) -> int | None:
    """The interview that was chosen, or ``None`` for free text."""
    match = re.fullmatch(PREFIX + _ID, value.strip(), re.ASCII)
    return int(match.group(1)) if match else None


def _at(section: str, part: str) -> Position:
    return Position(int(section), int(part))
