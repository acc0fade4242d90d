"""``/interviews help`` and ``privacy``."""

from discord import app_commands

from bot.ui.about import forget_page, help_page, privacy_page
from bot.ui.panels import notice
from bot.ui.personal_ids import ForgetMe, ShowPersonalData
from cogs.components import component
from cogs.fan_cog import FanCog
from cogs.responses import Interaction, replace, show, text_for


class AboutCommands(FanCog):
    """What the bot can do, and what is stored about the person who asks."""

    @app_commands.command(name="help", description="Everything you can do here, at a glance")
    async def show_help(self, interaction: Interaction) -> None:
        group = self.show_help.parent
        assert group is not None  # noqa: S101
        page = help_page(
            {command.name for command in group.commands},
            text_for(interaction),
            for_admin=_is_admin_here(interaction),
        )
        await show(interaction, page)

    @app_commands.command(description="See what I store about you, and delete it")
    async def privacy(self, interaction: Interaction) -> None:
        await self.show_personal_data(interaction, ShowPersonalData())

    @component(ShowPersonalData)
    async def show_personal_data(self, interaction: Interaction, _: ShowPersonalData) -> None:
        data = await self.library.personal_data(interaction.user.id)
        await replace(interaction, privacy_page(data, text_for(interaction)))

    @component(ForgetMe)
    async def forget(self, interaction: Interaction, action: ForgetMe) -> None:
        text = text_for(interaction)
        if action.sure:
            await self.library.forget(interaction.user.id)
            page = notice(text("privacy.deleted"))
        else:
            data = await self.library.personal_data(interaction.user.id)
            page = privacy_page(data, text) if data.is_empty else forget_page(data, text)
        await replace(interaction, page)


def _is_admin_here(interaction: Interaction) -> bool:
    """Whether this person may manage the server, and the bot itself is in it."""
    return interaction.is_guild_integration() and interaction.permissions.manage_guild
