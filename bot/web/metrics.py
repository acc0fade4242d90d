"""The bot's figures for Prometheus (https://prometheus.io/docs/practices/naming/).

What happens is counted as it happens; what is so at a moment is read when somebody asks. No label
takes a value that a stranger chooses, so that the number of series stays what it is at the start.
"""

from collections.abc import Sequence
from datetime import timedelta

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from bot.client.handling import Handled
from bot.core.bot_state import BotState
from bot.core.clock import Clock
from bot.core.model import Conclusion, DeliveryState
from bot.feed.writing import POLL_RESULTS
from bot.store import LeasedDelivery

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
"""The text format, whatever was asked for: each version of Prometheus reads it."""

_QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 15.0)
"""Seconds. Discord waits 3 s for the first answer to an interaction."""

_SLOW = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 21600.0, 86400.0)
"""Seconds, from a ping's effect to a day."""

_NOT_SENT = (DeliveryState.PENDING, DeliveryState.PARKED, DeliveryState.ABANDONED)


class _Registry(CollectorRegistry):
    """A registry that makes the bot's figures, which begin with ``kcrush_``."""

    def counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"kcrush_{name}", what, labels, registry=self)

    def gauge(self, name: str, what: str, *labels: str) -> Gauge:
        return Gauge(f"kcrush_{name}", what, labels, registry=self)

    def seconds(self, name: str, what: str, buckets: Sequence[float], *labels: str) -> Histogram:
        return Histogram(f"kcrush_{name}_seconds", what, labels, registry=self, buckets=buckets)


class Metrics:
    """All figures, in a registry of their own."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.registry = registry = _Registry()
        ProcessCollector(registry=registry)
        self.lag = registry.seconds(
            "event_loop_lag", "By how much a pause of a second was too long", _QUICK
        )
        self.search = registry.seconds("search_duration", "One search of the archive", _QUICK)
        self._polls = registry.counter("polls", "Polls of any feed by what came of them", "result")
        for result in POLL_RESULTS:
            self._polls.labels(result)
        self._last_good_poll = registry.gauge(
            "last_good_poll_timestamp_seconds",
            "When the feed that is longest without a good poll had one, or the bot started",
        )
        self._last_good_poll.set(clock.now().timestamp())
        self._failing_feeds = registry.gauge("failing_feeds", "Feeds whose last poll failed")
        self._database = registry.gauge("database_up", "1 if the database answers")
        self._interviews = registry.gauge("interviews", "Interviews stored and not withdrawn")
        self._deliveries = registry.gauge("deliveries", "Rows of the outbox by state", "state")
        self._overdue = registry.gauge(
            "outbox_overdue_seconds", "For how long the delivery that is due first has been due"
        )
        self._settled = registry.counter(
            "settled_deliveries", "Attempts at a delivery by the state that followed", "state"
        )
        for state in (DeliveryState.SENT, *_NOT_SENT):
            self._settled.labels(state.value)
        self._delivery = registry.seconds(
            "delivery_latency", "From when a delivery was enqueued until it was sent", _SLOW
        )
        self._publication = registry.seconds(
            "publication_latency", "From an interview's publication until it was sent", _SLOW
        )
        self._add_discord(registry)

    def _add_discord(self, registry: _Registry) -> None:
        self._responses = registry.counter(
            "discord_responses", "Discord's answers by status", "status"
        )
        self._invalid = registry.gauge(
            "discord_invalid_responses",
            "Answers of the last ten minutes that Discord counts as invalid; it bans at 10,000",
        )
        self._identifies = registry.gauge(
            "discord_identifies_left", "IDENTIFYs that this process may still send today"
        )
        self._guilds = registry.gauge("guilds", "Guilds that the bot is in")
        self._shards = registry.gauge(
            "shards", "Shards that this process is to connect, 1 while that is not known"
        )
        self._connected = registry.gauge("shards_connected", "Shards with an open connection")
        labels = ("kind", "command")
        self._interactions = registry.counter("interactions", "Interactions that arrived", *labels)
        self._errors = registry.counter(
            "interaction_errors", "Interactions that ended in an error", *labels, "error"
        )
        self._interaction = registry.seconds(
            "interaction_duration",
            "From an interaction's arrival until it was handled",
            _QUICK,
            *labels,
        )

    def count_poll(self, result: str) -> None:
        """Count a poll; `result` is one of ``POLL_RESULTS``."""
        self._polls.labels(result).inc()

    def count_response(self, status: int) -> None:
        """Count an answer of Discord's."""
        self._responses.labels(str(status)).inc()

    def note_arrived(self, kind: str, command: str) -> None:
        """Count an interaction; `kind` and `command` as ``Handled`` has them."""
        self._interactions.labels(kind, command).inc()

    def note_handled(self, handled: Handled) -> None:
        """Note how an interaction went."""
        if handled.error is not None:
            self._errors.labels(handled.kind, handled.command, handled.error).inc()
        else:
            self._interaction.labels(handled.kind, handled.command).observe(handled.seconds)

    def note_delivery(self, leased: LeasedDelivery, conclusion: Conclusion) -> None:
        """Count an attempt, and note how long a message took that was sent the moment it could be:
        not a digest, which waits for its time, nor what a channel that was out of reach missed."""
        self._settled.labels(conclusion.state.value).inc()
        if conclusion.state is not DeliveryState.SENT or leased.digest or leased.delivery.missed:
            return
        now = self._clock.now()
        published_at = leased.interview.interview.published_at
        for since, latency in (
            (leased.delivery.created_at, self._delivery),
            (published_at, self._publication),
        ):
            if since is not None:
                latency.observe(max(timedelta(0), now - since).total_seconds())

    def render(self, state: BotState) -> bytes:
        """All figures with those of a moment, in Prometheus' text format."""
        good = [feed.succeeded_at for feed in state.feeds]
        if good and None not in good:
            self._last_good_poll.set(min(moment.timestamp() for moment in good if moment))
        self._failing_feeds.set(sum(1 for feed in state.feeds if feed.failures))
        self._database.set(state.stored is not None)
        self._deliveries.clear()
        if state.stored is not None:
            self._interviews.set(state.stored.interviews)
            self._overdue.set(state.stored.overdue)
            for kind, count in state.stored.deliveries.items():
                self._deliveries.labels(kind.value).set(count)
        discord = state.discord
        self._invalid.set(discord.invalid_responses)
        self._identifies.set(discord.identifies_left)
        self._guilds.set(discord.guilds)
        self._shards.set(1 if discord.shards is None else discord.shards)
        self._connected.set(discord.connected_shards)
        return generate_latest(self.registry)
