"""The rules of a site's robots.txt (RFC 9309)."""

from dataclasses import dataclass, field
from urllib.robotparser import RobotFileParser

SIZE_LIMIT = 500 * 1024
"""Characters that are read (RFC 9309, 2.5: at least 500 kibibytes)."""

LONGEST_DELAY = 60.0
"""Seconds between two requests. With a longer delay an archive of hundreds would take days."""


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules that one robots.txt has for `agent`. An empty text allows everything."""

    text: str
    agent: str
    _rules: RobotFileParser = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        rules = RobotFileParser()
        rules.parse(self.text[:SIZE_LIMIT].splitlines())
        object.__setattr__(self, "_rules", rules)

    def allows(self, url: str) -> bool:
        return self._rules.can_fetch(self.agent, url)

    @property
    def delay(self) -> float:
        """The ``Crawl-delay``: seconds between two requests, 0 if there is none."""
        try:
            seconds = float(self._rules.crawl_delay(self.agent) or 0)
        except ValueError:
            return 0.0
        return min(max(0.0, seconds), LONGEST_DELAY)
