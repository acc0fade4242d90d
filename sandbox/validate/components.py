"""Message and modal components: layouts, their nesting, and their shape in answers.

Source: https://docs.discord.com/developers/components/reference.
"""

from __future__ import annotations

from typing import Any, Final

from sandbox.validate import controls
from sandbox.validate.component_tree import (
    ComponentCheck,
    ComponentTree,
    MediaLookup,
    component_fields,
    simple_component,
)
from sandbox.validate.component_types import (
    IN_CONTAINER,
    IN_LABEL,
    IN_MODAL,
    IN_ROW,
    TOP_V1,
    TOP_V2,
    ComponentType,
)
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
    text,
    url,
)

MAX_COMPONENTS = 40
MAX_TEXT = 4000
MAX_ROWS = 5
MAX_BUTTONS = 5


def message_components(value: Any, at: Location, *, v2: bool, media: MediaLookup) -> Any:
    """The components of a message; `v2` is whether it has the flag IS_COMPONENTS_V2."""
    tree = ComponentTree(_CHECKS, media)
    top = TOP_V2 if v2 else TOP_V1
    high = MAX_COMPONENTS if v2 else MAX_ROWS
    cleaned = list_of(tree.component(top), 0, high)(value, at)
    if tree.count > MAX_COMPONENTS:
        return at.error(
            "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
            f"The total number of components, nested ones included, exceeds {MAX_COMPONENTS}",
        )
    if tree.text > MAX_TEXT:
        return at.error(
            "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
            f"Displayable text in components exceeds the maximum size of {MAX_TEXT}",
        )
    tree.assign_ids()
    return cleaned


def modal_components(value: Any, at: Location) -> Any:
    """The components of a modal: one to five labels, text displays or rows of a text input."""
    tree = ComponentTree(_CHECKS, lambda _url: None, modal=True)
    cleaned = list_of(tree.component(IN_MODAL), 1, 5)(value, at)
    tree.assign_ids()
    return cleaned


def _row(tree: ComponentTree, value: Json, at: Location) -> Any:
    allowed = frozenset({ComponentType.TEXT_INPUT}) if tree.modal else IN_ROW
    inner = list_of(tree.component(allowed), 1, MAX_BUTTONS)
    cleaned = component_fields({"components": inner})(value, at)
    types = [component["type"] for component in cleaned.get("components", ())]
    if len(types) > 1 and any(each != ComponentType.BUTTON for each in types):
        at.child("components").error(
            "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The width of the row is exceeded"
        )
    return cleaned


_TEXT_DISPLAY: Final = component_fields({"content": text(1, MAX_TEXT)})


def _text_display(tree: ComponentTree, value: Json, at: Location) -> Any:
    cleaned = _TEXT_DISPLAY(value, at)
    tree.text += len(cleaned.get("content", ""))
    return cleaned


def _section(tree: ComponentTree, value: Json, at: Location) -> Any:
    inner = list_of(tree.component(frozenset({ComponentType.TEXT_DISPLAY})), 1, 3)
    accessory = tree.component(frozenset({ComponentType.BUTTON, ComponentType.THUMBNAIL}))
    return component_fields({"components": inner, "accessory": accessory})(value, at)


_MEDIA_URL: Final = url(2048, ("http", "https", "attachment"))


def _media(tree: ComponentTree) -> Check:
    def check(value: Any, at: Location) -> Any:
        cleaned = Fields({"url": _MEDIA_URL})(value, at)
        if cleaned is INVALID or "url" not in cleaned:
            return INVALID
        found = tree.media(cleaned["url"])
        if found is None:
            return at.child("url").error(
                "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
                f"The attachment {cleaned['url']!r} is not among this message's",
            )
        return found

    return check


_MEDIA_TEXT: Final[dict[str, Check]] = {"description": text(1, 1024), "spoiler": boolean}
_MEDIA_DEFAULTS: Final[Json] = {"description": None, "spoiler": False}


def _thumbnail(tree: ComponentTree, value: Json, at: Location) -> Any:
    fields = component_fields({"media": _media(tree)}, _MEDIA_TEXT)
    return {**_MEDIA_DEFAULTS, **fields(value, at)}


def _gallery(tree: ComponentTree, value: Json, at: Location) -> Any:
    item = Fields({"media": _media(tree)}, _MEDIA_TEXT)

    def check(each: Any, place: Location) -> Any:
        cleaned = item(each, place)
        return INVALID if cleaned is INVALID else {**_MEDIA_DEFAULTS, **cleaned}

    return component_fields({"items": list_of(check, 1, 10)})(value, at)


def _file(tree: ComponentTree, value: Json, at: Location) -> Any:
    cleaned = component_fields({"file": _media(tree)}, {"spoiler": boolean})(value, at)
    media = cleaned.get("file")
    if media is None:
        return INVALID
    if "attachment_id" not in media:
        return at.child("file").error(
            "UNFURLED_MEDIA_ITEM_ATTACHMENT_REQUIRED", "A file must be an attachment:// address"
        )
    name = media["url"].rsplit("/", 1)[-1]
    return {"spoiler": False, **cleaned, "name": name, "size": media.pop("size", 0)}


def _container(tree: ComponentTree, value: Json, at: Location) -> Any:
    inner = list_of(tree.component(IN_CONTAINER), 1, MAX_COMPONENTS)
    optional: dict[str, Check] = {"accent_color": integer(0, 0xFFFFFF), "spoiler": boolean}
    cleaned = component_fields({"components": inner}, optional)(value, at)
    return {"accent_color": None, "spoiler": False, **cleaned}


def _label(tree: ComponentTree, value: Json, at: Location) -> Any:
    return component_fields(
        {"label": text(1, 45), "component": tree.component(IN_LABEL)},
        {"description": text(0, 100)},
    )(value, at)


_CHECKS: Final[dict[ComponentType, ComponentCheck]] = {
    ComponentType.ACTION_ROW: _row,
    ComponentType.BUTTON: controls.button,
    ComponentType.STRING_SELECT: controls.string_select,
    ComponentType.TEXT_INPUT: controls.text_input,
    ComponentType.USER_SELECT: controls.entity_select,
    ComponentType.ROLE_SELECT: controls.entity_select,
    ComponentType.MENTIONABLE_SELECT: controls.entity_select,
    ComponentType.CHANNEL_SELECT: controls.entity_select,
    ComponentType.SECTION: _section,
    ComponentType.TEXT_DISPLAY: _text_display,
    ComponentType.THUMBNAIL: _thumbnail,
    ComponentType.MEDIA_GALLERY: _gallery,
    ComponentType.FILE: _file,
    ComponentType.SEPARATOR: simple_component(
        component_fields(None, {"spacing": one_of(1, 2), "divider": boolean}),
        spacing=1,
        divider=True,
    ),
    ComponentType.CONTAINER: _container,
    ComponentType.LABEL: _label,
    ComponentType.RADIO_GROUP: controls.radio_group,
    ComponentType.CHECKBOX_GROUP: controls.checkbox_group,
    ComponentType.CHECKBOX: controls.checkbox,
}
