"""Fault rules for REST: latency, errors before or after the effect, cut connections."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import Literal


@dataclass(slots=True)
class Rule:
    """What goes wrong with which requests.

    Attributes:
        match: a regular expression searched in ``"METHOD /path"``, the path after ``/api/v10`` and
            without its query.
        times: how many requests are affected at most; None is unlimited.
        probability: of a matching request to be affected.
        latency: bounds of the delay in seconds, drawn uniformly.
        status: the status of the answer; None only delays, unless `drop` cuts the connection.
        when: whether `status`, `drop` or `garbled` comes before or after the request takes effect.
        code, message: of the error's JSON body.
        garbled: the body of a 200 that takes the place of the answer; markup is sent as
            ``text/html``, anything else as JSON.
        retry_after, scope: of a 429 (seconds).
        via: whether the answer has Discord's ``Via`` header.
        fired: how many requests were affected.
    """

    match: str = ""
    times: int | None = None
    probability: float = 1.0
    latency: tuple[float, float] = (0.0, 0.0)
    status: int | None = None
    when: Literal["before", "after"] = "before"
    drop: bool = False
    garbled: str | None = None
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
        return self.drop or self.status is not None or self.garbled is not None

    def matches(self, line: str, rng: random.Random) -> bool:
        """Whether this request is affected; counts it if so."""
        if self.times is not None and self.fired >= self.times:
            return False
        if not self._pattern.search(line):
            return False
        if self.probability < 1.0 and rng.random() >= self.probability:
            return False
        self.fired += 1
        return True


@dataclass(frozen=True, slots=True)
class AppliedFault:
    """The faults of one request: seconds of delay, then the rule that breaks it, if any."""

    latency: float = 0.0
    rule: Rule | None = None


class Faults:
    """The rules in force, in the order in which they were added.

    The delays of all matching rules add up. The first rule that breaks the request ends the search.
    """

    def __init__(self, rng: random.Random | None = None) -> None:
        self._rng = rng or random.Random()
        self._rules: list[Rule] = []

    def add(self, rule: Rule) -> Rule:
        """Add a rule and return it."""
        self._rules.append(rule)
        return rule

    def remove(self, rule: Rule) -> None:
        """Remove a rule, if it is in force."""
        self._rules = [each for each in self._rules if each is not rule]

    def clear(self) -> None:
        self._rules = []

    def apply(self, method: str, path: str) -> AppliedFault:
        """The faults that apply to a request."""
        if not self._rules:
            return AppliedFault()
        line = f"{method} {path}"
        latency = 0.0
        for rule in self._rules:
            if rule.matches(line, self._rng):
                latency += self._rng.uniform(*rule.latency)
                if rule.breaks:
                    return AppliedFault(latency, rule)
        return AppliedFault(latency)
