"""Slash commands and buttons: each takes an interaction, calls a service and shows the result.

Commands are built by functions from a catalogue and services, not by decorators on a class at
import: their names are sentences that people read too, and nothing is looked up globally.
"""

from bot.client import KcrushClient
from bot.i18n import Messages
from bot.reading import Reading
from bot.subscribing import Subscribing
from cogs.announcements import Announcements
from cogs.interviews import Interviews
from cogs.naming import Naming
from cogs.router import Router


def add_commands(
    client: KcrushClient, reading: Reading, subscribing: Subscribing, messages: Messages
) -> None:
    """Give the client all commands, and its buttons and menus their answers."""
    naming = Naming(messages.text())
    router = Router()
    fans = Interviews(reading, messages)
    admins = Announcements(reading, subscribing, messages)
    for cog in (fans, admins):
        client.tree.add_command(cog.commands(naming))
        cog.answer(router)
    client.event(router.on_interaction)
