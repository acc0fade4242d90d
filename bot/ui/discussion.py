"""The first message of a discussion: a question from the interview, to talk about."""

from discord import ButtonStyle

from bot.core.i18n import Text
from bot.core.model import StoredInterview, Turn
from bot.ui.interviews import read_button
from bot.ui.layout import CALM, Layout, lines, panel, row
from bot.ui.markdown import escape_within

QUESTION_LIMIT = 600


def discussion_opener(stored: StoredInterview, turn: Turn | None, text: Text) -> Layout:
    """The first message in the thread under an announcement; `turn` is the question to quote."""
    if turn is None:
        content = text("discussion.open")
    else:
        quoted = escape_within(turn.question, QUESTION_LIMIT)
        content = lines(text("discussion.asked"), f"> {quoted}", text("discussion.invite"))
    return panel(content, row(read_button(stored.id, text, ButtonStyle.secondary)), colour=CALM)
