"""``/announcements``: where, when and how admins have new interviews announced."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from dataclasses import replace as replace_in
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import AppCommandChannel, AppCommandThread, Choice

from bot.admins.subscriptions import Arrangement, Resumption, Subscribing, Wishes
from bot.admins.targets import Target
from bot.core.i18n import Messages, Text
from bot.core.model import Doubt, Frequency, Mode, SubscriptionState
from bot.core.timetable import find_zone, parse_quiet
from bot.fans.reading import Reading
from bot.ui import ids
from bot.ui.cards import announcement_card
from bot.ui.layout import Layout
from bot.ui.lists import reason_of, subscriptions_page
from bot.ui.markdown import Marked
from bot.ui.options import hint, promise, settings_told
from bot.ui.panels import notice
from cogs.follow import FollowError, unfollow
from cogs.naming import Naming
from cogs.places import (
    KINDS,
    NotSubscribedError,
    PostableChannel,
    channel_named,
    known_kind,
    require_postable,
    shown_name,
)
from cogs.replies import Interaction, replace, show
from cogs.router import Router
from cogs.suggesting import CHOICE_LIMIT, CHOICES, OFF, suggest_quiet, suggest_zones
from cogs.tagging import require_tags, suggest_tags, tag_named, tags_told

Handler = Callable[..., Coroutine[Any, Any, None]]
Typed = app_commands.Range[str, 1, CHOICE_LIMIT]
Hour = app_commands.Range[int, 0, 23]

DAYS = range(7)


@dataclass(frozen=True, slots=True)
class Options:
    """What a person chose of the options that add and edit share, as Discord hands it over."""

    role: discord.Role | None = None
    no_role: bool = False
    frequency: str | None = None
    day: int | None = None
    hour: int | None = None
    quiet: str | None = None
    timezone: str | None = None
    crosspost: bool | None = None
    discussion: bool | None = None
    tag: str | None = None

    def wishes(self) -> Wishes:
        """
        Raises:
            UserError: the quiet hours or the time zone can't be understood.
        """
        off = self.quiet is not None and self.quiet.strip().casefold() == OFF
        return Wishes(
            role_id=self.role.id if self.role else None,
            no_role=self.no_role and self.role is None,
            frequency=Frequency(self.frequency) if self.frequency else None,
            weekday=self.day,
            hour=self.hour,
            quiet=parse_quiet(self.quiet) if self.quiet is not None and not off else None,
            no_quiet=off,
            crosspost=self.crosspost,
            discussion=self.discussion,
            time_zone=find_zone(self.timezone) if self.timezone is not None else None,
        )


class Announcements:
    """The admins' commands. Discord shows them to who may manage the server; so do we, again."""

    def __init__(self, reading: Reading, subscribing: Subscribing, messages: Messages) -> None:
        self._reading = reading
        self._subscribing = subscribing
        self._messages = messages

    def commands(self, naming: Naming) -> app_commands.Group:
        """The group ``/announcements``."""
        group = app_commands.Group(
            name=naming("command.announcements.name"),
            description=naming("command.announcements.description"),
            allowed_contexts=app_commands.AppCommandContext(guild=True),
            allowed_installs=app_commands.AppInstallationType(guild=True),
            default_permissions=discord.Permissions(manage_guild=True),
        )
        self._add_choosing(group, naming)
        self._add_steering(group, naming)
        self._add_looking(group, naming)
        return group

    def _add_choosing(self, group: app_commands.Group, naming: Naming) -> None:
        shared = _shared_options(naming, self._quiet, self._zones)

        @group.command(
            name=naming("command.add.name"), description=naming("command.add.description")
        )
        @app_commands.rename(channel=naming("command.add.channel.name"))
        @app_commands.describe(channel=naming("command.add.channel.description"))
        @shared
        async def add(
            interaction: Interaction,
            channel: app_commands.Transform[AppCommandChannel | AppCommandThread, PostableChannel],
            role: discord.Role | None = None,
            frequency: str | None = None,
            day: int | None = None,
            hour: Hour | None = None,
            quiet: Typed | None = None,
            timezone: Typed | None = None,
            crosspost: bool | None = None,
            discussion: bool | None = None,
            tag: Typed | None = None,
        ) -> None:
            chosen = Options(
                role=role,
                frequency=frequency,
                day=day,
                hour=hour,
                quiet=quiet,
                timezone=timezone,
                crosspost=crosspost,
                discussion=discussion,
                tag=tag,
            )
            await self.add(interaction, channel, chosen)

        @group.command(
            name=naming("command.edit.name"), description=naming("command.edit.description")
        )
        @app_commands.rename(
            channel=naming("command.remove.channel.name"),
            no_role=naming("command.edit.no-role.name"),
        )
        @app_commands.describe(
            channel=naming("command.remove.channel.description"),
            no_role=naming("command.edit.no-role.description"),
        )
        @app_commands.autocomplete(channel=self._complete)
        @shared
        async def edit(
            interaction: Interaction,
            channel: Typed,
            role: discord.Role | None = None,
            no_role: bool = False,
            frequency: str | None = None,
            day: int | None = None,
            hour: Hour | None = None,
            quiet: Typed | None = None,
            timezone: Typed | None = None,
            crosspost: bool | None = None,
            discussion: bool | None = None,
            tag: Typed | None = None,
        ) -> None:
            chosen = Options(
                role, no_role, frequency, day, hour, quiet, timezone, crosspost, discussion, tag
            )
            await self.edit(interaction, channel, chosen)

    def _add_steering(self, group: app_commands.Group, naming: Naming) -> None:
        def steer(name: str, act: Handler) -> None:
            @group.command(
                name=naming(f"command.{name}.name"),
                description=naming(f"command.{name}.description"),
            )
            @app_commands.rename(channel=naming("command.remove.channel.name"))
            @app_commands.describe(channel=naming("command.remove.channel.description"))
            @app_commands.autocomplete(channel=self._complete)
            async def command(interaction: Interaction, channel: Typed) -> None:
                await act(interaction, channel)

        steer("pause", self.pause)
        steer("resume", self.resume)
        steer("remove", self.remove)

    def _add_looking(self, group: app_commands.Group, naming: Naming) -> None:
        @group.command(
            name=naming("command.list.name"), description=naming("command.list.description")
        )
        async def list_(interaction: Interaction) -> None:
            await self.show_list(interaction)

        @group.command(
            name=naming("command.preview.name"), description=naming("command.preview.description")
        )
        async def preview(interaction: Interaction) -> None:
            await self.preview(interaction)

        @group.command(
            name=naming("command.settings.name"), description=naming("command.settings.description")
        )
        @app_commands.rename(
            timezone=naming("command.add.timezone.name"),
            doubt=naming("command.settings.doubt.name"),
        )
        @app_commands.describe(
            timezone=naming("command.add.timezone.description"),
            doubt=naming("command.settings.doubt.description"),
        )
        @app_commands.choices(
            doubt=[Choice(name=naming(f"choice.{one}"), value=str(one)) for one in Doubt]
        )
        @app_commands.autocomplete(timezone=self._zones)
        async def settings(
            interaction: Interaction, timezone: Typed | None = None, doubt: str | None = None
        ) -> None:
            await self.settings(interaction, timezone, doubt)

    def answer(self, router: Router) -> None:
        """Take on the buttons of the list."""
        router.on(ids.SubscriptionsPage, self.turn_list)

    # ---------------------------------------------------------------- choosing

    async def add(
        self,
        interaction: Interaction,
        channel: AppCommandChannel | AppCommandThread,
        chosen: Options,
    ) -> None:
        guild_id = _admins_guild(interaction)
        text = self._text(interaction)
        kind = KINDS[channel.type]
        tag_id = _tag(interaction, channel.id, chosen)
        target = Target(kind, bool(chosen.crosspost), bool(chosen.discussion), tag_id)
        require_postable(interaction, channel.id, target, chosen.role, text)
        require_tags(interaction, channel.id)
        wishes = replace_in(chosen.wishes(), kind=kind, tag_id=tag_id)
        found = await self._subscribing.find(guild_id, channel.id)
        if found is not None and not await unfollow(interaction, found):
            raise FollowError("stays", Marked(f"<#{channel.id}>"))
        arranged = await self._subscribing.add(guild_id, channel.id, interaction.user.id, wishes)
        await self._tell(interaction, arranged, text)

    async def edit(self, interaction: Interaction, named: str, chosen: Options) -> None:
        guild_id = _admins_guild(interaction)
        text = self._text(interaction)
        channel_id = channel_named(interaction, named)
        kind = known_kind(interaction, channel_id)
        found = await self._subscribing.find(guild_id, channel_id)
        if found is None:
            raise NotSubscribedError(Marked(f"<#{channel_id}>"))
        kind, tag_id = kind or found.kind, _tag(interaction, channel_id, chosen)
        if chosen.role or chosen.crosspost or chosen.discussion or chosen.tag:
            target = Target(kind, bool(chosen.crosspost), bool(chosen.discussion), tag_id)
            require_postable(interaction, channel_id, target, chosen.role, text)
        wishes = replace_in(chosen.wishes(), kind=kind, tag_id=tag_id)
        arranged = await self._subscribing.edit(guild_id, channel_id, wishes)
        if arranged is None:
            raise NotSubscribedError(Marked(f"<#{channel_id}>"))
        await self._tell(interaction, arranged, text)

    async def _tell(self, interaction: Interaction, arranged: Arrangement, text: Text) -> None:
        one, settings = arranged.subscription, arranged.settings
        head = text(f"announcements.{arranged.outcome}")
        told = [f"{head} {promise(one, settings, text)}"]
        tags = tags_told(interaction, one, text)
        if tags is not None:
            told.append(tags)
        if arranged.moved:
            told.append(text("announcements.moved", zone=settings.time_zone))
        if arranged.woken is not None:
            told.append(text(f"announcements.woken-{arranged.woken}"))
        elif one.state is not SubscriptionState.ACTIVE:
            told.append(text(f"announcements.still-{one.state}"))
        detail = hint(one, settings, arranged.next_digest, text)
        await show(interaction, notice("\n".join(told), detail=detail))

    async def settings(
        self, interaction: Interaction, timezone: str | None, doubt: str | None
    ) -> None:
        guild_id = _admins_guild(interaction)
        text = self._text(interaction)
        zone = find_zone(timezone) if timezone is not None else None
        chosen = Doubt(doubt) if doubt is not None else None
        if zone is None and chosen is None:
            settings = await self._subscribing.settings(guild_id)
        else:
            settings = await self._subscribing.choose(guild_id, time_zone=zone, doubt=chosen)
        title = text("settings.done" if zone or chosen else "settings.title")
        await show(interaction, notice(f"{title}\n{settings_told(settings, text)}"))

    # ---------------------------------------------------------------- steering

    async def pause(self, interaction: Interaction, named: str) -> None:
        guild_id = _admins_guild(interaction)
        channel_id = channel_named(interaction, named)
        channel = Marked(f"<#{channel_id}>")
        paused = await self._subscribing.pause(guild_id, channel_id)
        if paused is None:
            raise NotSubscribedError(channel)
        text = self._text(interaction)
        already = paused.before is not None and paused.before.state is SubscriptionState.PAUSED
        key = "announcements.paused-already" if already else "announcements.paused"
        gathers = paused.subscription.timetable.frequency is not Frequency.EACH
        detail = text("announcements.paused-digest" if gathers else "announcements.paused-each")
        await show(interaction, notice(text(key, channel=channel), detail=detail))

    async def resume(self, interaction: Interaction, named: str) -> None:
        guild_id = _admins_guild(interaction)
        channel_id = channel_named(interaction, named)
        resumed = await self._subscribing.resume(guild_id, channel_id)
        if resumed is None:
            raise NotSubscribedError(Marked(f"<#{channel_id}>"))
        text = self._text(interaction)
        one, settings = resumed.arrangement.subscription, resumed.arrangement.settings
        told = [_resumed(resumed, text)]
        if resumed.was is not SubscriptionState.PARKED:
            told.append(promise(one, settings, text))
        detail = hint(one, settings, resumed.arrangement.next_digest, text)
        await show(interaction, notice("\n".join(told), detail=detail))

    async def remove(self, interaction: Interaction, named: str) -> None:
        guild_id = _admins_guild(interaction)
        channel_id = channel_named(interaction, named)
        channel = Marked(f"<#{channel_id}>")
        found = await self._subscribing.find(guild_id, channel_id)
        if found is None or not await self._subscribing.remove(guild_id, channel_id):
            raise NotSubscribedError(channel)
        text = self._text(interaction)
        key = "announcements.removed"
        if found.mode is Mode.FOLLOW:
            ended = await unfollow(interaction, found)
            key = "announcements.unfollowed" if ended else "announcements.removed-follow"
        await show(interaction, notice(text(key, channel=channel)))

    # ---------------------------------------------------------------- looking

    async def show_list(self, interaction: Interaction) -> None:
        await show(interaction, await self._list(interaction, 0))

    async def turn_list(self, interaction: Interaction, action: ids.SubscriptionsPage) -> None:
        await replace(interaction, await self._list(interaction, action.page))

    async def _list(self, interaction: Interaction, page: int) -> Layout:
        guild_id = _admins_guild(interaction)
        text = self._text(interaction)
        overviews = await self._subscribing.overviews(guild_id)
        if not overviews:
            return notice(text("announcements.list.empty"))
        settings = await self._subscribing.settings(guild_id)
        return subscriptions_page(overviews, text, settings, page=page)

    async def preview(self, interaction: Interaction) -> None:
        _admins_guild(interaction)
        stored = await self._reading.newest()
        # In the channel's language, not in the admin's: as it will look.
        await show(interaction, announcement_card(stored, self._messages.text()))

    def _text(self, interaction: Interaction) -> Text:
        return self._messages.text(str(interaction.locale))

    async def _complete(self, interaction: Interaction, current: str) -> list[Choice[str]]:
        if interaction.guild_id is None or not interaction.permissions.manage_guild:
            return []
        text = self._text(interaction)
        overviews = await self._subscribing.overviews(interaction.guild_id)
        channel_ids = [overview.subscription.channel_id for overview in overviews]
        names = {found: shown_name(interaction, found, text) for found in channel_ids}
        wanted = current.strip().lstrip("#").casefold()
        return [
            Choice(name=name[:CHOICE_LIMIT], value=str(channel_id))
            for channel_id, name in names.items()
            if wanted in name.casefold() or wanted in str(channel_id)
        ][:CHOICES]

    async def _quiet(self, interaction: Interaction, current: str) -> list[Choice[str]]:
        return suggest_quiet(current, self._text(interaction)("choice.no-quiet"))

    async def _zones(self, interaction: Interaction, current: str) -> list[Choice[str]]:
        del interaction
        return suggest_zones(current)


