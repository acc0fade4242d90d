"""Notices to admins that a channel's announcements stopped: once, with the cause and the mend."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

import structlog

from bot.delivery.due_worker import DueWorker
from bot.delivery.failures import attempt
from bot.delivery.outcomes import OF_DISCORD, UNCHANGEABLE, Failed, edit_delay
from bot.store import DueNotice

logger = structlog.get_logger(__name__)

BATCH = 100
"""Notices looked up at once."""

LOOK_AGAIN = 15.0
"""Seconds between two looks; what stops in a guild in between is one message."""


class AdminNotifier(DueWorker):
    """Sends one notice after the other, at the announcements' pace."""

    name, retry = "notifier", LOOK_AGAIN

    async def work(self) -> float:
        await self.notify_due()
        return LOOK_AGAIN

    async def notify_due(self) -> int:
        """Send what is due; how many subscriptions it was about.

        Raises:
            StoreError: the store can't be read or written; the rest is sent later.
        """
        due = await self._store.notices.due(self._clock.now(), BATCH)
        groups: defaultdict[object, list[DueNotice]] = defaultdict(list)
        for notice in due:
            groups[notice.guild_id, notice.created_by, notice.reason, notice.state].append(notice)
        for group in groups.values():
            if not await self._notify(group):
                break
        return len(due)

    async def _notify(self, group: Sequence[DueNotice]) -> bool:
        """Whether to go on with others: not while it is Discord itself that fails or refuses."""
        log = logger.bind(guild=group[0].guild_id, reason=group[0].reason)
        await self._store.notices.begin_attempt(group, self._clock.now())
        await self._pace.turn()
        result = await attempt(self._port.notify_admin(group, self._nonce(group[0])))
        if isinstance(result, Failed):
            log.warning("notice.not-sent", cause=result.cause)
            return await self._settle_failed(group, result)
        await self._store.notices.mark_sent(group, self._clock.now())
        log.info("notice.sent" if result else "notice.nobody-to-notify", channels=len(group))
        return True

    def _nonce(self, first: DueNotice) -> str:
        """The same for every try of one notice: at most 25 characters for ids below ten billion."""
        return f"{self._store.identity}n{first.subscription_id}{int(first.due_at.timestamp()):x}"

    async def _settle_failed(self, group: Sequence[DueNotice], failure: Failed) -> bool:
        now = self._clock.now()
        if failure.kind in UNCHANGEABLE:
            await self._store.notices.mark_sent(group, now)
        elif not failure.maybe_sent:
            delay = edit_delay(failure, 0, self._rng)
            await self._store.notices.delay(group, now + timedelta(seconds=delay))
        # What may have been sent is due again at once, under its nonce, while Discord knows that.
        return failure.kind not in OF_DISCORD
