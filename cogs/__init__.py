"""Slash commands, buttons and menus: each takes an interaction, calls a service, shows the result.

A cog is discord.py's (``discord.ext.commands.Cog``) and gets its services through its constructor.
Names and descriptions of commands are English here; other languages' come from the catalogues.
"""

from collections.abc import Iterable

from discord.ext import commands

from bot.admins.explaining import ExplanationService
from bot.admins.newest import NewestService, PostTest
from bot.admins.regular_posts import RegularPostService
from bot.admins.setup import SetupService
from bot.admins.subscriptions import SubscriptionService
from bot.admins.transfers import TransferService
from bot.client.client import KcrushClient
from cogs.about import AboutCommands
from cogs.announcements import AnnouncementCommands
from cogs.artist_follows import ArtistFollowCommands
from cogs.artists import ArtistCommands
from cogs.changes import ChangeCommands
from cogs.channel_follows import ChannelFollowCommands
from cogs.components import ComponentRouter
from cogs.doctor import DoctorCommands
from cogs.fan_cog import FanServices
from cogs.filters import FilterCommands
from cogs.interviews import InterviewCommands
from cogs.mine import PersonalLists
from cogs.newest import NewestCommands
from cogs.quotes import QuoteCommands
from cogs.reader import ReaderCommands
from cogs.reading_threads import ReadingThreadCommands
from cogs.regular_posts import RegularPostCommands
from cogs.role_buttons import RoleButtonCommands
from cogs.setup import SetupCommands
from cogs.subscription_list import SubscriptionListButtons
from cogs.transfer import TransferCommands

__all__ = ["FanServices", "add_cogs"]


async def add_cogs(
    client: KcrushClient,
    fans: FanServices,
    subscriptions: SubscriptionService,
    post_test: PostTest,
    *,
    home_channel_id: int | None = None,
) -> None:
    """Add all commands to the client, and the handlers of its buttons and menus.

    ``/announcements follow`` is there where the bot has a home channel that can be followed.
    """
    interviews = InterviewCommands(fans)
    of_fans: list[commands.Cog] = [
        ReaderCommands(fans),
        ArtistCommands(fans),
        QuoteCommands(fans),
        ArtistFollowCommands(fans),
        PersonalLists(fans),
        ReadingThreadCommands(fans),
        AboutCommands(fans),
    ]
    explanations = ExplanationService(subscriptions)
    newest = NewestService(subscriptions, explanations, post_test)
    announcements = AnnouncementCommands(
        subscriptions, newest, has_home=home_channel_id is not None
    )
    of_admins: list[commands.Cog] = [
        SetupCommands(SetupService(subscriptions), newest),
        RoleButtonCommands(),
        ChangeCommands(subscriptions),
        SubscriptionListButtons(subscriptions, newest),
        NewestCommands(subscriptions, newest),
        RegularPostCommands(RegularPostService(subscriptions, fans.quotes), fans.quotes),
        TransferCommands(TransferService(subscriptions)),
        FilterCommands(subscriptions, explanations, fans.reading),
        DoctorCommands(subscriptions, explanations, fans.reading),
    ]
    if home_channel_id is not None:
        of_admins.append(ChannelFollowCommands(subscriptions, home_channel_id))
    await _add_group(client, interviews, of_fans)
    await _add_group(client, announcements, of_admins)
    client.tree.add_command(interviews.message_command())
    await client.add_cog(ComponentRouter([interviews, *of_fans, announcements, *of_admins]))


async def _add_group(
    client: KcrushClient, cog: commands.GroupCog, others: Iterable[commands.Cog]
) -> None:
    """Add a cog that is a group of commands, and `others` whose commands join this group.

    discord.py has no group that spans cogs. But adding a command that has a parent registers the
    parent (``CommandTree.add_command``), which `override` allows to happen again.
    """
    group = cog.app_command
    assert group is not None  # noqa: S101
    await client.add_cog(cog)
    for other in others:
        for command in other.get_app_commands():
            group.add_command(command)
        await client.add_cog(other, override=True)
