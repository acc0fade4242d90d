"""The whole way on real input: a WordPress, the bot as a process, channels in two guilds."""

import json
from pathlib import Path

from sandbox import Sandbox
from sandbox.entities import Channel
from tests.process import pointed_at, run_verb, running
from tests.store.rows import asked
from tests.wordpress import FEED, needs_scripts, needs_wordpress, script

pytestmark = [*needs_wordpress, needs_scripts]


def told(channel: Channel) -> str:
    return json.dumps([m.components for m in channel.messages.values()], ensure_ascii=False)


async def stored(folder: Path) -> int:
    ((number,),) = await asked(folder / "data", "SELECT count(*) FROM interviews")
    return int(number)


async def test_a_post_is_announced_once_in_each_channel_and_an_edit_is_not(
    tmp_path: Path, discord_here: Sandbox
) -> None:
    world = discord_here.world
    admin = world.add_user("Mina")
    channels = []
    for name in ("Seoul Fans", "Lisbon Fans"):
        guild = world.add_guild(name, owner=admin)
        channels.append(world.add_channel(guild, "interviews"))
    made: list[int] = []

    async def post(title: str) -> None:
        made.append((await script("post.sh", title))["id"])
        for channel in channels:
            await discord_here.wait_until(
                lambda _, channel=channel: (  # type: ignore[misc]  # a default types nothing
                    title in told(channel) or None
                ),
                60,
                title,
            )

    env = pointed_at(discord_here, FEED)
    first = await run_verb(tmp_path, "poll", env=env)
    assert "first poll" in first.out
    assert await stored(tmp_path) == 10
    try:
        async with running(tmp_path, env) as bot:
            await discord_here.wait_ready(timeout=60)
            await discord_here.wait_until(lambda world: world.commands or None, 60)
            for channel in channels:
                await discord_here.command(admin, channel, "announcements add", channel=channel)
            assert [len(channel.messages) for channel in channels] == [0, 0]
            await post("KCrush Interview with Bassist Ode Marlow")
            await script("edit.sh", str(made[0]), "--append", "<p>And one more word.</p>")
            await post("KCrush Interview with Weaver Ina Solberg")
            assert await bot.stop() == 0
        assert [len(channel.messages) for channel in channels] == [2, 2]
    finally:
        for number in made:
            await script("trash.sh", str(number), "--delete")
