"""The sandbox's CDN."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from sandbox.rest.cdn import cdn_routes
from sandbox.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def url(world: World) -> AsyncIterator[str]:
    app = web.Application()
    app.add_routes(cdn_routes(world))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/cdn"
    await runner.cleanup()


async def fetch(url: str) -> tuple[int, str, bytes, str | None]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        kind = answer.headers["Content-Type"]
        return answer.status, kind, await answer.read(), answer.headers.get("Content-Disposition")


async def test_an_attachment_is_served_as_it_was_sent(world: World, url: str) -> None:
    world.files[7] = ("quote.png", "image/png", b"PNG")
    assert await fetch(f"{url}/attachments/1/7/quote.png") == (200, "image/png", b"PNG", None)
    assert (await fetch(f"{url}/attachments/1/8/quote.png"))[0] == 404
    assert (await fetch(f"{url}/attachments/1/x/quote.png"))[0] == 404


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/javascript"])
async def test_what_a_browser_would_run_is_only_saved(world: World, url: str, kind: str) -> None:
    world.files[7] = ("x", kind, b"<script>")
    served = await fetch(f"{url}/attachments/1/7/x")
    assert served == (200, "application/octet-stream", b"<script>", "attachment")


async def test_avatars_are_drawn(world: World, url: str) -> None:
    user = world.add_user("<mina>")
    status, kind, body, _ = await fetch(f"{url}/avatars/{user.id}/hash.png")
    assert (status, kind.split(";")[0]) == (200, "image/svg+xml")
    assert b"&lt;</text>" in body
    other = await fetch(f"{url}/avatars/{world.application.bot.id}/hash.png")
    assert b">K</text>" in other[2]
    assert other[2] != body
