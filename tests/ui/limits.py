"""Discord's limits, checked over the payload that would be sent, by their documents alone.

The numbers are those of Discord docs, Component Reference, and of Discord's OpenAPI description;
nothing is taken from ``bot``.
"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from discord import ui


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def walk(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for component in components:
        yield component
        yield from walk(component.get("components", []))
        if "accessory" in component:
            yield from walk([component["accessory"]])


def components_of(layout: ui.LayoutView) -> list[dict[str, Any]]:
    """What Discord gets of it; the library's own method is untyped."""
    components: list[dict[str, Any]] = layout.to_components()  # type: ignore[no-untyped-call]
    return components


def texts(layout: ui.LayoutView) -> list[str]:
    return [part["content"] for part in walk(components_of(layout)) if part["type"] == 10]


def shown(layout: ui.LayoutView) -> str:
    return "\n".join(texts(layout))


def buttons(layout: ui.LayoutView) -> list[dict[str, Any]]:
    return [part for part in walk(components_of(layout)) if part["type"] == 2]


def label_of(part: dict[str, Any]) -> str:
    """What stands on a button: its emoji where it has no words."""
    return str(part.get("label") or part["emoji"]["name"])


def selects(layout: ui.LayoutView) -> list[dict[str, Any]]:
    return [part for part in walk(components_of(layout)) if part["type"] == 3]


def pictures(layout: ui.LayoutView) -> list[str]:
    return [
        item["media"]["url"]
        for part in walk(components_of(layout))
        if part["type"] == 12
        for item in part["items"]
    ]


def alternative_texts(layout: ui.LayoutView) -> list[str]:
    return [
        item["description"]
        for part in walk(components_of(layout))
        if part["type"] == 12
        for item in part["items"]
    ]


def within_limits(layout: ui.LayoutView) -> None:
    components = components_of(layout)
    everything = list(walk(components))
    assert 1 <= len(components) <= 10
    assert len(everything) <= 40
    assert sum(units(part["content"]) for part in everything if part["type"] == 10) <= 4000
    custom_ids = [part["custom_id"] for part in everything if part.get("custom_id")]
    assert len(custom_ids) == len(set(custom_ids))
    for custom_id in custom_ids:
        assert 1 <= units(custom_id) <= 100
        assert custom_id.startswith("kc:")
    for part in everything:
        check: Callable[[dict[str, Any]], object] = _CHECKS.get(part["type"], _refuse)
        check(part)


def _refuse(part: dict[str, Any]) -> None:
    raise AssertionError(f"unexpected component {part}")


def _row(part: dict[str, Any]) -> None:
    kinds = [child["type"] for child in part["components"]]
    assert kinds in ([3], [6], [8]) or (kinds == [2] * len(kinds) and 1 <= len(kinds) <= 5)


def _button(part: dict[str, Any]) -> None:
    assert 1 <= units(label_of(part)) <= 80
    assert label_of(part).strip()
    if part["style"] == 5:
        _address(part["url"], 512)
        assert not part.get("custom_id")
    else:
        assert part["custom_id"]
        assert not part.get("url")


def _select(part: dict[str, Any]) -> None:
    options = part["options"]
    assert 1 <= len(options) <= 25
    assert units(part["placeholder"]) <= 150
    assert len({option["value"] for option in options}) == len(options)
    assert sum(bool(option["default"]) for option in options) <= 1
    for option in options:
        assert option["label"].strip()
        assert 1 <= units(option["label"]) <= 100
        assert 1 <= units(option["value"]) <= 100
        assert "description" not in option or 1 <= units(option["description"]) <= 100


def _entity_select(part: dict[str, Any]) -> None:
    assert units(part["placeholder"]) <= 150
    assert 0 <= part["min_values"] <= part["max_values"] <= 25
    assert len(part.get("default_values", ())) <= part["max_values"]


def _text(part: dict[str, Any]) -> None:
    assert part["content"].strip()


def _gallery(part: dict[str, Any]) -> None:
    assert 1 <= len(part["items"]) <= 10
    for item in part["items"]:
        address = item["media"]["url"]
        _address(address.replace("attachment://", "https://attached/", 1), 2048)
        assert item.get("description") is None or 1 <= units(item["description"]) <= 1024


def _thumbnail(part: dict[str, Any]) -> None:
    _address(part["media"]["url"], 2048)
    assert part.get("description") is None or 1 <= units(part["description"]) <= 1024


def _container(part: dict[str, Any]) -> None:
    assert part["components"]


def _address(url: str, limit: int) -> None:
    parts = urlsplit(url)
    assert parts.scheme in {"http", "https"}
    assert parts.hostname
    assert url.isascii()
    assert not any(char.isspace() for char in url)
    assert len(url) <= limit


def _section(part: dict[str, Any]) -> None:
    assert 1 <= len(part["components"]) <= 3
    assert all(child["type"] == 10 for child in part["components"])
    assert part["accessory"]["type"] in (2, 11)


_CHECKS: dict[int, Callable[[Any], object]] = {
    1: _row,
    2: _button,
    3: _select,
    6: _entity_select,
    8: _entity_select,
    9: _section,
    10: _text,
    11: _thumbnail,
    12: _gallery,
    14: lambda _: None,
    17: _container,
}
