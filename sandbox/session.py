"""A gateway session: what one shard of the bot subscribed to, and what it may have missed.

https://docs.discord.com/developers/events/gateway#resuming
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from sandbox import serial
from sandbox.entities import Event, Intent
from sandbox.permissions import Permission

if TYPE_CHECKING:
    from sandbox.world import World

_CONTENT_FIELDS: dict[str, Any] = {"content": "", "embeds": [], "attachments": [], "components": []}


@dataclass(slots=True, eq=False)
class Session:
    """One identified shard.

    `replay` keeps the newest dispatches, bounded; `pending` the guilds whose GUILD_CREATE is
    still to come, made one at a time when the connection has nothing better to send, so that
    thousands of guilds cost nothing beforehand; `known` are those the client was told of at
    all. `deliver` hands a dispatch to the connection, None while there is none, and then
    `lost_at` (seconds) tells since when.
    """

    id: str
    world: World
    shard: tuple[int, int]
    intents: int
    replay: deque[tuple[int, bytes]]
    large_threshold: int = 50
    seq: int = 0
    pending: dict[int, None] = field(default_factory=dict)
    known: set[int] = field(default_factory=set)
    deliver: Callable[[bytes], None] | None = None
    lost_at: float | None = None
    watch: Callable[[str, Any], None] | None = None

    def owns(self, guild_id: int | None) -> bool:
        """Whether this shard is the one for a guild; direct messages belong to shard 0.

        https://docs.discord.com/developers/events/gateway#sharding
        """
        index, count = self.shard
        return ((guild_id >> 22) % count if guild_id is not None else 0) == index

    def wants(self, event: Event) -> bool:
        """Whether shard, intents and the bot's view of the channel let this event through."""
        if not event.gateway or not self.owns(event.guild_id):
            return False
        if event.intents and not event.intents & self.intents:
            return False
        if event.guild_id is None or event.name in ("INTERACTION_CREATE", "GUILD_DELETE"):
            return True
        return self._sees(event)

    def _sees(self, event: Event) -> bool:
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

    def tell(self, event: Event) -> None:
        """Dispatch an event, after the GUILD_CREATE of its guild if that is still to come."""
        if not self.wants(event):
            return
        if event.name == "GUILD_CREATE" and event.guild_id is not None:
            self.pending[event.guild_id] = None
            self.hand_over(self.next_guild(event.guild_id))
            return
        if event.guild_id in self.pending:
            if event.name == "GUILD_DELETE":
                del self.pending[event.guild_id]
            else:
                self.hand_over(self.next_guild(event.guild_id))
        if event.name == "GUILD_DELETE" and not event.data.get("unavailable"):
            self.known.discard(event.guild_id or 0)
        self.hand_over(self.dispatch(event.name, self._visible(event)))

    def hand_over(self, payload: bytes | None) -> None:
        if payload is not None and self.deliver is not None:
            self.deliver(payload)

    def _visible(self, event: Event) -> dict[str, Any]:
        """Message content is blanked without the intent for it, as the documentation on
        "Message Content Intent" tells: not in direct messages, nor in the bot's own ones, nor
        where it is mentioned."""
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
        if self.watch is not None:
            self.watch(name, data)
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
        self.pending = {guild.id: None for guild in guilds if not guild.unavailable}
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
                    "flags": self.world.application.flags,
                },
                "shard": list(self.shard),
                "_trace": ["sandbox"],
            },
        )

    def next_guild(self, guild_id: int | None = None) -> bytes | None:
        """The next GUILD_CREATE still to come, or that of one guild; None when there is none.

        Without the GUILDS intent a session gets none at all.
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
                # Its absence tells clients that the bot has just joined.
                if chosen not in self.known:
                    del data["unavailable"]
                self.known.add(chosen)
                return self.dispatch("GUILD_CREATE", data)
            if guild_id is not None:
                return None
        return None

    def since(self, seq: int) -> list[bytes] | None:
        """The dispatches after `seq`; None when some of them are kept no more."""
        if self.seq - seq > len(self.replay):
            return None
        return [payload for number, payload in self.replay if number > seq]
