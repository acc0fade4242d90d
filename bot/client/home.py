"""The home channel: an announcement channel of the bot's own guild, which others follow.

The bot subscribes it by itself, in its own name and with crossposting on. So a new interview is one
message and one crosspost, however many channels follow.
"""

from dataclasses import replace

import discord
import structlog

from bot.client.channels import own_permissions
from bot.client.client import KcrushClient
from bot.client.command_sync import RETRY
from bot.core.clock import Clock
from bot.core.model import Mode, Subscription, TargetKind
from bot.core.supervisor import supervise
from bot.core.targets import Target, needed_permissions
from bot.store import Store

logger = structlog.get_logger(__name__)


async def subscribe_home(
    client: KcrushClient, store: Store, channel_id: int | None, clock: Clock
) -> None:
    """``keep_home``; a failure is tried again."""

    async def keep() -> None:
        await keep_home(client, store, channel_id)

    await supervise("home", keep, clock, pause=RETRY)


async def keep_home(client: KcrushClient, store: Store, channel_id: int | None) -> bool:
    """Subscribe the home channel, and end the subscriptions of former home channels; whether there
    is a usable home channel. Needs a logged-in client.

    What an admin of the home guild changed (paused, a role) is left alone.

    Raises:
        discord.HTTPException, aiohttp.ClientError, OSError: Discord could not be asked.
        StoreError: the database can't be written.
    """
    own_id = client.user.id if client.user else 0
    for former in await store.subscriptions.created_by(own_id):
        if former.channel_id != channel_id:
            await store.subscriptions.remove(former.guild_id, former.id)
            logger.info("home.left", channel=former.channel_id, guild=former.guild_id)
    if channel_id is None:
        return False
    channel = await _announcement_channel(client, channel_id)
    if channel is None:
        return False
    _warn_of_missing(channel)
    there = await store.subscriptions.in_channel(channel.guild.id, channel_id)
    own = (one for one in there if one.created_by == own_id)
    before = next(own, there[0] if there else None)
    if before is not None and _published(before) == before:
        return True
    filtered = before.filter if before is not None else ""
    await store.subscriptions.subscribe(
        channel.guild.id, channel_id, own_id, _published, filtered=filtered
    )
    logger.info("home.kept", channel=channel_id, guild=channel.guild.id)
    return True


async def home_guild(
    client: KcrushClient, guild_id: int | None, channel_id: int | None
) -> int | None:
    """The bot's own guild: the one that the settings name, or else that of the home channel.

    Raises:
        discord.HTTPException, aiohttp.ClientError, OSError: Discord could not be asked.
    """
    if guild_id is not None or channel_id is None:
        return guild_id
    channel = await _announcement_channel(client, channel_id)
    return channel.guild.id if channel is not None else None


async def _announcement_channel(
    client: KcrushClient, channel_id: int
) -> discord.TextChannel | None:
    try:
        channel = await client.fetch_channel(channel_id)
    except (discord.NotFound, discord.Forbidden, discord.InvalidData) as error:
        _log_unusable(channel_id, str(error))
        return None
    if isinstance(channel, discord.TextChannel) and channel.is_news():
        return channel
    _log_unusable(channel_id, "it is no announcement channel of a server")
    return None


def _log_unusable(channel_id: int, cause: str) -> None:
    logger.error(
        "home.unusable",
        channel=channel_id,
        cause=cause,
        mend="set HOME_CHANNEL_ID to an announcement channel that the bot sees, or empty it",
    )


def _warn_of_missing(channel: discord.TextChannel) -> None:
    permissions = own_permissions(channel)
    if permissions is None:
        return
    needed = needed_permissions(Target(TargetKind.ANNOUNCEMENT, crosspost=True))
    missing = [name for name in needed if not getattr(permissions, name)]
    if missing:
        logger.error("home.missing-permissions", channel=channel.id, missing=missing)


def _published(subscription: Subscription) -> Subscription:
    return replace(
        subscription, kind=TargetKind.ANNOUNCEMENT, crosspost=True, mode=Mode.POST, webhook_id=None
    )
