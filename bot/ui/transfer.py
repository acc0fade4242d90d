"""Export and import of a guild's settings, as admins read them."""

from collections.abc import Mapping, Sequence
from typing import Any

from discord import ButtonStyle, ui

from bot.core.i18n import Text
from bot.core.model import GuildSettings, Subscription
from bot.core.regular_posts import RegularPost
from bot.ui.admin_ids import ImportButton
from bot.ui.changes import paginated
from bot.ui.layout import CALM, WARNING, Layout, button, container, lines, panel, row, rule, small
from bot.ui.panel_regular import name_of, post_facts
from bot.ui.subscriptions import describe_changes, settings_facts, subscription_facts

Pairs = Sequence[tuple[Subscription | None, Subscription]]
Posts = Sequence[tuple[RegularPost | None, RegularPost]]


def export_page(filename: str, text: Text) -> Layout:
    """The file, which goes with the message as its attachment."""
    file: ui.File[Any] = ui.File(f"attachment://{filename}")
    return Layout(container(text("export.done"), file, small(text("export.hint")), colour=CALM))


def import_page(
    plan_id: int | None,
    pairs: Pairs,
    settings: tuple[GuildSettings, GuildSettings],
    text: Text,
    tags: Mapping[int, str],
    *,
    moved: bool,
    posts: Posts = (),
) -> Layout:
    """What an import changes, and the buttons to do it or not; with ``None`` for the plan's id,
    that it is done."""
    changed = [_entry(stored, planned, settings[1], text, tags) for stored, planned in pairs]
    changed += [_post_entry(*pair, settings[1], text) for pair in posts]
    entries = [entry for entry in changed if entry]
    shown = paginated(entries)[0]
    year = 2000
    facts = [settings_facts(one, text, year) for one in settings]
    guild = describe_changes(text, *facts)
    more = len(entries) - len(shown)
    key = "import.done" if plan_id is None else "import.title"
    nothing = not entries and not guild
    buttons = None
    if plan_id is not None:
        go_on = button(text("import.do"), ImportButton(plan_id, "do"), ButtonStyle.success)
        cancel = button(text("panel.cancel"), ImportButton(plan_id, "cancel"))
        buttons = row(None if nothing else go_on, cancel)
    return panel(
        text("import.moved") if moved else None,
        text("import.nothing") if nothing else text(key),
        rule(),
        *shown,
        text.plural("import.more", more) if more > 0 else None,
        lines(text("import.server"), *guild) if guild else None,
        buttons,
        small(text("import.rest")),
        colour=WARNING if moved else CALM,
    )


def _entry(
    stored: Subscription | None,
    planned: Subscription,
    settings: GuildSettings,
    text: Text,
    tags: Mapping[int, str],
) -> str:
    """A channel and what changes there; "" for nothing."""
    channel = f"**<#{planned.channel_id}>**"
    facts = subscription_facts(planned, settings, text, tags)
    if stored is None:
        return lines(f"{channel} · {text('import.new')}", small(" · ".join(facts[:2])))
    changes = describe_changes(text, subscription_facts(stored, settings, text, tags), facts)
    return lines(channel, *changes) if changes else ""


def _post_entry(
    stored: RegularPost | None, planned: RegularPost, settings: GuildSettings, text: Text
) -> str:
    """A regular post and what changes of it; "" for nothing."""
    head = f"**<#{planned.subscription.channel_id}>** · {name_of(planned, text)}"
    facts = post_facts(planned, settings, text)
    if stored is None:
        return lines(f"{head} · {text('import.new')}", small(facts[0]))
    changes = describe_changes(text, post_facts(stored, settings, text), facts)
    return lines(head, *changes) if changes else ""
