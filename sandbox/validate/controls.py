"""Interactive components: buttons, selects, text inputs, radio and checkbox groups."""

from __future__ import annotations

from typing import Any, Final

from sandbox.validate.component_tree import ComponentTree, component_fields, simple_component
from sandbox.validate.component_types import ComponentType
from sandbox.validate.form import (
    INVALID,
    Check,
    Fields,
    Json,
    Location,
    boolean,
    integer,
    list_of,
    one_of,
    snowflake,
    text,
    url,
)

MAX_OPTIONS = 25

BUTTON_LINK = 5
BUTTON_PREMIUM = 6

_CUSTOM_ID: Final = text(1, 100)
_EMOJI: Final = Fields(optional={"id": snowflake, "name": text(1, 32), "animated": boolean})
_BUTTON: Final = component_fields(
    {"style": one_of(1, 2, 3, 4, BUTTON_LINK, BUTTON_PREMIUM)},
    {
        "custom_id": _CUSTOM_ID,
        "label": text(0, 80),
        "disabled": boolean,
        "url": url(512, ("http", "https", "discord")),
        "sku_id": snowflake,
        "emoji": _EMOJI,
    },
)


def button(_tree: ComponentTree, value: Json, at: Location) -> Any:
    """A button of any style; each style needs one of custom_id, url and sku_id."""
    cleaned = _BUTTON(value, at)
    style = cleaned.get("style")
    if style is None:
        return INVALID
    needed = {BUTTON_LINK: "url", BUTTON_PREMIUM: "sku_id"}.get(style, "custom_id")
    for key in ("custom_id", "url", "sku_id"):
        if key == needed and value.get(key) is None:
            at.child(key).error("BASE_TYPE_REQUIRED", f"A {key} is required")
        elif key != needed and value.get(key) is not None:
            at.child(key).error(
                "BUTTON_COMPONENT_INVALID_FIELD", f"A button of style {style} has no {key}"
            )
    if style != BUTTON_PREMIUM and not value.get("label") and not value.get("emoji"):
        at.error("BUTTON_COMPONENT_INVALID_EMPTY", "A button needs a label or an emoji")
    _shape_emoji(cleaned)
    if "sku_id" in cleaned:
        cleaned["sku_id"] = str(cleaned["sku_id"])
    return cleaned


def _shape_emoji(component: Json) -> None:
    emoji = component.get("emoji")
    if emoji is not None:
        shaped = {"name": emoji.get("name", "")}
        if "id" in emoji:
            shaped["id"] = str(emoji["id"])
        component["emoji"] = shaped


_CHOICE: Final[dict[str, Check]] = {"label": text(1, 100), "value": text(1, 100)}
_CHOICE_MORE: Final[dict[str, Check]] = {"description": text(0, 100), "default": boolean}
_OPTION: Final = Fields(_CHOICE, {**_CHOICE_MORE, "emoji": _EMOJI})
_SELECT: Final[dict[str, Check]] = {
    "placeholder": text(0, 150),
    "min_values": integer(0, 25),
    "max_values": integer(1, 25),
    "disabled": boolean,
    "required": boolean,
}
_DEFAULT_VALUE: Final = Fields({"id": snowflake, "type": one_of("user", "role", "channel")})
_STRING_SELECT: Final = component_fields(
    {"custom_id": _CUSTOM_ID, "options": list_of(_OPTION, 1, MAX_OPTIONS)}, _SELECT
)
_ENTITY_SELECT: Final = {**_SELECT, "default_values": list_of(_DEFAULT_VALUE, 0, 25)}
_CHANNEL_SELECT: Final = {**_ENTITY_SELECT, "channel_types": list_of(integer(0, 16), 0, 17)}


def string_select(tree: ComponentTree, value: Json, at: Location) -> Any:
    cleaned = _STRING_SELECT(value, at)
    shaped = _shape_select(tree, cleaned, at)
    options = cleaned.get("options")
    if options is None:
        return INVALID
    _check_options(options, at)
    defaults = sum(bool(option.get("default")) for option in options)
    if shaped["min_values"] > len(options) or defaults > shaped["max_values"]:
        at.child("options").error(
            "SELECT_COMPONENT_INVALID_DEFAULTS",
            "Fewer options than min_values, or more defaults than max_values",
        )
    return shaped


def _check_options(options: list[Json], at: Location) -> None:
    seen: set[str] = set()
    for number, option in enumerate(options):
        value = option.get("value", "")
        if value in seen:
            at.child("options").child(number).child("value").error(
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                "The specified option value is already used",
            )
        seen.add(value)
        _shape_emoji(option)


def entity_select(tree: ComponentTree, value: Json, at: Location) -> Any:
    """A select of users, roles, mentionables or channels."""
    is_channel = value.get("type") == ComponentType.CHANNEL_SELECT
    optional = _CHANNEL_SELECT if is_channel else _ENTITY_SELECT
    cleaned = component_fields({"custom_id": _CUSTOM_ID}, optional)(value, at)
    for default in cleaned.get("default_values", ()):
        if "id" in default:
            default["id"] = str(default["id"])
    return _shape_select(tree, cleaned, at)


def _shape_select(tree: ComponentTree, cleaned: Json, at: Location) -> Json:
    cleaned.setdefault("min_values", 1)
    cleaned.setdefault("max_values", 1)
    if not tree.modal:
        cleaned.pop("required", None)
    if cleaned["min_values"] > cleaned["max_values"]:
        at.child("min_values").error(
            "SELECT_COMPONENT_MIN_OVER_MAX", "min_values must not be greater than max_values"
        )
    return cleaned


_TEXT_INPUT: Final = component_fields(
    {"custom_id": _CUSTOM_ID, "style": one_of(1, 2)},
    {
        "label": text(1, 45),
        "min_length": integer(0, 4000),
        "max_length": integer(1, 4000),
        "required": boolean,
        "value": text(0, 4000),
        "placeholder": text(0, 100),
    },
)


def text_input(_tree: ComponentTree, value: Json, at: Location) -> Any:
    cleaned = _TEXT_INPUT(value, at)
    if len(cleaned.get("value", "")) > cleaned.get("max_length", 4000):
        at.child("value").error(
            "BASE_TYPE_MAX_LENGTH", f"Must be {cleaned['max_length']} or fewer in length."
        )
    return cleaned


_GROUP_OPTION: Final = Fields(_CHOICE, _CHOICE_MORE)
_GROUP: Final[dict[str, Check]] = {"required": boolean, "disabled": boolean}
_BOUNDS: Final[dict[str, Check]] = {"min_values": integer(0, 10), "max_values": integer(1, 10)}

radio_group: Final = simple_component(
    component_fields({"custom_id": _CUSTOM_ID, "options": list_of(_GROUP_OPTION, 2, 10)}, _GROUP)
)
checkbox_group: Final = simple_component(
    component_fields(
        {"custom_id": _CUSTOM_ID, "options": list_of(_GROUP_OPTION, 1, 10)}, {**_GROUP, **_BOUNDS}
    )
)
checkbox: Final = simple_component(
    component_fields({"custom_id": _CUSTOM_ID}, {"default": boolean, "disabled": boolean})
)
