"""Interactions: from a person's act to the bot's callback, and the life of the token after it.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from __future__ import annotations

import asyncio
import base64
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox import serial
from sandbox.changes import Changes
from sandbox.entities import Event, Interaction, Message, User
from sandbox.outcome import FAILED, NO_RESPONSE, InteractionFailed, Modal, Response
from sandbox.place import Place, interaction_json
from sandbox.world import World

#: Interaction types.
COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5

#: What the person reads when no callback came in time, by the interaction's type.
_SILENCE = {
    COMMAND: NO_RESPONSE,
    COMPONENT: FAILED,
    AUTOCOMPLETE: "Loading options failed",
    SUBMIT: "Something went wrong. Try again.",
}

#: So many interactions and open modals are remembered; older ones count as expired.
KEEP = 5000


@dataclass(slots=True, eq=False)
class Live:
    """An interaction whose token may still be used.

    `option` is the focused option's spec while autocompleting. `private` makes every answer
    ephemeral (a user's own application where they may not use it publicly). `outside` is true
    where the application is not in the guild.
    """

    interaction: Interaction
    place: Place
    response: Response
    first: asyncio.Future[None]
    option: dict[str, Any] | None = None
    private: bool = False
    outside: bool = False
    over: bool = False
    timer: asyncio.TimerHandle | None = None
    messages: dict[int, Message] = field(default_factory=dict)

    @property
    def source(self) -> Message | None:
        """The message whose component was used."""
        return self.interaction.message

    @property
    def original(self) -> Message | None:
        """What ``@original`` means: the reply, or the component's message once updated."""
        return self.response.message or self.response.updated


@dataclass(frozen=True, slots=True)
class OpenModal:
    """A modal on somebody's screen, and the component's message behind it."""

    modal: Modal
    user: User
    source: Message | None


class Interactions:
    """All interactions under way.

    `timeout` is in real seconds, `lifetime` in seconds of the world's clock.
    """

    def __init__(
        self, world: World, *, changes: Changes, timeout: float = 3.0, lifetime: float = 900.0
    ) -> None:
        self.world = world
        self.changes = changes
        self.timeout = timeout
        self.lifetime = lifetime
        self.modals: OrderedDict[int, OpenModal] = OrderedDict()
        self._by_token: OrderedDict[str, Live] = OrderedDict()
        self._stop_listening = world.listen(self._follow)

    def close(self) -> None:
        """Stop every timer; whoever waits for a callback is told that none came."""
        self._stop_listening()
        for live in self._by_token.values():
            if live.timer is not None:
                live.timer.cancel()
            if not live.first.done():
                live.first.cancel()

    async def ask(
        self,
        place: Place,
        kind: int,
        data: dict[str, Any],
        *,
        owners: dict[str, str],
        message: Message | None = None,
        option: dict[str, Any] | None = None,
    ) -> Response:
        """Send INTERACTION_CREATE and wait for the first callback.

        Raises InteractionFailed with what the person reads, when none came in time.
        """
        live = self._begin(place, kind, data, owners, message, option)
        self.world.emit(
            Event(
                "INTERACTION_CREATE",
                interaction_json(
                    place,
                    id=live.interaction.id,
                    token=live.interaction.token,
                    type=kind,
                    data=data,
                    owners=owners,
                    message=None if message is None else serial.message_json(self.world, message),
                ),
                place.channel.guild_id,
            )
        )
        await live.first
        return live.response

    def _begin(
        self,
        place: Place,
        kind: int,
        data: dict[str, Any],
        owners: dict[str, str],
        message: Message | None,
        option: dict[str, Any] | None,
    ) -> Live:
        loop = asyncio.get_running_loop()
        number = self.world.snowflake()
        interaction = Interaction(
            id=number,
            token=self._token(number),
            type=kind,
            user=place.user,
            channel_id=place.channel.id,
            guild_id=place.channel.guild_id,
            created_at=self.world.clock(),
            data=data,
            message=message,
            owners=owners,
        )
        live = Live(
            interaction=interaction,
            place=place,
            response=Response(number, changes=self.changes),
            first=loop.create_future(),
            option=option,
            private=not place.may_use_publicly,
            outside=place.guild is not None and "0" not in place.installed,
        )
        live.timer = loop.call_later(self.timeout, self._give_up, live)
        self._by_token[interaction.token] = live
        self.world.interactions[number] = interaction
        self._forget_old()
        return live

    def _token(self, number: int) -> str:
        secret = f"interaction:{number}:{self.world.rng.getrandbits(256):064x}"
        return base64.urlsafe_b64encode(secret.encode()).decode().rstrip("=")

    def _forget_old(self) -> None:
        oldest_alive = self.world.clock() - self.lifetime
        while self._by_token:
            token, live = next(iter(self._by_token.items()))
            if len(self._by_token) <= KEEP and live.interaction.created_at >= oldest_alive:
                return
            del self._by_token[token]
            self.world.interactions.pop(live.interaction.id, None)

    def _give_up(self, live: Live) -> None:
        """No callback came in time: the token dies, and the person is told."""
        live.over = True
        text = _SILENCE[live.interaction.type]
        if not live.first.done():
            live.first.set_exception(InteractionFailed(text))
        source = live.source
        self.world.emit(
            Event(
                "INTERACTION_FAILED",
                {
                    "interaction_id": str(live.interaction.id),
                    "type": live.interaction.type,
                    "channel_id": str(live.interaction.channel_id),
                    "message_id": None if source is None else str(source.id),
                    "user_id": str(live.interaction.user.id),
                    "text": text,
                },
                live.interaction.guild_id,
                user_id=live.interaction.user.id,
                gateway=False,
            )
        )

    def acknowledge(self, live: Live, callback: int) -> None:
        """The first callback came, and was valid."""
        live.interaction.callback_type = callback
        if live.timer is not None:
            live.timer.cancel()
        if not live.first.done():
            live.first.set_result(None)
        self.changes.ring()

    def by_token(self, token: str) -> Live | None:
        """The interaction of that token, None when the token died of old age or never was."""
        live = self._by_token.get(token)
        if live is None or live.interaction.created_at < self.world.clock() - self.lifetime:
            return None
        return live

    def show(self, live: Live, modal: Modal) -> None:
        """Remember a modal, so that the person can send it."""
        self.modals[live.interaction.id] = OpenModal(modal, live.interaction.user, live.source)
        while len(self.modals) > KEEP:
            self.modals.popitem(last=False)

    def alive(self) -> Iterator[Live]:
        yield from self._by_token.values()

    def _follow(self, event: Event) -> None:
        """Forget deleted messages, however they were deleted; wake those who wait."""
        if event.name == "MESSAGE_DELETE":
            gone = int(event.data["id"])
            for live in self._by_token.values():
                if live.messages.pop(gone, None) is not None:
                    _forget(live.response, gone)
        self.changes.ring()


def _forget(response: Response, message_id: int) -> None:
    if response.message is not None and response.message.id == message_id:
        response.message = None
    response.followups = [one for one in response.followups if one.id != message_id]
