"""Follow mode: one message and one crosspost, however many channels follow."""

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.fanout import GLOBAL_LIMIT, publish
from benchmarks.figures import Figure, Report, seconds
from benchmarks.remote import open_bot, open_discord
from bot.client.home import keep_home

REQUESTS = 2
WITHIN = 60.0


async def measure(*, small: bool, command: str) -> Report:
    """The benchmark ``follow``; with `small` a hundredth of the followers."""
    followers = 100 if small else 10_000
    with TemporaryDirectory(prefix="kcrush-bench-") as folder:
        async with open_discord() as sandbox:
            home = await sandbox("gather_followers", followers=followers)
            async with open_bot(sandbox, Path(folder), home_channel_id=home["channel"]) as app:
                assert await keep_home(app.client, app.store, home["channel"])
                await sandbox("reset")
                began = time.monotonic()
                await publish(app)
                await app.announcer.drain()
                await app.extras.drain()
                async with asyncio.timeout(WITHIN):
                    while (found := await sandbox("stats"))["copied"] < followers:  # noqa: ASYNC110
                        await asyncio.sleep(0.1)
                spent = time.monotonic() - began
    naive = followers / GLOBAL_LIMIT
    return Report(
        "follow",
        "Follow mode",
        f"One interview to {followers:,} channels that follow the bot's home channel. Baseline: a "
        "message to each, at the global limit of 50 a second.",
        command,
        [
            Figure(
                "requests",
                str(found["requests"]),
                f"{followers:,}",
                f"1 to {followers / found['requests']:,.0f}",
                f"exactly {REQUESTS}",
                good=found["requests"] == REQUESTS,
            ),
            Figure(
                "until every follower has it",
                seconds(spent),
                f"at least {naive:g} s",
                f"{naive / spent:.1f} times as fast",
                value=spent,
            ),
        ],
    )
