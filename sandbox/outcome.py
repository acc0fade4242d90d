"""Results of what people do: responses, modals, choices and refusals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.changes import Changes
from sandbox.entities import Message

#: Shown by Discord's client when no callback came within three seconds.
NO_RESPONSE = "The application did not respond"
#: Shown under a button or select whose interaction was not answered.
FAILED = "This interaction failed"

Kind = Literal["none", "message", "deferred", "updated", "deferred_update", "choices", "modal"]


class Refused(Exception):
    """Discord's client would not allow this person to do this; no interaction was sent.

    For instance an unknown command, a missing or invalid option, a permission or context that hides
    the command, a disabled or missing component, or a message that the person can't see.
    """


class InteractionFailed(Exception):
    """The bot sent no callback in time; the text is what the person reads."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One autocomplete choice; the name is in the locale of the person."""

    name: str
    value: str | int | float


@dataclass(frozen=True, slots=True)
class Modal:
    """A modal shown to one person; `components` are the bot's, each with its `id`."""

    interaction_id: int
    user_id: int
    channel_id: int
    custom_id: str
    title: str
    components: Sequence[dict[str, Any]]

    @property
    def inputs(self) -> list[dict[str, Any]]:
        """The interactive components, without their action rows and labels.

        The text of a label becomes the key ``label`` of an input that has none.
        """
        found: list[dict[str, Any]] = []
        for row in self.components:
            if row["type"] == 18:
                found.append({"label": row.get("label", ""), **row["component"]})
            elif row["type"] == 1:
                found.extend(row["components"])
        return found


@dataclass(slots=True)
class Response:
    """The bot's answer to one interaction; later edits and follow-ups change it.

    Attributes:
        message: the original response; None while there is none, and after its deletion.
        updated: the component's message, when the answer was to update it.
        deferred: True while the reply, or the update of the message, is deferred.
        ephemeral: whether only the person sees the answer.
    """

    interaction_id: int
    kind: Kind = "none"
    message: Message | None = None
    updated: Message | None = None
    modal: Modal | None = None
    choices: list[Choice] = field(default_factory=list)
    followups: list[Message] = field(default_factory=list)
    deferred: bool = False
    ephemeral: bool = False
    changes: Changes = field(default_factory=Changes, repr=False)

    async def finished(self, timeout: float = 10.0) -> Message:
        """Wait for the reply, or for the edit of the component's message."""
        return await self.changes.wait_for(
            lambda: None if self.deferred else self.message or self.updated, timeout, "the reply"
        )

    async def followup(self, index: int = 0, timeout: float = 10.0) -> Message:
        """Wait for the follow-up message number `index`, counted from 0."""
        return await self.changes.wait_for(
            lambda: self.followups[index] if len(self.followups) > index else None,
            timeout,
            f"follow-up {index}",
        )
