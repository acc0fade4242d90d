"""What a person reads about an error. Pure."""

from collections.abc import Mapping

import discord
from discord import app_commands

from bot.core.errors import UserError

EXPIRED = frozenset({10062, 40060})
"""Discord docs, JSON error codes: the interaction's 3 seconds are over; it is answered already."""


_CHANGED_COMMAND = (
    app_commands.CommandNotFound,
    app_commands.CommandSignatureMismatch,
    app_commands.TransformerError,
)
"""What comes of a person's client that still shows an older version of a command."""


def unwrapped(error: BaseException) -> BaseException:
    """The error as our code raised it, without discord.py's wrappers.

    A value that is not among an option's choices (discord.py reads them as an enumeration, which
    raises ``ValueError``) stays a ``TransformerError``.
    """
    while isinstance(error, app_commands.CommandInvokeError | app_commands.TransformerError):
        cause = error.__cause__
        unknown_choice = isinstance(error, app_commands.TransformerError) and isinstance(
            cause, ValueError
        )
        if cause is None or unknown_choice:
            break
        error = cause
    return error


def catalogue_key(error: BaseException) -> tuple[str | None, Mapping[str, object]]:
    """The catalogue's key and arguments for an error; the key is ``None`` for an unexpected one.

    | error | the person reads |
    |---|---|
    | ``UserError`` | its own sentence |
    | missing permissions of the person | which command needs which |
    | a command that changed since their client fetched it | to try again shortly |
    | anything else | a reference number |
    """
    if isinstance(error, UserError):
        return error.key, error.args_by_name
    if isinstance(error, app_commands.MissingPermissions):
        return "error.not-allowed", {}
    if isinstance(error, app_commands.NoPrivateMessage):
        return "error.guild-only", {}
    if isinstance(error, _CHANGED_COMMAND):
        return "error.command-changed", {}
    return None, {}


def is_expired(error: BaseException) -> bool:
    """Whether Discord takes no answer to the interaction any more."""
    return isinstance(error, discord.HTTPException) and error.code in EXPIRED
