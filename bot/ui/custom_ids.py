"""How custom_ids are declared: an action is a template and fields, each with its codec."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, dataclass_transform, get_origin, get_type_hints

PREFIX: Final = "kc:"


@dataclass(frozen=True, slots=True)
class Codec:
    """How a field is written: the pattern of its text, and what reads and writes a value.

    `read` may raise ``ValueError`` for a text that matches.
    """

    pattern: str
    read: Callable[[str], Any] = str
    write: Callable[[Any], str] = str


def optional(codec: Codec, separator: str = "") -> Codec:
    """The same field where it may be ``None``, of which nothing is written, not even what
    separates it from the field before."""
    return Codec(
        f"(?:{separator}(?:{codec.pattern}))?",
        lambda text: codec.read(text.removeprefix(separator)) if text else None,
        lambda value: "" if value is None else separator + codec.write(value),
    )


@dataclass_transform(frozen_default=True)
class Action:
    """What happens when a button is pressed or a menu's value chosen.

    A subclass is a frozen dataclass. It gives the template of its custom_id, without the prefix,
    and its fields, annotated with their codecs. `older` are templates of custom_ids that are
    written no more but are still understood.
    """

    _template: ClassVar[str]
    _codecs: ClassVar[dict[str, Codec]]

    def __init_subclass__(cls, template: str, older: tuple[str, ...] = ()) -> None:
        dataclass(frozen=True)(cls)
        hints = get_type_hints(cls, include_extras=True)
        cls._template = template
        cls._codecs = {
            name: hint.__metadata__[0]
            for name, hint in hints.items()
            if get_origin(hint) is Annotated
        }
        groups = {name: f"(?P<{name}>{codec.pattern})" for name, codec in cls._codecs.items()}
        for one in (template, *older):
            pattern = re.compile(PREFIX + one.format_map(groups), re.ASCII | re.DOTALL)
            ACTIONS.append((pattern, cls))

    @property
    def custom_id(self) -> str:
        fields = {name: codec.write(getattr(self, name)) for name, codec in self._codecs.items()}
        return PREFIX + self._template.format_map(fields)


ACTIONS: Final[list[tuple[re.Pattern[str], type[Action]]]] = []
