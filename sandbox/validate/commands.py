"""Application commands as clients register them.

Source: https://docs.discord.com/developers/interactions/application-commands.
"""

from __future__ import annotations

import unicodedata
from typing import Any, Final

from sandbox.validate.form import (
    INVALID,
    Check,
    Fields,
    Json,
    Location,
    boolean,
    check_form,
    integer,
    json_object,
    list_of,
    number,
    one_of,
    snowflake,
    text,
)

CHAT_INPUT = 1
MAX_OPTIONS = 25
MAX_CHOICES = 25
MAX_SIZE = 8000

# https://docs.discord.com/developers/reference#locales
LOCALES: Final = frozenset(
    {
        *("id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu"),
        *("nl", "no", "pl", "pt-BR", "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru"),
        *("uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko", "ar", "he"),
    }
)

SUB_COMMAND, SUB_COMMAND_GROUP = 1, 2
STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(3, 12)


def _slash_name(value: Any, at: Location) -> Any:
    """``^[-_'\\p{L}\\p{N}\\p{sc=Deva}\\p{sc=Thai}]{1,32}$``, in lower case where there is one."""
    value = text(1, 32)(value, at)
    if value is INVALID:
        return INVALID
    fits = all(
        letter in "-_'" or letter.isalnum() or unicodedata.category(letter).startswith("M")
        for letter in value
    )
    if not fits or value != value.lower():
        return at.error("APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    return value


def _localized(check: Check) -> Check:
    def checked(value: Any, at: Location) -> Any:
        if json_object(value, at) is INVALID:
            return INVALID
        cleaned = {}
        for locale, item in value.items():
            if locale not in LOCALES:
                at.child(locale).error(
                    "BASE_TYPE_CHOICES", f"Value must be one of {', '.join(sorted(LOCALES))}."
                )
            elif item is not None:
                cleaned[locale] = check(item, at.child(locale))
        return {locale: item for locale, item in cleaned.items() if item is not INVALID}

    return checked


_DESCRIPTION: Final = text(1, 100)


def _choice_value(kind: int) -> Check:
    if kind == STRING:
        return text(1, 100)
    return integer() if kind == INTEGER else number


def _naming(name: Check) -> dict[str, Check]:
    return {
        "name_localizations": _localized(name),
        "description_localizations": _localized(_DESCRIPTION),
        # Discord's own answers hold these, and clients send them back.
        "name_localized": text(),
        "description_localized": text(),
    }


def _option(depth: int) -> Check:
    """An option at a depth: 0 directly in the command, 1 in a subcommand or group, 2 below."""

    def check(value: Any, at: Location) -> Any:
        if json_object(value, at) is INVALID:
            return INVALID
        kind = one_of(*range(SUB_COMMAND, ATTACHMENT + 1))(value.get("type"), at.child("type"))
        if kind is INVALID:
            return INVALID
        required: dict[str, Check] = {
            "type": integer(),
            "name": _slash_name,
            "description": _DESCRIPTION,
        }
        cleaned = Fields(required, {**_naming(_slash_name), **_type_fields(kind, depth)})(value, at)
        _check_option(cleaned, kind, at)
        return cleaned

    return check


def _type_fields(kind: int, depth: int) -> dict[str, Check]:
    """The optional keys of an option of this type, beside its names."""
    if kind in (SUB_COMMAND, SUB_COMMAND_GROUP):
        return {"options": _options(depth + 1), "required": boolean}
    more: dict[str, Check] = {"required": boolean}
    if kind in (STRING, INTEGER, NUMBER):
        one = Fields(
            {"name": text(1, 100), "value": _choice_value(kind)},
            {"name_localizations": _localized(text(1, 100)), "name_localized": text()},
        )
        more |= {"choices": list_of(one, 0, MAX_CHOICES), "autocomplete": boolean}
    if kind in (INTEGER, NUMBER):
        more |= {"min_value": number, "max_value": number}
    if kind == STRING:
        more |= {"min_length": integer(0, 6000), "max_length": integer(1, 6000)}
    if kind == CHANNEL:
        more["channel_types"] = list_of(integer(0, 16))
    return more


def _check_option(option: Json, kind: int, at: Location) -> None:
    if option.get("autocomplete") and option.get("choices"):
        at.error(
            "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_WITH_CHOICES",
            "An option has either choices or autocomplete",
        )
    inner = [each.get("type") for each in option.get("options", ())]
    if kind == SUB_COMMAND_GROUP and any(each != SUB_COMMAND for each in inner):
        at.child("options").error(
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "A group holds subcommands only"
        )
    if kind == SUB_COMMAND and any(each in (SUB_COMMAND, SUB_COMMAND_GROUP) for each in inner):
        at.child("options").error(
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "A subcommand holds no subcommands"
        )
    low, high = option.get("min_value"), option.get("max_value")
    if low is not None and high is not None and low > high:
        at.child("min_value").error("NUMBER_TYPE_MAX", "min_value is greater than max_value")


def _options(depth: int) -> Check:
    def check(value: Any, at: Location) -> Any:
        if depth > 2:
            return at.error("BASE_TYPE_MAX_DEPTH", "Options are nested too deeply")
        cleaned = list_of(_option(depth), 0, MAX_OPTIONS)(value, at)
        if cleaned is not INVALID:
            _check_order(cleaned, at)
        return cleaned

    return check


def _check_order(options: list[Json], at: Location) -> None:
    kinds = {each.get("type") in (SUB_COMMAND, SUB_COMMAND_GROUP) for each in options}
    if kinds == {True, False}:
        at.error(
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
            "Sub-command and sub-command group option types are mutually exclusive to all other "
            "types",
        )
    names: set[str] = set()
    optional_seen = False
    for position, each in enumerate(options):
        if each.get("name") in names:
            at.child(position).child("name").error(
                "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option names must be unique"
            )
        names.add(each.get("name", ""))
        if each.get("required") and optional_seen:
            at.child(position).error(
                "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                "Required options must be placed before non-required options",
            )
        optional_seen = optional_seen or not each.get("required")


def _command(value: Any, at: Location) -> Any:
    if json_object(value, at) is INVALID:
        return INVALID
    kind = one_of(1, 2, 3)(value.get("type") or CHAT_INPUT, at.child("type"))
    if kind is INVALID:
        return INVALID
    cleaned = _FIELDS[kind](value, at)
    cleaned["type"] = kind
    if _text_size(cleaned) > MAX_SIZE:
        return at.error(
            "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({MAX_SIZE})"
        )
    return cleaned


def _fields(kind: int) -> Fields:
    is_slash = kind == CHAT_INPUT
    name: Check = _slash_name if is_slash else text(1, 32)
    description: Check = _DESCRIPTION if is_slash else text(0, 0)
    optional: dict[str, Check] = {
        "type": one_of(1, 2, 3),
        "nsfw": boolean,
        "dm_permission": boolean,
        "default_permission": boolean,
        # Clients that send back what they received repeat these.
        "id": snowflake,
        "application_id": snowflake,
        "version": snowflake,
        "guild_id": snowflake,
        "handler": integer(),
    }
    nullable: dict[str, Check] = {
        **_naming(name),
        "default_member_permissions": integer(0, 2**63 - 1),
        "contexts": list_of(one_of(0, 1, 2), 0, 3),
        "integration_types": list_of(one_of(0, 1), 1, 2),
    }
    if is_slash:
        required = {"name": name, "description": description}
        return Fields(required, {**optional, "options": _options(0)}, nullable)
    return Fields({"name": name}, {**optional, "description": description}, nullable)


_FIELDS: Final = {kind: _fields(kind) for kind in (1, 2, 3)}


def _text_size(node: Any) -> int:
    """Characters of names, descriptions and choice values; of localizations the longest."""
    if isinstance(node, list):
        return sum(_text_size(each) for each in node)
    if not isinstance(node, dict):
        return 0
    size = 0
    for key in ("name", "description"):
        texts = [node.get(key) or "", *(node.get(f"{key}_localizations") or {}).values()]
        size += max(len(each) for each in texts)
    if isinstance(node.get("value"), str):
        size += len(node["value"])
    return size + _text_size(node.get("options", [])) + _text_size(node.get("choices", []))


def _commands(value: Any, at: Location) -> Any:
    cleaned = list_of(_command)(value, at)
    if cleaned is INVALID:
        return INVALID
    seen: set[tuple[int, str]] = set()
    for position, each in enumerate(cleaned):
        key = (each["type"], each.get("name", str(position)))
        if key in seen:
            at.child(position).error(
                "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique"
            )
        seen.add(key)
    return cleaned


def command_list_payload(payload: Any) -> list[Json]:
    """Validate the list of a bulk overwrite; names are unique within a type.

    Raises `ApiError` 400 (50035).
    """
    commands: list[Json] = check_form(_commands, payload)
    return commands
