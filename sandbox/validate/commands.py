"""Application commands as clients register them.

Source: https://docs.discord.com/developers/interactions/application-commands.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from sandbox.errors import ApiError
from sandbox.validate.form import (
    BAD,
    Check,
    Fields,
    Form,
    Json,
    Spot,
    boolean,
    choice,
    integer,
    listing,
    number,
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


def _slash_name(value: Any, spot: Spot) -> Any:
    """``^[-_'\\p{L}\\p{N}\\p{sc=Deva}\\p{sc=Thai}]{1,32}$``, in lower case where there is one."""
    value = text(1, 32)(value, spot)
    if value is BAD:
        return BAD
    fits = all(
        letter in "-_'" or letter.isalnum() or unicodedata.category(letter).startswith("M")
        for letter in value
    )
    if not fits or value != value.lower():
        return spot.error("APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    return value


def _localized(check: Check) -> Check:
    def checked(value: Any, spot: Spot) -> Any:
        if not isinstance(value, dict):
            return spot.error("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        cleaned = {}
        for locale, item in value.items():
            if locale not in LOCALES:
                spot.at(locale).error(
                    "BASE_TYPE_CHOICES", f"Value must be one of {', '.join(sorted(LOCALES))}."
                )
            elif item is not None:
                cleaned[locale] = check(item, spot.at(locale))
        return {locale: item for locale, item in cleaned.items() if item is not BAD}

    return checked


def _bits(value: Any, spot: Spot) -> Any:
    return integer(0, 2**63 - 1)(value, spot)


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
    """An option at a depth: 0 directly in the command, 1 in a subcommand or group, 2 deeper."""

    def check(value: Any, spot: Spot) -> Any:
        if not isinstance(value, dict):
            return spot.error("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        kind = choice(*range(SUB_COMMAND, ATTACHMENT + 1))(value.get("type"), spot.at("type"))
        if kind is BAD:
            return BAD
        required: dict[str, Check] = {
            "type": integer(),
            "name": _slash_name,
            "description": _DESCRIPTION,
        }
        cleaned = Fields(required, {**_naming(_slash_name), **_more(kind, depth)})(value, spot)
        _check_option(cleaned, kind, spot)
        return cleaned

    return check


def _more(kind: int, depth: int) -> dict[str, Check]:
    """The keys that an option of this type may have beside its names."""
    if kind in (SUB_COMMAND, SUB_COMMAND_GROUP):
        return {"options": _options(depth + 1), "required": boolean}
    more: dict[str, Check] = {"required": boolean}
    if kind in (STRING, INTEGER, NUMBER):
        one = Fields(
            {"name": text(1, 100), "value": _choice_value(kind)},
            {"name_localizations": _localized(text(1, 100)), "name_localized": text()},
        )
        more |= {"choices": listing(one, 0, MAX_CHOICES), "autocomplete": boolean}
    if kind in (INTEGER, NUMBER):
        more |= {"min_value": number, "max_value": number}
    if kind == STRING:
        more |= {"min_length": integer(0, 6000), "max_length": integer(1, 6000)}
    if kind == CHANNEL:
        more["channel_types"] = listing(integer(0, 16))
    return more


def _check_option(option: Json, kind: int, spot: Spot) -> None:
    if option.get("autocomplete") and option.get("choices"):
        spot.error(
            "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_WITH_CHOICES",
            "An option has either choices or autocomplete",
        )
    inner = [each.get("type") for each in option.get("options", ())]
    if kind == SUB_COMMAND_GROUP and any(each != SUB_COMMAND for each in inner):
        spot.at("options").error(
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "A group holds subcommands only"
        )
    if kind == SUB_COMMAND and any(each in (SUB_COMMAND, SUB_COMMAND_GROUP) for each in inner):
        spot.at("options").error(
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "A subcommand holds no subcommands"
        )
    low, high = option.get("min_value"), option.get("max_value")
    if low is not None and high is not None and low > high:
        spot.at("min_value").error("NUMBER_TYPE_MAX", "min_value is greater than max_value")


def _options(depth: int) -> Check:
    def check(value: Any, spot: Spot) -> Any:
        if depth > 2:
            return spot.error("BASE_TYPE_MAX_DEPTH", "Options are nested too deeply")
        cleaned = listing(_option(depth), 0, MAX_OPTIONS)(value, spot)
        if cleaned is not BAD:
            _check_order(cleaned, spot)
        return cleaned

    return check


def _check_order(options: list[Json], spot: Spot) -> None:
    kinds = {each.get("type") in (SUB_COMMAND, SUB_COMMAND_GROUP) for each in options}
    if kinds == {True, False}:
        spot.error(
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
            "Sub-command and sub-command group option types are mutually exclusive to all other "
            "types",
        )
    names: set[str] = set()
    optional_seen = False
    for position, each in enumerate(options):
        if each.get("name") in names:
            spot.at(position, "name").error(
                "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option names must be unique"
            )
        names.add(each.get("name", ""))
        if each.get("required") and optional_seen:
            spot.at(position).error(
                "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                "Required options must be placed before non-required options",
            )
        optional_seen = optional_seen or not each.get("required")


_ANY_NAME: Final = text(1, 32)


def _fields(kind: int, *, partial: bool) -> Fields:
    slash = kind == CHAT_INPUT
    name: Check = _slash_name if slash else _ANY_NAME
    description: Check = _DESCRIPTION if slash else text(0, 0)
    required = {"name": name} | ({"description": description} if slash else {})
    optional: dict[str, Check] = {
        "type": choice(1, 2, 3),
        "description": description,
        "nsfw": boolean,
        "dm_permission": boolean,
        "default_permission": boolean,
        # Repeated by clients that send back what they got.
        "id": snowflake,
        "application_id": snowflake,
        "version": snowflake,
        "guild_id": snowflake,
        "handler": integer(),
    }
    if slash:
        optional["options"] = _options(0)
    nullable: dict[str, Check] = {
        **_naming(name),
        "default_member_permissions": _bits,
        "contexts": listing(choice(0, 1, 2), 0, 3),
        "integration_types": listing(choice(0, 1), 1, 2),
    }
    if partial:
        return Fields({}, {**required, **optional}, nullable)
    return Fields(required, optional, nullable)


def command(value: Any, spot: Spot, *, kind: int | None = None) -> Any:
    """One command body. `kind` is set for an edit (all keys optional) of such a command."""
    if not isinstance(value, dict):
        return spot.error("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
    given = kind or value.get("type") or CHAT_INPUT
    if given not in (1, 2, 3):
        return choice(1, 2, 3)(given, spot.at("type"))
    cleaned = _fields(given, partial=kind is not None)(value, spot)
    cleaned["type"] = given
    if _text_size(cleaned) > MAX_SIZE:
        return spot.error(
            "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({MAX_SIZE})"
        )
    return cleaned


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


def command_payload(payload: Mapping[str, Any] | None, *, kind: int | None = None) -> Json:
    """Check one command; `kind` is the type of the command that an edit changes.

    Raises `ApiError` 50035.
    """
    form = Form()
    cleaned = command(payload, form.spot(), kind=kind)
    form.finish()
    return dict(cleaned)


def command_list_payload(payload: Any) -> list[Json]:
    """Check the list of a bulk overwrite; names must differ within a type."""
    form = Form()
    spot = form.spot()
    if not isinstance(payload, list):
        raise ApiError(
            400,
            50035,
            "Invalid Form Body",
            {
                "_errors": [
                    {
                        "code": "LIST_TYPE_CONVERT",
                        "message": "Only iterables may be used in a ListType",
                    }
                ]
            },
        )
    cleaned = [command(each, spot.at(number)) for number, each in enumerate(payload)]
    seen: set[tuple[int, str]] = set()
    for position, each in enumerate(cleaned):
        if each is BAD or "name" not in each:
            continue
        key = (each["type"], each["name"])
        if key in seen:
            spot.at(position).error(
                "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique"
            )
        seen.add(key)
    form.finish()
    return cleaned
