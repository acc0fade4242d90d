"""``/announcements``: where admins have new interviews announced."""

import re

import discord
from discord import app_commands
from discord.app_commands import AppCommandChannel

from bot.errors import UserError
from bot.i18n import Messages, Text
from bot.reading import Reading
from bot.subscribing import Added, Subscribing, can_ping, missing_permissions
from bot.ui import ids
from bot.ui.cards import announcement_card
from bot.ui.lists import subscriptions_page
from bot.ui.markdown import Marked
from bot.ui.panels import notice
from cogs.naming import Naming
from cogs.replies import Interaction, replace, show
from cogs.router import Router

CHOICES = 25
CHOICE_LIMIT = 100
"""Discord docs, Application Commands, autocomplete."""

_CHANNEL = re.compile(r"(?:<#)?([0-9]{1,20})>?")


class MissingPermissionsError(UserError):
    """The bot could not post in the channel; `names` are permissions in the person's language."""

    def __init__(self, channel: Marked, names: str) -> None:
        super().__init__("error.missing-permissions", channel=channel, permissions=Marked(names))


class RoleNotMentionableError(UserError):
    """The bot's mention of the role would reach nobody."""

    def __init__(self, role: Marked, channel: Marked) -> None:
        super().__init__("error.role-not-mentionable", role=role, channel=channel)


class RoleEveryoneError(UserError):
    """The role is @everyone itself."""

    def __init__(self) -> None:
        super().__init__("error.role-everyone")


class NotSubscribedError(UserError):
    """There is nothing to remove. `channel` is what was named."""

    def __init__(self, channel: str) -> None:
        super().__init__("error.not-subscribed", channel=channel)


