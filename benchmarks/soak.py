"""A day of the bot in an hour or less: polls, interviews, people and a Discord on a bad day, and
what of tasks, threads, open files and memory is left when all of it is over.

The bot is a process of its own, and so is its Discord. What it holds is counted twice while it
rests: after a warm-up, in which it opens and caches what it goes on to use, and at the end.
"""

import asyncio
import json
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.figures import Figure, Report
from benchmarks.generated import GeneratedArchive
from benchmarks.observed_bot import resident
from benchmarks.remote import ROOT, Discord, open_discord
from benchmarks.start import environment, stock, wait_until_ready
from benchmarks.talk import READERS, Act, Topics, act
from bot.core.clock import SystemClock
from bot.store import open_store
from bot.ui.ids import interview_value
from sandbox.site import SampleSite

DAY = 60.0
"""Minutes that stand for a day."""

POLLS, PUBLISHED, INTERACTIONS = 288, 200, 50_000
"""Of a day. Polls are five minutes apart, as the settings have them unless told otherwise."""

INTERVIEWS, GUILDS, CHANNELS, ROLES = 1_000, 100, 30, 20
SUBSCRIBED = 25
"""Guilds that have announcements."""

WARM_UP = 2.0
"""Minutes."""

REST = 45.0
"""Seconds: the process that reads the site ends after 20 without work, unused connections after
15."""

MISHAP_EVERY = 30.0
"""Seconds between two of the gateway's and the site's mishaps."""

MOST_GROWTH = 35.0
"""MiB: the caches of SQLite's connections (12) and the pages of the index that were read (15) come
with use, and the copy of the day leaves 4."""

REUSED: Mapping[str, Mapping[str, int]] = {
    "tasks": {"Event.wait": 4, "SystemClock.sleep": 4},
    "threads": {"asyncio_N": 5},
    "files": {"kcrush.db": 1},
}
"""What comes with use and is no leak, by the end of its name: a worker that waits for a moment, not
for a signal alone, has two tasks more; asyncio's pool starts threads when it
needs them, up to six; SQLite keeps the file of a copy that was closed for the next one (measured:
one, after five copies, too)."""

SAMPLE_EVERY = 15.0
"""Seconds between two looks at the memory."""


async def measure(*, small: bool, command: str, minutes: float = 2.0) -> Report:
    """The benchmark ``soak``, for so many minutes of load; with `small` a tenth of a minute."""
    minutes, rest = (0.1, 1.0) if small else (minutes, REST)
    with TemporaryDirectory(prefix="kcrush-bench-") as name:
        async with open_discord() as discord, SampleSite() as site:
            soak = await Soak.prepare(Path(name), discord, site)
            async with soak.bot() as pid:
                await soak.work(min(WARM_UP, minutes))
                await asyncio.sleep(rest)
                before = await soak.observe(pid)
                soak.counts.clear()
                soak.unanswered.clear()
                watching = asyncio.create_task(soak.watch(pid))
                await soak.work(minutes)
                watching.cancel()
                await asyncio.sleep(rest)
                after = await soak.observe(pid)
    return report(soak, before, after, minutes, command)


