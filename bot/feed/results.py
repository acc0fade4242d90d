"""What the worker process finds in the site's answers, apart from the code that only it imports."""

from dataclasses import dataclass

from bot.core.model import Interview


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed's interviews in the feed's order and what it says of itself.

    ``ttl`` is how many seconds the feed asks to be left alone, ``hub_url`` its WebSub hub and
    ``self_url`` the address under which that knows it.
    """

    interviews: tuple[Interview, ...]
    title: str
    hub_url: str | None = None
    ttl: int | None = None
    warnings: tuple[str, ...] = ()
    self_url: str | None = None


@dataclass(frozen=True, slots=True)
class Hub:
    """The hub to ask, and the name under which it knows the feed."""

    url: str
    topic: str
