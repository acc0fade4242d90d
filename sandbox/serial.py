"""JSON of users, guilds, channels, commands and webhooks.

Shapes follow Discord's OpenAPI document.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sandbox.entities import (
    POST_TYPES,
    Application,
    Channel,
    ChannelType,
    Command,
    Guild,
    Member,
    Overwrite,
    Role,
    Tag,
    User,
    Webhook,
)
from sandbox.state import State

Json = dict[str, Any]


def iso(timestamp: float) -> str:
    """Seconds since the epoch as ISO 8601 in UTC with microseconds."""
    return datetime.fromtimestamp(timestamp, UTC).isoformat(timespec="microseconds")


def sid(value: int | None) -> str | None:
    """A snowflake in JSON: a string, or null."""
    return None if value is None else str(value)


def user_json(user: User) -> Json:
    data: Json = {
        "id": str(user.id),
        "username": user.name,
        "global_name": user.global_name,
        "avatar": None,
        "discriminator": "0",
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }
    if user.bot:
        data["bot"] = True
    return data


def self_json(user: User) -> Json:
    """The bot's own user (`GET /users/@me`, READY)."""
    return user_json(user) | {
        "bot": user.bot,
        "mfa_enabled": False,
        "locale": user.locale,
        "premium_type": 0,
        "email": None,
        "verified": True,
    }


def application_json(world: State, app: Application) -> Json:
    """The full application, as `GET /applications/@me` answers it."""
    return {
        "id": str(app.id),
        "name": app.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": user_json(app.bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user_json(app.owner),
        "approximate_guild_count": len(world.bot_guilds()),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": ["bot", "applications.commands"],
        "integration_types_config": {"0": {}, "1": {}},
    } | app.portal


