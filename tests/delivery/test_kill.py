"""SIGKILL between storing and sending: after a restart each announcement arrives, once."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.web_request import Request
from aiohttp.web_response import Response

from bot.core.regular_posts import RegularTimes
from bot.store import open_store
from tests.clock import FakeClock
from tests.delivery.fakes import VINO
from tests.feeds import Item, rss
from tests.forked import start
from tests.store.rows import add_subscription, asked
from tests.store.samples import database_url, interview
from tests.store.test_store_regular_posts import ARCHIVE, LONG_AGO, put

ROOT = Path(__file__).parents[2]
CHANNELS = range(100, 106)


@pytest.fixture
async def feed() -> AsyncIterator[tuple[list[Item], str]]:
    """A served feed: its list of items, and its address."""
    items = [Item(number) for number in range(3)]

    async def answer(request: Request) -> Response:
        return web.Response(body=rss(items), content_type="application/rss+xml")

    app = web.Application()
    app.router.add_get("/feed", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield items, f"http://127.0.0.1:{runner.addresses[0][1]}/feed"
    await runner.cleanup()


async def run_victim(*args: str) -> int:
    """The exit code: negative for the signal that ended it."""
    with Path(args[2]).with_name("log").open("ab") as log:
        process = await start(
            "tests.delivery.victim", *args, cwd=ROOT, env=os.environ, stdout=log, stderr=log
        )
    try:
        async with asyncio.timeout(30):
            return await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize("death", ["after-commit", "before-sending", "after-sending"])
async def test_killed_and_restarted_it_announces_once(
    tmp_path: Path, feed: tuple[list[Item], str], death: str
) -> None:
    items, url = feed
    database = database_url(tmp_path)
    folder = tmp_path / "channels"
    folder.mkdir()
    async with open_store(database, FakeClock()) as store:
        for channel in CHANNELS:
            await add_subscription(store, channel, channel, None, 1)
        async with store.transaction() as tx:
            state = await store.feeds.state(url)
            await tx.feeds.save(type(state)(url, seeded=True))
    del items[:]
    items.append(Item(7))

    assert await run_victim(database, url, str(folder), death) == -signal.SIGKILL
    before = {file.name for file in folder.iterdir()}
    assert await run_victim(database, url, str(folder), "never") == 0

    messages = {channel: (folder / str(channel)).read_text().splitlines() for channel in CHANNELS}
    assert [len(lines) for lines in messages.values()] == [1] * len(CHANNELS)
    assert {lines[0].split(" ", 1)[1] for lines in messages.values()} == {"Interview 7"}
    tries = (folder / "tries").read_text().splitlines()
    assert len(tries) - len(set(tries)) == (1 if death == "after-sending" else 0)
    assert (
        len(before - {"tries"})
        == {"after-commit": 0, "before-sending": 2, "after-sending": 3}[death]
    )
    states = await asked(tmp_path, "SELECT state, count(*) FROM deliveries GROUP BY state")
    assert states == [("sent", len(CHANNELS))]


@pytest.mark.parametrize("death", ["after-commit", "before-sending", "after-sending"])
async def test_killed_amid_a_direct_message_it_comes_once(
    tmp_path: Path, feed: tuple[list[Item], str], death: str
) -> None:
    """Two channels and a person: the person's is the third that is sent, and the fatal one."""
    items, url = feed
    database = database_url(tmp_path)
    folder = tmp_path / "channels"
    folder.mkdir()
    person = 700
    async with open_store(database, FakeClock()) as store:
        await store.follows.add(person, VINO)
        for channel in (100, 101):
            await add_subscription(store, channel, channel, None, 1)
        async with store.transaction() as tx:
            state = await store.feeds.state(url)
            await tx.feeds.save(type(state)(url, seeded=True))
    items[:] = [Item(7, "Interview with V1NO")]

    assert await run_victim(database, url, str(folder), death) == -signal.SIGKILL
    before = (folder / str(person)).exists()
    assert await run_victim(database, url, str(folder), "never") == 0

    lines = {place: (folder / str(place)).read_text().splitlines() for place in (100, 101, person)}
    assert [len(found) for found in lines.values()] == [1, 1, 1]
    assert lines[person][0].endswith("Interview with V1NO")
    assert before == (death == "after-sending")


@pytest.mark.parametrize("death", ["after-commit", "before-sending", "after-sending"])
async def test_killed_amid_regular_posts_each_channel_has_one_for_the_day(
    tmp_path: Path, death: str
) -> None:
    database = database_url(tmp_path)
    folder = tmp_path / "channels"
    folder.mkdir()
    async with open_store(database, FakeClock()) as store:
        for channel in CHANNELS:
            await put(store, ARCHIVE, channel, RegularTimes(0), LONG_AGO)
        async with store.transaction() as tx:
            for number in range(20):
                of_old = interview(number, published_at=LONG_AGO)
                await tx.interviews.insert(of_old, "d")

    assert await run_victim(database, "by-the-clock", str(folder), death) == -signal.SIGKILL
    assert await run_victim(database, "by-the-clock", str(folder), "never") == 0

    posts = {channel: (folder / str(channel)).read_text().splitlines() for channel in CHANNELS}
    assert [len(lines) for lines in posts.values()] == [1] * len(CHANNELS)
    tries = (folder / "tries").read_text().splitlines()
    assert len(tries) - len(set(tries)) == (1 if death == "after-sending" else 0)
