"""What goes wrong on purpose, and how often."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Fault:
    """One way in which the site misbehaves, for the requests whose path and query `match` finds.

    In order: wait `delay` seconds; when `status` is set, answer that with `body` and `headers`
    instead of the page; when `drip` is set, send the body a byte every `drip` seconds; when `cut`
    is set, break the connection after that many bytes of body (0: before the status line).
    `times` counts down with each request it meets; None: until it is taken away.
    """

    match: re.Pattern[str]
    times: int | None = None
    delay: float = 0.0
    status: int | None = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    drip: float = 0.0
    cut: int | None = None


class Faults:
    """The faults in force; the oldest that matches a request is the one it meets."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        self._faults.clear()

    def meet(self, path_qs: str) -> Fault | None:
        """The fault for this request, counted."""
        fault = next((f for f in self._faults if f.match.search(path_qs)), None)
        if fault is not None and fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._faults.remove(fault)
        return fault
