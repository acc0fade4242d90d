"""``/interviews mine``: what a person reads, saved, follows and has finished, on one screen."""

from discord import app_commands

from bot.ui.following import following_page
from bot.ui.history import finished_page, reading_page, saved_page, tabbed
from bot.ui.layout import Layout
from bot.ui.personal_ids import PersonalList, ShowMine
from cogs.components import component
from cogs.fan_cog import FanCog
from cogs.responses import Interaction, replace, text_for


class PersonalLists(FanCog):
    """A person's own lists, a tab each; every answer is for their eyes alone."""

    @app_commands.command(description="What you're reading, what you saved, who you follow")
    async def mine(self, interaction: Interaction) -> None:
        await self.show_mine(interaction, ShowMine(PersonalList.READING))

    @component(ShowMine)
    async def show_mine(self, interaction: Interaction, action: ShowMine) -> None:
        page = await self._page(interaction, action.tab, action.page or 0)
        await replace(interaction, tabbed(action.tab, page, text_for(interaction)))

    async def _page(self, interaction: Interaction, tab: PersonalList, page: int) -> Layout:
        text, user_id = text_for(interaction), interaction.user.id
        if tab is PersonalList.SAVED:
            saved = await self.library.saved(user_id, page)
            return saved_page(saved, text, limit=self.question_limit)
        if tab is PersonalList.FOLLOWING:
            return following_page(await self.following.followed(user_id), text, page=page)
        history = await self.library.history(user_id)
        shown = reading_page if tab is PersonalList.READING else finished_page
        return shown(history, text, page)
