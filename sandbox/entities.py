"""Discord's objects, as mutable records.

Ids are snowflakes (int), times are seconds since the Unix epoch (float), permissions are bit sets
(int). `sandbox.serial` and `sandbox.message_json` convert them to JSON. Numbers and names follow
https://docs.discord.com/developers/resources/.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import Any

Json = dict[str, Any]


class ChannelType(IntEnum):
    """Channel types, https://docs.discord.com/developers/resources/channel#channel-object."""

    TEXT = 0
    DM = 1
    VOICE = 2
    GROUP_DM = 3
    CATEGORY = 4
    ANNOUNCEMENT = 5
    ANNOUNCEMENT_THREAD = 10
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    STAGE = 13
    FORUM = 15
    MEDIA = 16


THREAD_TYPES = frozenset(
    {ChannelType.ANNOUNCEMENT_THREAD, ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD}
)
POST_TYPES = frozenset({ChannelType.FORUM, ChannelType.MEDIA})
TEXT_TYPES = THREAD_TYPES | {
    ChannelType.TEXT,
    ChannelType.DM,
    ChannelType.GROUP_DM,
    ChannelType.VOICE,
    ChannelType.ANNOUNCEMENT,
    ChannelType.STAGE,
}


class MessageFlag(IntFlag):
    """Message flags, https://docs.discord.com/developers/resources/message#message-object."""

    CROSSPOSTED = 1 << 0
    IS_CROSSPOST = 1 << 1
    SUPPRESS_EMBEDS = 1 << 2
    SOURCE_MESSAGE_DELETED = 1 << 3
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    IS_COMPONENTS_V2 = 1 << 15


class MessageType(IntEnum):
    """The types of messages in the sandbox."""

    DEFAULT = 0
    CHANNEL_FOLLOW_ADD = 12
    REPLY = 19
    CHAT_INPUT_COMMAND = 20
    THREAD_STARTER_MESSAGE = 21


class Intent(IntFlag):
    """Gateway intents of the sandbox's events."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_WEBHOOKS = 1 << 5
    GUILD_MESSAGES = 1 << 9
    DIRECT_MESSAGES = 1 << 12
    MESSAGE_CONTENT = 1 << 15


class InteractionType(IntEnum):
    """Types of interactions, after PING (1)."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    SUBMIT = 5


@dataclass(slots=True)
class Event:
    """A change, as gateway sessions and the page receive it.

    Attributes:
        data: the final JSON.
        intents: bits of which a session needs at least one (0: none needed).
        user_id: the only person who may see it (ephemeral messages).
        gateway: False for what only the page receives.
    """

    name: str
    data: Json
    guild_id: int | None = None
    intents: int = 0
    user_id: int | None = None
    gateway: bool = True


@dataclass(slots=True)
class User:
    """A user. `accepts_dms` is the setting for members of shared guilds."""

    id: int
    name: str
    global_name: str | None = None
    bot: bool = False
    locale: str = "en-US"
    accepts_dms: bool = True
    blocks_app: bool = False


@dataclass(slots=True)
class Role:
    id: int
    guild_id: int
    name: str
    permissions: int = 0
    position: int = 0
    color: int = 0
    mentionable: bool = False
    managed: bool = False
    bot_id: int | None = None


@dataclass(slots=True)
class Overwrite:
    """A channel's permission overwrite; `type` is 0 for a role and 1 for a member."""

    id: int
    type: int
    allow: int = 0
    deny: int = 0


@dataclass(slots=True)
class Member:
    user: User
    guild_id: int
    roles: list[int] = field(default_factory=list)
    nick: str | None = None
    joined_at: float = 0.0
    timed_out_until: float | None = None


@dataclass(slots=True)
class Tag:
    """A tag of a forum or media channel."""

    id: int
    name: str
    moderated: bool = False
    emoji_id: int | None = None
    emoji_name: str | None = None


@dataclass(slots=True)
class ThreadInfo:
    """The attributes that only threads have. `members` maps user ids to the time of joining."""

    owner_id: int
    created_at: float
    archive_timestamp: float
    auto_archive_duration: int = 4320
    archived: bool = False
    locked: bool = False
    message_count: int = 0
    total_message_sent: int = 0
    applied_tags: list[int] = field(default_factory=list)
    members: dict[int, float] = field(default_factory=dict)


