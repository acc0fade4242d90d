"""The panel that sets up announcements: one screen that reads top to bottom like a form."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import discord
from discord import ButtonStyle, ui

from bot.core.drafts import Draft, OpenDraft
from bot.core.i18n import Text
from bot.core.model import PLAIN_STYLE, ROLES_LIMIT, Subscription
from bot.core.targets import OPTIONS
from bot.core.text import shorten
from bot.store import Change
from bot.ui.admin_ids import (
    EditSetup,
    RegularPostsPage,
    SetupButton,
    SetupChannel,
    SetupRoles,
)
from bot.ui.filters import shown_filter
from bot.ui.layout import (
    BRAND,
    PLACEHOLDER_LIMIT,
    WARNING,
    Item,
    Layout,
    button,
    lines,
    panel,
    row,
    rule,
    small,
)
from bot.ui.markdown import escape
from bot.ui.subscriptions import (
    describe_changes,
    settings_facts,
    style_facts,
    subscription_facts,
    timetable_facts,
)


@dataclass(frozen=True, slots=True)
class PanelContext:
    """What the panel needs to know beside the draft: the channels that can be chosen; the forum's
    tags by their ids, as they are shown and by their plain names; and what would fail in the
    channel, as a sentence. ``gone`` are chosen channels and roles that are not there any more: no
    menu may hold them. ``languages`` are the names of those that the bot speaks, by Discord's."""

    channel_types: Sequence[discord.ChannelType]
    gone: Collection[int] = ()
    tags: Mapping[int, str] = field(default_factory=dict)
    tag_names: Mapping[int, str] = field(default_factory=dict)
    trouble: str | None = None
    languages: Mapping[str, str] = field(default_factory=dict)


def panel_page(opened: OpenDraft, text: Text, context: PanelContext) -> Layout:
    """The draft, each of its parts with the button that changes it. Nothing of it is saved yet."""
    id_, draft = opened.id, opened.draft
    trouble = problem_of(draft, text) or context.trouble
    key = "panel.title" if draft.base is None else "panel.title-edit"
    times = timetable_facts(draft.subscription.timetable, draft.settings, text)
    return panel(
        lines(f"## {text(key, channel=_channel(draft))}", small(text("panel.unsaved"))),
        f"⚠️ {trouble}" if trouble else None,
        rule(),
        *_where_and_whom(id_, draft, text, context),
        rule(),
        _part(id_, "what", [shown_filter(draft.subscription.filter, text)], text),
        _part(id_, "when", times, text),
        _part(id_, "look", _looks(draft, text), text),
        _after(id_, draft, text, context),
        _part(id_, "server", _of_server(draft, text), text),
        rule(),
        row(
            button(
                text("panel.save"),
                SetupButton(id_, "save"),
                ButtonStyle.success,
                disabled=not draft.has_channel,
            ),
            button(text("panel.preview"), SetupButton(id_, "preview")),
            button(text("panel.test"), SetupButton(id_, "test"), disabled=not draft.has_channel),
            button(text("panel.cancel"), SetupButton(id_, "cancel")),
            button(text("regular.title"), RegularPostsPage("beside")),
        ),
        colour=WARNING if trouble else BRAND,
    )


_YEAR = 2000
"""Any: what clocks are called in winter and summer is the same in most years."""


def _looks(draft: Draft, text: Text) -> list[str]:
    """How much is shown, and what is chosen beside it."""
    facts, usual = (style_facts(style, text) for style in (draft.subscription.style, PLAIN_STYLE))
    chosen = [fact for fact, common in zip(facts, usual, strict=True) if fact != common]
    return chosen if facts[0] in chosen else [facts[0], *chosen]


def _of_server(draft: Draft, text: Text) -> list[str]:
    settings = draft.settings
    return [settings_facts(settings, text, _YEAR)[0], text(f"panel.{settings.doubt}")]


