"""The first message of a discussion: a question taken from the interview, to talk about."""

import discord

from bot.core.i18n import Text
from bot.core.model import StoredInterview, Turn
from bot.ui import ids
from bot.ui.layout import CALM, Layout, button, container, row, words
from bot.ui.markdown import escape_within

QUESTION_LIMIT = 600


def discussion_opener(stored: StoredInterview, turn: Turn | None, text: Text) -> Layout:
    """What stands first in the thread under an announcement; `turn` is the question to quote."""
    if turn is None:
        said = words(text("discussion.open"))
    else:
        quoted = escape_within(" ".join(turn.question.split()), QUESTION_LIMIT)
        said = words(f"{text('discussion.asked')}\n> {quoted}\n{text('discussion.invite')}")
    reader = button(
        text("card.read"),
        ids.OpenReader(stored.id).custom_id,
        style=discord.ButtonStyle.secondary,
    )
    return Layout(container(said, row(reader), colour=CALM))
