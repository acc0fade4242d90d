"""WebSub against a hub on loopback, over real sockets; what a push or a verification may say."""

import asyncio
import hashlib
import hmac
import json
import random
import time
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.cli.demo import furnish
from bot.core.errors import FetchError
from bot.feed.discovery import discover
from bot.feed.fetch import open_fetcher
from bot.feed.results import Hub
from bot.web.server import listening
from bot.web.websub import MAX_PUSH, WebSub, is_signed
from sandbox import Sandbox
from tests.clock import FakeClock
from tests.feeds import Item, rss
from tests.process import pointed_at, running
from tests.web.hub import TOPIC, FakeHub, open_hub
from tests.web.port import ask, free_port, is_too_large, logged, site, spaces

KEY = b"k" * 32


@dataclass
class Reader:
    """A subscriber at work, and what it was told to look at."""

    clock: FakeClock
    base: str
    websub: WebSub
    looks: list[str] = field(default_factory=list)
    logs: list[MutableMapping[str, Any]] = field(default_factory=list)

    async def said(self, event: str) -> MutableMapping[str, Any]:
        async with asyncio.timeout(10):
            while True:
                for line in self.logs:
                    if line["event"] == event:
                        return line
                await asyncio.sleep(0.01)


@pytest.fixture
async def hub() -> AsyncIterator[FakeHub]:
    async with open_hub() as hub:
        yield hub


@asynccontextmanager
async def reading(feed: str, *, public: str = "") -> AsyncIterator[Reader]:
    """A subscriber whose port listens before its address is known to itself."""
    clock, number = FakeClock(), free_port()
    base = f"http://127.0.0.1:{number}"
    looks: list[str] = []

    async with open_fetcher(clock, user_agent="test") as fetcher:
        websub = WebSub(
            fetcher,
            clock,
            random.Random(1),
            key=KEY,
            public_url=public or base,
            feeds=[feed],
            look_now=looks.append,
        )
        with capture_logs() as logs:
            async with listening(site(clock, websub=websub), "127.0.0.1", number):
                task = asyncio.create_task(websub.run())
                try:
                    yield Reader(clock, base, websub, looks, logs)
                finally:
                    task.cancel()
                    await asyncio.gather(task, return_exceptions=True)


# ---------------------------------------------------------------- subscribing


async def test_subscribes_and_proves_that_it_was_we(hub: FakeHub) -> None:
    async with reading(hub.feed_url) as reader:
        await hub.verified()
        told = await reader.said("websub.subscribed")
    (form,) = hub.asked
    assert hub.verdicts == [(200, "prove-it-41")]
    assert (form["hub.mode"], form["hub.topic"]) == ("subscribe", TOPIC)
    assert form["hub.lease_seconds"] == "864000"
    base, _, token = form["hub.callback"].rpartition("/")
    assert base == f"{reader.base}/websub"
    assert len(token) == len(form["hub.secret"]) == 64
    assert token != form["hub.secret"]
    assert told["lease"] == 3600


async def test_the_lease_is_renewed_before_it_ends(hub: FakeHub) -> None:
    async with reading(hub.feed_url) as reader:
        await hub.verified()
        await reader.clock.asleep_for(3600 * 0.8)
        await reader.clock.advance(3600 * 0.8)
        await hub.verified(2)
        assert hub.asked[0] == hub.asked[1]
        assert hub.verdicts[1] == (200, "prove-it-41")


@pytest.mark.parametrize(
    ("lease", "sleeps"),
    [(None, 864000 * 0.8), (1, 60), (0, 864000 * 0.8), (10**11, 31536000 * 0.8)],
)
async def test_leases_are_believed_within_reason(
    hub: FakeHub, lease: int | None, sleeps: float
) -> None:
    hub.lease = lease
    async with reading(hub.feed_url) as reader:
        await hub.verified()
        await reader.clock.asleep_for(sleeps)
    assert len(hub.asked) == 1


async def test_after_a_restart_the_subscription_is_the_same(hub: FakeHub) -> None:
    """So the hub replaces it, and what it pushes in between is not lost."""
    forms: list[dict[str, str]] = []
    for _ in range(2):
        async with reading(hub.feed_url, public="http://127.0.0.1:9/bot/"):
            await hub.subscribed(len(forms) + 1)
            forms.append(hub.asked[-1])
    assert forms[0] == forms[1]
    assert forms[0]["hub.callback"].startswith("http://127.0.0.1:9/bot/websub/")


async def test_a_feed_without_a_hub_is_looked_at_again_a_day_later(hub: FakeHub) -> None:
    hub.url = ""
    async with open_hub() as plain:
        url = plain.feed_url
        plain.url = "ftp://no.example/"
        async with reading(url) as reader:
            await reader.clock.asleep_for(24 * 3600)
        assert not plain.asked


