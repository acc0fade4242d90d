"""Waiting for a condition on the sandbox's state, without polling."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Changes:
    """Notifies waiting tasks of every change of state, so that they check their condition again.

    For one event loop. Waiting costs nothing while nothing changes.
    """

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def notify(self) -> None:
        """Make every waiting task check its condition again."""
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def wait_for(
        self, condition: Callable[[], T | None], timeout: float | None, what: str
    ) -> T:
        """Return the value of `condition()` as soon as it is neither None nor False.

        Raises TimeoutError naming `what` after `timeout` seconds (None: never).
        """
        loop = asyncio.get_running_loop()
        deadline = None if timeout is None else loop.time() + timeout
        while True:
            value = condition()
            if value is not None and value is not False:
                return value
            future: asyncio.Future[None] = loop.create_future()
            self._waiting.add(future)
            try:
                async with asyncio.timeout_at(deadline):
                    await future
            except TimeoutError:
                raise TimeoutError(f"waited {timeout} s in vain for {what}") from None
            finally:
                self._waiting.discard(future)
