"""Each interaction's number, which every log line that it causes bears, and how it went."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import discord
import structlog
from discord import app_commands

from bot.core.clock import Clock
from bot.core.errors import UserError
from bot.ui.actions import action_of

_KEY = "arrival"
_COMPLETED = frozenset({"app_command_completion", "component_completion"})
"""discord.py's event after a command, and ``ComponentRouter``'s after a button or menu."""

ANSWERED_BY_CUSTOM_ID = (discord.InteractionType.component, discord.InteractionType.modal_submit)
"""Interactions that a listener answers; commands and completions are the tree's."""

UNKNOWN = "unknown"
"""Stands for whatever the bot does not know, for a name from outside must not become a label."""

REFUSED, EXPIRED, FAILED = "refused", "expired", "failed"
"""How an interaction ends that is not answered as asked: the person reads why; it came too late
for Discord; a number is shown, and the log has more."""


REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE_LENGTH = 6
"""Reference numbers are typed from a phone's screen, so letters and digits that look alike are left
out. There are 30^6 numbers."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is noted of an interaction when it arrives; ``at`` by the monotonic clock, the others as
    ``Handled`` has them."""

    reference: str
    at: float
    kind: str
    command: str


@dataclass(frozen=True, slots=True)
class Handled:
    """How an interaction went, ``seconds`` after its arrival.

    ``kind`` is its type, ``command`` the qualified name of a command of ours or the class of a
    component's action, and ``error`` how it failed, if it did.
    """

    kind: str
    command: str
    seconds: float
    error: str | None = None


def new_reference() -> str:
    """A number that a person quotes and an operator finds in the log."""
    numbers = secrets.token_bytes(REFERENCE_LENGTH)
    return "".join(REFERENCE_ALPHABET[number % len(REFERENCE_ALPHABET)] for number in numbers)


class ReferencingTree(app_commands.CommandTree[Any]):
    """The commands; each runs, and completes options, with its interaction's number in the log."""

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        # discord.py's task for a command began before the client heard of the interaction.
        structlog.contextvars.bind_contextvars(reference=reference_of(interaction))
        task = asyncio.current_task()
        if interaction.type is discord.InteractionType.autocomplete and task is not None:
            # No event follows a completion, and discord.py keeps its errors to itself.
            task.add_done_callback(
                lambda _: interaction.client.handling.note_completion(interaction)
            )
        return True


class Handling:
    """Numbers the interactions, and tells ``on_arrival`` and ``on_handled`` of them."""

    def __init__(self, new_reference: Callable[[], str], clock: Clock) -> None:
        self.new_reference = new_reference
        self._clock = clock
        self.on_arrival: Callable[[str, str], None] = lambda _, __: None
        self.on_handled: Callable[[Handled], None] = lambda _: None

    def note_event(self, name: str, *args: Any) -> None:
        """Take notice of an event of the client's, before its listeners do."""
        if name == "interaction":
            kind, command = _label(args[0])
            arrival = Arrival(self.new_reference(), self._clock.monotonic(), kind, command)
            args[0].extras[_KEY] = arrival
            self.on_arrival(kind, command)
        elif name in _COMPLETED:
            self.note_end(args[0])

    def note_completion(self, interaction: discord.Interaction[Any]) -> None:
        """Note that options were completed, or that they were not."""
        self.note_end(interaction, None if interaction.response.is_done() else FAILED)

    def note_end(self, interaction: discord.Interaction[Any], error: str | None = None) -> None:
        """Note that an interaction was handled, or with which `error` it ended."""
        arrival: Arrival | None = interaction.extras.get(_KEY)
        if arrival is not None:
            seconds = self._clock.monotonic() - arrival.at
            self.on_handled(Handled(arrival.kind, arrival.command, seconds, error))


def reference_of(interaction: discord.Interaction[Any] | None) -> str | None:
    """The number of an interaction; ``None`` for one that did not arrive through the client."""
    arrival: Arrival | None = interaction.extras.get(_KEY) if interaction is not None else None
    return arrival.reference if arrival is not None else None


def _label(interaction: discord.Interaction[Any]) -> tuple[str, str]:
    if interaction.type not in ANSWERED_BY_CUSTOM_ID:
        command = interaction.command
        return interaction.type.name, command.qualified_name if command is not None else UNKNOWN
    data: Any = interaction.data or {}
    try:
        return interaction.type.name, type(action_of(data)).__name__
    except UserError:
        return interaction.type.name, UNKNOWN
