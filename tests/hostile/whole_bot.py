"""The real bot, whose feed answers with one hostile input after another while ten fans are at work.

``python -m tests.hostile.whole_bot`` goes through all inputs, prints what came of it, and ends with
1 unless every command was answered within 3 s and the bot ended within 10 s of SIGTERM.
"""

import asyncio
import gzip
import random
import re
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.core.clock import SystemClock
from bot.store import open_store
from sandbox import Sandbox
from sandbox.entities import Channel, User
from sandbox.gateway import GatewaySettings
from sandbox.site import SampleSite
from tests.feed.test_hostile import HOSTILE, NOT_FEEDS, feed, item
from tests.process import BotProcess, pointed_at, running
from tests.store.rows import add_subscription
from tests.store.samples import database_url

FANS = 10
ANSWERED_WITHIN = 3.0
"""Seconds: Discord's limit for the first answer to a command."""

ENDED_WITHIN = 10.0
READ_WITHIN = 75.0
"""Seconds for one input: the worker's deadline of 30, and the pause before the next poll."""

KIB, MIB = 2**10, 2**20
COMMANDS: tuple[tuple[str, dict[str, str]], ...] = (
    ("interviews latest", {}),
    ("interviews search", {"query": "music"}),
    ("interviews random", {}),
    ("interviews help", {}),
    ("interviews saved", {}),
)
FILES = next(
    (
        folder / "shared" / "failures" / "feeds"
        for folder in Path(__file__).resolve().parents
        if (folder / "shared" / "failures").is_dir()
    ),
    None,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the feed's address answers with."""

    body: bytes
    content_type: str = "application/rss+xml"
    headers: Mapping[str, str] = field(default_factory=dict)


def inputs() -> dict[str, Answer]:
    """All hostile inputs by name."""
    found = {name: Answer(body) for name, body in (HOSTILE | NOT_FEEDS).items()}
    for path in sorted(FILES.glob("*.xml")) if FILES is not None else ():
        found[path.name] = Answer(path.read_bytes())
    attributes = " ".join(f'a{number}="b"' for number in range(80_000))
    nested = '<d xml:base="a/">' * (256 * KIB // 17)
    bomb = gzip.compress(b"<rss>" + b" " * 64 * MIB)
    return found | {
        "comments before the root": Answer(b"<!---->" * 150),
        "many comments before the root": Answer(b"<!---->" * (MIB // 7)),
        "one element of 80,000 attributes": Answer(feed(f"<x {attributes}/>")),
        "a page of JSON-LD": Answer(b"<html>" + b'<script type="application/ld+json">' * 30_000),
        "nested xml:base": Answer(feed(f"<x>{nested}</x>")),
        "a gzip bomb": Answer(bomb, headers={"Content-Encoding": "gzip"}),
        "a link whose host is none": Answer(
            feed(item(n=77).replace("magazine.example/77", "a" * 90 + "*/77"))
        ),
        "an answer of a megabyte of stars": Answer(
            feed(item("Stars", f"<p><b>Who?</b></p><p>{'*' * MIB}</p>", n=78))
        ),
    }


SHORT = ("comments before the root", "a link whose host is none")
"""What is gone through in the test suite."""


@dataclass(slots=True)
class Outcome:
    """What came of it. Seconds, and MiB of memory."""

    inputs: int = 0
    slowest_input: tuple[float, str] = (0.0, "")
    answers: list[float] = field(default_factory=list)
    unanswered: int = 0
    ended_after: float = 0.0
    exit_code: int | None = None
    bot_before: float = 0.0
    bot_after: float = 0.0
    workers: dict[int, tuple[float, float]] = field(default_factory=dict)
    """Of each child process of the bot: how long it lived, and its greatest size."""

    def is_good(self) -> bool:
        in_time = not self.unanswered and max(self.answers) < ANSWERED_WITHIN
        return in_time and self.exit_code == 0 and self.ended_after < ENDED_WITHIN

    def told(self) -> str:
        ordered = sorted(self.answers)
        lives = sorted(self.workers.values(), reverse=True)
        return "\n".join(
            (
                f"hostile inputs        {self.inputs}",
                f"slowest input         {self.slowest_input[0]:.1f} s ({self.slowest_input[1]})",
                f"commands              {len(ordered)}, {self.unanswered} without an answer",
                f"answer, middle        {ordered[len(ordered) // 2] * 1000:.0f} ms",
                f"answer, p99           {ordered[int(len(ordered) * 0.99)] * 1000:.0f} ms",
                f"answer, worst         {ordered[-1] * 1000:.0f} ms",
                f"ended after SIGTERM   {self.ended_after:.1f} s, exit code {self.exit_code}",
                f"bot's memory          {self.bot_before:.0f} MiB, then {self.bot_after:.0f} MiB",
                f"child processes       {len(lives)}",
                f"their greatest size   {max((size for _, size in lives), default=0):.0f} MiB",
                f"their longest life    {max((life for life, _ in lives), default=0):.0f} s",
            )
        )


class HostileRun:
    """One run in `folder` through the inputs named; ``run`` gives the outcome."""

    def __init__(self, names: Iterable[str], folder: Path) -> None:
        known = inputs()
        self.inputs = {name: known[name] for name in names}
        self.folder = folder
        self.outcome = Outcome()

    async def run(self) -> Outcome:
        settings = GatewaySettings(identify_interval=0.0)
        async with Sandbox(page=False, gateway=settings) as sandbox, SampleSite() as site:
            # A late answer is measured rather than refused.
            sandbox.interactions.timeout = 60.0
            channel, fans = await self._furnish(sandbox)
            env = pointed_at(sandbox, site.feed_url, LOG_LEVEL="warning")
            async with running(self.folder, env) as bot:
                await sandbox.wait_ready(timeout=60)
                await sandbox.wait_until(lambda world: world.commands or None, 60, "the commands")
                await _polled(site, 60.0)
                await self._ask(sandbox, fans[0], channel, random.Random(1))
                self.outcome.answers.clear()
                self.outcome.bot_before = _memory(bot.process.pid, "VmRSS")
                await self._attacked(sandbox, site, bot, channel, fans)
        return self.outcome

    async def _attacked(
        self, sandbox: Sandbox, site: SampleSite, bot: BotProcess, channel: Channel,
        fans: list[User],
    ) -> None:  # fmt: skip
        tasks = [
            asyncio.create_task(self._work(sandbox, fan, channel, random.Random(number)))
            for number, fan in enumerate(fans)
        ]
        tasks.append(asyncio.create_task(self._measure(bot.process.pid)))
        try:
            for name, answer in self.inputs.items():
                began = time.monotonic()
                site.serve(answer.body, content_type=answer.content_type, headers=answer.headers)
                await _polled(site, READ_WITHIN)
                site.heal()
                await _polled(site, READ_WITHIN)
                self.outcome.inputs += 1
                took = (time.monotonic() - began, name)
                self.outcome.slowest_input = max(self.outcome.slowest_input, took)
            self.outcome.bot_after = _memory(bot.process.pid, "VmRSS")
            last = next(reversed(self.inputs.values()))
            site.serve(last.body, content_type=last.content_type, headers=last.headers)
            await _polled(site, READ_WITHIN)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        began = time.monotonic()
        self.outcome.exit_code = await bot.stop()
        self.outcome.ended_after = time.monotonic() - began

    async def _furnish(self, sandbox: Sandbox) -> tuple[Channel, list[User]]:
        world = sandbox.world
        guild = world.add_guild("Fans of KCrush")
        channel = world.add_channel(guild, "interviews")
        fans = [world.add_user(f"fan {number}") for number in range(FANS)]
        for fan in fans:
            world.add_member(guild, fan)
        (self.folder / "data").mkdir()
        async with open_store(database_url(self.folder / "data"), SystemClock()) as store:
            await add_subscription(store, guild.id, channel.id, None, 1)
        return channel, fans

    async def _work(
        self, sandbox: Sandbox, fan: User, channel: Channel, rng: random.Random
    ) -> None:
        while True:
            await self._ask(sandbox, fan, channel, rng)
            await asyncio.sleep(rng.uniform(0.1, 0.5))

    async def _ask(self, sandbox: Sandbox, fan: User, channel: Channel, rng: random.Random) -> None:
        name, options = rng.choice(COMMANDS)
        began = time.monotonic()
        try:
            await sandbox.command(fan, channel, name, **options)
        except asyncio.CancelledError:
            raise
        except Exception:  # noqa: BLE001 - whatever it is, nobody answered
            self.outcome.unanswered += 1
        self.outcome.answers.append(time.monotonic() - began)

    async def _measure(self, pid: int) -> None:
        """Note the sizes of the bot's child processes, for as long as there are any."""
        born: dict[int, float] = {}
        while True:
            found: list[str] = []
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                with suppress(OSError):
                    found += children.read_text().split()
            for child in map(int, found):
                now = time.monotonic()
                life = now - born.setdefault(child, now)
                before = self.outcome.workers.get(child, (0.0, 0.0))[1]
                self.outcome.workers[child] = (life, max(before, _memory(child, "VmHWM")))
            await asyncio.sleep(0.1)


async def _polled(site: SampleSite, timeout: float) -> None:
    """Until the feed was asked for once more."""
    before = sum("/feed/" in seen.path for seen in site.log)
    await site.wait_for(lambda seen: "/feed/" in seen.path, count=before + 1, timeout=timeout)


def _memory(pid: int, what: str) -> float:
    """MiB of a process as proc(5) tells; 0 where there is none."""
    with suppress(OSError):
        found = re.search(rf"{what}:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text())
        return int(found[1]) / KIB if found else 0.0
    return 0.0


def main() -> int:
    with TemporaryDirectory(prefix="kcrush-hostile-") as folder:
        outcome = asyncio.run(HostileRun(inputs(), Path(folder)).run())
    sys.stdout.write(outcome.told() + "\n")
    return 0 if outcome.is_good() else 1


if __name__ == "__main__":
    sys.exit(main())
