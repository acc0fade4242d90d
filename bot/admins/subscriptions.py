"""What admins decide: which channels of a guild get announcements, how and when."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

import discord

from bot.admins.several import filter_meant, require_distinct, require_posted
from bot.core.clock import Clock
from bot.core.errors import UserError
from bot.core.feed_state import FeedHealth
from bot.core.filters import parse_filter
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
from bot.core.text_above import checked_text
from bot.core.timetable import clock_face, next_due, within, zone_of
from bot.store import Change, ChangeAction, Repositories, Store, SubscriptionOverview
from bot.ui.markdown import Marked

UNDOABLE_FOR = timedelta(minutes=10)
"""For how long a removal can be undone."""

F = TypeVar("F")
T = TypeVar("T", Subscription, Timetable, GuildSettings)


@dataclass(frozen=True, slots=True)
class SubscriptionEdits:
    """What an admin changes about a subscription; ``None`` leaves a field as it is.

    ``no_role`` removes the role, ``quiet="off"`` the quiet hours. ``filter`` is a filter in its
    text form, "" for none, ``text_above`` as in ``Style``. ``kind`` is the channel's kind as
    Discord reports it; ``time_zone`` is an IANA name and changes that of the whole guild.
    """

    role_id: int | None = None
    no_role: bool = False
    frequency: Frequency | None = None
    weekday: int | None = None
    hour: int | None = None
    quiet: QuietHours | Literal["off"] | None = None
    crosspost: bool | None = None
    discussion: bool | None = None
    tag_id: int | None = None
    kind: TargetKind | None = None
    time_zone: str | None = None
    filter: str | None = None
    text_above: str | None = None


@dataclass(frozen=True, slots=True)
class SubscriptionChange:
    """A subscription after a command, with the guild's settings.

    ``before`` and ``settings_before`` are what they were; of a new subscription there is no
    ``before``. ``due`` is when what comes now goes out: with the next digest, or at the end of the
    quiet hours; ``None`` for at once. After a pause, ``missed`` is how many interviews came
    meanwhile, and ``shown`` how many of them are announced.
    """

    subscription: Subscription
    before: Subscription | None
    settings: GuildSettings
    settings_before: GuildSettings
    outcome: Literal["added", "changed", "same"]
    due: datetime | None
    missed: int = 0
    shown: int = 0

    @property
    def was(self) -> SubscriptionState:
        """The state before; a new subscription is active from the beginning."""
        return self.before.state if self.before is not None else SubscriptionState.ACTIVE


def can_ping(permissions: discord.Permissions, *, role_is_mentionable: bool) -> bool:
    """Whether a mention of the role notifies its members (Discord docs, Allowed Mentions)."""
    return role_is_mentionable or permissions.mention_everyone


def edit_timetable(
    timetable: Timetable, edits: SubscriptionEdits, *, is_new: bool = False
) -> Timetable:
    """The timetable with the edits. Where it is new and no frequency is named, a weekday asks for
    a weekly digest, and an hour for a daily one.

    Raises:
        UserError: a weekday without a weekly digest, or an hour without a digest; or the hour of a
            digest is within the quiet hours, so that it always had to wait.
    """
    frequency = edits.frequency
    if frequency is None and is_new and edits.weekday is not None:
        frequency = Frequency.WEEKLY
    elif frequency is None and is_new and edits.hour is not None:
        frequency = Frequency.DAILY
    after = _with_fields(timetable, frequency=frequency, weekday=edits.weekday, hour=edits.hour)
    if edits.quiet is not None:
        after = replace(after, quiet=None if edits.quiet == "off" else edits.quiet)
    if edits.weekday is not None and after.frequency is not Frequency.WEEKLY:
        raise UserError("error.day-without-weekly")
    if edits.hour is not None and not after.is_digest:
        raise UserError("error.hour-without-digest")
    quiet, minute = after.quiet, after.hour * 60
    if after.is_digest and quiet is not None and within(quiet, minute):
        raise UserError(
            "error.digest-in-quiet-hours",
            hour=clock_face(minute),
            start=clock_face(quiet.start),
            until=clock_face(quiet.until),
        )
    return after


def edit_subscription(subscription: Subscription, edits: SubscriptionEdits) -> Subscription:
    """The subscription with the edits, posted by the bot; everything else stays.

    One that is not stored yet has the id 0.

    Raises:
        UserError: see ``edit_timetable``, ``parse_filter`` and ``checked_text``; or options
            contradict each other.
    """
    if edits.no_role and edits.role_id is not None:
        raise UserError("error.role-and-no-role")
    is_new = not subscription.id or subscription.mode is Mode.FOLLOW
    timetable = edit_timetable(subscription.timetable, edits, is_new=is_new)
    if edits.discussion and timetable.is_digest:
        raise UserError("error.discussion-in-digest")
    after = _with_fields(
        replace(subscription, mode=Mode.POST, webhook_id=None),
        timetable=timetable,
        crosspost=edits.crosspost,
        discussion=edits.discussion,
        tag_id=edits.tag_id,
        kind=edits.kind,
        filter=None if edits.filter is None else str(parse_filter(edits.filter)),
    )
    if edits.text_above is not None:
        text_above = checked_text(edits.text_above)
        after = replace(after, style=replace(after.style, text_above=text_above))
    if edits.no_role or edits.role_id is not None:
        after = replace(after, role_id=edits.role_id, role_lost=False)
    return after


def _with_fields(value: T, **fields: Any) -> T:
    """A copy with the fields that are not ``None``."""
    return replace(value, **{name: field for name, field in fields.items() if field is not None})


class SubscriptionService:
    """The subscriptions of guilds' channels. Its methods raise ``StoreError`` as the store does."""

    def __init__(self, store: Store, clock: Clock, wake: Callable[[], None]) -> None:
        """`wake` is called after a change that may make an announcement due."""
        self.store = store
        self._clock = clock
        self.wake = wake
        self.feed_health: Callable[[], Sequence[FeedHealth]] = tuple

    async def in_channel(self, guild_id: int, channel_id: int) -> list[Subscription]:
        """The subscriptions of a guild's channel that have not ended, oldest first."""
        return await self.store.subscriptions.in_channel(guild_id, channel_id)

    async def get(
        self, guild_id: int, channel_id: int, subscription_id: int | None = None
    ) -> Subscription:
        """The only subscription of a channel, or of several the one with this id.

        Raises:
            UserError: the channel has no announcements, or several and none was named.
        """
        there = await self.in_channel(guild_id, channel_id)
        named = [one for one in there if subscription_id in (None, one.id)]
        channel = Marked(f"<#{channel_id}>")
        if len(named) > 1:
            raise UserError("error.several", channel=channel)
        if not named and there:
            raise UserError("error.setup.removed")
        if not named:
            raise UserError("error.not-subscribed", channel=channel)
        return named[0]

    async def overviews(self, guild_id: int) -> list[SubscriptionOverview]:
        """All subscriptions of a guild that have not ended, with what became of them."""
        return await self.store.subscriptions.overview(guild_id)

    async def add(
        self, guild_id: int, channel_id: int, created_by: int, edits: SubscriptionEdits
    ) -> SubscriptionChange:
        """Announce in a channel. What it has for the same filter keeps its other options, and
        becomes active again if it was not; so does what it has where no filter is named.

        Raises:
            UserError: see ``edit_subscription``; nothing was changed.
        """
        async with self.store.transaction() as tx:
            there = await tx.subscriptions.in_channel(guild_id, channel_id)
            after, before = await tx.subscriptions.subscribe(
                guild_id,
                channel_id,
                created_by,
                lambda one: edit_subscription(one, edits),
                filtered=filter_meant(there, edits.filter),
            )
            action = ChangeAction.ADDED if before is None else ChangeAction.EDITED
            await tx.history.add(created_by, action, before, after)
            settings = await _edit_settings(tx, guild_id, created_by, edits.time_zone)
        return self.changed(after, before, *settings)

    async def edit(
        self, guild_id: int, id_: int, edits: SubscriptionEdits, *, by: int
    ) -> SubscriptionChange:
        """Change the options that were named.

        Raises:
            UserError: there is no such subscription, or Discord carries it, or its channel has
                another one of this filter, or see ``edit_subscription``; nothing was changed.
        """

        def edit(one: Subscription) -> Subscription:
            return edit_subscription(require_posted(one), edits)

        async with self.store.transaction() as tx:
            found = await tx.subscriptions.edit(guild_id, id_, edit)
            after, before = _existing(found)
            await require_distinct(tx, after)
            await tx.history.add(by, ChangeAction.EDITED, before, after)
            settings = await _edit_settings(tx, guild_id, by, edits.time_zone)
        return self.changed(after, before, *settings)

    async def pause(self, guild_id: int, id_: int, *, by: int) -> SubscriptionChange:
        """Hold what comes until ``resume``.

        Raises:
            UserError: there is no such subscription, or Discord carries its channel's.
        """
        async with self.store.transaction() as tx:
            require_posted(_existing(await tx.subscriptions.by_id(guild_id, id_)))
            found = await tx.subscriptions.pause(guild_id, id_)
            before = _existing(found)
            after = replace(before, state=SubscriptionState.PAUSED, reason="paused")
            if before.state is not SubscriptionState.PAUSED:
                await tx.history.add(by, ChangeAction.PAUSED, before, after)
            settings = await tx.guilds.settings(guild_id)
        return self.changed(after, before, settings, settings)

    async def resume(self, guild_id: int, id_: int, *, by: int) -> SubscriptionChange:
        """Go on after a pause, or try at once what waits for somebody to mend something.

        Raises:
            UserError: there is no such subscription, or Discord carries its channel's.
        """
        async with self.store.transaction() as tx:
            require_posted(_existing(await tx.subscriptions.by_id(guild_id, id_)))
            found = await tx.subscriptions.resume(guild_id, id_)
            resumed = _existing(found)
            before = after = resumed.before
            if before.state is SubscriptionState.PARKED:
                await tx.subscriptions.probe_soon([before.id], self._clock.now())
            elif before.state is SubscriptionState.PAUSED:
                after = replace(before, state=SubscriptionState.ACTIVE, reason=None)
                await tx.history.add(by, ChangeAction.RESUMED, before, after)
            settings = await tx.guilds.settings(guild_id)
        change = self.changed(after, before, settings, settings)
        return replace(change, missed=resumed.missed, shown=resumed.shown)

    async def remove(self, guild_id: int, id_: int, *, by: int) -> tuple[Subscription, int]:
        """End a subscription; as it was, and the id of the change for ``undo``.

        Raises:
            UserError: there is no such subscription.
        """
        async with self.store.transaction() as tx:
            found = _existing(await tx.subscriptions.by_id(guild_id, id_))
            await tx.subscriptions.remove(guild_id, id_)
            change = await tx.history.add(by, ChangeAction.REMOVED, found, None)
        return found, change

    async def undo(self, guild_id: int, change_id: int, *, by: int) -> Subscription:
        """Undo a removal of the last ``UNDOABLE_FOR``; the subscription as it is again.

        Raises:
            UserError: it is too long ago, or the channel has announcements of this filter again.
        """
        async with self.store.transaction() as tx:
            changes = await tx.history.newest(guild_id)
            change = next((one for one in changes if one.id == change_id), None)
            one = change.before if change is not None else None
            if (
                change is None
                or change.action is not ChangeAction.REMOVED
                or not isinstance(one, Subscription)
                or self._clock.now() - change.changed_at > UNDOABLE_FOR
                or one.mode is Mode.FOLLOW
            ):
                raise UserError("error.undo-late")
            if not await tx.subscriptions.restore(one, change.changed_at):
                raise UserError("error.undo-taken", channel=Marked(f"<#{one.channel_id}>"))
            await tx.history.add(by, ChangeAction.RESTORED, None, one)
        self.wake()
        return one

    async def follow(
        self, guild_id: int, channel_id: int, created_by: int, webhook_id: int
    ) -> None:
        """Store that a channel follows the home channel through one of Discord's webhooks, so that
        the bot itself posts nothing there."""

        def edit(one: Subscription) -> Subscription:
            blank = Subscription(one.id, guild_id, channel_id, None, one.created_by, one.created_at)
            return replace(blank, mode=Mode.FOLLOW, webhook_id=webhook_id)

        async with self.store.transaction() as tx:
            after, before = await tx.subscriptions.subscribe(guild_id, channel_id, created_by, edit)
            await tx.history.add(created_by, ChangeAction.FOLLOWED, before, after)

    async def history(self, guild_id: int) -> list[Change]:
        """What admins changed in a guild, newest first."""
        return await self.store.history.newest(guild_id)

    async def settings(self, guild_id: int) -> GuildSettings:
        return await self.store.guilds.settings(guild_id)

    async def change_settings(
        self,
        guild_id: int,
        time_zone: str | None = None,
        doubt: Doubt | None = None,
        *,
        by: int,
    ) -> tuple[GuildSettings, GuildSettings]:
        """Change what applies to all of a guild, as it is now and as it was; ``None`` leaves a
        setting as it is."""
        async with self.store.transaction() as tx:
            changed = await _edit_settings(tx, guild_id, by, time_zone, doubt)
        self.wake()
        return changed

    def now(self) -> datetime:
        return self._clock.now()

    def changed(
        self,
        after: Subscription,
        before: Subscription | None,
        settings: GuildSettings,
        settings_before: GuildSettings,
    ) -> SubscriptionChange:
        """What a change that was written comes to; it may have made an announcement due."""
        self.wake()
        outcome: Literal["added", "changed", "same"] = "added" if before is None else "changed"
        if before is not None and settings == settings_before:
            # A channel's kind is not an admin's choice, and a reason none of the subscription's.
            found = replace(after, kind=before.kind, reason=before.reason)
            outcome = "same" if found == before else "changed"
        now = self._clock.now()
        due = next_due(after.timetable, now, zone_of(settings.time_zone))
        later = due if due > now else None
        return SubscriptionChange(after, before, settings, settings_before, outcome, later)


async def _edit_settings(
    tx: Repositories,
    guild_id: int,
    by: int,
    time_zone: str | None = None,
    doubt: Doubt | None = None,
) -> tuple[GuildSettings, GuildSettings]:
    """Change a guild's settings, as they are now and as they were; ``None`` leaves one as it is."""
    if time_zone is None and doubt is None:
        settings = await tx.guilds.settings(guild_id)
        return settings, settings
    after, before = await tx.guilds.edit(
        guild_id, lambda guild: _with_fields(guild, time_zone=time_zone, doubt=doubt)
    )
    await tx.history.add(by, ChangeAction.SETTINGS, before, after)
    return after, before


def _existing(found: F | None) -> F:
    """
    Raises:
        UserError: there is no such subscription.
    """
    if found is None:
        raise UserError("error.setup.removed")
    return found
