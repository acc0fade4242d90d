"""Feeds as tests write them: entries in, RSS out, and a site that serves them conditionally."""

import asyncio
import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from xml.sax.saxutils import escape

from bot.core.feed_state import Validators
from bot.core.model import Interview
from bot.feed.fetch import NO_VALIDATORS, Fetched
from bot.feed.parse import parse_feed
from tests.clock import START


@dataclass(frozen=True)
class Item:
    """An entry of a feed; one number gives it all it needs."""

    number: int
    title: str = ""
    body: str = "<p><strong>How are you?</strong></p><p>Very well, thank you.</p>"
    guid: str = ""
    url: str = ""
    date: datetime = START

    def interview(self) -> Interview:
        """The interview as the bot reads it from a feed."""
        return parse_feed(rss([self]), url="https://kc.example/feed/").interviews[0]

    def xml(self) -> str:
        url = escape(self.url or f"https://kc.example/interview-{self.number}/")
        return (
            f"<item><title>{escape(self.title or f'Interview {self.number}')}</title>"
            f"<link>{url}</link>"
            f'<guid isPermaLink="false">{self.guid or f"kc-{self.number}"}</guid>'
            f"<pubDate>{format_datetime(self.date)}</pubDate>"
            f"<category>Interviews</category>"
            f"<description>{escape(self.body)}</description></item>"
        )


def rss(items: list[Item], *, ttl: int | None = None) -> bytes:
    minutes = f"<ttl>{ttl}</ttl>" if ttl else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel>'
        f"<title>KC</title><link>https://kc.example/</link>{minutes}"
        "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>"
        + "".join(item.xml() for item in items)
        + "</channel></rss>"
    ).encode()


@dataclass
class FakeSite:
    """Answers as a fetcher does, with an ETag of the content; ``plan`` goes before that.

    What is in ``plan`` answers one poll each: an exception, or a body in place of the feed.
    """

    items: list[Item] = field(default_factory=list)
    plan: list[Exception | bytes] = field(default_factory=list)
    ttl: int | None = None
    conditional: bool = True
    extras: dict[str, Any] = field(default_factory=dict)
    polls: list[tuple[str, Validators]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._asked = asyncio.Condition()

    async def polled(self, number: int, within: int = 5) -> None:
        """Wait until so many polls were begun."""
        async with asyncio.timeout(within), self._asked:
            await self._asked.wait_for(lambda: len(self.polls) >= number)

    async def get(
        self, url: str, validators: Validators = NO_VALIDATORS, *, trusted: bool = True
    ) -> Fetched:
        self.polls.append((url, validators))
        async with self._asked:
            self._asked.notify_all()
        step = self.plan.pop(0) if self.plan else None
        if isinstance(step, Exception):
            raise step
        body = step if step is not None else rss(self.items, ttl=self.ttl)
        tag = Validators(f'"{hashlib.sha256(body).hexdigest()[:12]}"', None)
        if self.conditional and validators == tag:
            return Fetched(304, url, b"", None, validators, **self.extras)
        given = tag if self.conditional else Validators()
        return Fetched(200, url, body, "application/rss+xml", given, **self.extras)

    def publish(self, item: Item) -> None:
        self.items.insert(0, item)

    def edit(self, number: int, **changes: Any) -> None:
        self.items = [
            replace(item, **changes) if item.number == number else item for item in self.items
        ]
