"""Discord's permission algorithm, as pure functions over `sandbox.entities`.

Base permissions come from roles; then channel overwrites (@everyone, all roles together, member),
implied losses and time-outs apply, https://docs.discord.com/developers/topics/permissions.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntFlag

from sandbox.entities import Channel, Guild, Member, Overwrite


class Permission(IntFlag):
    """Permission bits, https://docs.discord.com/developers/topics/permissions."""

    CREATE_INSTANT_INVITE = 1 << 0
    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_AUDIT_LOG = 1 << 7
    PRIORITY_SPEAKER = 1 << 8
    STREAM = 1 << 9
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    VIEW_GUILD_INSIGHTS = 1 << 19
    CONNECT = 1 << 20
    SPEAK = 1 << 21
    MUTE_MEMBERS = 1 << 22
    DEAFEN_MEMBERS = 1 << 23
    MOVE_MEMBERS = 1 << 24
    USE_VAD = 1 << 25
    CHANGE_NICKNAME = 1 << 26
    MANAGE_NICKNAMES = 1 << 27
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    MANAGE_GUILD_EXPRESSIONS = 1 << 30
    USE_APPLICATION_COMMANDS = 1 << 31
    REQUEST_TO_SPEAK = 1 << 32
    MANAGE_EVENTS = 1 << 33
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    USE_EXTERNAL_STICKERS = 1 << 37
    SEND_MESSAGES_IN_THREADS = 1 << 38
    USE_EMBEDDED_ACTIVITIES = 1 << 39
    MODERATE_MEMBERS = 1 << 40
    VIEW_CREATOR_MONETIZATION_ANALYTICS = 1 << 41
    USE_SOUNDBOARD = 1 << 42
    CREATE_GUILD_EXPRESSIONS = 1 << 43
    CREATE_EVENTS = 1 << 44
    USE_EXTERNAL_SOUNDS = 1 << 45
    SEND_VOICE_MESSAGES = 1 << 46
    SEND_POLLS = 1 << 49
    USE_EXTERNAL_APPS = 1 << 50
    PIN_MESSAGES = 1 << 51
    BYPASS_SLOWMODE = 1 << 52


P = Permission

ALL = sum(P)

# The permissions of @everyone in a new guild, as at Discord.
DEFAULT_EVERYONE = int(
    P.CREATE_INSTANT_INVITE
    | P.ADD_REACTIONS
    | P.STREAM
    | P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.SEND_TTS_MESSAGES
    | P.EMBED_LINKS
    | P.ATTACH_FILES
    | P.READ_MESSAGE_HISTORY
    | P.MENTION_EVERYONE
    | P.USE_EXTERNAL_EMOJIS
    | P.CONNECT
    | P.SPEAK
    | P.USE_VAD
    | P.CHANGE_NICKNAME
    | P.USE_APPLICATION_COMMANDS
    | P.REQUEST_TO_SPEAK
    | P.CREATE_PUBLIC_THREADS
    | P.CREATE_PRIVATE_THREADS
    | P.SEND_MESSAGES_IN_THREADS
    | P.USE_EXTERNAL_STICKERS
    | P.USE_EMBEDDED_ACTIVITIES
    | P.SEND_VOICE_MESSAGES
    | P.SEND_POLLS
    | P.USE_EXTERNAL_APPS
)

# The permissions of an invited bot, unless others are given.
DEFAULT_BOT = int(
    P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.EMBED_LINKS
    | P.ATTACH_FILES
    | P.READ_MESSAGE_HISTORY
    | P.CREATE_PUBLIC_THREADS
    | P.SEND_MESSAGES_IN_THREADS
)

# The permissions in direct messages.
DM_PERMISSIONS = int(
    P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.EMBED_LINKS
    | P.ATTACH_FILES
    | P.READ_MESSAGE_HISTORY
    | P.ADD_REACTIONS
    | P.USE_EXTERNAL_EMOJIS
    | P.USE_APPLICATION_COMMANDS
)

# "Denying SEND_MESSAGES implicitly denies these", docs, "Implicit Permissions".
_LOST_WITHOUT_SEND = P.MENTION_EVERYONE | P.SEND_TTS_MESSAGES | P.ATTACH_FILES | P.EMBED_LINKS
_LEFT_IN_TIMEOUT = P.VIEW_CHANNEL | P.READ_MESSAGE_HISTORY


def guild_permissions(guild: Guild, member: Member, *, now: float) -> int:
    """The member's permissions in the guild, without overwrites.

    Administrators and the owner have every permission; a member in time-out keeps only viewing and
    reading. `now` is in seconds since the epoch.
    """
    if member.user.id == guild.owner.id:
        return ALL
    bits = guild.roles[guild.id].permissions
    for role_id in member.roles:
        role = guild.roles.get(role_id)
        if role is not None:
            bits |= role.permissions
    if bits & P.ADMINISTRATOR:
        return ALL
    if _timed_out(member, now):
        bits &= _LEFT_IN_TIMEOUT
    return bits


def channel_permissions(guild: Guild, channel: Channel, member: Member, *, now: float) -> int:
    """The member's permissions in a channel, with overwrites; 0 without VIEW_CHANNEL.

    For a thread pass its parent channel: threads have no overwrites.
    """
    base = guild_permissions(guild, member, now=now)
    if base & P.ADMINISTRATOR:
        return ALL
    bits = apply_overwrites(base, channel.overwrites, guild.id, member.roles, member.user.id)
    if not bits & P.VIEW_CHANNEL:
        return 0
    if not bits & P.SEND_MESSAGES:
        bits &= ~_LOST_WITHOUT_SEND
    if _timed_out(member, now):
        bits &= _LEFT_IN_TIMEOUT
    return bits


def apply_overwrites(
    base: int,
    overwrites: dict[int, Overwrite],
    guild_id: int,
    role_ids: Iterable[int],
    user_id: int,
) -> int:
    """`base` after @everyone's overwrite, the roles' taken together, and the member's own."""
    bits = base
    everyone = overwrites.get(guild_id)
    if everyone is not None:
        bits = bits & ~everyone.deny | everyone.allow
    allow = deny = 0
    for role_id in role_ids:
        overwrite = overwrites.get(role_id)
        if overwrite is not None:
            allow |= overwrite.allow
            deny |= overwrite.deny
    bits = bits & ~deny | allow
    own = overwrites.get(user_id)
    if own is not None:
        bits = bits & ~own.deny | own.allow
    return bits


def _timed_out(member: Member, now: float) -> bool:
    return member.timed_out_until is not None and member.timed_out_until > now
