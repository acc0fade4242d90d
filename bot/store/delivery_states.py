"""Every change of a delivery's state, named. No other module writes ``deliveries.state``.

What becomes of a delivery that was tried is decided by ``bot.delivery``, as a ``Conclusion``. All
other steps are taken by SQL, for many rows at once, and each of them is a ``Step`` here.

A row is made by ``Outbox.enqueue``: pending, or parked with its subscription. It is deleted with
its guild (``GuildRepository.purge``) or its person (``FollowRepository.forget``), a withheld one
when it is announced after all (``BacklogRepository.announce``), and a regular post's when it shows
the interview again (``RegularPostRepository.enqueue``). ``sent``, ``abandoned`` and
``superseded`` are final, but for what was abandoned by a removal that is undone (``REINSTATE``).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.model import DeliveryState, SubscriptionState
from bot.store.session import Transaction
from bot.store.tables import deliveries

_PENDING, _LEASED, _PARKED = DeliveryState.PENDING, DeliveryState.LEASED, DeliveryState.PARKED

FINAL = frozenset({DeliveryState.SENT, DeliveryState.ABANDONED, DeliveryState.SUPERSEDED})


@dataclass(frozen=True, slots=True)
class Step:
    """From any of the states `before` to the state `after`; a row in another state stays."""

    before: tuple[DeliveryState, ...]
    after: DeliveryState


LEASE = Step((_PENDING, _LEASED), _LEASED)
"""Taken to be sent. A leased row is taken again only when its lease has run out."""

PROBE = Step((_PARKED,), _PENDING)
"""Sent to find out whether a parked channel can be reached again."""

REVIVE = Step((_PARKED,), _PENDING)
"""Its subscription is active again."""

PARK = Step((_PENDING,), _PARKED)
"""Its subscription was parked or paused."""

END = Step((_PENDING, _PARKED), DeliveryState.ABANDONED)
"""Its subscription ended."""

REINSTATE = Step((DeliveryState.ABANDONED,), _PARKED)
"""That its subscription ended was undone."""

GIVE_UP = Step((_PENDING, _LEASED), DeliveryState.ABANDONED)
"""It was leased when its subscription ended, and the lease has run out."""

WITHDRAW = Step((_PENDING, _PARKED), DeliveryState.SUPERSEDED)
"""Its interview was withdrawn, or all that its digest lists."""

UNFOLLOW = Step((_PENDING, _PARKED), DeliveryState.SUPERSEDED)
"""The person follows nothing of the interview any more."""

MERGE = Step((_PENDING, _PARKED), DeliveryState.SUPERSEDED)
"""One of many that were missed: the message of a newer one mentions it."""

MISS = Step((_PENDING, _PARKED), DeliveryState.SUPERSEDED)
"""A regular post that was not sent until the next one was due."""

WITHHOLD = Step((_PENDING, _PARKED), DeliveryState.SUPERSEDED)
"""Its interview came with more others than is likely: the operator decides. Announced after all, it
is deleted, and enqueued anew."""

OF_SUBSCRIPTION = {
    SubscriptionState.ACTIVE: REVIVE,
    SubscriptionState.PARKED: PARK,
    SubscriptionState.PAUSED: PARK,
    SubscriptionState.ENDED: END,
}
"""What a subscription that comes into a state does with its deliveries. Never with a leased one,
whose holder settles it."""


def settle(after: DeliveryState) -> Step:
    """A lease ends with a conclusion."""
    return Step((_LEASED,), after)


def share(after: DeliveryState) -> Step:
    """A digest's row was settled for good: the rows of the others that it lists end as it does."""
    return Step((_PENDING, _PARKED), after)


async def take(
    tx: Transaction, step: Step, now: datetime, *where: sa.ColumnElement[bool], **values: Any
) -> int:
    """Take a step with all deliveries that match `where`; how many there were."""
    result = await tx.execute(
        deliveries.update()
        .where(deliveries.c.state.in_(step.before), *where)
        .values(state=step.after, changed_at=now, **values)
    )
    return result.rowcount
