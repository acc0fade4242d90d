"""From the outbox to the sender: leases what is due, sends it, writes down what became of it."""

from bot.delivery.causes import failure_of
from bot.delivery.editing import Editor
from bot.delivery.machine import Failed, Kind, Outcome, Released, Sent
from bot.delivery.notices import Notifier, Teller
from bot.delivery.pacing import Pace, Pacer
from bot.delivery.responses import InvalidResponses, watching
from bot.delivery.sender import (
    EffectUnknownError,
    HistoryUnreadableError,
    NothingSentError,
    Posted,
    Sender,
)
from bot.delivery.service import Announcer, Tuning

__all__ = [
    "Announcer",
    "Editor",
    "EffectUnknownError",
    "Failed",
    "HistoryUnreadableError",
    "InvalidResponses",
    "Kind",
    "NothingSentError",
    "Notifier",
    "Outcome",
    "Pace",
    "Pacer",
    "Posted",
    "Released",
    "Sender",
    "Sent",
    "Teller",
    "Tuning",
    "failure_of",
    "watching",
]
