"""Small answers: an error with its mend, and a notice that something was done."""

from bot.core.errors import PermissionNames
from bot.core.i18n import Text
from bot.core.text import shorten
from bot.ui.layout import CALM, TEXT_LIMIT, WARNING, Layout, panel, small
from bot.ui.markdown import Marked, escape

_VALUE_LIMIT = 300
_MESSAGE_LIMIT = TEXT_LIMIT - 200


def error_panel(text: Text, key: str, reference: str | None = None, /, **args: object) -> Layout:
    """What a person reads when something failed: the sentence `key`.

    `reference` is the number that stands in the log too, for sentences with ``{reference}``.
    Values of `args` that are plain strings are shown literally; ``Marked`` ones are our markdown;
    permissions have the names that Discord's client gives them.
    """
    values = {name: _shown(value, text) for name, value in args.items()}
    return panel(_fitting(text(key, reference=reference, **values)), colour=WARNING)


def notice(message: str, *, detail: str = "") -> Layout:
    """What a person reads when something was done. `message` and `detail` are markdown."""
    return panel(_fitting(message), small(detail), colour=CALM)


def _fitting(message: str) -> str:
    return shorten(message, _MESSAGE_LIMIT)


def _shown(value: object, text: Text) -> object:
    if isinstance(value, PermissionNames):
        return value.shown(text)
    if not isinstance(value, str) or isinstance(value, Marked):
        return value
    return escape(shorten(value, _VALUE_LIMIT))
