"""The store's face: every question and every change, each one transaction."""

import random
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.clock import Clock
from bot.core.model import (
    Delivery,
    DeliveryState,
    FeedState,
    Interview,
    InterviewSummary,
    StoredInterview,
    Subscription,
    SubscriptionState,
    TargetKind,
)
from bot.store import codec, interviews, outbox, parking, subscriptions, timing
from bot.store.archive import Archives, ArchiveWrite
from bot.store.choices import Choices
from bot.store.edits import Edits
from bot.store.engine import Database, open_database, whole
from bot.store.extras import Extras
from bot.store.follows import Follows
from bot.store.guilds import Guilds
from bot.store.homes import Homes
from bot.store.migrate import migrate, read_schema
from bot.store.notices import Notices
from bot.store.parking import CATCH_UP, Parking
from bot.store.readers import Readers
from bot.store.results import Change, Known, Leased, Schema, SubscriptionOverview
from bot.store.together import Together

_ID_BITS = 63

DIGEST_LIMIT = 10
"""Interviews that one message lists: their texts, buttons and Discord's limits leave no room for
more."""


class Write:
    """The changes of one transaction, seen by nobody before its commit. See ``Store.write``.

    Text may hold anything: what no database takes (NUL, lone surrogates) is dropped or replaced.
    """

    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self.archive = ArchiveWrite(connection)
        """What is known of the feeds' archives."""

    async def known(self, guids: Collection[str], urls: Collection[str]) -> list[Known]:
        """The stored interviews that have one of these GUIDs or canonical URLs, by id; also those
        that have the path of one of the URLs on another host."""
        return await whole(interviews.known(self._connection, guids, urls))

    async def insert(self, interview: Interview, digest: str) -> int:
        """Store a new interview and return its id. Its turns are numbered by their order.

        Raises:
            StoreError: an interview with this GUID is stored already.
        """
        return await whole(
            interviews.insert(self._connection, interview, digest, self._clock.now())
        )

    async def update(self, id: int, interview: Interview, digest: str) -> None:  # noqa: A002
        """Replace what is stored of an interview; one that was withdrawn is there again.

        Raises:
            LookupError: there is no interview with this id.
        """
        await whole(interviews.update(self._connection, id, interview, digest, self._clock.now()))

    async def withdraw(self, id: int, now: datetime) -> None:  # noqa: A002
        """Take an interview out of lists and search; what was not sent of it is superseded."""
        await whole(interviews.withdraw(self._connection, id, now))

    async def enqueue(self, interview_id: int, now: datetime) -> int:
        """Queue an interview for every subscription that has not ended; the number of new rows.
        A person's counts when they follow one of those whom the interview is with.

        A parked subscription's row is parked with it. Enqueued again, nothing is added. Rows that
        are due together are sent in the order in which they were enqueued, so call this for the
        oldest interview first.
        """
        return await whole(outbox.enqueue(self._connection, interview_id, now))

    async def save_feed_state(self, state: FeedState) -> None:
        """Remember a feed's state under its URL."""
        await whole(interviews.save_feed_state(self._connection, state))


