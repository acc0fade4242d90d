"""The digest: several interviews as one message, each with a button that opens it."""

from collections.abc import Sequence

from discord import ButtonStyle, ui

from bot.core.i18n import Text
from bot.core.model import StoredInterview
from bot.core.text import one_line
from bot.ui.cards import role_mention
from bot.ui.interviews import date_of, names_of, question_count, read_button, title_link
from bot.ui.layout import Item, Layout, container, gallery, lines, rule, small
from bot.ui.markdown import bold, escape_within, join

INTERVIEWS_SHOWN = 10
"""Three components each, of Discord's 40; and at most 330 of its 4,000 characters."""

PICTURES = 4
"""As many as Discord lays out as one picture."""

WITH_EXCERPTS = 4
"""A list of so few interviews has room for a line of each one's excerpt."""

_EXCERPT_LIMIT = 160


def digest_card(
    interviews: Sequence[StoredInterview], more: int, text: Text, *, role_id: int | None = None
) -> Layout:
    """The interviews of a period, at most ``INTERVIEWS_SHOWN``; `more` counts those that the
    caller left out already.

    The caller sends it with ``AllowedMentions`` of just the role.
    """
    shown = interviews[:INTERVIEWS_SHOWN]
    more += len(interviews) - len(shown)
    excerpts = len(shown) <= WITH_EXCERPTS and not more
    pictures = [one.interview.lead_image for one in shown if one.interview.lead_image]
    card = container(
        gallery(pictures[:PICTURES]),
        f"## {text.plural('digest.title', len(shown) + more)}",
        rule(),
        *(_entry(one, text, excerpt=excerpts) for one in shown),
        small(text.plural("digest.more", more)) if more else None,
    )
    return Layout(role_mention(role_id, text, "digest.mention"), card)


def _entry(one: StoredInterview, text: Text, *, excerpt: bool) -> Item:
    interview = one.interview
    facts = [
        names_of(subject.name for subject in interview.subjects),
        date_of(interview),
        question_count(len(interview.transcript.turns), text),
    ]
    content = lines(
        bold(title_link(interview, text)),
        one_line(escape_within(interview.excerpt, _EXCERPT_LIMIT)) if excerpt else None,
        small(join(facts)),
    )
    return ui.Section(
        content, accessory=read_button(one.id, text, ButtonStyle.secondary, "digest.read")
    )
