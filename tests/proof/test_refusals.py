"""A third of the channels answer 403: parked at the first refusal, told once, healed by itself."""

import asyncio
import re
from collections import Counter
from pathlib import Path

import pytest

from bot.delivery.admin_notices import LOOK_AGAIN
from bot.running import run
from sandbox.permissions import Permission
from sandbox.world import World
from tests.feeds import Item
from tests.openapi import Checker
from tests.proof.newsroom import open_newsroom
from tests.proof.warp import WarpClock

CHANNELS = 60
REFUSED = 18
"""Of a thousand channels 300 would be: the shares are the same, and the bound below too."""

INVALID_SHARE = 0.4


async def test_a_third_of_the_channels_refuses(
    folder: Path, strict_checker: Checker, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = WarpClock()
    async with open_newsroom(
        folder, clock=clock, now=clock.seconds, observer=strict_checker, logged_in=False
    ) as room:
        world, stop = room.sandbox.world, asyncio.Event()
        await room.subscribe(CHANNELS)
        assert await room.polled([Item(1)]) == 0
        refused, others = room.channels[:REFUSED], room.channels[REFUSED:]
        bot = world.application.bot.id
        for channel in refused:
            world.set_overwrite(channel, bot, deny=Permission.SEND_MESSAGES)
        running = asyncio.create_task(run(room.app, stop))
        await room.sandbox.wait_ready(timeout=60)
        for number in (2, 3):
            items = [Item(n) for n in range(number, 0, -1)]
            room.feed(items)
            await room.app.watcher.poll(room.site.feed_url)
            wanted = Counter(str(n) for n in range(2, number + 1))
            await room.sandbox.wait_until(
                lambda _, wanted=wanted: (  # type: ignore[misc]  # a default types nothing
                    all(room.numbers(c) == wanted for c in others)
                ),
                60,
            )
        sends = Counter(
            int(found.group(1))
            for one in room.sandbox.requests
            if one.method == "POST"
            and (found := re.fullmatch(r"/channels/(\d+)/messages", one.path))
        )
        clock.skip(LOOK_AGAIN)
        await room.sandbox.wait_until(lambda w: all(told(w, c.guild_id or 0) for c in refused), 60)
        invalid = sum(room.sandbox.limiter.invalid.values())
        for channel in refused:
            world.set_overwrite(channel, bot)
        await room.sandbox.wait_until(lambda _: room.each_once([2, 3]), 60)
        notices = [told(world, channel.guild_id or 0) for channel in refused]
        stop.set()
        await running
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{REFUSED} of {CHANNELS} channels refuse: {invalid} invalid responses, "
            f"{max(sends[c.id] for c in refused)} request to each, {sum(notices)} admins told, "
            f"all {2 * REFUSED} missed announcements arrived"
        )
    assert [sends[channel.id] for channel in refused] == [1] * REFUSED
    assert invalid < INVALID_SHARE * CHANNELS
    assert notices == [1] * REFUSED


def told(world: World, guild_id: int) -> int:
    """How many messages the system channel of a guild has, or its owner from the bot."""
    guild = world.guilds[guild_id]
    direct = [
        channel
        for channel in world.channels.values()
        if any(user.id == guild.owner.id for user in channel.recipients or ())
    ]
    system = world.channels[guild.system_channel_id or 0]
    return len(system.messages) + sum(len(channel.messages) for channel in direct)
