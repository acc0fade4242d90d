"""custom_ids of buttons and menus: all that is needed to answer a press, even after a restart.

A custom_id is ``kc:``, the name of an action, and the action's fields, separated by colons:
``kc:go:417:3.1:n``. Messages keep their custom_ids for ever, so an action's name never changes its
meaning: a new meaning gets a new name. An announcement carries its interview's id in
``kc:read:<id>``, by which a delivery is found again among a channel's messages.

An action is declared once, by a template and the types of its fields: each type says how a value
is written and which text it is read from.
"""

import hashlib
import re
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Final

from bot.core.errors import UserError
from bot.core.model import COVER, Position, Topic
from bot.core.readers import FollowSort
from bot.core.text import measure, one_line, safe_cut
from bot.ui.custom_ids import ACTIONS, PREFIX, Action, Codec, optional

CUSTOM_ID_LIMIT: Final = 100
"""Characters (Discord docs, Component Reference, Custom ID)."""

QUERY_LIMIT: Final = 64
"""UTF-16 code units of a search that fit into a custom_id beside its action, page and filters."""

LONG_QUERY_LIMIT: Final = 200
"""UTF-16 code units of a search that count: a line of an answer, to find where it is from."""

LEAP_YEAR: Final = 2000


def short_query(query: str, limit: int = QUERY_LIMIT) -> str:
    """A search as a custom_id carries it: one line of at most `limit` code units."""
    query = one_line(query)
    low = min(len(query), limit)
    while measure(query[:low]) > limit:
        low -= 1
    return query[: safe_cut(query, low)].rstrip()


