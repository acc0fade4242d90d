"""The life of an interaction: from a person's action to the end of its token."""

from __future__ import annotations

import asyncio
import base64
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from sandbox import serial
from sandbox.changes import Changes
from sandbox.entities import Event, Interaction, InteractionType, Message, User
from sandbox.interactions.invoker import Invoker
from sandbox.interactions.resolved import partial_channel_json
from sandbox.message_json import message_json
from sandbox.outcome import FAILED, NO_RESPONSE, InteractionFailed, Modal, Response
from sandbox.world import World

#: What the person reads when no callback came in time.
_TIMEOUT_TEXTS = {
    InteractionType.COMMAND: NO_RESPONSE,
    InteractionType.COMPONENT: FAILED,
    InteractionType.AUTOCOMPLETE: "Loading options failed",
    InteractionType.SUBMIT: "Something went wrong. Try again.",
}

#: How many interactions and open modals are kept; older ones count as expired.
KEEP = 5000

#: The largest file that may be uploaded without a boost, 10 MiB.
ATTACHMENT_SIZE_LIMIT = 10 * 1024 * 1024


@dataclass(slots=True, eq=False)
class ActiveInteraction:
    """An interaction whose token may still be used.

    Attributes:
        first: done at the first callback.
        option: the focused option's definition while autocompleting.
        timed_out: no callback came in time.
        messages: the messages that the bot made or edited with the token, by id.
    """

    interaction: Interaction
    invoker: Invoker
    response: Response
    first: asyncio.Future[None]
    timer: asyncio.TimerHandle
    option: dict[str, Any] | None = None
    timed_out: bool = False
    messages: dict[int, Message] = field(default_factory=dict)

    @property
    def source(self) -> Message | None:
        """The message whose component was used."""
        return self.interaction.message

    @property
    def original(self) -> Message | None:
        """The ``@original`` message: the reply, or the component's message once updated."""
        return self.response.message or self.response.updated

    @property
    def is_outside_guild(self) -> bool:
        """Whether a user-installed application is used in a guild that does not have it."""
        return self.invoker.guild is not None and "0" not in self.invoker.installed


@dataclass(frozen=True, slots=True)
class OpenModal:
    """A modal shown to a user, and the message whose component opened it."""

    modal: Modal
    user: User
    source: Message | None


