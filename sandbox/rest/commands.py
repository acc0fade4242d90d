"""Endpoints of application commands, global and per guild."""

from __future__ import annotations

from typing import Any

from sandbox import errors, serial, validate
from sandbox.entities import Command
from sandbox.errors import ApiError
from sandbox.ratelimit import Limit
from sandbox.rest.pipeline import NO_CONTENT, Call, Reply, Route
from sandbox.world import World

# "100 global CHAT_INPUT commands, 15 USER, 15 MESSAGE", docs, "Application Commands", for each
# of global and every guild.
MAX_COMMANDS = {1: 100, 2: 15, 3: 15}
_TOO_MANY = {1: 30032, 2: 30033, 3: 30034}


def _scope(call: Call) -> int | None:
    """The guild of the path, None for global commands.

    Somebody else's application is 403 (20012); a guild without the bot 403 (50001).
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


def _within(world: World, scope: int | None) -> list[Command]:
    return [each for each in world.commands.values() if each.guild_id == scope]


def _one(call: Call) -> Command:
    scope = _scope(call)
    command = call.world.commands.get(call.id("command_id"))
    if command is None or command.guild_id != scope:
        raise errors.unknown("application command")
    return command


async def list_commands(call: Call) -> Reply:
    """All commands of the scope; without `with_localizations` the texts' translations are left
    out, as at Discord."""
    full = call.query.get("with_localizations", "").lower() in ("true", "1")
    commands = _within(call.world, _scope(call))
    return Reply([_json(command, full=full) for command in commands])


def _json(command: Command, *, full: bool) -> dict[str, Any]:
    data = serial.command_json(command)
    return data if full else dict(_without_localizations(data))


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


async def get_command(call: Call) -> Reply:
    return Reply(serial.command_json(_one(call)))


async def create_command(call: Call) -> Reply:
    """Register a command; one of the same type and name is replaced (200 instead of 201)."""
    scope = _scope(call)
    body = validate.command_payload(call.body())
    existing = _within(call.world, scope)
    _check_count([*existing, *([] if _same(existing, body) else [body])])
    old = _same(existing, body)
    command = _build(call.world, scope, body, old)
    call.world.commands[command.id] = command
    return Reply(serial.command_json(command), 201 if old is None else 200)


async def overwrite_commands(call: Call) -> Reply:
    """Make the scope's commands exactly these; those that stay keep their ids."""
    scope = _scope(call)
    bodies = validate.command_list_payload(call.payload)
    _check_count(bodies)
    existing = _within(call.world, scope)
    fresh = [_build(call.world, scope, body, _same(existing, body)) for body in bodies]
    for command in existing:
        del call.world.commands[command.id]
    call.world.commands.update({command.id: command for command in fresh})
    return Reply([serial.command_json(command) for command in fresh])


async def edit_command(call: Call) -> Reply:
    command = _one(call)
    body = validate.command_payload(call.body(), kind=command.type)
    for other in _within(call.world, command.guild_id):
        if other is not command and (other.type, other.name) == (command.type, body.get("name")):
            raise ApiError(
                400,
                50035,
                "Invalid Form Body",
                {
                    "name": {
                        "_errors": [
                            {
                                "code": "APPLICATION_COMMANDS_DUPLICATE_NAME",
                                "message": "Application command names must be unique",
                            }
                        ]
                    }
                },
            )
    current = {
        "name": command.name,
        "type": command.type,
        "description": command.description,
        "options": command.options,
        "nsfw": command.nsfw,
        "name_localizations": command.name_localizations,
        "description_localizations": command.description_localizations,
        "default_member_permissions": command.default_member_permissions,
        "contexts": command.contexts,
        "integration_types": command.integration_types,
    }
    changed = _build(call.world, command.guild_id, current | body, command)
    call.world.commands[command.id] = changed
    return Reply(serial.command_json(changed))


async def delete_command(call: Call) -> Reply:
    del call.world.commands[_one(call).id]
    return NO_CONTENT


def _same(existing: list[Command], body: dict[str, Any]) -> Command | None:
    for command in existing:
        if (command.type, command.name) == (body["type"], body["name"]):
            return command
    return None


def _check_count(bodies: list[Any]) -> None:
    """400 (30032 to 30034) for more commands of a type than there may be."""
    for kind, most in MAX_COMMANDS.items():
        count = sum(_type(body) == kind for body in bodies)
        if count > most:
            raise ApiError(
                400,
                _TOO_MANY[kind],
                f"Maximum number of application commands reached ({most}).",
            )


def _type(body: Any) -> int:
    return body.type if isinstance(body, Command) else int(body["type"])


def _build(world: World, scope: int | None, body: dict[str, Any], old: Command | None) -> Command:
    """The command of a checked body; unchanged, it keeps its version."""
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
        options=[_shape(option) for option in body.get("options") or ()],
        default_member_permissions=body.get("default_member_permissions"),
        nsfw=body.get("nsfw", False),
        contexts=contexts if scope is None else None,
        integration_types=body.get("integration_types") or [0],
    )
    if old is not None and command != old:
        command.version = world.snowflake()
    return command


def _shape(option: dict[str, Any]) -> dict[str, Any]:
    """An option as answers hold it."""
    dropped = ("name_localized", "description_localized")
    shaped = {key: value for key, value in option.items() if key not in dropped}
    if "options" in shaped:
        shaped["options"] = [_shape(each) for each in shaped["options"]]
    if "choices" in shaped:
        shaped["choices"] = [
            {key: value for key, value in each.items() if key not in dropped}
            for each in shaped["choices"]
        ]
    return shaped


_GLOBAL = "/applications/{application_id}/commands"
_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"


def _routes(path: str) -> tuple[Route, ...]:
    one = path + "/{command_id}"
    return (
        Route("GET", path, list_commands),
        Route("POST", path, create_command, Limit(5, 20.0)),
        Route("PUT", path, overwrite_commands, Limit(5, 20.0)),
        Route("GET", one, get_command),
        Route("PATCH", one, edit_command, Limit(5, 20.0)),
        Route("DELETE", one, delete_command, Limit(5, 20.0)),
    )


ROUTES = (*_routes(_GLOBAL), *_routes(_GUILD))