class Store:
    """The interviews, the subscriptions and the outbox.

    Reads see the last commit and never wait for a write. Changes take turns: a method that
    changes something must not be awaited inside ``write()`` by the same task (``RuntimeError``).

    A change whose caller is cancelled is made to its end first, but for a ``write()`` block,
    which is rolled back.

    Raises (every method):
        StoreError: the database is locked by another process, full, read-only or damaged; a
            change that raises has not happened.
    """

    def __init__(
        self, database: Database, clock: Clock, identity: str, catch_up: int = CATCH_UP
    ) -> None:
        self._database = database
        self._settling: Together[bool] = Together(database)
        self._clock = clock
        self.identity = identity
        """Tells this database from every other one, also from one made anew in its place."""
        self._catch_up = catch_up
        self.parking = Parking(database)
        """What is out of reach, and may be healed."""
        self.notices = Notices(database)
        """What admins are still to be told."""
        self.edits = Edits(database)
        """Sent messages that are to be changed."""
        self.extras = Extras(database)
        """What follows a sent message: publishing it, opening its discussion."""
        self.archives = Archives(database)
        """How far the archive of each feed was read."""
        self.guilds = Guilds(database, clock, catch_up)
        """What holds for whole guilds."""
        self.choices = Choices(database, clock, self.guilds, catch_up)
        """What admins change about subscriptions."""
        self.homes = Homes(database)
        """What the bot set up by itself."""
        self.follows = Follows(database, clock)
        """Whom people follow."""
        self.readers = Readers(database)
        """Where people stopped reading, and what they saved."""

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Write]:
        """One transaction: committed at exit, rolled back when the block raises."""
        async with self._database.write() as connection:
            yield Write(connection, self._clock)

    # ---------------------------------------------------------------- feeds and interviews

    async def feed_state(self, url: str) -> FeedState:
        """What is remembered of a feed; a fresh, unseeded state for one never polled."""
        rows = await self._database.fetch(interviews.FEED, {"url": codec.storable(url)})
        return interviews.feed_state(url, rows)

    async def interview(self, id: int) -> StoredInterview | None:  # noqa: A002
        """One interview with all its turns, withdrawn ones too; one round to the database."""
        if not _is_id(id):
            return None
        rows = await self._database.fetch(interviews.BY_ID, {"id": id})
        return codec.stored_interviews(rows).get(id)

    async def interviews(self, ids: Sequence[int]) -> list[StoredInterview]:
        """The interviews with their turns, in the order asked, missing ones left out."""
        rows = await self._database.fetch(interviews.BY_IDS, {"ids": _ids(ids)})
        found = codec.stored_interviews(rows)
        return [found[id_] for id_ in ids if id_ in found]

    async def summaries(self, ids: Sequence[int]) -> list[InterviewSummary]:
        """The interviews without their turns, in the order asked; missing and withdrawn ones are
        left out."""
        rows = await self._database.fetch(interviews.SUMMARIES, {"ids": _ids(ids)})
        found = {row.id: codec.summary(row) for row in rows}
        return [found[id_] for id_ in ids if id_ in found]

    async def latest(self, limit: int = 10, offset: int = 0) -> list[InterviewSummary]:
        """The newest published first, withdrawn ones left out.

        One without a date, or dated into the future, counts from when it was first seen.
        """
        if limit <= 0:
            return []
        rows = await self._database.fetch(
            interviews.LATEST, {"limit": limit, "offset": max(0, offset)}
        )
        return [codec.summary(row) for row in rows]

    async def count(self) -> int:
        """How many interviews there are, withdrawn ones left out."""
        return int((await self._database.fetch(interviews.COUNT))[0].there)

    async def random(self, rng: random.Random) -> InterviewSummary | None:
        """Any interview, each with the same chance; ``None`` when there is none."""
        count = await self.count()
        if count == 0:
            return None
        found = await self.latest(1, rng.randrange(count))
        return found[0] if found else None

    async def changed_since(self, revision: int, limit: int = 200) -> list[Change]:
        """The interviews changed after `revision`, oldest change first; 0 for all there are.

        Every insert, update and withdrawal gets a higher revision than all before it, and an
        interview is listed once, with its newest.
        """
        changed = await self._database.fetch(
            interviews.CHANGED, {"revision": revision, "limit": limit}
        )
        there = [row.id for row in changed if row.withdrawn_at is None]
        found = {stored.id: stored for stored in await self.interviews(there)}
        return [Change(row.revision, row.id, _unless_withdrawn(found, row.id)) for row in changed]

    async def count_changed_since(self, revision: int) -> int:
        """How many changes ``changed_since`` would list without a limit."""
        rows = await self._database.fetch(interviews.COUNT_CHANGED, {"revision": revision})
        return int(rows[0].there)

    async def revision(self) -> int:
        """The revision of the newest change; 0 for none yet."""
        return int((await self._database.fetch(interviews.REVISION))[0].revision)

    async def schema(self) -> Schema:
        return await read_schema(self._database)

    # ---------------------------------------------------------------- subscriptions

    async def subscriptions(self, guild_id: int) -> list[SubscriptionOverview]:
        """A guild's subscriptions that have not ended, oldest first."""
        rows = await self._database.fetch(subscriptions.OVERVIEW, {"guild_id": guild_id})
        return [subscriptions.overview(row) for row in rows]

    async def add_subscription(
        self, guild_id: int, channel_id: int, role_id: int | None, created_by: int
    ) -> tuple[Subscription, bool]:
        """Subscribe a channel; whether it was not subscribed before.

        A channel has one subscription: added again it takes the new role, is active again, and
        what was parked with it becomes due.
        """
        after, before = await self.choices.subscribe(
            guild_id,
            channel_id,
            created_by,
            lambda one: replace(one, role_id=role_id, role_lost=False),
        )
        return after, before is None

    async def remove_subscription(self, guild_id: int, channel_id: int) -> bool:
        """End a channel's subscription and give up what it waits for; whether there was one."""
        return await self._database.change(
            lambda connection: subscriptions.remove(
                connection, guild_id, channel_id, self._clock.now()
            )
        )

    async def settle_subscription(
        self, subscription_id: int, state: SubscriptionState, reason: str | None
    ) -> None:
        """Park, end or reactivate a subscription, and its waiting deliveries with it.

        Parked rows wait for it to be active again; ended rows are abandoned. A leased row stays
        with whoever sends it, to be settled by them.
        """
        await self._database.change(
            lambda connection: subscriptions.change_state(
                connection, subscription_id, state, reason, self._clock.now()
            )
        )

    # ---------------------------------------------------------------- outbox

    async def lease_due(
        self, now: datetime, lease_until: datetime, limit: int, *, direct: int | None = None
    ) -> list[Leased]:
        """Take up to `limit` deliveries that are due at `now`, in the order to send them.

        Due are pending rows whose time has come and leased rows whose lease ran out, of active
        subscriptions, one for each channel, and none for a channel of which another row is under
        a lease that holds. Fresh ones go before those that have waited for longer than an hour;
        then every guild's first channel before any guild's second; then the oldest first.

        Direct messages come after all of these, the longest due first and no more than `direct`.
        """
        rows = await self._database.change(
            lambda connection: outbox.lease(
                connection, now, lease_until, limit, self._catch_up, direct
            )
        )
        needed = {row.delivery.interview_id for row in rows}
        digests = await self._digests([row.delivery.id for row in rows])
        listed = {id_ for ids in digests.values() for id_ in ids[:DIGEST_LIMIT]}
        found = {stored.id: stored for stored in await self.interviews(sorted(needed | listed))}
        leased = [_leased(row, found, digests.get(row.delivery.id, ())) for row in rows]
        return await self._addressed(leased)

    async def _addressed(self, leased: Sequence[Leased]) -> list[Leased]:
        """With the persons to whom direct messages go."""
        persons = {
            one.delivery.id: (one.subscription.channel_id, one.interview)
            for one in leased
            if one.subscription.kind is TargetKind.DIRECT
        }
        found = await self.follows.addressees(persons.values())
        return [
            replace(one, addressee=found[person[0], person[1].id])
            if (person := persons.get(one.delivery.id))
            else one
            for one in leased
        ]

    async def _digests(self, deliveries: Sequence[int]) -> Mapping[int, Sequence[int]]:
        """The interviews of those of the deliveries that are digests."""
        if not deliveries:
            return {}
        rows = await self._database.fetch(timing.IN_BATCHES, {"batches": deliveries})
        return timing.batches(rows)

    async def take_over_leases(self, now: datetime) -> int:
        """Let the leases of a process that is gone run out at `now`; how many there were.

        For the one process that sends, at its start. A row taken over is due at once, under its
        own nonce and as one that may have been sent; its former holder, should it live, is fenced
        off as soon as the row is leased anew.
        """
        return await self._database.change(lambda connection: outbox.take_over(connection, now))

    async def settle(
        self,
        delivery_id: int,
        *,
        expected_attempts: int,
        state: DeliveryState,
        now: datetime,
        message_id: int | None = None,
        reason: str | None = None,
        next_attempt_at: datetime | None = None,
        maybe_sent_at: datetime | None = None,
        channel_id: int | None = None,
        card: str | None = None,
        plain: bool = False,
    ) -> bool:
        """End a lease; ``False``, and nothing changed, when it is not ours any more.

        A message that was sent shows `card` (a digest of it), `plain` as words only, and stands in
        `channel_id` if that is not the subscription's. What was not sent may have been
        nevertheless, since `maybe_sent_at`. A subscription that was parked is healed by a message
        that was sent, and catches up.

        Raises:
            ValueError: `state` is pending without `next_attempt_at`, or leased.
        """
        if state is DeliveryState.LEASED:
            raise ValueError("a lease can't be settled with a lease")
        if (state is DeliveryState.PENDING) != (next_attempt_at is not None):
            raise ValueError("next_attempt_at goes with pending, and with nothing else")
        values = {
            "state": state,
            "reason": codec.storable_or_none(reason),
            "message_id": message_id,
            "next_attempt_at": next_attempt_at or now,
            "changed_at": now,
            "maybe_sent_at": maybe_sent_at,
            "channel_id": channel_id,
            "digest": card,
            "plain": plain,
        }
        settled = await self._settling.change(
            lambda connection: outbox.settle(
                connection, delivery_id, expected_attempts, values, self._catch_up
            )
        )
        if settled and state is DeliveryState.SENT:
            self.extras.begun.set()
        return settled

    async def park(
        self,
        delivery_id: int,
        *,
        expected_attempts: int,
        now: datetime,
        reason: str,
        next_probe_at: datetime | None = None,
        maybe_sent_at: datetime | None = None,
    ) -> bool:
        """Park the subscription of a delivery that can't reach its channel, and all that waits
        for it, this delivery too; ``False``, and nothing changed, when the lease is not ours any
        more. It is tried again at `next_probe_at`, in ten minutes unless told otherwise.
        """
        values = {
            "state": DeliveryState.PARKED,
            "reason": codec.storable_or_none(reason),
            "next_attempt_at": now,
            "changed_at": now,
            "maybe_sent_at": maybe_sent_at,
        }
        probe_at = next_probe_at or now + timedelta(minutes=10)

        async def park(connection: AsyncConnection) -> bool:
            if not await outbox.settle(connection, delivery_id, expected_attempts, values):
                return False
            await subscriptions.park(connection, delivery_id, reason, now, probe_at)
            return True

        return await self._database.change(park)

    async def deliveries(self, interview_id: int) -> list[Delivery]:
        """What became of an interview in each channel, in the order of the rows."""
        if not _is_id(interview_id):
            return []
        rows = await self._database.fetch(outbox.OF_INTERVIEW, {"interview_id": interview_id})
        return [outbox.delivery(row) for row in rows]

    async def next_due(self, *, direct: bool = True) -> datetime | None:
        """When ``lease_due`` will next find something, without `direct` for guilds alone; in the
        past when it would find it now.

        ``None`` when nothing waits. What is leased counts with the end of its lease, and what is
        parked with its next probe.
        """
        now = {"now": self._clock.now()}
        rows = await self._database.fetch(outbox.NEXT_DUE, now)
        if direct:
            rows = [*rows, *await self._database.fetch(outbox.NEXT_DUE_DIRECT, now)]
        probes = await self._database.fetch(parking.NEXT_PROBE)
        return min((row[0] for row in (*rows, *probes)), default=None)

    async def outbox_counts(self) -> Mapping[DeliveryState, int]:
        """How many deliveries are in each state; every state is there."""
        return outbox.counts(await self._database.fetch(outbox.COUNTS))


