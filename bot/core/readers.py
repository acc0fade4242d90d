"""What is known of a person who reads: places, what they saved, what they follow. No I/O."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.artists import ID_LENGTH, artist_id, artist_key
from bot.core.folding import fold, spellings
from bot.core.model import Interview, Position
from bot.core.topics import topic_of


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person stopped reading an interview."""

    interview_id: int
    position: Position
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Saved:
    """What somebody keeps: a question (``section`` is its number), or a whole interview (0)."""

    interview_id: int
    section: int
    saved_at: datetime


class FollowSort(StrEnum):
    """What somebody may follow, in the order in which they are shown it."""

    ARTIST = "artist"
    KIND = "kind"
    WORDS = "words"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Follow:
    """Somebody wants a direct message at the next interview that this meets.

    ``id`` is an artist's id, or that of any other thing (``follow_id``). ``name`` is the artist's
    name, the kind's (``Topic``), the words as a filter in its text form, or "" for everything.
    """

    id: str
    name: str
    followed_at: datetime
    sort: FollowSort = FollowSort.ARTIST


@dataclass(frozen=True, slots=True)
class FollowRequest:
    """What somebody wants to follow, and the language in which they are to hear of it
    (``Style.language``). ``spellings`` are the ids of an artist's other names."""

    id: str
    name: str
    spellings: frozenset[str] = frozenset()
    language: str | None = None
    sort: FollowSort = FollowSort.ARTIST


def follow_id(sort: FollowSort, name: str) -> str:
    """The id of what is followed: ``ID_LENGTH`` hex digits, as an artist's."""
    if sort is FollowSort.ARTIST:
        return artist_id(name)
    # No artist's key has a colon.
    key = f"{sort}:{fold(name)}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(key, digest_size=ID_LENGTH // 2).hexdigest()


def followed_ids(interview: Interview) -> frozenset[str]:
    """The ids of all that is followed and met by an interview, but for words: those whom it is
    with, whoever is named in their roles ("leader of aespa"), its kind, and everything."""
    names = {
        name
        for one in interview.subjects
        for name in (one.name, *one.aliases, *_names_in(one.role or ""))
    }
    return frozenset().union(*map(name_ids, names)) | {
        follow_id(FollowSort.KIND, topic_of(interview.subjects, interview.tags)),
        follow_id(FollowSort.ALL, ""),
    }


def name_ids(name: str) -> frozenset[str]:
    """The ids of a name as it is written and as it is read: K!TE is Kite, too."""
    return frozenset(artist_id(one) for one in (name, *spellings(fold(name))) if artist_key(one))


def _names_in(role: str) -> list[str]:
    """What a role may be at: "aespa" of "leader of aespa", "aespa's main vocalist", "aespa member".

    Nothing else of it counts, for a name may be a word of another one: whoever follows Rain wants
    to hear of no actor in "Purple Rain".
    """
    folded = fold(role)
    found = [
        folded.rpartition(" ")[0],
        folded.partition(" of ")[2],
        folded.partition(" from ")[2],
        folded.rpartition("'s ")[0],
    ]
    return [name for name in found if artist_key(name)]


class Reached(StrEnum):
    """What became of a direct message, for whoever has to tell the person."""

    ARRIVED = "arrived"
    REFUSED = "refused"
    """The first one that was."""

    REFUSED_AGAIN = "refused-again"
