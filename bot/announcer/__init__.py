"""From the outbox to the sender: leases what is due, sends it, writes down what became of it."""

from bot.announcer.causes import failure_of
from bot.announcer.editing import Editor
from bot.announcer.machine import Failed, Kind, Outcome, Released, Sent
from bot.announcer.notices import Notifier, Teller
from bot.announcer.pacing import Pace, Pacer
from bot.announcer.responses import InvalidResponses, watching
from bot.announcer.sender import (
    EffectUnknownError,
    HistoryUnreadableError,
    NothingSentError,
    Posted,
    Sender,
)
from bot.announcer.service import Announcer, Tuning

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
