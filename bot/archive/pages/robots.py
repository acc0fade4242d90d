"""What a site's robots.txt allows (RFC 9309)."""

from dataclasses import dataclass, field
from urllib.robotparser import RobotFileParser

from bot.feed.identity import web_url

SIZE_LIMIT = 500 * 1024
"""Characters that are read (RFC 9309, 2.5: at least 500 kibibytes)."""

LONGEST_DELAY = 60.0
"""Seconds: a delay longer than that would make an archive of hundreds a matter of days."""

SITEMAPS_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one robots.txt. An empty text allows everything."""

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
        """Seconds that the site wants between two requests; 0 where it does not say."""
        try:
            wanted = float(self._rules.crawl_delay(self.agent) or 0)
        except ValueError:
            return 0.0
        return min(max(0.0, wanted), LONGEST_DELAY)

    @property
    def sitemaps(self) -> tuple[str, ...]:
        named = [web_url(url) for url in self._rules.site_maps() or ()]
        return tuple(url for url in named if url)[:SITEMAPS_AT_MOST]
