"""Chaos: the real bot, killed with SIGKILL at random instants while it announces.

``python -m tests.chaos --kills 100 [--nonce-window 0] [--garbled 0.03]`` prints what every channel
got, and ends with 1 unless each has every interview exactly once. With ``--garbled`` so many
requests of all kinds take effect and get a 2xx that is not Discord's, the bot's wall clock is set
by minutes now and then, and every fifth channel is a forum.
"""

import argparse
import asyncio
import json
import os
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.core.artists import artist_id
from bot.core.clock import SystemClock
from bot.core.model import DeliveryState, TargetKind
from bot.core.readers import FollowRequest
from bot.store import open_store
from sandbox import Sandbox
from sandbox.entities import Channel, ChannelType, User
from sandbox.faults import Rule
from sandbox.gateway import GatewaySettings
from sandbox.site import SampleSite
from sandbox.world import World
from tests.forked import ROOT
from tests.process import BotProcess, pointed_at, running
from tests.stepped import set_clock
from tests.store.rows import asked
from tests.store.samples import database_url

SEND = r"^POST /channels/\d+/(messages|threads)$"
OPEN = r"^POST /users/@me/channels$"
TITLE = re.compile(r"Chaos interview (\d+)\b")

_PYTHONPATH = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))

ARTIST = "V1NO"
FOLLOWED = FollowRequest(artist_id(ARTIST), ARTIST, frozenset([artist_id(ARTIST)]))

BROKEN = 0.05
"""Of the requests that send: so many are answered by 5xx before the message is there, as many
after it, and of half as many the connection is cut, before and after."""

GARBLED = ("<!doctype html><title>Log in</title>", '{"id": "1234', "")
"""Bodies of a 2xx: a captive portal's, one that was cut, and none."""

LATENCY = (0.01, 0.08)
STARTING_KILLS = 0.2
"""Of the kills: so many come at any instant of the start, the others amid the sending."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done; the same `seed` draws the same instants."""

    kills: int
    channels: int = 50
    persons: int = 5
    nonce_window: float = 300.0
    seed: int = 1
    # Longer than the longest pause before a retry: a row that failed often sleeps so long.
    settle_within: float = 360.0
    forked: bool = False
    """Started without the second of imports, in which kills are drawn too."""

    garbled: float = 0.0
    """Of all requests: so many get an answer that is none, and the wall clock is set."""

    wrong_by: float = 420.0
    """Seconds by which the wall clock is set wrong at most. What is to be tried again may have to
    wait for as long after a step back."""

    patience: float = 20.0
    """Seconds until a kill comes although the sending has not got that far."""


@dataclass(slots=True)
class Outcome:
    """What came of it, counted in the channels themselves and in the outbox."""

    kills: int = 0
    freezes: int = 0
    interviews: int = 0
    channels: int = 0
    persons: int = 0
    missing: int = 0
    doubled: int = 0
    sends: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    histories_read: int = 0
    gateway_mishaps: int = 0
    garbled: int = 0
    clock_steps: int = 0
    not_sent: dict[str, int] = field(default_factory=dict)
    kills_amid_sending: int = 0
    seconds: float = 0.0

    @property
    def exactly_once(self) -> bool:
        return not (self.missing or self.doubled or self.not_sent)

    def told(self) -> str:
        statuses = ", ".join(
            f"{'cut' if status == 0 else status}: {number}"
            for status, number in sorted(self.statuses.items())
        )
        return "\n".join(
            (
                f"kills                 {self.kills} ({self.kills_amid_sending} amid the sending)",
                f"freezes               {self.freezes}",
                f"interviews, channels  {self.interviews}, {self.channels}",
                f"persons               {self.persons}",
                f"expected messages     {self.interviews * (self.channels + self.persons)}",
                f"missing               {self.missing}",
                f"doubled               {self.doubled}",
                f"rows not sent         {self.not_sent or 'none'}",
                f"send requests         {self.sends} ({statuses})",
                f"histories read        {self.histories_read}",
                f"gateway mishaps       {self.gateway_mishaps}",
                f"garbled answers       {self.garbled}",
                f"steps of the clock    {self.clock_steps}",
                f"seconds               {self.seconds:.0f}",
            )
        )