def role_json(role: Role) -> Json:
    data: Json = {
        "id": str(role.id),
        "name": role.name,
        "permissions": str(role.permissions),
        "position": role.position,
        "color": role.color,
        "colors": {
            "primary_color": role.color,
            "secondary_color": None,
            "tertiary_color": None,
        },
        "hoist": False,
        "managed": role.managed,
        "mentionable": role.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    if role.bot_id is not None:
        data["tags"] = {"bot_id": str(role.bot_id)}
    return data


def member_json(member: Member, *, with_user: bool = True) -> Json:
    """A guild member; `with_user` is False inside MESSAGE_CREATE."""
    until = member.timed_out_until
    data: Json = {
        "avatar": None,
        "banner": None,
        "communication_disabled_until": None if until is None else iso(until),
        "flags": 0,
        "joined_at": iso(member.joined_at),
        "nick": member.nick,
        "pending": False,
        "premium_since": None,
        "roles": [str(role_id) for role_id in member.roles],
        "mute": False,
        "deaf": False,
    }
    if with_user:
        data["user"] = user_json(member.user)
    return data


def overwrite_json(overwrite: Overwrite) -> Json:
    return {
        "id": str(overwrite.id),
        "type": overwrite.type,
        "allow": str(overwrite.allow),
        "deny": str(overwrite.deny),
    }


def tag_json(tag: Tag) -> Json:
    return {
        "id": str(tag.id),
        "name": tag.name,
        "moderated": tag.moderated,
        "emoji_id": sid(tag.emoji_id),
        "emoji_name": tag.emoji_name,
    }


def channel_json(world: State, channel: Channel) -> Json:
    """Any channel: guild channel, thread or direct message."""
    if channel.is_thread:
        return thread_json(world, channel)
    if channel.is_dm:
        private: Json = {
            "id": str(channel.id),
            "type": channel.type,
            "flags": 0,
            "last_message_id": sid(channel.last_message_id),
            "recipients": [user_json(user) for user in channel.recipients],
        }
        if channel.type == ChannelType.GROUP_DM:
            private |= {"name": None, "icon": None, "owner_id": str(channel.recipients[0].id)}
        return private
    data: Json = {
        "id": str(channel.id),
        "type": channel.type,
        "flags": 1 << 4 if channel.require_tag else 0,
        "guild_id": sid(channel.guild_id),
        "name": channel.name,
        "parent_id": sid(channel.parent_id),
        "position": channel.position,
        "permission_overwrites": [overwrite_json(o) for o in channel.overwrites.values()],
    }
    if channel.type == ChannelType.CATEGORY:
        return data
    data |= {
        "last_message_id": sid(channel.last_message_id),
        "topic": channel.topic,
        "nsfw": channel.nsfw,
        "rate_limit_per_user": channel.rate_limit_per_user,
        "default_auto_archive_duration": channel.default_auto_archive_duration,
    }
    if channel.type in (ChannelType.VOICE, ChannelType.STAGE):
        data |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
    if channel.type in POST_TYPES:
        data |= {
            "available_tags": [tag_json(tag) for tag in channel.tags],
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
            "default_thread_rate_limit_per_user": 0,
        }
    return data


def thread_json(world: State, thread: Channel) -> Json:
    """A thread, with the bot's own thread member when it has joined."""
    info = thread.thread
    if info is None:
        raise ValueError(f"channel {thread.id} is not a thread")
    metadata: Json = {
        "archived": info.archived,
        "archive_timestamp": iso(info.archive_timestamp),
        "auto_archive_duration": info.auto_archive_duration,
        "locked": info.locked,
        "create_timestamp": iso(info.created_at),
    }
    data: Json = {
        "id": str(thread.id),
        "type": thread.type,
        "flags": 0,
        "guild_id": sid(thread.guild_id),
        "parent_id": sid(thread.parent_id),
        "name": thread.name,
        "owner_id": str(info.owner_id),
        "last_message_id": sid(thread.last_message_id),
        "rate_limit_per_user": thread.rate_limit_per_user,
        "thread_metadata": metadata,
        "message_count": info.message_count,
        "member_count": min(len(info.members), 50),
        "total_message_sent": info.total_message_sent,
    }
    if info.applied_tags:
        data["applied_tags"] = [str(tag_id) for tag_id in info.applied_tags]
    if world.application.bot.id in info.members:
        data["member"] = thread_member_json(thread, world.application.bot.id)
    return data


def thread_member_json(thread: Channel, user_id: int) -> Json:
    joined = thread.thread.members[user_id] if thread.thread else 0.0
    return {
        "id": str(thread.id),
        "user_id": str(user_id),
        "join_timestamp": iso(joined),
        "flags": 1,
    }


def guild_json(guild: Guild) -> Json:
    """A guild as REST answers it: without channels and members."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "description": None,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "features": ["COMMUNITY", "NEWS"],
        "banner": None,
        "owner_id": str(guild.owner.id),
        "application_id": None,
        "region": "us-west",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": sid(guild.system_channel_id),
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 0,
        "roles": [role_json(role) for role in guild.roles.values()],
        "default_message_notifications": 0,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": guild.preferred_locale,
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "premium_progress_bar_enabled": False,
        "premium_progress_bar_enabled_user_updated_at": None,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
        "incidents_data": None,
    }


def guild_create_json(
    world: State, guild: Guild, *, large: bool = False, all_members: bool = True
) -> Json:
    """GUILD_CREATE's data.

    `large` omits offline members. `all_members` False includes
    only the bot, as for a session without the GUILD_MEMBERS intent.
    """
    bot_id = world.application.bot.id
    members = list(guild.members.values())
    if large or not all_members:
        members = [member for member in members if member.user.id == bot_id]
    own = guild.members.get(bot_id)
    return guild_json(guild) | {
        "joined_at": iso(own.joined_at if own else guild.created_at),
        "large": large,
        "unavailable": False,
        "member_count": len(guild.members),
        "members": [member_json(member) for member in members],
        "channels": [channel_json(world, c) for c in guild.channels.values()],
        "threads": [
            thread_json(world, t)
            for t in guild.threads.values()
            if t.thread and not t.thread.archived
        ],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def command_json(command: Command) -> Json:
    """An application command with its localizations."""
    permissions = command.default_member_permissions
    data: Json = {
        "id": str(command.id),
        "application_id": str(command.application_id),
        "version": str(command.version),
        "default_member_permissions": None if permissions is None else str(permissions),
        "type": command.type,
        "name": command.name,
        "name_localizations": command.name_localizations,
        "description": command.description,
        "description_localizations": command.description_localizations,
        "nsfw": command.nsfw,
        "contexts": command.contexts,
        "integration_types": command.integration_types,
        "dm_permission": command.contexts is None or 1 in command.contexts,
    }
    if command.options:
        data["options"] = command.options
    if command.guild_id is not None:
        data["guild_id"] = str(command.guild_id)
        del data["dm_permission"]
    return data


def webhook_json(world: State, webhook: Webhook) -> Json:
    data: Json = {
        "id": str(webhook.id),
        "type": webhook.type,
        "application_id": sid(webhook.application_id),
        "avatar": None,
        "channel_id": str(webhook.channel_id),
        "guild_id": sid(webhook.guild_id),
        "name": webhook.name,
    }
    if webhook.user is not None:
        data["user"] = user_json(webhook.user)
    if webhook.source_guild_id is not None and webhook.source_channel_id is not None:
        guild = world.guilds.get(webhook.source_guild_id)
        channel = world.channels.get(webhook.source_channel_id)
        if guild is not None and channel is not None:
            data["source_guild"] = {"id": str(guild.id), "name": guild.name, "icon": None}
            data["source_channel"] = {"id": str(channel.id), "name": channel.name}
    return data
