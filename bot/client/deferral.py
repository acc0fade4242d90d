"""Answers to interactions that take longer than Discord waits are deferred.

Discord takes the first answer to an interaction for 3 s, and later ones for 15 min once it is
deferred (Discord docs, Receiving and Responding). discord.py notes an answer only once Discord
has accepted it, so whoever answers ends the deferral before.
"""

import asyncio
import logging

import aiohttp
import discord

from bot.client.error_messages import is_expired, unwrapped

DEFER_AFTER = 2.0
"""Seconds after its arrival in which an interaction has to be answered, or else it is deferred."""

_KEY = "deferral"
_DEFERRABLE = (
    discord.InteractionType.application_command,
    discord.InteractionType.component,
    discord.InteractionType.modal_submit,
)


class _Deferral:
    """Defers an interaction's answer after ``DEFER_AFTER`` seconds, unless it is ended before."""

    def __init__(self, interaction: discord.Interaction) -> None:
        self._interaction = interaction
        self._timer = asyncio.get_running_loop().call_later(DEFER_AFTER, self._begin)
        self._request: asyncio.Task[None] | None = None

    def _begin(self) -> None:
        if not self._interaction.response.is_done() and not self._interaction.client.is_closed():
            self._request = asyncio.create_task(self._defer())

    async def _defer(self) -> None:
        try:
            await self._interaction.response.defer(ephemeral=True)
        except (discord.HTTPException, aiohttp.ClientError, OSError):
            # The answer itself fails in the same way, and is reported.
            return

    async def end(self) -> None:
        self._timer.cancel()
        if self._request is not None:
            await self._request


def begin_deferral(interaction: discord.Interaction) -> None:
    """Defer the answer to a command or component that has none in time: a command's shows that
    the bot is thinking, for the person alone, and a component's leaves its message as it is."""
    if interaction.type in _DEFERRABLE:
        interaction.extras[_KEY] = _Deferral(interaction)


async def end_deferral(interaction: discord.Interaction) -> bool:
    """Defer the answer no more; whether it was, or is given. Call this before each first answer."""
    deferral: _Deferral | None = interaction.extras.get(_KEY)
    if deferral is not None:
        await deferral.end()
    return interaction.response.is_done()


async def defer(interaction: discord.Interaction, *, thinking: bool) -> None:
    """Defer the answer at once, where it is not deferred yet."""
    if not await end_deferral(interaction):
        await interaction.response.defer(ephemeral=True, thinking=thinking)


def log_expired_in_a_line(record: logging.LogRecord) -> bool:
    """A filter for discord.py's log of completions: one that came too late needs no traceback."""
    error = record.exc_info[1] if record.exc_info else None
    if error is not None and is_expired(unwrapped(error)):
        record.msg, record.args = "A completion came too late: %s", (str(error),)
        record.exc_info = record.exc_text = None
    return True
