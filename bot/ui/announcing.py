"""An announcement in its three renderings: the card, the embed that is published, plain words.

Of a crossposted message Discord copies text and embeds, and no components (discord-api-docs,
issues 3079 and 6311): a layout of components would arrive empty in the channels that follow. So
what is published is an embed, whose buttons are for the channel in which it is posted.

A withdrawn interview is shown as its struck title.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Any

import discord
from discord import ui

from bot.core.i18n import Text
from bot.core.model import PLAIN_STYLE, Form, Interview, StoredInterview, Style, Subscription
from bot.core.targets import target_of
from bot.core.text import one_line, unbroken
from bot.core.text_above import filled_text
from bot.core.topics import topic_of
from bot.ui import ids
from bot.ui.interviews import (
    byline,
    colour_of,
    date_of,
    excerpt_of,
    heading,
    names_of,
    question_count,
    read_button,
    site_button,
    tags_markdown,
    title_link,
    title_of,
)
from bot.ui.layout import (
    BRAND,
    Button,
    Content,
    Layout,
    StatelessView,
    button,
    container,
    gallery,
    lines,
    row,
    rule,
    small,
    thumbnail,
)
from bot.ui.markdown import MEDIA_URL_LIMIT, URL_LIMIT, bold, escape_within, join, safe_url
from bot.ui.rows import interview_row, ruled, summary_of

TITLE_LIMIT = 300
EXCERPT_LIMIT = 700

CONTENT_LIMIT = 2000
"""Characters of a message's text (Discord docs, Create Message)."""

EMBED_TITLE_LIMIT = 256
"""Characters of an embed's title (Discord docs, Message, Embed Limits)."""

EMBED_URL_LIMIT = 2048

INTERVIEWS_SHOWN = 10
"""Of a digest. At least three components each, of Discord's 40; and at most 330 of its 4,000
characters."""

_ABOVE_TITLE_LIMIT = 150
"""Of a title in the text above the card."""

LISTED_TITLE_LIMIT = 180
LISTED_URL_LIMIT = 200
"""Such that ``INTERVIEWS_SHOWN`` of them stay below the 4,096 characters of an embed's description
(Discord docs, Message, Embed Limits)."""

FACES = 5
"""A digest of so few interviews has the rows of a list: a row, the line below it and an excerpt
have seven of Discord's 40 components."""

WITH_EXCERPTS = 4
"""A digest of so few has room for a line of each one's excerpt."""

_LISTED_EXCERPT_LIMIT = 160

_MORE_LIMIT = 200
"""Characters of the line that counts the interviews of a digest for which there is no room."""


class Rendering(StrEnum):
    """How an announcement is written: usually as a card, as an embed where it is published to
    following channels, and as plain text where Discord refused the components."""

    CARD = "card"
    PUBLISHED = "published"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is announced: an interview, or the interviews of a ``digest``.

    ``more`` counts the interviews that the digest has no room for, ``missed`` the other interviews
    that were not announced.
    """

    interview: StoredInterview
    digest: Sequence[StoredInterview] = ()
    more: int = 0
    missed: int = 0


def rendering_of(subscription: Subscription) -> Rendering:
    """How a subscription's announcements are written."""
    if subscription.style.form is Form.LINK:
        return Rendering.PLAIN
    return Rendering.PUBLISHED if target_of(subscription).crosspost else Rendering.CARD


def announcement(
    announced: Announcement,
    text: Text,
    rendering: Rendering,
    *,
    role_ids: Sequence[int] = (),
    style: Style = PLAIN_STYLE,
) -> dict[str, Any]:
    """The arguments of ``send`` that make the message, without ``allowed_mentions`` and flags."""
    if rendering is Rendering.PLAIN:
        return {"content": _plain(announced, text, role_ids, style)}
    if rendering is Rendering.PUBLISHED:
        return _published(announced, text, role_ids, style)
    of_all: dict[str, Any] = {"role_ids": role_ids, "style": style}
    if announced.digest:
        return {"view": digest_card(announced.digest, announced.more, text, **of_all)}
    missed = announced.missed
    return {"view": announcement_card(announced.interview, text, missed=missed, **of_all)}


# ---------------------------------------------------------------- cards


def announcement_card(
    stored: StoredInterview,
    text: Text,
    *,
    role_ids: Sequence[int] = (),
    missed: int = 0,
    style: Style = PLAIN_STYLE,
) -> Layout:
    """The card of an interview; the mention of roles above it, and a line about the `missed`
    other interviews that were not announced.

    The caller sends it with ``AllowedMentions`` of just these roles.
    """
    card = interview_card(stored, text, style)
    if stored.withdrawn_at:
        title = escape_within(title_of(stored.interview, text), TITLE_LIMIT)
        edge = _edge(style, stored.interview)
        card = container(f"~~{title}~~", small(text("card.withdrawn")), colour=edge)
    note = text.plural("card.missed", missed) if missed else None
    return Layout(_above([stored], 0, text, role_ids, style), note, card)