class Chaos:
    """One run in `folder`; ``run`` gives the outcome."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan = plan
        self.folder = folder
        self.rng = random.Random(plan.seed)
        self.outcome = Outcome(channels=plan.channels, persons=plan.persons)
        self.channels: list[Channel] = []
        self.persons: list[User] = []
        self.world: World | None = None
        self.garbling: list[Rule] = []
        self.clock_file = folder / "clock"

    def _running(
        self, env: dict[str, str], folder: Path | None = None
    ) -> AbstractAsyncContextManager[BotProcess]:
        module = "tests.stepped" if self.plan.garbled else "bot"
        return running(folder or self.folder, env, forked=self.plan.forked, module=module)

    def _set_clock(self, seconds: float) -> None:
        self.outcome.clock_steps += bool(seconds)
        set_clock(self.clock_file, seconds)

    async def run(self) -> Outcome:
        began = time.monotonic()
        settings = GatewaySettings(identify_interval=0.0)
        async with (
            Sandbox(
                page=False,
                nonce_window=self.plan.nonce_window,
                gateway=settings,
                rng=random.Random(self.plan.seed),
                keep_requests=200_000,
            ) as sandbox,
            SampleSite() as site,
        ):
            await self._furnish(sandbox)
            trusted = str(int(min(120.0, self.plan.nonce_window)))
            env = pointed_at(sandbox, site.feed_url, LOG_LEVEL="warning", NONCE_WINDOW=trusted)
            env |= {"CLOCK_FILE": str(self.clock_file), "PYTHONPATH": _PYTHONPATH}
            # The site publishes in minutes what others do in weeks: nothing of an outage is merged.
            env |= {"DATABASE_URL": self._database, "CATCH_UP": "10"}
            self._set_clock(0.0)
            await self._seed(site, env)
            self._break(sandbox)
            async with AsyncExitStack() as stack:
                bot = await self._endure(stack, env, sandbox, site)
                await self._settle(sandbox, site, bot)
            await self._count(sandbox)
        self.outcome.seconds = time.monotonic() - began
        return self.outcome

    async def _endure(
        self, stack: AsyncExitStack, env: dict[str, str], sandbox: Sandbox, site: SampleSite
    ) -> BotProcess:
        """Everything that the plan has in store for the bot, which runs when it is over."""
        bot = await stack.enter_async_context(self._running(env))
        for _ in range(self.plan.kills):
            self._publish(site)
            await self._await_instant(sandbox)
            bot.kill()
            await bot.ended()
            self.outcome.kills += 1
            self._disturb_clock()
            bot = await stack.enter_async_context(self._running(env))
        return bot

    async def _furnish(self, sandbox: Sandbox) -> None:
        """Two channels a guild, all subscribed, and persons who follow the artist."""
        world = sandbox.world
        for number in range(self.plan.channels):
            if number % 2 == 0:
                guild = world.add_guild(f"Guild {number}")
            kind = ChannelType.FORUM if self._is_forum(number) else ChannelType.TEXT
            name = f"interviews-{number}"
            self.channels.append(world.add_channel(guild, name, type=kind))
        for number in range(self.plan.persons):
            self.persons.append(world.add_user(f"fan-{number}"))
            world.add_member(guild, self.persons[-1])
        self.world = world
        (self.folder / "data").mkdir()
        async with open_store(self._database, SystemClock()) as store:
            for number, channel in enumerate(self.channels):
                target = TargetKind.FORUM if self._is_forum(number) else TargetKind.TEXT
                await store.subscriptions.subscribe(
                    channel.guild_id or 0, channel.id, 1, partial(replace, kind=target)
                )
            for person in self.persons:
                await store.follows.add(person.id, FOLLOWED)

    def _is_forum(self, number: int) -> bool:
        return bool(self.plan.garbled) and number % 5 == 4

    @property
    def _database(self) -> str:
        return database_url(self.folder / "data")

    async def _seed(self, site: SampleSite, env: dict[str, str]) -> None:
        """A first run, which stores what is there and announces nothing."""
        async with self._running(env) as bot:
            await site.wait_for(lambda seen: "/feed/" in seen.path, count=2, timeout=60)
            assert await bot.stop() == 0

    def _break(self, sandbox: Sandbox) -> None:
        faults = sandbox.faults
        faults.add(Rule(match=SEND, latency=LATENCY))
        faults.add(Rule(match=OPEN, probability=BROKEN, status=503))
        faults.add(Rule(match=OPEN, probability=BROKEN, drop=True, when="after"))
        for status in (500, 503):
            faults.add(Rule(match=SEND, probability=BROKEN / 2, status=status))
            faults.add(Rule(match=SEND, probability=BROKEN / 2, status=status, when="after"))
        faults.add(Rule(match=SEND, probability=BROKEN / 2, drop=True))
        faults.add(Rule(match=SEND, probability=BROKEN / 2, drop=True, when="after"))
        for body in GARBLED if self.plan.garbled else ():
            share = self.plan.garbled / len(GARBLED)
            rule = Rule(probability=share, garbled=body, when="after")
            self.garbling.append(faults.add(rule))

    def _publish(self, site: SampleSite) -> None:
        self.outcome.interviews += 1
        # To draw a banner in the place of a missing picture takes longer than to send.
        picture = '<p><img src="/picture.jpg" alt="" /></p>' if self.outcome.interviews % 10 else ""
        site.publish_new(
            title=f"Chaos interview {self.outcome.interviews} with {ARTIST}",
            body=f"{picture}<p><b>Still there?</b></p><p>Still here.</p>",
        )

    def _disturb_clock(self) -> None:
        """Set the bot's wall clock by minutes, every other time."""
        if self.plan.garbled and self.rng.random() < 0.5:
            self._set_clock(self.rng.uniform(-self.plan.wrong_by, self.plan.wrong_by))

    async def _mishap(self, sandbox: Sandbox) -> None:
        """Something befalls the gateway, every other time."""
        gateway = sandbox.gateway
        if not gateway.connections or self.rng.random() < 0.5:
            return
        self.outcome.gateway_mishaps += 1
        match self.rng.randrange(4):
            case 0:
                gateway.drop()
            case 1:
                gateway.reconnect()
            case 2:
                gateway.invalidate()
            case _:
                await gateway.close(4000)

    async def _await_instant(self, sandbox: Sandbox) -> None:
        """Until so many more messages are there, and a moment longer; amid them something befalls
        the gateway, which is connected by then."""
        if self.rng.random() < STARTING_KILLS:
            await asyncio.sleep(self.rng.uniform(0.2, 3.0))
            return
        now, patience = self._messages(), self.plan.patience
        wanted = now + self.rng.randrange(self.plan.channels)
        try:
            await sandbox.wait_until(lambda _: self._messages() > (now + wanted) // 2, patience)
            await self._mishap(sandbox)
            self._disturb_clock()
            await sandbox.wait_until(lambda _: self._messages() > wanted, patience)
        except TimeoutError:
            return
        self.outcome.kills_amid_sending += 1
        await asyncio.sleep(self.rng.uniform(0.0, 0.1))

    def _messages(self) -> int:
        return sum(len(channel.messages) for place in self._places() for channel in place)

    def _places(self) -> list[list[Channel]]:
        """The channels, and the direct messages that were opened; of a forum its posts."""
        assert self.world is not None
        dms = self.world.dms
        opened = [[dms[one.id]] for one in self.persons if one.id in dms]
        return [
            *([one] if one.type == ChannelType.TEXT else self._posts(one) for one in self.channels),
            *opened,
        ]

    def _posts(self, forum: Channel) -> list[Channel]:
        assert self.world is not None
        threads = self.world.guilds[forum.guild_id or 0].threads.values()
        return [thread for thread in threads if thread.parent_id == forum.id]

    async def _settle(self, sandbox: Sandbox, site: SampleSite, bot: BotProcess) -> None:
        """Until nothing is left to send: all faults end, and one more interview has come through
        to every channel after all the others."""
        sandbox.faults.clear()
        self._publish(site)
        everything = self.outcome.interviews * (self.plan.channels + self.plan.persons)
        # What is missing then is counted.
        with suppress(TimeoutError):
            async with asyncio.timeout(self.plan.settle_within):
                await sandbox.wait_until(
                    lambda _: sum(map(len, self._counts())) == everything, timeout=None
                )
                while await self._left():  # noqa: ASYNC110 - only the database knows
                    await asyncio.sleep(0.2)
        await bot.stop()

    async def _left(self) -> dict[str, int]:
        """The rows that are not sent, by state and reason."""
        sql = "SELECT state, reason, count(*) FROM deliveries GROUP BY 1, 2"
        rows = await asked(self.folder / "data", sql)
        return {
            f"{state}, {reason}": number
            for state, reason, number in rows
            if state != DeliveryState.SENT
        }

    def _counts(self) -> list[Counter[str]]:
        """How often each interview stands in each channel, and with each person."""
        return [
            Counter(
                found.group(1)
                for channel in place
                for message in channel.messages.values()
                if (found := TITLE.search(json.dumps(message.components)))
            )
            for place in self._places()
        ]

    async def _count(self, sandbox: Sandbox) -> None:
        outcome = self.outcome
        outcome.garbled = sum(rule.fired for rule in self.garbling)
        unopened = len(self.channels) + len(self.persons) - len(self._places())
        outcome.missing += outcome.interviews * unopened
        for counts in self._counts():
            outcome.missing += outcome.interviews - len(counts)
            outcome.doubled += sum(number - 1 for number in counts.values())
        for request in sandbox.requests:
            line = f"{request.method} {request.path}"
            if re.search(SEND, line):
                outcome.sends += 1
                outcome.statuses[request.status] += 1
            elif re.search(r"^GET /channels/\d+/messages", line):
                outcome.histories_read += 1
        outcome.not_sent = await self._left()


async def run(plan: Plan, folder: Path) -> Outcome:
    """Play `plan` with its database and log in `folder`."""
    return await Chaos(plan, folder).run()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--channels", type=int, default=50)
    parser.add_argument("--nonce-window", type=float, default=300.0, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--garbled", type=float, default=0.0, metavar="SHARE")
    given = parser.parse_args(arguments)
    plan = Plan(
        given.kills,
        given.channels,
        nonce_window=given.nonce_window,
        seed=given.seed,
        garbled=given.garbled,
        settle_within=720.0 if given.garbled else 360.0,
    )
    sys.stdout.write(f"nonce window          {plan.nonce_window:g} s\n")
    sys.stdout.write(f"seed                  {plan.seed}\n")
    sys.stdout.flush()
    with TemporaryDirectory(prefix="kcrush-chaos-") as folder:
        outcome = asyncio.run(run(plan, Path(folder)))
    sys.stdout.write(outcome.told() + "\n")
    return 0 if outcome.exactly_once else 1


if __name__ == "__main__":
    sys.exit(main())
