"""Buttons and menus, answered by their custom_id.

discord.py's own way for buttons that outlive a restart is ``DynamicItem``. It is left aside, for
in 2.7.1 (``ui/view.py``, ``schedule_dynamic_item_call``) an exception of its callback is logged
and reaches none of the error doors, one of its check is swallowed, an unknown custom_id is dropped
without a word to the person, every press rebuilds the whole message as a view first, and a view
that times out takes its patterns out of the store for everybody (``ViewStore.remove_view``). Here
a press is one look-up, and whatever fails goes to ``Client.on_error`` with the interaction.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import discord

from bot.ui.ids import Action, StaleComponentError, parse_custom_id
from cogs.replies import Interaction

A = TypeVar("A")
Handler = Callable[[Interaction, A], Awaitable[None]]


class Router:
    """Sends each pressed button or chosen option to the handler of its action."""

    def __init__(self) -> None:
        self._handlers: dict[type, Handler[Any]] = {}
        self._afterwards: list[Callable[[Interaction], Awaitable[None]]] = []

    def after(self, afterwards: Callable[[Interaction], Awaitable[None]]) -> None:
        """Call this after each answer that a handler gave."""
        self._afterwards.append(afterwards)

    def on(self, action: type[A], handler: Handler[A]) -> None:
        """Answer actions of this type with `handler`."""
        self._handlers[action] = handler

    async def on_interaction(self, interaction: Interaction) -> None:
        """The client's event: components are answered, everything else is not ours.

        Raises:
            StaleComponentError: the custom_id is unknown; the error doors tell the person.
        """
        if interaction.type is not discord.InteractionType.component:
            return
        data: Any = interaction.data or {}
        action: Action = parse_custom_id(str(data.get("custom_id", "")))
        await self._handlers[type(action)](interaction, action)
        for afterwards in self._afterwards:
            await afterwards(interaction)


def chosen_value(interaction: Interaction) -> str:
    """The one value that was chosen in a menu.

    Raises:
        StaleComponentError: there is none.
    """
    data: Any = interaction.data or {}
    values = data.get("values") or [""]
    if not values[0]:
        raise StaleComponentError
    return str(values[0])