class _PostableChannel(app_commands.Transformer):
    """A text or announcement channel, be it in our cache or not."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return [discord.ChannelType.text, discord.ChannelType.news]

    async def transform(
        self, interaction: Interaction, value: AppCommandChannel, /
    ) -> AppCommandChannel:
        return value


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

        @group.command(
            name=naming("command.add.name"), description=naming("command.add.description")
        )
        @app_commands.rename(
            channel=naming("command.add.channel.name"), role=naming("command.add.role.name")
        )
        @app_commands.describe(
            channel=naming("command.add.channel.description"),
            role=naming("command.add.role.description"),
        )
        async def add(
            interaction: Interaction,
            channel: app_commands.Transform[AppCommandChannel, _PostableChannel],
            role: discord.Role | None = None,
        ) -> None:
            await self.add(interaction, channel, role)

        @group.command(
            name=naming("command.list.name"), description=naming("command.list.description")
        )
        async def list_(interaction: Interaction) -> None:
            await self.show_list(interaction)

        @group.command(
            name=naming("command.remove.name"), description=naming("command.remove.description")
        )
        @app_commands.rename(channel=naming("command.remove.channel.name"))
        @app_commands.describe(channel=naming("command.remove.channel.description"))
        @app_commands.autocomplete(channel=self._complete)
        async def remove(
            interaction: Interaction, channel: app_commands.Range[str, 1, CHOICE_LIMIT]
        ) -> None:
            await self.remove(interaction, channel)

        @group.command(
            name=naming("command.preview.name"), description=naming("command.preview.description")
        )
        async def preview(interaction: Interaction) -> None:
            await self.preview(interaction)

        return group

    def answer(self, router: Router) -> None:
        """Take on the buttons of the list."""
        router.on(ids.SubscriptionsPage, self.turn_list)

    async def add(
        self, interaction: Interaction, channel: AppCommandChannel, role: discord.Role | None
    ) -> None:
        guild_id = _admins_guild(interaction)
        text = self._text(interaction)
        _require_postable(interaction, channel, role, text)
        added = await self._subscribing.add(
            guild_id, channel.id, role.id if role else None, interaction.user.id
        )
        await show(interaction, notice(_told(added, text), detail=text("announcements.next-steps")))

    async def show_list(self, interaction: Interaction) -> None:
        guild_id = _admins_guild(interaction)
        text = self._text(interaction)
        overviews = await self._subscribing.overviews(guild_id)
        if not overviews:
            await show(interaction, notice(text("announcements.list.empty")))
            return
        await show(interaction, subscriptions_page(overviews, text, page=0))

    async def turn_list(self, interaction: Interaction, action: ids.SubscriptionsPage) -> None:
        guild_id = _admins_guild(interaction)
        text = self._text(interaction)
        overviews = await self._subscribing.overviews(guild_id)
        if not overviews:
            await replace(interaction, notice(text("announcements.list.empty")))
            return
        await replace(interaction, subscriptions_page(overviews, text, page=action.page))

    async def remove(self, interaction: Interaction, named: str) -> None:
        guild_id = _admins_guild(interaction)
        channel_id = _channel_id(interaction, named)
        if channel_id is None:
            raise NotSubscribedError(named)
        channel = Marked(f"<#{channel_id}>")
        if not await self._subscribing.remove(guild_id, channel_id):
            raise NotSubscribedError(channel)
        text = self._text(interaction)
        await show(interaction, notice(text("announcements.removed", channel=channel)))

    async def preview(self, interaction: Interaction) -> None:
        _admins_guild(interaction)
        stored = await self._reading.newest()
        # In the channel's language, not in the admin's: as it will look.
        await show(interaction, announcement_card(stored, self._messages.text()))

    def _text(self, interaction: Interaction) -> Text:
        return self._messages.text(str(interaction.locale))

    async def _complete(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        if interaction.guild_id is None or not interaction.permissions.manage_guild:
            return []
        text = self._text(interaction)
        overviews = await self._subscribing.overviews(interaction.guild_id)
        channel_ids = [overview.subscription.channel_id for overview in overviews]
        names = {found: _name(interaction, found, text) for found in channel_ids}
        wanted = current.strip().lstrip("#").casefold()
        return [
            app_commands.Choice(name=name[:CHOICE_LIMIT], value=str(channel_id))
            for channel_id, name in names.items()
            if wanted in name.casefold() or wanted in str(channel_id)
        ][:CHOICES]


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


def _require_postable(
    interaction: Interaction, channel: AppCommandChannel, role: discord.Role | None, text: Text
) -> None:
    mention = Marked(channel.mention)
    permissions = _own_permissions(interaction, channel)
    missing = missing_permissions(permissions, channel.type)
    if missing:
        names = ", ".join(f"**{text(f'permission.{name}')}**" for name in missing)
        raise MissingPermissionsError(mention, names)
    if role is None:
        return
    if role.is_default():
        raise RoleEveryoneError
    if not can_ping(permissions, role_is_mentionable=role.mentionable):
        raise RoleNotMentionableError(Marked(role.mention), mention)


def _own_permissions(interaction: Interaction, channel: AppCommandChannel) -> discord.Permissions:
    """The bot's permissions in `channel`; none where it doesn't even know of the channel."""
    if channel.id == interaction.channel_id:
        return interaction.app_permissions
    guild = interaction.guild
    known = guild.get_channel(channel.id) if guild else None
    if guild is None or known is None or guild.me is None:
        return discord.Permissions.none()
    return known.permissions_for(guild.me)


def _told(added: Added, text: Text) -> str:
    role_id = added.subscription.role_id
    key = f"announcements.{added.outcome}" + ("-role" if role_id else "")
    message = text(key, channel=f"<#{added.subscription.channel_id}>", role=f"<@&{role_id}>")
    return f"{message} {text('announcements.resumed')}" if added.resumed else message


def _channel_id(interaction: Interaction, named: str) -> int | None:
    """A channel as autocompletion sends it, as a mention, or by its name."""
    match = _CHANNEL.fullmatch(named.strip())
    if match is not None:
        return int(match.group(1))
    name = named.strip().lstrip("#").casefold()
    channels = interaction.guild.channels if interaction.guild else ()
    return next((channel.id for channel in channels if channel.name.casefold() == name), None)


def _name(interaction: Interaction, channel_id: int, text: Text) -> str:
    channel = interaction.guild.get_channel(channel_id) if interaction.guild else None
    if channel is None:
        return text("announcements.channel-deleted", id=channel_id)
    return f"#{channel.name}"
