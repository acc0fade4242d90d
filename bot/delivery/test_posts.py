"""Tests that admins ask for: posted as an announcement is, and noted nowhere."""

import secrets

from bot.admins.newest import TestRefusedError
from bot.core.clock import Clock
from bot.core.model import Delivery, DeliveryState, Subscription
from bot.delivery.discord.rest_port import RestPort
from bot.delivery.failures import attempt
from bot.delivery.outcomes import Failed
from bot.store import LeasedDelivery
from bot.ui.announcing import Announcement

TRY_SECONDS = 30.0
"""For one test: somebody waits for it."""

NONCE_BYTES = 12


class PosterOfTests:
    """Posts a test into a subscription's channel. There is no row of the outbox: what fails is
    tried again by whoever asked."""

    def __init__(self, port: RestPort, clock: Clock) -> None:
        self._port = port
        self._clock = clock

    async def __call__(self, one: Subscription, announced: Announcement) -> tuple[int, int]:
        """The ids of the channel, or post, and of the message.

        Raises:
            TestRefusedError: Discord took it not, or nobody can tell.
        """
        now, nonce = self._clock.now(), secrets.token_hex(NONCE_BYTES)
        stored = announced.interview
        row = Delivery(0, stored.id, one.id, DeliveryState.LEASED, 1, now, nonce)
        leased = LeasedDelivery(row, one, stored, expired_lease=False, digest=(*announced.digest,))
        sent = await attempt(self._port.send_test(leased), TRY_SECONDS)
        if isinstance(sent, Failed):
            raise TestRefusedError(sent.reason, maybe_sent=sent.maybe_sent) from sent.error
        return sent.channel_id or one.channel_id, sent.message_id
