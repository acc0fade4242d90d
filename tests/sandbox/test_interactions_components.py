"""Buttons, selects and modals, between people and a bot of discord.py."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import discord
import pytest
from discord import ui

from sandbox import InteractionFailed, Refused, Sandbox
from tests.openapi import Checker
from tests.sandbox.bots import RunBot, Talker, message_of, modal_of


class Panel(ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.chosen: list[Any] = []
        self.add_item(ui.Button(label="Site", url="https://example.org"))
        self.add_item(ui.Button(label="Off", custom_id="off", disabled=True))

    @ui.button(label="More", custom_id="more", style=discord.ButtonStyle.primary)
    async def more(self, interaction: discord.Interaction, button: ui.Button[Any]) -> None:
        await interaction.response.edit_message(content="More!")

    @ui.button(label="Reply", custom_id="reply")
    async def reply(self, interaction: discord.Interaction, button: ui.Button[Any]) -> None:
        await interaction.response.send_message("Mine", ephemeral=True)

    @ui.button(emoji="🎲", custom_id="later")
    async def later(self, interaction: discord.Interaction, button: ui.Button[Any]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="Later")

    @ui.select(
        placeholder="Jump",
        custom_id="jump",
        min_values=1,
        max_values=2,
        options=[discord.SelectOption(label=f"Q{n}", value=str(n)) for n in range(3)],
    )
    async def jump(self, interaction: discord.Interaction, select: ui.Select[Any]) -> None:
        self.chosen.append(select.values)
        await interaction.response.edit_message(content=f"Jumped {select.values}")

    @ui.select(cls=ui.ChannelSelect, custom_id="channel", channel_types=[discord.ChannelType.text])
    async def channel(
        self, interaction: discord.Interaction, select: ui.ChannelSelect[Any]
    ) -> None:
        self.chosen.append([c.id for c in select.values])
        await interaction.response.defer()

    @ui.select(cls=ui.MentionableSelect, custom_id="anyone", max_values=2)
    async def anyone(
        self, interaction: discord.Interaction, select: ui.MentionableSelect[Any]
    ) -> None:
        self.chosen.append({type(v).__name__ for v in select.values})
        await interaction.response.defer()

    @ui.select(cls=ui.UserSelect, custom_id="user", min_values=0)
    async def user(self, interaction: discord.Interaction, select: ui.UserSelect[Any]) -> None:
        self.chosen.append([v.id for v in select.values])
        await interaction.response.defer()


async def test_buttons(sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace) -> None:
    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Panel", view=Panel())

    async with run_bot(sandbox, Talker(act)):
        panel = message_of(await sandbox.command(town.fan, town.channel, "go"))
        updated = await sandbox.press(town.admin, panel, label="More")
        assert (updated.kind, updated.updated) == ("updated", panel)
        assert panel.content == "More!"
        own = await sandbox.press(town.admin, panel, "reply")
        assert message_of(own).content == "Mine"
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


async def test_selects(sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace) -> None:
    panels = []

    async def act(interaction: discord.Interaction) -> None:
        panels.append(Panel())
        await interaction.response.send_message("Panel", view=panels[0])

    role = town.world.add_role(town.guild, "Fans")
    async with run_bot(sandbox, Talker(act)):
        panel = message_of(await sandbox.command(town.fan, town.channel, "go"))
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


async def test_buttons_inside_a_layout(
    sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace
) -> None:
    class Card(ui.LayoutView):
        def __init__(self) -> None:
            super().__init__(timeout=None)
            button: ui.Button[Any] = ui.Button(label="Read", custom_id="read")
            button.callback = self.read  # type: ignore[method-assign]  # as discord.py has it done
            text: ui.TextDisplay[Any] = ui.TextDisplay("A question")
            self.add_item(ui.Container(ui.Section(text, accessory=button)))

        async def read(self, interaction: discord.Interaction) -> None:
            await interaction.response.send_message("Reading", ephemeral=True)

    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(view=Card())

    async with run_bot(sandbox, Talker(act)):
        card = message_of(await sandbox.command(town.fan, town.channel, "go"))
        assert card.flags & 1 << 15
        assert message_of(await sandbox.press(town.fan, card, label="Read")).content == "Reading"


async def test_a_component_of_an_ephemeral_message_updates_it(
    sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace
) -> None:
    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Panel", view=Panel(), ephemeral=True)

    async with run_bot(sandbox, Talker(act)):
        panel = message_of(await sandbox.command(town.fan, town.channel, "go"))
        response = await sandbox.press(town.fan, panel, label="More")
        assert response.updated is panel
        assert response.ephemeral
        assert panel.content == "More!"
        assert not town.channel.messages


async def test_a_button_that_nobody_answers(checker: Checker, run_bot: RunBot) -> None:
    async with Sandbox(page=False, observer=checker, interaction_timeout=0.05) as sandbox:
        world = sandbox.world
        owner = world.application.owner
        channel = world.add_channel(world.add_guild("Guild"), "general")

        async def act(interaction: discord.Interaction) -> None:
            view = discord.ui.View(timeout=None)
            view.add_item(discord.ui.Button(label="Old", custom_id="old"))
            await interaction.response.send_message("Panel", view=view)
            view.stop()

        async with run_bot(sandbox, Talker(act)):
            panel = message_of(await sandbox.command(owner, channel, "go"))
            with pytest.raises(InteractionFailed, match="This interaction failed"):
                await sandbox.press(owner, panel, label="Old")


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
        places, kinds, note = self.where.component, self.kind.component, self.note.component
        assert isinstance(places, ui.ChannelSelect)
        assert isinstance(kinds, ui.Select)
        assert isinstance(note, ui.TextInput)
        where = [c.id for c in places.values]
        answer = f"{self.name.value}|{note.value}|{kinds.values}|{where}"
        if interaction.message is None:
            await interaction.response.send_message(answer)
        else:
            await interaction.response.edit_message(content=answer)


async def test_a_modal_with_labels(
    sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace
) -> None:
    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Form())

    async with run_bot(sandbox, Talker(act)):
        opened = await sandbox.command(town.fan, town.channel, "go")
        modal = modal_of(opened)
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
        assert message_of(answer).content == f"Jo|none|['Idol']|[{town.channel.id}]"
        with pytest.raises(Refused, match="no such modal open"):
            await sandbox.submit(town.fan, modal, {"name": "Jo", "kind": ["Idol"]})


async def test_a_modal_from_a_button_updates_its_message(
    sandbox: Sandbox, run_bot: RunBot, town: SimpleNamespace
) -> None:
    class Opener(ui.View):
        @ui.button(label="Open", custom_id="open")
        async def open(self, interaction: discord.Interaction, button: ui.Button[Any]) -> None:
            await interaction.response.send_modal(Form())

    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Before", view=Opener())

    async with run_bot(sandbox, Talker(act)):
        panel = message_of(await sandbox.command(town.fan, town.channel, "go"))
        modal = modal_of(await sandbox.press(town.fan, panel, label="Open"))
        fields = {"name": "Jo", "note": "hi", "kind": ["Actor"]}
        answer = await sandbox.submit(town.fan, modal, fields)
        assert answer.updated is panel
        assert panel.content == "Jo|hi|['Actor']|[]"
