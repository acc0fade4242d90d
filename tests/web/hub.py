"""A WebSub hub on loopback: takes subscriptions, verifies them, pushes. As W3C WebSub has it."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from tests.feeds import Item, rss
from tests.web.port import ask

TOPIC = "https://kc.example/feed/"
"""The name under which the hub knows the feed; nobody asks it."""


@dataclass
class FakeHub:
    """``asked`` holds the forms of subscription; ``verdicts`` what came of verifying them.

    ``status`` answers the request; ``lease`` is granted; ``deny`` gives a reason to refuse.
    """

    url: str = ""
    status: int = 202
    lease: int | None = 3600
    deny: str | None = None
    verifies: bool = True
    items: list[Item] = field(default_factory=lambda: [Item(1)])
    polls: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)
    verdicts: list[tuple[int, str]] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    tasks: set[asyncio.Task[tuple[int, str]]] = field(default_factory=set)

    async def subscribe(self, request: web.Request) -> web.Response:
        self.asked.append({name: str(value) for name, value in (await request.post()).items()})
        if self.status < 300 and self.verifies:
            task = asyncio.create_task(self.verify(self.asked[-1]))
            self.tasks.add(task)
        async with self.changed:
            self.changed.notify_all()
        return web.Response(status=self.status)

    @property
    def feed_url(self) -> str:
        return self.url.replace("/hub", "/feed/")

    async def feed(self, request: web.Request) -> web.Response:
        """A feed that names this hub."""
        self.polls += 1
        links = (
            f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="{self.url}"/>'
            f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="self" href="{TOPIC}"/>'
        )
        body = rss(self.items).replace(b"<title>KC</title>", b"<title>KC</title>" + links.encode())
        async with self.changed:
            self.changed.notify_all()
        return web.Response(body=body, content_type="application/rss+xml")

    async def redirect(self, request: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": self.url})

    async def verify(self, form: dict[str, str], **other: str) -> tuple[int, str]:
        query = {"hub.mode": form["hub.mode"], "hub.topic": form["hub.topic"]}
        if self.deny is not None:
            query |= {"hub.mode": "denied", "hub.reason": self.deny}
        else:
            query["hub.challenge"] = "prove-it-41"
            if self.lease is not None:
                query["hub.lease_seconds"] = str(self.lease)
        query |= {f"hub.{name}": value for name, value in other.items()}
        async with (
            aiohttp.ClientSession() as session,
            session.get(form["hub.callback"], params=query) as response,
        ):
            verdict = (response.status, await response.text())
        self.verdicts.append(verdict)
        async with self.changed:
            self.changed.notify_all()
        return verdict

    async def verified(self, count: int = 1, within: float = 30) -> None:
        async with asyncio.timeout(within), self.changed:
            await self.changed.wait_for(lambda: len(self.verdicts) >= count)

    async def subscribed(self, count: int = 1, within: float = 30) -> None:
        async with asyncio.timeout(within), self.changed:
            await self.changed.wait_for(lambda: len(self.asked) >= count)

    async def push(self, body: bytes, *, method: str = "sha256", secret: str | None = None) -> int:
        form = self.asked[-1]
        key = (secret or form["hub.secret"]).encode()
        signature = hmac.new(key, body, getattr(hashlib, method)).hexdigest()
        headers = {"X-Hub-Signature": f"{method}={signature}", "Content-Type": "text/xml"}
        return (await ask("POST", form["hub.callback"], body, headers))[0]


@asynccontextmanager
async def open_hub() -> AsyncIterator[FakeHub]:
    hub = FakeHub()
    site = web.Application()
    site.router.add_get("/feed/", hub.feed)
    site.router.add_post("/hub", hub.subscribe)
    site.router.add_post("/moved", hub.redirect)
    runner = web.AppRunner(site)
    await runner.setup()
    try:
        listener = web.TCPSite(runner, "127.0.0.1", 0)
        await listener.start()
        hub.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hub"
        yield hub
        await asyncio.gather(*hub.tasks, return_exceptions=True)
    finally:
        await runner.cleanup()
