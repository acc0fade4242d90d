"""What the bot says when it joins a server: once, and short."""

from discord import ButtonStyle

from bot.core.i18n import Text
from bot.ui.admin_ids import OpenSetup
from bot.ui.ids import SubscriptionsPage
from bot.ui.layout import Layout, button, link_button, panel, row, small
from bot.ui.markdown import escape_within

_GUILD_LIMIT = 100


def welcome_page(text: Text) -> Layout:
    """Hello in a server's own channel, with the button that sets it up."""
    setup = button(text("welcome.setup"), OpenSetup(), ButtonStyle.primary)
    return panel(text("welcome.text"), row(setup), small(text("welcome.who")))


def welcome_message(guild_name: str, guild_id: int, text: Text) -> Layout:
    """The same to the person who added the bot: panels belong to the server, so it leads there."""
    name = escape_within(guild_name, _GUILD_LIMIT)
    there = link_button(text("welcome.open"), f"https://discord.com/channels/{guild_id}")
    return panel(text("welcome.direct", guild=name), row(there))


def back_page(channels: int, text: Text) -> Layout:
    """That the bot is back and announces as before, in so many channels."""
    again = button(text("panel.list"), SubscriptionsPage(0))
    return panel(text.plural("welcome.back", channels), row(again))
