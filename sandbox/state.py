"""The state of the sandbox's Discord, and the listeners to its changes."""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from sandbox.entities import (
    Application,
    Channel,
    Command,
    Event,
    Guild,
    Intent,
    Interaction,
    Member,
    Message,
    User,
    Webhook,
)
from sandbox.ids import Snowflakes, new_token
from sandbox.permissions import DM_PERMISSIONS, channel_permissions

Listener = Callable[[Event], None]


class State:
    """All objects by id, and the events; `sandbox.world.World` adds methods that change them."""

    application: Application

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        rng: random.Random | None,
        nonce_window: float,
        base_url: str,
    ) -> None:
        self.clock = clock
        self.rng = rng or random.Random()
        self.nonce_window = nonce_window
        self.base_url = base_url
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.dms: dict[int, Channel] = {}
        # Users who installed the application for themselves.
        self.own_installs: set[int] = set()
        self.commands: dict[int, Command] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.interactions: dict[int, Interaction] = {}
        # Ephemeral messages; they are in no channel's history.
        self.ephemerals: OrderedDict[int, Message] = OrderedDict()
        # Attachments' bytes by id: name, content type, content.
        self.files: OrderedDict[int, tuple[str, str, bytes]] = OrderedDict()
        # Enforced nonces by author and nonce: when, channel, message.
        self.nonces: OrderedDict[tuple[int, str], tuple[float, int, int]] = OrderedDict()
        # Pictures from elsewhere, by address: when they are loaded.
        self.pictures: dict[str, float] = {}
        self.picture_seconds = 0.0
        self._listeners: list[Listener] = []
        self._ids = Snowflakes(clock)

    # Ids, tokens, events

    def snowflake(self) -> int:
        """A new id."""
        return self._ids.next()

    def new_token(self, user_id: int) -> str:
        """A new bot token."""
        return new_token(self.rng, user_id)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every event from now on; returns a function that stops it."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    def emit(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            listener(event)

    def publish(
        self,
        name: str,
        data: Callable[[], dict[str, Any]],
        *,
        guild: Guild | None = None,
        intents: int = Intent.GUILDS,
        gateway: bool = True,
        user_id: int | None = None,
    ) -> None:
        """Emit an event; its JSON is built only if there are listeners.

        The gateway receives no events of guilds that the bot is not in.
        """
        if not self._listeners:
            return
        to_gateway = gateway and (guild is None or self.application.bot.id in guild.members)
        self.emit(Event(name, data(), guild.id if guild else None, intents, user_id, to_gateway))

    # Queries

    def bot_guilds(self) -> list[Guild]:
        """The guilds that the bot is in, oldest first."""
        bot_id = self.application.bot.id
        return [guild for guild in self.guilds.values() if bot_id in guild.members]

    def guild_of(self, channel: Channel) -> Guild | None:
        return self.guilds.get(channel.guild_id or 0)

    def permissions(self, channel: Channel, member: Member | User) -> int:
        """The member's permissions in the channel, thread or direct message.

        A user who is not a member of the guild, or not in the direct message, has none.
        """
        user = member.user if isinstance(member, Member) else member
        if channel.is_dm:
            inside = user.id == self.application.bot.id or user in channel.recipients
            return DM_PERMISSIONS if inside else 0
        guild = self.guild_of(channel)
        here = guild.members.get(user.id) if guild else None
        if guild is None or here is None:
            return 0
        place = channel
        if channel.is_thread:
            place = self.channels.get(channel.parent_id or 0, channel)
        return channel_permissions(guild, place, here, now=self.clock())
