"""``/bot``: the bot itself, for those to whom the application belongs; in its own server alone."""

from typing import Any

import discord
import structlog
from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot import __version__
from bot.admins.operations import OperatorService
from bot.client.client import KcrushClient
from bot.client.command_sync import RETRY, sync_commands
from bot.client.home import home_guild
from bot.client.owners import Owners
from bot.core.clock import Clock
from bot.core.settings import Settings
from bot.core.supervisor import supervise
from bot.core.text import shorten
from bot.ui.operator import (
    announced_page,
    backfill_page,
    failing_page,
    guilds_page,
    polled_page,
    status_page,
)
from cogs.options import CHOICE_LIMIT, CHOICES
from cogs.responses import Interaction, show, text_for

logger = structlog.get_logger(__name__)

ALL = "all"
"""The choice of ``announce`` that means every withheld interview."""


@app_commands.default_permissions(administrator=True)
class OwnerCommands(
    commands.GroupCog,
    group_name="bot",
    group_description="For the bot's owners",
):
    """Discord shows them to the server's administrators; only the application's owners are
    answered."""

    def __init__(self, service: OperatorService, owners: Owners) -> None:
        self._service = service
        self._owners = owners

    async def interaction_check(self, interaction: Interaction, /) -> bool:  # type: ignore[override]
        try:
            await self._owners.require(interaction.user.id)
        except Exception as error:
            # What else a check raises, discord.py's tree hands to no handler of errors.
            raise app_commands.CommandInvokeError(_command(interaction), error) from error
        return True

    @app_commands.command(description="How the bot is doing, and what's in its way")
    async def status(self, interaction: Interaction) -> None:
        state = await self._service.state()
        await show(interaction, status_page(state, __version__, text_for(interaction)))

    @app_commands.command(description="Poll every feed now")
    async def poll(self, interaction: Interaction) -> None:
        polled = await self._service.poll()
        await show(interaction, polled_page(polled, text_for(interaction)))

    @app_commands.command(description="Keep reading the archives now, or bring them up to date")
    async def backfill(self, interaction: Interaction) -> None:
        archives = await self._service.backfill()
        await show(interaction, backfill_page(archives, text_for(interaction)))

    @app_commands.command(description="The servers the bot is in")
    async def guilds(self, interaction: Interaction) -> None:
        guilds = [(one.id, one.name, one.member_count) for one in interaction.client.guilds]
        channels = await self._service.channel_counts()
        await show(interaction, guilds_page(guilds, channels, text_for(interaction)))

    @app_commands.command(description="The channels on hold, by reason")
    async def failing(self, interaction: Interaction) -> None:
        parked = await self._service.failing()
        names = {one.id: one.name for one in interaction.client.guilds}
        await show(interaction, failing_page(parked, names, text_for(interaction)))

    @app_commands.command(description="Announce interviews that were held back")
    @app_commands.describe(interview="The interview to announce")
    async def announce(self, interaction: Interaction, interview: str) -> None:
        withheld = [one.id for one in await self._service.withheld()]
        if interview != ALL:
            withheld = [id_ for id_ in withheld if str(id_) == interview]
        count = await self._service.announce(withheld)
        await show(interaction, announced_page(count, text_for(interaction)))

    @announce.autocomplete("interview")
    async def complete_withheld(self, interaction: Interaction, current: str) -> list[Choice[str]]:
        if not await self._owners.include(interaction.user.id):
            return []
        withheld = await self._service.withheld()
        choices = [
            Choice(name=shorten(one.title, CHOICE_LIMIT), value=str(one.id))
            for one in withheld
            if current.casefold() in one.title.casefold()
        ]
        if len(withheld) > 1 and not current:
            name = text_for(interaction).plural("owner.announce.all", len(withheld))
            choices.insert(0, Choice(name=name, value=ALL))
        return choices[:CHOICES]


def _command(interaction: Interaction) -> app_commands.Command[Any, ..., Any]:
    command = interaction.command
    assert isinstance(command, app_commands.Command)  # noqa: S101
    return command


async def offer_to_owners(
    client: KcrushClient, service: OperatorService, settings: Settings, clock: Clock
) -> None:
    """See that the bot's own server has ``/bot``, if the settings name it; a failure is tried
    again."""

    async def offer() -> None:
        guild_id = await home_guild(client, settings.home_guild_id, settings.home_channel_id)
        if guild_id is None:
            return
        guild = discord.Object(guild_id)
        if client.get_cog(OwnerCommands.__cog_name__) is None:
            await client.add_cog(OwnerCommands(service, Owners(client, clock)), guild=guild)
        changed = await sync_commands(client, guild)
        logger.info("commands.offered-to-owners", guild=guild_id, changed=changed)

    await supervise("owner", offer, clock, pause=RETRY)
