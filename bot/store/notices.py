"""What admins are still to be told: that announcements stopped, and why.

A notice is due at ``notice_due_at`` and told under a nonce made of that moment. ``notice_tried_at``
is written before it is sent, so that after a crash it is told again only as long as Discord knows
the nonce; later it is counted as told, for once too few is better here than once too often.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.core.model import SubscriptionState, TargetKind
from bot.store.engine import Database
from bot.store.results import DueNotice
from bot.store.tables import subscriptions

TRUSTED = timedelta(seconds=120)
"""For how long after a try that was heard of no more it may be made again."""

_DUE = (
    sa.select(
        subscriptions.c.id.label("subscription_id"),
        subscriptions.c.guild_id,
        subscriptions.c.channel_id,
        subscriptions.c.created_by,
        subscriptions.c.reason,
        subscriptions.c.state,
        subscriptions.c.notice_due_at.label("due_at"),
    )
    .where(
        subscriptions.c.notice_due_at.is_not(None),
        subscriptions.c.notice_due_at <= sa.bindparam("now"),
        subscriptions.c.reason.is_not(None),
        # A person is told beside their next command.
        subscriptions.c.kind != TargetKind.DIRECT,
    )
    .order_by(subscriptions.c.notice_due_at, subscriptions.c.id)
    .limit(sa.bindparam("limit", type_=sa.BigInteger))
)


class Notices:
    """The notices to admins. See ``Store``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, now: datetime, limit: int) -> list[DueNotice]:
        """What is to be told at `now`, the longest due first; tries that were heard of no more for
        ``TRUSTED`` are counted as told first."""
        lost = subscriptions.c.notice_tried_at <= now - TRUSTED
        await self._change(lost, _told(now))
        rows = await self._database.fetch(_DUE, {"now": now, "limit": limit})
        return [
            DueNotice(**dict(row._mapping) | {"state": SubscriptionState(row.state)})
            for row in rows
        ]

    async def plan(self, subscription_id: int, now: datetime) -> None:
        """Have the admins told of a subscription's present reason."""
        await self._change(
            subscriptions.c.id == subscription_id, {"notice_due_at": now, "notice_tried_at": None}
        )

    async def begin(self, notices: Collection[DueNotice], now: datetime) -> None:
        """Note a try before it is made; a second one keeps the moment of the first."""
        await self._change(
            _these(notices),
            {"notice_tried_at": sa.func.coalesce(subscriptions.c.notice_tried_at, now)},
        )

    async def told(self, notices: Collection[DueNotice], now: datetime) -> None:
        """They were told, or nobody can be."""
        await self._change(_these(notices), _told(now))

    async def delay(self, notices: Collection[DueNotice], until: datetime) -> None:
        """They were not told, and are due again at `until`."""
        await self._change(_these(notices), {"notice_due_at": until, "notice_tried_at": None})

    async def _change(self, where: sa.ColumnElement[bool], values: dict[str, Any]) -> None:
        await self._database.change(
            lambda connection: connection.execute(
                subscriptions.update().where(where).values(values)
            )
        )


def _these(notices: Collection[DueNotice]) -> sa.ColumnElement[bool]:
    """Not those that were planned anew, or healed, meanwhile."""
    return sa.or_(
        *(
            sa.and_(
                subscriptions.c.id == notice.subscription_id,
                subscriptions.c.notice_due_at == notice.due_at,
            )
            for notice in notices
        )
    )


def _told(now: datetime) -> dict[str, Any]:
    return {
        "notified_at": now,
        "notified_cause": subscriptions.c.reason,
        "notice_due_at": None,
        "notice_tried_at": None,
    }
