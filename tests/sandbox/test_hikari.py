"""The sandbox as a second, unrelated client library sees it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import hikari
import pytest

from sandbox import Choice, Sandbox
from tests.sandbox.bots import message_of, modal_of


@contextlib.asynccontextmanager
async def running(bot: hikari.GatewayBot) -> AsyncIterator[None]:
    """Log the bot in; leave it with its sessions closed."""
    await bot.start(check_for_updates=False)
    try:
        yield
    finally:
        await bot.close()


def made(sandbox: Sandbox, intents: hikari.Intents = hikari.Intents.GUILDS) -> hikari.GatewayBot:
    return hikari.GatewayBot(
        sandbox.token,
        rest_url=sandbox.api_url,
        intents=intents,
        banner=None,
        logs=None,
        suppress_optimization_warning=True,
    )


@pytest.fixture
def town(sandbox: Sandbox) -> Any:
    guild = sandbox.world.add_guild("Hikari's")
    return guild, sandbox.world.add_channel(guild, "general"), sandbox.world.application.owner


async def test_it_logs_in_registers_a_command_and_answers_it(sandbox: Sandbox, town: Any) -> None:
    guild, channel, person = town
    bot = made(sandbox)

    @bot.listen(hikari.InteractionCreateEvent)
    async def answer(event: hikari.InteractionCreateEvent) -> None:
        interaction = event.interaction
        if isinstance(interaction, hikari.CommandInteraction):
            text = interaction.options[0].value
            await interaction.create_initial_response(
                hikari.ResponseType.MESSAGE_CREATE,
                f"You searched for {text}",
                flags=hikari.MessageFlag.EPHEMERAL,
            )
            await interaction.edit_initial_response(f"You searched for {text}!")
            await interaction.execute("And more")

    async with running(bot):
        me = bot.get_me()
        assert me is not None
        assert me.id == sandbox.world.application.bot.id
        application = await bot.rest.fetch_application()
        command = bot.rest.slash_command_builder("search", "Search the interviews").add_option(
            hikari.CommandOption(
                type=hikari.OptionType.STRING,
                name="query",
                description="What to search for",
                is_required=True,
            )
        )
        registered = await bot.rest.set_application_commands(application.id, [command])
        assert [c.name for c in registered] == ["search"]
        await sandbox.wait_ready()
        response = await sandbox.command(person, channel, "search", query="방탄소년단")
        assert response.ephemeral
        followup = await response.followup()
        assert message_of(response).content == "You searched for 방탄소년단!"
        assert followup.content == "And more"
        cached = bot.cache.get_guild(guild.id)
        assert cached is not None
        assert cached.name == "Hikari's"


async def test_it_completes_and_answers_buttons_and_modals(sandbox: Sandbox, town: Any) -> None:
    _guild, channel, person = town
    bot = made(sandbox)

    @bot.listen(hikari.InteractionCreateEvent)
    async def answer(event: hikari.InteractionCreateEvent) -> None:
        interaction = event.interaction
        if isinstance(interaction, hikari.AutocompleteInteraction):
            await interaction.create_response([hikari.impl.AutocompleteChoiceBuilder("Kai", "kai")])
        elif isinstance(interaction, hikari.CommandInteraction):
            row = bot.rest.build_message_action_row()
            row.add_interactive_button(hikari.ButtonStyle.PRIMARY, "more", label="More")
            await interaction.create_initial_response(
                hikari.ResponseType.MESSAGE_CREATE, "Read", component=row
            )
        elif isinstance(interaction, hikari.ComponentInteraction):
            fields = bot.rest.build_modal_action_row().add_text_input("note", "Your note")
            await interaction.create_modal_response("Note", "form", components=[fields])
        elif isinstance(interaction, hikari.ModalInteraction):
            written = interaction.components[0][0]
            assert isinstance(written, hikari.TextInputComponent)
            await interaction.create_initial_response(
                hikari.ResponseType.MESSAGE_UPDATE, written.value
            )

    async with running(bot):
        command = bot.rest.slash_command_builder("read", "Read").add_option(
            hikari.CommandOption(
                type=hikari.OptionType.STRING,
                name="interview",
                description="Which",
                autocomplete=True,
                is_required=True,
            )
        )
        await bot.rest.set_application_commands(sandbox.world.application.id, [command])
        await sandbox.wait_ready()
        choices = await sandbox.autocomplete(
            person, channel, "read", focused="interview", interview="k"
        )
        assert choices == [Choice("Kai", "kai")]
        card = message_of(await sandbox.command(person, channel, "read", interview="kai"))
        modal = modal_of(await sandbox.press(person, card, label="More"))
        assert modal.title == "Note"
        answer_given = await sandbox.submit(person, modal, {"note": "Lovely"})
        assert answer_given.updated is card
        assert card.content == "Lovely"


async def test_it_sends_reads_and_resumes(sandbox: Sandbox, town: Any) -> None:
    guild, channel, _person = town
    bot = made(sandbox, hikari.Intents.GUILDS | hikari.Intents.GUILD_MESSAGES)
    heard: asyncio.Queue[str] = asyncio.Queue()

    @bot.listen(hikari.GuildChannelCreateEvent)
    async def created(event: hikari.GuildChannelCreateEvent) -> None:
        await heard.put(event.channel.name or "")

    @bot.listen(hikari.GuildMessageCreateEvent)
    async def message(event: hikari.GuildMessageCreateEvent) -> None:
        await heard.put(event.message.content or "")

    async with running(bot):
        await sandbox.wait_ready()
        sent = await bot.rest.create_message(channel.id, "An announcement")
        assert await asyncio.wait_for(heard.get(), 5) == "An announcement"
        assert (await bot.rest.fetch_message(channel.id, sent.id)).content == "An announcement"
        await bot.rest.edit_message(channel.id, sent.id, "Edited")
        assert channel.messages[sent.id].content == "Edited"
        with pytest.raises(hikari.NotFoundError) as unknown:
            await bot.rest.fetch_message(channel.id, 123)
        assert unknown.value.code == 10008
        with pytest.raises(hikari.BadRequestError) as invalid:
            await bot.rest.create_message(channel.id, "x" * 2001)
        assert invalid.value.code == 50035
        await sandbox.gateway.close(4000)
        await sandbox.gateway.wait_gone()
        sandbox.world.add_channel(guild, "while-away")
        assert await asyncio.wait_for(heard.get(), 10) == "while-away"
        assert sandbox.gateway.counts.resumes == 1


async def test_a_wrong_token_is_refused(sandbox: Sandbox) -> None:
    app = hikari.RESTApp(url=sandbox.api_url)
    await app.start()
    try:
        async with app.acquire(sandbox.world.new_token(5), hikari.TokenType.BOT) as client:
            with pytest.raises(hikari.UnauthorizedError):
                await client.fetch_my_user()
        async with app.acquire(sandbox.token, hikari.TokenType.BOT) as client:
            assert (await client.fetch_my_user()).username == sandbox.world.application.bot.name
    finally:
        await app.close()
