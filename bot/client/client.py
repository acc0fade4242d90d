"""The Discord client: what it subscribes to, how it connects, and where its errors end."""

import asyncio
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import aiohttp
import discord
import structlog
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.core.clock import Clock
from bot.core.errors import StoreError, UserError
from bot.core.i18n import DEFAULT_LOCALE, Messages
from bot.core.retry import backoff
from bot.core.supervisor import supervise
from bot.ui.mentions import Mentions
from bot.ui.panels import error_panel

logger = structlog.get_logger(__name__)

UNKNOWN_INTERACTION = 10062
"""Discord docs, JSON error codes: the interaction's 3 seconds are over."""

REFUSED_TOKEN = 4004
FATAL_CLOSES = {4010, 4012, 4013, 4014}
"""Discord docs, Gateway close event codes: reconnecting as we are would be refused again."""

FIRST_RETRY = 2.0
SLOWEST_RECONNECT = 60.0
"""Seconds: the shortest and the longest back-off between two attempts to log in or connect."""

CALM_CONNECTION = 300.0
"""Seconds: a connection that held this long starts the back-off anew when it ends."""


class TokenRefusedError(UserError):
    """Discord answered 401 or close code 4004: the token is wrong, or was reset."""

    def __init__(self) -> None:
        super().__init__("discord.token-refused")


