"""Hand-written stand-ins: a Discord that remembers nonces, a pace that a test doles out."""

import asyncio
from collections import defaultdict
from types import SimpleNamespace

import discord

from bot.core.artists import artist_id
from bot.core.errors import StoreError
from bot.core.model import DeliveryState, Interview
from bot.delivery.announcer import Announcer, Tuning
from bot.delivery.outcomes import Sent
from bot.delivery.port import HistoryUnreadableError
from bot.store import FollowRequest
from tests.store.rows import add_subscription, deliveries_of

VINO = FollowRequest(artist_id("V1NO"), "V1NO", frozenset([artist_id("V1NO")]))


def refusal(status, code=None, headers=None):
    """An answer of Discord's as discord.py raises it."""
    response = SimpleNamespace(
        status=status, reason="Reason", headers={"Via": "1.1 google"} | (headers or {})
    )
    body = "<html>" if code is None else {"code": code, "message": "words"}
    return discord.HTTPException(response, body)


class FakePort:
    """A Discord of channels: ``messages`` are what a person sees, ``tries`` what was asked for.

    ``plan[channel]`` lists what becomes of the channel's next sends: an exception is raised before
    any effect, ``After(exception)`` after it, an ``asyncio.Event`` is waited for first.
    ``searches`` are the channels that were searched; those in ``closed`` can't be.
    """

    def __init__(self):
        self.tries = []
        self.messages = defaultdict(list)
        self.plan = defaultdict(list)
        self.busy = defaultdict(int)
        self.most_at_once = 0
        self.most_in_one_channel = 0
        self.searches = []
        self.closed = set()
        self.edits = []
        self.refused_edits = {}
        self.forgets_nonces = False
        self.plain = []
        self._standing = {}
        self._by_nonce = {}
        self._changed = asyncio.Condition()

    def now(self):
        return None

    async def announced_after(self, newest):
        return []

    async def find(self, leased, since):
        channel = leased.subscription.channel_id
        self.searches.append((channel, since))
        if channel in self.closed:
            raise HistoryUnreadableError("closed")
        found = self._standing.get((channel, leased.interview.id))
        return Sent(found, found=True) if found else None

    async def edit(self, card):
        error = self.refused_edits.get(card.edit.message_id)
        if error is not None:
            raise error
        self.edits.append((card.edit.message_id, card.interview))

    async def send(self, leased, *, plain=False):
        if plain:
            self.plain.append(leased.delivery.id)
        channel = leased.subscription.channel_id
        self.busy[channel] += 1
        self.most_in_one_channel = max(self.most_in_one_channel, self.busy[channel])
        self.most_at_once = max(self.most_at_once, sum(self.busy.values()))
        self.tries.append((channel, leased.interview.id, leased.delivery.nonce))
        async with self._changed:
            self._changed.notify_all()
        try:
            return await self._answer(leased, channel, plain)
        finally:
            self.busy[channel] -= 1

    async def _answer(self, leased, channel, plain):
        step = self.plan[channel].pop(0) if self.plan[channel] else None
        if isinstance(step, asyncio.Event):
            await step.wait()
        elif isinstance(step, Exception):
            raise step
        message_id = self._take(leased, channel)
        if isinstance(step, After):
            raise step.error
        return Sent(message_id, plain=plain)

    def _take(self, leased, channel):
        nonce = leased.delivery.nonce
        if nonce not in self._by_nonce or self.forgets_nonces:
            self._by_nonce[nonce] = 9000 + sum(map(len, self.messages.values()))
            self._standing[channel, leased.interview.id] = self._by_nonce[nonce]
            self.messages[channel].append(leased.interview.id)
        return self._by_nonce[nonce]

    async def tried(self, number, within=5):
        """Wait until so many sends were begun."""
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(lambda: len(self.tries) >= number)


class After:
    """The message is taken, and then the answer is lost."""

    def __init__(self, error):
        self.error = error


class FreePace:
    async def turn(self):
        pass


class HandPace:
    """Turns are had when a test gives them."""

    def __init__(self):
        self._turns = asyncio.Semaphore(0)
        self.waiting = 0
        self._changed = asyncio.Condition()

    async def turn(self):
        self.waiting += 1
        async with self._changed:
            self._changed.notify_all()
        try:
            await self._turns.acquire()
        finally:
            self.waiting -= 1

    def give(self, number):
        for _ in range(number):
            self._turns.release()

    async def queued(self, number, within=5):
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(lambda: self.waiting >= number)


class Ledger:
    """A store that can be told to fail, and that tells when something was written down."""

    def __init__(self, store):
        self._store = store
        self.failing = set()
        self.written = 0
        self.failures = 0
        self._changed = asyncio.Condition()

    @property
    def outbox(self):
        return self

    def __getattr__(self, name):
        source = self._store if hasattr(self._store, name) else self._store.outbox
        return getattr(source, name)

    async def _through(self, name, *args, **kwargs):
        try:
            if name in self.failing:
                self.failures += 1
                raise StoreError("store.full", path="kcrush.db")
            result = await getattr(self._store.outbox, name)(*args, **kwargs)
            self.written += name != "lease_due"
            return result
        finally:
            async with self._changed:
                self._changed.notify_all()

    async def lease_due(self, *args, **kwargs):
        return await self._through("lease_due", *args, **kwargs)

    async def settle(self, *args, **kwargs):
        return await self._through("settle", *args, **kwargs)

    async def reached(self, *, written=0, failures=0, within=5):
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(
                lambda: self.written >= written and self.failures >= failures
            )


class Outbox:
    """A store with channels and interviews, and what a test asks of it."""

    def __init__(self, store, clock):
        self.store = store
        self.clock = clock
        self._interviews = 0

    async def subscribe(self, *channels, guild=None):
        return [
            (await add_subscription(self.store, guild or channel, channel, None, 1))[0]
            for channel in channels
        ]

    async def follow(self, *persons):
        """Let these persons follow V1NO."""
        for person in persons:
            await self.store.follows.add(person, VINO)

    async def publish(self, number=1, *subjects):
        """Publish interviews as one poll does; their ids."""
        ids = []
        async with self.store.transaction() as tx:
            for _ in range(number):
                self._interviews += 1
                name = f"interview-{self._interviews}"
                interview = Interview(name, f"https://kc.example/{name}/", name, subjects)
                ids.append(await tx.interviews.insert(interview, "digest"))
                await tx.outbox.enqueue(ids[-1], self.clock.now())
        return ids

    async def rows(self, interview_id):
        return await deliveries_of(self.store, interview_id)

    async def states(self, interview_id):
        return [row.state for row in await self.rows(interview_id)]

    async def counts(self):
        found = await self.store.outbox.counts()
        return {state: number for state, number in found.items() if number}

    async def all_sent(self):
        return set(await self.counts()) <= {DeliveryState.SENT}


def make_announcer(outbox, port, rng, pace=None, store=None, **tuning):
    return Announcer(
        store or outbox.store, port, outbox.clock, rng, pace or FreePace(), Tuning(**tuning)
    )
