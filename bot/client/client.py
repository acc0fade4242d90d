"""The Discord client: what it subscribes to, how it connects, and where its errors end."""

import asyncio
import logging
import sys
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
import discord
import structlog
import yarl
from discord import app_commands
from discord.ext import commands

from bot.client.deferral import begin_deferral, end_deferral, log_expired_in_a_line
from bot.client.error_messages import catalogue_key, is_expired, unwrapped
from bot.client.handling import (
    ANSWERED_BY_CUSTOM_ID,
    EXPIRED,
    FAILED,
    REFUSED,
    Handling,
    ReferencingTree,
    reference_of,
)
from bot.client.identify_budget import IdentifyBudget
from bot.client.shard_locks import ShardLocks
from bot.client.sharding import Sharding
from bot.core.clock import Clock, SystemClock
from bot.core.errors import StoreError
from bot.core.i18n import Messages
from bot.ui.panels import error_panel

logger = structlog.get_logger(__name__)


LONGEST_RATE_LIMIT = 30.0
"""Seconds: a request that is rate-limited for longer raises ``discord.RateLimited`` instead of
waiting within discord.py; the least that it takes."""

GUILDS_PAUSE = 1.0
"""Seconds without a further guild after which the client is ready. The library's own 2 are for
filling a member cache; a guild that comes later is an unavailable one that becomes available."""


