"""``/announcements setup``: all of a channel's announcements on one panel, saved with one press."""

from collections.abc import Sequence
from typing import Any

from discord import app_commands
from discord.ext import commands

from bot.admins.drafts import with_channel, with_form, with_roles
from bot.admins.newest import MOST_NOW, NewestService
from bot.admins.setup import Conflict, SetupService
from bot.client.channels import TARGET_KINDS
from bot.core.drafts import Draft, OpenDraft
from bot.core.errors import UserError
from bot.core.model import Timetable
from bot.ui.admin_ids import EditSetup, OpenSetup, SetupButton, SetupChannel, SetupForm, SetupRoles
from bot.ui.newest import saved_page
from bot.ui.panel import PanelContext, conflict_page, panel_page
from bot.ui.panel_forms import panel_form
from bot.ui.panels import notice
from cogs.change_words import change_words
from cogs.channels import chosen_kind, managed_guild, subscription_trouble
from cogs.components import component
from cogs.forum_tags import plain_tag_names, tag_names
from cogs.newest import show_preview, show_test
from cogs.responses import (
    Interaction,
    chosen_values,
    form_values,
    open_form,
    replace,
    text_for,
)


class SetupCommands(commands.Cog):
    """The panel: each press changes the draft in the store and shows it again."""

    def __init__(self, setup: SetupService, newest: NewestService) -> None:
        self._setup = setup
        self._newest = newest

    @app_commands.command(description="Set up announcements in one place, with a preview")
    async def setup(self, interaction: Interaction) -> None:
        await self._begin(interaction)

    @component(OpenSetup)
    async def open(self, interaction: Interaction, _: OpenSetup) -> None:
        await self._begin(interaction)

    @component(EditSetup)
    async def edit(self, interaction: Interaction, action: EditSetup) -> None:
        await self._begin(interaction, action.subscription)

    async def _begin(self, interaction: Interaction, subscription_id: int = 0) -> None:
        guild_id = managed_guild(interaction)
        opened = await self._setup.begin(guild_id, interaction.user.id, subscription_id)
        await _show(interaction, opened)

    @component(SetupChannel)
    async def choose_channel(self, interaction: Interaction, action: SetupChannel) -> None:
        managed_guild(interaction)
        channel_id = next(iter(chosen_values(interaction)), 0)
        kind = chosen_kind(interaction, channel_id)
        await self._change(
            interaction, action.draft, lambda draft: with_channel(draft, channel_id, kind)
        )

    @component(SetupRoles)
    async def choose_roles(self, interaction: Interaction, action: SetupRoles) -> None:
        managed_guild(interaction)
        role_ids = _known_roles(interaction, chosen_values(interaction))
        await self._change(interaction, action.draft, lambda draft: with_roles(draft, role_ids))

    @component(SetupForm)
    async def fill(self, interaction: Interaction, action: SetupForm) -> None:
        managed_guild(interaction)
        values, now = form_values(interaction), interaction.created_at
        await self._change(
            interaction, action.draft, lambda draft: with_form(draft, action.form, values, now)
        )

    async def _change(self, interaction: Interaction, id_: int, edit: Any) -> None:
        guild_id, user_id = managed_guild(interaction), interaction.user.id
        await _show(interaction, await self._setup.change(id_, guild_id, user_id, edit))

    @component(SetupButton)
    async def press(self, interaction: Interaction, action: SetupButton) -> None:
        guild_id, user_id = managed_guild(interaction), interaction.user.id
        if action.what == "cancel":
            await self._setup.cancel(action.draft, guild_id, user_id)
            await replace(interaction, notice(text_for(interaction)("panel.cancelled")))
            return
        opened = await self._setup.get(action.draft, guild_id, user_id)
        if action.what == "save":
            await self._save(interaction, opened)
        elif action.what == "preview":
            await show_preview(interaction, self._newest, opened.draft.subscription, {})
        elif action.what == "test":
            await self._test(interaction, opened.draft)
        elif action.what == "back":
            await _show(interaction, opened)
        else:
            context = _context(interaction, opened.draft)
            form = panel_form(opened, action.what, text_for(interaction), context)
            await open_form(interaction, form)

    async def _test(self, interaction: Interaction, draft: Draft) -> None:
        if not draft.has_channel:
            raise UserError("error.setup.no-channel")
        await show_test(interaction, self._newest, draft.subscription)

    async def _save(self, interaction: Interaction, opened: OpenDraft) -> None:
        draft, text = opened.draft, text_for(interaction)
        trouble = _trouble(interaction, draft)
        if trouble is not None:
            raise trouble
        guild_id, user_id = managed_guild(interaction), interaction.user.id
        saved = await self._setup.save(opened.id, guild_id, user_id)
        if isinstance(saved, Conflict):
            tags = tag_names(interaction, draft.subscription.channel_id)
            page = conflict_page(saved.opened, saved.stored, saved.change, text, tags)
        else:
            words, hint = change_words(interaction, saved)
            if saved.subscription.timetable == Timetable():
                # The preview is on the panel.
                hint = text("panel.first") if saved.before is None else ""
            newest = MOST_NOW if saved.before is None else 0
            page = saved_page(saved.subscription, text, words, hint, newest=newest)
        await replace(interaction, page)


async def _show(interaction: Interaction, opened: OpenDraft) -> None:
    context = _context(interaction, opened.draft)
    await replace(interaction, panel_page(opened, text_for(interaction), context))


def _context(interaction: Interaction, draft: Draft) -> PanelContext:
    channel_id = draft.subscription.channel_id
    trouble = _trouble(interaction, draft)
    return PanelContext(
        tuple(TARGET_KINDS),
        gone=_gone(interaction, draft),
        tags=tag_names(interaction, channel_id),
        tag_names=plain_tag_names(interaction, channel_id),
        trouble=trouble.sentence(text_for(interaction)) if trouble is not None else None,
        languages=interaction.client.messages.names(),
    )


def _gone(interaction: Interaction, draft: Draft) -> set[int]:
    """The roles of the draft that this guild has no more."""
    guild = interaction.guild
    return {id_ for id_ in draft.subscription.role_ids if guild and guild.get_role(id_) is None}


def _trouble(interaction: Interaction, draft: Draft) -> UserError | None:
    """What would fail in the draft's channel, as far as the cache knows."""
    if not draft.has_channel:
        return None
    try:
        subscription_trouble(interaction, draft.subscription)
    except UserError as error:
        return error
    return None


def _known_roles(interaction: Interaction, role_ids: Sequence[int]) -> list[int]:
    """Those that are roles of this guild.

    Raises:
        UserError: @everyone is among them, or one that this guild has not.
    """
    guild = interaction.guild
    roles = [guild.get_role(id_) if guild else None for id_ in role_ids]
    if any(role is None for role in roles):
        raise UserError("error.stale-button")
    if any(role is not None and role.is_default() for role in roles):
        raise UserError("error.role-everyone")
    return list(role_ids)
