"""Which action an interaction asks for: a button's or a menu's own, or that of a menu's option."""

from collections.abc import Mapping
from typing import Any

from bot.core.errors import UserError
from bot.ui import ids
from bot.ui.custom_ids import PREFIX, Action

_WITH_ACTIONS = ids.ShowMore | ids.Jump
_IN_MENUS = ids.Share | ids.QuotePicture | ids.Similar | ids.TurnPage | ids.TurnMenu
"""No others, for the handler of a role button believes a custom_id that the bot's own message has,
and would find the menu's there."""


def action_of(data: Mapping[str, Any]) -> Action:
    """The action of an interaction's data. An option of the reader's menus may be an action of its
    own, and has its custom_id for a value.

    Raises:
        UserError: it is none of ours, or no such option may do it.
    """
    action = ids.parse_custom_id(str(data.get("custom_id", "")))
    value = str(next(iter(data.get("values") or ()), ""))
    if not isinstance(action, _WITH_ACTIONS) or not value.startswith(PREFIX):
        return action
    chosen = ids.parse_custom_id(value)
    if not isinstance(chosen, _IN_MENUS):
        raise UserError("error.stale-button")
    return chosen