def query_key(query: str) -> str | None:
    """The key under which a search is stored, for custom_ids that are too short for it; ``None``
    for one that fits."""
    if measure(query) <= QUERY_LIMIT:
        return None
    return hashlib.blake2b(query.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _read_position(text: str) -> Position:
    section, part = text.split(".")
    return Position(int(section), int(part))


ID = Codec(r"\d{1,18}", int)
SNOWFLAKE = Codec(r"[1-9]\d{0,18}", int)
NUMBER = Codec(r"\d{1,6}", int)
POSITION = Codec(r"\d{1,6}\.\d{1,6}", _read_position)
ARTIST = Codec("[0-9a-f]{10}")
KIND = Codec("|".join(Topic), Topic)

LETTERS: Final = dict(zip("mawsgcfo", Topic, strict=True))
"""A topic as one letter, for custom_ids that have little room."""
_LETTER_OF: Final = {topic: letter for letter, topic in LETTERS.items()}
LETTER = Codec("[mawsgcfo]", LETTERS.__getitem__, lambda topic: _LETTER_OF[topic])

FIRST_OMITTED = Codec(
    r"(?::\d{1,6})?", lambda text: int(text[1:] or 0), lambda page: f":{page}" if page else ""
)
"""A page after a colon; of the first one nothing is written."""

InterviewId = Annotated[int, ID]
Snowflake = Annotated[int, SNOWFLAKE]
Number = Annotated[int, NUMBER]
TwoDigits = Annotated[int, Codec(r"\d\d", int, "{:02}".format)]
At = Annotated[Position, POSITION]
ArtistId = Annotated[str, ARTIST]
AnyArtist = Annotated[str | None, optional(ARTIST)]
AnyKind = Annotated[Topic | None, optional(KIND)]


# It is asked for when a press arrives and when it is answered.
@lru_cache(maxsize=1024)
def parse_custom_id(custom_id: str) -> Action:
    """The action of a custom_id.

    Raises:
        UserError: it is none of ours, or of a version that this one doesn't understand.
    """
    for pattern, action in ACTIONS:
        match = pattern.fullmatch(custom_id)
        if match is not None:
            fields = match.groupdict()
            try:
                return action(**{name: action._codecs[name].read(fields[name]) for name in fields})
            except ValueError:
                break
    raise UserError("error.stale-button")


def _parse(codec: Codec, text: str) -> Any:
    if re.fullmatch(codec.pattern, text, re.ASCII) is None:
        raise UserError("error.stale-button")
    return codec.read(text)


def position_value(position: Position) -> str:
    """A menu's value for a position in the interview at hand."""
    return str(position)


def parse_position_value(value: str) -> Position:
    """
    Raises:
        UserError: the value is none of ours.
    """
    position: Position = _parse(POSITION, value)
    return position


def place_value(interview: int, position: Position = COVER) -> str:
    """A menu's value for a position in any interview."""
    return f"{interview}:{position}"


def parse_place_value(value: str) -> tuple[int, Position]:
    """
    Raises:
        UserError: the value is none of ours.
    """
    interview, _, position = value.partition(":")
    return _parse(ID, interview), parse_position_value(position)


def artist_value(artist: str) -> str:
    """The value that autocompletion sends for an artist, unlike anything a person types."""
    return f"{PREFIX}artist:{artist}"


def parse_artist_value(value: str) -> str | None:
    """The id of the artist that was chosen, or ``None`` for free text."""
    match = re.fullmatch(f"{PREFIX}artist:({ARTIST.pattern})", value.strip(), re.ASCII)
    return match.group(1) if match else None


def interview_value(interview: int) -> str:
    """The value that autocompletion sends for an interview, unlike anything a person types."""
    return f"{PREFIX}{interview}"


def parse_interview_value(value: str) -> int | None:
    """The interview that was chosen, or ``None`` for free text."""
    match = re.fullmatch(f"{PREFIX}({ID.pattern})", value.strip(), re.ASCII)
    return int(match.group(1)) if match else None


class OpenReader(Action, template="read:{interview}"):
    """Open an interview for the person who pressed, beside the message."""

    interview: InterviewId


class OpenAt(Action, template="at:{interview}:{position}"):
    """Open an interview at a position, for the person who pressed, beside the message."""

    interview: InterviewId
    position: At


class OpenFound(Action, template="found:{interview}:{section}:{query}"):
    """Open an interview at a question (0: on its cover) beside the message, where words of a search
    were found, with these marked. Of a long search the beginning counts."""

    interview: InterviewId
    section: Number
    query: Annotated[str, Codec(".*", str, short_query)]


class TurnPage(Action, template="go:{interview}:{position}:{side}"):
    """Show another page in the reader's place. ``side`` only keeps the custom_ids of a message's
    buttons apart: b(ack), n(ext), c(over), q(uestions)."""

    interview: InterviewId
    position: At
    side: Annotated[str, Codec("[bncq]")]


class Jump(Action, template="jump:{interview}"):
    """A menu of questions; its values are positions."""

    interview: InterviewId


class TurnMenu(Action, template="menu:{interview}:{position}:{menu}"):
    """Show the same page with other questions in its menu. ``menu`` counts from 0."""

    interview: InterviewId
    position: At
    menu: Number


class ShowMore(Action, template="more:{interview}:{position}"):
    """Show the same page with the menu of what else can be done in place of that of questions; and
    that menu, whose values are other actions' custom_ids."""

    interview: InterviewId
    position: At


class OpenChosen(Action, template="open"):
    """A menu of positions in interviews; its values are ``place_value``s."""


class SearchPage(
    Action,
    template="seek:{page}:{kind}:{year}:{artist}:{query}",
    older=("find:{page}:(?=.){query}",),
):
    """Show another page of a search in the list's place. ``page`` counts from 0."""

    page: Number
    query: Annotated[str, Codec(".*", str, short_query)]
    artist: AnyArtist = None
    kind: Annotated[Topic | None, optional(LETTER)] = None
    year: Annotated[int | None, optional(Codec(r"\d{4}", int))] = None


class LongSearchPage(Action, template="line:{page}:{kind}:{year}:{artist}:{key}"):
    """The same for a search that is stored under its ``query_key``."""

    page: Number
    key: Annotated[str, Codec("[0-9a-f]{16}")]
    artist: AnyArtist = None
    kind: Annotated[Topic | None, optional(LETTER)] = None
    year: Annotated[int | None, optional(Codec(r"\d{4}", int))] = None


class MeaningPage(Action, template="mean:{page}:{query}"):
    """Show a page of a search by meaning in the list's place. ``page`` counts from 0."""

    page: Number
    query: Annotated[str, Codec(".*", str, short_query)]


class LongMeaningPage(Action, template="sense:{page}:{key}"):
    """The same for a search that is stored under its ``query_key``."""

    page: Number
    key: Annotated[str, Codec("[0-9a-f]{16}")]


class LatestPage(Action, template="latest:{page}{kind}"):
    """Show another page of the newest interviews, of one kind or all, in the list's place."""

    page: Number
    kind: Annotated[Topic | None, optional(KIND, ":")] = None


class AnotherRandom(Action, template="random:{kind}:{draw}"):
    """Show another random interview, of one kind or any. ``draw`` keeps custom_ids apart."""

    kind: AnyKind = None
    draw: Number = 0


class DayPage(Action, template="day:{month}{day}:{page}"):
    """Show a page of what was published on this day of any year, in the list's place.

    Raises:
        ValueError: no year has such a day.
    """

    month: TwoDigits
    day: TwoDigits
    page: Number = 0

    def __post_init__(self) -> None:
        date(LEAP_YEAR, self.month, self.day)


class ArtistPage(Action, template="artist:{artist}:{page}"):
    """Show an artist, and a page of the interviews with them."""

    artist: ArtistId
    page: Number = 0


class FollowArtist(Action, template="follow:{artist}"):
    """Send the person a direct message at the next interview with this artist."""

    artist: ArtistId


class FollowNamed(Action, template="follow-any:{sort}:{name}"):
    """The same for an artist of whom nothing need be known, a kind, words or everything
    (``Follow.name``). A name of more than ``QUERY_LIMIT`` has no such button."""

    sort: Annotated[FollowSort, Codec("|".join(FollowSort), FollowSort)]
    name: Annotated[str, Codec(".*", str, short_query)]


class UnfollowArtist(Action, template="unfollow:{artist}"):
    """Send no more such messages; ``artist`` may be the id of anything that is followed."""

    artist: ArtistId


class UnfollowChosen(Action, template="unfollowing{page}"):
    """A menu of what is followed; its values are ``Follow.id``s. ``page`` is the list's."""

    page: Annotated[int, FIRST_OMITTED] = 0


class FollowingPage(Action, template="following:{page}"):
    """Show another page of what the person follows, in the list's place."""

    page: Number


class TryMessages(Action, template="dm"):
    """Direct messages are open again: send what was missed."""


class Share(Action, template="share:{interview}:{section}"):
    """Post this question and its answers in the channel, for all to see."""

    interview: InterviewId
    section: Number


class Save(Action, template="save:{interview}:{position}"):
    """Save the question at this position, or with the cover's position the whole interview, for
    the person who pressed. The part only says which page to show again."""

    interview: InterviewId
    position: At


class Unsave(Action, template="drop:{interview}:{position}"):
    """Remove it from what they saved."""

    interview: InterviewId
    position: At


class UnsaveChosen(Action, template="dropping:{page}"):
    """A menu of what is saved; its values are ``place_value``s. ``page`` is the list's."""

    page: Number


class SavedPage(Action, template="saved:{page}"):
    """Show another page of what the person saved, in the list's place."""

    page: Number


class Similar(Action, template="like:{interview}"):
    """Show interviews like this one."""

    interview: InterviewId


class QuotePicture(Action, template="quote:{interview}:{section}"):
    """Show a picture of a striking answer: to this question, or with section 0 of the interview."""

    interview: InterviewId
    section: Number


class AnotherQuote(Action, template="quoting:{than}:{artist}"):
    """Show a picture of another quote in this one's place: of an artist, or of anybody. ``than``
    is the interview that was quoted, 0 for none."""

    than: InterviewId = 0
    artist: AnyArtist = None


class ShareQuote(Action, template="picture:{interview}:{section}"):
    """Post that picture in the channel, for all to see."""

    interview: InterviewId
    section: Number


class SubscriptionsPage(Action, template="subs:{page}"):
    """Show another page of a guild's announcements in the list's place."""

    page: Number
