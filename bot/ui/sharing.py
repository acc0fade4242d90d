"""What a person shares with a channel: a question and its answer, an interview, or a quote's
picture; and the picture as only they see it before."""

from typing import Any

import discord
from discord import ButtonStyle, ui

from bot.core.i18n import Text
from bot.core.model import Position, StoredInterview
from bot.core.text import is_visible, one_line, shorten
from bot.quotes.card import USUAL_LOOK, Look, looks
from bot.quotes.choosing import Quote
from bot.ui import ids
from bot.ui.announcing import interview_card
from bot.ui.custom_ids import Action
from bot.ui.interviews import question_of, read_button, site_button, title_link
from bot.ui.layout import (
    ALT_LIMIT,
    Button,
    Content,
    Item,
    Layout,
    button,
    container,
    gallery,
    lines,
    menu,
    option,
    panel,
    row,
    rule,
    small,
)
from bot.ui.markdown import bold, escape_within, join, link
from bot.ui.pages import heading_lines, shared_answer
from bot.ui.quote_ids import look_value

_NAME_LIMIT = 80
_WORDS_LIMIT = 1000
_TITLE_LIMIT = 120
_URL_LIMIT = 300


def shared_page(stored: StoredInterview, section: int, name: str, text: Text) -> Layout:
    """Question `section` and its answer, or with 0 the interview, as the person called `name`
    shares it.

    A long answer is cut between sentences, with a link to the rest. The caller sends it with
    ``AllowedMentions`` of nobody.
    """
    if not section:
        return Layout(_shared_by("share.interview-by", name, text), interview_card(stored, text))
    interview = stored.interview
    answer = shared_answer(interview, section, text)
    read_on = link(text("share.read-on"), interview.url, _TITLE_LIMIT, url_limit=_URL_LIMIT)
    card = container(
        small(_source(stored, section, text)),
        heading_lines(answer.heading),
        f"{answer.body} …\n{bold(read_on)}" if answer.cut else answer.body,
        gallery(answer.images),
        rule(),
        row(read_button(stored.id, text, key="share.read"), site_button(interview, text)),
    )
    return Layout(_shared_by("share.question-by", name, text), card)


def quote_page(
    stored: StoredInterview,
    quote: Quote,
    file: str | None,
    text: Text,
    *,
    share: Action,
    another: Action | None = None,
    change: Action | None = None,
    look: Look = USUAL_LOOK,
    note: str = "",
) -> Layout:
    """The picture `file`, attached to the same message, as the one person sees it; the words as
    text for ``None``, where the bot may attach nothing.

    `another` is the action of the button for another quote, where there are others, `change` that
    of the menu of looks, for a picture in this `look`; `note` is a line of markdown.
    """
    return panel(
        _picture(quote, file, text),
        small(_source(stored, quote.section, text)),
        small(note),
        _looks(stored, look, change, text) if change and file else None,
        row(
            _read_on(stored, quote, text),
            button(text("quote.share"), share),
            button(text("quote.another"), another) if another else None,
            site_button(stored.interview, text),
        ),
    )


def _looks(stored: StoredInterview, look: Look, change: Action, text: Text) -> Item | None:
    options = [
        option(
            join([text(f"quote.{one.design}"), text(f"quote.{one.format}")]),
            look_value(one),
            default=one == look,
        )
        for one in looks(has_image=stored.interview.lead_image is not None)
    ]
    return menu(text("quote.look"), change, options)


def shared_quote(
    stored: StoredInterview, quote: Quote, file: str | None, name: str, text: Text
) -> Layout:
    """The picture, or the words, as the person called `name` shares them with a channel."""
    return Layout(_shared_by("quote.shared-by", name, text), quote_card(stored, quote, file, text))


def quote_card(
    stored: StoredInterview, quote: Quote, file: str | None, text: Text
) -> "ui.Container[Any]":
    """The picture, or the words, with where they are from and the way to read on."""
    return container(
        _picture(quote, file, text),
        small(_source(stored, quote.section, text)),
        row(_read_on(stored, quote, text), site_button(stored.interview, text)),
    )


def quote_alt_text(quote: Quote, text: Text) -> str:
    """What a screen reader says in the picture's place: all the words, and whose they are."""
    name = ", ".join(one_line(part) for part in (quote.speaker, quote.role) if part)
    key = "quote.alt" if is_visible(name) else "quote.alt-unnamed"
    return shorten(text(key, words=one_line(quote.text), name=name), ALT_LIMIT)


def _shared_by(key: str, name: str, text: Text) -> str:
    """The line above what is shared. It shows the name as text, for a mention can't be read where
    the person is unknown."""
    shown = escape_within(name if is_visible(name) else "?", _NAME_LIMIT)
    return small(text(key, name=bold(shown)))


def _source(stored: StoredInterview, section: int, text: Text) -> str:
    interview = stored.interview
    question = question_of(section, len(interview.transcript.turns), text)
    return join([question, title_link(interview, text, _TITLE_LIMIT, _URL_LIMIT)])


def _picture(quote: Quote, file: str | None, text: Text) -> Content:
    if file is not None:
        item = discord.MediaGalleryItem(
            f"attachment://{file}", description=quote_alt_text(quote, text)
        )
        return ui.MediaGallery(item)
    speaker = escape_within(", ".join(filter(None, (quote.speaker, quote.role))), 2 * _NAME_LIMIT)
    words = f"> {escape_within(quote.text, _WORDS_LIMIT)}"
    return lines(words, bold(speaker) if is_visible(speaker) else None)


def _read_on(stored: StoredInterview, quote: Quote, text: Text) -> Button:
    action = ids.OpenAt(stored.id, Position(quote.section))
    return button(text("quote.read"), action, ButtonStyle.primary)