def _tag(interaction: Interaction, channel_id: int, chosen: Options) -> int | None:
    """The tag that was named; 0 stands for one that was named for what is no forum."""
    if chosen.tag is None:
        return None
    return tag_named(interaction, channel_id, chosen.tag) or 0


async def _tags(interaction: Interaction, current: str) -> list[Choice[str]]:
    return suggest_tags(interaction, current) if interaction.permissions.manage_guild else []


def _shared_options(naming: Naming, quiet: Any, zones: Any) -> Callable[[Any], Any]:
    """The options that add and edit have in common."""
    frequencies: list[Choice[Any]] = [
        Choice(name=naming(f"choice.{one}"), value=str(one)) for one in Frequency
    ]
    days: list[Choice[Any]] = [
        Choice(name=naming(f"weekday.{number}"), value=number) for number in DAYS
    ]
    names = (
        *("role", "frequency", "day", "hour", "quiet", "timezone"),
        *("crosspost", "discussion", "tag"),
    )

    def decorate(command: Any) -> Any:
        for wrap in (
            app_commands.rename(**{one: naming(f"command.add.{one}.name") for one in names}),
            app_commands.describe(
                **{one: naming(f"command.add.{one}.description") for one in names}
            ),
            app_commands.choices(frequency=frequencies, day=days),
            app_commands.autocomplete(quiet=quiet, timezone=zones, tag=_tags),
        ):
            command = wrap(command)
        return command

    return decorate


