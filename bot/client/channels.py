"""Channels of the client's cache: their kind, their tags, their guild's language, and what the bot
may do there."""

from collections.abc import Mapping

import discord

from bot.core.forum_tags import Tag
from bot.core.model import TargetKind

TARGET_KINDS: Mapping[discord.ChannelType, TargetKind] = {
    discord.ChannelType.text: TargetKind.TEXT,
    discord.ChannelType.news: TargetKind.ANNOUNCEMENT,
    discord.ChannelType.public_thread: TargetKind.THREAD,
    discord.ChannelType.private_thread: TargetKind.THREAD,
    discord.ChannelType.news_thread: TargetKind.THREAD,
    discord.ChannelType.forum: TargetKind.FORUM,
    discord.ChannelType.media: TargetKind.MEDIA,
}
"""Channels that can have announcements (Discord docs, Channel, Channel Types)."""


def own_permissions(
    channel: discord.abc.GuildChannel | discord.Thread,
) -> discord.Permissions | None:
    """The bot's permissions in a channel; ``None`` where the cache does not hold the bot's own
    member of the guild."""
    me: discord.Member | None = channel.guild.me
    return None if me is None else channel.permissions_for(me)


def usable_tags(forum: discord.ForumChannel) -> list[Tag]:
    """The tags of a forum that the bot may use: a moderated one needs Manage Threads."""
    permissions = own_permissions(forum)
    moderator = permissions is not None and permissions.manage_threads
    return [Tag(tag.id, tag.name) for tag in forum.available_tags if moderator or not tag.moderated]


def language_of(guild: discord.Guild | None) -> str | None:
    """Discord's name of the language that a guild chose, which only those with Community can
    (Discord docs, Guild, ``preferred_locale``); ``None`` where it chose none."""
    if guild is None or "COMMUNITY" not in guild.features:
        return None
    return str(guild.preferred_locale)
