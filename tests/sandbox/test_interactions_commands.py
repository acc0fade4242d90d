"""Slash commands, context menus and autocomplete, between people and a bot of discord.py."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from discord import app_commands

from sandbox import Choice, InteractionFailed, Refused, Sandbox
from sandbox.permissions import DEFAULT_EVERYONE, Permission
from tests.openapi import Checker
from tests.sandbox.bots import Bot, RunBot, Talker, message_of


async def test_a_slash_command_round_trip(
    sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace
) -> None:
    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Hello!")

    bot = Talker(act)
    async with run_bot(sandbox, bot):
        response = await sandbox.command(town.fan, town.channel, "go")
    assert response.kind == "message"
    assert message_of(response).content == "Hello!"
    assert message_of(response).author.id == sandbox.world.application.bot.id
    assert message_of(response).type == 20
    assert town.channel.messages[message_of(response).id] is message_of(response)
    assert not response.ephemeral
    seen = bot.seen[0]
    assert seen.user.id == town.fan.id
    assert seen.guild_id == town.guild.id
    assert seen.channel_id == town.channel.id
    assert seen.locale is discord.Locale.korean
    assert seen.guild_locale is discord.Locale.german
    assert seen.permissions.value == DEFAULT_EVERYONE
    assert seen.app_permissions.send_messages
    assert seen.context.guild
    assert seen.is_guild_integration()
    assert not seen.is_user_integration()


async def test_the_payload_is_complete(
    sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace
) -> None:
    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Hello!")

    sent: list[dict[str, Any]] = []
    town.world.listen(lambda e: sent.append(e.data) if e.name == "INTERACTION_CREATE" else None)
    async with run_bot(sandbox, Talker(act)):
        await sandbox.command(town.fan, town.channel, "go")
        await sandbox.command(town.fan, town.world.open_dm(town.fan), "go")
    here, direct = sent
    guild, fan = str(town.guild.id), str(town.fan.id)
    everywhere = {
        *("id", "application_id", "type", "data", "token", "version", "channel_id", "channel"),
        *("app_permissions", "locale", "entitlements", "authorizing_integration_owners"),
        *("context", "attachment_size_limit"),
    }
    assert set(here) == everywhere | {"guild_id", "guild", "guild_locale", "member"}
    assert set(direct) == everywhere | {"user"}
    (command,) = town.world.commands
    assert here["data"] == {"id": str(command), "name": "go", "type": 1, "options": []}
    assert (here["guild_id"], here["guild"]["id"], here["guild"]["locale"]) == (guild, guild, "de")
    assert here["member"]["user"]["id"] == direct["user"]["id"] == fan
    assert here["member"]["permissions"] == here["channel"]["permissions"]
    assert "permission_overwrites" not in here["channel"]
    assert here["authorizing_integration_owners"] == {"0": guild}
    assert direct["authorizing_integration_owners"] == {"0": "0"}
    assert (here["context"], direct["context"]) == (0, 1)
    assert (here["locale"], here["guild_locale"], here["version"]) == ("ko", "de", 1)
    assert here["attachment_size_limit"] == 10 * 1024 * 1024


async def test_every_kind_of_option_arrives(
    sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace
) -> None:
    got: dict[str, Any] = {}
    bot = Bot()
    group = app_commands.Group(name="shop", description="Shop")
    inner = app_commands.Group(name="cart", description="Cart", parent=group)

    @inner.command(name="add", description="Add")
    @app_commands.choices(size=[app_commands.Choice(name="Large", value=3)])
    async def add(
        interaction: discord.Interaction,
        text: str,
        count: app_commands.Range[int, 1, 5],
        price: float,
        gift: bool,
        who: discord.Member,
        where: discord.TextChannel,
        role: discord.Role,
        anyone: discord.Member | discord.Role,
        size: int,
    ) -> None:
        got.update({name: value for name, value in interaction.namespace})  # noqa: C416
        await interaction.response.send_message("Added")

    bot.tree.add_command(group)
    role = town.world.add_role(town.guild, "Fans")
    async with run_bot(sandbox, bot):
        await sandbox.command(
            town.fan,
            town.channel,
            "shop cart add",
            text="방탄소년단",
            count=4,
            price=1.5,
            gift=True,
            who=town.admin,
            where=town.channel,
            role=role.id,
            anyone=str(role.id),
            size="Large",
        )
    assert got["text"] == "방탄소년단"
    assert (got["count"], got["price"], got["gift"], got["size"]) == (4, 1.5, True, 3)
    assert got["who"].id == town.admin.id
    assert got["who"].resolved_permissions.administrator
    assert got["where"].id == town.channel.id
    assert got["where"].permissions.view_channel
    assert got["role"].id == got["anyone"].id == role.id


REFUSALS: list[tuple[dict[str, Any], str]] = [
    ({}, "'text' is required"),
    ({"text": ""}, "0 characters, not 1 to 5"),
    ({"text": "123456"}, "6 characters, not 1 to 5"),
    ({"text": 5}, "no text"),
    ({"text": "ok", "count": "many"}, "not a whole number"),
    ({"text": "ok", "count": 1.5}, "not a whole number"),
    ({"text": "ok", "count": True}, "not a whole number"),
    ({"text": "ok", "count": 11}, "does not lie between 1 and 10"),
    ({"text": "ok", "price": float("nan")}, "does not lie between"),
    ({"text": "ok", "flag": "yes"}, "neither true nor false"),
    ({"text": "ok", "user": 5}, "no user 5"),
    ({"text": "ok", "role": "abc"}, "no role 'abc'"),
    ({"text": "ok", "channel": 5}, "no channel 5"),
    ({"text": "ok", "size": "Huge"}, "not one of the choices: Large"),
    ({"text": "ok", "colour": "red"}, "takes no option 'colour'; it takes: text, count"),
]


@pytest.fixture
async def picky(sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace) -> AsyncIterator[Any]:
    """A bot with a command that takes every kind of option within bounds."""
    bot = Bot()

    @bot.tree.command(name="pick", description="Pick")
    @app_commands.choices(size=[app_commands.Choice(name="Large", value=3)])
    async def pick(
        interaction: discord.Interaction,
        text: app_commands.Range[str, 1, 5],
        count: app_commands.Range[int, 1, 10] | None = None,
        price: float | None = None,
        flag: bool | None = None,
        user: discord.User | None = None,
        role: discord.Role | None = None,
        channel: discord.TextChannel | None = None,
        size: int | None = None,
    ) -> None:
        await interaction.response.send_message("Picked")

    group = app_commands.Group(name="many", description="Many")

    @group.command(name="one", description="One")
    async def one(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("One")

    bot.tree.add_command(group)
    async with run_bot(sandbox, bot):
        yield bot


async def test_what_the_client_would_not_send_is_refused(
    sandbox: Sandbox, picky: Any, town: SimpleNamespace
) -> None:
    for options, reason in REFUSALS:
        with pytest.raises(Refused) as raised:
            await sandbox.command(town.fan, town.channel, "pick", **options)
        assert reason in str(raised.value)
    voice = town.world.add_channel(town.guild, "voice", type=2)
    with pytest.raises(Refused, match="of type 2, not one of"):
        await sandbox.command(town.fan, town.channel, "pick", text="ok", channel=voice)
    deny = int(Permission.VIEW_CHANNEL)
    hidden = town.world.add_channel(town.guild, "hidden")
    town.world.set_overwrite(hidden, town.guild.id, deny=deny)
    with pytest.raises(Refused, match="fan does not see #hidden"):
        await sandbox.command(town.fan, town.channel, "pick", text="ok", channel=hidden)
    with pytest.raises(Refused, match="does not see the channel hidden"):
        await sandbox.command(town.fan, hidden, "pick", text="ok")
    for name, reason in (
        ("nothing", "there is no command 'nothing'"),
        ("", "no command was named"),
        ("many", "needs a subcommand; there are: one"),
        ("many two", "there is no subcommand 'two'; there are: one"),
        ("many one three", "there is no subcommand 'three'"),
    ):
        with pytest.raises(Refused) as raised:
            await sandbox.command(town.fan, town.channel, name)
        assert reason in str(raised.value)
    assert not [r for r in sandbox.requests if "callback" in r.path]


async def test_default_permissions_and_contexts_hide_commands(
    sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace
) -> None:
    bot = Bot()

    @bot.tree.command(name="manage", description="For managers")
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def manage(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Managed")

    @bot.tree.command(name="nobody", description="For administrators")
    @app_commands.default_permissions()
    async def nobody(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Administered")

    @bot.tree.command(name="adult", description="Age-restricted", nsfw=True)
    async def adult(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Adult")

    def names(user: Any, channel: Any) -> Any:
        return sorted(c["name"] for c in sandbox.commands_for(user, channel))

    dm = town.world.open_dm(town.fan)
    async with run_bot(sandbox, bot):
        assert names(town.fan, town.channel) == []
        assert names(town.admin, town.channel) == ["manage", "nobody"]
        assert names(town.fan, dm) == ["adult", "nobody"]
        with pytest.raises(Refused, match="fan lacks MANAGE_GUILD"):
            await sandbox.command(town.fan, town.channel, "manage")
        with pytest.raises(Refused, match="administrators only"):
            await sandbox.command(town.fan, town.channel, "nobody")
        with pytest.raises(Refused, match="age-restricted"):
            await sandbox.command(town.admin, town.channel, "adult")
        with pytest.raises(Refused, match="context BOT_DM"):
            await sandbox.command(town.fan, dm, "manage")
        role = town.world.add_role(town.guild, "Managers", permissions=Permission.MANAGE_GUILD)
        town.guild.members[town.fan.id].roles.append(role.id)
        response = await sandbox.command(town.fan, town.channel, "manage")
        assert message_of(response).content == "Managed"
        town.world.set_overwrite(
            town.channel, town.guild.id, deny=Permission.USE_APPLICATION_COMMANDS
        )
        with pytest.raises(Refused, match="lacks USE_APPLICATION_COMMANDS"):
            await sandbox.command(town.fan, town.channel, "manage")


async def test_a_direct_message_carries_the_user_instead_of_a_member(
    sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace
) -> None:
    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Hi")

    bot = Talker(act)
    dm = town.world.open_dm(town.fan)
    async with run_bot(sandbox, bot):
        await sandbox.command(town.fan, dm, "go")
    seen = bot.seen[0]
    assert seen.guild_id is None
    assert isinstance(seen.user, discord.User)
    assert seen.context.dm_channel
    assert isinstance(seen.channel, discord.DMChannel)


async def test_user_installed_commands_follow_their_user(
    sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace
) -> None:
    bot = Bot()
    seen: list[discord.Interaction] = []

    @bot.tree.command(name="mine", description="Mine")
    @app_commands.user_install()
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def mine(interaction: discord.Interaction) -> None:
        seen.append(interaction)
        await interaction.response.send_message("Mine")

    elsewhere = town.world.add_guild("Elsewhere", owner=town.admin, with_bot=False)
    place = town.world.add_channel(elsewhere, "general")
    town.world.add_member(elsewhere, town.fan)
    private = sandbox.world.add_private_channel(town.fan, town.admin)
    async with run_bot(sandbox, bot):
        with pytest.raises(Refused, match="not installed here"):
            await sandbox.command(town.fan, place, "mine")
        sandbox.install_for(town.fan)
        public = await sandbox.command(town.fan, place, "mine")
        between = await sandbox.command(town.fan, private, "mine")
        town.world.set_overwrite(place, elsewhere.id, deny=Permission.USE_EXTERNAL_APPS)
        quiet = await sandbox.command(town.fan, place, "mine")
    owners = {"1": str(town.fan.id)}
    for message in (message_of(public), message_of(between), message_of(quiet)):
        assert message.interaction_metadata is not None
        assert message.interaction_metadata["authorizing_integration_owners"] == owners
    assert [s.is_user_integration() for s in seen] == [True, True, True]
    assert [s.is_guild_integration() for s in seen] == [False, False, False]
    assert seen[0].context.guild
    assert seen[1].context.private_channel
    assert not public.ephemeral
    assert message_of(between).channel_id == private.id
    assert quiet.ephemeral


async def test_commands_of_a_guild_stay_in_it(
    sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace
) -> None:
    bot = Bot()
    other = town.world.add_guild("Other", owner=town.admin)
    place = town.world.add_channel(other, "general")

    @bot.tree.command(name="local", description="Local", guild=discord.Object(town.guild.id))
    async def local(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Local")

    async with run_bot(sandbox, bot, sync=False):
        await bot.tree.sync(guild=discord.Object(town.guild.id))
        response = await sandbox.command(town.admin, town.channel, "local")
        assert message_of(response).content == "Local"
        with pytest.raises(Refused, match="belongs to another guild"):
            await sandbox.command(town.admin, place, "local")


class Completing(Bot):
    """A bot that offers ``answers``, and notes what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[Any] = [app_commands.Choice(name="Kai", value="kai")]
        self.asked: list[tuple[str, Any]] = []


