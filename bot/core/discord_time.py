"""Discord's clock, by the Date header of its answers (RFC 9110, 6.6.1)."""

from datetime import UTC, datetime

import structlog

from bot.core.clock import Clock
from bot.core.retry import parse_http_date

logger = structlog.get_logger(__name__)

NOTABLE = 60.0
"""Seconds of skew, and of a change of it, that are logged."""


class DiscordTime:
    """What time it is by Discord, whatever the machine's wall clock says."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._date = ""
        self._offset: float | None = None
        self._logged = 0.0

    def note(self, date: str) -> None:
        """Take the time from an answer's Date header, if that is well-formed.

        The first answer of a second is the one that is closest to the time it states.
        """
        if date == self._date:
            return
        self._date = date
        moment = parse_http_date(date)
        if moment is None:
            return
        self._offset = moment.timestamp() - self._clock.monotonic()
        skew = self.skew or 0.0
        if abs(skew - self._logged) >= NOTABLE:
            self._logged = skew
            logger.warning("clock.skewed", seconds=round(skew))

    def now(self) -> datetime | None:
        """Discord's time, to a second; ``None`` before its first answer. It lags by as long as the
        host was suspended since the last answer."""
        if self._offset is None:
            return None
        return datetime.fromtimestamp(self._offset + self._clock.monotonic(), UTC)

    @property
    def skew(self) -> float | None:
        """Seconds by which the machine's wall clock is ahead of Discord's; ``None`` before the
        first answer."""
        now = self.now()
        return None if now is None else (self._clock.now() - now).total_seconds()
