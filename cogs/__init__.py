"""Slash commands and buttons: each takes an interaction, calls a service and shows the result.

Commands are built by functions from a catalogue and services, not by decorators on a class at
import: their names are sentences that people read too, and nothing is looked up globally.
"""

from bot.client import KcrushClient
from bot.i18n import Messages
from bot.reading import Reading
from bot.subscribing import Subscribing
from cogs.announcements import Announcements
from cogs.follow import Follow
from cogs.interviews import Interviews
from cogs.naming import Naming
from cogs.router import Router


def add_commands(
    client: KcrushClient,
    reading: Reading,
    subscribing: Subscribing,
    messages: Messages,
    *,
    home_channel_id: int | None = None,
) -> None:
    """Give the client all commands, and its buttons and menus their answers.

    ``/announcements follow`` is there where the bot has a home channel to follow.
    """
    naming = Naming(messages.text())
    router = Router()
    fans = Interviews(reading, messages)
    admins = Announcements(reading, subscribing, messages)
    for cog in (fans, admins):
        group = cog.commands(naming)
        if cog is admins and home_channel_id is not None:
            Follow(subscribing, messages, home_channel_id).add_to(group, naming)
        client.tree.add_command(group)
        cog.answer(router)
    client.event(router.on_interaction)
