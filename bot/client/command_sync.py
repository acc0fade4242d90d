"""The bot's application commands as Discord has them: registered where they differ, in every
language that has a catalogue."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import discord
import structlog
from discord import app_commands
from discord.http import Route

from bot.client.client import KcrushClient
from bot.core.clock import Clock
from bot.core.i18n import DEFAULT_LOCALE, Messages
from bot.core.supervisor import supervise

logger = structlog.get_logger(__name__)


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
            # A description may name placeholders, in braces as in the code.
            return text.unfilled(translation_key(string, context))
        except KeyError:
            return None


def translation_key(
    string: app_commands.locale_str, context: app_commands.TranslationContextTypes
) -> str:
    """The key under which catalogues have a name or description, by the command's qualified name.

    ``command.interviews.search.name`` is a command's, ``command.interviews.search.query.name`` an
    option's. A choice, and a command of a message's menu, has its own key, as ``extras["key"]`` of
    its ``locale_str``.
    """
    data = context.data
    if isinstance(data, app_commands.Choice) or "key" in string.extras:
        return str(string.extras["key"])
    if isinstance(data, app_commands.Parameter):
        name = f"{data.command.qualified_name} {data.name}"
    else:
        name = data.qualified_name
    part = "description" if "description" in context.location.name else "name"
    return f"command.{name.replace(' ', '.')}.{part}"


RETRY = 300.0
"""Seconds until what Discord is to have is tried again after a failure."""


NOT_REGISTERED_YET = 5.0
"""Seconds until a process looks again for commands that another is about to register."""


async def register_commands(client: KcrushClient, clock: Clock) -> None:
    """See that Discord has the commands; a failure is tried again."""

    async def sync() -> None:
        changed = await sync_commands(client)
        logger.info("commands.offered", changed=changed)

    await supervise("commands", sync, clock, pause=RETRY)


async def learn_commands(client: KcrushClient, clock: Clock, leading: asyncio.Event) -> None:
    """Know the ids of the commands that another process registers, until this one leads."""

    async def learn() -> float | None:
        if leading.is_set():
            return None
        ids = _ids(await _registered(client))
        client.messages.mentions.learn(ids)
        return RETRY if ids else NOT_REGISTERED_YET

    await supervise("command-ids", learn, clock, pause=RETRY)


async def sync_commands(client: KcrushClient, guild: discord.Object | None = None) -> bool:
    """Register the tree's commands, or those that it has for a guild alone, but only where Discord
    has others. True when it did.

    Either way the client's sentences know the ids of those that are everywhere.

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
        for command in client.tree.get_commands(guild=guild)
    ]
    theirs = await _registered(client, guild)
    is_same = same_commands(ours, theirs)
    ids = _ids(theirs)
    if not is_same:
        ids = {command.name: command.id for command in await client.tree.sync(guild=guild)}
    if guild is None:
        client.messages.mentions.learn(ids)
    return not is_same


async def _registered(
    client: KcrushClient, guild: discord.Object | None = None
) -> list[dict[str, Any]]:
    """The commands as Discord has them."""
    scope = "" if guild is None else f"/guilds/{guild.id}"
    route = Route(
        "GET",
        f"/applications/{{application_id}}{scope}/commands?with_localizations=true",
        application_id=client.application_id,
    )
    registered: list[dict[str, Any]] = await client.http.request(route)
    return registered


def _ids(registered: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {command["name"]: int(command["id"]) for command in registered}


def same_commands(ours: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]]) -> bool:
    """Whether two lists of application commands mean the same, in any order.

    Where and for whom a command works is Discord's to fill in when we leave it out, so what is
    there then makes no difference.
    """
    mine, found = _by_name(ours), _by_name(theirs)
    for name, command in found.items():
        for field in _DEFAULTED_BY_DISCORD - set(mine.get(name, ())):
            command.pop(field, None)
    return mine == found and len(ours) == len(theirs)


def _by_name(commands: Sequence[Mapping[str, Any]]) -> dict[tuple[int, str], dict[str, Any]]:
    return {(one.get("type", 1), one["name"]): _meaning(one) for one in commands}


_DEFAULTED_BY_DISCORD = frozenset({"contexts", "integration_types"})
_ADDED_BY_DISCORD = frozenset(
    {"id", "application_id", "version", "guild_id", "dm_permission", "handler"}
)
_UNORDERED = frozenset({"contexts", "integration_types", "channel_types"})


def _meaning(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A command or option without what Discord adds, and without values that mean the default."""
    result: dict[str, Any] = {}
    for name, value in payload.items():
        if name in _ADDED_BY_DISCORD or value in (None, False, [], {}):
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
