"""Faults of the sample site."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Fault:
    """What goes wrong with requests whose path and query contain the regular expression `match`.

    In this order: wait `delay` seconds; with `status`, answer that with `body` and `headers`
    instead of the page; with `drip`, send one byte of the body every `drip` seconds; with `cut`,
    cut the connection after that many bytes of the body (0: before the status line). `times` is
    how many requests are affected; None is unlimited.
    """

    match: str
    times: int | None = None
    delay: float = 0.0
    status: int | None = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    drip: float = 0.0
    cut: int | None = None


class Faults:
    """The faults in force; of those that match a request the oldest applies."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        self._faults.clear()

    def apply(self, path_qs: str) -> Fault | None:
        """The fault that applies to a request; counts it."""
        fault = next((f for f in self._faults if re.search(f.match, path_qs)), None)
        if fault is not None and fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._faults.remove(fault)
        return fault
