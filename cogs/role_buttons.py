"""``/announcements role-button``: members give themselves the ping role, and take it off."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.admins.role_buttons import require_grantable
from bot.core.errors import UserError
from bot.ui.admin_ids import ToggleRole
from bot.ui.markdown import Marked
from bot.ui.panels import notice
from bot.ui.role_button import role_button_page
from cogs.channels import managed_guild, require_permissions
from cogs.components import component
from cogs.responses import NOBODY, Interaction, is_on_own_message, show, text_for, text_for_channel


class RoleButtonCommands(commands.Cog):
    """The command that posts the button, and the button."""

    @app_commands.command(
        name="role-button",
        description="Post a button that lets members get the ping role or give it back",
    )
    @app_commands.describe(role="The role your announcements ping")
    async def role_button(self, interaction: Interaction, role: discord.Role) -> None:
        managed_guild(interaction)
        person, channel = interaction.user, interaction.channel
        require_grantable(role, by=person if isinstance(person, discord.Member) else None)
        if not isinstance(channel, discord.TextChannel | discord.VoiceChannel | discord.Thread):
            raise UserError("error.role-button.not-here")
        is_thread = isinstance(channel, discord.Thread)
        send = "send_messages_in_threads" if is_thread else "send_messages"
        needed = ("view_channel", send)
        require_permissions(interaction, channel.id, needed, "error.missing-permissions")
        page = role_button_page(role.id, text_for_channel(interaction))
        await channel.send(view=page, allowed_mentions=NOBODY)
        text = text_for(interaction)
        await show(interaction, notice(text("role-button.posted", role=Marked(role.mention))))

    @component(ToggleRole)
    async def toggle_role(self, interaction: Interaction, action: ToggleRole) -> None:
        guild, person = interaction.guild, interaction.user
        if (
            guild is None
            or not isinstance(person, discord.Member)
            or not is_on_own_message(interaction)
        ):
            raise UserError("error.stale-button")
        role = guild.get_role(action.role)
        require_grantable(role)
        assert role is not None  # noqa: S101
        text, has_it = text_for(interaction), role in person.roles
        reason = text_for_channel(interaction)("role-button.reason")
        change = person.remove_roles if has_it else person.add_roles
        try:
            await change(role, reason=reason, atomic=True)
        except (discord.Forbidden, discord.NotFound) as error:
            raise UserError("error.role-button.refused", role=Marked(role.mention)) from error
        key = "role-button.taken" if has_it else "role-button.given"
        await show(interaction, notice(text(key, role=Marked(role.mention))))