class KcrushClient(commands.AutoShardedBot):
    """A bot of discord.py that receives guilds and interactions and nothing else.

    It has cogs with application commands, and no prefix commands.

    ``Intents(guilds=True)`` with no member and no message cache holds about 33 KiB a guild.
    `new_reference` gives the number that a person quotes and an operator finds in the log; `shards`
    says which shards are this process's, all of them without it.
    """

    def __init__(
        self,
        messages: Messages,
        new_reference: Callable[[], str],
        *,
        clock: Clock | None = None,
        gateway_url: str | None = None,
        http_trace: aiohttp.TraceConfig | None = None,
        shards: ShardLocks | None = None,
    ) -> None:
        # A bot that never speaks needs no warning that it can't.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            command_prefix=(),
            help_command=None,
            intents=discord.Intents(guilds=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            guild_ready_timeout=GUILDS_PAUSE,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=LONGEST_RATE_LIMIT,
            tree_cls=ReferencingTree,
        )
        logging.getLogger("discord.app_commands.tree").addFilter(log_expired_in_a_line)
        self.tree.error(self._report_command_error)
        self.http.http_trace = http_trace
        self.messages = messages.for_application()
        self.logged_in = asyncio.Event()
        self._clock = clock or SystemClock()
        self.handling = Handling(new_reference, self._clock)
        self.identify_budget = IdentifyBudget(self._clock)
        self.sharding = Sharding(
            self,
            shards or ShardLocks(self._clock),
            self.identify_budget,
            self._clock,
            gateway_url,
        )
        # What discord.py tells its voice clients, of which there are none.
        note = self.sharding.note_socket
        self._connection._update_references = note  # type: ignore[assignment,method-assign]
        self._launching: set[int] = set()
        self._begun = False

    async def login(self, token: str) -> None:
        self._begun = True
        await super().login(token)

    async def close(self) -> None:
        """Disconnect. The library can't close a client that never tried to log in; this can.

        The cogs stay, unlike with ``Bot.close``: ``begin_anew`` connects again with them.
        """
        await self.sharding.stop()
        if self._begun:
            await discord.AutoShardedClient.close(self)

    async def launch_shards(self) -> None:
        """Ask Discord for shards and gateway, and connect this process's shards from now on."""
        await self.sharding.begin()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait until a shard may identify. discord.py calls this before each IDENTIFY."""
        del initial
        await self.sharding.before_identify(shard_id or 0)

    async def launch_shard(
        self, gateway: yarl.URL, shard_id: int, *, initial: bool = False
    ) -> None:
        """Connect one shard, or raise.

        The library's own calls itself after each failure, one stack frame and one chained
        traceback deeper each time: the second entry ends that.
        """
        if shard_id in self._launching:
            raise ConnectionError(f"shard {shard_id} could not connect to {gateway}")
        self._launching.add(shard_id)
        try:
            await super().launch_shard(gateway, shard_id, initial=initial)
        finally:
            self._launching.discard(shard_id)

    async def forget_session(self) -> None:
        """Close the HTTP session in such a way that ``login`` can open another."""
        await self.http.close()
        self.http.connector = discord.utils.MISSING
        self.logged_in.clear()

    async def begin_anew(self) -> None:
        """From closed or broken back to not yet logged in, with the same tree and items."""
        await self.close()
        await self.forget_session()
        self.clear()
        # A closed client leaves a closing note in the queue that connect() reads; the hook, which
        # only runs before the first login otherwise, makes a new one.
        await self._async_setup_hook()

    def invite_url(self) -> str:
        """The address with which an admin adds the bot, with just the permissions that it uses."""
        url = discord.utils.oauth_url(
            self.application_id or 0,
            permissions=discord.Permissions(
                view_channel=True,
                send_messages=True,
                embed_links=True,
                attach_files=True,
                read_message_history=True,
            ),
            scopes=("bot", "applications.commands"),
        )
        # Added to a server rather than to a person's own apps (Discord docs, Application,
        # Integration Types); discord.py's function has no argument for it.
        return f"{url}&integration_type=0"

    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:
        # discord.py dispatches each event of the gateway by its mere name, too; nothing listens.
        if event_name == "socket_event_type":
            return
        # Before the handler runs: discord.py's own task for a command exists, but has not begun.
        self.handling.note_event(event_name, *args)
        self.sharding.note_event(event_name, *args)
        if event_name != "interaction":
            super().dispatch(event_name, *args, **kwargs)
            return
        interaction = args[0]
        if interaction.type is discord.InteractionType.autocomplete:
            return
        with structlog.contextvars.bound_contextvars(reference=reference_of(interaction)):
            begin_deferral(interaction)
            # Commands and completions are the tree's; a listener's task would only delay them.
            if interaction.type in ANSWERED_BY_CUSTOM_ID:
                super().dispatch(event_name, *args, **kwargs)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        interaction = next((arg for arg in args if isinstance(arg, discord.Interaction)), None)
        error = sys.exception()
        if error is not None:
            await self.report_error(interaction, error, where=event_method)

    async def _report_command_error(
        self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError
    ) -> None:
        command = interaction.command.qualified_name if interaction.command else "?"
        await self.report_error(interaction, error, where=f"/{command}")

    async def report_error(
        self, interaction: discord.Interaction[Any] | None, error: BaseException, *, where: str
    ) -> None:
        """Log an error, and answer the interaction with a sentence in the person's language.

        A ``UserError`` is shown as it is. Any other error, and a ``StoreError``, whose text is for
        the operator, is shown with the interaction's number, which its log lines have. Never
        raises.
        """
        cause = unwrapped(error)
        reference = reference_of(interaction) or self.handling.new_reference()
        log = logger.bind(where=where, reference=reference)
        key, args = catalogue_key(cause)
        ended, shown = FAILED, True
        if is_expired(cause):
            ended = EXPIRED
            log.warning("error.expired", cause=str(cause))
        elif isinstance(cause, StoreError):
            log.error("error.store", cause=str(cause))
            locked = cause.key in ("store.locked", "store.server-busy")
            key = "error.store-locked" if locked else "error.store"
            args = {}
        elif key is None:
            log.error("error.unexpected", exc_info=(type(cause), cause, cause.__traceback__))
        else:
            ended, shown = REFUSED, False
            log.info("error.shown", key=key, cause=str(cause))
        if interaction is None:
            return
        self.handling.note_end(interaction, ended)
        if ended is EXPIRED:
            return
        try:
            number = reference if shown else None
            await self._reply(interaction, key or "error.unexpected", number, args)
        except (discord.HTTPException, aiohttp.ClientError, OSError, RuntimeError) as failure:
            # The last one is aiohttp's for a session that was closed meanwhile.
            log.warning("error.not-shown", cause=str(failure))

    async def _reply(
        self,
        interaction: discord.Interaction[Any],
        key: str,
        reference: str | None,
        args: Mapping[str, object],
    ) -> None:
        if interaction.type is discord.InteractionType.autocomplete:
            if not interaction.response.is_done():
                await interaction.response.autocomplete([])
            return
        text = self.messages.text(str(interaction.locale))
        view = error_panel(text, key, reference, **args)
        if await end_deferral(interaction):
            await interaction.followup.send(view=view, ephemeral=True)
        else:
            await interaction.response.send_message(view=view, ephemeral=True)