class KcrushClient(commands.AutoShardedBot):
    """A bot of discord.py that receives guilds and interactions and nothing else.

    It has cogs with application commands, and no prefix commands.

    ``Intents(guilds=True)`` with no member and no message cache holds about 33 KiB a guild.
    `new_reference` gives the number that a person quotes and an operator finds in the log.
    """

    def __init__(
        self,
        messages: Messages,
        new_reference: Callable[[], str],
        *,
        gateway_url: str | None = None,
        http_trace: aiohttp.TraceConfig | None = None,
    ) -> None:
        # A bot that never speaks needs no warning that it can't.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            command_prefix=(),
            help_command=None,
            tree_cls=_Tree,
            intents=discord.Intents(guilds=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self.http.http_trace = http_trace
        self.messages = messages
        self.mentions = Mentions()
        self.logged_in = asyncio.Event()
        self._new_reference = new_reference
        self._gateway_url = gateway_url
        self._launching: set[int] = set()
        self._begun = False

    async def login(self, token: str) -> None:
        self._begun = True
        await super().login(token)

    async def close(self) -> None:
        """Disconnect. The library can't close a client that never tried to log in; this can.

        The cogs stay, unlike with ``Bot.close``: ``begin_anew`` connects again with them.
        """
        if self._begun:
            await discord.AutoShardedClient.close(self)

    async def launch_shards(self) -> None:
        """Ask Discord for shards and gateway, and connect them all.

        Reconnecting without a session goes to the class's ``DEFAULT_GATEWAY``, so the answer is
        put there; asking each time lets a bot that outgrew its shards (4011) get more.
        """
        self.shard_count, asked, _ = await self.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(self._gateway_url or asked)
        await super().launch_shards()

    async def launch_shard(
        self, gateway: yarl.URL, shard_id: int, *, initial: bool = False
    ) -> None:
        """Connect one shard, or raise; ``hold_connection`` waits and begins anew.

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
        return discord.utils.oauth_url(
            self.application_id or 0,
            permissions=discord.Permissions(
                view_channel=True, send_messages=True, embed_links=True, read_message_history=True
            ),
            scopes=("bot", "applications.commands"),
        )

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        interaction = next((arg for arg in args if isinstance(arg, discord.Interaction)), None)
        error = sys.exception()
        if error is not None:
            await self.report_error(interaction, error, where=event_method)

    async def report_error(
        self, interaction: discord.Interaction[Any] | None, error: BaseException, *, where: str
    ) -> None:
        """End an error: a translated sentence for the person, a traceback in the log for us.

        A ``UserError`` is its own sentence. Anything else is ours to mend: it gets a reference
        number that stands in both places; so does a trouble of the database, whose own sentence
        is for the operator. Never raises.
        """
        cause = _unwrapped(error)
        key, args = _sentence(cause)
        reference = None
        if isinstance(cause, StoreError):
            reference = self._new_reference()
            logger.error("error.store", where=where, reference=reference, cause=str(cause))
            key, args = "error.store", {}
        elif key is None:
            reference = self._new_reference()
            logger.error(
                "error.unexpected",
                where=where,
                reference=reference,
                exc_info=(type(cause), cause, cause.__traceback__),
            )
        else:
            logger.info("error.told", where=where, key=key, cause=str(cause))
        if interaction is None or _is_expired(cause):
            return
        try:
            await self._tell(interaction, key or "error.unexpected", reference, args)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as failure:
            logger.warning("error.not-told", where=where, reference=reference, cause=str(failure))

    async def _tell(
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
        if interaction.response.is_done():
            await interaction.followup.send(view=view, ephemeral=True)
        else:
            await interaction.response.send_message(view=view, ephemeral=True)


class _Tree(app_commands.CommandTree[KcrushClient]):
    """Commands whose errors all end at the client's one desk."""

    async def on_error(
        self, interaction: discord.Interaction[KcrushClient], error: app_commands.AppCommandError, /
    ) -> None:
        command = interaction.command.qualified_name if interaction.command else "?"
        await self.client.report_error(interaction, error, where=f"/{command}")


class CatalogueTranslator(app_commands.Translator):
    """Names and descriptions of commands in every locale whose catalogue has them."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        text = self._messages.text(locale.value)
        if text.locale == DEFAULT_LOCALE:
            return None
        try:
            return text(translation_key(string, context))
        except KeyError:
            return None


def translation_key(
    string: app_commands.locale_str, context: app_commands.TranslationContextTypes
) -> str:
    """The key under which catalogues have a name or description, by the command's qualified name.

    ``command.interviews.search.name`` is a command's, ``command.interviews.search.query.name`` an
    option's. A choice has its own key, as ``extras["key"]`` of its ``locale_str``.
    """
    data = context.data
    if isinstance(data, app_commands.Choice):
        return str(string.extras["key"])
    if isinstance(data, app_commands.Parameter):
        name = f"{data.command.qualified_name} {data.name}"
    else:
        name = data.qualified_name
    part = "description" if "description" in context.location.name else "name"
    return f"command.{name.replace(' ', '.')}.{part}"


async def sync_commands(client: KcrushClient) -> bool:
    """Register the tree's commands, but only where Discord has others. True when it did.

    Either way ``client.mentions`` knows their ids afterwards.

    A sync is one of 200 command writes a day (Discord docs, Application commands, registering),
    and makes every person's client fetch the commands anew.

    Raises:
        discord.HTTPException: Discord refused.
    """
    if client.application_id is None:
        raise RuntimeError("log in first")
    translator = client.tree.translator
    ours = [
        await command.get_translated_payload(client.tree, translator)
        if translator
        else command.to_dict(client.tree)
        for command in client.tree.get_commands()
    ]
    route = Route(
        "GET",
        "/applications/{application_id}/commands?with_localizations=true",
        application_id=client.application_id,
    )
    theirs: list[dict[str, Any]] = await client.http.request(route)
    if same_commands(ours, theirs):
        client.mentions.learn({command["name"]: int(command["id"]) for command in theirs})
        return False
    registered = await client.tree.sync()
    client.mentions.learn({command.name: command.id for command in registered})
    return True


def same_commands(ours: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]]) -> bool:
    """Whether two lists of application commands mean the same, in any order.

    Where and for whom a command works is Discord's to fill in when we leave it out, so what is
    there then makes no difference.
    """
    mine, found = _by_name(ours), _by_name(theirs)
    for name, command in found.items():
        for field in _FILLED_IN - set(mine.get(name, ())):
            command.pop(field, None)
    return mine == found and len(ours) == len(theirs)


def _by_name(commands: Sequence[Mapping[str, Any]]) -> dict[tuple[int, str], dict[str, Any]]:
    return {(one.get("type", 1), one["name"]): _meaning(one) for one in commands}


_FILLED_IN = frozenset({"contexts", "integration_types"})
_TOLD_BY_DISCORD = frozenset(
    {"id", "application_id", "version", "guild_id", "dm_permission", "handler"}
)
_UNORDERED = frozenset({"contexts", "integration_types", "channel_types"})


def _meaning(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A command or option without what Discord adds, and without values that mean the default."""
    result: dict[str, Any] = {}
    for name, value in payload.items():
        if name in _TOLD_BY_DISCORD or value in (None, False, [], {}):
            continue
        if name in _UNORDERED:
            result[name] = sorted(value)
        elif isinstance(value, list):
            result[name] = [_meaning(item) if isinstance(item, dict) else item for item in value]
        elif name == "default_member_permissions":
            result[name] = int(value)
        else:
            result[name] = value
    return result


def use_rest_api(url: str) -> None:
    """Point discord.py at a REST base, which it keeps in a class: it holds for the process."""
    Route.BASE = url


async def log_in(client: KcrushClient, token: str, clock: Clock, rng: random.Random) -> None:
    """Log in over REST, as often as it takes; sets ``client.logged_in``.

    Raises:
        TokenRefusedError: Discord doesn't know the token; trying again would not help.
    """
    await supervise(
        "discord.login",
        lambda: log_in_once(client, token),
        clock,
        pause=lambda failures: backoff(failures, FIRST_RETRY, SLOWEST_RECONNECT, rng.random()),
        fatal=TokenRefusedError,
    )


async def log_in_once(client: KcrushClient, token: str) -> None:
    """One try to log in; what it opened is closed again when it fails.

    Raises:
        TokenRefusedError: Discord doesn't know the token.
        discord.HTTPException, aiohttp.ClientError, OSError: Discord could not be asked.
    """
    try:
        await client.login(token)
    except discord.LoginFailure:
        await client.forget_session()
        raise TokenRefusedError from None
    except BaseException:
        await client.forget_session()
        raise
    client.logged_in.set()


async def hold_connection(
    client: KcrushClient, token: str, clock: Clock, rng: random.Random
) -> None:
    """Keep the gateway connection until we close the client, whatever Discord does.

    discord.py resumes and reconnects by itself. This is for what it gives up on: the first
    handshake, a need for more shards (4011), an error of its own.

    Raises:
        TokenRefusedError: close code 4004.
        discord.ConnectionClosed: a close that says that we are wrong (4010, 4012 to 4014).
    """
    failures = 0
    while True:
        started = clock.monotonic()
        try:
            await client.connect()
        except discord.ConnectionClosed as error:
            if error.code == REFUSED_TOKEN:
                raise TokenRefusedError from None
            if error.code in FATAL_CLOSES:
                raise
            logger.warning("discord.closed", code=error.code)
        except Exception:
            logger.exception("discord.connection-failed")
        else:
            return
        failures = 1 if clock.monotonic() - started > CALM_CONNECTION else failures + 1
        await clock.sleep(backoff(failures, FIRST_RETRY, SLOWEST_RECONNECT, rng.random()))
        await client.begin_anew()
        await log_in(client, token, clock, rng)


def is_connected(client: KcrushClient) -> bool:
    """Whether every shard has an open connection to Discord."""
    shards = client.shards.values()
    complete = len(shards) == client.shard_count
    return complete and not any(shard.is_closed() for shard in shards)


def _unwrapped(error: BaseException) -> BaseException:
    """The error as our code raised it, out of the library's wrappings."""
    while isinstance(error, app_commands.CommandInvokeError | app_commands.TransformerError):
        if error.__cause__ is None:
            break
        error = error.__cause__
    return error


def _sentence(error: BaseException) -> tuple[str | None, Mapping[str, object]]:
    """The catalogue key that tells of an error; ``None`` for what nobody foresaw.

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
    if isinstance(error, app_commands.CommandSignatureMismatch | app_commands.CommandNotFound):
        return "error.command-changed", {}
    return None, {}


def _is_expired(error: BaseException) -> bool:
    return isinstance(error, discord.NotFound) and error.code == UNKNOWN_INTERACTION
