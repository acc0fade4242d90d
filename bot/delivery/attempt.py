"""One try to bring one delivery into its channel: look first where it may be there already."""

import structlog

from bot.core.clock import Clock
from bot.core.model import Doubt
from bot.delivery.causes import failure_of
from bot.delivery.machine import Failed, Kind, Sent, must_look
from bot.delivery.pacing import Pace
from bot.delivery.sender import HistoryUnreadableError, Posted, Sender
from bot.store import LeasedDelivery

logger = structlog.get_logger(__name__)


class Attempts:
    """Makes them. `window` is for how many seconds Discord is trusted to know a nonce again."""

    def __init__(self, sender: Sender, pace: Pace, clock: Clock, window: float) -> None:
        self._sender = sender
        self._pace = pace
        self._clock = clock
        self._window = window

    async def make(self, leased: LeasedDelivery) -> Sent | Failed:
        """Send, unless it was sent before; the caller has had its turn at the pace.

        Raises whatever the sender raises.
        """
        since = leased.delivery.maybe_sent_at
        remembered = self._sender.remembered(leased)
        now = self._clock.now()
        if since is not None and must_look(
            leased.delivery, now, self._window, remembered=remembered
        ):
            try:
                found = await self._sender.find(leased, since)
            except HistoryUnreadableError as error:
                logger.warning("delivery.doubtful", delivery=leased.delivery.id, cause=str(error))
                if leased.doubt is Doubt.RATHER_ONCE:
                    return Failed(Kind.DOUBTFUL, "maybe-sent", maybe_sent=True)
                found = None
            if found is not None:
                return Sent(found.message_id, found.channel_id, found=True)
            await self._pace.turn()
        return await self._send(leased)

    async def _send(self, leased: LeasedDelivery) -> Sent:
        try:
            return _sent(await self._sender.send(leased))
        except Exception as error:
            if failure_of(error).kind is not Kind.REJECTED:
                raise
            logger.exception("delivery.our-bug", delivery=leased.delivery.id, kind=Kind.REJECTED)
        await self._pace.turn()
        return _sent(await self._sender.send(leased, plain=True), plain=True)


def _sent(posted: Posted, *, plain: bool = False) -> Sent:
    return Sent(posted.message_id, posted.channel_id, plain)
