"""Tells systemd how the bot is doing.

The protocol is a datagram to the socket that ``NOTIFY_SOCKET`` names (sd_notify(3),
https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html). Without systemd nothing
happens.
"""

import socket
from collections.abc import Mapping
from contextlib import suppress

from bot.core.clock import Clock


class ServiceManager:
    """What started the bot, and how often it wants to hear that the bot is alive."""

    def __init__(self, environment: Mapping[str, str], clock: Clock) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        self._clock = clock
        timeout = environment.get("WATCHDOG_USEC", "")
        self._pause = int(timeout) / 2_000_000 if timeout.isdigit() else 0.0
        """Seconds between two signs of life: half of the time allowed, as sd_watchdog_enabled(3)
        recommends."""

    def notify(self, state: str) -> None:
        """Send `state`, such as ``READY=1`` or ``STOPPING=1``."""
        if not self._address:
            return
        # A leading @ stands for the abstract namespace's leading NUL.
        address = "\0" + self._address[1:] if self._address[0] == "@" else self._address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sending:
            sending.sendto(state.encode(), address)

    async def run(self) -> None:
        """Give signs of life for as long as the event loop turns, where they are wanted."""
        while self._address and self._pause:
            self.notify("WATCHDOG=1")
            await self._clock.sleep(self._pause)
