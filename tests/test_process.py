"""The bot as a process, end to end: killed, refused, stopped; each channel hears of it once."""

import asyncio
import json
from pathlib import Path
from typing import Literal

import pytest

from bot.cli.demo import Stage, furnish
from bot.core.clock import SystemClock
from bot.store.engine import open_database
from sandbox import Sandbox
from sandbox.entities import Channel
from sandbox.faults import Rule
from sandbox.site import SampleSite
from tests.process import pointed_at, running
from tests.store.samples import database_url

BODY = "<p><b>How are you?</b></p><p>Very well.</p>"
SEND = r"POST /channels/\d+/messages$"


async def subscribe(sandbox: Sandbox, stage: Stage) -> None:
    """As an admin does it: with a slash command."""
    await sandbox.wait_ready(timeout=60)
    await sandbox.wait_until(lambda world: world.commands or None, 60, "the bot's commands")
    response = await sandbox.command(
        stage.admin, stage.lounge, "announcements add", channel=stage.interviews
    )
    assert response.ephemeral


async def seeded(site: SampleSite) -> None:
    """Wait until the bot has polled the feed twice, so that the first poll is stored."""
    await site.wait_for(lambda seen: "/feed/" in seen.path, count=2, timeout=60)


async def barrier(sandbox: Sandbox, site: SampleSite, channel: Channel) -> None:
    """Publish one more interview and wait for it: what was sent before it has arrived by then."""
    count = len(channel.messages)
    site.publish_new(title="The last word", body="<p><b>Done?</b></p><p>Done.</p>")
    await sandbox.wait_until(
        lambda _: "The last word" in text_of(channel) or None, 60, "the last announcement"
    )
    assert len(channel.messages) == count + 1


def text_of(channel: Channel) -> str:
    return json.dumps([m.components for m in channel.messages.values()], ensure_ascii=False)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_killed_between_storing_and_sending(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite, when: Literal["before", "after"]
) -> None:
    """Killed while the request is on its way: before its effect it is sent after the restart,
    after its effect the nonce keeps it from being sent twice."""
    sandbox, site = discord_here, sample_site
    stage = furnish(sandbox)
    env = pointed_at(sandbox, site.feed_url)
    async with running(tmp_path, env) as bot:
        await subscribe(sandbox, stage)
        await seeded(site)
        held = Rule(match=SEND, times=1, latency=(1.0, 1.0), status=500, when=when)
        sandbox.faults.add(held)
        post = site.publish()
        await sandbox.wait_until(
            lambda _: held.fired or (when == "after" and stage.interviews.messages) or None, 60
        )
        bot.kill()
        await bot.ended()
    async with running(tmp_path, env) as bot:
        await sandbox.wait_for_message(stage.interviews, timeout=60)
        assert post.title in text_of(stage.interviews)
        await barrier(sandbox, site, stage.interviews)
        assert await bot.stop() == 0
    assert len(stage.interviews.messages) == 2