@asynccontextmanager
async def open_store(url: str, clock: Clock, *, catch_up: int = CATCH_UP) -> AsyncIterator[Store]:
    """Open the database of `url`, creating its folder and file and migrating it as needed.

    `url` is SQLAlchemy's, ``sqlite+aiosqlite:///relative/path`` or with four slashes for an
    absolute one. Several processes may have the database open.

    Raises:
        StoreError: it can't be opened, is no database, is of a newer version of the program or
            can't be migrated.
    """
    async with open_database(url) as database:
        await migrate(database)
        identity = (await database.fetch(interviews.IDENTITY))[0].identity
        yield Store(database, clock, identity, catch_up)


def _leased(
    row: outbox.Taken, found: Mapping[int, StoredInterview], digest: Sequence[int]
) -> Leased:
    return Leased(
        row.delivery,
        row.subscription,
        found[row.delivery.interview_id],
        row.expired,
        tuple(found[id_] for id_ in digest[:DIGEST_LIMIT]),
        max(0, len(digest) - DIGEST_LIMIT),
        probes=row.probes,
        doubt=row.doubt,
    )


def _is_id(value: int) -> bool:
    return 0 < value < 1 << _ID_BITS


def _ids(values: Iterable[int]) -> list[int]:
    return [value for value in values if _is_id(value)]


def _unless_withdrawn(found: Mapping[int, StoredInterview], id_: int) -> StoredInterview | None:
    stored = found.get(id_)
    return stored if stored is not None and stored.withdrawn_at is None else None
