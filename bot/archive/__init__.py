"""The archive: all of a feed's interviews, also those that it shows no more, kept in step."""

from bot.archive.archive import Report
from bot.archive.service import RATE, Backfill

__all__ = ["RATE", "Backfill", "Report"]
