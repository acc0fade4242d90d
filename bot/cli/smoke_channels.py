"""The channels in which ``smoke`` tries things out: made, hidden and deleted."""

import secrets
from collections.abc import Mapping

import discord

from bot.client.client import KcrushClient
from bot.core.errors import UserError
from bot.core.i18n import Text
from bot.core.model import TargetKind

NEEDED = (
    "manage_channels",
    "manage_webhooks",
    "view_channel",
    "send_messages",
    "embed_links",
    "attach_files",
    "read_message_history",
)
"""Permissions in the guild, as discord.py names them: a channel may be made with no others than
those that the bot has (Discord docs, Create Guild Channel)."""

INVALID_FORM = 50035
"""Discord docs, JSON error codes. So it answers where the guild may have no channel of a type:
"Value must be one of {0, 2, 4, 6, 13, 14, 15, 16}" without Community."""

KINDS: Mapping[TargetKind, discord.ChannelType] = {
    TargetKind.TEXT: discord.ChannelType.text,
    TargetKind.ANNOUNCEMENT: discord.ChannelType.news,
    TargetKind.FORUM: discord.ChannelType.forum,
    TargetKind.MEDIA: discord.ChannelType.media,
}


class SmokeChannels:
    """Those of one test in one guild, which bear its mark in their names."""

    def __init__(self, client: KcrushClient, guild_id: int) -> None:
        self._client = client
        self._guild_id = guild_id
        self.mark = secrets.token_hex(3)

    @property
    def own_id(self) -> int:
        """The bot's user id."""
        return self._client.user.id if self._client.user is not None else 0

    def name(self, kind: str) -> str:
        """What a channel is called."""
        return f"kcrush-smoke-{self.mark}-{kind}"

    async def require_permissions(self, text: Text) -> None:
        """
        Raises:
            UserError: the bot is not in the guild, or lacks a permission that the test needs.
        """
        try:
            guild = await self._client.fetch_guild(self._guild_id, with_counts=False)
        except (discord.NotFound, discord.Forbidden) as error:
            invite = self._client.invite_url()
            raise UserError("cli.smoke.no-guild", guild=self._guild_id, invite=invite) from error
        me = await guild.fetch_member(self.own_id)
        missing = [name for name in NEEDED if not getattr(me.guild_permissions, name)]
        if missing:
            names = ", ".join(text(f"permission.{name}") for name in missing)
            raise UserError("cli.smoke.missing", permissions=names)

    async def make(self, kind: TargetKind) -> int:
        """A channel that nobody but the bot and admins see."""
        allowed = discord.Permissions(**dict.fromkeys(NEEDED, True))
        view = discord.Permissions(view_channel=True)
        overwrites = [
            {"id": self._guild_id, "type": 0, "allow": "0", "deny": str(view.value)},
            {"id": self.own_id, "type": 1, "allow": str(allowed.value), "deny": "0"},
        ]
        name = self.name(kind)
        try:
            made = await self._client.http.create_channel(
                self._guild_id, KINDS[kind].value, name=name, permission_overwrites=overwrites
            )
        except discord.HTTPException as error:
            if kind is TargetKind.ANNOUNCEMENT and error.code == INVALID_FORM:
                raise UserError("cli.smoke.no-community") from error
            raise
        return int(made["id"])

    async def delete(self) -> None:
        """Delete all of them, also one that Discord made without its answer having arrived."""
        for channel in await self._client.http.get_all_guild_channels(self._guild_id):
            if str(channel["name"]).startswith(self.name("")):
                await self._client.http.delete_channel(channel["id"])
