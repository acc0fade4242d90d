"""Faults on demand for REST: latency, errors before or after the effect, cut connections."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import Literal


@dataclass(slots=True)
class Rule:
    """What goes wrong with which requests.

    `match` is a regular expression searched in ``"METHOD /path"``, the path after ``/api/v10``
    and without its query. A matching request is hit with `probability`, at most `times` times
    (None: for ever). Hit, it is held for `latency` seconds (drawn evenly between the two), and
    then, when `status` is set, answered with it, or, when `drop` is set, its connection is cut;
    "before" the effect or "after" it. A rule with neither only delays.

    `code` and `message` go into the error's body. For 429 `retry_after` (seconds), `scope` and
    `via` (whether the answer bears Discord's ``Via`` header) shape the answer.
    """

    match: str = ""
    times: int | None = None
    probability: float = 1.0
    latency: tuple[float, float] = (0.0, 0.0)
    status: int | None = None
    when: Literal["before", "after"] = "before"
    drop: bool = False
    code: int = 0
    message: str | None = None
    retry_after: float = 1.0
    scope: Literal["user", "global", "shared"] = "user"
    via: bool = True
    fired: int = 0
    _pattern: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._pattern = re.compile(self.match)
        if not 0.0 <= self.probability <= 1.0:
            raise ValueError(f"probability must be between 0 and 1, not {self.probability}")
        if not 0.0 <= self.latency[0] <= self.latency[1]:
            raise ValueError(f"latency must be (low, high) with 0 <= low <= high: {self.latency}")
        if self.status is not None and not 300 <= self.status <= 599:
            raise ValueError(f"status must be one of an error, not {self.status}")

    @property
    def breaks(self) -> bool:
        """Whether the rule does more than delay."""
        return self.drop or self.status is not None

    def hits(self, line: str, rng: random.Random) -> bool:
        """Whether this request is hit; counts it when so."""
        if self.times is not None and self.fired >= self.times:
            return False
        if not self._pattern.search(line):
            return False
        if self.probability < 1.0 and rng.random() >= self.probability:
            return False
        self.fired += 1
        return True


@dataclass(frozen=True, slots=True)
class Fate:
    """What befalls one request: seconds of delay, then the rule that breaks it, if any."""

    latency: float = 0.0
    rule: Rule | None = None


class Faults:
    """The rules in force, in order of adding. Delays of all that hit add up; the first that
    breaks the request wins, and those after it are not drawn."""

    def __init__(self, rng: random.Random | None = None) -> None:
        self._rng = rng or random.Random()
        self._rules: list[Rule] = []

    def add(self, rule: Rule) -> Rule:
        """Put a rule in force; returns it, for `remove` and its count `fired`."""
        self._rules.append(rule)
        return rule

    def remove(self, rule: Rule) -> None:
        """Take a rule out of force; one that is not in force is ignored."""
        self._rules = [each for each in self._rules if each is not rule]

    def clear(self) -> None:
        self._rules = []

    def fate(self, method: str, path: str) -> Fate:
        """Draw what befalls a request."""
        if not self._rules:
            return Fate()
        line = f"{method} {path}"
        latency = 0.0
        for rule in self._rules:
            if rule.hits(line, self._rng):
                latency += self._rng.uniform(*rule.latency)
                if rule.breaks:
                    return Fate(latency, rule)
        return Fate(latency)
