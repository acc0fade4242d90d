"""Validation of nested components: totals, unique ids, and dispatch on the component's type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from sandbox.validate.component_types import ComponentType
from sandbox.validate.form import (
    INVALID,
    Check,
    Fields,
    Json,
    Location,
    integer,
    json_object,
    one_of,
)

#: Returns the media object of an answer for a URL as given, or None for an attachment that the
#: message does not have.
MediaLookup = Callable[[str], "Json | None"]
ComponentCheck = Callable[["ComponentTree", Json, Location], Any]


@dataclass(slots=True)
class ComponentTree:
    """All components of one message or modal.

    Attributes:
        checks: the check of each type, given a JSON object of that type.
        count, text: components and characters of text displays so far, nested ones included.
    """

    checks: Mapping[ComponentType, ComponentCheck]
    media: MediaLookup
    modal: bool = False
    count: int = 0
    text: int = 0
    _custom_ids: set[str] = field(default_factory=set)
    _ids: set[int] = field(default_factory=set)
    _without_id: list[Json] = field(default_factory=list)

    def component(self, allowed: frozenset[ComponentType]) -> Check:
        """A component of one of the allowed types, in the shape of answers."""

        known = _one_of(allowed)

        def check(value: Any, at: Location) -> Any:
            if json_object(value, at) is INVALID:
                return INVALID
            kind = known(value.get("type"), at.child("type"))
            if kind is INVALID:
                return INVALID
            self.count += 1
            cleaned = self.checks[kind](self, value, at)
            if cleaned is not INVALID:
                self._register(cleaned, at)
            return cleaned

        return check

    def _register(self, component: Json, at: Location) -> None:
        given = component.pop("id", None) or None
        shaped = {"type": component.pop("type"), "id": given, **component}
        component.clear()
        component.update(shaped)
        if given is None:
            self._without_id.append(component)
        elif given in self._ids:
            at.child("id").error("COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
        else:
            self._ids.add(given)
        custom_id = component.get("custom_id")
        if custom_id is None:
            return
        if custom_id in self._custom_ids:
            at.child("custom_id").error(
                "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"
            )
        self._custom_ids.add(custom_id)

    def assign_ids(self) -> None:
        """Number the components that came without an id; "generated sequentially", docs."""
        following = 0
        for component in self._without_id:
            following += 1
            while following in self._ids:
                following += 1
            component["id"] = following


@cache
def _one_of(allowed: frozenset[ComponentType]) -> Check:
    return one_of(*sorted(allowed))


_ID: Final = integer(0, 2**31 - 1)
_TYPE: Final = integer()


def component_fields(
    required: Mapping[str, Check] | None = None, optional: Mapping[str, Check] | None = None
) -> Fields:
    """The fields of a component, beside those that every component has."""
    return Fields({"type": _TYPE, **(required or {})}, {"id": _ID, **(optional or {})})


def simple_component(fields: Fields, **defaults: Any) -> ComponentCheck:
    """The check of a component with no rules beyond its fields; `defaults` fill missing keys."""

    def check(_tree: ComponentTree, value: Json, at: Location) -> Any:
        return {**defaults, **fields(value, at)}

    return check