@pytest.fixture
def completing() -> Completing:
    bot = Completing()

    @bot.tree.command(name="read", description="Read")
    async def read(interaction: discord.Interaction, interview: str, page: int = 1) -> None:
        await interaction.response.send_message(interview)

    @read.autocomplete("interview")
    async def complete(interaction: discord.Interaction, current: str) -> Any:
        bot.asked.append((current, interaction.namespace.page))
        return bot.answers

    return bot


async def test_autocomplete(
    sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace, completing: Completing
) -> None:
    async with run_bot(sandbox, completing):
        choices = await sandbox.autocomplete(
            town.fan, town.channel, "read", focused="interview", interview="ka", page=2
        )
        assert choices == [Choice("Kai", "kai")]
        assert completing.asked == [("ka", 2)]
        assert await sandbox.autocomplete(town.fan, town.channel, "read", focused="interview") == [
            Choice("Kai", "kai")
        ]
        assert completing.asked[-1] == ("", None)
        with pytest.raises(Refused, match="does not autocomplete"):
            await sandbox.autocomplete(town.fan, town.channel, "read", focused="page")
        with pytest.raises(Refused, match="takes no option 'other'"):
            await sandbox.autocomplete(town.fan, town.channel, "read", focused="other")


@pytest.mark.parametrize(
    "answers",
    [
        [app_commands.Choice(name="n", value=str(n)) for n in range(26)],
        [app_commands.Choice(name="n" * 101, value="v")],
        [app_commands.Choice(name="n", value="v" * 101)],
        [app_commands.Choice(name="", value="v")],
        [app_commands.Choice(name="n", value=5)],
    ],
    ids=["26 choices", "long name", "long value", "empty name", "a number"],
)
@pytest.mark.filterwarnings("ignore")
async def test_wrong_choices_are_refused(
    checker: Checker, run_bot: RunBot, completing: Completing, answers: Any
) -> None:
    async with Sandbox(page=False, observer=checker, interaction_timeout=0.2) as sandbox:
        world = sandbox.world
        channel = world.add_channel(world.add_guild("Guild"), "general")
        completing.answers = answers
        async with run_bot(sandbox, completing):
            with pytest.raises(InteractionFailed, match="Loading options failed"):
                await sandbox.autocomplete(
                    world.application.owner, channel, "read", focused="interview"
                )
            (refused,) = await sandbox.wait_until(
                lambda _: [r for r in sandbox.requests if r.path.endswith("/callback")] or None
            )
            assert refused.status == 400
