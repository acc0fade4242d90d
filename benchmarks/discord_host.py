"""A sandbox in a process of its own, so that it takes no time from the loop that is measured.

Run by ``remote.Discord``; speaks JSON, one object a line: a request with ``do`` on stdin, its
answer on stdout. Imports nothing of the bot.
"""

import asyncio
import contextlib
import gc
import itertools
import json
import math
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from sandbox import Sandbox
from sandbox.entities import Channel, ChannelType, Message, User
from sandbox.faults import Rule
from sandbox.following import follow
from sandbox.gateway import GatewaySettings
from sandbox.outcome import InteractionFailed, Refused
from sandbox.ratelimit import Limit

SEND = r"^POST /channels/\d+/messages$"

CHANNEL_LIMIT = Limit(5, 5.0)
"""Messages to one channel, as the issue of this benchmark sets it."""

LATENCY = (0.06, 0.12)
ERRORS = 0.01
DROPS = 0.005

SETTLE = 1.5
"""Seconds until the gateway's connections, once cut, are known to be."""

MANY_PER_CHANNEL = Limit(1_000_000, 1.0)


@contextlib.contextmanager
def without_collections() -> Iterator[None]:
    """Look for garbage before, not meanwhile: among all that a sandbox remembers it takes 0.1 s,
    which would count as the bot's."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Host:
    """The requests that a benchmark makes of its Discord."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.channels: list[Channel] = []
        self.home: Channel | None = None
        self.readers: list[tuple[User, Message]] = []
        self.disturbed_at = -math.inf

    def furnish(self, guilds: int, channels: int = 1, roles: int = 0) -> dict[str, Any]:
        """So many guilds, each with text channels and roles; announcements go to the first."""
        world = self.sandbox.world
        for number in range(guilds):
            guild = world.add_guild(f"Guild {number}")
            self.channels.append(world.add_channel(guild, "interviews"))
            for other in range(1, channels):
                world.add_channel(guild, f"channel-{other}")
            for role in range(roles):
                world.add_role(guild, f"Role {role}")
        return {"channels": [[channel.guild_id, channel.id] for channel in self.channels]}

    def gather_followers(self, followers: int) -> dict[str, Any]:
        """An announcement channel that so many channels of other guilds follow."""
        world = self.sandbox.world
        home_guild = world.add_guild("Home")
        self.home = world.add_channel(home_guild, "news", type=ChannelType.ANNOUNCEMENT)
        for number in range(followers):
            guild = world.add_guild(f"Follower {number}", with_bot=False)
            follow(world, self.home, world.add_channel(guild, "interviews"))
        return {"guild": home_guild.id, "channel": self.home.id}

    def faults(self, on: bool) -> dict[str, Any]:
        """Discord on a bad day: slow, 1 % of errors and 0.5 % of cut connections, each half
        before the message is there and half after."""
        faults = self.sandbox.faults
        faults.clear()
        if on:
            faults.add(Rule(match=SEND, latency=LATENCY))
            for when in ("before", "after"):
                faults.add(Rule(match=SEND, probability=ERRORS / 2, status=500, when=when))
                faults.add(Rule(match=SEND, probability=DROPS / 2, drop=True, when=when))
        return {}

    def bad_day(self, on: bool) -> dict[str, Any]:
        """A Discord that limits, fails and cuts connections where something is sent."""
        faults = self.sandbox.faults
        faults.clear()
        if on:
            faults.add(Rule(match=SEND, probability=ERRORS, status=429, retry_after=0.5))
            for when in ("before", "after"):
                faults.add(Rule(match=SEND, probability=ERRORS, status=500, when=when))
                faults.add(Rule(match=SEND, probability=DROPS, drop=True, when=when))
        return {}

    def disturb_gateway(self, how: str) -> dict[str, Any]:
        """Cut the gateway's connections (``drop``), ask to ``reconnect``, or ``invalidate`` the
        sessions."""
        self.disturbed_at = asyncio.get_running_loop().time()
        getattr(self.sandbox.gateway, how)()
        return {}

    def reset(self) -> dict[str, Any]:
        """No messages, no requests counted, every window of the rate limits open."""
        for channel in self.channels:
            channel.messages.clear()
        self.sandbox.requests.clear()
        self.sandbox.limiter.reset()
        return {}

    def stats(self) -> dict[str, Any]:
        """What the channels hold and what was asked, moments in seconds since the epoch."""
        requests = [one for one in self.sandbox.requests if one.path != "/users/@me"]
        sends = [one for one in requests if one.method == "POST"]
        held = [len(channel.messages) for channel in self.channels]
        firsts = [
            next(iter(channel.messages.values())).timestamp
            for channel in self.channels
            if channel.messages
        ]
        copies = len(self.sandbox.world.webhooks)
        return {
            "requests": len(requests),
            "sends": len(sends),
            "statuses": Counter(str(one.status) for one in requests),
            "began": min((one.time for one in sends), default=None),
            "ended": max(firsts, default=None),
            "busiest_second": busiest(sorted(one.time for one in sends)),
            "reached": len(firsts),
            "doubled": sum(number > 1 for number in held),
            "followers": copies,
            "copied": self._copied(),
        }

    def _copied(self) -> int:
        if self.home is None:
            return 0
        return sum(len(message.crossposts) for message in self.home.messages.values())

    async def interact(self, count: int, pause: float) -> dict[str, Any]:
        """A fan types ``/interviews latest``, `count` times with pauses between; the seconds from
        the event's dispatch to the bot's answer."""
        world, loop = self.sandbox.world, asyncio.get_running_loop()
        channel = self.channels[0]
        fan = world.add_user("fan")
        world.add_member(world.guilds[channel.guild_id or 0], fan)
        spent = []
        with without_collections():
            for _ in range(count):
                began = loop.time()
                await self.sandbox.command(fan, channel, "interviews latest")
                spent.append(loop.time() - began)
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))
        return {"seconds": spent}

    async def open_readers(self, interviews: list[str]) -> dict[str, Any]:
        """A fan for each of them, who begins to read it, each in the next guild."""
        world = self.sandbox.world
        for number, interview in enumerate(interviews):
            channel = self.channels[number % len(self.channels)]
            fan = world.add_user(f"reader {number}")
            world.add_member(world.guilds[channel.guild_id or 0], fan)
            answer = await self.sandbox.command(
                fan, channel, "interviews read", interview=interview
            )
            assert answer.message is not None
            await self.sandbox.press(fan, answer.message, label="Start reading")
            self.readers.append((fan, answer.message))
        return {}

    async def talk(self, acts: list[dict[str, Any]], rate: float) -> dict[str, Any]:
        """Do what `acts` tell, `rate` a second, never waiting for an answer, in all guilds by
        turns; the seconds from each event's dispatch to the bot's callback, by what was done, and
        why how many got none."""
        world, loop = self.sandbox.world, asyncio.get_running_loop()
        fan = world.add_user("fan")
        for guild in {channel.guild_id: None for channel in self.channels}:
            world.add_member(world.guilds[guild or 0], fan)
        places = itertools.cycle(self.channels)
        spent: dict[str, list[float]] = defaultdict(list)
        failures: Counter[str] = Counter()

        async def one(act: dict[str, Any]) -> None:
            began = loop.time()
            connected = bool(self.sandbox.gateway.ready_shards())
            try:
                await self._act(fan, next(places), act)
            except (InteractionFailed, Refused) as error:
                connected = connected and not began - SETTLE < self.disturbed_at
                failures[str(error) if connected else "the gateway had just been cut"] += 1
            else:
                spent[act["do"]].append(loop.time() - began)

        with without_collections():
            start = loop.time()
            async with asyncio.TaskGroup() as tasks:
                for number, act in enumerate(acts):
                    await asyncio.sleep(start + number / rate - loop.time())
                    tasks.create_task(one(act))
        return {"seconds": spent, "failed": failures.total(), "failures": failures}

    async def _act(self, fan: User, channel: Channel, act: dict[str, Any]) -> None:
        sandbox = self.sandbox
        match act["do"]:
            case "command":
                await sandbox.command(fan, channel, act["name"], **act.get("options", {}))
            case "complete":
                option, typed = act["focused"], act["typed"]
                await sandbox.autocomplete(
                    fan, channel, act["name"], focused=option, **{option: typed}
                )
            case "turn":
                reader, message = self.readers[act["reader"] % len(self.readers)]
                await self._turn(reader, message)

    async def _turn(self, reader: User, message: Message) -> None:
        """Press what turns a page, whichever the page at hand has."""
        # The sandbox holds the newest private messages alone; a reader's stays open.
        self.sandbox.world.ephemerals.move_to_end(message.id)
        for label in ("▶\ufe0e", "Start reading", "◀\ufe0e"):
            with contextlib.suppress(Refused):
                await self.sandbox.press(reader, message, label=label)
                return
        raise Refused("a page without buttons")

    async def ready(self, shards: int) -> dict[str, Any]:
        await self.sandbox.wait_ready(shards, timeout=60)
        await self.sandbox.wait_until(lambda world: world.commands or None, 60, "commands")
        return {}


