"""Why an interview came to a channel or not, and what a filter lets through, in words."""

from collections.abc import Sequence

from discord.utils import format_dt

from bot.core.explanations import Explanation, FilterTrial
from bot.core.filters import Cause, Decision
from bot.core.i18n import Text
from bot.core.model import Delivery, DeliveryState, Mode, StoredInterview, Subscription
from bot.core.targets import FORUMS
from bot.core.topics import topic_of
from bot.ui.filters import shown_filter, shown_terms
from bot.ui.interviews import title_link
from bot.ui.layout import CALM, Content, Layout, lines, panel, rule, small
from bot.ui.markdown import Marked, bold, join
from bot.ui.subscriptions import reason_of

EXPLAINED_PER_PAGE = 8
TITLES_SHOWN = 3
"""Of what a filter lets through."""

_TITLE_LIMIT = 150


def explanation_page(
    stored: StoredInterview, explained: Sequence[Explanation], text: Text
) -> Layout:
    """For each of a guild's subscriptions, what was decided of an interview and what became of it;
    the first ``EXPLAINED_PER_PAGE``."""
    title = bold(title_link(stored.interview, text, _TITLE_LIMIT))
    entries: list[Content] = []
    for one in explained[:EXPLAINED_PER_PAGE]:
        entries += [rule(), explain(stored, one, text)]
    more = len(explained) - EXPLAINED_PER_PAGE
    return panel(
        f"## {text('why.title')}",
        lines(title, text("why.withdrawn") if stored.withdrawn_at else None),
        *(entries or [text("announcements.list.empty")]),
        small(text("filter.more", n=text.number(more))) if more > 0 else None,
        colour=CALM,
    )


def explain(stored: StoredInterview, one: Explanation, text: Text) -> str:
    """The channel with its filter, and a sentence of what came of the interview there."""
    subscription, row = one.subscription, one.delivery
    if row is not None:
        sentence = _became(subscription, row, text)
    elif subscription.mode is Mode.FOLLOW:
        sentence = text("why.followed")
    elif not one.decision:
        sentence = refusal(stored, one.decision, text)
    else:
        sentence = text("why.came-before" if one.came_before else "why.not-announced")
    filtered = shown_filter(subscription.filter, text) if subscription.filter else None
    return lines(join([f"**<#{subscription.channel_id}>**", filtered]), sentence)


def refusal(stored: StoredInterview, decision: Decision, text: Text) -> str:
    """Why a filter does not let an interview through, as a sentence."""
    kind = topic_of(stored.interview.subjects, stored.interview.tags)
    is_kind = decision.cause is Cause.KIND
    return text(
        f"why.no-{decision.cause}",
        terms=Marked(shown_terms(decision.terms, text)),
        kind=text(f"kind.{kind}") if is_kind else "",
    )


def _became(subscription: Subscription, row: Delivery, text: Text) -> str:
    """What became of a row of the outbox, as a sentence."""
    state = row.state
    reason = reason_of(row.reason, text) if row.reason else ""
    when = format_dt(row.next_attempt_at, "R")
    if state is DeliveryState.SENT and row.message_id is not None:
        in_post = subscription.kind in FORUMS
        channel = row.message_id if in_post else subscription.channel_id
        address = f"https://discord.com/channels/{subscription.guild_id}/{channel}/{row.message_id}"
        return text("why.sent", link=Marked(address))
    if state is DeliveryState.PENDING:
        return text("why.retried" if reason else "why.pending", when=when, reason=reason)
    if state is DeliveryState.PARKED:
        return text("why.parked", reason=reason or reason_of(subscription.reason, text))
    return text(f"why.{state}", reason=reason or reason_of(None, text))


def trial_words(trial: FilterTrial, text: Text) -> str:
    """What of the newest interviews a filter would have let through, with the first few titles."""
    found = trial.let_through
    head = text.plural(
        "filter.trial" if found else "filter.trial-none",
        len(trial.tried),
        found=text.number(len(found)),
    )
    titles = [title_link(one.interview, text, 80) for one in found[:TITLES_SHOWN]]
    more = len(found) - len(titles)
    if more > 0:
        titles.append(text("filter.more", n=text.number(more)))
    return f"{head} {', '.join(titles)}" if titles else head
