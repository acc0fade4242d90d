"""Permission checks of endpoints, with Discord's errors."""

from __future__ import annotations

from sandbox import errors
from sandbox.entities import TEXT_TYPES, Channel, Message
from sandbox.errors import ApiError
from sandbox.permissions import Permission
from sandbox.world import World

P = Permission


def require(world: World, channel: Channel, *permissions: Permission) -> int:
    """The bot's permissions in the channel.

    403 (50001) when it can't see the channel, 403 (50013) when one of `permissions` is missing.
    """
    granted = world.permissions(channel, world.application.bot)
    if not granted:
        raise errors.missing_access()
    if any(not granted & each for each in permissions):
        raise errors.missing_permissions()
    return granted


def require_send(world: World, channel: Channel) -> int:
    """The bot's permissions in a channel where it may send messages.

    400 (50008) in a channel without messages, 403 (50007, 50278) for closed direct messages, 403
    (160005) in a locked thread, else 403 (50001, 50013).
    """
    if channel.type not in TEXT_TYPES:
        require(world, channel)
        raise ApiError(400, 50008, "Cannot send messages in a non-text channel")
    if channel.is_dm:
        _require_open_dm(world, channel)
        return require(world, channel)
    send = P.SEND_MESSAGES_IN_THREADS if channel.is_thread else P.SEND_MESSAGES
    granted = require(world, channel, send)
    if channel.thread is not None and channel.thread.locked and not granted & P.MANAGE_THREADS:
        raise ApiError(403, 160005, "Thread is locked")
    return granted


def _require_open_dm(world: World, channel: Channel) -> None:
    """403 when the recipient can't be messaged.

    That needs a shared guild whose members the user accepts messages from, or the application
    installed for the user. 50007 means that they blocked it, 50278 the rest, with the same message
    (discord-api-docs, issue 8238).
    """
    for user in channel.recipients:
        shared = any(user.id in guild.members for guild in world.bot_guilds())
        reaches = user.id in world.own_installs or (shared and user.accepts_dms)
        if user.blocks_app or not reaches:
            code = 50007 if user.blocks_app else 50278
            raise ApiError(403, code, "Cannot send messages to this user")


def require_content(world: World, channel: Channel, body: object, *, files: bool) -> None:
    """Check that the bot may send such a message there: embeds, files, text-to-speech."""
    granted = require_send(world, channel)
    message = body if isinstance(body, dict) else {}
    needed = {
        P.EMBED_LINKS: bool(message.get("embeds")),
        P.ATTACH_FILES: files,
        P.SEND_TTS_MESSAGES: bool(message.get("tts")) and not channel.is_dm,
    }
    if any(used and not granted & permission for permission, used in needed.items()):
        raise errors.missing_permissions()


def require_own(world: World, message: Message) -> None:
    """403 (50005) for a message of another author."""
    mine = message.author.id == world.application.bot.id
    if not mine or message.webhook_id not in (None, world.application.id):
        raise ApiError(403, 50005, "Cannot edit a message authored by another user")


def require_unarchived(channel: Channel) -> None:
    """400 (50083) in an archived thread."""
    if channel.thread is not None and channel.thread.archived:
        raise ApiError(400, 50083, "Thread is archived")
