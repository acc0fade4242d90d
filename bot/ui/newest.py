"""What stands beside a preview, and what is said of a test and of what is announced at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from discord.utils import format_dt

from bot.core.explanations import FilterTrial
from bot.core.i18n import Text
from bot.core.model import Subscription
from bot.core.targets import FORUMS, target_of
from bot.ui.admin_ids import EditSetup, PostNewest, PreviewMenu, SubscriptionButton
from bot.ui.explaining import trial_words
from bot.ui.ids import SubscriptionsPage
from bot.ui.layout import CALM, Layout, button, lines, menu, option, panel, row, small
from bot.ui.markdown import Marked, escape
from bot.ui.subscriptions import roles_of


def preview_facts(
    one: Subscription,
    trial: FilterTrial,
    text: Text,
    *,
    post: str,
    tags: str,
    is_pinged: bool,
    others: Mapping[int, str],
) -> Layout:
    """What the preview above it can't show: where it is posted, `post` being a forum post's title
    and `tags` its tags, whom it notifies, what follows it, and what of the newest would have come.

    `others` are the announcements that can be previewed in its place, by their ids, where there
    are several.
    """
    target, is_digest = target_of(one), one.timetable.is_digest
    channel = Marked(f"<#{one.channel_id}>")
    key = "preview.post" if one.kind in FORUMS else "preview.message"
    roles = Marked(roles_of(one))
    whom = "preview.silent" if one.style.silent else "preview.nobody"
    if one.role_ids and not one.style.silent:
        whom = "preview.roles" if is_pinged else "options.role-silent"
    facts = [
        text(key, channel=channel, title=Marked(escape(post))),
        text("preview.tags", tags=Marked(tags)) if tags else None,
        text(whom, role=roles),
        text("preview.digest") if is_digest else None,
        text("preview.published") if target.crosspost else None,
        text("options.discussion") if target.discussion and not is_digest else None,
        trial_words(trial, text) if one.filter else None,
        text("preview.not-let-through") if not trial.let_through else None,
    ]
    options = [option(name, str(id_)) for id_, name in others.items() if id_ != one.id]
    return panel(lines(*facts), menu(text("preview.another"), PreviewMenu(), options), colour=CALM)


def tested_page(one: Subscription, channel_id: int, message_id: int, text: Text) -> Layout:
    """That a test was posted, and where."""
    link = f"https://discord.com/channels/{one.guild_id}/{channel_id}/{message_id}"
    target = target_of(one)
    follows = target.crosspost or (target.discussion and not one.timetable.is_digest)
    return panel(
        text("test.done", link=Marked(link)),
        small(text("test.without-rest")) if follows else None,
        colour=CALM,
    )


def saved_page(
    one: Subscription, text: Text, words: Sequence[str], hint: str, *, newest: int
) -> Layout:
    """That it is saved, in `words`, with the ways on; for a new one also up to `newest` of the
    newest interviews at once."""
    counts = [
        option(text.plural("newest.choice", count), str(count)) for count in range(1, newest + 1)
    ]
    return panel(
        lines(*words),
        small(hint),
        menu(text("newest.now"), PostNewest(one.id), counts),
        row(
            button(text("panel.test"), SubscriptionButton(one.id, "test", 0)),
            button(text("panel.again"), EditSetup(one.id)),
            button(text("panel.list"), SubscriptionsPage(0)),
        ),
        colour=CALM,
    )


def posted_words(
    one: Subscription, queued: int, known: int, due: datetime | None, text: Text
) -> str:
    """What comes of announcing the newest now, in words."""
    channel = Marked(f"<#{one.channel_id}>")
    if not queued:
        return text("newest.known" if known else "newest.none", channel=channel)
    key = "newest.queued" if due is None else "newest.later"
    when = format_dt(due, "F") if due is not None else ""
    said = text.plural(key, queued, channel=channel, when=when)
    return lines(said, text.plural("newest.known-too", known) if known else None)
