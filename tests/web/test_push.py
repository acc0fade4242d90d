"""From a ping to the message in the channel: the bot as a process that polls once an hour."""

import asyncio
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from xmlrpc.client import loads

import pytest

from bot.cli.demo import Stage, furnish
from sandbox import Sandbox
from sandbox.site import SampleSite
from tests.process import pointed_at, running
from tests.web.port import EXTENDED, ask, free_port, logged, readiness, scraped
from tests.wordpress import FEED, URL, needs_scripts, needs_wordpress, script

LIMIT_MS = 2000
COMMAND = ("announcements add", "application_command")


async def ready(sandbox: Sandbox, log: Path) -> Stage:
    """The bot is there, has polled once, and its port listens."""
    stage = furnish(sandbox)
    await sandbox.wait_ready(timeout=60)
    await sandbox.wait_until(lambda world: world.commands or None, 60, "the bot's commands")
    await sandbox.command(stage.admin, stage.lounge, "announcements add", channel=stage.interviews)
    await logged(log, "feed.seeded")
    await logged(log, "http.listening")
    return stage


def settings(sandbox: Sandbox, feed: str, port: int, **more: str) -> dict[str, str]:
    return pointed_at(sandbox, feed, POLL_INTERVAL="3600", HTTP_PORT=str(port), **more)


def words(stage: Stage) -> str:
    return json.dumps([m.components for m in stage.interviews.messages.values()])


def tell(title: str, started: float, capsys: pytest.CaptureFixture[str]) -> float:
    spent = (time.perf_counter() - started) * 1000
    with capsys.disabled():
        print(f"\n{title}: {spent:.0f} ms from the ping to the message in the channel")  # noqa: T201
    return spent


async def test_a_ping_brings_the_interview_within_two_seconds(
    tmp_path: Path,
    discord_here: Sandbox,
    sample_site: SampleSite,
    capsys: pytest.CaptureFixture[str],
) -> None:
    port = free_port()
    async with running(tmp_path, settings(discord_here, sample_site.feed_url, port)) as bot:
        stage = await ready(discord_here, bot.log)
        post = sample_site.publish()
        assert not stage.interviews.messages
        started = time.perf_counter()
        status, text = await ask("POST", f"http://127.0.0.1:{port}/ping", EXTENDED)
        await discord_here.wait_for_message(stage.interviews, timeout=60)
        spent = tell("sample site", started, capsys)
        assert status == 200
        assert loads(text)[0] == ({"flerror": False, "message": "Thanks for the ping."},)
        assert post.title in words(stage)
        assert spent < LIMIT_MS
        status, shown = await readiness(port)
        assert (status, shown["ready"], shown["reasons"]) == (200, True, [])
        assert shown["discord"] == {"shards": 1, "connected": 1, "guilds": 1}
        assert shown["feeds"][0]["failures"] == 0
        figures = await scraped(port, until=("kcrush_deliveries", ("sent",)))
        assert figures["kcrush_polls_total", ("new",)] == 2
        assert figures["kcrush_deliveries", ("sent",)] == 1
        assert figures["kcrush_delivery_latency_seconds_count", ()] == 1
        assert figures["kcrush_delivery_latency_seconds_sum", ()] < LIMIT_MS / 1000
        assert figures["kcrush_interactions_total", COMMAND] == 1
        assert figures["kcrush_interaction_duration_seconds_count", COMMAND] == 1
        assert figures["kcrush_discord_responses_total", ("200",)] > 0
        assert figures["kcrush_discord_identifies_left", ()] == 499
        assert figures["process_resident_memory_bytes", ()] > 2**20
        assert await bot.stop() == 0


@pytest.mark.wordpress
@needs_wordpress[1]
@needs_scripts
async def test_wordpress_pings_after_publishing(
    tmp_path: Path, discord_here: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    title = "KCrush Interview with Bell-founder Runa Aske"
    async with running(tmp_path, settings(discord_here, FEED, port)) as bot:
        stage = await ready(discord_here, bot.log)
        post = await script("post.sh", title)
        try:
            started = time.perf_counter()
            pinging = asyncio.create_task(script("ping.sh", f"http://127.0.0.1:{port}/ping"))
            await discord_here.wait_until(lambda _: title in words(stage) or None, 60, title)
            arrived = datetime.now(UTC)
            tell(f"WordPress at {URL}, with the start of its PHP", started, capsys)
            assert (await pinging)["pinged"].endswith("/ping")
        finally:
            await script("trash.sh", str(post["id"]), "--delete")
        heard = await logged(bot.log, "http.ping")
        assert heard["heard"] == "ping.thanks"
        spent = (arrived - datetime.fromisoformat(heard["timestamp"])).total_seconds() * 1000
        with capsys.disabled():
            print(f"{spent:.0f} ms from when the bot heard it")  # noqa: T201
        assert len(stage.interviews.messages) == 1
        assert spent < LIMIT_MS
        assert await bot.stop() == 0


async def test_the_most_talkative_log_shows_no_token(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    """discord.py notes the addresses of its requests then, with the interactions' tokens in them.
    That there are none is seen by ``no_secret_is_logged``, too."""
    env = settings(discord_here, sample_site.feed_url, free_port(), LOG_LEVEL="debug")
    async with running(tmp_path, env) as bot:
        stage = await ready(discord_here, bot.log)
        await discord_here.command(stage.fan, stage.lounge, "interviews latest")
        assert await bot.stop() == 0
    log = bot.log.read_text(encoding="utf-8")
    tokens = [discord_here.token, *discord_here.interactions._by_token]
    assert len(tokens) > 2
    assert "/interactions/[secret]" in log
    assert [token for token in tokens if token in log] == []


async def test_a_taken_port_stops_nothing(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    furnish(discord_here)
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    async with taken, running(tmp_path, settings(discord_here, sample_site.feed_url, port)) as bot:
        told = await logged(bot.log, "http.no-port")
        await logged(bot.log, "feed.seeded")
        await discord_here.wait_ready(timeout=60)
        assert await bot.stop() == 0
    assert (told["level"], told["port"]) == ("warning", port)
    assert "Traceback" not in bot.log.read_text(encoding="utf-8")


async def test_the_bot_ends_though_connections_are_held(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    furnish(discord_here)
    port = free_port()
    async with running(tmp_path, settings(discord_here, sample_site.feed_url, port)) as bot:
        await logged(bot.log, "http.listening")
        await discord_here.wait_ready(timeout=60)
        silent = await asyncio.open_connection("127.0.0.1", port)
        halfway = await asyncio.open_connection("127.0.0.1", port)
        halfway[1].write(b"POST /ping HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n<")
        assert (await ask("GET", f"http://127.0.0.1:{port}/healthz"))[0] == 200
        started = time.perf_counter()
        assert await bot.stop() == 0
        assert time.perf_counter() - started < 10
        for _, writer in (silent, halfway):
            writer.close()
    assert "Traceback" not in bot.log.read_text(encoding="utf-8")
