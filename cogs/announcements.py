"""``/announcements``: where, when and how admins have new interviews announced."""

from collections.abc import Callable
from typing import Any, Literal, TypeVar

import discord
from discord import app_commands
from discord.app_commands import AppCommandChannel, AppCommandThread, Range, Transform
from discord.ext import commands

from bot.admins.lateness import lateness
from bot.admins.newest import NewestService
from bot.admins.subscriptions import (
    SubscriptionChange,
    SubscriptionEdits,
    SubscriptionService,
    edit_subscription,
)
from bot.client.channels import TARGET_KINDS
from bot.core.errors import UserError
from bot.core.model import Doubt, Frequency, Mode, QuietHours, SubscriptionState
from bot.ui import ids
from bot.ui.markdown import Marked
from bot.ui.panels import notice
from bot.ui.subscriptions import (
    describe_changes,
    describe_settings,
    describe_subscription,
    next_step_hint,
    settings_facts,
)
from cogs.change_words import change_words
from cogs.channel_follows import unfollow
from cogs.channels import (
    ANNOUNCEABLE,
    is_pinged,
    known_kind,
    managed_guild,
    require_postable,
    require_visible,
)
from cogs.components import component
from cogs.forum_tags import complete_tag, find_tag, require_usable_tag
from cogs.newest import show_preview_of
from cogs.options import (
    CHOICE_LIMIT,
    DAYS,
    DOUBTS,
    FREQUENCIES,
    QuietHoursOption,
    TimeZoneOption,
)
from cogs.responses import Interaction, replace, show, text_for
from cogs.subscribed import CHANNEL, Subscribed, Subscribing
from cogs.subscription_list import describe_resume, list_page, remove, resume

C = TypeVar("C", bound=Callable[..., Any])

Typed = Range[str, 1, CHOICE_LIMIT]
Hour = Range[int, 0, 23]
Quiet = Transform[QuietHours | Literal["off"], QuietHoursOption]
Zone = Transform[str, TimeZoneOption]

ZONE = "The whole server's time zone, like Asia/Seoul"


def subscription_options(command: C) -> C:
    """Describe the options that ``add`` and ``edit`` have in common."""
    for decorate in (
        app_commands.describe(
            role="A role to ping with each announcement",
            frequency="Each interview right away, or a daily or weekly digest",
            day="The day for a weekly digest (Monday if you leave it out)",
            hour="The hour for a digest, 0 to 23 (18 if you leave it out)",
            quiet="Hours when nothing is posted, like 22-8; new interviews wait",
            timezone=ZONE,
            crosspost="In an announcement channel: publish to the channels that follow it",
            discussion="Open a thread for discussion under each announcement",
            tag="In a forum: the tag for posts that no other tag matches",
        ),
        app_commands.choices(frequency=FREQUENCIES, day=DAYS),
        app_commands.autocomplete(tag=complete_tag),
    ):
        command = decorate(command)
    return command


