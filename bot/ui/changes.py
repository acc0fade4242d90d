"""What admins changed in a guild, as ``/announcements history`` lists it."""

from collections.abc import Sequence

import discord

from bot.core.i18n import Text
from bot.core.model import GuildSettings, Subscription
from bot.core.regular_posts import RegularPost
from bot.core.text import measure, shorten
from bot.store import Change
from bot.ui.admin_ids import ChangesPage
from bot.ui.layout import CALM, Layout, lines, page_buttons, panel, row, rule
from bot.ui.lists import back_next
from bot.ui.panel_regular import name_of, post_facts
from bot.ui.panels import notice
from bot.ui.subscriptions import describe_changes, settings_facts, subscription_facts

CHANGES_PER_PAGE = 8

PAGE_LIMIT = 3500
"""UTF-16 code units of a page's entries: with title and buttons below Discord's 4,000."""


def changes_page(
    changes: Sequence[Change], text: Text, settings: GuildSettings, page: int
) -> Layout:
    """One page (from 0; the last one for any beyond) of a guild's changes, newest first."""
    if not changes:
        return notice(text("changes.empty"))
    pages = paginated([describe_change(one, text, settings) for one in changes])
    page = min(page, len(pages) - 1)
    shown = [item for entry in pages[page] for item in (rule(), entry)]
    more = page < len(pages) - 1
    turners = page_buttons(page, more, ChangesPage, back_next(text))
    return panel(f"## {text('changes.title')}", *shown, row(*turners), colour=CALM)


def paginated(entries: Sequence[str]) -> list[list[str]]:
    """Entries by pages, as many on each as there is room for; at least one page."""
    pages: list[list[str]] = [[]]
    for entry in entries:
        fitting = shorten(entry, PAGE_LIMIT)
        size = sum(map(measure, pages[-1])) + measure(fitting)
        if pages[-1] and (size > PAGE_LIMIT or len(pages[-1]) == CHANGES_PER_PAGE):
            pages.append([])
        pages[-1].append(fitting)
    return pages


def describe_change(change: Change, text: Text, settings: GuildSettings) -> str:
    """Who changed what and when, and what differs since: a line each."""
    one = change.after or change.before
    channel = f"<#{change.channel_id}>" if change.channel_id is not None else ""
    who = f"<@{change.user_id}>" if change.user_id is not None else text("changes.somebody")
    when = discord.utils.format_dt(change.changed_at, "R")
    post = name_of(one, text) if isinstance(one, RegularPost) else ""
    head = text(f"changes.{change.action}", who=who, channel=channel, when=when, post=post)
    return lines(head, *_differences(change, text, settings))


def _differences(change: Change, text: Text, settings: GuildSettings) -> list[str]:
    before, after = change.before, change.after
    if isinstance(before, Subscription) and isinstance(after, Subscription):
        facts = [subscription_facts(one, settings, text, {}) for one in (before, after)]
    elif isinstance(before, RegularPost) and isinstance(after, RegularPost):
        facts = [post_facts(one, settings, text) for one in (before, after)]
    elif isinstance(before, GuildSettings) and isinstance(after, GuildSettings):
        year = change.changed_at.year
        facts = [settings_facts(one, text, year) for one in (before, after)]
    else:
        return []
    return describe_changes(text, *facts)
