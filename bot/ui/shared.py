"""What somebody shares with a channel: one question and its answer, or an interview."""

import discord

from bot.core.i18n import Text
from bot.core.model import StoredInterview
from bot.core.text import is_visible
from bot.ui import ids
from bot.ui.cards import interview_card
from bot.ui.layout import (
    Layout,
    button,
    container,
    gallery,
    link_button,
    row,
    rule,
    small,
    words,
)
from bot.ui.markdown import bold, escape_within, join, link
from bot.ui.pages import passage

_NAME_LIMIT = 80
_TITLE_LIMIT = 120
_URL_LIMIT = 300


def shared_page(stored: StoredInterview, section: int, name: str, text: Text) -> Layout:
    """Question `section` and its answer, or with 0 the interview, as `name` shares it.

    A long answer is cut between sentences, with a link to go on. The name is a person's own words,
    so it is shown as such: unlike a mention it can be read where that person is unknown. The
    caller sends it with ``AllowedMentions`` of nobody.
    """
    sharer = bold(escape_within(name if is_visible(name) else "?", _NAME_LIMIT))
    key = "share.question-by" if section else "share.interview-by"
    by = words(small(text(key, name=sharer)))
    if not section:
        return Layout(*(item for item in (by, interview_card(stored, text)) if item is not None))
    interview = stored.interview
    found = passage(interview, section, text)
    heading = "\n".join(f"### {line}" for line in found.heading.split("\n") if line)
    read_on = link(text("share.read-on"), interview.url, _TITLE_LIMIT, url_limit=_URL_LIMIT)
    title = interview.title if is_visible(interview.title) else text("card.untitled")
    total = len(interview.transcript.turns)
    source = join(
        [
            text("reader.question", number=text.number(section), total=text.number(total)),
            link(title, interview.url, _TITLE_LIMIT, url_limit=_URL_LIMIT),
        ]
    )
    card = container(
        words(small(source)),
        words(heading),
        words(f"{found.body} …\n{bold(read_on)}" if found.cut else found.body),
        gallery(found.images),
        rule(),
        row(
            button(
                text("share.read"),
                ids.OpenReader(stored.id).custom_id,
                style=discord.ButtonStyle.primary,
            ),
            link_button(text("card.open"), interview.url),
        ),
    )
    return Layout(*(item for item in (by, card) if item is not None))