@dataclass(slots=True)
class Message:
    """A message. With `webhook_id` set, `author` represents the webhook."""

    id: int
    channel_id: int
    guild_id: int | None
    author: User
    timestamp: float
    type: int = 0
    content: str = ""
    flags: int = 0
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    mentions: list[int] = field(default_factory=list)
    mention_roles: list[int] = field(default_factory=list)
    mention_everyone: bool = False
    edited: float | None = None
    tts: bool = False
    nonce: str | int | None = None
    webhook_id: int | None = None
    application_id: int | None = None
    reference: Json | None = None
    interaction_metadata: Json | None = None
    thread_id: int | None = None
    position: int | None = None
    ephemeral_for: int | None = None
    crossposts: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart request; `index` is the number in its part's name, ``files[n]``."""

    index: int
    filename: str
    content_type: str
    content: bytes


@dataclass(slots=True)
class Channel:
    """A guild channel, a thread (`thread` set) or a direct message (`recipients` set).

    Attributes:
        messages: in order of creation; only the newest `keep`.
        webhooks: ids of the channel's webhooks.
        followers: ids of the webhooks that copy crossposts from here into other channels.
    """

    id: int
    type: int
    guild_id: int | None = None
    name: str = ""
    topic: str | None = None
    parent_id: int | None = None
    position: int = 0
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    nsfw: bool = False
    rate_limit_per_user: int = 0
    tags: list[Tag] = field(default_factory=list)
    require_tag: bool = False
    default_auto_archive_duration: int = 4320
    thread: ThreadInfo | None = None
    recipients: list[User] = field(default_factory=list)
    messages: OrderedDict[int, Message] = field(default_factory=OrderedDict)
    keep: int = 1000
    last_message_id: int | None = None
    webhooks: list[int] = field(default_factory=list)
    followers: list[int] = field(default_factory=list)

    @property
    def is_thread(self) -> bool:
        return self.thread is not None

    @property
    def is_dm(self) -> bool:
        return self.type in (ChannelType.DM, ChannelType.GROUP_DM)


@dataclass(slots=True)
class Guild:
    """A guild. `channels` has no threads; they are in `threads`.

    The role with the guild's id is @everyone.
    """

    id: int
    name: str
    owner: User
    created_at: float
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    threads: dict[int, Channel] = field(default_factory=dict)
    system_channel_id: int | None = None
    bot_added_by: User | None = None
    preferred_locale: str = "en-US"


@dataclass(slots=True)
class Command:
    """An application command; `options` is validated JSON."""

    id: int
    application_id: int
    name: str
    version: int
    type: int = 1
    guild_id: int | None = None
    description: str = ""
    name_localizations: dict[str, str] | None = None
    description_localizations: dict[str, str] | None = None
    options: list[Json] = field(default_factory=list)
    default_member_permissions: int | None = None
    nsfw: bool = False
    contexts: list[int] | None = None
    integration_types: list[int] = field(default_factory=lambda: [0])


@dataclass(slots=True)
class Webhook:
    """A webhook: type 1 incoming, 2 channel follower (then `source_*` are set)."""

    id: int
    type: int
    guild_id: int | None
    channel_id: int
    name: str
    user: User | None = None
    application_id: int | None = None
    source_channel_id: int | None = None
    source_guild_id: int | None = None


@dataclass(slots=True)
class Interaction:
    """An interaction and how it was answered.

    Attributes:
        message: the message whose component was used.
        callback_type: of the first callback; None while there is none.
        message_id: id of the original response.
        owners: maps each kind of installation that allows it ("0" guild, "1" user) to its owner.
    """

    id: int
    token: str
    type: InteractionType
    user: User
    channel_id: int
    guild_id: int | None
    created_at: float
    data: Json = field(default_factory=dict)
    message: Message | None = None
    callback_type: int | None = None
    message_id: int | None = None
    owners: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Application:
    """The only application of the sandbox; `token` is its bot's token. `portal` is what its owner
    set otherwise in the developer portal, in the fields of Discord's application object."""

    id: int
    name: str
    token: str
    owner: User
    bot: User
    portal: dict[str, Any] = field(default_factory=dict)
