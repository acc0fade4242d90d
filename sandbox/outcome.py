"""What comes back when a person uses a command, a button, a select or a modal."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from sandbox.changes import Changes

if TYPE_CHECKING:
    from sandbox.world import Message

#: What Discord's client writes when no callback came within three seconds.
NO_RESPONSE = "The application did not respond"
#: What it writes under a button or select whose interaction was not answered.
FAILED = "This interaction failed"

Kind = Literal["none", "message", "deferred", "updated", "deferred_update", "choices", "modal"]


class Refused(Exception):
    """Discord's client would not have let that person do this: no interaction was sent.

    Unknown command, missing or ill-typed option, a permission or a context that hides the
    command, a disabled or absent component, a message that this person can't see.
    """


class InteractionFailed(Exception):
    """The bot gave no callback in time; the text is what the person reads."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One autocomplete suggestion, localised for the person who types."""

    name: str
    value: str | int | float


@dataclass(frozen=True, slots=True)
class Modal:
    """A modal shown to one person.

    `components` are the bot's, with the `id` that Discord gives each. `inputs` are the
    interactive ones among them, flattened out of action rows and labels; the label's own text
    is put under the key ``label`` where the input has none.
    """

    interaction_id: int
    user_id: int
    channel_id: int
    custom_id: str
    title: str
    components: Sequence[dict[str, Any]]

    @property
    def inputs(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for row in self.components:
            if row["type"] == 18:
                found.append({"label": row.get("label", ""), **row["component"]})
            elif row["type"] == 1:
                found.extend(row["components"])
        return found


@dataclass(slots=True)
class Response:
    """The bot's answer to one interaction, alive: it follows edits and follow-ups.

    `message` is the reply (the "original response"), None while there is none or after it was
    deleted. `updated` is the component's message, when the answer edited it or put that off.
    `deferred` is true while "thinking…" stands instead of the reply, and after a deferred update
    until the message is edited. `ephemeral` tells whether only the person sees it.
    """

    interaction_id: int
    kind: Kind = "none"
    message: "Message | None" = None
    updated: "Message | None" = None
    modal: Modal | None = None
    choices: list[Choice] = field(default_factory=list)
    followups: "list[Message]" = field(default_factory=list)
    deferred: bool = False
    ephemeral: bool = False
    changes: Changes = field(default_factory=Changes, repr=False)

    async def finished(self, timeout: float = 10.0) -> "Message":
        """Wait until the reply is there, or the component's message edited: not "thinking…"."""
        return await self.changes.until(
            lambda: None if self.deferred else self.message or self.updated, timeout, "the reply"
        )

    async def followup(self, index: int = 0, timeout: float = 10.0) -> "Message":
        """Wait for the follow-up message number `index`, counted from 0."""
        return await self.changes.until(
            lambda: self.followups[index] if len(self.followups) > index else None,
            timeout,
            f"follow-up {index}",
        )
