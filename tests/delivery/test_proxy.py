"""A proxy for the API between the bot and Discord, as large bots use one for all their processes
(nirn-proxy, twilight's http-proxy): it answers for itself now and then, before or after Discord had
the request, and what it passes on need not name a rate limit."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web
from aiohttp.web_request import Request
from aiohttp.web_response import Response
from discord.http import Route
from multidict import CIMultiDict
from yarl import URL

from bot.core.model import DeliveryState
from sandbox.entities import ChannelType
from tests.delivery.stage import Stage, spoken
from tests.delivery.test_channel_kinds import posts

TEXT = {"content-type": "text/plain; charset=utf-8"}
NIRN = {
    "generated-by-proxy": "true",
    "x-ratelimit-scope": "user",
    "x-ratelimit-limit": "1",
    "x-ratelimit-remaining": "0",
    "x-ratelimit-reset": "1767225601",
    "x-ratelimit-after": "1",
    "retry-after": "0",  # At nirn it is 1, which a test need not wait.
    "content-type": "application/json",
}
LIMITED = (
    '{\n\t"global": false,\n\t"message": "You are being rate limited.",\n\t"retry_after": 1\n}'
)

OWN = {
    "nirn, out of time": (408, TEXT, "context deadline exceeded"),
    "nirn, not connected": (500, TEXT, 'Post "https://discord.com/api/v10": EOF'),
    "nirn, another node lost": (429, NIRN, LIMITED),
    "twilight, no ticket": (500, {}, "http-proxy: Acquiring ticket from the ratelimiter failed"),
    "twilight, path unknown": (501, {}, "http-proxy: Failed to parse API path"),
    "twilight, not connected": (502, {}, "http-proxy: Error requesting the Discord API"),
    "nginx, nobody there": (502, {"content-type": "text/html"}, "<html>502 Bad Gateway</html>"),
    "a balancer, nobody there": (503, {"content-type": "text/plain"}, "no healthy upstream"),
    "nginx, out of time": (504, {"content-type": "text/html"}, "<html>504 Gateway Time-out</html>"),
}


@dataclass
class Proxy:
    """Passes on without the names of rate limits, but for ``own``, the answers to the next requests
    that create something: whether Discord has the request before, and status, headers, text."""

    target: str
    own: list[tuple[bool, tuple[int, dict[str, str], str]]] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        creates = request.method == "POST" and request.path.endswith(("/messages", "/threads"))
        passes, own = self.own.pop(0) if creates and self.own else (True, None)
        passed = await self._pass_on(request) if passes else None
        if own is None:
            assert passed is not None
            return passed
        status, headers, text = own
        return Response(status=status, headers=headers, body=text.encode())

    async def _pass_on(self, request: Request) -> Response:
        body = await request.read()
        url = URL(self.target + request.raw_path.removeprefix("/api/v10"), encoded=True)
        async with (
            aiohttp.ClientSession(auto_decompress=False) as session,
            session.request(request.method, url, data=body, headers=request.headers) as answer,
        ):
            headers = CIMultiDict(
                (name, value)
                for name, value in answer.headers.items()
                if not name.lower().startswith(("x-ratelimit", "content-length"))
            )
            return Response(status=answer.status, headers=headers, body=await answer.read())


@pytest.fixture
async def proxy(on_stage: Stage, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Proxy]:
    found = Proxy(on_stage.sandbox.api_url)
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", found.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    monkeypatch.setattr(Route, "BASE", f"http://127.0.0.1:{runner.addresses[0][1]}/api/v10")
    yield found
    await runner.cleanup()


@pytest.mark.parametrize("own", OWN.values(), ids=OWN)
@pytest.mark.parametrize("passes", [False, True], ids=["before Discord", "after Discord"])
@pytest.mark.parametrize("kind", [ChannelType.TEXT, ChannelType.FORUM])
async def test_what_a_proxy_answers_itself_loses_and_doubles_nothing(
    on_stage: Stage,
    proxy: Proxy,
    kind: ChannelType,
    passes: bool,
    own: tuple[int, dict[str, str], str],
) -> None:
    on_stage.sandbox.world.nonce_window = 0.0
    channel = on_stage.channel(kind)
    await on_stage.subscribe(channel)
    proxy.own = [(passes, own)]
    number = await on_stage.publish()
    for _ in range(3):
        await on_stage.deliver()
        await on_stage.clock.advance(400)
    places = posts(on_stage, channel) or [channel]
    assert sum(len(spoken(place)) for place in places) == 1
    assert (await on_stage.row(number)).state is DeliveryState.SENT
    assert proxy.own == []


async def test_a_proxy_in_trouble_holds_up_nobody_else(on_stage: Stage, proxy: Proxy) -> None:
    """Its own 429 has no ``Via``, as that of Cloudflare for the bot's whole address."""
    channels = [on_stage.channel(ChannelType.TEXT) for _ in range(4)]
    for channel in channels:
        await on_stage.subscribe(channel)
    proxy.own = [(False, OWN["nirn, another node lost"])]
    await on_stage.publish()
    await on_stage.deliver()
    assert sorted(len(spoken(channel)) for channel in channels) == [0, 1, 1, 1]


async def test_a_proxy_that_names_no_limits_is_no_harm(on_stage: Stage, proxy: Proxy) -> None:
    channel = on_stage.channel(ChannelType.TEXT)
    await on_stage.subscribe(channel)
    for _ in range(8):
        await on_stage.publish()
    for _ in range(8):
        await on_stage.deliver()
    assert len(spoken(channel)) == 8
