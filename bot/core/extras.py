"""What follows an announcement: kinds and states."""

from enum import StrEnum


class ExtraKind(StrEnum):
    """What follows an announcement that was sent, where its subscription wants it."""

    CROSSPOST = "crosspost"
    DISCUSSION = "discussion"


class ExtraState(StrEnum):
    PENDING = "pending"
    DONE = "done"
    ABANDONED = "abandoned"
