"""A thread that reads an interview together: the message it hangs on, and its questions."""

from discord import ButtonStyle

from bot.core.i18n import Text
from bot.core.model import StoredInterview
from bot.core.regular_posts import QuestionContent
from bot.ui.announcing import announcement_card, interview_card
from bot.ui.custom_ids import Action
from bot.ui.ids import InterviewId, Number
from bot.ui.interviews import question_of, read_button
from bot.ui.layout import Layout, button, gallery, lines, panel, row, rule, small
from bot.ui.markdown import bold, escape_within
from bot.ui.pages import heading_lines, shared_answer

_NAME_LIMIT = 80


class NextQuestion(Action, template="together:{interview}:{section}:{last}"):
    """The button below question ``section`` of a thread, which is read as far as ``last``: post the
    next one."""

    interview: InterviewId
    section: Number
    last: Number


def together_page(stored: StoredInterview, name: str, text: Text) -> Layout:
    """What stands in the channel, with the thread below it; `name` is who opened it."""
    shown = bold(escape_within(name, _NAME_LIMIT))
    return Layout(text("together.opened", name=shown), interview_card(stored, text))


def thread_question(
    stored: StoredInterview, content: QuestionContent, text: Text, *, asked: bool = False
) -> Layout:
    """A question and its answer; with `asked` the next one was asked for, and the button is gone.

    Of an interview that lost questions meanwhile, the last one is shown.
    """
    interview, total = stored.interview, len(stored.interview.transcript.turns)
    section, last = min(content.section, total), min(content.last, total)
    if stored.withdrawn_at or not total:
        return announcement_card(stored, text)
    answer = shared_answer(interview, section, text)
    action = NextQuestion(stored.id, section, last)
    forth = button(text("together.next"), action, ButtonStyle.primary)
    return panel(
        lines(small(question_of(section, total, text)), heading_lines(answer.heading)),
        f"{answer.body} …" if answer.cut else answer.body,
        gallery(answer.images),
        rule(),
        small(text("together.end")) if section >= last else None,
        row(
            forth if section < last and not asked else None,
            read_button(stored.id, text, ButtonStyle.secondary, key="share.read"),
        ),
    )
