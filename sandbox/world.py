"""The sandbox's Discord: guilds, people, channels, and the methods that change them.

Each change emits the gateway events that Discord would. Nothing is computed per guild in advance,
so that ten thousand guilds cost little.
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
    Event,
    Guild,
    Intent,
    Member,
    Overwrite,
    Role,
    Tag,
    ThreadInfo,
    User,
    Webhook,
)
from sandbox.permissions import DEFAULT_BOT, DEFAULT_EVERYONE
from sandbox.state import State


class World(State):
    """A Discord with one application.

    `clock` returns seconds since the epoch; ids, nonces and archive times depend on it. `rng` makes
    tokens. `nonce_window` is how long an enforced nonce is kept, in seconds ("the past few minutes"
    in the docs); 0 switches it off. `base_url` is where attachments and avatars are served.
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
        self.application = Application(bot.id, "KCrush", self.new_token(bot.id), owner, bot)

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
        """A guild with its @everyone role, its owner (None: the application's) and the bot."""
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

    def add_bot(
        self, guild: Guild, *, permissions: int | None = None, by: User | None = None
    ) -> Member:
        """Add the bot as a member with a managed role; GUILD_CREATE."""
        bot, guild.bot_added_by = self.application.bot, by or guild.owner
        bits = DEFAULT_BOT if permissions is None else permissions
        role = Role(self.snowflake(), guild.id, self.application.name, bits, len(guild.roles))
        role.managed, role.bot_id = True, bot.id
        guild.roles[role.id] = role
        member = Member(bot, guild.id, [role.id], joined_at=self.clock())
        guild.members[bot.id] = member
        self.publish("GUILD_CREATE", lambda: serial.guild_create_json(self, guild), guild=guild)
        return member

    def remove_bot(self, guild: Guild) -> None:
        """Remove the bot, its role and its commands; GUILD_DELETE."""
        bot_id = self.application.bot.id
        if guild.members.pop(bot_id, None) is None:
            return
        for role in [r for r in guild.roles.values() if r.bot_id == bot_id]:
            del guild.roles[role.id]
        for command in [c for c in self.commands.values() if c.guild_id == guild.id]:
            del self.commands[command.id]
        data = {"id": str(guild.id)}
        self.emit(Event("GUILD_DELETE", data, guild.id, Intent.GUILDS))

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
        data = {"guild_id": str(guild.id), "role": serial.role_json(role)}
        self.publish("GUILD_ROLE_CREATE", lambda: data, guild=guild)
        return role

    def edit_role(self, role: Role, **changes: Any) -> None:
        """Set attributes of the role; GUILD_ROLE_UPDATE."""
        for name, value in changes.items():
            setattr(role, name, value)
        data = {"guild_id": str(role.guild_id), "role": serial.role_json(role)}
        self.publish("GUILD_ROLE_UPDATE", lambda: data, guild=self.guilds[role.guild_id])

    def set_roles(
        self, member: Member, *, add: Role | None = None, remove: Role | None = None
    ) -> None:
        """Give a member a role, or take it off; GUILD_MEMBER_UPDATE."""
        if add is not None and add.id not in member.roles:
            member.roles.append(add.id)
        if remove is not None and remove.id in member.roles:
            member.roles.remove(remove.id)
        data = {"guild_id": str(member.guild_id)}
        self.publish(
            "GUILD_MEMBER_UPDATE",
            lambda: serial.member_json(member) | data,
            guild=self.guilds[member.guild_id],
            intents=Intent.GUILD_MEMBERS,
        )

    def delete_role(self, role: Role) -> None:
        guild = self.guilds[role.guild_id]
        del guild.roles[role.id]
        for member in guild.members.values():
            if role.id in member.roles:
                member.roles.remove(role.id)
        data = {"guild_id": str(guild.id), "role_id": str(role.id)}
        self.publish("GUILD_ROLE_DELETE", lambda: data, guild=guild)

    def add_member(self, guild: Guild, user: User, roles: Iterable[Role] = ()) -> Member:
        member = Member(user, guild.id, [role.id for role in roles], joined_at=self.clock())
        guild.members[user.id] = member
        self.publish(
            "GUILD_MEMBER_ADD",
            lambda: serial.member_json(member) | {"guild_id": str(guild.id)},
            guild=guild,
            intents=Intent.GUILD_MEMBERS,
        )
        return member

    def remove_member(self, guild: Guild, user: User) -> None:
        if user.id == self.application.bot.id:
            self.remove_bot(guild)
        elif guild.members.pop(user.id, None) is not None:
            data = {"guild_id": str(guild.id), "user": serial.user_json(user)}
            intents = Intent.GUILD_MEMBERS
            self.publish("GUILD_MEMBER_REMOVE", lambda: data, guild=guild, intents=intents)

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
        """A channel of the guild; `tags` are for forums. For threads see `add_thread`."""
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
        thread_id: int | None = None,
        auto_archive_duration: int | None = None,
        applied_tags: Iterable[int] = (),
        rate_limit_per_user: int = 0,
    ) -> Channel:
        """A thread or forum post in `parent`, with its owner as a member; THREAD_CREATE.

        `thread_id` is the message's id for a thread that is started from a message.
        """
        if parent.guild_id is None:
            raise ValueError("a thread needs a guild channel as its parent")
        kind = (
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
            applied_tags=list(applied_tags),
            members={owner.id: now},
        )
        thread = Channel(
            self.snowflake() if thread_id is None else thread_id,
            int(kind),
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

    def archive_if_inactive(self, channel: Channel) -> None:
        """Archive the thread if it was inactive for its auto-archive duration (minutes)."""
        info = channel.thread
        if info is None or info.archived:
            return
        latest = channel.messages.get(channel.last_message_id or 0)
        quiet_since = max(info.archive_timestamp, latest.timestamp if latest else 0.0)
        if self.clock() - quiet_since >= info.auto_archive_duration * 60:
            self.edit_channel(channel, archived=True)

    def delete_channel(self, channel: Channel) -> None:
        """Delete the channel with its threads and webhooks; CHANNEL_DELETE or THREAD_DELETE."""
        self.channels.pop(channel.id, None)
        guild = self.guilds.get(channel.guild_id or 0)
        if guild is None:
            return
        guild.channels.pop(channel.id, None)
        guild.threads.pop(channel.id, None)
        for thread in [t for t in guild.threads.values() if t.parent_id == channel.id]:
            del guild.threads[thread.id]
            self.channels.pop(thread.id, None)
        self._delete_webhooks(channel)
        if guild.system_channel_id == channel.id:
            guild.system_channel_id = None
        self._publish_channel("DELETE", channel)

    def set_overwrite(
        self, channel: Channel, target_id: int, *, allow: int = 0, deny: int = 0
    ) -> None:
        """Set the overwrite of a role or member; both 0 removes it. CHANNEL_UPDATE."""
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
        self._publish_webhooks(webhook)

    def _delete_webhooks(self, channel: Channel) -> None:
        for webhook_id in tuple(channel.webhooks):
            self.delete_webhook(self.webhooks[webhook_id])

    def delete_webhook(self, webhook: Webhook) -> None:
        self.webhooks.pop(webhook.id, None)
        here = self.channels.get(webhook.channel_id)
        source = self.channels.get(webhook.source_channel_id or 0)
        for ids in (here.webhooks if here else [], source.followers if source else []):
            if webhook.id in ids:
                ids.remove(webhook.id)
        self._publish_webhooks(webhook)

    def _publish_webhooks(self, webhook: Webhook) -> None:
        """WEBHOOKS_UPDATE for the channel of a new or deleted webhook."""
        guild = self.guilds.get(webhook.guild_id or 0)
        if guild is not None:
            data = {"guild_id": str(guild.id), "channel_id": str(webhook.channel_id)}
            self.publish(
                "WEBHOOKS_UPDATE", lambda: data, guild=guild, intents=Intent.GUILD_WEBHOOKS
            )

    def add_private_channel(self, *people: User) -> Channel:
        """A direct message between two people, or a group of more, without the bot."""
        kind = ChannelType.DM if len(people) == 2 else ChannelType.GROUP_DM
        channel = Channel(self.snowflake(), kind, recipients=list(people))
        self.channels[channel.id] = channel
        return channel

    def open_dm(self, user: User) -> Channel:
        """The direct message channel between the bot and `user`."""
        if user.id not in self.dms:
            channel = Channel(self.snowflake(), ChannelType.DM, recipients=[user])
            self.channels[channel.id] = self.dms[user.id] = channel
        return self.dms[user.id]


_CHANNEL_FIELDS = frozenset(Channel.__dataclass_fields__)