def _resumed(resumed: Resumption, text: Text) -> str:
    one = resumed.arrangement.subscription
    channel = f"<#{one.channel_id}>"
    if resumed.was is SubscriptionState.ACTIVE:
        return text("announcements.resumed-already", channel=channel)
    if resumed.was is SubscriptionState.PARKED:
        reason = reason_of(one.reason, text)
        return text("announcements.resumed-parked", channel=channel, reason=reason)
    head = text("announcements.resumed", channel=channel)
    if not resumed.missed:
        return f"{head} {text('announcements.resumed-nothing')}"
    gathers = one.timetable.frequency is not Frequency.EACH
    kind = "digest" if gathers else "all" if resumed.shown == resumed.missed else "newest"
    missed = text.plural("announcements.resumed-missed", resumed.missed)
    shown = text.number(resumed.shown)
    return f"{head} {missed} {text(f'announcements.resumed-{kind}', shown=shown)}"


def _admins_guild(interaction: Interaction) -> int:
    """The guild of someone who may manage it.

    Raises:
        NoPrivateMessage: there is no guild.
        MissingPermissions: they may not.
    """
    if interaction.guild_id is None:
        raise app_commands.NoPrivateMessage
    if not interaction.permissions.manage_guild:
        raise app_commands.MissingPermissions(["manage_guild"])
    return interaction.guild_id
