"""``/announcements history``: who changed what, and when."""

from discord import app_commands
from discord.ext import commands

from bot.admins.subscriptions import SubscriptionService
from bot.ui.admin_ids import ChangesPage
from bot.ui.changes import changes_page
from cogs.channels import managed_guild
from cogs.components import component
from cogs.responses import Interaction, replace, text_for


class ChangeCommands(commands.Cog):
    """The list of changes."""

    def __init__(self, subscriptions: SubscriptionService) -> None:
        self._subscriptions = subscriptions

    @app_commands.command(description="Who changed this server's announcements, and when")
    async def history(self, interaction: Interaction) -> None:
        await self.turn_changes(interaction, ChangesPage(0))

    @component(ChangesPage)
    async def turn_changes(self, interaction: Interaction, action: ChangesPage) -> None:
        guild_id, text = managed_guild(interaction), text_for(interaction)
        changes = await self._subscriptions.history(guild_id)
        settings = await self._subscriptions.settings(guild_id)
        await replace(interaction, changes_page(changes, text, settings, action.page))
