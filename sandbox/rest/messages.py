"""Messages: the one place where they come to be, change and go, and their endpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.entities import Channel, Interaction, Message, User, Webhook
from sandbox.rest.body import Upload
from sandbox.world import World


def create_message(
    world: World,
    channel: Channel,
    author: User,
    payload: Mapping[str, Any],
    *,
    webhook: Webhook | None = None,
    interaction: Interaction | None = None,
    ephemeral_for: User | None = None,
    files: Sequence[Upload] = (),
) -> Message:
    """Validate `payload` (the JSON of Discord's create-message, webhook or callback `data`),
    decide who is pinged, store the message and emit MESSAGE_CREATE.

    Checks no permission to send: the endpoints do. `ephemeral_for` makes a message that only
    this person sees: kept in `world.ephemerals`, emitted to the page alone.
    Raises `ApiError` 400 for what Discord refuses.
    """
    raise NotImplementedError


def edit_message(
    world: World,
    message: Message,
    payload: Mapping[str, Any],
    *,
    files: Sequence[Upload] = (),
) -> Message:
    """Apply the JSON of Discord's edit-message; emits MESSAGE_UPDATE (page only if ephemeral).

    Raises `ApiError` 400 for what Discord refuses.
    """
    raise NotImplementedError


def delete_message(world: World, message: Message) -> None:
    """Remove the message; emits MESSAGE_DELETE (page only if ephemeral)."""
    raise NotImplementedError