async def test_a_hub_that_refuses_is_asked_again(hub: FakeHub) -> None:
    hub.status = 500
    async with reading(hub.feed_url) as reader:
        told = await reader.said("websub.failed")
        (delay,) = await reader.clock.asleep()
        hub.status = 202
        await reader.clock.advance(delay)
        await hub.verified()
    assert told["cause"] == f"{hub.url} refused the subscription with status 500"
    assert told["effect"] == "polling goes on as usual"
    assert delay == 60


async def test_a_hub_that_denies_is_told_in_its_words(hub: FakeHub) -> None:
    hub.deny = "not\x1b[2J here"
    async with reading(hub.feed_url) as reader:
        told = await reader.said("websub.failed")
    assert told["cause"] == "the hub denied it: not [2J here"


async def test_a_hub_that_never_verifies(hub: FakeHub) -> None:
    hub.verifies = False
    async with reading(hub.feed_url) as reader:
        await hub.subscribed()
        await reader.clock.asleep_for(300)
        await reader.clock.advance(300)
        told = await reader.said("websub.failed")
        assert (await hub.verify(hub.asked[0]))[0] == 404
    assert told["cause"] == (
        f"{hub.url} did not come back to verify; it must reach {reader.base}/websub/"
    )


@pytest.mark.parametrize(
    "other",
    [
        {"mode": "unsubscribe"},
        {"mode": "publish"},
        {"topic": "https://elsewhere.example/feed/"},
        {"challenge": ""},
        {"challenge": "x" * 1025},
    ],
)
async def test_nothing_else_is_verified(hub: FakeHub, other: dict[str, str]) -> None:
    hub.verifies = False
    async with reading(hub.feed_url):
        await hub.subscribed()
        assert (await hub.verify(hub.asked[0], **other))[0] == 404
        assert (await hub.verify(hub.asked[0])) == (200, "prove-it-41")


async def test_what_was_verified_is_not_verified_again_unasked(hub: FakeHub) -> None:
    async with reading(hub.feed_url) as reader:
        await reader.said("websub.subscribed")
        assert (await hub.verify(hub.asked[0]))[0] == 404
        query = "?hub.mode=subscribe&hub.challenge=x"
        assert (await ask("GET", hub.asked[0]["hub.callback"] + query))[0] == 404
        assert (await ask("GET", f"{reader.base}/websub/{'0' * 64}{query}"))[0] == 404


# ---------------------------------------------------------------- pushes


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
async def test_a_signed_push_means_look_now(hub: FakeHub, method: str) -> None:
    async with reading(hub.feed_url) as reader:
        await hub.verified()
        assert await hub.push(b"<rss>anything</rss>", method=method) == 202
    assert reader.looks == [hub.feed_url]


async def test_other_pushes_mean_nothing(hub: FakeHub) -> None:
    async with reading(hub.feed_url) as reader:
        await hub.verified()
        callback = hub.asked[0]["hub.callback"]
        assert await hub.push(b"<rss/>", secret="guessed") == 202
        assert await hub.push(b"<rss/>", method="md5") == 202
        for signature in ("", "sha256", "sha256=", "sha256=é", "=" * 50, "sha1=" + "0" * 40):
            headers = {"X-Hub-Signature": signature} if signature else {}
            assert (await ask("POST", callback, b"<rss/>", headers))[0] == 202
        unknown = f"{reader.base}/websub/{'0' * 64}"
        assert (await ask("POST", unknown, b"<rss/>"))[0] == 410
    assert reader.looks == []


@given(signature=st.one_of(st.text(), st.text().map(lambda rest: f"sha256={rest}"), st.none()))
@example(signature="sha256=\udcff")
def test_any_signature_is_wrong_but_the_right_one(signature: str | None) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"body"

    assert asyncio.run(is_signed("secret", signature, body())) is False


async def test_any_query_is_verified_or_not_found(hub: FakeHub) -> None:
    """As bytes on the wire, for a client mends what it sends."""
    hub.verifies = False
    async with reading(hub.feed_url) as reader, asyncio.timeout(20):
        await hub.subscribed()
        path = hub.asked[0]["hub.callback"].removeprefix(reader.base)
        for query in (
            b"hub.mode=subscribe&hub.topic=%ff%00&hub.challenge=a",
            b"hub.mode=subscribe&hub.topic=" + TOPIC.encode() + b"&hub.challenge=%ed%a0%80%0d%0a",
            b"hub.mode=subscribe&hub.mode=denied&hub.topic=" + TOPIC.encode() + b"&hub.reason=%ff",
            b"&&&===%%%",
            b"hub.lease_seconds=%d9%a3&hub.topic=" + TOPIC.encode(),
        ):
            connection = await asyncio.open_connection("127.0.0.1", urlsplit(reader.base).port)
            connection[1].write(
                b"GET " + path.encode() + b"?" + query + b" HTTP/1.1\r\nHost: x\r\n\r\n"
            )
            answer = await connection[0].read()
            connection[1].close()
            assert answer.split(b" ")[1] in (b"200", b"400", b"404")


