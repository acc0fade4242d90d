"""A gateway session: one shard's subscription, and the dispatches it may have missed.

https://docs.discord.com/developers/events/gateway#resuming
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from sandbox import serial
from sandbox.entities import Event, Intent
from sandbox.permissions import Permission
from sandbox.world import World

_CONTENT_FIELDS: dict[str, Any] = {"content": "", "embeds": [], "attachments": [], "components": []}


class Link(Protocol):
    """The connection of a session."""

    def deliver(self, payload: bytes) -> None: ...

    def replace(self) -> None: ...


@dataclass(slots=True, eq=False)
class Session:
    """One identified shard.

    Attributes:
        replay: sequence number and JSON of the newest dispatches, bounded.
        pending: guilds whose GUILD_CREATE is not sent yet. Each is built only when the connection
            has nothing else to send, so that thousands of guilds cost nothing beforehand.
        known: guilds that the client was told of in READY or GUILD_CREATE.
        link: the connection; None while there is none.
        disconnected_at: when the connection was lost, seconds since the epoch.
    """

    id: str
    world: World
    shard: tuple[int, int]
    intents: int
    replay: deque[tuple[int, bytes]]
    observe: Callable[[str, int, str, Any], None]
    large_threshold: int = 50
    seq: int = 0
    pending: dict[int, None] = field(default_factory=dict)
    known: set[int] = field(default_factory=set)
    link: Link | None = None
    disconnected_at: float | None = None

    def owns(self, guild_id: int | None) -> bool:
        """Whether this shard serves a guild; direct messages (None) belong to shard 0.

        https://docs.discord.com/developers/events/gateway#sharding
        """
        index, count = self.shard
        return ((guild_id >> 22) % count if guild_id is not None else 0) == index

    def subscribes_to(self, event: Event) -> bool:
        """Whether shard, intents and the bot's permissions let this event through."""
        if not event.gateway or not self.owns(event.guild_id):
            return False
        if event.intents and not event.intents & self.intents:
            return False
        if event.guild_id is None or event.name in ("INTERACTION_CREATE", "GUILD_DELETE"):
            return True
        return self._can_see(event)

    def _can_see(self, event: Event) -> bool:
        guild = self.world.guilds.get(event.guild_id or 0)
        member = guild and guild.members.get(self.world.application.bot.id)
        if not member:
            return False
        if not event.name.startswith(("MESSAGE_", "TYPING_")):
            return True
        channel = self.world.channels.get(int(event.data["channel_id"]))
        return channel is not None and bool(
            self.world.permissions(channel, member) & Permission.VIEW_CHANNEL
        )

    def send_event(self, event: Event) -> None:
        """Dispatch an event, after the GUILD_CREATE of its guild if that is still pending."""
        if not self.subscribes_to(event):
            return
        if event.name == "GUILD_CREATE" and event.guild_id is not None:
            self.pending[event.guild_id] = None
            self._send(self.next_guild(event.guild_id))
            return
        if event.guild_id in self.pending:
            if event.name == "GUILD_DELETE":
                del self.pending[event.guild_id]
            else:
                self._send(self.next_guild(event.guild_id))
        if event.name == "GUILD_DELETE" and not event.data.get("unavailable"):
            self.known.discard(event.guild_id or 0)
        self._send(self.dispatch(event.name, self._visible(event)))

    def _send(self, payload: bytes | None) -> None:
        if payload is not None and self.link is not None:
            self.link.deliver(payload)

    def _visible(self, event: Event) -> dict[str, Any]:
        """The event's data, message content blanked without the MESSAGE_CONTENT intent.

        Content of direct messages, of the bot's own messages and of those that mention it is
        always sent, https://docs.discord.com/developers/events/gateway#message-content-intent.
        """
        data = event.data
        if event.name not in ("MESSAGE_CREATE", "MESSAGE_UPDATE") or event.guild_id is None:
            return data
        me = str(self.world.application.bot.id)
        mentioned = any(user["id"] == me for user in data.get("mentions", ()))
        if self.intents & Intent.MESSAGE_CONTENT or mentioned or data["author"]["id"] == me:
            return data
        return data | _CONTENT_FIELDS

    def dispatch(self, name: str, data: Any) -> bytes:
        """Number a dispatch, keep it for a resume, and return its JSON."""
        self.seq += 1
        payload = orjson.dumps(
            {"op": 0, "t": name, "s": self.seq, "d": data}, option=orjson.OPT_NON_STR_KEYS
        )
        self.replay.append((self.seq, payload))
        self.observe("out", 0, name, data)
        return payload

    def ready(self, gateway_url: str) -> bytes:
        """The READY dispatch; sets `pending` to the shard's guilds."""
        bot = self.world.application.bot
        guilds = [
            guild
            for guild in self.world.guilds.values()
            if self.owns(guild.id) and bot.id in guild.members
        ]
        self.known = {guild.id for guild in guilds}
        self.pending = {guild.id: None for guild in guilds}
        return self.dispatch(
            "READY",
            {
                "v": 10,
                "user_settings": {},
                "user": serial.self_json(bot),
                "session_type": "normal",
                "session_id": self.id,
                "resume_gateway_url": gateway_url,
                "relationships": [],
                "private_channels": [],
                "presences": [],
                "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
                "guild_join_requests": [],
                "geo_ordered_rtc_regions": [],
                "application": {
                    "id": str(self.world.application.id),
                    "flags": 0,
                },
                "shard": list(self.shard),
                "_trace": ["sandbox"],
            },
        )

    def next_guild(self, guild_id: int | None = None) -> bytes | None:
        """The next pending GUILD_CREATE, or that of one guild; None when there is none.

        Without the GUILDS intent a session gets none.
        """
        while self.pending:
            chosen = guild_id if guild_id is not None else next(iter(self.pending))
            del self.pending[chosen]
            guild = self.world.guilds.get(chosen)
            if guild is not None and self.intents & Intent.GUILDS:
                data = serial.guild_create_json(
                    self.world,
                    guild,
                    large=len(guild.members) > self.large_threshold,
                    all_members=bool(self.intents & Intent.GUILD_MEMBERS),
                )
                # Clients take a missing `unavailable` as a guild that the bot has just joined.
                if chosen not in self.known:
                    del data["unavailable"]
                self.known.add(chosen)
                return self.dispatch("GUILD_CREATE", data)
            if guild_id is not None:
                return None
        return None

    def dispatches_after(self, seq: int) -> list[bytes] | None:
        """The dispatches after `seq`; None when some of them are no longer kept."""
        if self.seq - seq > len(self.replay):
            return None
        return [payload for number, payload in self.replay if number > seq]
