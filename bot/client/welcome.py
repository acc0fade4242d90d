"""Where the bot says hello in a server that it joined: in the system channel where it may write,
else to the person who added it where that is known, else nowhere."""

import aiohttp
import discord
import structlog

from bot.client.channels import language_of, own_permissions
from bot.client.client import KcrushClient
from bot.ui.layout import Layout
from bot.ui.welcome import welcome_message

logger = structlog.get_logger(__name__)

ENTRIES = 10
"""Of the audit log among which the bot's own joining is looked for."""

NOBODY = discord.AllowedMentions.none()


async def greet(client: KcrushClient, guild: discord.Guild, page: Layout, *, new: bool) -> None:
    """Show `page` in the server; of a `new` one, without such a channel, tell who added the bot.
    What Discord refuses is logged, and nothing is tried again."""
    try:
        place = await _greet(client, guild, page, new=new)
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        logger.info("welcome.refused", guild=guild.id, cause=str(error))
    else:
        logger.info("welcome.said", guild=guild.id, where=place)


async def _greet(client: KcrushClient, guild: discord.Guild, page: Layout, *, new: bool) -> str:
    channel = guild.system_channel
    may = own_permissions(channel) if channel is not None else None
    if channel is not None and may is not None and may.view_channel and may.send_messages:
        await channel.send(view=page, allowed_mentions=NOBODY)
        return "system channel"
    person = await _who_added(guild) if new else None
    if person is None:
        return "nowhere"
    text = client.messages.text(language_of(guild))
    await person.send(view=welcome_message(guild.name, guild.id, text), allowed_mentions=NOBODY)
    return "direct message"


async def _who_added(guild: discord.Guild) -> discord.abc.Messageable | None:
    """Who added the bot, where it may read the server's audit log; ``None`` else."""
    me: discord.Member | None = guild.me
    if me is None or not me.guild_permissions.view_audit_log:
        return None
    async for entry in guild.audit_logs(limit=ENTRIES, action=discord.AuditLogAction.bot_add):
        target_id = getattr(entry.target, "id", None)
        if target_id == me.id and isinstance(entry.user, discord.abc.Messageable):
            return entry.user
    return None