async def test_a_push_has_an_end(hub: FakeHub) -> None:
    """Rightly signed, and too large all the same."""
    async with reading(hub.feed_url) as reader:
        await hub.verified()
        form = hub.asked[0]
        for length, refused in ((MAX_PUSH + 1, True), (MAX_PUSH, False)):
            mac = hmac.new(form["hub.secret"].encode(), b" " * length, hashlib.sha1)
            headers = {"X-Hub-Signature": f"sha1={mac.hexdigest()}"}
            body = spaces(length)
            assert await is_too_large(form["hub.callback"], body, headers) is refused
            assert len(reader.looks) == (0 if refused else 1)


async def test_a_push_brings_the_interview_within_two_seconds(
    tmp_path: Path,
    discord_here: Sandbox,
    hub: FakeHub,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The bot as a process that polls once an hour."""
    port = free_port()
    env = pointed_at(
        discord_here,
        hub.feed_url,
        POLL_INTERVAL="3600",
        HTTP_PORT=str(port),
        PUBLIC_URL=f"http://127.0.0.1:{port}",
    )
    async with running(tmp_path, env) as bot:
        stage = furnish(discord_here)
        await discord_here.wait_ready(timeout=60)
        await discord_here.wait_until(lambda world: world.commands or None, 60)
        await discord_here.command(
            stage.admin, stage.lounge, "announcements add", channel=stage.interviews
        )
        await hub.verified(within=60)
        await logged(bot.log, "feed.seeded")
        hub.items.insert(0, Item(2, title="KC Interview with Sculptor Bo Lindqvist"))
        started = time.perf_counter()
        assert await hub.push(b"<rss/>") == 202
        await discord_here.wait_for_message(stage.interviews, timeout=60)
        spent = (time.perf_counter() - started) * 1000
        with capsys.disabled():
            print(f"\nWebSub: {spent:.0f} ms from the push to the message")  # noqa: T201
        (message,) = stage.interviews.messages.values()
        assert "Bo Lindqvist" in json.dumps(message.components)
        assert spent < 2000
        assert hub.asked[0]["hub.secret"] not in bot.log.read_text(encoding="utf-8")
        assert await bot.stop() == 0


# ---------------------------------------------------------------- finding the hub, asking it

HEADER = '<https://hub.example/>; rel="hub", <https://kc.example/self/>; rel=self'


def hub_of(body: bytes = rss([]), link: str | None = None) -> Hub | None:
    return discover(link, body, url="https://kc.example/f/")


@pytest.mark.parametrize(
    ("found", "hub"),
    [
        (hub_of(), None),
        (hub_of(link=HEADER), Hub("https://hub.example/", "https://kc.example/self/")),
        (
            hub_of(link='</wp-json/>; rel="https://api.w.org/", </hub>; title="a"; rel="x HUB"'),
            Hub("https://kc.example/hub", "https://kc.example/f/"),
        ),
        (hub_of(link='<javascript:alert(1)>; rel="hub"'), None),
        (
            hub_of(
                b'{"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": [], '
                b'"feed_url": "https://kc.example/j/", '
                b'"hubs": [{"type": "WebSub", "url": "https://hub.example/"}]}'
            ),
            Hub("https://hub.example/", "https://kc.example/j/"),
        ),
    ],
)
def test_where_the_hub_is(found: Hub | None, hub: Hub | None) -> None:
    assert found == hub


@given(st.text(st.sampled_from('<>;,"= relhubself/:http.'), max_size=80))
def test_any_link_header_is_a_web_address_or_nothing(header: str) -> None:
    found = hub_of(link=header)
    assert found is None or found.url.startswith(("http://", "https://"))


async def test_a_hub_that_moved_is_asked_where_it_is(hub: FakeHub) -> None:
    async with open_fetcher(FakeClock(), user_agent="test") as fetcher:
        moved = hub.url.replace("/hub", "/moved")
        form = {"hub.mode": "x", "hub.callback": "y", "hub.topic": "z"}
        hub.verifies = False
        assert await fetcher.post(moved, form, named_by=hub.feed_url) == 202
    assert hub.asked == [form]


async def test_a_public_feed_names_no_private_hub() -> None:
    async with open_fetcher(
        FakeClock(), user_agent="test", is_public=lambda address: address == "127.0.0.1"
    ) as fetcher:
        with pytest.raises(FetchError) as refused:
            await fetcher.post("http://127.0.0.2:9/", {}, named_by="http://127.0.0.1:9/feed/")
    assert refused.value.key == "fetch.private-address"
