"""Creating, editing and deleting messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sandbox import serial
from sandbox.entities import (
    Channel,
    Intent,
    Interaction,
    InteractionType,
    Message,
    MessageFlag,
    MessageType,
    Upload,
    User,
)
from sandbox.errors import unknown
from sandbox.mentions import displayed, resolve
from sandbox.message_json import message_event_json
from sandbox.validate.message import message_payload
from sandbox.world import World

# How many ephemeral messages, and how many bytes of attachments, are kept.
KEEP_EPHEMERALS = 5_000
KEEP_FILE_BYTES = 64 * 1024 * 1024
# The bound of kept nonces is far above what 300 s at 50 requests/s can make.
KEEP_NONCES = 50_000


def create_message(
    world: World,
    channel: Channel,
    author: User,
    payload: Mapping[str, Any],
    *,
    interaction: Interaction | None = None,
    ephemeral_for: User | None = None,
    files: Sequence[Upload] = (),
    loading: bool = False,
    message_id: int | None = None,
) -> Message:
    """Validate `payload`, decide who is pinged, store the message and emit MESSAGE_CREATE.

    `payload` is the JSON of Discord's create-message or of a callback's `data`. Permissions to send
    are checked by the endpoints. With `enforce_nonce`, a nonce that the author used within
    `world.nonce_window` returns the message of then. `ephemeral_for` makes an ephemeral message,
    kept in `world.ephemerals` and emitted to the page only. `loading` makes the placeholder of a
    deferred reply. `message_id` is the thread's id for the first message of a post.

    Raises `ApiError` 400 for what Discord refuses.
    """
    draft = message_payload(
        world,
        payload,
        interaction=interaction is not None,
        files=files,
        channel_id=channel.id,
        loading=loading,
        post=message_id is not None,
    )
    known = _same_nonce(world, author, draft)
    if known is not None:
        return known
    message = Message(
        id=world.snowflake() if message_id is None else message_id,
        channel_id=channel.id,
        guild_id=channel.guild_id,
        author=author,
        timestamp=world.clock(),
        tts=bool(draft.get("tts")),
        nonce=draft.get("nonce"),
    )
    if interaction is not None:
        _mark_as_answer(world, message, interaction)
    _fill(world, message, draft)
    _set_mentions(world, channel, message, draft)
    if loading:
        message.flags |= MessageFlag.LOADING
    if ephemeral_for is not None:
        message.flags |= MessageFlag.EPHEMERAL
        message.ephemeral_for = ephemeral_for.id
        _bounded(world.ephemerals, message, KEEP_EPHEMERALS)
    else:
        message.flags &= ~MessageFlag.EPHEMERAL
        store(world, channel, message)
    _keep_nonce(world, author, draft, message)
    publish(world, "MESSAGE_CREATE", channel, message)
    return message


def add_system_message(
    world: World,
    channel: Channel,
    kind: MessageType,
    reference: dict[str, Any],
    content: str = "",
) -> None:
    """Add a message that Discord itself writes in the bot's name; emits MESSAGE_CREATE."""
    message = Message(
        id=world.snowflake(),
        channel_id=channel.id,
        guild_id=channel.guild_id,
        author=world.application.bot,
        timestamp=world.clock(),
        type=kind,
        content=content,
        reference=reference,
    )
    store(world, channel, message)
    publish(world, "MESSAGE_CREATE", channel, message)


def edit_message(
    world: World,
    message: Message,
    payload: Mapping[str, Any],
    *,
    files: Sequence[Upload] = (),
) -> Message:
    """Apply the JSON of Discord's edit-message and emit MESSAGE_UPDATE.

    Crossposted copies are edited too. An edit pings nobody, but the message's mentions become those
    of the new text. Raises `ApiError` 400 for what Discord refuses, 404 when the channel is gone.
    """
    channel = world.channels.get(message.channel_id)
    if channel is None:
        raise unknown("Channel")
    draft = message_payload(world, payload, editing=message, files=files, channel_id=channel.id)
    _fill(world, message, draft)
    if draft["given"] & {"content", "components", "allowed_mentions"}:
        _set_mentions(world, channel, message, draft)
    if draft["given"] - {"flags"}:
        message.edited = world.clock()
    publish(world, "MESSAGE_UPDATE", channel, message)
    _update_copies(world, message, copy_content)
    return message


def delete_message(world: World, message: Message) -> None:
    """Remove the message and emit MESSAGE_DELETE.

    Crossposted copies stay and are marked SOURCE_MESSAGE_DELETED.
    """
    channel = world.channels.get(message.channel_id)
    world.ephemerals.pop(message.id, None)
    for attachment in message.attachments:
        world.files.pop(int(attachment["id"]), None)
    if channel is None:
        return
    if channel.messages.pop(message.id, None) is not None and channel.thread is not None:
        channel.thread.message_count = max(0, channel.thread.message_count - 1)
    publish(world, "MESSAGE_DELETE", channel, message)
    _update_copies(world, message, _mark_deleted)


def store(world: World, channel: Channel, message: Message) -> None:
    """Append the message to its channel; a thread counts it and is unarchived."""
    _bounded(channel.messages, message, channel.keep)
    channel.last_message_id = message.id
    info = channel.thread
    if info is None:
        return
    # "the first message is not counted" in posts of forums, whose id is the thread's own.
    if message.id != channel.id:
        info.message_count += 1
        info.total_message_sent += 1
        message.position = info.total_message_sent
    info.members.setdefault(message.author.id, world.clock())
    if info.archived and not info.locked:
        world.edit_channel(channel, archived=False)