def problem_of(draft: Draft, text: Text) -> str | None:
    """Why what was typed last could not be taken, in words; ``None`` where it could."""
    if draft.problem is None:
        return None
    key, args = draft.problem
    why = text(key, **{name: escape(shorten(value, 100)) for name, value in args.items()})
    return f"{why} {text('panel.typed')}"


def _channel(draft: Draft) -> str:
    return f"<#{draft.subscription.channel_id}>"


def _where_and_whom(id_: int, draft: Draft, text: Text, context: PanelContext) -> list[Item | str]:
    """The menus of channels and roles; of what is stored the channel stays."""
    one = draft.subscription
    channels: ui.ChannelSelect[Any] = ui.ChannelSelect(
        custom_id=SetupChannel(id_).custom_id,
        channel_types=list(context.channel_types),
        placeholder=shorten(text("panel.choose-channel"), PLACEHOLDER_LIMIT),
        default_values=_objects([one.channel_id], context),
    )
    roles: ui.RoleSelect[Any] = ui.RoleSelect(
        custom_id=SetupRoles(id_).custom_id,
        placeholder=shorten(text("panel.choose-roles"), PLACEHOLDER_LIMIT),
        min_values=0,
        max_values=ROLES_LIMIT,
        default_values=_objects(one.role_ids, context),
    )
    where: list[Item | str] = []
    if draft.base is None:
        where = [f"**{text('panel.where')}**", ui.ActionRow(channels)]
    return [*where, f"**{text('panel.whom')}**", ui.ActionRow(roles)]


def _objects(ids_: Iterable[int], context: PanelContext) -> list[discord.Object]:
    return [discord.Object(id_) for id_ in ids_ if id_ and id_ not in context.gone]


def _part(id_: int, what: str, facts: list[str], text: Text) -> Item:
    shown = " · ".join(facts)
    content = lines(f"**{text(f'panel.{what}')}**", shown[:1].upper() + shown[1:])
    change = button(text("panel.change"), SetupButton(id_, what))
    return ui.Section(content, accessory=change)


def _after(id_: int, draft: Draft, text: Text, context: PanelContext) -> Item | None:
    """What is done after posting; nothing where the kind of channel offers nothing."""
    one = draft.subscription
    offered = OPTIONS[one.kind]
    if not draft.has_channel or not offered:
        return None
    facts = subscription_facts(one, draft.settings, text, context.tags)
    shown = {"crosspost": facts[3], "discussion": facts[4], "tag": facts[5]}
    return _part(id_, "after", [fact for name, fact in shown.items() if name in offered], text)


def conflict_page(
    opened: OpenDraft,
    stored: Subscription | None,
    change: Change | None,
    text: Text,
    tags: Mapping[int, str],
) -> Layout:
    """What is stored meanwhile by somebody else's `change`, and whether to save this draft
    nevertheless; `stored` is ``None`` where it was removed."""
    draft, id_ = opened.draft, opened.id
    mine, base = draft.subscription, draft.base
    by = change.user_id if change is not None else None
    who = f"<@{by}>" if by is not None else text("changes.somebody")
    key = "panel.conflict.changed"
    if stored is None:
        key = "panel.conflict.removed"
    elif base is None:
        key = "panel.conflict.taken"
    settings = draft.settings
    facts = [subscription_facts(one, settings, text, tags) for one in (stored, mine) if one]
    theirs = []
    if base is not None and stored is not None:
        was = subscription_facts(base, settings, text, tags)
        theirs = describe_changes(text, was, facts[0])
    yours = describe_changes(text, *facts) if len(facts) == 2 else []
    return panel(
        lines(text(key, who=who, channel=_channel(draft)), *theirs),
        lines(text("panel.conflict.yours"), *yours) if yours else None,
        row(
            button(text("panel.conflict.save"), SetupButton(id_, "save"), ButtonStyle.danger),
            button(text("panel.conflict.theirs"), EditSetup(stored.id)) if stored else None,
            button(text("panel.cancel"), SetupButton(id_, "cancel")),
        ),
        colour=WARNING,
    )
