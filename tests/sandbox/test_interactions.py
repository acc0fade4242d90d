"""Interactions of every kind, between people and a bot written with discord.py."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from conftest import Bot
from discord import app_commands, ui

from sandbox import Choice, InteractionFailed, Refused, Sandbox
from sandbox.permissions import DEFAULT_EVERYONE, Permission


@pytest.fixture
def town(sandbox: Sandbox) -> SimpleNamespace:
    """A guild with a channel, an admin who owns it, and a fan."""
    world = sandbox.world
    admin = world.add_user("admin")
    fan = world.add_user("fan", locale="ko")
    guild = world.add_guild("Town", owner=admin, locale="de")
    channel = world.add_channel(guild, "general")
    world.add_member(guild, fan)
    return SimpleNamespace(world=world, admin=admin, fan=fan, guild=guild, channel=channel)


class Talker(Bot):
    """A bot whose one command does what the test says."""

    def __init__(self, act: Any, **options: Any) -> None:
        super().__init__(**options)
        self.seen: list[discord.Interaction] = []
        self.raised: list[BaseException] = []
        self.done = asyncio.Event()

        @self.tree.command(name="go", description="Does it")
        async def go(interaction: discord.Interaction) -> None:
            self.seen.append(interaction)
            try:
                await act(interaction)
            except discord.HTTPException as error:
                self.raised.append(error)
            self.done.set()


# Commands


async def test_a_slash_command_round_trip(sandbox, run_bot, town):
    async def act(interaction):
        await interaction.response.send_message("Hello!")

    bot = Talker(act)
    async with run_bot(sandbox, bot):
        response = await sandbox.command(town.fan, town.channel, "go")
    assert response.kind == "message"
    assert response.message.content == "Hello!"
    assert response.message.author.id == sandbox.world.application.bot.id
    assert response.message.type == 20
    assert town.channel.messages[response.message.id] is response.message
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


async def test_every_kind_of_option_arrives(sandbox, run_bot, town):
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
        file: discord.Attachment | None = None,
    ) -> None:
        got.update({name: value for name, value in interaction.namespace})  # noqa: C416
        got["file"] = file
        await interaction.response.send_message("Added")

    bot.tree.add_command(group)
    role = town.world.add_role(town.guild, "Fans")
    attachment = {
        "id": "55",
        "filename": "a.png",
        "size": 3,
        "url": "https://cdn.invalid/a.png",
        "proxy_url": "https://cdn.invalid/a.png",
        "content_type": "image/png",
    }
    async with run_bot(sandbox, bot):
        await sandbox.command(
            town.fan,
            town.channel,
            "shop cart add",
            text="방탄소년단",
            count="4",
            price=1.5,
            gift=True,
            who=town.admin,
            where=town.channel,
            role=role.id,
            anyone=str(role.id),
            size="Large",
            file=attachment,
        )
    assert got["text"] == "방탄소년단"
    assert (got["count"], got["price"], got["gift"], got["size"]) == (4, 1.5, True, 3)
    assert got["who"].id == town.admin.id
    assert got["who"].resolved_permissions.administrator
    assert got["where"].id == town.channel.id
    assert got["where"].permissions.view_channel
    assert got["role"].id == got["anyone"].id == role.id
    assert got["file"].filename == "a.png"


REFUSALS = [
    ({}, "'text' is required"),
    ({"text": ""}, "0 characters, not 1 to 5"),
    ({"text": "123456"}, "6 characters, not 1 to 5"),
    ({"text": 5}, "no text"),
    ({"text": "ok", "count": "many"}, "not a whole number"),
    ({"text": "ok", "count": 1.5}, "not a whole number"),
    ({"text": "ok", "count": True}, "not a whole number"),
    ({"text": "ok", "count": 11}, "does not lie between 1 and 10"),
    ({"text": "ok", "price": "nan"}, "does not lie between"),
    ({"text": "ok", "flag": "yes"}, "neither true nor false"),
    ({"text": "ok", "user": 5}, "no user 5"),
    ({"text": "ok", "role": "abc"}, "no role 'abc'"),
    ({"text": "ok", "channel": 5}, "no channel 5"),
    ({"text": "ok", "size": "Huge"}, "not one of the choices: Large"),
    ({"text": "ok", "colour": "red"}, "takes no option 'colour'; it takes: text, count"),
]


@pytest.fixture
async def picky(sandbox, run_bot, town):
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


async def test_what_the_client_would_not_send_is_refused(sandbox, picky, town):
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


async def test_default_permissions_and_contexts_hide_commands(sandbox, run_bot, town):
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

    def names(user, channel):
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
        assert response.message.content == "Managed"
        town.world.set_overwrite(
            town.channel, town.guild.id, deny=Permission.USE_APPLICATION_COMMANDS
        )
        with pytest.raises(Refused, match="lacks USE_APPLICATION_COMMANDS"):
            await sandbox.command(town.fan, town.channel, "manage")


async def test_a_direct_message_carries_the_user_instead_of_a_member(sandbox, run_bot, town):
    async def act(interaction):
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


async def test_user_installed_commands_follow_their_user(sandbox, run_bot, town):
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
    private = sandbox.private_channel(town.fan, town.admin)
    async with run_bot(sandbox, bot):
        with pytest.raises(Refused, match="not installed here"):
            await sandbox.command(town.fan, place, "mine")
        sandbox.install_for(town.fan)
        public = await sandbox.command(town.fan, place, "mine")
        between = await sandbox.command(town.fan, private, "mine")
        town.world.set_overwrite(place, elsewhere.id, deny=Permission.USE_EXTERNAL_APPS)
        quiet = await sandbox.command(town.fan, place, "mine")
    owners = {"1": str(town.fan.id)}
    for message in (public.message, between.message, quiet.message):
        assert message.interaction_metadata["authorizing_integration_owners"] == owners
    assert [s.is_user_integration() for s in seen] == [True, True, True]
    assert [s.is_guild_integration() for s in seen] == [False, False, False]
    assert seen[0].context.guild
    assert seen[1].context.private_channel
    assert not public.ephemeral
    assert between.message.channel_id == private.id
    assert quiet.ephemeral


async def test_commands_of_a_guild_stay_in_it(sandbox, run_bot, town):
    bot = Bot()
    other = town.world.add_guild("Other", owner=town.admin)
    place = town.world.add_channel(other, "general")

    @bot.tree.command(name="local", description="Local", guild=discord.Object(town.guild.id))
    async def local(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Local")

    async with run_bot(sandbox, bot, sync=False):
        await bot.tree.sync(guild=discord.Object(town.guild.id))
        response = await sandbox.command(town.admin, town.channel, "local")
        assert response.message.content == "Local"
        with pytest.raises(Refused, match="belongs to another guild"):
            await sandbox.command(town.admin, place, "local")


async def test_context_menus(sandbox, run_bot, town):
    bot = Bot()

    @bot.tree.context_menu(name="Greet them")
    async def greet(interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(f"Hello {member.name}")

    @bot.tree.context_menu(name="Count words")
    async def count(interaction: discord.Interaction, message: discord.Message) -> None:
        words = len(message.content.split())
        await interaction.response.send_message(f"{words} words")

    async with run_bot(sandbox, bot):
        greeted = await sandbox.context_menu(town.fan, town.channel, "Greet them", town.admin)
        assert greeted.message.content == "Hello admin"
        assert greeted.message.type == 23
        counted = await sandbox.context_menu(town.fan, town.channel, "Count words", greeted.message)
        assert counted.message.content == "2 words"


# Autocomplete


@pytest.fixture
def completing() -> Bot:
    bot = Bot()
    bot.answers = [app_commands.Choice(name="Kai", value="kai")]
    bot.asked = []

    @bot.tree.command(name="read", description="Read")
    async def read(interaction: discord.Interaction, interview: str, page: int = 1) -> None:
        await interaction.response.send_message(interview)

    @read.autocomplete("interview")
    async def complete(interaction: discord.Interaction, current: str) -> Any:
        bot.asked.append((current, interaction.namespace.page))
        return bot.answers

    return bot


async def test_autocomplete(sandbox, run_bot, town, completing):
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
async def test_wrong_choices_are_refused(checker, run_bot, completing, answers):
    async with Sandbox(page=False, observer=checker, interaction_timeout=0.2) as sandbox:
        world = sandbox.world
        channel = world.add_channel(world.add_guild("Guild"), "general")
        completing.answers = answers
        async with run_bot(sandbox, completing):
            with pytest.raises(InteractionFailed, match="Loading options failed"):
                await sandbox.autocomplete(
                    world.application.owner, channel, "read", focused="interview"
                )
            refused = await sandbox.wait_for_request("POST", "/interactions/.*/callback")
            assert refused.status == 400


# Answers


async def test_an_ephemeral_reply_is_seen_by_its_user_alone(sandbox, run_bot, town):
    async def act(interaction):
        await interaction.response.send_message("Psst", ephemeral=True)
        await interaction.edit_original_response(content="Psst!")

    events = []
    town.world.listen(events.append)
    bot = Talker(act, intents=discord.Intents(guilds=True, guild_messages=True))
    async with run_bot(sandbox, bot):
        response = await sandbox.command(town.fan, town.channel, "go")
        await bot.done.wait()
        assert bot.raised == []
        assert response.ephemeral
        assert response.message.content == "Psst!"
        assert response.message.flags & 64
        assert response.message.ephemeral_for == town.fan.id
        assert response.message.id not in town.channel.messages
        shown = [e for e in events if e.name.startswith("MESSAGE")]
        assert [(e.name, e.gateway, e.user_id) for e in shown] == [
            ("MESSAGE_CREATE", False, town.fan.id),
            ("MESSAGE_UPDATE", False, town.fan.id),
        ]
        with pytest.raises(Refused, match="admin sees no message"):
            await sandbox.press(town.admin, response.message, label="any")
        town.world.add_channel(town.guild, "after")
        await asyncio.wait_for(bot.wait_for("guild_channel_create"), 5) if (
            "CHANNEL_CREATE" not in bot.heard
        ) else None
        assert "MESSAGE_CREATE" not in bot.heard


async def test_a_public_reply_reaches_the_gateway(sandbox, run_bot, town):
    async def act(interaction):
        await interaction.response.send_message("Hello")

    bot = Talker(act, intents=discord.Intents(guilds=True, guild_messages=True))
    async with run_bot(sandbox, bot):
        heard = asyncio.ensure_future(bot.wait_for("message", timeout=5))
        response = await sandbox.command(town.fan, town.channel, "go")
        message = await heard
        assert message.id == response.message.id
        assert message.interaction_metadata.user.id == town.fan.id


@pytest.mark.parametrize("ephemeral", [False, True])
async def test_a_deferred_reply_is_thinking_until_it_is_edited(sandbox, run_bot, town, ephemeral):
    go_on = asyncio.Event()

    async def act(interaction):
        await interaction.response.defer(thinking=True, ephemeral=ephemeral)
        await go_on.wait()
        await interaction.edit_original_response(content="Done")

    async with run_bot(sandbox, Talker(act)):
        response = await sandbox.command(town.fan, town.channel, "go")
        assert (response.kind, response.deferred) == ("deferred", True)
        assert response.ephemeral is ephemeral
        assert response.message.flags & 128
        with pytest.raises(TimeoutError, match="in vain for the reply"):
            await response.finished(timeout=0.01)
        go_on.set()
        message = await response.finished()
        assert message.content == "Done"
        assert not message.flags & 128
        assert bool(message.flags & 64) is ephemeral


async def test_the_first_follow_up_after_a_deferred_reply_becomes_it(sandbox, run_bot, town):
    async def act(interaction):
        await interaction.response.defer(thinking=True)
        await interaction.followup.send("First", ephemeral=True)
        await interaction.followup.send("Second", ephemeral=True)

    bot = Talker(act)
    async with run_bot(sandbox, bot):
        response = await sandbox.command(town.fan, town.channel, "go")
        second = await response.followup()
        assert (await response.finished()).content == "First"
        assert response.message.ephemeral_for is None
        assert second.content == "Second"
        assert second.ephemeral_for == town.fan.id
        assert [m.content for m in town.channel.messages.values()] == ["First"]


async def test_follow_ups_are_edited_read_and_deleted(sandbox, run_bot, town):
    read = []

    async def act(interaction):
        await interaction.response.send_message("Reply")
        message = await interaction.followup.send("One", wait=True)
        await message.edit(content="Two")
        read.append((await interaction.followup.fetch_message(message.id)).content)
        read.append((await interaction.original_response()).content)
        await message.delete()
        await interaction.delete_original_response()

    bot = Talker(act)
    async with run_bot(sandbox, bot):
        response = await sandbox.command(town.fan, town.channel, "go")
        await bot.done.wait()
    assert bot.raised == []
    assert read == ["Two", "Reply"]
    assert response.followups == []
    assert response.message is None
    assert not town.channel.messages


async def test_files_come_with_a_reply(sandbox, run_bot, town):
    async def act(interaction):
        import io

        file = discord.File(io.BytesIO(b"picture"), "quote.png")
        await interaction.response.send_message("See", file=file)

    bot = Talker(act)
    async with run_bot(sandbox, bot):
        response = await sandbox.command(town.fan, town.channel, "go")
    assert bot.raised == []
    (attachment,) = response.message.attachments
    assert attachment["filename"] == "quote.png"
    assert sandbox.world.files[int(attachment["id"])][2] == b"picture"


# What goes wrong


async def test_no_callback_in_time(checker, run_bot):
    async with Sandbox(page=False, observer=checker, interaction_timeout=0.05) as sandbox:
        world = sandbox.world
        owner = world.application.owner
        channel = world.add_channel(world.add_guild("Guild"), "general")
        events = []
        world.listen(events.append)
        late = asyncio.Event()

        async def act(interaction):
            await late.wait()
            await interaction.response.send_message("Too late")

        bot = Talker(act)
        async with run_bot(sandbox, bot):
            with pytest.raises(InteractionFailed, match="The application did not respond"):
                await sandbox.command(owner, channel, "go")
            (note,) = [e for e in events if e.name == "INTERACTION_FAILED"]
            assert (note.user_id, note.gateway) == (owner.id, False)
            assert note.data["text"] == "The application did not respond"
            late.set()
            await bot.done.wait()
            (error,) = bot.raised
            assert (error.status, error.code) == (404, 10062)
            assert not channel.messages


async def test_the_time_for_a_callback_is_three_seconds():
    sandbox = Sandbox()
    assert sandbox.interactions.timeout == 3.0
    assert sandbox.interactions.lifetime == 15 * 60


async def test_answering_twice(sandbox, run_bot, town):
    codes = []

    async def act(interaction):
        await interaction.response.send_message("Once")
        interaction.response._response_type = None
        try:
            await interaction.response.send_message("Twice")
        except discord.HTTPException as error:
            codes.append((error.status, error.code))

    bot = Talker(act)
    async with run_bot(sandbox, bot):
        await sandbox.command(town.fan, town.channel, "go")
        await bot.done.wait()
    assert codes == [(400, 40060)]
    assert [m.content for m in town.channel.messages.values()] == ["Once"]


async def test_the_token_dies_after_fifteen_minutes(checker, run_bot):
    now = [1_800_000_000.0]
    async with Sandbox(page=False, observer=checker, clock=lambda: now[0]) as sandbox:
        world = sandbox.world
        channel = world.add_channel(world.add_guild("Guild"), "general")

        async def act(interaction):
            await interaction.response.send_message("Now")
            now[0] += 899
            await interaction.edit_original_response(content="14:59")
            now[0] += 2
            await interaction.edit_original_response(content="15:01")

        bot = Talker(act)
        async with run_bot(sandbox, bot):
            response = await sandbox.command(world.application.owner, channel, "go")
            await bot.done.wait()
        (error,) = bot.raised
        assert (error.status, error.code) == (401, 50027)
        assert response.message.content == "14:59"


async def test_nothing_follows_before_the_callback(sandbox, run_bot, town):
    codes = []

    async def act(interaction):
        try:
            await interaction.followup.send("Early")
        except discord.HTTPException as error:
            codes.append((error.status, error.code))
        await interaction.response.send_message("Now")

    async with run_bot(sandbox, Talker(act)):
        await sandbox.command(town.fan, town.channel, "go")
    assert codes == [(404, 10015)]


async def test_a_refused_callback_can_be_mended(sandbox, run_bot, town):
    codes = []

    async def act(interaction):
        try:
            await interaction.response.send_message("x" * 2001)
        except discord.HTTPException as error:
            codes.append((error.status, error.code))
            await interaction.response.send_message("shorter")

    async with run_bot(sandbox, Talker(act)):
        response = await sandbox.command(town.fan, town.channel, "go")
    assert codes == [(400, 50035)]
    assert response.message.content == "shorter"


async def test_an_unknown_message_of_a_token(sandbox, run_bot, town):
    async def act(interaction):
        await interaction.response.send_message("Hello")
        await interaction.followup.fetch_message(123)

    bot = Talker(act)
    async with run_bot(sandbox, bot):
        await sandbox.command(town.fan, town.channel, "go")
        await bot.done.wait()
    (error,) = bot.raised
    assert (error.status, error.code) == (404, 10008)


async def test_closing_the_sandbox_does_not_leave_anyone_waiting(checker, town):
    async with Sandbox(page=False, observer=checker) as sandbox:
        world = sandbox.world
        channel = world.add_channel(world.add_guild("Guild"), "general")
        world.commands[1] = _command(world)
        asked = asyncio.ensure_future(sandbox.command(world.application.owner, channel, "lonely"))
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await asked


def _command(world):
    from sandbox.entities import Command

    return Command(1, world.application.id, "lonely", 1, description="Nobody answers")


# Components


class Panel(ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.chosen: list[Any] = []
        self.add_item(ui.Button(label="Site", url="https://example.org"))
        self.add_item(ui.Button(label="Off", custom_id="off", disabled=True))

    @ui.button(label="More", custom_id="more", style=discord.ButtonStyle.primary)
    async def more(self, interaction: discord.Interaction, button: ui.Button) -> None:
        await interaction.response.edit_message(content="More!")

    @ui.button(label="Reply", custom_id="reply")
    async def reply(self, interaction: discord.Interaction, button: ui.Button) -> None:
        await interaction.response.send_message("Mine", ephemeral=True)

    @ui.button(emoji="🎲", custom_id="later")
    async def later(self, interaction: discord.Interaction, button: ui.Button) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="Later")

    @ui.select(
        placeholder="Jump",
        custom_id="jump",
        min_values=1,
        max_values=2,
        options=[discord.SelectOption(label=f"Q{n}", value=str(n)) for n in range(3)],
    )
    async def jump(self, interaction: discord.Interaction, select: ui.Select) -> None:
        self.chosen.append(select.values)
        await interaction.response.edit_message(content=f"Jumped {select.values}")

    @ui.select(cls=ui.ChannelSelect, custom_id="channel", channel_types=[discord.ChannelType.text])
    async def channel(self, interaction: discord.Interaction, select: ui.ChannelSelect) -> None:
        self.chosen.append([c.id for c in select.values])
        await interaction.response.defer()

    @ui.select(cls=ui.MentionableSelect, custom_id="anyone", max_values=2)
    async def anyone(self, interaction: discord.Interaction, select: ui.Select) -> None:
        self.chosen.append({type(v).__name__ for v in select.values})
        await interaction.response.defer()

    @ui.select(cls=ui.UserSelect, custom_id="user", min_values=0)
    async def user(self, interaction: discord.Interaction, select: ui.UserSelect) -> None:
        self.chosen.append([v.id for v in select.values])
        await interaction.response.defer()


async def test_buttons(sandbox, run_bot, town):
    async def act(interaction):
        await interaction.response.send_message("Panel", view=Panel())

    async with run_bot(sandbox, Talker(act)):
        panel = (await sandbox.command(town.fan, town.channel, "go")).message
        updated = await sandbox.press(town.admin, panel, label="More")
        assert (updated.kind, updated.updated) == ("updated", panel)
        assert panel.content == "More!"
        own = await sandbox.press(town.admin, panel, "reply")
        assert own.message.content == "Mine"
        assert own.ephemeral
        later = await sandbox.press(town.fan, panel.id, label="🎲")
        assert later.kind == "deferred_update"
        assert (await later.finished()).content == "Later"
        for names, reason in (
            ({"label": "Off"}, "'Off' is disabled"),
            ({"label": "Site"}, "opens https://example.org"),
            ({"label": "Nowhere"}, "no button 'Nowhere'; the buttons are: 'More', 'Reply'"),
            ({"custom_id": "nothing"}, "no button 'nothing'"),
            ({}, "by its custom_id or its label"),
        ):
            with pytest.raises(Refused) as raised:
                await sandbox.press(town.fan, panel, **names)
            assert reason in str(raised.value)


async def test_selects(sandbox, run_bot, town):
    panels = []

    async def act(interaction):
        panels.append(Panel())
        await interaction.response.send_message("Panel", view=panels[0])

    role = town.world.add_role(town.guild, "Fans")
    async with run_bot(sandbox, Talker(act)):
        panel = (await sandbox.command(town.fan, town.channel, "go")).message
        await sandbox.choose(town.fan, panel, "jump", ["2", "Q0"])
        await sandbox.choose(town.fan, panel, "channel", [town.channel])
        await sandbox.choose(town.fan, panel, "anyone", [role, town.admin])
        await sandbox.choose(town.fan, panel, "user", [town.admin.id])
        await sandbox.choose(town.fan, panel, "user", [])
        assert panels[0].chosen == [
            ["2", "0"],
            [town.channel.id],
            {"Role", "Member"},
            [town.admin.id],
            [],
        ]
        assert panel.content == "Jumped ['2', '0']"
        voice = town.world.add_channel(town.guild, "voice", type=2)
        for custom_id, values, reason in (
            ("jump", [], "0 values, not 1 to 2"),
            ("jump", ["0", "1", "2"], "3 values, not 1 to 2"),
            ("jump", ["0", "0"], "only once"),
            ("jump", ["9"], "not among ['Q0', 'Q1', 'Q2']"),
            ("jump", "0", "a list"),
            ("channel", [voice], "of type 2"),
            ("more", ["0"], "there is no select 'more'"),
        ):
            with pytest.raises(Refused) as raised:
                await sandbox.choose(town.fan, panel, custom_id, values)
            assert reason in str(raised.value)


async def test_buttons_inside_a_layout(sandbox, run_bot, town):
    class Card(ui.LayoutView):
        def __init__(self) -> None:
            super().__init__(timeout=None)
            button: ui.Button[Any] = ui.Button(label="Read", custom_id="read")
            button.callback = self.read
            text = ui.TextDisplay("A question")
            self.add_item(ui.Container(ui.Section(text, accessory=button)))

        async def read(self, interaction: discord.Interaction) -> None:
            await interaction.response.send_message("Reading", ephemeral=True)

    async def act(interaction):
        await interaction.response.send_message(view=Card())

    async with run_bot(sandbox, Talker(act)):
        card = (await sandbox.command(town.fan, town.channel, "go")).message
        assert card.flags & 1 << 15
        assert (await sandbox.press(town.fan, card, label="Read")).message.content == "Reading"


async def test_a_component_of_an_ephemeral_message_updates_it(sandbox, run_bot, town):
    async def act(interaction):
        await interaction.response.send_message("Panel", view=Panel(), ephemeral=True)

    async with run_bot(sandbox, Talker(act)):
        panel = (await sandbox.command(town.fan, town.channel, "go")).message
        response = await sandbox.press(town.fan, panel, label="More")
        assert response.updated is panel
        assert response.ephemeral
        assert panel.content == "More!"
        assert not town.channel.messages


async def test_a_button_that_nobody_answers(checker, run_bot):
    async with Sandbox(page=False, observer=checker, interaction_timeout=0.05) as sandbox:
        world = sandbox.world
        owner = world.application.owner
        channel = world.add_channel(world.add_guild("Guild"), "general")

        async def act(interaction):
            view = discord.ui.View(timeout=None)
            view.add_item(discord.ui.Button(label="Old", custom_id="old"))
            await interaction.response.send_message("Panel", view=view)
            view.stop()

        async with run_bot(sandbox, Talker(act)):
            panel = (await sandbox.command(owner, channel, "go")).message
            with pytest.raises(InteractionFailed, match="This interaction failed"):
                await sandbox.press(owner, panel, label="Old")


# Modals


class Form(ui.Modal, title="Tell us"):
    name: ui.TextInput[Any] = ui.TextInput(label="Name", custom_id="name", min_length=2)
    note: ui.Label[Any] = ui.Label(
        text="Note",
        description="Anything",
        component=ui.TextInput(
            custom_id="note", required=False, style=discord.TextStyle.paragraph, default="none"
        ),
    )
    kind: ui.Label[Any] = ui.Label(
        text="Kind",
        component=ui.Select(
            custom_id="kind",
            options=[discord.SelectOption(label="Idol"), discord.SelectOption(label="Actor")],
        ),
    )
    where: ui.Label[Any] = ui.Label(
        text="Where", component=ui.ChannelSelect(custom_id="where", required=False)
    )

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.add_item(ui.TextDisplay("Thank you"))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        where = [c.id for c in self.where.component.values]
        kind = self.kind.component.values
        answer = f"{self.name.value}|{self.note.component.value}|{kind}|{where}"
        if interaction.message is None:
            await interaction.response.send_message(answer)
        else:
            await interaction.response.edit_message(content=answer)


async def test_a_modal_with_labels(sandbox, run_bot, town):
    async def act(interaction):
        await interaction.response.send_modal(Form())

    async with run_bot(sandbox, Talker(act)):
        opened = await sandbox.command(town.fan, town.channel, "go")
        modal = opened.modal
        assert (opened.kind, modal.title) == ("modal", "Tell us")
        assert [i["custom_id"] for i in modal.inputs] == ["name", "note", "kind", "where"]
        assert [i["label"] for i in modal.inputs] == ["Name", "Note", "Kind", "Where"]
        for fields, reason in (
            ({}, "'name': 0 characters, not 2 to 4000"),
            ({"name": "x"}, "'name': 1 characters"),
            ({"name": "Jo"}, "'kind': 0 values, not 1 to 1"),
            ({"name": "Jo", "kind": ["Singer"]}, "not among ['Idol', 'Actor']"),
            ({"name": "Jo", "kind": ["Idol"], "x": "y"}, "no field 'x'; it has: name, note"),
            ({"name": 5, "kind": ["Idol"]}, "no text"),
        ):
            with pytest.raises(Refused) as raised:
                await sandbox.submit(town.fan, modal, fields)
            assert reason in str(raised.value)
        with pytest.raises(Refused, match="admin has no such modal open"):
            await sandbox.submit(town.admin, modal, {})
        answer = await sandbox.submit(
            town.fan, modal, {"name": "Jo", "kind": ["Idol"], "where": [town.channel]}
        )
        assert answer.message.content == f"Jo|none|['Idol']|[{town.channel.id}]"
        with pytest.raises(Refused, match="no such modal open"):
            await sandbox.submit(town.fan, modal, {"name": "Jo", "kind": ["Idol"]})


async def test_a_modal_from_a_button_updates_its_message(sandbox, run_bot, town):
    class Opener(ui.View):
        @ui.button(label="Open", custom_id="open")
        async def open(self, interaction: discord.Interaction, button: ui.Button) -> None:
            await interaction.response.send_modal(Form())

    async def act(interaction):
        await interaction.response.send_message("Before", view=Opener())

    async with run_bot(sandbox, Talker(act)):
        panel = (await sandbox.command(town.fan, town.channel, "go")).message
        modal = (await sandbox.press(town.fan, panel, label="Open")).modal
        fields = {"name": "Jo", "note": "hi", "kind": ["Actor"]}
        answer = await sandbox.submit(town.fan, modal, fields)
        assert answer.updated is panel
        assert panel.content == "Jo|hi|['Actor']|[]"
