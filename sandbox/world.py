"""The world of the local Discord: guilds, people, channels, and how they change.

Each change emits the gateway events that Discord would. Nothing is precomputed per guild, so that
ten thousand guilds cost little.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sandbox import serial
from sandbox.entities import (
    POST_TYPES,
    THREAD_TYPES,
    Application,
    Channel,
    ChannelType,
    Command,
    Event,
    Guild,
    Intent,
    Interaction,
    Member,
    Message,
    Overwrite,
    Role,
    Tag,
    ThreadInfo,
    User,
    Webhook,
)
from sandbox.permissions import (
    DEFAULT_BOT,
    DEFAULT_EVERYONE,
    DM_PERMISSIONS,
)
from sandbox.state import State

__all__ = [
    "DM_PERMISSIONS",
    "Application",
    "Channel",
    "ChannelType",
    "Command",
    "Event",
    "Guild",
    "Intent",
    "Interaction",
    "Member",
    "Message",
    "Overwrite",
    "Role",
    "Tag",
    "ThreadInfo",
    "User",
    "Webhook",
    "World",
]


class World(State):
    """A Discord with one application in it.

    `clock` gives seconds since the epoch and drives snowflakes, nonces and archive times; `rng`
    makes tokens. `nonce_window` is how long, in seconds, an enforced nonce is remembered
    ("the past few minutes" in the docs), 0 switches it off. `base_url` is where attachments
    and avatars are served.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        rng: random.Random | None = None,
        nonce_window: float = 300.0,
        base_url: str = "http://127.0.0.1",
    ) -> None:
        super().__init__(clock=clock, rng=rng, nonce_window=nonce_window, base_url=base_url)
        owner, bot = self.add_user("operator"), self.add_user("KCrush", bot=True)
        self.application = Application(bot.id, "KCrush", self.token(bot.id), owner, bot)

    # People and guilds

    def add_user(
        self,
        name: str,
        *,
        bot: bool = False,
        locale: str = "en-US",
        global_name: str | None = None,
        accepts_dms: bool = True,
    ) -> User:
        user = User(
            self.snowflake(), name, global_name, bot=bot, locale=locale, accepts_dms=accepts_dms
        )
        self.users[user.id] = user
        return user

    def add_guild(
        self,
        name: str,
        *,
        owner: User | None = None,
        with_bot: bool = True,
        bot_permissions: int | None = None,
        everyone: int = DEFAULT_EVERYONE,
        locale: str = "en-US",
    ) -> Guild:
        """A guild with its @everyone role, its owner and, `with_bot`, the bot and its role.

        `owner` None takes the application's owner.
        """
        guild_id = self.snowflake()
        owner = owner or self.application.owner
        guild = self.guilds[guild_id] = Guild(
            guild_id, name, owner, self.clock(), preferred_locale=locale
        )
        guild.roles[guild_id] = Role(guild_id, guild_id, "@everyone", everyone)
        guild.members[owner.id] = Member(owner, guild_id, joined_at=guild.created_at)
        if with_bot:
            self.add_bot(guild, permissions=bot_permissions)
        return guild

    def add_bot(self, guild: Guild, *, permissions: int | None = None) -> Member:
        """Invite the bot: its managed role, its member, GUILD_CREATE."""
        bot = self.application.bot
        bits = DEFAULT_BOT if permissions is None else permissions
        role = Role(self.snowflake(), guild.id, self.application.name, bits, len(guild.roles))
        role.managed, role.bot_id = True, bot.id
        guild.roles[role.id] = role
        member = Member(bot, guild.id, [role.id], joined_at=self.clock())
        guild.members[bot.id] = member
        self.publish("GUILD_CREATE", lambda: serial.guild_create_json(self, guild), guild=guild)
        return member

    def remove_bot(self, guild: Guild) -> None:
        """Throw the bot out: its member and role go, GUILD_DELETE without `unavailable`."""
        bot_id = self.application.bot.id
        if guild.members.pop(bot_id, None) is None:
            return
        for role in [r for r in guild.roles.values() if r.bot_id == bot_id]:
            del guild.roles[role.id]
        for command in [c for c in self.commands.values() if c.guild_id == guild.id]:
            del self.commands[command.id]
        data = {"id": str(guild.id)}
        self.emit(Event("GUILD_DELETE", data, guild.id, Intent.GUILDS))

    def delete_guild(self, guild: Guild) -> None:
        """The guild ceases to be, with all its channels."""
        self.remove_bot(guild)
        for channel in (*guild.channels.values(), *guild.threads.values()):
            self.channels.pop(channel.id, None)
            self._drop_webhooks(channel)
        del self.guilds[guild.id]

    def set_unavailable(self, guild: Guild, *, unavailable: bool) -> None:
        """An outage of the guild begins or ends (GUILD_DELETE with `unavailable`, GUILD_CREATE)."""
        guild.unavailable = unavailable
        if unavailable:
            data = {"id": str(guild.id), "unavailable": True}
            self.emit(Event("GUILD_DELETE", data, guild.id, Intent.GUILDS))
            return
        self.publish("GUILD_CREATE", lambda: serial.guild_create_json(self, guild), guild=guild)

    def edit_guild(self, guild: Guild, **changes: Any) -> None:
        """Set attributes of the guild; GUILD_UPDATE."""
        for name, value in changes.items():
            setattr(guild, name, value)
        self.publish("GUILD_UPDATE", lambda: serial.guild_json(guild), guild=guild)

    def add_role(
        self,
        guild: Guild,
        name: str,
        *,
        permissions: int = 0,
        mentionable: bool = False,
        color: int = 0,
    ) -> Role:
        role = Role(
            self.snowflake(), guild.id, name, permissions, len(guild.roles), color, mentionable
        )
        guild.roles[role.id] = role
        self._publish_role("GUILD_ROLE_CREATE", guild, role)
        return role

    def edit_role(self, role: Role, **changes: Any) -> None:
        """Set attributes of the role; GUILD_ROLE_UPDATE."""
        for name, value in changes.items():
            setattr(role, name, value)
        self._publish_role("GUILD_ROLE_UPDATE", self.guilds[role.guild_id], role)

    def delete_role(self, role: Role) -> None:
        guild = self.guilds[role.guild_id]
        del guild.roles[role.id]
        for member in guild.members.values():
            if role.id in member.roles:
                member.roles.remove(role.id)
        data = {"guild_id": str(guild.id), "role_id": str(role.id)}
        self.publish("GUILD_ROLE_DELETE", lambda: data, guild=guild)

    def _publish_role(self, name: str, guild: Guild, role: Role) -> None:
        self.publish(
            name,
            lambda: {"guild_id": str(guild.id), "role": serial.role_json(role)},
            guild=guild,
        )

    def add_member(self, guild: Guild, user: User, roles: Iterable[Role] = ()) -> Member:
        member = Member(user, guild.id, [role.id for role in roles], joined_at=self.clock())
        guild.members[user.id] = member
        self._publish_member("GUILD_MEMBER_ADD", guild, member)
        return member

    def edit_member(self, member: Member, **changes: Any) -> None:
        """Set attributes of the member; GUILD_MEMBER_UPDATE (the bot hears of itself always)."""
        for name, value in changes.items():
            setattr(member, name, value)
        self._publish_member("GUILD_MEMBER_UPDATE", self.guilds[member.guild_id], member)

    def remove_member(self, guild: Guild, user: User) -> None:
        if user.id == self.application.bot.id:
            self.remove_bot(guild)
        elif guild.members.pop(user.id, None) is not None:
            data = {"guild_id": str(guild.id), "user": serial.user_json(user)}
            intents = Intent.GUILD_MEMBERS
            self.publish("GUILD_MEMBER_REMOVE", lambda: data, guild=guild, intents=intents)

    def _publish_member(self, name: str, guild: Guild, member: Member) -> None:
        own = member.user.id == self.application.bot.id
        self.publish(
            name,
            lambda: serial.member_json(member) | {"guild_id": str(guild.id)},
            guild=guild,
            intents=Intent.GUILDS if own else Intent.GUILD_MEMBERS,
        )

    # Channels

    def add_channel(
        self,
        guild: Guild,
        name: str,
        *,
        type: int = 0,  # noqa: A002
        parent: Channel | None = None,
        overwrites: Iterable[Overwrite] = (),
        topic: str | None = None,
        tags: Sequence[str | Tag] = (),
        require_tag: bool = False,
    ) -> Channel:
        """A channel of the guild (no thread: see `add_thread`); `tags` are for forums."""
        parent_id = parent.id if parent else None
        channel = Channel(
            *(self.snowflake(), int(type), guild.id, name, topic, parent_id),
            position=len(guild.channels),
            overwrites={overwrite.id: overwrite for overwrite in overwrites},
            tags=[t if isinstance(t, Tag) else Tag(self.snowflake(), t) for t in tags],
            require_tag=require_tag,
        )
        self.channels[channel.id] = guild.channels[channel.id] = channel
        self._publish_channel("CREATE", channel)
        return channel

    def add_thread(
        self,
        parent: Channel,
        name: str,
        owner: User,
        *,
        type: int | None = None,  # noqa: A002
        thread_id: int | None = None,
        auto_archive_duration: int | None = None,
        applied_tags: Iterable[int] = (),
        rate_limit_per_user: int = 0,
        invitable: bool = True,
    ) -> Channel:
        """A thread or forum post under `parent`, its owner in it; THREAD_CREATE.

        `thread_id` is the message's id for a thread that starts from a message.
        """
        if parent.guild_id is None:
            raise ValueError("a thread needs a guild channel as its parent")
        default = (
            ChannelType.ANNOUNCEMENT_THREAD
            if parent.type == ChannelType.ANNOUNCEMENT
            else ChannelType.PUBLIC_THREAD
        )
        now = self.clock()
        info = ThreadInfo(
            owner.id,
            created_at=now,
            archive_timestamp=now,
            auto_archive_duration=auto_archive_duration or parent.default_auto_archive_duration,
            invitable=invitable,
            applied_tags=list(applied_tags),
            members={owner.id: now},
        )
        thread = Channel(
            self.snowflake() if thread_id is None else thread_id,
            int(default if type is None else type),
            parent.guild_id,
            name,
            parent_id=parent.id,
            rate_limit_per_user=rate_limit_per_user,
            thread=info,
        )
        self.channels[thread.id] = self.guilds[parent.guild_id].threads[thread.id] = thread
        if parent.type in POST_TYPES:
            parent.last_message_id = thread.id
        self._publish_channel("CREATE", thread, extra={"newly_created": True})
        return thread

    def edit_channel(self, channel: Channel, **changes: Any) -> None:
        """Set attributes of the channel, or of its `thread`; CHANNEL_UPDATE or THREAD_UPDATE."""
        for name, value in changes.items():
            target: Any = channel if name in _CHANNEL_FIELDS else channel.thread
            setattr(target, name, value)
        if channel.thread is not None and "archived" in changes:
            channel.thread.archive_timestamp = self.clock()
        self._publish_channel("UPDATE", channel)

    def let_rest(self, channel: Channel) -> None:
        """Archive the thread if nothing happened in it for its auto-archive duration (minutes)."""
        info = channel.thread
        if info is None or info.archived:
            return
        latest = channel.messages.get(channel.last_message_id or 0)
        quiet_since = max(info.archive_timestamp, latest.timestamp if latest else 0.0)
        if self.clock() - quiet_since >= info.auto_archive_duration * 60:
            self.edit_channel(channel, archived=True)

    def delete_channel(self, channel: Channel) -> None:
        """The channel ceases to be, its threads and webhooks with it."""
        self.channels.pop(channel.id, None)
        guild = self.guilds.get(channel.guild_id or 0)
        if guild is None:
            return
        guild.channels.pop(channel.id, None)
        guild.threads.pop(channel.id, None)
        for thread in [t for t in guild.threads.values() if t.parent_id == channel.id]:
            del guild.threads[thread.id]
            self.channels.pop(thread.id, None)
        self._drop_webhooks(channel)
        if guild.system_channel_id == channel.id:
            guild.system_channel_id = None
        self._publish_channel("DELETE", channel)

    def set_overwrite(
        self, channel: Channel, target_id: int, *, allow: int = 0, deny: int = 0
    ) -> None:
        """Set a role's or member's overwrite (both 0 removes it); CHANNEL_UPDATE."""
        guild = self.guilds[channel.guild_id or 0]
        if allow or deny:
            kind = 0 if target_id in guild.roles else 1
            channel.overwrites[target_id] = Overwrite(target_id, kind, int(allow), int(deny))
        else:
            channel.overwrites.pop(target_id, None)
        self._publish_channel("UPDATE", channel)

    def _publish_channel(
        self, what: str, channel: Channel, *, extra: dict[str, Any] | None = None
    ) -> None:
        guild = self.guilds.get(channel.guild_id or 0)
        kind = "THREAD" if channel.type in THREAD_TYPES else "CHANNEL"
        self.publish(
            f"{kind}_{what}",
            lambda: serial.channel_json(self, channel) | (extra or {}),
            guild=guild,
        )

    def add_webhook(self, webhook: Webhook) -> None:
        self.webhooks[webhook.id] = webhook
        self.channels[webhook.channel_id].webhooks.append(webhook.id)
        self.webhooks_changed(webhook)

    def move_webhook(self, webhook: Webhook, channel: Channel) -> None:
        """Let an incoming webhook speak in another channel."""
        self.channels[webhook.channel_id].webhooks.remove(webhook.id)
        channel.webhooks.append(webhook.id)
        webhook.channel_id = channel.id

    def _drop_webhooks(self, channel: Channel) -> None:
        for webhook_id in tuple(channel.webhooks):
            self.delete_webhook(self.webhooks[webhook_id])

    def delete_webhook(self, webhook: Webhook) -> None:
        self.webhooks.pop(webhook.id, None)
        here = self.channels.get(webhook.channel_id)
        source = self.channels.get(webhook.source_channel_id or 0)
        for ids in (here.webhooks if here else [], source.followers if source else []):
            if webhook.id in ids:
                ids.remove(webhook.id)
        self.webhooks_changed(webhook)

    def webhooks_changed(self, webhook: Webhook) -> None:
        """WEBHOOKS_UPDATE for the channel of a webhook made, changed or deleted."""
        guild = self.guilds.get(webhook.guild_id or 0)
        if guild is not None:
            data = {"guild_id": str(guild.id), "channel_id": str(webhook.channel_id)}
            self.publish(
                "WEBHOOKS_UPDATE", lambda: data, guild=guild, intents=Intent.GUILD_WEBHOOKS
            )

    def open_dm(self, user: User) -> Channel:
        """The direct message channel between the bot and `user`, made when there is none."""
        if user.id not in self.dms:
            channel = Channel(self.snowflake(), ChannelType.DM, recipients=[user])
            self.channels[channel.id] = self.dms[user.id] = channel
        return self.dms[user.id]


_CHANNEL_FIELDS = frozenset(Channel.__dataclass_fields__)
