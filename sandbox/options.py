"""What a person types into a slash command: checked as Discord's client checks it.

https://docs.discord.com/developers/interactions/application-commands
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from sandbox.entities import Command
from sandbox.outcome import Refused
from sandbox.place import Place, Resolved

#: Integers and numbers of an option lie within this, the doubles' exact range.
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
class Called:
    """A command found by its path: the subcommands on the way, and the options it takes."""

    command: Command
    way: tuple[Mapping[str, Any], ...]
    specs: tuple[Mapping[str, Any], ...]

    def spec(self, name: str) -> Mapping[str, Any]:
        for spec in self.specs:
            if name == spec["name"]:
                return spec
        known = ", ".join(spec["name"] for spec in self.specs) or "none"
        raise Refused(f"/{self.command.name} takes no option {name!r}; it takes: {known}")

    def nested(self, options: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The options inside the subcommands on the way, as the interaction carries them."""
        for step in reversed(self.way):
            options = [{"type": step["type"], "name": step["name"], "options": options}]
        return options


def find(place: Place, path: str) -> Called:
    """The slash command of that path, offered to the person here; Refused otherwise."""
    words = path.removeprefix("/").split()
    if not words:
        raise Refused("no command was named")
    command = _named(place, words[0], kind=1)
    specs: tuple[Mapping[str, Any], ...] = tuple(command.options)
    way: list[Mapping[str, Any]] = []
    for word in words[1:]:
        step = next(
            (s for s in specs if s["type"] in _NESTING and _is_called(s, word, place)), None
        )
        if step is None:
            raise Refused(f"/{' '.join(words)}: there is no subcommand {word!r}; {_offer(specs)}")
        way.append(step)
        specs = tuple(step.get("options") or ())
    if any(spec["type"] in _NESTING for spec in specs):
        raise Refused(f"/{' '.join(words)} needs a subcommand; {_offer(specs)}")
    return Called(command, tuple(way), specs)


def find_menu(place: Place, name: str, kind: int) -> Command:
    """The user (2) or message (3) command of that name, offered to the person here."""
    return _named(place, name, kind)


def offered(place: Place) -> list[Command]:
    """The commands that Discord's client shows the person here."""
    return [c for c in place.world.commands.values() if place.hidden(c) is None]


def _named(place: Place, name: str, kind: int) -> Command:
    candidates = [
        command
        for command in place.world.commands.values()
        if command.type == kind
        and (command.name == name or _translation(command, place.user.locale) == name)
    ]
    reasons = [place.hidden(command) for command in candidates]
    for command, reason in zip(candidates, reasons, strict=True):
        if reason is None:
            return command
    told = f"the command {name!r} is not shown to {place.user.name} here"
    raise Refused(f"{told}: {reasons[0]}" if reasons else f"there is no command {name!r}")


def _translation(command: Command, locale: str) -> str | None:
    return (command.name_localizations or {}).get(locale)


def _is_called(spec: Mapping[str, Any], word: str, place: Place) -> bool:
    translated = (spec.get("name_localizations") or {}).get(place.user.locale)
    return word in (spec["name"], translated)


def _offer(specs: tuple[Mapping[str, Any], ...]) -> str:
    names = [spec["name"] for spec in specs if spec["type"] in _NESTING]
    return f"there are: {', '.join(names)}" if names else "it has none"


def filled(called: Called, values: Mapping[str, Any], resolved: Resolved) -> list[dict[str, Any]]:
    """The options as an interaction carries them, in the command's order. Refused for a missing
    required option and for a value that the client would not let through."""
    for name in values:
        called.spec(name)
    options = []
    for spec in called.specs:
        if values.get(spec["name"]) is not None:
            value = _checked(spec, values[spec["name"]], resolved)
            options.append({"name": spec["name"], "type": spec["type"], "value": value})
        elif spec.get("required"):
            raise Refused(f"the option {spec['name']!r} is required")
    return options


def typing(
    called: Called, focused: str, values: Mapping[str, Any], resolved: Resolved
) -> list[dict[str, Any]]:
    """The options while `focused` is being typed: its text unchecked, the others as far as they
    are valid already."""
    if not called.spec(focused).get("autocomplete"):
        raise Refused(f"the option {focused!r} does not autocomplete")
    options = []
    for spec in called.specs:
        name = spec["name"]
        if name == focused:
            text = values.get(name, "")
            value: Any = str(text)
            options.append({"name": name, "type": spec["type"], "value": value, "focused": True})
        elif values.get(name) is not None:
            value = _checked(spec, values[name], resolved)
            options.append({"name": name, "type": spec["type"], "value": value})
    for name in values:
        called.spec(name)
    return options


def _checked(spec: Mapping[str, Any], value: Any, resolved: Resolved) -> Any:
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
    number = _parsed(value) if isinstance(value, str) else value
    if spec.get("choices"):
        chosen: int | float = _chosen(spec, value if number is None else number)
        return chosen
    whole = spec["type"] == OptionType.INTEGER
    if isinstance(number, bool) or not isinstance(number, int if whole else int | float):
        kind = "a whole number" if whole else "a number"
        raise Refused(f"{spec['name']}: {value!r} is not {kind}")
    low, high = spec.get("min_value"), spec.get("max_value")
    low, high = -LIMIT if low is None else low, LIMIT if high is None else high
    if not low <= number <= high:
        raise Refused(f"{spec['name']}: {number} does not lie between {low} and {high}")
    return number


def _parsed(text: str) -> int | float | None:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return None


def _chosen(spec: Mapping[str, Any], value: Any) -> Any:
    """A choice is named by its value, or by its name as the client shows it."""
    for choice in spec["choices"]:
        names = {choice["name"], *(choice.get("name_localizations") or {}).values()}
        if value == choice["value"] or value in names:
            return choice["value"]
    names_shown = ", ".join(str(choice["name"]) for choice in spec["choices"])
    raise Refused(f"{spec['name']}: {value!r} is not one of the choices: {names_shown}")
