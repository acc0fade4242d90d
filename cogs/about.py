"""``/interviews help`` and ``privacy``."""

from discord import app_commands

from bot.core.i18n import Messages, Text
from bot.fans.library import Library
from bot.ui import ids
from bot.ui.about import Kept, forget_page, help_page, privacy_page
from bot.ui.layout import Layout
from bot.ui.mentions import Mentions
from bot.ui.panels import notice
from cogs.naming import Naming
from cogs.replies import Interaction, replace, show
from cogs.router import Router


class About:
    """What there is to be pressed, and what is kept of the person who asks."""

    def __init__(self, library: Library, messages: Messages, mentions: Mentions) -> None:
        self._library = library
        self._messages = messages
        self._mentions = mentions

    def add_to(self, group: app_commands.Group, naming: Naming) -> None:
        """Its commands in the group ``/interviews``; the help tells of all that are in it."""

        @group.command(
            name=naming("command.help.name"), description=naming("command.help.description")
        )
        async def tell(interaction: Interaction) -> None:
            offered = {command.name for command in group.commands}
            page = help_page(
                offered,
                self._text(interaction),
                self._mentions,
                for_admin=_may_announce(interaction),
            )
            await show(interaction, page)

        @group.command(
            name=naming("command.privacy.name"), description=naming("command.privacy.description")
        )
        async def privacy(interaction: Interaction) -> None:
            await show(interaction, await self._privacy(interaction))

    def answer(self, router: Router) -> None:
        """Take on the buttons by which a person has all deleted, or not."""
        router.on(ids.ShowKept, self.show_kept)
        router.on(ids.ForgetMe, self.forget)

    async def show_kept(self, interaction: Interaction, _: ids.ShowKept) -> None:
        await replace(interaction, await self._privacy(interaction))

    async def forget(self, interaction: Interaction, action: ids.ForgetMe) -> None:
        text = self._text(interaction)
        if action.sure:
            await self._library.forget(interaction.user.id)
            await replace(interaction, notice(text("privacy.deleted")))
            return
        kept = await self._kept(interaction.user.id)
        if kept.is_nothing:
            await replace(interaction, privacy_page(kept, text))
        else:
            await replace(interaction, forget_page(kept, text))

    def _text(self, interaction: Interaction) -> Text:
        return self._messages.text(str(interaction.locale))

    async def _privacy(self, interaction: Interaction) -> Layout:
        kept = await self._kept(interaction.user.id)
        return privacy_page(kept, self._text(interaction))

    async def _kept(self, user_id: int) -> Kept:
        kept = await self._library.person(user_id)
        reads = await self._library.reads(user_id)
        read = [*reads.begun, *reads.finished]
        saved = await self._library.saved(user_id, 0)
        return Kept(
            kept.places,
            kept.saved,
            kept.follows,
            max(read, key=lambda one: one.place.read_at, default=None),
            next(iter(saved.items), None),
        )


def _may_announce(interaction: Interaction) -> bool:
    """Whether this is an admin in a server where the bot itself is."""
    return interaction.is_guild_integration() and interaction.permissions.manage_guild
