"""Several processes in one: each an event loop of its own, all in one virtual time, any of which
can be frozen or killed between two of its steps."""

import asyncio
import heapq
import itertools
import selectors
from collections.abc import Callable, Coroutine
from math import inf
from typing import Any

from tests.virtual import LATE


class World:
    """Time, what happens in it, and the processes. Nothing takes time but waiting."""

    def __init__(self) -> None:
        self.now = 0.0
        self.processes: list[Process] = []
        self._order = itertools.count()
        self._events: list[tuple[float, int, Callable[[], object]]] = []

    def after(self, seconds: float, happens: Callable[[], object]) -> None:
        """Let something happen, whatever becomes of the processes."""
        heapq.heappush(self._events, (self.now + seconds, next(self._order), happens))

    def play(self, until: float) -> None:
        """Let time pass."""
        while True:
            for process in self.processes:
                process.work()
            due = min([self._events[0][0] if self._events else inf, *self._alarms()])
            if due > until:
                self.now = until
                return
            self.now = max(self.now, due + LATE)
            while self._events and self._events[0][0] <= self.now:
                heapq.heappop(self._events)[2]()

    def close(self) -> None:
        for process in self.processes:
            process.close()

    def _alarms(self) -> list[float]:
        return [one.alarm for one in self.processes if one.runs]


class Process(asyncio.SelectorEventLoop):
    """One process. Its time is the world's, and it works only when the world lets it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._is_killed = False
        self._frozen_until = -inf
        self._internals: Any = self
        super().__init__(_Impatient())
        world.processes.append(self)

    def time(self) -> float:
        return self._world.now

    @property
    def runs(self) -> bool:
        return not self._is_killed and self._world.now >= self._frozen_until

    @property
    def alarm(self) -> float:
        """When its next timer is due."""
        scheduled = self._internals._scheduled
        return float(scheduled[0].when()) if scheduled else inf

    def begin(self, work: Coroutine[Any, Any, Any]) -> None:
        self.create_task(work)

    def freeze(self, seconds: float) -> None:
        """It does nothing for a while; its timers are late then."""
        self._frozen_until = max(self._frozen_until, self._world.now + seconds)
        self._world.after(seconds, lambda: None)

    def kill(self) -> None:
        self._is_killed = True

    def work(self) -> None:
        """Do all that can be done now; a timer that is set for now again waits for the world."""
        is_due = self.alarm <= self._world.now
        while self.runs and (is_due or self._internals._ready):
            is_due = False
            self.call_soon(self.stop)
            self.run_forever()

    def soon(self, happens: Callable[[], object]) -> None:
        """Something reaches the process from outside."""
        if not self._is_killed:
            self.call_soon(happens)

    def close(self) -> None:
        self._is_killed = True
        tasks = asyncio.all_tasks(self)
        for task in tasks:
            task.cancel()
        if tasks:
            self.run_until_complete(asyncio.wait(tasks))
        super().close()


class _Impatient(selectors.DefaultSelector):
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        del timeout
        return super().select(0)
