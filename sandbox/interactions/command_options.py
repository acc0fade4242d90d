"""Slash commands as a person types them, validated as Discord's client does.

https://docs.discord.com/developers/interactions/application-commands
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from sandbox.entities import Command
from sandbox.interactions.invoker import Invoker
from sandbox.interactions.resolved import ResolvedData
from sandbox.outcome import Refused

#: Bound of integer and number options: the range in which doubles are exact.
LIMIT = 2**53


class OptionType(IntEnum):
    """Types of command options."""

    SUB_COMMAND = 1
    SUB_COMMAND_GROUP = 2
    STRING = 3
    INTEGER = 4
    BOOLEAN = 5
    USER = 6
    CHANNEL = 7
    ROLE = 8
    MENTIONABLE = 9
    NUMBER = 10
    ATTACHMENT = 11


_NESTING = (OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP)


@dataclass(frozen=True, slots=True)
class CommandPath:
    """A command, the groups and subcommands of a path, and the options that it takes."""

    command: Command
    subcommands: tuple[Mapping[str, Any], ...]
    specs: tuple[Mapping[str, Any], ...]

    def spec(self, name: str) -> Mapping[str, Any]:
        for spec in self.specs:
            if name == spec["name"]:
                return spec
        known = ", ".join(spec["name"] for spec in self.specs) or "none"
        raise Refused(f"/{self.command.name} takes no option {name!r}; it takes: {known}")

    def nested(self, options: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The options nested in the groups and subcommands, as in an interaction."""
        for step in reversed(self.subcommands):
            options = [{"type": step["type"], "name": step["name"], "options": options}]
        return options


def find(invoker: Invoker, path: str) -> CommandPath:
    """The slash command of that path. Refused when it is not offered to the person."""
    words = path.removeprefix("/").split()
    if not words:
        raise Refused("no command was named")
    command = _named(invoker, words[0])
    specs: tuple[Mapping[str, Any], ...] = tuple(command.options)
    subcommands: list[Mapping[str, Any]] = []
    for word in words[1:]:
        step = next(
            (s for s in specs if s["type"] in _NESTING and _is_called(s, word, invoker)), None
        )
        if step is None:
            raise Refused(f"/{' '.join(words)}: there is no subcommand {word!r}; {_offer(specs)}")
        subcommands.append(step)
        specs = tuple(step.get("options") or ())
    if any(spec["type"] in _NESTING for spec in specs):
        raise Refused(f"/{' '.join(words)} needs a subcommand; {_offer(specs)}")
    return CommandPath(command, tuple(subcommands), specs)


def offered(invoker: Invoker) -> list[Command]:
    """The commands that Discord's client offers to the person."""
    return [c for c in invoker.world.commands.values() if invoker.why_hidden(c) is None]


def for_messages(invoker: Invoker, name: str) -> Command:
    """The command of a message's menu that is called so. Refused when it is not offered."""
    return _named(invoker, name, kind=3)


def _named(invoker: Invoker, name: str, kind: int = 1) -> Command:
    candidates = [
        command
        for command in invoker.world.commands.values()
        if command.type == kind
        and (command.name == name or _translation(command, invoker.user.locale) == name)
    ]
    reasons = [invoker.why_hidden(command) for command in candidates]
    for command, reason in zip(candidates, reasons, strict=True):
        if reason is None:
            return command
    hidden = f"the command {name!r} is not shown to {invoker.user.name} here"
    raise Refused(f"{hidden}: {reasons[0]}" if reasons else f"there is no command {name!r}")


def _translation(command: Command, locale: str) -> str | None:
    return (command.name_localizations or {}).get(locale)


def _is_called(spec: Mapping[str, Any], word: str, invoker: Invoker) -> bool:
    translated = (spec.get("name_localizations") or {}).get(invoker.user.locale)
    return word in (spec["name"], translated)


def _offer(specs: tuple[Mapping[str, Any], ...]) -> str:
    names = [spec["name"] for spec in specs if spec["type"] in _NESTING]
    return f"there are: {', '.join(names)}" if names else "it has none"


def filled(
    path: CommandPath,
    values: Mapping[str, Any],
    resolved: ResolvedData,
    *,
    focused: str | None = None,
) -> list[dict[str, Any]]:
    """The options as in an interaction, in the command's order.

    With `focused` for autocompletion: the text of that option is not validated, and required
    options may be missing. Refused for a missing required option, and for a value that Discord's
    client would not accept.
    """
    for name in values:
        path.spec(name)
    if focused is not None and not path.spec(focused).get("autocomplete"):
        raise Refused(f"the option {focused!r} does not autocomplete")
    options: list[dict[str, Any]] = []
    for spec in path.specs:
        name, kind = spec["name"], spec["type"]
        if name == focused:
            text = str(values.get(name, ""))
            options.append({"name": name, "type": kind, "value": text, "focused": True})
        elif values.get(name) is not None:
            value = _validated(spec, values[name], resolved)
            options.append({"name": name, "type": kind, "value": value})
        elif spec.get("required") and focused is None:
            raise Refused(f"the option {name!r} is required")
    return options


def _validated(spec: Mapping[str, Any], value: Any, resolved: ResolvedData) -> Any:
    match OptionType(spec["type"]):
        case OptionType.STRING:
            return _string(spec, value)
        case OptionType.INTEGER | OptionType.NUMBER:
            return _number(spec, value)
        case OptionType.BOOLEAN:
            if not isinstance(value, bool):
                raise Refused(f"{spec['name']}: {value!r} is neither true nor false")
            return value
        case OptionType.USER:
            return resolved.user(value)
        case OptionType.CHANNEL:
            return resolved.channel(value, spec.get("channel_types"))
        case OptionType.ROLE:
            return resolved.role(value)
        case OptionType.MENTIONABLE:
            return resolved.mentionable(value)
        case OptionType.ATTACHMENT:
            return resolved.attachment(value)
        case _:
            raise Refused(f"{spec['name']} is a subcommand, not an option")


def _string(spec: Mapping[str, Any], value: Any) -> str:
    if not isinstance(value, str):
        raise Refused(f"{spec['name']}: {value!r} is no text")
    if spec.get("choices"):
        return str(_chosen(spec, value))
    low, high = spec.get("min_length") or 0, spec.get("max_length") or 6000
    if not low <= len(value) <= high:
        raise Refused(f"{spec['name']}: {len(value)} characters, not {low} to {high}")
    return value


def _number(spec: Mapping[str, Any], value: Any) -> int | float:
    if spec.get("choices"):
        chosen: int | float = _chosen(spec, value)
        return chosen
    whole = spec["type"] == OptionType.INTEGER
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        kind = "a whole number" if whole else "a number"
        raise Refused(f"{spec['name']}: {value!r} is not {kind}")
    low, high = spec.get("min_value"), spec.get("max_value")
    low, high = -LIMIT if low is None else low, LIMIT if high is None else high
    if not low <= value <= high:
        raise Refused(f"{spec['name']}: {value} does not lie between {low} and {high}")
    return value


def _chosen(spec: Mapping[str, Any], value: Any) -> Any:
    """The value of a choice, given by its value or its name."""
    for choice in spec["choices"]:
        names = {choice["name"], *(choice.get("name_localizations") or {}).values()}
        if value == choice["value"] or value in names:
            return choice["value"]
    names_shown = ", ".join(str(choice["name"]) for choice in spec["choices"])
    raise Refused(f"{spec['name']}: {value!r} is not one of the choices: {names_shown}")