class Interactions:
    """All active interactions and open modals.

    `timeout` (for the first callback) is in real seconds; `lifetime` (of the token) is in seconds
    of the world's clock.
    """

    def __init__(
        self, world: World, *, changes: Changes, timeout: float = 3.0, lifetime: float = 900.0
    ) -> None:
        self.world = world
        self.changes = changes
        self.timeout = timeout
        self.lifetime = lifetime
        self.modals: OrderedDict[int, OpenModal] = OrderedDict()
        self._by_token: OrderedDict[str, ActiveInteraction] = OrderedDict()
        self._stop_listening = world.listen(self._on_event)

    def close(self) -> None:
        """Cancel every timer and everyone who waits for a callback."""
        self._stop_listening()
        for active in self._by_token.values():
            active.timer.cancel()
            active.first.cancel()

    async def send(
        self,
        invoker: Invoker,
        kind: InteractionType,
        data: dict[str, Any],
        *,
        owners: dict[str, str],
        message: Message | None = None,
        option: dict[str, Any] | None = None,
    ) -> Response:
        """Send INTERACTION_CREATE and wait for the first callback.

        Raises InteractionFailed with the text that the person reads when none came in time.
        """
        loop = asyncio.get_running_loop()
        number = self.world.snowflake()
        interaction = Interaction(
            id=number,
            token=self._new_token(number),
            type=kind,
            user=invoker.user,
            channel_id=invoker.channel.id,
            guild_id=invoker.channel.guild_id,
            created_at=self.world.clock(),
            data=data,
            message=message,
            owners=owners,
        )
        active: ActiveInteraction = ActiveInteraction(
            interaction=interaction,
            invoker=invoker,
            response=Response(number, changes=self.changes),
            first=loop.create_future(),
            timer=loop.call_later(self.timeout, lambda: self._time_out(active)),
            option=option,
        )
        self._by_token[interaction.token] = active
        self.world.interactions[number] = interaction
        self._remove_old()
        payload = _interaction_json(invoker, interaction)
        self.world.emit(Event("INTERACTION_CREATE", payload, interaction.guild_id))
        await active.first
        return active.response

    def _new_token(self, number: int) -> str:
        secret = f"interaction:{number}:{self.world.rng.getrandbits(256):064x}"
        return base64.urlsafe_b64encode(secret.encode()).decode().rstrip("=")

    def _remove_old(self) -> None:
        oldest_alive = self.world.clock() - self.lifetime
        while self._by_token:
            token, active = next(iter(self._by_token.items()))
            if len(self._by_token) <= KEEP and active.interaction.created_at >= oldest_alive:
                return
            del self._by_token[token]
            self.world.interactions.pop(active.interaction.id, None)

    def _time_out(self, active: ActiveInteraction) -> None:
        """No callback came in time: the token becomes invalid, and the person is informed."""
        active.timed_out = True
        interaction, source = active.interaction, active.source
        text = _TIMEOUT_TEXTS[interaction.type]
        if not active.first.done():
            active.first.set_exception(InteractionFailed(text))
        data = {
            "interaction_id": str(interaction.id),
            "type": interaction.type,
            "channel_id": str(interaction.channel_id),
            "message_id": None if source is None else str(source.id),
            "user_id": str(interaction.user.id),
            "text": text,
        }
        self.world.emit(
            Event(
                "INTERACTION_FAILED",
                data,
                interaction.guild_id,
                user_id=interaction.user.id,
                gateway=False,
            )
        )

    def acknowledge(self, active: ActiveInteraction, callback_type: int) -> None:
        """Record a valid first callback."""
        active.interaction.callback_type = callback_type
        active.timer.cancel()
        if not active.first.done():
            active.first.set_result(None)
        self.changes.notify()

    def by_token(self, token: str) -> ActiveInteraction | None:
        """The interaction of that token; None when it expired or never existed."""
        active = self._by_token.get(token)
        if active is None or active.interaction.created_at < self.world.clock() - self.lifetime:
            return None
        return active

    def open_modal(self, active: ActiveInteraction, modal: Modal) -> None:
        """Keep a modal, so that the person can submit it."""
        user = active.interaction.user
        self.modals[active.interaction.id] = OpenModal(modal, user, active.source)
        while len(self.modals) > KEEP:
            self.modals.popitem(last=False)

    def _on_event(self, event: Event) -> None:
        """Remove deleted messages from the responses, and notify those who wait."""
        if event.name == "MESSAGE_DELETE":
            deleted = int(event.data["id"])
            for active in self._by_token.values():
                if active.messages.pop(deleted, None) is not None:
                    _remove_message(active.response, deleted)
        self.changes.notify()


def _remove_message(response: Response, message_id: int) -> None:
    if response.message is not None and response.message.id == message_id:
        response.message = None
    response.followups = [one for one in response.followups if one.id != message_id]


def _interaction_json(invoker: Invoker, interaction: Interaction) -> dict[str, Any]:
    """INTERACTION_CREATE's data."""
    world = invoker.world
    payload: dict[str, Any] = {
        "id": str(interaction.id),
        "application_id": str(world.application.id),
        "type": interaction.type,
        "data": interaction.data,
        "token": interaction.token,
        "version": 1,
        "channel_id": str(invoker.channel.id),
        "channel": partial_channel_json(world, invoker.channel, invoker.permissions),
        "app_permissions": str(invoker.app_permissions()),
        "locale": invoker.user.locale,
        "entitlements": [],
        "authorizing_integration_owners": interaction.owners,
        "context": int(invoker.context),
        "attachment_size_limit": ATTACHMENT_SIZE_LIMIT,
    }
    if interaction.message is not None:
        payload["message"] = message_json(world, interaction.message)
    if invoker.guild is None:
        payload["user"] = serial.user_json(invoker.user)
        return payload
    locale = invoker.guild.preferred_locale
    payload["guild_id"] = str(invoker.guild.id)
    payload["guild"] = {
        "id": str(invoker.guild.id),
        "locale": locale,
        "features": ["COMMUNITY", "NEWS"],
    }
    payload["guild_locale"] = locale
    if invoker.member is not None:
        granted = {"permissions": str(invoker.permissions)}
        payload["member"] = serial.member_json(invoker.member) | granted
    return payload
