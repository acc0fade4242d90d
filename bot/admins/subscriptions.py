"""What admins decide: which channels of a guild get announcements, how, and when."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import discord

from bot.core.clock import Clock
from bot.core.errors import UserError
from bot.core.model import (
    Doubt,
    Frequency,
    GuildSettings,
    Mode,
    QuietHours,
    Subscription,
    SubscriptionState,
    TargetKind,
    Timetable,
)
from bot.core.timetable import clock_face, next_due, within, zone_of
from bot.store import Store, SubscriptionOverview

GRACE = timedelta(days=30)
"""How long a guild that removed the bot is remembered."""


class DigestInQuietHoursError(UserError):
    """A digest's hour lies within the quiet hours: it would have to wait each time."""

    def __init__(self, timetable: Timetable) -> None:
        assert timetable.quiet is not None  # noqa: S101
        super().__init__(
            "error.digest-in-quiet-hours",
            hour=clock_face(timetable.hour * 60),
            start=clock_face(timetable.quiet.start),
            until=clock_face(timetable.quiet.until),
        )


class FollowsError(UserError):
    """What follows the home channel has no options, pause or resume of ours."""

    def __init__(self) -> None:
        super().__init__("error.follow.no-options")


class Outcome(StrEnum):
    """What adding or editing came to."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an admin named; ``None`` leaves a thing as it is.

    ``no_role`` and ``no_quiet`` take away what ``role_id`` and ``quiet`` would set. ``kind`` is
    what Discord says of the channel.
    """

    role_id: int | None = None
    no_role: bool = False
    frequency: Frequency | None = None
    weekday: int | None = None
    hour: int | None = None
    quiet: QuietHours | None = None
    no_quiet: bool = False
    crosspost: bool | None = None
    discussion: bool | None = None
    tag_id: int | None = None
    kind: TargetKind | None = None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A subscription as it is after a command, with the guild's settings; ``before`` is ``None``
    for a new one. ``next_digest`` is when the next one goes out, for those that have digests;
    ``moved`` says that the guild got another time zone by it.
    """

    subscription: Subscription
    before: Subscription | None
    settings: GuildSettings
    outcome: Outcome
    next_digest: datetime | None
    moved: bool = False

    @property
    def woken(self) -> SubscriptionState | None:
        """The state in which it had stood still, if it is active again now."""
        if self.before is None or self.subscription.state is not SubscriptionState.ACTIVE:
            return None
        was = self.before.state
        return None if was is SubscriptionState.ACTIVE else was


@dataclass(frozen=True, slots=True)
class Resumption:
    """What resuming came to: ``was`` is the state before, ``missed`` what came meanwhile and
    ``shown`` what of it is announced."""

    arrangement: Arrangement
    was: SubscriptionState
    missed: int
    shown: int


def can_ping(permissions: discord.Permissions, *, role_is_mentionable: bool) -> bool:
    """Whether a mention of the role reaches its members (Discord docs, Allowed Mentions)."""
    return role_is_mentionable or permissions.mention_everyone


def wished(timetable: Timetable, wishes: Wishes) -> Timetable:
    """The timetable with what was named. An hour asks for a digest even where the word is not
    said, a daily one; a day of the week for a weekly one.

    Raises:
        DigestInQuietHoursError: the digest would have to wait each time.
    """
    frequency = wishes.frequency or timetable.frequency
    if wishes.frequency is None:
        if wishes.weekday is not None:
            frequency = Frequency.WEEKLY
        elif wishes.hour is not None and frequency is Frequency.EACH:
            frequency = Frequency.DAILY
    after = Timetable(
        frequency=frequency,
        weekday=timetable.weekday if wishes.weekday is None else wishes.weekday,
        hour=timetable.hour if wishes.hour is None else wishes.hour,
        quiet=None if wishes.no_quiet else wishes.quiet or timetable.quiet,
    )
    gathers = after.frequency is not Frequency.EACH
    if gathers and after.quiet is not None and within(after.quiet, after.hour * 60):
        raise DigestInQuietHoursError(after)
    return after


def granted(one: Subscription, wishes: Wishes) -> Subscription:
    """The subscription with what was named; everything else stays.

    Raises:
        DigestInQuietHoursError: see ``wished``.
    """
    role_id, lost = one.role_id, one.role_lost
    if wishes.no_role or wishes.role_id is not None:
        role_id, lost = wishes.role_id, False
    return replace(
        one,
        role_id=role_id,
        role_lost=lost,
        timetable=wished(one.timetable, wishes),
        crosspost=one.crosspost if wishes.crosspost is None else wishes.crosspost,
        discussion=one.discussion if wishes.discussion is None else wishes.discussion,
        tag_id=one.tag_id if wishes.tag_id is None else wishes.tag_id,
        kind=wishes.kind or one.kind,
    )


class Subscribing:
    """The admins' service over the store."""

    def __init__(self, store: Store, clock: Clock, wake: Callable[[], None]) -> None:
        """`wake` rouses the announcer, after a change that may make something due."""
        self._store = store
        self._clock = clock
        self._wake = wake

    # ---------------------------------------------------------------- one channel

    async def add(
        self, guild_id: int, channel_id: int, created_by: int, wishes: Wishes
    ) -> Arrangement:
        """Announce in a channel. One that has announcements keeps its other options, and goes on
        if they had stopped.

        Raises:
            DigestInQuietHoursError: nothing was changed.
        """

        def choose(one: Subscription) -> Subscription:
            return replace(granted(one, wishes), mode=Mode.POST, webhook_id=None)

        after, before = await self._store.choices.subscribe(
            guild_id, channel_id, created_by, choose
        )
        return await self._arranged(after, before, wishes)

    async def edit(self, guild_id: int, channel_id: int, wishes: Wishes) -> Arrangement | None:
        """Change the options that were named; ``None`` where the channel has no announcements.

        Raises:
            DigestInQuietHoursError, FollowsError: nothing was changed.
        """

        def choose(one: Subscription) -> Subscription:
            if one.mode is Mode.FOLLOW:
                raise FollowsError
            return granted(one, wishes)

        found = await self._store.choices.edit(guild_id, channel_id, choose)
        return None if found is None else await self._arranged(*found, wishes)

    async def pause(self, guild_id: int, channel_id: int) -> Arrangement | None:
        """Keep what comes until ``resume``; ``None`` where the channel has no announcements.

        Raises:
            FollowsError: Discord carries them, not we.
        """
        await self._refuse_following(guild_id, channel_id)
        before = await self._store.choices.pause(guild_id, channel_id)
        if before is None:
            return None
        after = replace(before, state=SubscriptionState.PAUSED, reason="paused")
        return await self._arranged(after, before, Wishes())

    async def resume(self, guild_id: int, channel_id: int) -> Resumption | None:
        """Go on after a pause, or try at once what waits for something to be mended; ``None``
        where the channel has no announcements.

        Raises:
            FollowsError: Discord carries them, not we.
        """
        await self._refuse_following(guild_id, channel_id)
        resumed = await self._store.choices.resume(guild_id, channel_id)
        if resumed is None:
            return None
        before = resumed.before
        if before.state is SubscriptionState.PARKED:
            await self._store.parking.probe_soon([before.id], self._clock.now())
        paused = before.state is SubscriptionState.PAUSED
        after = replace(before, state=SubscriptionState.ACTIVE, reason=None) if paused else before
        arranged = await self._arranged(after, before, Wishes())
        return Resumption(arranged, before.state, resumed.missed, resumed.shown)

    async def remove(self, guild_id: int, channel_id: int) -> bool:
        """Stop the announcements of a channel; false when it had none."""
        return await self._store.remove_subscription(guild_id, channel_id)

    async def follow(
        self, guild_id: int, channel_id: int, created_by: int, webhook_id: int
    ) -> Subscription:
        """Note that a channel follows the home channel through one of Discord's webhooks: we post
        nothing there ourselves."""

        def following(one: Subscription) -> Subscription:
            blank = Subscription(one.id, guild_id, channel_id, None, one.created_by, one.created_at)
            return replace(blank, mode=Mode.FOLLOW, webhook_id=webhook_id)

        subscription, _ = await self._store.choices.subscribe(
            guild_id, channel_id, created_by, following
        )
        return subscription

    # ---------------------------------------------------------------- looking

    async def find(self, guild_id: int, channel_id: int) -> Subscription | None:
        """The subscription of a guild's channel that has not ended."""
        return await self._store.choices.find(guild_id, channel_id)

    async def overviews(self, guild_id: int) -> list[SubscriptionOverview]:
        return await self._store.subscriptions(guild_id)

    # ---------------------------------------------------------------- whole guilds

    async def settings(self, guild_id: int) -> GuildSettings:
        return await self._store.guilds.settings(guild_id)

    async def choose(
        self, guild_id: int, *, time_zone: str | None = None, doubt: Doubt | None = None
    ) -> GuildSettings:
        """Change what holds for all of a guild; ``None`` leaves a thing as it is."""

        def edit(guild: GuildSettings) -> GuildSettings:
            return replace(
                guild, time_zone=time_zone or guild.time_zone, doubt=doubt or guild.doubt
            )

        after, _ = await self._store.guilds.edit(guild_id, edit)
        self._wake()
        return after

    async def _arranged(
        self, after: Subscription, before: Subscription | None, wishes: Wishes
    ) -> Arrangement:
        self._wake()
        settings = await self.settings(after.guild_id)
        moved = wishes.time_zone is not None and wishes.time_zone != settings.time_zone
        if moved:
            settings = await self.choose(after.guild_id, time_zone=wishes.time_zone)
        outcome = Outcome.ADDED if before is None else Outcome.CHANGED
        if before is not None and not moved and granted(before, wishes) == before:
            outcome = Outcome.SAME
        digest = None
        if after.timetable.frequency is not Frequency.EACH:
            zone = zone_of(settings.time_zone)
            digest = next_due(after.timetable, self._clock.now(), zone)
        return Arrangement(after, before, settings, outcome, digest, moved)

    async def _refuse_following(self, guild_id: int, channel_id: int) -> None:
        found = await self.find(guild_id, channel_id)
        if found is not None and found.mode is Mode.FOLLOW:
            raise FollowsError
