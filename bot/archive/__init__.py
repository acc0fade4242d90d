"""The archive: all interviews of a feed, also those that it shows no more."""

from bot.archive.archive import ArchiveReport
from bot.archive.service import RATE, Backfill

__all__ = ["RATE", "ArchiveReport", "Backfill"]
