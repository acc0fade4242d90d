"""Values of selects and modal fields, validated as Discord's client does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sandbox.interactions.resolved import ResolvedData
from sandbox.outcome import Modal, Refused
from sandbox.validate.component_types import SELECTS, ComponentType

Json = dict[str, Any]


def walk(components: Sequence[Json]) -> Iterator[Json]:
    """All components, nested ones included, in the order in which they are shown."""
    for component in components:
        yield component
        yield from walk(component.get("components") or ())
        for key in ("accessory", "component"):
            inner = component.get(key)
            if inner is not None:
                yield from walk([inner])


def find_button(components: Sequence[Json], custom_id: str | None, label: str | None) -> Json:
    """The enabled button of that custom_id or label. Refused unless there is exactly one."""
    buttons = [c for c in walk(components) if c["type"] == ComponentType.BUTTON]
    if custom_id is not None:
        found = [b for b in buttons if b.get("custom_id") == custom_id]
    elif label is not None:
        found = [b for b in buttons if label in (b.get("label"), _emoji(b))]
    else:
        raise Refused("a button is named by its custom_id or its label")
    wanted = custom_id if custom_id is not None else label
    if len(found) != 1:
        shown = ", ".join(repr(b.get("label") or _emoji(b)) for b in buttons) or "none"
        many = "no" if not found else "more than one"
        raise Refused(f"there is {many} button {wanted!r}; the buttons are: {shown}")
    button = found[0]
    if "custom_id" not in button:
        raise Refused(f"the button {wanted!r} opens {button.get('url', 'the shop')}")
    return _enabled(button, wanted)


def find_select(components: Sequence[Json], custom_id: str) -> Json:
    """The enabled select of that custom_id. Refused when there is none."""
    selects = [c for c in walk(components) if c["type"] in SELECTS]
    for select in selects:
        if select["custom_id"] == custom_id:
            return _enabled(select, custom_id)
    shown = ", ".join(repr(s["custom_id"]) for s in selects) or "none"
    raise Refused(f"there is no select {custom_id!r}; the selects are: {shown}")


def _enabled(component: Json, name: Any) -> Json:
    if component.get("disabled"):
        raise Refused(f"{name!r} is disabled")
    return component


def _emoji(button: Mapping[str, Any]) -> str | None:
    name: str | None = (button.get("emoji") or {}).get("name")
    return name


def chosen(select: Json, values: Sequence[Any], resolved: ResolvedData) -> list[str]:
    """The values of a select, as in an interaction."""
    name = select["custom_id"]
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise Refused(f"{name!r}: the values are a list")
    low, high = _bounds(select)
    if not low <= len(values) <= high:
        raise Refused(f"{name!r}: {len(values)} values, not {low} to {high}")
    if len({str(getattr(value, "id", value)) for value in values}) != len(values):
        raise Refused(f"{name!r}: a value can be chosen only once")
    types = select.get("channel_types")
    one: dict[int, Callable[[Any], str]] = {
        ComponentType.USER_SELECT: resolved.user,
        ComponentType.ROLE_SELECT: resolved.role,
        ComponentType.MENTIONABLE_SELECT: resolved.mentionable,
        ComponentType.CHANNEL_SELECT: lambda value: resolved.channel(value, types),
    }
    pick = one.get(select["type"], lambda value: _option(select, value))
    return [pick(value) for value in values]


def _bounds(component: Json) -> tuple[int, int]:
    """The lowest and highest number of values."""
    if component["type"] == ComponentType.CHECKBOX_GROUP:
        low, high = component.get("min_values"), len(component["options"])
        high = component.get("max_values") or high
        low = 1 if low is None else low
    else:
        low, high = component.get("min_values", 1), component.get("max_values", 1)
    return (0 if component.get("required") is False else low), high


def _option(component: Json, value: Any) -> str:
    for option in component["options"]:
        if value == option["value"]:
            return str(value)
    labels = {option["label"]: option["value"] for option in component["options"]}
    if value in labels:
        return str(labels[value])
    raise Refused(f"{component['custom_id']!r}: {value!r} is not among {list(labels)}")


def submitted(modal: Modal, fields: Mapping[str, Any], resolved: ResolvedData) -> list[Json]:
    """The components of a modal's submission. Refused for unknown, missing or invalid fields."""
    known = [c["custom_id"] for c in modal.inputs]
    for name in fields:
        if name not in known:
            raise Refused(f"the modal has no field {name!r}; it has: {', '.join(known)}")
    return [_row(row, fields, resolved) for row in modal.components]


def _row(row: Json, fields: Mapping[str, Any], resolved: ResolvedData) -> Json:
    shell = {"type": row["type"], "id": row["id"]}
    if row["type"] == ComponentType.LABEL:
        return shell | {"component": _filled(row["component"], fields, resolved)}
    if row["type"] == ComponentType.ACTION_ROW:
        return shell | {"components": [_filled(c, fields, resolved) for c in row["components"]]}
    return shell


def _filled(component: Json, fields: Mapping[str, Any], resolved: ResolvedData) -> Json:
    name, kind = component["custom_id"], component["type"]
    shell = {"type": kind, "id": component["id"], "custom_id": name}
    given = fields.get(name)
    if kind == ComponentType.TEXT_INPUT:
        text = component.get("value", "") if given is None else given
        return shell | {"value": _text(component, text)}
    if kind == ComponentType.CHECKBOX:
        checked = component.get("default", False) if given is None else given
        if not isinstance(checked, bool):
            raise Refused(f"{name!r}: {checked!r} is neither true nor false")
        return shell | {"value": checked}
    if kind == ComponentType.RADIO_GROUP:
        return shell | {"value": _radio(component, given)}
    values = _defaults(component) if given is None else given
    return shell | {"values": chosen(component, values, resolved)}


def _text(component: Json, text: Any) -> str:
    name = component["custom_id"]
    if not isinstance(text, str):
        raise Refused(f"{name!r}: {text!r} is no text")
    if not text and component.get("required") is False:
        return text
    low, high = component.get("min_length") or 0, component.get("max_length") or 4000
    low = max(low, 0 if component.get("required") is False else 1)
    if not low <= len(text) <= high:
        raise Refused(f"{name!r}: {len(text)} characters, not {low} to {high}")
    return text


def _radio(component: Json, given: Any) -> str | None:
    defaults = _defaults(component)
    value = given if given is not None else (defaults[0] if defaults else None)
    if value is not None:
        return _option(component, value)
    if component.get("required") is False:
        return None
    raise Refused(f"{component['custom_id']!r} is required")


def _defaults(component: Json) -> list[str]:
    """The values that are selected initially."""
    named = [str(one["id"]) for one in component.get("default_values") or ()]
    return named + [o["value"] for o in component.get("options") or () if o.get("default")]
