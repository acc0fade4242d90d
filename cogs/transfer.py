"""``/announcements export`` and ``import``: a server's settings as a small file."""

import io

import discord
from discord import app_commands
from discord.ext import commands

from bot.admins.guild_file import LARGEST, GuildFile, SubscriptionFile, read_file
from bot.admins.transfers import ImportPlan, TransferService
from bot.client.deferral import defer
from bot.core.errors import UserError
from bot.core.model import Subscription, TargetKind
from bot.core.targets import FORUMS
from bot.ui.admin_ids import ImportButton
from bot.ui.layout import Layout
from bot.ui.panels import notice
from bot.ui.transfer import export_page, import_page
from cogs.channels import known_kind, managed_guild, subscription_trouble
from cogs.components import component
from cogs.forum_tags import plain_tag_names, tag_names
from cogs.responses import Interaction, replace, show, text_for


class TransferCommands(commands.Cog):
    """The commands, and the button that imports what was shown."""

    def __init__(self, transfers: TransferService) -> None:
        self._transfers = transfers

    @app_commands.command(description="Get this server's setup as a file")
    async def export(self, interaction: Interaction) -> None:
        guild_id, text = managed_guild(interaction), text_for(interaction)
        filename = f"kcrush-{guild_id}.json"
        data = await self._transfers.export(guild_id)
        file = discord.File(io.BytesIO(data), filename)
        await show(interaction, export_page(filename, text), [file])

    @app_commands.command(
        name="import",
        description="Set this server up from an exported file; you'll see the changes first",
    )
    @app_commands.describe(file="A file from /announcements export")
    async def import_file(self, interaction: Interaction, file: discord.Attachment) -> None:
        guild_id, user_id = managed_guild(interaction), interaction.user.id
        if file.size > LARGEST:
            raise UserError("error.import.too-big", limit=LARGEST // 1024)
        # Fetching the file may take longer than the 3 s within which Discord wants an answer.
        await defer(interaction, thinking=True)
        try:
            data = await file.read()
        except discord.HTTPException as error:
            raise UserError("error.import.gone") from error
        read = read_file(data)
        kinds = _checked(interaction, read)
        plan = await self._transfers.plan(guild_id, user_id, read, kinds)
        _require_postable(interaction, plan)
        await show(interaction, _page(interaction, plan, plan.id))

    @component(ImportButton)
    async def press(self, interaction: Interaction, action: ImportButton) -> None:
        guild_id, user_id = managed_guild(interaction), interaction.user.id
        if action.what == "cancel":
            await self._transfers.cancel(action.plan, guild_id, user_id)
            await replace(interaction, notice(text_for(interaction)("import.cancelled")))
            return
        file = await self._transfers.file_of(action.plan, guild_id, user_id)
        kinds = _checked(interaction, file)
        done = await self._transfers.apply(action.plan, guild_id, user_id, kinds)
        await replace(interaction, _page(interaction, done, done.id if done.moved else None))


def _page(interaction: Interaction, plan: ImportPlan, plan_id: int | None) -> Layout:
    tags = {
        id_: name
        for _, one in plan.subscriptions
        for id_, name in tag_names(interaction, one.channel_id).items()
    }
    text = text_for(interaction)
    pairs, settings = plan.subscriptions, plan.settings
    moved, posts = plan.moved, plan.posts
    return import_page(plan_id, pairs, settings, text, tags, moved=moved, posts=posts)


def _checked(interaction: Interaction, file: GuildFile) -> dict[int, TargetKind]:
    """The kinds of the file's channels.

    Raises:
        UserError: a channel, role or tag of the file is none of this guild's, or @everyone would
            be pinged.
    """
    kinds = {int(one.channel): _checked_one(interaction, one) for one in file.subscriptions}
    for post in file.regular:
        kind = known_kind(interaction, int(post.channel))
        if kind is None or kind in FORUMS:
            raise UserError("error.import.channel", id=post.channel)
        kinds[int(post.channel)] = kind
    return kinds


def _checked_one(interaction: Interaction, one: SubscriptionFile) -> TargetKind:
    channel_id, guild = int(one.channel), interaction.guild
    kind = known_kind(interaction, channel_id)
    if kind is None:
        raise UserError("error.import.channel", id=one.channel)
    for role_id in one.roles:
        role = guild.get_role(int(role_id)) if guild else None
        if role is None:
            raise UserError("error.import.role", id=role_id)
        if role.is_default():
            raise UserError("error.role-everyone")
    if one.tag is not None and int(one.tag) not in plain_tag_names(interaction, channel_id):
        raise UserError("error.import.tag", id=one.tag)
    return kind


def _require_postable(interaction: Interaction, plan: ImportPlan) -> None:
    """
    Raises:
        UserError: something that the plan changes could not be posted.
    """
    changed: list[Subscription] = [one for stored, one in plan.subscriptions if stored != one]
    changed += [new.subscription for stored, new in plan.posts if stored != new]
    for one in changed:
        subscription_trouble(interaction, one)
