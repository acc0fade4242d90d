"""Whose pictures are fetched from where: an article may not send us into the operator's network."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.core.errors import FetchError
from bot.feed.fetch import open_fetcher
from bot.quotes.article_images import image_fetcher
from tests.clock import FakeClock
from tests.quotes.pictures import picture


async def test_a_private_address_is_asked_only_where_a_feed_lives() -> None:
    async def serve(_: web.Request) -> web.Response:
        return web.Response(body=picture(), content_type="image/png")

    app = web.Application()
    app.router.add_get("/hero.png", serve)
    async with (
        TestServer(app) as site,
        TestServer(app) as other,
        open_fetcher(FakeClock(), user_agent="kcrush-bot/test") as fetcher,
    ):
        fetch = image_fetcher(fetcher, [str(site.make_url("/feed/"))])
        assert await fetch(str(site.make_url("/hero.png"))) == picture()
        with pytest.raises(FetchError) as refused:
            await fetch(str(other.make_url("/hero.png")))
        assert refused.value.key == "fetch.private-address"
        for address in ("http://[::1", "file:///etc/passwd", "", "http://169.254.169.254/"):
            with pytest.raises(FetchError):
                await fetch(address)
