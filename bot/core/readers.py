"""What is known of a person who reads: places, what they saved, whom they follow. No I/O."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.model import Position


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


@dataclass(frozen=True, slots=True)
class Follow:
    """Somebody wants a direct message at the next interview with an artist."""

    artist_id: str
    name: str
    followed_at: datetime


class Reached(StrEnum):
    """What became of a direct message, for whoever has to tell the person."""

    ARRIVED = "arrived"
    REFUSED = "refused"
    """The first one that was."""

    REFUSED_AGAIN = "refused-again"