@app_commands.allowed_contexts(guilds=True)
@app_commands.allowed_installs(guilds=True)
@app_commands.default_permissions(manage_guild=True)
class AnnouncementCommands(
    Subscribing,
    commands.GroupCog,
    group_name="announcements",
    group_description="Announce new interviews in this server",
):
    """The admins' commands. Discord shows them to who may manage the server; they check again."""

    def __init__(
        self, subscriptions: SubscriptionService, newest: NewestService, *, has_home: bool
    ) -> None:
        """With `has_home` there is a channel that others can follow."""
        self._newest = newest
        self._has_home = has_home
        super().__init__(subscriptions)

    async def interaction_check(self, interaction: Interaction, /) -> bool:  # type: ignore[override]
        managed_guild(interaction)
        return True

    @app_commands.command(
        description="Announce new interviews in a channel, each one or as a daily or weekly digest"
    )
    @app_commands.describe(channel="The channel for the announcements")
    @subscription_options
    async def add(
        self,
        interaction: Interaction,
        channel: Transform[AppCommandChannel | AppCommandThread, ANNOUNCEABLE],
        role: discord.Role | None = None,
        frequency: Frequency | None = None,
        day: int | None = None,
        hour: Hour | None = None,
        quiet: Quiet | None = None,
        timezone: Zone | None = None,
        crosspost: bool | None = None,
        discussion: bool | None = None,
        tag: Typed | None = None,
    ) -> None:
        guild_id = managed_guild(interaction)
        edits = SubscriptionEdits(
            role_id=role.id if role else None,
            frequency=frequency,
            weekday=day,
            hour=hour,
            quiet=quiet,
            time_zone=timezone,
            crosspost=crosspost,
            discussion=discussion,
            kind=TARGET_KINDS[channel.type],
            tag_id=find_tag(interaction, channel.id, tag),
        )
        require_visible(interaction, channel)
        require_postable(interaction, channel.id, edits, role)
        require_usable_tag(interaction, channel.id)
        for found in await self._subscriptions.in_channel(guild_id, channel.id):
            if found.mode is not Mode.FOLLOW:
                continue
            # What can't be is refused before the following is ended, which nothing undoes.
            edit_subscription(found, edits)
            if not await unfollow(interaction, found):
                raise UserError("error.follow.stays", channel=Marked(f"<#{channel.id}>"))
        changed = await self._subscriptions.add(guild_id, channel.id, interaction.user.id, edits)
        late = await lateness(self._subscriptions.store) if self._has_home else None
        await _show_change(interaction, changed, late=late)

    @app_commands.command(
        description="Change a channel's announcements; what you leave out stays as it is"
    )
    @app_commands.describe(channel=CHANNEL, no_role="Stop pinging roles")
    @app_commands.autocomplete(channel=Subscribing.complete_channel)
    @subscription_options
    async def edit(
        self,
        interaction: Interaction,
        channel: Subscribed,
        role: discord.Role | None = None,
        no_role: bool = False,
        frequency: Frequency | None = None,
        day: int | None = None,
        hour: Hour | None = None,
        quiet: Quiet | None = None,
        timezone: Zone | None = None,
        crosspost: bool | None = None,
        discussion: bool | None = None,
        tag: Typed | None = None,
    ) -> None:
        guild_id = managed_guild(interaction)
        found = await self._subscriptions.get(guild_id, channel.id, channel.subscription_id)
        edits = SubscriptionEdits(
            role_id=role.id if role else None,
            no_role=no_role,
            frequency=frequency,
            weekday=day,
            hour=hour,
            quiet=quiet,
            time_zone=timezone,
            crosspost=crosspost,
            discussion=discussion,
            kind=known_kind(interaction, channel.id) or found.kind,
            tag_id=find_tag(interaction, channel.id, tag),
        )
        if role or crosspost or discussion or tag:
            require_postable(interaction, channel.id, edits, role)
        changed = await self._subscriptions.edit(guild_id, found.id, edits, by=interaction.user.id)
        await _show_change(interaction, changed)

    @app_commands.command(description="Pause the announcements in a channel until you resume them")
    @app_commands.describe(channel=CHANNEL)
    @app_commands.autocomplete(channel=Subscribing.complete_channel)
    async def pause(self, interaction: Interaction, channel: Subscribed) -> None:
        guild_id, text = managed_guild(interaction), text_for(interaction)
        found = await self._subscriptions.get(guild_id, channel.id, channel.subscription_id)
        paused = await self._subscriptions.pause(guild_id, found.id, by=interaction.user.id)
        already = paused.was is SubscriptionState.PAUSED
        key = "announcements.paused-already" if already else "announcements.paused"
        is_digest = paused.subscription.timetable.is_digest
        detail = text("announcements.paused-digest" if is_digest else "announcements.paused-each")
        message = text(key, channel=Marked(f"<#{channel.id}>"))
        await show(interaction, notice(message, detail=detail))

    @app_commands.command(description="End a pause, or retry right away what's on hold")
    @app_commands.describe(channel=CHANNEL)
    @app_commands.autocomplete(channel=Subscribing.complete_channel)
    async def resume(self, interaction: Interaction, channel: Subscribed) -> None:
        guild_id, text = managed_guild(interaction), text_for(interaction)
        found = await self._subscriptions.get(guild_id, channel.id, channel.subscription_id)
        resumed = await resume(interaction, self._subscriptions, found)
        one, settings = resumed.subscription, resumed.settings
        lines = [describe_resume(resumed, text)]
        if resumed.was is not SubscriptionState.PARKED:
            pinged = is_pinged(interaction, one)
            lines.append(describe_subscription(one, settings, text, is_pinged=pinged))
        detail = ""
        if one.timetable.is_digest or not resumed.missed:
            detail = next_step_hint(one, settings, resumed.due, text, is_new=False)
        await show(interaction, notice("\n".join(lines), detail=detail))

    @app_commands.command(description="Stop the announcements in a channel")
    @app_commands.describe(channel=CHANNEL)
    @app_commands.autocomplete(channel=Subscribing.complete_channel)
    async def remove(self, interaction: Interaction, channel: Subscribed) -> None:
        guild_id = managed_guild(interaction)
        found = await self._subscriptions.get(guild_id, channel.id, channel.subscription_id)
        await remove(interaction, self._subscriptions, found)

    @app_commands.command(
        name="list", description="See which channels get announcements, and if all is well"
    )
    async def show_list(self, interaction: Interaction) -> None:
        await self.turn_list(interaction, ids.SubscriptionsPage(0))

    @app_commands.command(
        description="See what the newest interview looks like when it's announced"
    )
    async def preview(self, interaction: Interaction) -> None:
        await show_preview_of(interaction, self._subscriptions, self._newest)

    @app_commands.command(description="The whole server's settings, like its time zone")
    @app_commands.describe(
        timezone=ZONE, doubt="What to do when I can't tell whether an announcement arrived"
    )
    @app_commands.choices(doubt=DOUBTS)
    async def settings(
        self, interaction: Interaction, timezone: Zone | None = None, doubt: Doubt | None = None
    ) -> None:
        guild_id, text = managed_guild(interaction), text_for(interaction)
        if timezone is None and doubt is None:
            title = "settings.title"
            settings = before = await self._subscriptions.settings(guild_id)
        else:
            settings, before = await self._subscriptions.change_settings(
                guild_id, timezone, doubt, by=interaction.user.id
            )
            title = "settings.same" if settings == before else "settings.done"
        facts = [
            settings_facts(one, text, interaction.created_at.year) for one in (before, settings)
        ]
        lines = [text(title), describe_settings(settings, text), *describe_changes(text, *facts)]
        await show(interaction, notice("\n".join(lines)))

    @component(ids.SubscriptionsPage)
    async def turn_list(self, interaction: Interaction, action: ids.SubscriptionsPage) -> None:
        await replace(interaction, await list_page(interaction, self._subscriptions, action.page))


async def _show_change(
    interaction: Interaction, change: SubscriptionChange, *, late: float | None = None
) -> None:
    """Say what a subscription is like from now on, and what of it changed. Where announcements are
    `late` by so many seconds, following is offered."""
    words, hint = change_words(interaction, change)
    if late is not None:
        words += ["", text_for(interaction)("follow.at-once", minutes=round(late / 60))]
    await show(interaction, notice("\n".join(words), detail=hint))
