"""What every layout is made of: Discord's limits, the colours, and blocks that keep to both."""

from collections.abc import Iterable, Sequence
from typing import Any

import discord
from discord import ui

from bot.core.model import Image
from bot.core.text import is_visible, measure, one_line, shorten
from bot.ui.markdown import MEDIA_URL_LIMIT, URL_LIMIT, safe_url

TEXT_LIMIT = 4000
COMPONENT_LIMIT = 40
"""Of a whole message (Discord docs, Component Reference, legacy and V2 behaviour)."""

BUTTON_LABEL_LIMIT = 80
OPTION_LIMIT = 25
OPTION_TEXT_LIMIT = 100
PLACEHOLDER_LIMIT = 150
GALLERY_LIMIT = 10
ALT_LIMIT = 256
"""Of one component (Discord docs, Component Reference; discord.py's 256 for alternative text)."""

BRAND = discord.Colour(0xE5487A)
"""The magazine's rose, at 3:1 or better against Discord's dark, light and onyx backgrounds."""
CALM = discord.Colour(0x3FA796)
WARNING = discord.Colour(0xE0A03A)

Item = ui.Item[Any]


class Layout(ui.LayoutView):
    """A layout whose buttons are answered by their custom_id alone.

    discord.py would keep every view that it sends in memory, with a timer for an ephemeral one,
    and answer its buttons until a restart. Ours carry all their state, so this one tells the
    library that it is finished before it begins.
    """

    def __init__(self, *items: Item) -> None:
        super().__init__(timeout=None)
        for item in items:
            self.add_item(item)

    def is_finished(self) -> bool:
        return True

    def is_dispatchable(self) -> bool:
        return False


def container(*items: Item | None, colour: discord.Colour = BRAND) -> "ui.Container[Any]":
    """A container of the items that are there."""
    return ui.Container(*(item for item in items if item is not None), accent_colour=colour)


def words(content: str) -> "ui.TextDisplay[Any] | None":
    """A text, or nothing where there is nothing to see."""
    return ui.TextDisplay(content) if is_visible(content) else None


def small(content: str) -> str:
    """A line of Discord's subtext; "" for nothing."""
    return f"-# {content}" if is_visible(content) else ""


def rule(*, wide: bool = False) -> "ui.Separator[Any]":
    spacing = discord.SeparatorSpacing.large if wide else discord.SeparatorSpacing.small
    return ui.Separator(visible=True, spacing=spacing)


def gallery(images: Iterable[Image]) -> "ui.MediaGallery[Any] | None":
    """Up to ten pictures; those without a usable address are left out."""
    items = [item for image in images if (item := _picture(image)) is not None]
    return ui.MediaGallery(*items[:GALLERY_LIMIT]) if items else None


def _picture(image: Image) -> discord.MediaGalleryItem | None:
    url = safe_url(image.url, MEDIA_URL_LIMIT)
    if url is None:
        return None
    alt = shorten(one_line(image.caption or image.alt), ALT_LIMIT)
    return discord.MediaGalleryItem(url, description=alt if is_visible(alt) else None)


def button(
    label: str,
    custom_id: str,
    *,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    disabled: bool = False,
    emoji: str | None = None,
) -> "ui.Button[Any]":
    label = shorten(label, BUTTON_LABEL_LIMIT)
    return ui.Button(label=label, custom_id=custom_id, style=style, disabled=disabled, emoji=emoji)


def link_button(label: str, url: str) -> "ui.Button[Any] | None":
    """A button that opens an address, or nothing where the address can't be opened."""
    target = safe_url(url, URL_LIMIT)
    if target is None:
        return None
    return ui.Button(label=shorten(label, BUTTON_LABEL_LIMIT), url=target)


def row(*items: "ui.Button[Any] | None") -> "ui.ActionRow[Any] | None":
    """A row of up to five buttons, those that are there."""
    present = [item for item in items if item is not None]
    return ui.ActionRow(*present) if present else None


def option(
    label: str, value: str, *, description: str = "", default: bool = False
) -> discord.SelectOption:
    """A choice of a menu, within Discord's lengths. `label` and `description` are plain text."""
    description = shorten(one_line(description), OPTION_TEXT_LIMIT)
    return discord.SelectOption(
        label=shorten(one_line(label), OPTION_TEXT_LIMIT),
        value=value,
        description=description if is_visible(description) else None,
        default=default,
    )


def menu(
    placeholder: str, custom_id: str, options: Sequence[discord.SelectOption]
) -> "ui.ActionRow[Any]":
    """A row with a menu of 1 to 25 options with different values."""
    select: ui.Select[Any] = ui.Select(
        custom_id=custom_id,
        placeholder=shorten(placeholder, PLACEHOLDER_LIMIT),
        options=list(options)[:OPTION_LIMIT],
    )
    return ui.ActionRow(select)


def text_length(layout: ui.LayoutView) -> int:
    """What Discord counts against ``TEXT_LIMIT``: the texts of the whole layout together."""
    return sum(
        measure(item.content) for item in layout.walk_children() if isinstance(item, ui.TextDisplay)
    )
