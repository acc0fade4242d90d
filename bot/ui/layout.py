"""The building blocks of messages: Discord's limits, colours, and components within the limits."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import discord
from discord import ButtonStyle, ui

from bot.core.colours import ROSE
from bot.core.model import Image
from bot.core.text import is_visible, one_line, shorten
from bot.ui.custom_ids import Action
from bot.ui.markdown import MEDIA_URL_LIMIT, URL_LIMIT, join, safe_url

TEXT_LIMIT = 4000
COMPONENT_LIMIT = 40
"""Of a whole message (Discord docs, Component Reference, legacy and V2 behaviour)."""

BUTTON_LABEL_LIMIT = 80
OPTION_LIMIT = 25
OPTION_TEXT_LIMIT = 100
PLACEHOLDER_LIMIT = 150
GALLERY_LIMIT = 10
ALT_LIMIT = 1024
"""Of one component (Discord docs, Component Reference; alternative text: Discord's OpenAPI,
``MediaGalleryItemRequest``)."""

BRAND = discord.Colour(ROSE)
CALM = discord.Colour(0x3CA292)
WARNING = discord.Colour(0xC4861C)

_ATTACHED = re.compile(r"attachment://kcrush-[0-9a-f]{16}\.[a-z]{3,4}")
"""Pictures that the bot attaches itself."""

Button = ui.Button[Any]
Item = ui.Item[Any]
Content = ui.Item[Any] | str | None
"""What a message is made of: a component, a text, or ``None`` for nothing."""


class StatelessView:
    """Makes discord.py send a view and forget it: its components are answered by custom_id.

    The library would keep every view that it sends in memory, with a timer for an ephemeral one,
    and answer its components until a restart. Those of this project carry all their state, so a
    view tells the library that it is finished before it begins.
    """

    def is_finished(self) -> bool:
        return True

    def is_dispatchable(self) -> bool:
        return False


class Layout(StatelessView, ui.LayoutView):
    """A message of components."""

    def __init__(self, *content: Content) -> None:
        super().__init__(timeout=None)
        for item in _items(content):
            self.add_item(item)


def container(*content: Content, colour: discord.Colour = BRAND) -> "ui.Container[Any]":
    """A box with a coloured edge around the content. Texts in which nothing is visible, and
    ``None``, are left out."""
    return ui.Container(*_items(content), accent_colour=colour)


def panel(*content: Content, colour: discord.Colour = BRAND) -> Layout:
    """A message of a single container."""
    return Layout(container(*content, colour=colour))


def _items(content: Iterable[Content]) -> Iterator[Item]:
    for item in content:
        if not isinstance(item, str):
            if item is not None:
                yield item
        elif is_visible(item):
            yield ui.TextDisplay(item)


def small(content: str) -> str:
    """A line of Discord's subtext; "" for nothing."""
    return f"-# {content}" if is_visible(content) else ""


def lines(*parts: str | None) -> str:
    """The parts that are there, a line each."""
    return join(parts, "\n")


def rule() -> "ui.Separator[Any]":
    return ui.Separator()


def gallery(
    images: Iterable[Image | None], *, spoiler: bool = False
) -> "ui.MediaGallery[Any] | None":
    """Up to ten pictures; ``None`` and pictures without a usable address are left out."""
    items = [item for image in images if image is not None and (item := _picture(image))]
    for item in items:
        item.spoiler = spoiler
    return ui.MediaGallery(*items[:GALLERY_LIMIT]) if items else None


def thumbnail(image: Image | None, *, spoiler: bool = False) -> "ui.Thumbnail[Any] | None":
    """A small picture; ``None`` without one, or without a usable address."""
    item = _picture(image) if image is not None else None
    if item is None:
        return None
    return ui.Thumbnail(item.media, description=item.description, spoiler=spoiler)


def _picture(image: Image) -> discord.MediaGalleryItem | None:
    is_attached = _ATTACHED.fullmatch(image.url)
    url = image.url if is_attached else safe_url(image.url, MEDIA_URL_LIMIT)
    if url is None:
        return None
    alt = shorten(one_line(image.alt or image.caption), ALT_LIMIT)
    return discord.MediaGalleryItem(url, description=alt if is_visible(alt) else None)


def button(
    label: str,
    action: Action,
    style: ButtonStyle = ButtonStyle.secondary,
    *,
    disabled: bool = False,
    emoji: str | None = None,
) -> Button:
    """A button that is answered by its action's custom_id; with an emoji the label may be ""."""
    return ui.Button(
        label=shorten(label, BUTTON_LABEL_LIMIT) or None,
        custom_id=action.custom_id,
        style=style,
        disabled=disabled,
        emoji=emoji,
    )


def page_buttons(
    page: int, more: bool, action: Callable[[int], Action], labels: tuple[str, str]
) -> tuple[Button | None, Button | None]:
    """The buttons to the pages before and after `page` (from 0), where there are such pages.

    `action` gives the action that shows a page by its number.
    """
    back, forth = labels
    return (
        button(back, action(page - 1)) if page else None,
        button(forth, action(page + 1)) if more else None,
    )


def link_button(label: str, url: str) -> Button | None:
    """A button that opens an address, or nothing where the address can't be opened."""
    target = safe_url(url, URL_LIMIT)
    if target is None:
        return None
    return ui.Button(label=shorten(label, BUTTON_LABEL_LIMIT), url=target)


def row(*items: Button | None) -> "ui.ActionRow[Any] | None":
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
    placeholder: str, action: Action, options: Sequence[discord.SelectOption]
) -> "ui.ActionRow[Any] | None":
    """A row with a menu of up to 25 options with different values, or nothing for no options."""
    if not options:
        return None
    select: ui.Select[Any] = ui.Select(
        custom_id=action.custom_id,
        placeholder=shorten(placeholder, PLACEHOLDER_LIMIT),
        options=list(options)[:OPTION_LIMIT],
    )
    return ui.ActionRow(select)
