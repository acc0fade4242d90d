"""``/interviews discuss``: a thread in which a channel reads an interview together."""

import discord
from discord import app_commands

from bot.core.errors import UserError
from bot.core.model import Mode, StoredInterview, Style, Subscription, TargetKind
from bot.core.regular_posts import QuestionContent
from bot.ui.artist import nobody_page
from bot.ui.discussion import post_title
from bot.ui.layout import Layout
from bot.ui.panels import notice
from bot.ui.reading_threads import NextQuestion, thread_question, together_page
from cogs.channels import require_permissions
from cogs.components import component
from cogs.fan_cog import FanCog, FanServices
from cogs.options import TITLE_HINT, InterviewTitle
from cogs.responses import (
    NOBODY,
    Interaction,
    edit_pressed,
    is_on_own_message,
    show,
    text_for,
    text_for_channel,
)
from cogs.sharing import require_may_write

NEEDED = (
    "view_channel",
    "send_messages",
    "create_public_threads",
    "send_messages_in_threads",
    "read_message_history",
)


class ReadingThreadCommands(FanCog):
    """Opens the thread, and answers its buttons."""

    def __init__(self, services: FanServices) -> None:
        super().__init__(services)
        self._threads = services.threads

    @app_commands.command(description="Read an interview together, in a thread of its own")
    @app_commands.describe(interview=TITLE_HINT)
    @app_commands.autocomplete(interview=FanCog.complete_title)
    async def discuss(self, interaction: Interaction, interview: InterviewTitle) -> None:
        found = await self.find_interview(interaction, interview)
        if found is None:
            found = nobody_page(interview, text_for(interaction), "read.unknown")
        if isinstance(found, Layout):
            await show(interaction, found)
            return
        stored = await self.reading.interview(found)
        if not stored.interview.transcript.turns:
            raise UserError("error.together.no-questions")
        await self._open(interaction, stored)

    async def _open(self, interaction: Interaction, stored: StoredInterview) -> None:
        channel = interaction.channel
        guild_id = interaction.guild_id
        if (
            guild_id is None
            or not interaction.is_guild_integration()
            or not isinstance(channel, discord.TextChannel)
        ):
            raise UserError("error.together.not-here")
        require_may_write(interaction)
        if not interaction.permissions.create_public_threads:
            raise UserError("error.together.may-not")
        require_permissions(interaction, channel.id, NEEDED, "error.missing-permissions")
        await self._threads.require_room(guild_id)
        text = text_for_channel(interaction)
        page = together_page(stored, interaction.user.display_name, text)
        message = await channel.send(view=page, allowed_mentions=NOBODY)
        try:
            thread = await message.create_thread(name=post_title(stored.interview, text))
        except discord.HTTPException:
            await message.delete()
            raise
        place = Subscription(
            0,
            guild_id,
            thread.id,
            None,
            interaction.user.id,
            self._threads.now(),
            mode=Mode.REGULAR,
            kind=TargetKind.THREAD,
            style=Style(language=text.locale),
        )
        await self._threads.begin(place, stored)
        said = text_for(interaction)("together.done", thread=thread.mention)
        await show(interaction, notice(said))

    @component(NextQuestion)
    async def ask_next(self, interaction: Interaction, action: NextQuestion) -> None:
        """Have the next question posted, and take the button away."""
        if not is_on_own_message(interaction):
            raise UserError("error.stale-button")
        require_may_write(interaction)
        stored = await self.reading.interview(action.interview)
        await self._threads.advance(interaction.channel_id or 0, action.section)
        content = QuestionContent(action.section, action.last)
        page = thread_question(stored, content, text_for_channel(interaction), asked=True)
        await edit_pressed(interaction, page)
