"""The store's face: every question and every change, each one transaction."""

import random
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from bot.clock import Clock
from bot.model import (
    Delivery,
    DeliveryState,
    FeedState,
    Interview,
    InterviewSummary,
    StoredInterview,
    Subscription,
    SubscriptionState,
)
from bot.store.results import Change, Known, Leased, Schema, SubscriptionOverview


class Write:
    """The changes of one transaction, seen by nobody before its commit. See ``Store.write``."""

    async def known(self, guids: Collection[str], urls: Collection[str]) -> list[Known]:
        """The stored interviews that have one of these GUIDs or canonical URLs, by id."""
        raise NotImplementedError

    async def insert(self, interview: Interview, digest: str) -> int:
        """Store a new interview and return its id."""
        raise NotImplementedError

    async def update(self, id: int, interview: Interview, digest: str) -> None:  # noqa: A002
        """Replace what is stored of an interview; one that was withdrawn is there again."""
        raise NotImplementedError

    async def withdraw(self, id: int, now: datetime) -> None:  # noqa: A002
        """Take an interview out of lists and search; what was not sent of it is superseded."""
        raise NotImplementedError

    async def enqueue(self, interview_id: int, now: datetime) -> int:
        """Queue an interview for every subscription that has not ended; the number of new rows."""
        raise NotImplementedError

    async def save_feed_state(self, state: FeedState) -> None:
        """Remember a feed's state under its URL."""
        raise NotImplementedError


class Store:
    """The interviews, the subscriptions and the outbox."""

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Write]:
        """One transaction: committed at exit, rolled back when the block raises."""
        raise NotImplementedError
        yield Write()

    async def feed_state(self, url: str) -> FeedState:
        raise NotImplementedError

    async def interview(self, id: int) -> StoredInterview | None:  # noqa: A002
        raise NotImplementedError

    async def interviews(self, ids: Sequence[int]) -> list[StoredInterview]:
        raise NotImplementedError

    async def summaries(self, ids: Sequence[int]) -> list[InterviewSummary]:
        raise NotImplementedError

    async def latest(self, limit: int = 10, offset: int = 0) -> list[InterviewSummary]:
        raise NotImplementedError

    async def count(self) -> int:
        raise NotImplementedError

    async def random(self, rng: random.Random) -> InterviewSummary | None:
        raise NotImplementedError

    async def changed_since(self, revision: int, limit: int = 200) -> list[Change]:
        raise NotImplementedError

    async def schema(self) -> Schema:
        raise NotImplementedError

    async def subscriptions(self, guild_id: int) -> list[SubscriptionOverview]:
        raise NotImplementedError

    async def add_subscription(
        self, guild_id: int, channel_id: int, role_id: int | None, created_by: int
    ) -> tuple[Subscription, bool]:
        raise NotImplementedError

    async def remove_subscription(self, guild_id: int, channel_id: int) -> bool:
        raise NotImplementedError

    async def settle_subscription(
        self, subscription_id: int, state: SubscriptionState, reason: str | None
    ) -> None:
        raise NotImplementedError

    async def lease_due(self, now: datetime, lease_until: datetime, limit: int) -> list[Leased]:
        raise NotImplementedError

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
    ) -> bool:
        raise NotImplementedError

    async def deliveries(self, interview_id: int) -> list[Delivery]:
        raise NotImplementedError

    async def next_due(self) -> datetime | None:
        raise NotImplementedError

    async def outbox_counts(self) -> Mapping[DeliveryState, int]:
        raise NotImplementedError


@asynccontextmanager
async def open_store(url: str, clock: Clock) -> AsyncIterator[Store]:
    """Open the database of `url`, creating and migrating it as needed."""
    raise NotImplementedError
    yield Store()
