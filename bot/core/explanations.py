"""What filters decided, for those who ask why."""

from dataclasses import dataclass
from typing import Final

from bot.core.filters import Decision
from bot.core.model import Delivery, StoredInterview, Subscription

NEWEST: Final = 20
"""Interviews that a filter is tried on."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a subscription's filter decides of an interview by now, and what became of the row;
    ``None`` where none was made. ``came_before`` says that the interview was there first."""

    subscription: Subscription
    decision: Decision
    delivery: Delivery | None
    came_before: bool = False


@dataclass(frozen=True, slots=True)
class FilterTrial:
    """What of the newest ``NEWEST`` interviews a filter lets through, and all that was tried; the
    newest first."""

    let_through: tuple[StoredInterview, ...]
    tried: tuple[StoredInterview, ...]
