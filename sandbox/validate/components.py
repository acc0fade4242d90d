"""Message and modal components: limits, nesting, uniqueness, and their shape in answers.

Source: https://docs.discord.com/developers/components/reference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

from sandbox.validate.form import (
    BAD,
    Check,
    Fields,
    Json,
    Spot,
    boolean,
    choice,
    integer,
    listing,
    snowflake,
    text,
    url,
)

MAX_COMPONENTS = 40
MAX_TEXT = 4000
MAX_ROWS = 5
MAX_BUTTONS = 5
MAX_OPTIONS = 25


class Kind(IntEnum):
    """Component types."""

    ACTION_ROW = 1
    BUTTON = 2
    STRING_SELECT = 3
    TEXT_INPUT = 4
    USER_SELECT = 5
    ROLE_SELECT = 6
    MENTIONABLE_SELECT = 7
    CHANNEL_SELECT = 8
    SECTION = 9
    TEXT_DISPLAY = 10
    THUMBNAIL = 11
    MEDIA_GALLERY = 12
    FILE = 13
    SEPARATOR = 14
    CONTAINER = 17
    LABEL = 18
    FILE_UPLOAD = 19
    RADIO_GROUP = 21
    CHECKBOX_GROUP = 22
    CHECKBOX = 23


SELECTS = frozenset(
    {
        Kind.STRING_SELECT,
        Kind.USER_SELECT,
        Kind.ROLE_SELECT,
        Kind.MENTIONABLE_SELECT,
        Kind.CHANNEL_SELECT,
    }
)
IN_ROW = SELECTS | {Kind.BUTTON}
IN_CONTAINER = frozenset(
    {
        Kind.ACTION_ROW,
        Kind.SECTION,
        Kind.TEXT_DISPLAY,
        Kind.MEDIA_GALLERY,
        Kind.FILE,
        Kind.SEPARATOR,
    }
)
TOP_V2 = IN_CONTAINER | {Kind.CONTAINER}
TOP_V1 = frozenset({Kind.ACTION_ROW})
IN_MODAL = frozenset({Kind.ACTION_ROW, Kind.TEXT_DISPLAY, Kind.LABEL})
IN_LABEL = SELECTS | {
    Kind.TEXT_INPUT,
    Kind.FILE_UPLOAD,
    Kind.RADIO_GROUP,
    Kind.CHECKBOX_GROUP,
    Kind.CHECKBOX,
}

BUTTON_LINK = 5
BUTTON_PREMIUM = 6

# Media by its address as given: the answer's media object, or None for an attachment that the
# message does not have.
Media = Callable[[str], "Json | None"]


@dataclass(slots=True)
class Tree:
    """What is counted over all of a message's components, and how media are looked up."""

    media: Media
    modal: bool = False
    count: int = 0
    text: int = 0
    custom_ids: set[str] = field(default_factory=set)
    ids: set[int] = field(default_factory=set)
    unnumbered: list[Json] = field(default_factory=list)

    def number(self) -> None:
        """Give ids to the components that came without; "generated sequentially"."""
        following = 0
        for component in self.unnumbered:
            following += 1
            while following in self.ids:
                following += 1
            component["id"] = following

    def component(self, allowed: frozenset[Kind]) -> Check:
        """A component of one of the allowed types, in the shape of answers."""

        def check(value: Any, spot: Spot) -> Any:
            if not isinstance(value, dict):
                return spot.error(
                    "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType"
                )
            kind = choice(*sorted(allowed))(value.get("type"), spot.at("type"))
            if kind is BAD:
                return BAD
            self.count += 1
            cleaned = _CHECKS[Kind(kind)](self, value, spot)
            if cleaned is not BAD:
                self._claim(cleaned, spot)
            return cleaned

        return check

    def _claim(self, component: Json, spot: Spot) -> None:
        given = component.pop("id", None) or None
        shaped = {"type": component.pop("type"), "id": given, **component}
        component.clear()
        component.update(shaped)
        if given is None:
            self.unnumbered.append(component)
        elif given in self.ids:
            spot.at("id").error("COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
        else:
            self.ids.add(given)
        custom_id = component.get("custom_id")
        if custom_id is None:
            return
        if custom_id in self.custom_ids:
            spot.at("custom_id").error(
                "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"
            )
        self.custom_ids.add(custom_id)


def message_components(value: Any, spot: Spot, *, v2: bool, media: Media) -> Any:
    """The components of a message; `v2` is whether it bears IS_COMPONENTS_V2."""
    tree = Tree(media)
    top = TOP_V2 if v2 else TOP_V1
    high = MAX_COMPONENTS if v2 else MAX_ROWS
    cleaned = listing(tree.component(top), 0, high)(value, spot)
    if tree.count > MAX_COMPONENTS:
        return spot.error(
            "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
            f"The total number of components, nested ones included, exceeds {MAX_COMPONENTS}",
        )
    if tree.text > MAX_TEXT:
        return spot.error(
            "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
            f"Displayable text in components exceeds the maximum size of {MAX_TEXT}",
        )
    tree.number()
    return cleaned


def modal_components(value: Any, spot: Spot) -> Any:
    """The components of a modal: one to five labels, text displays or rows of a text input."""
    tree = Tree(lambda _url: None, modal=True)
    cleaned = listing(tree.component(IN_MODAL), 1, 5)(value, spot)
    tree.number()
    return cleaned


_ID: Final = integer(0, 2**31 - 1)
_CUSTOM_ID: Final = text(1, 100)
_KIND: Final = integer()

EMOJI: Final = Fields(
    optional={"id": snowflake, "name": text(1, 32), "animated": boolean},
)


def _fields(
    required: Mapping[str, Check] | None = None,
    optional: Mapping[str, Check] | None = None,
    nullable: Mapping[str, Check] | None = None,
) -> Fields:
    return Fields(
        {"type": _KIND, **(required or {})}, {"id": _ID, **(optional or {})}, nullable or {}
    )


def _row(tree: Tree, value: Json, spot: Spot) -> Any:
    allowed = frozenset({Kind.TEXT_INPUT}) if tree.modal else IN_ROW
    inner = listing(tree.component(allowed), 1, MAX_BUTTONS)
    cleaned = _fields({"components": inner})(value, spot)
    kinds = [component["type"] for component in cleaned.get("components", ())]
    alone = [kind for kind in kinds if kind != Kind.BUTTON]
    if alone and len(kinds) > 1:
        spot.at("components").error(
            "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The width of the row is exceeded"
        )
    return cleaned


_BUTTON: Final = _fields(
    {"style": choice(1, 2, 3, 4, BUTTON_LINK, BUTTON_PREMIUM)},
    {
        "custom_id": _CUSTOM_ID,
        "label": text(0, 80),
        "disabled": boolean,
        "url": url(512, ("http", "https", "discord")),
        "sku_id": snowflake,
        "emoji": EMOJI,
    },
)


def _button(tree: Tree, value: Json, spot: Spot) -> Any:
    cleaned = _BUTTON(value, spot)
    style = cleaned.get("style")
    if style is None:
        return BAD
    need = {BUTTON_LINK: "url", BUTTON_PREMIUM: "sku_id"}.get(style, "custom_id")
    for key in ("custom_id", "url", "sku_id"):
        if key == need and value.get(key) is None:
            what = {"url": "A url is required", "sku_id": "A sku_id is required"}
            spot.at(key).error("BASE_TYPE_REQUIRED", what.get(key, "A custom id is required"))
        elif key != need and value.get(key) is not None:
            spot.at(key).error(
                "BUTTON_COMPONENT_INVALID_FIELD", f"A button of style {style} has no {key}"
            )
    if style != BUTTON_PREMIUM and not value.get("label") and not value.get("emoji"):
        spot.error("BUTTON_COMPONENT_INVALID_EMPTY", "A button needs a label or an emoji")
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


_OPTION: Final = Fields(
    {"label": text(1, 100), "value": text(1, 100)},
    {"description": text(0, 100), "default": boolean, "emoji": EMOJI},
)
_SELECT: Final[dict[str, Check]] = {
    "placeholder": text(0, 150),
    "min_values": integer(0, 25),
    "max_values": integer(1, 25),
    "disabled": boolean,
    "required": boolean,
}
_DEFAULT_VALUE: Final = Fields({"id": snowflake, "type": choice("user", "role", "channel")})


def _string_select(tree: Tree, value: Json, spot: Spot) -> Any:
    options = listing(_OPTION, 1, MAX_OPTIONS)
    cleaned = _fields({"custom_id": _CUSTOM_ID, "options": options}, _SELECT)(value, spot)
    shaped = _shape_select(tree, cleaned, spot)
    chosen = cleaned.get("options")
    if chosen is None:
        return BAD
    _check_options(chosen, spot)
    if (
        shaped["min_values"] > len(chosen)
        or sum(bool(option.get("default")) for option in chosen) > shaped["max_values"]
    ):
        spot.at("options").error(
            "SELECT_COMPONENT_INVALID_DEFAULTS",
            "Fewer options than min_values, or more defaults than max_values",
        )
    return shaped


def _check_options(options: list[Json], spot: Spot) -> None:
    seen: set[str] = set()
    for number, option in enumerate(options):
        value = option.get("value", "")
        if value in seen:
            spot.at("options", number, "value").error(
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                "The specified option value is already used",
            )
        seen.add(value)
        _shape_emoji(option)


def _entity_select(tree: Tree, value: Json, spot: Spot) -> Any:
    more: dict[str, Check] = {"default_values": listing(_DEFAULT_VALUE, 0, 25)}
    if value.get("type") == Kind.CHANNEL_SELECT:
        more["channel_types"] = listing(integer(0, 16), 0, 17)
    cleaned = _fields({"custom_id": _CUSTOM_ID}, {**_SELECT, **more})(value, spot)
    for default in cleaned.get("default_values", ()):
        if "id" in default:
            default["id"] = str(default["id"])
    return _shape_select(tree, cleaned, spot)


def _shape_select(tree: Tree, cleaned: Json, spot: Spot) -> Json:
    cleaned.setdefault("min_values", 1)
    cleaned.setdefault("max_values", 1)
    if not tree.modal:
        cleaned.pop("required", None)
    if cleaned["min_values"] > cleaned["max_values"]:
        spot.at("min_values").error(
            "SELECT_COMPONENT_MIN_OVER_MAX", "min_values must not be greater than max_values"
        )
    return cleaned


def _text_display(tree: Tree, value: Json, spot: Spot) -> Any:
    cleaned = _fields({"content": text(1, MAX_TEXT)})(value, spot)
    tree.text += len(cleaned.get("content", ""))
    return cleaned


def _section(tree: Tree, value: Json, spot: Spot) -> Any:
    inner = listing(tree.component(frozenset({Kind.TEXT_DISPLAY})), 1, 3)
    accessory = tree.component(frozenset({Kind.BUTTON, Kind.THUMBNAIL}))
    return _fields({"components": inner, "accessory": accessory})(value, spot)


def _medium(tree: Tree) -> Check:
    address = url(2048, ("http", "https", "attachment"))

    def check(value: Any, spot: Spot) -> Any:
        cleaned = Fields({"url": address})(value, spot)
        if cleaned is BAD or "url" not in cleaned:
            return BAD
        found = tree.media(cleaned["url"])
        if found is None:
            return spot.at("url").error(
                "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
                f"The attachment {cleaned['url']!r} is not among this message's",
            )
        return found

    return check


def _thumbnail(tree: Tree, value: Json, spot: Spot) -> Any:
    cleaned = _fields({"media": _medium(tree)}, {"description": text(1, 1024), "spoiler": boolean})(
        value, spot
    )
    return _shape_item(cleaned)


def _shape_item(cleaned: Any) -> Any:
    if cleaned is not BAD:
        cleaned.setdefault("description", None)
        cleaned.setdefault("spoiler", False)
    return cleaned


def _gallery(tree: Tree, value: Json, spot: Spot) -> Any:
    item = Fields({"media": _medium(tree)}, {"description": text(1, 1024), "spoiler": boolean})

    def check(each: Any, where: Spot) -> Any:
        return _shape_item(item(each, where))

    return _fields({"items": listing(check, 1, 10)})(value, spot)


def _file(tree: Tree, value: Json, spot: Spot) -> Any:
    cleaned = _fields({"file": _medium(tree)}, {"spoiler": boolean})(value, spot)
    media = cleaned.get("file")
    if media is None:
        return BAD
    if "attachment_id" not in media:
        return spot.at("file").error(
            "UNFURLED_MEDIA_ITEM_ATTACHMENT_REQUIRED", "A file must be an attachment:// address"
        )
    cleaned["name"] = media["url"].rsplit("/", 1)[-1]
    cleaned["size"] = media.pop("size", 0)
    cleaned.setdefault("spoiler", False)
    return cleaned


def _separator(tree: Tree, value: Json, spot: Spot) -> Any:
    cleaned = _fields(None, {"spacing": choice(1, 2), "divider": boolean})(value, spot)
    cleaned.setdefault("spacing", 1)
    cleaned.setdefault("divider", True)
    return cleaned


def _container(tree: Tree, value: Json, spot: Spot) -> Any:
    inner = listing(tree.component(IN_CONTAINER), 1, MAX_COMPONENTS)
    cleaned = _fields(
        {"components": inner}, {"accent_color": integer(0, 0xFFFFFF), "spoiler": boolean}
    )(value, spot)
    cleaned.setdefault("accent_color", None)
    cleaned.setdefault("spoiler", False)
    return cleaned


def _text_input(tree: Tree, value: Json, spot: Spot) -> Any:
    cleaned = _fields(
        {"custom_id": _CUSTOM_ID, "style": choice(1, 2)},
        {
            "label": text(1, 45),
            "min_length": integer(0, 4000),
            "max_length": integer(1, 4000),
            "required": boolean,
            "value": text(0, 4000),
            "placeholder": text(0, 100),
        },
    )(value, spot)
    if len(cleaned.get("value", "")) > cleaned.get("max_length", 4000):
        spot.at("value").error(
            "BASE_TYPE_MAX_LENGTH", f"Must be {cleaned['max_length']} or fewer in length."
        )
    return cleaned


def _label(tree: Tree, value: Json, spot: Spot) -> Any:
    return _fields(
        {"label": text(1, 45), "component": tree.component(IN_LABEL)},
        {"description": text(0, 100)},
    )(value, spot)


_CHOICE: Final = Fields(
    {"label": text(1, 100), "value": text(1, 100)},
    {"description": text(0, 100), "default": boolean},
)


def _group(tree: Tree, value: Json, spot: Spot) -> Any:
    bounds: dict[str, Check] = {"required": boolean, "disabled": boolean}
    low = 2
    if value.get("type") == Kind.CHECKBOX_GROUP:
        bounds |= {"min_values": integer(0, 10), "max_values": integer(1, 10)}
        low = 1
    return _fields({"custom_id": _CUSTOM_ID, "options": listing(_CHOICE, low, 10)}, bounds)(
        value, spot
    )


def _checkbox(tree: Tree, value: Json, spot: Spot) -> Any:
    return _fields({"custom_id": _CUSTOM_ID}, {"default": boolean, "disabled": boolean})(
        value, spot
    )


def _file_upload(tree: Tree, value: Json, spot: Spot) -> Any:
    return _fields(
        {"custom_id": _CUSTOM_ID},
        {"min_values": integer(0, 10), "max_values": integer(1, 10), "required": boolean},
    )(value, spot)


_CHECKS: Final[dict[Kind, Callable[[Tree, Json, Spot], Any]]] = {
    Kind.ACTION_ROW: _row,
    Kind.BUTTON: _button,
    Kind.STRING_SELECT: _string_select,
    Kind.TEXT_INPUT: _text_input,
    Kind.USER_SELECT: _entity_select,
    Kind.ROLE_SELECT: _entity_select,
    Kind.MENTIONABLE_SELECT: _entity_select,
    Kind.CHANNEL_SELECT: _entity_select,
    Kind.SECTION: _section,
    Kind.TEXT_DISPLAY: _text_display,
    Kind.THUMBNAIL: _thumbnail,
    Kind.MEDIA_GALLERY: _gallery,
    Kind.FILE: _file,
    Kind.SEPARATOR: _separator,
    Kind.CONTAINER: _container,
    Kind.LABEL: _label,
    Kind.FILE_UPLOAD: _file_upload,
    Kind.RADIO_GROUP: _group,
    Kind.CHECKBOX_GROUP: _group,
    Kind.CHECKBOX: _checkbox,
}
