"""Whether the bot may do what it asks; refusals as Discord words them."""

from __future__ import annotations

from sandbox import errors
from sandbox.entities import TEXT_TYPES, Channel, Guild, Message
from sandbox.errors import ApiError
from sandbox.permissions import Permission, guild_permissions
from sandbox.world import World

P = Permission


def need(world: World, channel: Channel, *wanted: Permission) -> int:
    """The bot's bits in the channel; 403 (50001) when it can't see it, 403 (50013) when one of
    the wanted is missing."""
    bits = world.permissions(channel, world.application.bot)
    if not bits:
        raise errors.missing_access()
    if any(not bits & each for each in wanted):
        raise errors.missing_permissions()
    return bits


def need_in_guild(world: World, guild: Guild, *wanted: Permission) -> int:
    """As `need`, in the guild as a whole."""
    member = guild.members[world.application.bot.id]
    bits = guild_permissions(guild, member, now=world.clock())
    if any(not bits & each for each in wanted):
        raise errors.missing_permissions()
    return bits


def may_speak(world: World, channel: Channel) -> int:
    """The bot's bits where it may post messages.

    400 (50008) in a channel that takes none, 403 (50007, 50278) for closed direct messages, 403
    (160005) in a locked thread, 50001 and 50013 otherwise.
    """
    if channel.type not in TEXT_TYPES:
        need(world, channel)
        raise ApiError(400, 50008, "Cannot send messages in a non-text channel")
    if channel.is_dm:
        _may_write_to(world, channel)
        return need(world, channel)
    speak = P.SEND_MESSAGES_IN_THREADS if channel.is_thread else P.SEND_MESSAGES
    bits = need(world, channel, speak)
    if channel.thread is not None and channel.thread.locked and not bits & P.MANAGE_THREADS:
        raise ApiError(403, 160005, "Thread is locked")
    return bits


def _may_write_to(world: World, channel: Channel) -> None:
    """Direct messages reach only people who share a guild with the bot and take those of its
    members, or who installed the application for themselves; 50007 says that they blocked it,
    50278 the rest, in the same words (discord-api-docs, issue 8238)."""
    for user in channel.recipients:
        shared = any(user.id in guild.members for guild in world.bot_guilds())
        reaches = user.id in world.own_installs or (shared and user.accepts_dms)
        if user.blocks_app or not reaches:
            code = 50007 if user.blocks_app else 50278
            raise ApiError(403, code, "Cannot send messages to this user")


def may_send(world: World, channel: Channel, body: object, *, files: bool) -> None:
    """Check what the bot may put into a message there: embeds, files, replies, speech."""
    bits = may_speak(world, channel)
    given = body if isinstance(body, dict) else {}
    wanted = {
        P.EMBED_LINKS: bool(given.get("embeds")),
        P.ATTACH_FILES: files,
        P.SEND_TTS_MESSAGES: bool(given.get("tts")) and not channel.is_dm,
    }
    if any(there and not bits & bit for bit, there in wanted.items()):
        raise errors.missing_permissions()
    if given.get("message_reference") and not bits & P.READ_MESSAGE_HISTORY:
        raise ApiError(403, 160002, "Cannot reply without permission to read message history")


def own_message(world: World, message: Message) -> None:
    """403 (50005) for a message of somebody else."""
    mine = message.author.id == world.application.bot.id
    if not mine or message.webhook_id not in (None, world.application.id):
        raise ApiError(403, 50005, "Cannot edit a message authored by another user")


def not_archived(channel: Channel) -> None:
    """400 (50083) in an archived thread."""
    if channel.thread is not None and channel.thread.archived:
        raise ApiError(400, 50083, "Thread is archived")
