"""A quote's picture in a message: with its words for those who can't see it, and the way on."""

from typing import Any

import discord
from discord import ui

from bot.core.i18n import Text
from bot.core.model import Position, Quote, StoredInterview
from bot.core.text import is_visible, one_line, shorten
from bot.ui import ids
from bot.ui.layout import Layout, button, container, link_button, row, small, words
from bot.ui.markdown import bold, escape_within, join, link

ALT_LIMIT = 1024
"""Characters (Discord's OpenAPI, ``MediaGalleryItemRequest``), enough for the longest quote."""

_NAME_LIMIT = 80
_TITLE_LIMIT = 120
_URL_LIMIT = 300


def quote_page(
    stored: StoredInterview,
    quote: Quote,
    file: str,
    text: Text,
    *,
    share: ids.ShareQuote,
    another: ids.AnotherQuote | None = None,
    note: str = "",
) -> Layout:
    """The picture `file`, attached to the same message, as the one person sees it.

    `another` is what the button for other words does, where there are any; `note` is a line of
    ours, as markdown.
    """
    return Layout(
        container(
            _picture(quote, file, text),
            words(small(_source(stored, quote, text))),
            words(small(note)),
            row(
                _reading(stored, quote, text, style=discord.ButtonStyle.primary),
                button(text("quote.share"), share.custom_id),
                button(text("quote.another"), another.custom_id) if another else None,
                link_button(text("card.open"), stored.interview.url),
            ),
        )
    )


def shared_quote(stored: StoredInterview, quote: Quote, file: str, name: str, text: Text) -> Layout:
    """The picture as `name` shares it with a channel."""
    sharer = bold(escape_within(name if is_visible(name) else "?", _NAME_LIMIT))
    by = words(small(text("quote.shared-by", name=sharer)))
    card = container(
        _picture(quote, file, text),
        words(small(_source(stored, quote, text))),
        row(
            _reading(stored, quote, text, style=discord.ButtonStyle.primary),
            link_button(text("card.open"), stored.interview.url),
        ),
    )
    return Layout(*(item for item in (by, card) if item is not None))


def alternative(quote: Quote, text: Text) -> str:
    """What a screen reader says in the picture's place: all the words, and whose they are."""
    told = one_line(quote.text)
    who = ", ".join(one_line(part) for part in (quote.speaker, quote.role) if part)
    key = "quote.alt" if is_visible(who) else "quote.alt-unnamed"
    return shorten(text(key, words=told, name=who), ALT_LIMIT)


def _picture(quote: Quote, file: str, text: Text) -> "ui.MediaGallery[Any]":
    item = discord.MediaGalleryItem(f"attachment://{file}", description=alternative(quote, text))
    return ui.MediaGallery(item)


def _source(stored: StoredInterview, quote: Quote, text: Text) -> str:
    """Where the words stand; whose they are stands on the picture."""
    interview = stored.interview
    title = interview.title if is_visible(interview.title) else text("card.untitled")
    total = len(interview.transcript.turns)
    question = text("reader.question", number=text.number(quote.section), total=text.number(total))
    return join([question, link(title, interview.url, _TITLE_LIMIT, url_limit=_URL_LIMIT)])


def _reading(
    stored: StoredInterview, quote: Quote, text: Text, *, style: discord.ButtonStyle
) -> "ui.Button[Any]":
    at = ids.OpenAt(stored.id, Position(quote.section))
    return button(text("quote.read"), at.custom_id, style=style)
