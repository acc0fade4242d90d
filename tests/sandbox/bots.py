"""Bots written with discord.py, for tests of the sandbox."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import discord

from sandbox.entities import Message
from sandbox.outcome import Modal, Response


class Bot(discord.AutoShardedClient):
    """discord.py as it comes, with two waits taken out that would only cost the test time."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            intents=options.pop("intents", discord.Intents(guilds=True)),
            guild_ready_timeout=0.1,
            **options,
        )
        self.tree = discord.app_commands.CommandTree(self)
        self.heard: list[str] = []
        self.running: asyncio.Task[None]

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        return

    async def on_socket_event_type(self, name: str) -> None:
        self.heard.append(name)


class Talker(Bot):
    """A bot whose one command does what the test says."""

    def __init__(self, act: Any, **options: Any) -> None:
        super().__init__(**options)
        self.seen: list[discord.Interaction] = []
        self.raised: list[discord.HTTPException] = []
        self.done = asyncio.Event()

        @self.tree.command(name="go", description="Does it")
        async def go(interaction: discord.Interaction) -> None:
            self.seen.append(interaction)
            try:
                await act(interaction)
            except discord.HTTPException as error:
                self.raised.append(error)
            self.done.set()

    def only_error(self) -> discord.HTTPException:
        """The one error that was raised."""
        (error,) = self.raised
        return error


def message_of(response: Response) -> Message:
    """The message that an answer is."""
    assert response.message is not None
    return response.message


def modal_of(response: Response) -> Modal:
    """The modal that an answer opened."""
    assert response.modal is not None
    return response.modal


RunBot = Callable[..., contextlib.AbstractAsyncContextManager[Bot]]
