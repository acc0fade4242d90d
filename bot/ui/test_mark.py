"""The mark of a test: the button that deletes it. No search takes a message with it for the
announcement, and nothing else of a message counts, for words can be anybody's."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from discord import ButtonStyle

from bot.core.i18n import Text
from bot.ui.admin_ids import DeleteTest
from bot.ui.announcing import Buttons
from bot.ui.layout import WARNING, Layout, button, container, lines, row, small

TEST_ID: Final = DeleteTest().custom_id


def marked_as_test(content: Mapping[str, Any], text: Text) -> dict[str, Any]:
    """An announcement's arguments of ``send``, with the mark below what is announced."""
    note, view = text("test.note"), content.get("view")
    delete = button(text("test.delete"), DeleteTest(), ButtonStyle.danger)
    if isinstance(view, Layout):
        view.add_item(container(note, row(delete), colour=WARNING))
        return dict(content)
    marked = view if isinstance(view, Buttons) else Buttons()
    marked.add_item(delete)
    return {**content, "content": lines(content.get("content"), small(note)), "view": marked}


def is_test(message: Mapping[str, Any]) -> bool:
    """Whether a message, as Discord's JSON, bears the mark."""
    components = message.get("components") or []
    return any(part.get("custom_id") == TEST_ID for part in all_components(components))


def all_components(components: Iterable[Any]) -> Iterator[Mapping[str, Any]]:
    """Components as Discord's JSON, with those within them."""
    for component in components:
        yield component
        yield from all_components(component.get("components", []))
        if "accessory" in component:
            yield component["accessory"]
