"""``/interviews latest`` while an interview goes out to a thousand channels.

The seconds are the person's: from the event's dispatch in the sandbox to the bot's answer there.
"""

import asyncio
import statistics
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.fanout import announce, announcing, interview, subscribe
from benchmarks.figures import Figure, Report, seconds
from benchmarks.remote import open_bot, open_discord

MOST = 2.0
STORED = 200
PAUSE = 0.05


async def measure(*, small: bool, command: str) -> Report:
    """The benchmark ``interactions``; with `small` a twentieth of all."""
    guilds, asked = (50, 15) if small else (1000, 300)
    with TemporaryDirectory(prefix="kcrush-bench-") as folder:
        async with open_discord() as sandbox:
            channels = (await sandbox("furnish", guilds=guilds))["channels"]
            await sandbox("faults", on=True)
            async with open_bot(sandbox, Path(folder), gateway=True) as app, announcing(app):
                await subscribe(app, channels)
                async with app.store.transaction() as tx:
                    for number in range(STORED):
                        await tx.interviews.insert(
                            interview(100 + number), f"digest {100 + number}"
                        )
                await sandbox("interact", count=10, pause=0.0)
                idle = (await sandbox("interact", count=asked, pause=PAUSE))["seconds"]
                await sandbox("reset")
                sending = asyncio.create_task(announce(app, 120.0))
                busy = (await sandbox("interact", count=asked, pause=PAUSE))["seconds"]
                amid = not sending.done()
                done = await sending
    ratio = p99(busy) / p99(idle)
    return Report(
        "interactions",
        "Interactions during the fan-out",
        f"A fan types `/interviews latest` {asked} times, 20 times a second, before and during the "
        f"fan-out to {guilds:,} channels; the bot has one process and one event loop for both. "
        "Baseline: the idle bot.",
        command,
        [
            Figure(
                "p99 of `/interviews latest`",
                seconds(p99(busy)),
                seconds(p99(idle)),
                f"{ratio:.2f}",
                f"at most {MOST:g}",
                good=ratio <= MOST,
                value=ratio,
                judged="ratio",
            ),
            Figure(
                "median",
                seconds(statistics.median(busy)),
                seconds(statistics.median(idle)),
                f"{statistics.median(busy) / statistics.median(idle):.2f}",
                value=statistics.median(busy),
            ),
        ],
        [] if amid and done else [f"asked until the fan-out's end: {amid}; it ended: {done}"],
    )


def p99(values: list[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