def interview_card(
    stored: StoredInterview, text: Text, style: Style = PLAIN_STYLE
) -> "ui.Container[Any]":
    """An interview as a container: picture, title, who, excerpt, and the buttons to read it; a
    compact one has no excerpt, and its picture is small beside the title."""
    interview, facts = stored.interview, _facts(stored.interview, text)
    read = row(read_button(stored.id, text), site_button(interview, text))
    if style.form is Form.COMPACT:
        title = bold(title_link(interview, text, TITLE_LIMIT, URL_LIMIT))
        words = lines(title, byline(interview), facts)
        picture = thumbnail(interview.lead_image, spoiler=style.spoiler)
        head = ui.Section(words, accessory=picture) if picture is not None else words
        return container(head, read, colour=_edge(style, interview))
    return container(
        gallery([interview.lead_image], spoiler=style.spoiler),
        heading(interview, text, TITLE_LIMIT, URL_LIMIT),
        byline(interview),
        excerpt_of(interview, EXCERPT_LIMIT),
        facts,
        rule(),
        read,
        colour=_edge(style, interview),
    )


def _facts(interview: Interview, text: Text) -> str:
    """Date, length and tags; no line begins with the dot between them."""
    questions = question_count(len(interview.transcript.turns), text)
    facts = [date_of(interview), questions, *tags_markdown(interview, text)]
    return small(join(facts, "\N{NO-BREAK SPACE}· "))


def _edge(style: Style, interview: Interview | None = None) -> discord.Colour:
    """What the admin chose, else the kind's."""
    if style.colour is not None:
        return discord.Colour(style.colour)
    return colour_of(interview) if interview else BRAND


def digest_card(
    interviews: Sequence[StoredInterview],
    more: int,
    text: Text,
    *,
    role_ids: Sequence[int] = (),
    style: Style = PLAIN_STYLE,
) -> Layout:
    """The interviews of a period, at most ``INTERVIEWS_SHOWN``; `more` counts those that the
    caller left out already. A compact one has neither pictures nor excerpts.

    The caller sends it with ``AllowedMentions`` of just the roles.
    """
    shown = interviews[:INTERVIEWS_SHOWN]
    more += len(interviews) - len(shown)
    is_full = style.form is not Form.COMPACT
    faces = is_full and len(shown) <= FACES
    pictures = [one.interview.lead_image for one in shown if is_full and one.interview.lead_image]
    rows = [
        _entry(one, text, style, faces=faces, excerpt=len(shown) <= WITH_EXCERPTS) for one in shown
    ]
    card = container(
        None if faces else gallery(pictures[:1], spoiler=style.spoiler),
        f"## {text.plural('digest.title', len(shown) + more)}",
        *(ruled(rows) if faces else chain.from_iterable(rows)),
        small(text.plural("digest.more", more)) if more else None,
        colour=_edge(style),
    )
    return Layout(_above(shown, more, text, role_ids, style, "digest.mention"), card)


def _entry(
    one: StoredInterview, text: Text, style: Style, *, faces: bool, excerpt: bool
) -> list[Content]:
    """A row as lists have them; with an `excerpt` below, where there are `faces`."""
    section, *rest = interview_row(summary_of(one), text, pictured=faces, spoiler=style.spoiler)
    words = one_line(excerpt_of(one.interview, _LISTED_EXCERPT_LIMIT)) if faces and excerpt else ""
    return [section, words, *rest]


def _above(
    shown: Sequence[StoredInterview],
    more: int,
    text: Text,
    role_ids: Sequence[int],
    style: Style,
    key: str = "card.mention",
) -> str | None:
    """What stands above: the admin's own text, or the sentence that mentions roles; ``None`` where
    there is neither."""
    roles = " ".join(f"<@&{id_}>" for id_ in role_ids)
    if not style.text_above:
        return text(key, role=roles) if roles else None
    first = shown[0].interview
    count = len(shown) + more
    title = title_of(first, text) if count == 1 else text.plural("digest.title", count)
    names = dict.fromkeys(one.name for each in shown for one in each.interview.subjects)
    values = {
        "title": escape_within(title, _ABOVE_TITLE_LIMIT),
        "artist": names_of(names),
        "kind": text(f"kind.{topic_of(first.subjects, first.tags)}"),
        "date": date_of(first) or "",
        "link": safe_url(first.url, URL_LIMIT) or "",
        "count": text.number(count),
        "roles": roles,
    }
    return filled_text(style.text_above, values) or None


