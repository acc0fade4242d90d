"""Buttons, menus and forms, answered by their custom_id.

discord.py's own way for buttons that outlive a restart is ``DynamicItem``. It is not used here:
in 2.7.1 (``ui/view.py``, ``schedule_dynamic_item_call``) an exception in its callback is logged
and reaches none of the client's error handlers, one in its check is swallowed, an unknown
custom_id is dropped without an answer, every press rebuilds the whole message as a view first, and
a view that times out removes its patterns from the store for everybody (``ViewStore.remove_view``).
Here a press is one look-up, and whatever fails reaches ``Client.on_error`` with the interaction.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

from discord.ext import commands

from bot.ui.actions import action_of
from bot.ui.custom_ids import Action
from cogs.responses import Interaction

A = TypeVar("A", bound=Action)
C = TypeVar("C", bound=commands.Cog)
Handler = Callable[[C, Interaction, A], Awaitable[None]]


def component(action: type[A]) -> Callable[[Handler[C, A]], Handler[C, A]]:
    """Mark a cog's method as the handler of the buttons and menus with this action."""

    def mark(method: Handler[C, A]) -> Handler[C, A]:
        method.__dict__["component_action"] = action
        return method

    return mark


class ComponentRouter(commands.Cog):
    """Passes each press of a button, each choice in a menu and each filled form to the handler of
    its action.

    After the handler it dispatches ``component_completion`` with the interaction, as discord.py
    dispatches ``app_command_completion`` after a command.
    """

    def __init__(self, cogs: Iterable[commands.Cog]) -> None:
        self.handlers: dict[type[Action], Callable[..., Awaitable[None]]] = {
            method.__dict__["component_action"]: method
            for cog in cogs
            for _, method in inspect.getmembers(cog, inspect.ismethod)
            if "component_action" in method.__dict__
        }

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """The client dispatches no interactions but those that a custom_id answers.

        Raises:
            UserError: the custom_id is unknown.
        """
        data: Any = interaction.data or {}
        action = action_of(data)
        await self.handlers[type(action)](interaction, action)
        interaction.client.dispatch("component_completion", interaction)
