"""The thread of a post or a discussion: its name, and the question that opens it."""

from discord import ButtonStyle

from bot.core.i18n import Text
from bot.core.model import Interview, StoredInterview, Turn
from bot.core.text import one_line, shorten
from bot.quotes.choosing import question_stands_alone
from bot.ui.announcing import Announcement
from bot.ui.interviews import read_button, title_link, title_of
from bot.ui.layout import CALM, Layout, lines, panel, row
from bot.ui.markdown import URL_LIMIT, bold, escape_within

TITLE_LIMIT = 100
"""Characters of the name of a thread or post (Discord docs, Start Thread in Forum Channel)."""

OPENER_LIMIT = 300
"""Characters of a question that is preferred to open a discussion: it is read at a glance."""

QUESTION_LIMIT = 600
"""Characters of a question that are quoted."""


def post_title(interview: Interview, text: Text) -> str:
    """The name of the interview's post or thread, within ``TITLE_LIMIT``."""
    return shorten(title_of(interview, text), TITLE_LIMIT)


def announced_title(announced: Announcement, text: Text) -> str:
    """The name of an announcement's post."""
    if announced.digest:
        return text.plural("digest.title", len(announced.digest) + announced.more)
    return post_title(announced.interview.interview, text)


def first_question(interview: Interview) -> Turn | None:
    """The question with which a discussion opens; ``None`` where none stands on its own.

    Preferred is one that asks, is short enough to be read at a glance, and is not the first: that
    one is nearly always "please introduce yourself".
    """
    turns = [
        turn
        for turn in interview.transcript.turns
        if question_stands_alone(one_line(turn.question[:QUESTION_LIMIT]))
    ]
    asking = [turn for turn in turns if _asks(turn.question)]
    later = [turn for turn in asking if turn.number > 1]
    return next(iter((*later, *asking, *turns)), None)


def _asks(question: str) -> bool:
    line = one_line(question)
    return line.endswith(("?", "？")) and len(line) <= OPENER_LIMIT


def discussion_opener(stored: StoredInterview, turn: Turn | None, text: Text) -> Layout:
    """The first message in the thread under an announcement; `turn` is the question to quote.

    It names and links the interview: the announcement that the thread was opened from stands above
    it as a reference, which a client may show empty.
    """
    title = bold(title_link(stored.interview, text, TITLE_LIMIT, URL_LIMIT))
    if turn is None:
        content = lines(title, text("discussion.open"))
    else:
        quoted = escape_within(turn.question, QUESTION_LIMIT)
        content = lines(title, text("discussion.asked"), f"> {quoted}", text("discussion.invite"))
    return panel(content, row(read_button(stored.id, text, ButtonStyle.secondary)), colour=CALM)
