"""From the outbox to the sender: leases what is due, sends it, writes down what became of it."""

from bot.announcer.causes import failure_of
from bot.announcer.machine import Failed, Kind, Outcome, Released, Sent
from bot.announcer.pacing import Pace, Pacer
from bot.announcer.service import Announcer, Sender, Tuning

__all__ = [
    "Announcer",
    "Failed",
    "Kind",
    "Outcome",
    "Pace",
    "Pacer",
    "Released",
    "Sender",
    "Sent",
    "Tuning",
    "failure_of",
]
