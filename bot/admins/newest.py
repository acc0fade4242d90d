"""The newest interviews for a subscription: shown as they are announced, posted as a test, or
announced now."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.admins.explaining import ExplanationService
from bot.admins.several import require_posted
from bot.admins.subscriptions import SubscriptionService
from bot.core.errors import KcrushError, UserError
from bot.core.explanations import NEWEST, FilterTrial
from bot.core.model import StoredInterview, Subscription, SubscriptionState
from bot.core.timetable import next_due, zone_of
from bot.ui.announcing import Announcement
from bot.ui.markdown import Marked

IN_DIGEST: Final = 3
"""Interviews that a digest lists where it is only shown."""

MOST_NOW: Final = 5
"""Interviews that a new channel gets at once at most."""


class TestRefusedError(KcrushError):
    """A test could not be posted, for a ``reason`` as in ``Delivery``; ``maybe_sent`` where it may
    stand in the channel nevertheless."""

    def __init__(self, reason: str | None, *, maybe_sent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.maybe_sent = maybe_sent


PostTest = Callable[[Subscription, Announcement], Awaitable[tuple[int, int]]]
"""Posts a test; the ids of its channel, or post, and message. Raises ``TestRefusedError``."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a subscription would announce, with what its filter lets through of the newest."""

    announced: Announcement
    trial: FilterTrial


@dataclass(frozen=True, slots=True)
class PostedNewest:
    """How many interviews were queued, and how many were left out because the subscription had a
    row of them already; ``due`` is when they go out, ``None`` for at once."""

    subscription: Subscription
    queued: int
    known: int
    due: datetime | None


class NewestService:
    """Its methods raise ``StoreError`` as the store does."""

    def __init__(
        self,
        subscriptions: SubscriptionService,
        explanations: ExplanationService,
        post_test: PostTest,
    ) -> None:
        self._subscriptions = subscriptions
        self._explanations = explanations
        self._post_test = post_test

    async def newest(self) -> StoredInterview:
        """
        Raises:
            UserError: nothing is stored.
        """
        trial = await self._explanations.try_filter("")
        if not trial.tried:
            raise UserError("error.no-interviews")
        return trial.tried[0]

    async def sample(self, one: Subscription) -> Sample:
        """The newest interview that the filter lets through, or where there is none, the newest
        of all; of a digest the newest ``IN_DIGEST``.

        Raises:
            UserError: nothing is stored.
        """
        trial = await self._explanations.try_filter(one.filter)
        if not trial.tried:
            raise UserError("error.no-interviews")
        shown = trial.let_through or trial.tried[:1]
        digest = shown[:IN_DIGEST] if one.timetable.is_digest else ()
        return Sample(Announcement(shown[0], digest), trial)

    async def test(self, one: Subscription) -> tuple[int, int]:
        """Post what a subscription would announce as a test; see ``PostTest``.

        Raises:
            UserError: nothing is stored, or nothing of the newest passes the filter.
            TestRefusedError: Discord took it not, or nobody can tell.
        """
        sample = await self.sample(require_posted(one))
        if not sample.trial.let_through:
            raise UserError("error.test.nothing", n=NEWEST)
        return await self._post_test(one, sample.announced)

    async def post(self, guild_id: int, id_: int, count: int) -> PostedNewest:
        """Announce the newest `count` interviews that the filter lets through, but for those that
        the subscription has a row of.

        Raises:
            UserError: there is no such subscription, or it is not active; or `count` is beyond
                ``MOST_NOW``.
        """
        if not 1 <= count <= MOST_NOW:
            raise UserError("error.stale-button")
        store = self._subscriptions.store
        found = await store.subscriptions.by_id(guild_id, id_)
        trial = await self._explanations.try_filter(found.filter if found else "")
        async with store.transaction() as tx:
            one = await tx.subscriptions.by_id(guild_id, id_)
            if one is None or found is None or one.filter != found.filter:
                raise UserError("error.setup.removed")
            if require_posted(one).state is not SubscriptionState.ACTIVE:
                raise UserError("error.newest.waits", channel=Marked(f"<#{one.channel_id}>"))
            ids = [each.id for each in trial.let_through[:count]]
            now = self._subscriptions.now()
            posted = await tx.backlog.post(one.id, ids[::-1], now)
            settings = await tx.guilds.settings(guild_id)
        self._subscriptions.wake()
        due = next_due(one.timetable, now, zone_of(settings.time_zone))
        return PostedNewest(one, len(posted), len(ids) - len(posted), due if due > now else None)