def busiest(moments: list[float]) -> int:
    """The most of them in any one second."""
    first, most = 0, 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most


async def serve() -> None:
    gateway = GatewaySettings(identify_interval=0.0)
    async with Sandbox(
        page=False, gateway=gateway, keep_requests=100_000, picture_seconds=0.0
    ) as sandbox:
        sandbox.limiter.limits["POST /channels/{channel_id}/messages"] = CHANNEL_LIMIT
        host = Host(sandbox)
        doings: dict[str, Callable[..., dict[str, Any] | Awaitable[dict[str, Any]]]] = {
            "furnish": host.furnish,
            "gather_followers": host.gather_followers,
            "faults": host.faults,
            "bad_day": host.bad_day,
            "disturb_gateway": host.disturb_gateway,
            "reset": host.reset,
            "stats": host.stats,
            "interact": host.interact,
            "open_readers": host.open_readers,
            "talk": host.talk,
            "ready": host.ready,
        }
        say({"api": sandbox.api_url, "gateway": sandbox.gateway_url, "token": sandbox.token})
        running: set[asyncio.Task[None]] = set()
        for number in itertools.count():
            line = await asyncio.to_thread(sys.stdin.readline)
            if not line:
                break
            asked = json.loads(line)
            task = asyncio.create_task(answer(doings, asked), name=f"request {number}")
            running.add(task)
            task.add_done_callback(running.discard)
        for task in running:
            task.cancel()


async def answer(doings: dict[str, Callable[..., Any]], asked: dict[str, Any]) -> None:
    number, name = asked.pop("number"), asked.pop("do")
    try:
        result = doings[name](**asked)
        if isinstance(result, Awaitable):
            result = await result
    except Exception as error:  # noqa: BLE001 - told to whoever asked
        result = {"error": f"{type(error).__name__}: {error}"}
    say({"number": number, **result})


def say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve())
