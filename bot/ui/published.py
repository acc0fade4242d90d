"""The announcement that is published to following channels: an embed, for that is what arrives.

Of a crossposted message Discord copies text and embeds, and no components (discord-api-docs,
issues 3079 and 6311): a layout of components would arrive empty. The buttons below are for the
channel in which it is posted.
"""

from collections.abc import Sequence

import discord
from discord import ui

from bot.core.i18n import Text
from bot.core.model import Interview, StoredInterview
from bot.core.text import is_visible, shorten
from bot.ui import ids
from bot.ui.cards import EXCERPT_LIMIT
from bot.ui.digest import INTERVIEWS_SHOWN
from bot.ui.interviews import (
    TAG_LIMIT,
    byline,
    question_count,
    read_button,
    site_button,
    tags_of,
    title_link,
    title_of,
)
from bot.ui.layout import BRAND, Button, StatelessView, button
from bot.ui.markdown import MEDIA_URL_LIMIT, bold, escape_within, join, safe_url

TITLE_LIMIT = 256
"""Characters of an embed's title (Discord docs, Message, Embed Limits)."""

URL_LIMIT = 2048
LISTED_TITLE_LIMIT = 180
LISTED_URL_LIMIT = 200
"""Such that ``INTERVIEWS_SHOWN`` of them stay below the 4,096 characters of an embed's description
(Discord docs, Message, Embed Limits)."""


class Buttons(StatelessView, ui.View):
    """Buttons below an embed."""

    def __init__(self, *items: Button | None) -> None:
        super().__init__(timeout=None)
        for item in items:
            if item is not None:
                self.add_item(item)


def published_embed(stored: StoredInterview, text: Text) -> discord.Embed:
    """The interview as an embed: title with its link, who, excerpt, picture, date. A withdrawn
    interview is shown as its struck title."""
    interview = stored.interview
    title = escape_within(title_of(interview, text), TITLE_LIMIT - 4)
    if stored.withdrawn_at:
        return discord.Embed(colour=BRAND, description=f"~~{title}~~\n{text('card.withdrawn')}")
    byline_, excerpt = byline(interview), escape_within(interview.excerpt, EXCERPT_LIMIT)
    embed = discord.Embed(
        colour=BRAND,
        title=title,
        url=safe_url(interview.url, URL_LIMIT),
        description=join([byline_, excerpt if is_visible(excerpt) else None], "\n\n") or None,
        timestamp=interview.published_at,
    )
    if interview.lead_image is not None:
        embed.set_image(url=safe_url(interview.lead_image.url, MEDIA_URL_LIMIT))
    embed.set_footer(text=_footer(interview, text))
    return embed


def published_buttons(stored: StoredInterview, text: Text) -> Buttons:
    """The buttons below the embed; none for a withdrawn interview."""
    if stored.withdrawn_at:
        return Buttons()
    return Buttons(read_button(stored.id, text), site_button(stored.interview, text))


def published_digest(interviews: Sequence[StoredInterview], more: int, text: Text) -> discord.Embed:
    """Several interviews as an embed: a list of links, at most ``INTERVIEWS_SHOWN``; `more` counts
    those that the caller left out already."""
    listed = [
        f"• {bold(title_link(one.interview, text, LISTED_TITLE_LIMIT, LISTED_URL_LIMIT))}"
        for one in interviews[:INTERVIEWS_SHOWN]
    ]
    more += len(interviews) - len(listed)
    embed = discord.Embed(
        colour=BRAND,
        title=text.plural("digest.title", len(listed) + more),
        description=join([*listed, text.plural("digest.more", more) if more else None], "\n"),
    )
    embed.set_footer(text=text("published.from"))
    return embed


def digest_buttons(interviews: Sequence[StoredInterview], text: Text) -> Buttons:
    """A button for each interview that the embed lists."""
    return Buttons(
        *(
            button(title_of(stored.interview, text), ids.OpenReader(stored.id))
            for stored in interviews[:INTERVIEWS_SHOWN]
        )
    )


def _footer(interview: Interview, text: Text) -> str:
    """Plain text: an embed's footer shows no markdown."""
    tags = [shorten(tag, TAG_LIMIT) for tag in tags_of(interview, text)]
    questions = question_count(len(interview.transcript.turns), text)
    return join([text("published.from"), questions, *tags])
