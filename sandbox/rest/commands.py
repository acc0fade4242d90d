"""Endpoints of application commands, global and per guild: list and bulk overwrite."""

from __future__ import annotations

from typing import Any

from sandbox import errors, serial
from sandbox.entities import Command
from sandbox.errors import ApiError
from sandbox.ratelimit import Limit
from sandbox.rest.pipeline import Call, Reply, Route
from sandbox.validate.commands import command_list_payload
from sandbox.world import World

# "100 global CHAT_INPUT commands, 15 USER, 15 MESSAGE", docs, "Application Commands", for each
# of global and every guild.
MAX_COMMANDS = {1: 100, 2: 15, 3: 15}
_TOO_MANY = {1: 30032, 2: 30033, 3: 30034}


def _scope(call: Call) -> int | None:
    """The guild of the path, None for global commands.

    403 (20012) for another application, 403 (50001) for a guild without the bot.
    """
    if call.id("application_id") != call.world.application.id:
        raise ApiError(
            403, 20012, "You are not authorized to perform this action on this application"
        )
    if "guild_id" not in call.params:
        return None
    guild_id = call.id("guild_id")
    guild = call.world.guilds.get(guild_id)
    if guild is None or call.bot.id not in guild.members:
        raise errors.missing_access()
    return guild_id


def _commands_in(world: World, scope: int | None) -> list[Command]:
    return [each for each in world.commands.values() if each.guild_id == scope]


async def list_commands(call: Call) -> Reply:
    """All commands of the scope; localizations only with `with_localizations`, as at Discord."""
    commands = [serial.command_json(each) for each in _commands_in(call.world, _scope(call))]
    return Reply(commands if call.flag("with_localizations") else _without_localizations(commands))


def _without_localizations(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_localizations(each) for each in node]
    if isinstance(node, dict):
        return {
            key: _without_localizations(value)
            for key, value in node.items()
            if not key.endswith("_localizations")
        }
    return node


async def overwrite_commands(call: Call) -> Reply:
    """Replace the scope's commands; those of an existing type and name keep their ids.

    400 (30032 to 30034) for more commands of a type than Discord allows.
    """
    scope = _scope(call)
    bodies = command_list_payload(call.payload)
    for kind, most in MAX_COMMANDS.items():
        if sum(body["type"] == kind for body in bodies) > most:
            message = f"Maximum number of application commands reached ({most})."
            raise ApiError(400, _TOO_MANY[kind], message)
    existing = _commands_in(call.world, scope)
    by_name = {(command.type, command.name): command for command in existing}
    commands = [
        _build(call.world, scope, body, by_name.get((body["type"], body["name"])))
        for body in bodies
    ]
    for command in existing:
        del call.world.commands[command.id]
    call.world.commands.update({command.id: command for command in commands})
    return Reply([serial.command_json(command) for command in commands])


def _build(world: World, scope: int | None, body: dict[str, Any], old: Command | None) -> Command:
    """The command of a validated body; an unchanged command keeps its version."""
    contexts = body.get("contexts")
    if contexts is None and body.get("dm_permission") is False:
        contexts = [0]
    command = Command(
        id=old.id if old else world.snowflake(),
        application_id=world.application.id,
        name=body["name"],
        version=old.version if old else world.snowflake(),
        type=body["type"],
        guild_id=scope,
        description=body.get("description", ""),
        name_localizations=body.get("name_localizations") or None,
        description_localizations=body.get("description_localizations") or None,
        options=_without_localized(body.get("options") or []),
        default_member_permissions=body.get("default_member_permissions"),
        nsfw=body.get("nsfw", False),
        contexts=contexts if scope is None else None,
        integration_types=body.get("integration_types") or [0],
    )
    if old is not None and command != old:
        command.version = world.snowflake()
    return command


def _without_localized(options: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Options and choices without the keys that only answers contain."""
    cleaned = []
    for option in options:
        copy = {key: value for key, value in option.items() if not key.endswith("_localized")}
        for key in ("options", "choices"):
            if key in copy:
                copy[key] = _without_localized(copy[key])
        cleaned.append(copy)
    return cleaned


def _routes(path: str) -> tuple[Route, ...]:
    return (
        Route("GET", path, list_commands),
        Route("PUT", path, overwrite_commands, Limit(5, 20.0)),
    )


ROUTES = (
    *_routes("/applications/{application_id}/commands"),
    *_routes("/applications/{application_id}/guilds/{guild_id}/commands"),
)
