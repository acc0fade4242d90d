"""What a bot of discord.py answers, in time and too late."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from sandbox import InteractionFailed, Refused, Sandbox
from sandbox.entities import Event
from tests.openapi import Checker
from tests.sandbox.bots import RunBot, Talker, message_of


async def test_an_ephemeral_reply_is_seen_by_its_user_alone(
    sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace
) -> None:
    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Psst", ephemeral=True)
        await interaction.edit_original_response(content="Psst!")

    events: list[Event] = []
    town.world.listen(events.append)
    bot = Talker(act, intents=discord.Intents(guilds=True, guild_messages=True))
    async with run_bot(sandbox, bot):
        response = await sandbox.command(town.fan, town.channel, "go")
        await bot.done.wait()
        assert bot.raised == []
        assert response.ephemeral
        assert message_of(response).content == "Psst!"
        assert message_of(response).flags & 64
        assert message_of(response).ephemeral_for == town.fan.id
        assert message_of(response).id not in town.channel.messages
        shown = [e for e in events if e.name.startswith("MESSAGE")]
        assert [(e.name, e.gateway, e.user_id) for e in shown] == [
            ("MESSAGE_CREATE", False, town.fan.id),
            ("MESSAGE_UPDATE", False, town.fan.id),
        ]
        with pytest.raises(Refused, match="admin sees no message"):
            await sandbox.press(town.admin, message_of(response), label="any")
        town.world.add_channel(town.guild, "after")
        await asyncio.wait_for(bot.wait_for("guild_channel_create"), 5) if (
            "CHANNEL_CREATE" not in bot.heard
        ) else None
        assert "MESSAGE_CREATE" not in bot.heard


async def test_a_public_reply_reaches_the_gateway(
    sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace
) -> None:
    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Hello")

    bot = Talker(act, intents=discord.Intents(guilds=True, guild_messages=True))
    async with run_bot(sandbox, bot):
        heard = asyncio.ensure_future(bot.wait_for("message", timeout=5))
        response = await sandbox.command(town.fan, town.channel, "go")
        message = await heard
        assert message.id == message_of(response).id
        assert message.interaction_metadata is not None
        assert message.interaction_metadata.user.id == town.fan.id


@pytest.mark.parametrize("ephemeral", [False, True])
async def test_a_deferred_reply_is_thinking_until_it_is_edited(
    sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace, ephemeral: Any
) -> None:
    go_on = asyncio.Event()

    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True, ephemeral=ephemeral)
        await go_on.wait()
        await interaction.edit_original_response(content="Done")

    async with run_bot(sandbox, Talker(act)):
        response = await sandbox.command(town.fan, town.channel, "go")
        assert (response.kind, response.deferred) == ("deferred", True)
        assert response.ephemeral is ephemeral
        assert message_of(response).flags & 128
        with pytest.raises(TimeoutError, match="in vain for the reply"):
            await response.finished(timeout=0.01)
        go_on.set()
        message = await response.finished()
        assert message.content == "Done"
        assert not message.flags & 128
        assert bool(message.flags & 64) is ephemeral


async def test_the_first_follow_up_after_a_deferred_reply_becomes_it(
    sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace
) -> None:
    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True)
        await interaction.followup.send("First", ephemeral=True)
        await interaction.followup.send("Second", ephemeral=True)

    bot = Talker(act)
    async with run_bot(sandbox, bot):
        response = await sandbox.command(town.fan, town.channel, "go")
        second = await response.followup()
        assert (await response.finished()).content == "First"
        assert message_of(response).ephemeral_for is None
        assert second.content == "Second"
        assert second.ephemeral_for == town.fan.id
        assert [m.content for m in town.channel.messages.values()] == ["First"]


async def test_follow_ups_are_edited_read_and_deleted(
    sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace
) -> None:
    read = []

    async def act(interaction: discord.Interaction) -> None:
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


async def test_files_come_with_a_reply(
    sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace
) -> None:
    async def act(interaction: discord.Interaction) -> None:
        import io

        file = discord.File(io.BytesIO(b"picture"), "quote.png")
        await interaction.response.send_message("See", file=file)

    bot = Talker(act)
    async with run_bot(sandbox, bot):
        response = await sandbox.command(town.fan, town.channel, "go")
    assert bot.raised == []
    (attachment,) = message_of(response).attachments
    assert attachment["filename"] == "quote.png"
    assert sandbox.world.files[int(attachment["id"])][2] == b"picture"


async def test_no_callback_in_time(checker: Checker, run_bot: RunBot) -> None:
    async with Sandbox(page=False, observer=checker, interaction_timeout=0.05) as sandbox:
        world = sandbox.world
        owner = world.application.owner
        channel = world.add_channel(world.add_guild("Guild"), "general")
        events: list[Event] = []
        world.listen(events.append)
        late = asyncio.Event()

        async def act(interaction: discord.Interaction) -> None:
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
            error = bot.only_error()
            assert (error.status, error.code) == (404, 10062)
            assert not channel.messages


async def test_the_time_for_a_callback_is_three_seconds() -> None:
    sandbox = Sandbox()
    assert sandbox.interactions.timeout == 3.0
    assert sandbox.interactions.lifetime == 15 * 60


async def test_answering_twice(sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace) -> None:
    codes = []

    async def act(interaction: discord.Interaction) -> None:
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


async def test_the_token_dies_after_fifteen_minutes(checker: Checker, run_bot: RunBot) -> None:
    now = [1_800_000_000.0]
    async with Sandbox(page=False, observer=checker, clock=lambda: now[0]) as sandbox:
        world = sandbox.world
        channel = world.add_channel(world.add_guild("Guild"), "general")

        async def act(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("Now")
            now[0] += 899
            await interaction.edit_original_response(content="14:59")
            now[0] += 2
            await interaction.edit_original_response(content="15:01")

        bot = Talker(act)
        async with run_bot(sandbox, bot):
            response = await sandbox.command(world.application.owner, channel, "go")
            await bot.done.wait()
        error = bot.only_error()
        assert (error.status, error.code) == (401, 50027)
        assert message_of(response).content == "14:59"


async def test_nothing_follows_before_the_callback(
    sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace
) -> None:
    codes = []

    async def act(interaction: discord.Interaction) -> None:
        try:
            await interaction.followup.send("Early")
        except discord.HTTPException as error:
            codes.append((error.status, error.code))
        await interaction.response.send_message("Now")

    async with run_bot(sandbox, Talker(act)):
        await sandbox.command(town.fan, town.channel, "go")
    assert codes == [(404, 10015)]


async def test_a_refused_callback_can_be_mended(
    sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace
) -> None:
    codes = []

    async def act(interaction: discord.Interaction) -> None:
        try:
            await interaction.response.send_message("x" * 2001)
        except discord.HTTPException as error:
            codes.append((error.status, error.code))
            await interaction.response.send_message("shorter")

    async with run_bot(sandbox, Talker(act)):
        response = await sandbox.command(town.fan, town.channel, "go")
    assert codes == [(400, 50035)]
    assert message_of(response).content == "shorter"


async def test_an_unknown_message_of_a_token(
    sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace
) -> None:
    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Hello")
        await interaction.followup.fetch_message(123)

    bot = Talker(act)
    async with run_bot(sandbox, bot):
        await sandbox.command(town.fan, town.channel, "go")
        await bot.done.wait()
    error = bot.only_error()
    assert (error.status, error.code) == (404, 10008)


async def test_closing_the_sandbox_does_not_leave_anyone_waiting(
    checker: Checker, town: SimpleNamespace
) -> None:
    async with Sandbox(page=False, observer=checker) as sandbox:
        world = sandbox.world
        channel = world.add_channel(world.add_guild("Guild"), "general")
        world.commands[1] = _command(world)
        asked = asyncio.ensure_future(sandbox.command(world.application.owner, channel, "lonely"))
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await asked


def _command(world: Any) -> Any:
    from sandbox.entities import Command

    return Command(1, world.application.id, "lonely", 1, description="Nobody answers")
