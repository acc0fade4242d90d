"""Slash commands and buttons: each takes an interaction, calls a service and shows the result.

Commands are built by functions from a catalogue and services, not by decorators on a class at
import: their names are sentences that people read too, and nothing is looked up globally.
"""

from bot.admins.subscriptions import Subscribing
from bot.client.client import KcrushClient
from bot.core.i18n import Messages
from bot.fans.following import Following
from bot.fans.library import Library
from bot.fans.reading import Reading
from bot.quotes import Quotes
from cogs.about import About
from cogs.announcements import Announcements
from cogs.artists import Artists
from cogs.follow import Follow
from cogs.following import FollowingArtists
from cogs.interviews import Interviews
from cogs.library import Shelf
from cogs.naming import Naming
from cogs.opening import Opening
from cogs.quotes import Quoting
from cogs.reader import Reader
from cogs.router import Router
from cogs.sharing import Sharing


def add_commands(
    client: KcrushClient,
    reading: Reading,
    subscribing: Subscribing,
    messages: Messages,
    *,
    library: Library,
    following: Following,
    quotes: Quotes,
    excerpt: bool = False,
    home_channel_id: int | None = None,
) -> None:
    """Give the client all commands, and its buttons and menus their answers.

    ``/announcements follow`` is there where the bot has a home channel to follow. With `excerpt`
    people read the beginning of interviews only.
    """
    naming = Naming(messages.text())
    router = Router()
    opening = Opening(library, messages, excerpt=excerpt)
    sharing = Sharing(library)
    interviews = Interviews(reading, messages, opening)
    of_fans = interviews.commands(naming)
    interviews.answer(router)
    followed = FollowingArtists(following, reading, messages)
    followed.listen(client)
    for cog in (
        Reader(reading, interviews, library, opening, sharing),
        Shelf(library, opening),
        Artists(reading, messages),
        Quoting(quotes, reading, opening, sharing),
        followed,
        About(library, messages, client.mentions),
    ):
        cog.add_to(of_fans, naming)
        cog.answer(router)
    admins = Announcements(reading, subscribing, messages)
    of_admins = admins.commands(naming)
    admins.answer(router)
    if home_channel_id is not None:
        Follow(subscribing, messages, home_channel_id).add_to(of_admins, naming)
    client.tree.add_command(of_fans)
    client.tree.add_command(of_admins)
    client.event(router.on_interaction)