@dataclass
class Soak:
    """One run; ``counts`` is what happened in it, ``sizes`` the memory meanwhile, in MiB."""

    folder: Path
    discord: Discord
    site: SampleSite
    topics: Topics
    rng: random.Random
    counts: Counter[str]
    unanswered: Counter[str]
    sizes: list[float]

    @classmethod
    async def prepare(cls, folder: Path, discord: Discord, site: SampleSite) -> "Soak":
        """An archive, guilds of which some have announcements, and people who read."""
        rng, topics = random.Random(15), Topics()
        await stock(folder, INTERVIEWS)
        archive = GeneratedArchive(INTERVIEWS)
        for number in range(1, INTERVIEWS, 7):
            topics.remember(archive.interview(number), rng)
        told = await discord("furnish", guilds=GUILDS, channels=CHANNELS, roles=ROLES)
        url = f"sqlite+aiosqlite:///{folder / 'kcrush.db'}"
        async with open_store(url, SystemClock()) as store:
            for guild_id, channel_id in told["channels"][:SUBSCRIBED]:
                await store.subscriptions.subscribe(guild_id, channel_id, 1, lambda one: one)
        return cls(folder, discord, site, topics, rng, Counter(), Counter(), [])

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[int]:
        """The bot's process, ready and with a reader open for each of the people."""
        interval = round(DAY * 60 / POLLS)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.observed_bot", "run"),
            cwd=ROOT,
            env=environment(
                self.discord,
                self.site,
                self.folder,
                POLL_INTERVAL=str(interval),
                OBSERVED=str(self.folder / "observed"),
            ),
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            draining = await wait_until_ready(process)
            read = [interview_value(number) for number in range(1, READERS + 1)]
            await self.discord("open_readers", interviews=read)
            yield process.pid
            process.send_signal(signal.SIGTERM)
            self.counts["exit code"] = await process.wait()
            await draining
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def work(self, minutes: float) -> None:
        """The day's work for so many minutes, with faults."""
        share = minutes / DAY
        await self.discord("bad_day", on=True)
        mishaps = asyncio.create_task(self._mishaps())
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._publish(round(PUBLISHED * share), minutes * 60))
                tasks.create_task(self._talk(round(INTERACTIONS * share), minutes * 60))
        finally:
            mishaps.cancel()
            self.site.heal()
            await self.discord("bad_day", on=False)

    async def _publish(self, count: int, seconds: float) -> None:
        fresh = GeneratedArchive(INTERVIEWS, seed=self.rng.randrange(10**9))
        for number in range(1, count + 1):
            interview = fresh.interview(number)
            body = "".join(
                f"<p><strong>{turn.question}</strong></p>\n<p>{turn.answers[0].text}</p>\n"
                for turn in interview.transcript.turns
            )
            self.site.publish_new(title=interview.title, body=body)
            self.counts["interviews"] += 1
            await asyncio.sleep(seconds / count)

    async def _talk(self, count: int, seconds: float) -> None:
        rate = count / seconds
        slice_ = max(1, round(rate * 10))
        for done in range(0, count, slice_):
            acts = [self._act() for _ in range(min(slice_, count - done))]
            told = await self.discord("talk", acts=acts, rate=rate)
            self.counts["interactions"] += len(acts)
            self.unanswered.update(told["failures"])

    def _act(self) -> Act:
        chance = self.rng.random()
        if chance < 0.02:
            return {"do": "command", "name": "interviews quote"}
        if chance < 0.1:
            name = self.rng.choice(("latest", "random", "saved", "continue"))
            return {"do": "command", "name": f"interviews {name}"}
        return act(self.topics, self.rng)

    async def _mishaps(self) -> None:
        troubles: list[Callable[[], Awaitable[object]]] = [
            *(partial(self.discord, "disturb_gateway", how=how) for how in ("drop", "reconnect")),
            *(partial(self._disturb_site, status) for status in (429, 500, 0)),
        ]
        # Once only: a client that identifies often is made to wait, up to an hour.
        trouble: Callable[[], Awaitable[object]] = partial(
            self.discord, "disturb_gateway", how="invalidate"
        )
        while True:
            await asyncio.sleep(MISHAP_EVERY)
            await trouble()
            trouble = self.rng.choice(troubles)
            self.counts["mishaps"] += 1

    async def _disturb_site(self, status: int) -> None:
        if status:
            self.site.fail(status, retry_after=1, times=1)
        else:
            self.site.drop(times=2)

    async def watch(self, pid: int) -> None:
        while True:
            self.sizes.append(resident(pid))
            await asyncio.sleep(SAMPLE_EVERY)

    async def observe(self, pid: int) -> dict[str, Any]:
        """What the bot holds now."""
        target = self.folder / "observed"
        target.unlink(missing_ok=True)
        os.kill(pid, signal.SIGUSR1)
        async with asyncio.timeout(60):
            while not target.exists():  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        found: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
        return found


def report(
    soak: Soak, before: dict[str, Any], after: dict[str, Any], minutes: float, command: str
) -> Report:
    counts = soak.counts
    leaked = {
        what: Counter(after[what]) - Counter(before[what]) - _reused(after[what], most)
        for what, most in REUSED.items()
    }
    growth = after["resident"] - before["resident"]
    figures = [
        Figure(
            f"{what} left over",
            str(found.total()),
            f"{sum(before[what].values())} before",
            bound="none",
            good=not found,
        )
        for what, found in leaked.items()
    ]
    figures += [
        Figure(
            "resident at rest, after it",
            f"{after['resident']:.1f} MiB",
            f"{before['resident']:.1f} MiB before",
            f"{growth:+.1f} MiB",
            f"at most {MOST_GROWTH:g} MiB more",
            good=growth <= MOST_GROWTH,
        ),
        Figure("resident meanwhile, at most", f"{max(soak.sizes):.1f} MiB"),
        Figure("objects", f"{after['objects']:,}", f"{before['objects']:,} before"),
        Figure(
            "interactions without an answer",
            f"{soak.unanswered.total():,}",
            f"{counts['interactions']:,} in all",
        ),
        Figure("exit code", str(counts["exit code"]), bound="0", good=not counts["exit code"]),
    ]
    return Report(
        "soak",
        "A day",
        f"{minutes:g} minutes at the pace of a day an hour: a poll every "
        f"{DAY * 60 / POLLS:.0f} s, {counts['interviews']} interviews published to {SUBSCRIBED} of "
        f"{GUILDS} guilds, {counts['interactions']:,} interactions on an archive of "
        f"{INTERVIEWS:,}; meanwhile Discord answers 429 and 500 and cuts connections, and "
        f"{counts['mishaps']} times the gateway or the site failed. Counted while the bot rests, "
        f"after a warm-up of {min(WARM_UP, minutes):g} minutes and after it all.",
        command,
        figures,
        [
            *(f"left over: {dict(found)}" for found in leaked.values() if found),
            *(f"unanswered {number} times: {why}" for why, number in soak.unanswered.most_common()),
        ],
    )


def _reused(names: Iterable[str], most: Mapping[str, int]) -> Counter[str]:
    allowed: Counter[str] = Counter()
    for end, number in most.items():
        allowed.update({name: number for name in names if name.endswith(end)})
    return allowed