# ---------------------------------------------------------------- what is published


def _published(
    announced: Announcement, text: Text, role_ids: Sequence[int], style: Style
) -> dict[str, Any]:
    digest, missed = announced.digest, announced.missed
    above = lines(
        _above(
            digest or [announced.interview],
            announced.more,
            text,
            role_ids,
            style,
            "digest.mention" if digest else "card.mention",
        ),
        text.plural("card.missed", missed) if missed else None,
    )
    if digest:
        embed, buttons = _published_digest(digest, announced.more, text)
    else:
        embed, buttons = _published_interview(announced.interview, text, style)
    embed.colour = _edge(style, None if digest else announced.interview.interview)
    return {"content": above or None, "embed": embed, "view": Buttons(*buttons)}


class Buttons(StatelessView, ui.View):
    """Buttons below an embed."""

    def __init__(self, *items: Button | None) -> None:
        super().__init__(timeout=None)
        for item in items:
            if item is not None:
                self.add_item(item)


def _published_interview(
    stored: StoredInterview, text: Text, style: Style
) -> tuple[discord.Embed, Sequence[Button | None]]:
    """In the card's order, but that an embed's picture stands below its words; and the buttons."""
    interview = stored.interview
    title = escape_within(unbroken(title_of(interview, text)), EMBED_TITLE_LIMIT - 4)
    if stored.withdrawn_at:
        struck = f"~~{title}~~\n{text('card.withdrawn')}"
        return discord.Embed(colour=BRAND, description=struck), ()
    is_full = style.form is not Form.COMPACT
    excerpt = excerpt_of(interview, EXCERPT_LIMIT) if is_full else None
    said = [byline(interview), excerpt, _facts(interview, text)]
    embed = discord.Embed(
        colour=BRAND,
        title=title,
        url=safe_url(interview.url, EMBED_URL_LIMIT),
        description=join(said, "\n\n" if is_full else "\n") or None,
    )
    # An embed's picture can't be covered, so there is none where it were to be.
    if interview.lead_image is not None and not style.spoiler:
        show = embed.set_image if is_full else embed.set_thumbnail
        show(url=safe_url(interview.lead_image.url, MEDIA_URL_LIMIT))
    embed.set_footer(text=text("published.from"))
    return embed, (read_button(stored.id, text), site_button(interview, text))


def _published_digest(
    interviews: Sequence[StoredInterview], more: int, text: Text
) -> tuple[discord.Embed, Sequence[Button | None]]:
    """A list of links, and a button for each interview; as many as ``digest_card`` shows."""
    shown = interviews[:INTERVIEWS_SHOWN]
    more += len(interviews) - len(shown)
    listed = [
        f"• {bold(title_link(one.interview, text, LISTED_TITLE_LIMIT, LISTED_URL_LIMIT))}"
        for one in shown
    ]
    embed = discord.Embed(
        colour=BRAND,
        title=text.plural("digest.title", len(shown) + more),
        description=join([*listed, text.plural("digest.more", more) if more else None], "\n"),
    )
    embed.set_footer(text=text("published.from"))
    return embed, [_title_button(one, text) for one in shown]


def _title_button(one: StoredInterview, text: Text) -> Button:
    return button(unbroken(title_of(one.interview, text)), ids.OpenReader(one.id))


# ---------------------------------------------------------------- plain words


def plain_announcement(
    stored: StoredInterview,
    text: Text,
    *,
    role_ids: Sequence[int] = (),
    style: Style = PLAIN_STYLE,
) -> str:
    """The announcement as words and a link, for a channel where Discord refuses the card."""
    title = bold(escape_within(title_of(stored.interview, text), TITLE_LIMIT))
    if stored.withdrawn_at:
        return lines(title, text("card.withdrawn"))
    return lines(_above([stored], 0, text, role_ids, style), title, safe_url(stored.interview.url))


def _plain(announced: Announcement, text: Text, role_ids: Sequence[int], style: Style) -> str:
    """Words and links; of a digest as many interviews as fit, and how many more there are."""
    first, *others = announced.digest or (announced.interview,)
    content, unnamed = plain_announcement(first, text, role_ids=role_ids, style=style), len(others)
    for other in others:
        added = f"\n\n{plain_announcement(other, text)}"
        if len(content) + len(added) > CONTENT_LIMIT - _MORE_LIMIT:
            break
        content += added
        unnamed -= 1
    more = announced.more + unnamed
    return lines(content, text.plural("digest.more", more) if more else None)