async def test_a_poll_that_was_killed_before_its_commit_is_repeated(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    """Published while the bot is down: nothing is lost either."""
    sandbox, site = discord_here, sample_site
    stage = furnish(sandbox)
    env = pointed_at(sandbox, site.feed_url)
    async with running(tmp_path, env) as bot:
        await subscribe(sandbox, stage)
        await seeded(site)
        bot.kill()
        await bot.ended()
    post = site.publish()
    async with running(tmp_path, env) as bot:
        await sandbox.wait_for_message(stage.interviews, timeout=60)
        assert await bot.stop() == 0
    assert post.title in text_of(stage.interviews)
    assert len(stage.interviews.messages) == 1


async def test_an_interview_in_two_feeds_is_announced_once(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    """As the magazine's two lists have it; which feed is polled first is left to chance."""
    sandbox, site = discord_here, sample_site
    stage = furnish(sandbox)
    both = ("Interviews", "Featured Interview")
    site.publish_new(title="Known before", body=BODY, categories=both)
    other = f"{site.url}/category/featured-interview/feed/"
    env = pointed_at(sandbox, f"{site.feed_url},{other},")
    async with running(tmp_path, env) as bot:
        await subscribe(sandbox, stage)
        for path in ("/interviews/feed/", "/featured-interview/feed/"):
            await site.wait_for(lambda seen, path=path: path in seen.path, count=2, timeout=60)  # type: ignore[misc]
        for number in range(3):
            site.publish_new(title=f"News {number}", body=BODY, categories=both)
        site.publish_new(title="One alone", body=BODY, categories=both[1:])
        await sandbox.wait_until(
            lambda _: len(stage.interviews.messages) >= 4 or None, 60, "the announcements"
        )
        await barrier(sandbox, site, stage.interviews)
        assert await bot.stop() == 0
    shown = text_of(stage.interviews)
    assert [shown.count(f"News {n}") > 0 for n in range(3)] == [True] * 3
    assert len(stage.interviews.messages) == 5
    assert "Known before" not in shown


async def test_an_index_that_can_not_be_opened_stops_nothing_else(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    sandbox, site = discord_here, sample_site
    stage = furnish(sandbox)
    index = tmp_path / "data" / "index"
    index.parent.mkdir()
    index.write_text("in the way")
    async with running(tmp_path, pointed_at(sandbox, site.feed_url)) as bot:
        await subscribe(sandbox, stage)
        await seeded(site)
        site.publish()
        await sandbox.wait_for_message(stage.interviews, timeout=60)
        answered = await sandbox.command(
            stage.fan, stage.lounge, "interviews search", query="music"
        )
        assert answered.message is not None
        assert "I can't search right now" in json.dumps(answered.message.components)
        index.unlink()
        await barrier(sandbox, site, stage.interviews)
        found = await search_until(sandbox, stage, "The last word")
        assert "Open on KCrush" in found or "The last word" in found
        assert await bot.stop() == 0
    log = bot.log.read_text(encoding="utf-8")
    assert log.count("there is no search: The search index in") == 1
    assert "Traceback" not in log


async def search_until(sandbox: Sandbox, stage: Stage, query: str) -> str:
    """What a search answers once it answers at all."""
    async with asyncio.timeout(60):
        while True:
            answered = await sandbox.command(
                stage.fan, stage.lounge, "interviews search", query=query
            )
            assert answered.message is not None
            shown = json.dumps(answered.message.components)
            if "I can't search" not in shown:
                return shown


async def test_a_database_that_others_lock_is_reported_in_time_and_nothing_happens_later(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    """The sandbox, as Discord, gives an interaction three seconds."""
    sandbox, site = discord_here, sample_site
    stage = furnish(sandbox)
    async with running(tmp_path, pointed_at(sandbox, site.feed_url)) as bot:
        await sandbox.wait_ready(timeout=60)
        await sandbox.wait_until(lambda world: world.commands or None, 60, "the bot's commands")
        await seeded(site)
        url = database_url(tmp_path / "data")
        async with open_database(url, SystemClock()) as other, other.transaction():
            refused = await sandbox.command(
                stage.admin, stage.lounge, "announcements add", channel=stage.interviews
            )
        message = refused.message
        assert message is not None
        await sandbox.wait_until(
            lambda _: "**nothing was changed**" in json.dumps(message.components) or None, 10
        )
        listed = await sandbox.command(stage.admin, stage.lounge, "announcements list")
        assert listed.message is not None
        assert f"<#{stage.interviews.id}>" not in json.dumps(listed.message.components)
        await subscribe(sandbox, stage)
        assert await bot.stop() == 0


async def test_a_refused_token_is_one_line_and_never_printed(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    token = "bm90LW91cnM.hush.hush-hush"
    env = pointed_at(discord_here, sample_site.feed_url, DISCORD_TOKEN=token)
    async with running(tmp_path, env) as bot:
        assert await bot.ended() == 78
        lines = bot.log.read_text(encoding="utf-8").splitlines()
    assert lines[-1] == (
        "DISCORD_TOKEN: Discord refuses this token (401); it is mistyped or was reset. "
        "Copy a new one from the developer portal (Bot, Reset Token) into .env. "
        "Example: DISCORD_TOKEN=(the token that the developer portal shows under Bot)"
    )
    assert not any("hush" in line for line in lines)
    assert not any("Traceback" in line for line in lines)


async def test_discord_comes_late(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    """A Discord that fails at first holds nothing up for good: the bot logs in by itself."""
    sandbox = discord_here
    furnish(sandbox)
    sandbox.faults.add(Rule(match=r"GET /users/@me$", times=2, drop=True))
    async with running(tmp_path, pointed_at(sandbox, sample_site.feed_url)) as bot:
        await sandbox.wait_ready(timeout=60)
        assert await bot.stop() == 0
