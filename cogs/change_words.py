"""What a subscription is like from now on, and what of it changed, in words."""

from bot.admins.subscriptions import SubscriptionChange
from bot.core.model import SubscriptionState
from bot.ui.subscriptions import (
    describe_changes,
    describe_subscription,
    next_step_hint,
    settings_facts,
    subscription_facts,
    zone_clock,
)
from cogs.channels import is_pinged
from cogs.forum_tags import describe_tags, tag_names
from cogs.responses import Interaction, text_for


def change_words(interaction: Interaction, change: SubscriptionChange) -> tuple[list[str], str]:
    """The lines, and a hint at what comes next, which may be empty."""
    text, year = text_for(interaction), interaction.created_at.year
    one, settings, before = change.subscription, change.settings, change.before
    head = text(f"announcements.{change.outcome}")
    pinged = is_pinged(interaction, one)
    lines = [f"{head} {describe_subscription(one, settings, text, is_pinged=pinged)}"]
    tags = describe_tags(interaction, one, text)
    if tags is not None:
        lines.append(tags)
    if before is not None:
        names = tag_names(interaction, one.channel_id)
        facts = [subscription_facts(version, settings, text, names) for version in (before, one)]
        lines += describe_changes(text, *facts)
    if settings.time_zone != change.settings_before.time_zone:
        key = "announcements.moved" if before is None else "announcements.moved-from"
        old = zone_clock(change.settings_before, text, year)
        lines.append(text(key, before=old, zone=zone_clock(settings, text, year)))
    if settings.doubt is not change.settings_before.doubt:
        versions = (change.settings_before, settings)
        lines += describe_changes(text, *([settings_facts(one, text, year)[1]] for one in versions))
    if one.state is not SubscriptionState.ACTIVE:
        lines.append(text(f"announcements.still-{one.state}"))
    elif change.was is not SubscriptionState.ACTIVE:
        lines.append(text(f"announcements.woken-{change.was}"))
    is_new = before is None or before.mode is not one.mode
    return lines, next_step_hint(one, settings, change.due, text, is_new=is_new)