def publish(world: World, name: str, channel: Channel, message: Message) -> None:
    """Emit a message event.

    Events of ephemeral messages, and of channels that the bot can't see, go to the page only.
    """
    guild = world.guild_of(channel)
    visible = message.ephemeral_for is None and bool(
        world.permissions(channel, world.application.bot)
    )
    identity = {"id": str(message.id), "channel_id": str(channel.id)}
    if guild is not None:
        identity["guild_id"] = str(guild.id)
    is_deletion = name == "MESSAGE_DELETE"
    world.publish(
        name,
        lambda: identity if is_deletion else message_event_json(world, message),
        guild=guild,
        intents=Intent.DIRECT_MESSAGES if channel.is_dm else Intent.GUILD_MESSAGES,
        gateway=visible,
        user_id=message.ephemeral_for,
    )


def copy_content(source: Message, copy: Message) -> None:
    """Give a crossposted copy the content and embeds of its source.

    Components "do not sync from the source message" (discord-api-docs, issue 3079).
    """
    copy.content = source.content
    copy.embeds = source.embeds
    copy.attachments = source.attachments
    copy.edited = source.edited
    shared = MessageFlag.SUPPRESS_EMBEDS
    copy.flags = copy.flags & ~int(shared) | source.flags & int(shared)


def _mark_deleted(source: Message, copy: Message) -> None:
    copy.flags |= MessageFlag.SOURCE_MESSAGE_DELETED


def _update_copies(
    world: World, source: Message, change: Callable[[Message, Message], None]
) -> None:
    for channel_id, message_id in source.crossposts:
        channel = world.channels.get(channel_id)
        copy = channel.messages.get(message_id) if channel else None
        if channel is not None and copy is not None:
            change(source, copy)
            publish(world, "MESSAGE_UPDATE", channel, copy)


def _bounded(messages: Any, message: Message, keep: int) -> None:
    messages[message.id] = message
    while len(messages) > keep:
        messages.popitem(last=False)


def _fill(world: World, message: Message, draft: Mapping[str, Any]) -> None:
    for key in ("content", "embeds", "components", "flags", "attachments"):
        setattr(message, key, draft[key])
    kinds = {int(item["id"]): item["content_type"] for item in draft["attachments"]}
    for attachment_id, upload in draft["uploads"].items():
        world.files[attachment_id] = (upload.filename, kinds[attachment_id], upload.content)
    if not draft["uploads"]:
        return
    size = sum(len(content) for _name, _type, content in world.files.values())
    while size > KEEP_FILE_BYTES:
        _id, (_name, _type, content) = world.files.popitem(last=False)
        size -= len(content)


def _set_mentions(
    world: World, channel: Channel, message: Message, draft: Mapping[str, Any]
) -> None:
    guild = world.guild_of(channel)
    sender = message.author if message.interaction_metadata is None else world.application.bot
    granted = world.permissions(channel, sender)
    pings = resolve(
        [message.content, *displayed(message.components)],
        draft.get("allowed_mentions"),
        users=world.users,
        roles=guild.roles if guild else {},
        permissions=granted,
    )
    message.mentions = pings.users
    message.mention_roles = pings.roles
    message.mention_everyone = pings.everyone


def _reference_json(channel: Channel, target: Message) -> dict[str, Any]:
    reference = {"type": 0, "channel_id": str(channel.id), "message_id": str(target.id)}
    if channel.guild_id is not None:
        reference["guild_id"] = str(channel.guild_id)
    return reference


def _mark_as_answer(world: World, message: Message, interaction: Interaction) -> None:
    """Mark a message as the answer to an interaction."""
    metadata: dict[str, Any] = {
        "id": str(interaction.id),
        "type": interaction.type,
        "user": serial.user_json(interaction.user),
        "authorizing_integration_owners": interaction.owners,
    }
    source = interaction.message
    if interaction.type == InteractionType.COMMAND:
        message.type = MessageType.CHAT_INPUT_COMMAND
    elif source is not None:
        message.type = MessageType.REPLY
        message.reference = _reference_json(world.channels[source.channel_id], source)
        metadata["interacted_message_id"] = str(source.id)
    if interaction.type == InteractionType.SUBMIT:
        metadata["triggering_interaction_metadata"] = _trigger(metadata, source)
        metadata.pop("interacted_message_id", None)
    if interaction.message_id is not None:
        metadata["original_response_message_id"] = str(interaction.message_id)
    message.interaction_metadata = metadata
    message.application_id = world.application.id
    message.webhook_id = world.application.id


def _trigger(metadata: dict[str, Any], source: Message | None) -> dict[str, Any]:
    """The interaction that was answered by the modal: a component's, or else a command's."""
    trigger = {key: value for key, value in metadata.items() if key != "type"}
    return trigger | {
        "type": InteractionType.COMMAND if source is None else InteractionType.COMPONENT
    }


def _same_nonce(world: World, author: User, draft: Mapping[str, Any]) -> Message | None:
    """The message that the author made with this nonce within the window, if it still exists."""
    if not draft.get("enforce_nonce") or draft.get("nonce") in (None, ""):
        return None
    found = world.nonces.get((author.id, str(draft["nonce"])))
    if found is None or world.clock() - found[0] >= world.nonce_window:
        return None
    channel = world.channels.get(found[1])
    return channel.messages.get(found[2]) if channel else None


def _keep_nonce(world: World, author: User, draft: Mapping[str, Any], message: Message) -> None:
    if draft.get("nonce") in (None, "") or world.nonce_window <= 0:
        return
    now = world.clock()
    world.nonces[(author.id, str(draft["nonce"]))] = (now, message.channel_id, message.id)
    world.nonces.move_to_end((author.id, str(draft["nonce"])))
    while world.nonces and (
        len(world.nonces) > KEEP_NONCES
        or now - next(iter(world.nonces.values()))[0] >= world.nonce_window
    ):
        world.nonces.popitem(last=False)
