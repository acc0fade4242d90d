"""Waiting for the sandbox's state to be as wished, without polling."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Changes:
    """A bell rung at every change of state; those who wait look again at each ring.

    For one event loop. A wait costs nothing while nothing changes.
    """

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        """Wake everyone who waits, to look again."""
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def until(self, look: Callable[[], T | None], timeout: float | None, what: str) -> T:
        """Return `look()` as soon as it is neither None nor False.

        Raises TimeoutError naming `what` after `timeout` seconds (None: waits for ever).
        """
        loop = asyncio.get_running_loop()
        deadline = None if timeout is None else loop.time() + timeout
        while True:
            found = look()
            if found is not None and found is not False:
                return found
            future: asyncio.Future[None] = loop.create_future()
            self._waiting.add(future)
            try:
                async with asyncio.timeout_at(deadline):
                    await future
            except TimeoutError:
                raise TimeoutError(f"waited {timeout} s in vain for {what}") from None
            finally:
                self._waiting.discard(future)
