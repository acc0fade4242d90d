"""The announcement that is published to followers: an embed, for that is what reaches them.

Of a crossposted message Discord copies words and embeds, and no components (discord-api-docs,
issues 3079 and 6311): a layout of components would arrive empty. The buttons below are for the
channel in which it is posted.
"""

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.core.i18n import Text
from bot.core.model import Interview, StoredInterview
from bot.core.text import is_visible, one_line, shorten
from bot.ui import ids
from bot.ui.cards import EXCERPT_LIMIT, KIND_LIMIT, byline, telling_kinds
from bot.ui.layout import BRAND, button, link_button
from bot.ui.markdown import MEDIA_URL_LIMIT, escape_within, link, safe_url
from bot.ui.pages import hero

TITLE_LIMIT = 256
"""Characters of an embed's title (Discord docs, Message, Embed Limits)."""

URL_LIMIT = 2048
LISTED_TITLE = 200
LISTED_URL = 200
BUTTONS_LIMIT = 25
"""Five rows of five (Discord docs, Component Reference, Action Row)."""


class Buttons(ui.View):
    """Buttons that are answered by their custom_id alone; see ``bot.ui.layout.Layout``."""

    def __init__(self, *items: "ui.Button[Any] | None") -> None:
        super().__init__(timeout=None)
        for item in items:
            if item is not None:
                self.add_item(item)

    def is_finished(self) -> bool:
        return True

    def is_dispatchable(self) -> bool:
        return False


def published_embed(stored: StoredInterview, text: Text) -> discord.Embed:
    """The interview as an embed: title with its link, who, excerpt, picture, date. One that was
    withdrawn says so in place of what it told."""
    interview = stored.interview
    if stored.withdrawn_at:
        gone = f"~~{_title(interview, text)}~~"
        return discord.Embed(colour=BRAND, description=f"{gone}\n{text('card.withdrawn')}")
    lines = (byline(interview), escape_within(interview.excerpt, EXCERPT_LIMIT))
    embed = discord.Embed(
        colour=BRAND,
        title=_title(interview, text),
        url=safe_url(interview.url, URL_LIMIT),
        description="\n\n".join(line for line in lines if is_visible(line)) or None,
        timestamp=interview.published_at,
    )
    picture = hero(interview)
    image = safe_url(picture.url, MEDIA_URL_LIMIT) if picture else None
    if image is not None:
        embed.set_image(url=image)
    embed.set_footer(text=_footer(interview, text))
    return embed


def published_buttons(stored: StoredInterview, text: Text) -> Buttons:
    if stored.withdrawn_at:
        return Buttons()
    return Buttons(
        button(
            text("card.read"),
            ids.OpenReader(stored.id).custom_id,
            style=discord.ButtonStyle.primary,
        ),
        link_button(text("card.open"), stored.interview.url),
    )


def published_digest(listed: Sequence[StoredInterview], more: int, text: Text) -> discord.Embed:
    """Several interviews as an embed: a list of links."""
    lines = [_listed(stored.interview, text) for stored in listed]
    if more:
        lines.append(text.plural("digest.more", more))
    embed = discord.Embed(
        colour=BRAND,
        title=text.plural("digest.title", len(listed) + more),
        description="\n".join(lines),
    )
    embed.set_footer(text=text("published.from"))
    return embed


def digest_buttons(listed: Sequence[StoredInterview], text: Text) -> Buttons:
    """A button for each interview; at most the 25 that a message takes."""
    return Buttons(
        *(
            button(_plain_title(stored.interview, text), ids.OpenReader(stored.id).custom_id)
            for stored in listed[:BUTTONS_LIMIT]
        )
    )


def _listed(interview: Interview, text: Text) -> str:
    title = link(_plain_title(interview, text), interview.url, LISTED_TITLE, url_limit=LISTED_URL)
    return f"• **{title}**"


def _title(interview: Interview, text: Text) -> str:
    return escape_within(_plain_title(interview, text), TITLE_LIMIT - 4)


def _plain_title(interview: Interview, text: Text) -> str:
    title = one_line(interview.title)
    return title if is_visible(title) else text("card.untitled")


def _footer(interview: Interview, text: Text) -> str:
    """Plain words: an embed's footer shows no markdown."""
    turns = len(interview.transcript.turns)
    questions = [text.plural("card.questions", turns)] if turns else []
    named = [shorten(kind, KIND_LIMIT) for kind in telling_kinds(interview, text)]
    return " · ".join([text("published.from"), *questions, *named])
