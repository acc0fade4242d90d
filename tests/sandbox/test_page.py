"""The sandbox's page in a real browser, against a real discord.py bot."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import discord
import pytest
import pytest_asyncio
from discord import app_commands, ui
from playwright.async_api import Locator, Page, Route, expect

from sandbox import Sandbox
from sandbox.entities import Channel, Guild, User
from sandbox.faults import Rule
from sandbox.gateway import GatewaySettings
from sandbox.messages import create_message, delete_message, edit_message
from sandbox.site import SampleSite
from tests.browser import PHONE, Browsing, browsing
from tests.openapi import Checker
from tests.sandbox.bots import Bot, RunBot
from tests.sandbox.sight import FAINT, SMALL

# One Chromium for all of these, and so one event loop.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

TITLES = ("Ha-neul Seo: I write the chorus last", "Do-yun Baek on stage fright", "서하늘 인터뷰")


class Deck(ui.LayoutView):
    """Components of every kind that a person can use."""

    row: ui.ActionRow[Any] = ui.ActionRow()
    menu: ui.ActionRow[Any] = ui.ActionRow()

    def __init__(self, silence: asyncio.Event) -> None:
        super().__init__(timeout=None)
        self.silence = silence
        self.presses = 0
        self.words: ui.TextDisplay[Any] = ui.TextDisplay("Pressed 0 times")
        self.add_item(self.words)

    @row.button(label="Count", style=discord.ButtonStyle.primary, custom_id="count")
    async def count(self, interaction: discord.Interaction, _button: Any) -> None:
        self.presses += 1
        self.words.content = f"Pressed {self.presses} times"
        await interaction.response.edit_message(view=self)

    @row.button(label="Mute", custom_id="mute")
    async def mute(self, _interaction: discord.Interaction, _button: Any) -> None:
        await self.silence.wait()

    @row.button(label="Write", custom_id="write")
    async def write(self, interaction: discord.Interaction, _button: Any) -> None:
        await interaction.response.send_modal(Letter())

    @menu.select(
        cls=ui.Select,
        placeholder="Jump to a question",
        custom_id="jump",
        options=[
            discord.SelectOption(label=f"Question {n}", value=str(n), description="About the stage")
            for n in range(1, 5)
        ],
    )
    async def jump(self, interaction: discord.Interaction, select: ui.Select[Any]) -> None:
        await interaction.response.send_message(f"Jumped to {select.values[0]}", ephemeral=True)


class Letter(ui.Modal, title="Tell the magazine"):
    subject: ui.Label[Any] = ui.Label(
        text="Subject",
        description="In a few words",
        component=ui.TextInput(min_length=3, max_length=20),
    )
    kind: ui.Label[Any] = ui.Label(
        text="Kind",
        component=ui.Select(
            options=[discord.SelectOption(label="Praise"), discord.SelectOption(label="Wish")]
        ),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        text, kind = self.subject.component, self.kind.component
        assert isinstance(text, ui.TextInput)
        assert isinstance(kind, ui.Select)
        await interaction.response.send_message(f"{kind.values[0]}: {text.value}", ephemeral=True)


def speaking_bot(silence: asyncio.Event) -> Bot:
    """A bot with the commands that the tests type."""
    bot = Bot()
    interviews = app_commands.Group(name="interviews", description="Interviews")
    bot.tree.add_command(interviews)

    @interviews.command(description="Search every question and answer")
    @app_commands.describe(query="What to look for", year="Only of that year")
    async def search(
        interaction: discord.Interaction, query: str, year: app_commands.Range[int, 2000] | None
    ) -> None:
        await interaction.response.send_message(f"Found: {query} in {year}", ephemeral=True)

    @interviews.command(description="Read an interview")
    @app_commands.describe(interview="Title or artist")
    async def read(interaction: discord.Interaction, interview: str) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.followup.send(f"Reading: {interview}")

    @read.autocomplete("interview")
    async def titles(_: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        found = [title for title in TITLES if current.lower() in title.lower()]
        return [app_commands.Choice(name=t, value=f"#{TITLES.index(t)}") for t in found]

    @bot.tree.command(description="Never answers")
    async def silent(_interaction: discord.Interaction) -> None:
        await silence.wait()

    @bot.tree.command(description="Announce somewhere")
    @app_commands.default_permissions(manage_guild=True)
    async def announce(interaction: discord.Interaction, channel: discord.TextChannel) -> None:
        await interaction.response.send_message(f"Announcing in {channel.mention}")

    return bot


@dataclass
class Scene:
    sandbox: Sandbox
    browser: Browsing
    bot: Bot
    guild: Guild
    news: Channel
    talk: Channel
    admin: User
    fan: User
    silence: asyncio.Event
    magazine: SampleSite | None

    async def open(self, who: User, where: Channel, **options: Any) -> Page:
        return await self.browser.open(f"{self.sandbox.url}/?user={who.id}#/{where.id}", **options)

    def impatient(self) -> None:
        """Whoever keeps silent for a second has failed; the other tests allow a busy machine."""
        self.sandbox.interactions.timeout = 1.0

    async def deck(self) -> Deck:
        """A message of the bot with components, in `talk`."""
        view = Deck(self.silence)
        channel = self.bot.get_partial_messageable(self.talk.id, guild_id=self.guild.id)
        await channel.send(view=view)
        return view


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browsing]:
    async with browsing() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def scene(
    checker: Checker, run_bot: RunBot, browser: Browsing, request: pytest.FixtureRequest
) -> AsyncIterator[Scene]:
    """The sandbox has a magazine where a test asks for it by the parameter `SampleSite`."""
    settings = GatewaySettings(identify_interval=0.0)
    silence = asyncio.Event()
    magazine = request.param() if hasattr(request, "param") else None
    async with Sandbox(
        observer=checker, gateway=settings, interaction_timeout=10.0, magazine=magazine
    ) as sandbox:
        world = sandbox.world
        admin, fan = world.add_user("Mina"), world.add_user("Jisoo")
        guild = world.add_guild("KCrush Fans", owner=admin)
        world.add_member(guild, fan)
        news = world.add_channel(guild, "announcements", type=5)
        talk = world.add_channel(guild, "general", topic="Talk about *everything*")
        async with run_bot(sandbox, speaking_bot(silence)) as bot:
            yield Scene(sandbox, browser, bot, guild, news, talk, admin, fan, silence, magazine)
            silence.set()
            await browser.put_away()


def log(page: Page) -> Locator:
    return page.get_by_role("log")


def line(page: Page, channel: str = "general") -> Locator:
    return page.get_by_role("combobox", name=f"Message #{channel}")


async def test_a_message_arrives_changes_and_goes_while_one_looks(scene: Scene) -> None:
    page = await scene.open(scene.fan, scene.news)
    channel = scene.bot.get_partial_messageable(scene.news.id, guild_id=scene.guild.id)
    sent = await channel.send("A **new** interview")
    article = log(page).get_by_role("article")
    await expect(article).to_contain_text("A new interview")
    await expect(article.locator("strong")).to_have_text("new")
    await expect(article).to_contain_text("APP")
    await sent.edit(content="A _corrected_ interview")
    await expect(article).to_contain_text("A corrected interview (edited)")
    await sent.delete()
    await expect(article).to_have_count(0)


async def test_a_picture_that_is_not_loaded_stays_blank_until_an_edit(scene: Scene) -> None:
    """Discord's clients draw no picture that loaded after they drew its message."""
    world = scene.sandbox.world
    world.picture_seconds = 3600.0
    address = f"{scene.sandbox.url}/cdn/icons/{scene.guild.id}/first.png"
    gallery = {"type": 12, "items": [{"media": {"url": address}, "description": "A stage"}]}
    payload = {"components": [gallery], "flags": 1 << 15}
    page = await scene.open(scene.fan, scene.news)
    message = create_message(world, scene.news, world.application.bot, payload)
    article = log(page).get_by_role("article")
    await expect(article.locator(".picture")).to_be_visible()
    await expect(article.locator(".picture img")).to_have_count(0)
    world.pictures[address] = world.clock()
    edit_message(world, message, payload)
    await expect(article.locator(".picture img")).to_have_count(1)


async def test_what_happens_elsewhere_shows_at_the_left(scene: Scene) -> None:
    page = await scene.open(scene.fan, scene.talk)
    role = scene.sandbox.world.add_role(scene.guild, "Alerts", mentionable=True)
    scene.guild.members[scene.fan.id].roles.append(role.id)
    scene.sandbox.world.add_channel(scene.guild, "new-room")
    channels = page.get_by_role("navigation", name="Channels")
    await expect(channels.get_by_role("link", name="new-room (text channel)")).to_be_visible()
    create_message(
        scene.sandbox.world,
        scene.news,
        scene.sandbox.world.application.bot,
        {"content": f"<@&{role.id}> Read it", "allowed_mentions": {"roles": [str(role.id)]}},
    )
    link = channels.get_by_role("link", name="announcements (announcement channel), 1 mention")
    await link.click()
    article = log(page).get_by_role("article")
    await expect(article).to_have_class(re.compile("pinged"))
    await expect(article.locator(".mention")).to_have_text("@Alerts")
    await expect(
        channels.get_by_role("link", name="announcements (announcement channel)")
    ).to_have_attribute("aria-current", "page")
    scene.sandbox.world.delete_channel(scene.news)
    await expect(channels.get_by_role("link", name="announcements")).to_have_count(0)


async def test_the_first_direct_message_shows_at_the_left_and_opens(scene: Scene) -> None:
    page = await scene.open(scene.fan, scene.talk)
    world = scene.sandbox.world
    bot = world.application.bot
    create_message(world, world.open_dm(scene.fan), bot, {"content": "Your artist is back"})
    home = page.get_by_role("button", name="Direct Messages, 1 mention")
    await home.click()
    await expect(log(page).get_by_role("article")).to_contain_text("Your artist is back")
    await expect(page.get_by_role("button", name="Direct Messages", exact=True)).to_have_attribute(
        "aria-current", "true"
    )


HOSTILE = (
    "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>"
    "<svg onload='window.hacked = 3'> [press](javascript:window.hacked=4) "
    "[also](data:text/html,x) <b>not bold</b> &lt;i&gt;"
)


async def test_hostile_text_stays_text(scene: Scene) -> None:
    world, bot = scene.sandbox.world, scene.sandbox.world.application.bot
    page = await scene.open(scene.fan, scene.talk)
    create_message(world, scene.talk, bot, {"content": HOSTILE})
    embed = {"title": HOSTILE, "description": HOSTILE, "footer": {"text": HOSTILE}}
    create_message(world, scene.talk, bot, {"embeds": [embed]})
    parts = [
        {"type": 17, "components": [{"type": 10, "content": HOSTILE}]},
        {"type": 1, "components": [{"type": 2, "style": 2, "label": "<b>x</b>", "custom_id": "x"}]},
    ]
    create_message(world, scene.talk, bot, {"components": parts, "flags": 1 << 15})
    evil = world.add_user("<img src=x onerror='window.hacked=5'>")
    world.add_member(scene.guild, evil)
    create_message(world, scene.talk, evil, {"content": f"I am <@{evil.id}>"})
    world.edit_channel(scene.talk, topic=HOSTILE)
    articles = log(page).get_by_role("article")
    await expect(articles).to_have_count(4)
    await expect(page.locator(".topic")).to_contain_text("<script>")
    await expect(articles.first).to_contain_text("<script>window.hacked = 1</script>")
    await expect(articles.first).to_contain_text("[press](javascript:window.hacked=4)")
    await expect(page.get_by_role("button", name="<b>x</b>")).to_be_visible()
    links = await log(page).locator("a").evaluate_all("all => all.map(a => a.protocol)")
    assert set(links) <= {"http:", "https:"}
    assert await log(page).locator("script, b, svg[onload], img[src='x']").count() == 0
    assert await page.evaluate("window.hacked") is None


async def test_a_command_is_typed_on_the_keyboard_with_autocomplete(scene: Scene) -> None:
    page = await scene.open(scene.fan, scene.talk)
    await line(page).focus()
    await page.keyboard.type("/")
    commands = page.get_by_role("listbox", name="Commands")
    await expect(commands.get_by_role("option")).to_have_count(3)
    await page.keyboard.type("read")
    await expect(commands.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Tab")
    field = page.get_by_role("combobox", name="interview")
    await expect(field).to_be_focused()
    await page.keyboard.type("서")
    options = page.get_by_role("listbox", name="interview").get_by_role("option")
    await expect(options).to_have_text(["서하늘 인터뷰"])
    await page.keyboard.press("Backspace")
    await expect(options).to_have_text(list(TITLES))
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(field).to_have_value(TITLES[1])
    await page.keyboard.press("Enter")
    answer = log(page).get_by_role("article")
    await expect(answer).to_contain_text("Reading: #1")
    await expect(answer).to_contain_text("Jisoo used /interviews read")
    await expect(line(page)).to_be_focused()


async def test_a_command_typed_in_one_go_fills_its_options(scene: Scene) -> None:
    page = await scene.open(scene.fan, scene.talk)
    await line(page).focus()
    await expect(line(page)).to_have_value("")
    await page.keyboard.type("/")
    await expect(page.get_by_role("listbox", name="Commands").get_by_role("option")).to_have_count(
        3
    )
    await page.keyboard.type("interviews search new moon year:1999")
    await expect(page.get_by_role("combobox", name="query")).to_have_value("new moon")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Enter 2000 or more.")).to_be_visible()
    year = page.get_by_role("combobox", name="year")
    await expect(year).to_be_focused()
    await year.fill("2024")
    await page.keyboard.press("Enter")
    await expect(log(page).get_by_role("article")).to_contain_text("Found: new moon in 2024")


async def test_a_required_option_is_asked_for_and_a_channel_picked(scene: Scene) -> None:
    page = await scene.open(scene.admin, scene.talk)
    await line(page).fill("/announce")
    await page.get_by_role("option", name="/announce: Announce somewhere").click()
    field = page.get_by_role("combobox", name="channel")
    await field.press("Escape")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("This option is required. Give it a value.")).to_be_visible()
    await field.fill("gen")
    options = page.get_by_role("listbox", name="channel").get_by_role("option")
    await expect(options).to_have_text(["#general"])
    await options.click()
    await page.get_by_role("button", name="Send").click()
    article = log(page).get_by_role("article")
    await expect(article).to_contain_text("Announcing in")
    await expect(article.get_by_role("link", name="general")).to_be_visible()


async def test_commands_are_offered_to_those_who_may_use_them(scene: Scene) -> None:
    page = await scene.open(scene.fan, scene.talk)
    await line(page).fill("/announce")
    await expect(
        page.get_by_text("No command of that name. Type / to see them all.")
    ).to_be_visible()
    await line(page).press("Enter")
    await expect(line(page)).to_have_value("/announce")
    await expect(log(page).get_by_role("article")).to_have_count(0)


async def test_an_answer_takes_the_place_of_the_note_that_it_is_awaited(scene: Scene) -> None:
    page = await scene.open(scene.fan, scene.talk)
    answered = asyncio.Event()

    async def hold(route: Route) -> None:
        response = await route.fetch()
        await answered.wait()
        await route.fulfill(response=response)

    await page.route("**/page/act", hold)
    scene.sandbox.faults.add(Rule(match="POST /interactions/", latency=(0.5, 0.5)))
    await line(page).fill("/interviews search moon")
    await page.keyboard.press("Enter")
    await expect(log(page)).to_contain_text("Sending command…")
    await expect(log(page)).to_contain_text("Found: moon")
    await expect(log(page).get_by_role("article")).to_have_count(1)
    answered.set()


async def test_a_command_that_is_sent_before_the_page_knows_it_is_sent(scene: Scene) -> None:
    page = await scene.open(scene.fan, scene.talk)
    known = asyncio.Event()

    async def hold(route: Route) -> None:
        await known.wait()
        await route.continue_()

    await page.route("**/page/commands?*", hold)
    await page.reload()
    await line(page).fill("/interviews search moon")
    await page.keyboard.press("Enter")
    known.set()
    await expect(log(page)).to_contain_text("Found: moon")
    await expect(log(page).get_by_role("article")).to_have_count(1)


async def test_a_command_that_can_not_be_looked_up_stays_typed_and_says_why(scene: Scene) -> None:
    page = await scene.open(scene.fan, scene.talk)
    sent, over = asyncio.Event(), asyncio.Event()

    async def fail(route: Route) -> None:
        """Only what is asked for once the command was sent, so that nothing else says why."""
        if not sent.is_set():
            await over.wait()
        await route.abort()

    await page.route("**/page/commands?*", fail)
    await page.reload()
    async with page.expect_request("**/page/commands?*"):
        await line(page).fill("/interviews search moon")
    sent.set()
    await page.keyboard.press("Enter")
    await expect(
        page.get_by_text("The sandbox can't be reached. Is it still running?")
    ).to_be_visible()
    await expect(page.get_by_text("offers you no commands here")).to_be_hidden()
    await expect(line(page)).to_have_value("/interviews search moon")
    over.set()


async def test_a_silent_application_is_said_to_be_silent(scene: Scene) -> None:
    page = await scene.open(scene.fan, scene.talk)
    scene.impatient()
    await line(page).fill("/silent ")
    await page.keyboard.press("Enter")
    article = log(page).get_by_role("article")
    await expect(article).to_contain_text("Sending command…")
    await expect(article.get_by_role("alert")).to_have_text("The application did not respond")
    await page.get_by_role("button", name="Dismiss message").click()
    await expect(article).to_have_count(0)


async def test_a_button_edits_its_message_and_keeps_the_focus(scene: Scene) -> None:
    await scene.deck()
    page = await scene.open(scene.fan, scene.talk)
    button = page.get_by_role("button", name="Count")
    await button.focus()
    for presses in (1, 2):
        await page.keyboard.press("Enter")
        await expect(log(page)).to_contain_text(f"Pressed {presses} times")
        await expect(button).to_be_focused()
        await expect(button).not_to_have_attribute("aria-busy", "true")


async def test_a_button_waits_and_then_says_that_it_failed(scene: Scene) -> None:
    await scene.deck()
    page = await scene.open(scene.fan, scene.talk)
    button = page.get_by_role("button", name="Mute")
    scene.impatient()
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    await expect(page.get_by_role("button", name="Count")).to_have_attribute(
        "aria-disabled", "true"
    )
    article = log(page).get_by_role("article")
    await expect(article.get_by_role("alert")).to_have_text("This interaction failed")
    await expect(button).not_to_have_attribute("aria-busy", "true")
    scene.sandbox.interactions.timeout = 10.0
    await page.get_by_role("button", name="Count").click()
    await expect(article).to_contain_text("Pressed 1 times")
    await expect(article.get_by_role("alert")).to_have_count(0)


async def test_a_select_is_chosen_from_by_keyboard_and_by_hand(scene: Scene) -> None:
    await scene.deck()
    page = await scene.open(scene.fan, scene.talk)
    menu = page.get_by_role("combobox", name="Jump to a question")
    await menu.press("ArrowDown")
    options = page.get_by_role("listbox", name="Jump to a question").get_by_role("option")
    await expect(options).to_have_count(4)
    await expect(options.nth(1)).to_contain_text("About the stage")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(log(page)).to_contain_text("Jumped to 2")
    await menu.click()
    await options.nth(3).click()
    await expect(log(page)).to_contain_text("Jumped to 4")


async def test_a_modal_is_filled_in_and_sent(scene: Scene) -> None:
    await scene.deck()
    page = await scene.open(scene.fan, scene.talk)
    await page.get_by_role("button", name="Write").click()
    form = page.get_by_role("dialog", name="Tell the magazine")
    subject = form.get_by_role("textbox", name="Subject")
    await expect(subject).to_be_focused()
    await form.get_by_role("button", name="Submit").click()
    await expect(form.get_by_text("This field is required.")).to_be_visible()
    await subject.fill("ab")
    await expect(form.get_by_text("Write at least 3 characters (now 2).")).to_be_visible()
    await subject.fill("More photographs")
    await form.get_by_role("combobox", name="Kind").click()
    await form.get_by_role("option", name="Wish").click()
    await form.get_by_role("button", name="Submit").click()
    await expect(form).to_have_count(0)
    await expect(log(page)).to_contain_text("Wish: More photographs")


async def test_an_ephemeral_answer_is_for_one_pair_of_eyes(scene: Scene) -> None:
    his = await scene.open(scene.fan, scene.talk)
    hers = await scene.open(scene.admin, scene.talk)
    await line(his).fill("/interviews search moon")
    await his.keyboard.press("Enter")
    note = log(his).get_by_role("article")
    await expect(note).to_contain_text("Only you can see this")
    create_message(scene.sandbox.world, scene.talk, scene.admin, {"content": "Anybody there?"})
    await expect(log(hers).get_by_role("article")).to_have_count(1)
    await expect(log(hers)).to_contain_text("Anybody there?")
    await expect(log(his).get_by_role("article")).to_have_count(2)
    await hers.reload()
    await expect(log(hers).get_by_role("article")).to_have_count(1)
    await his.get_by_role("button", name="Dismiss message").click()
    await expect(log(his).get_by_role("article")).to_have_count(1)


async def test_people_talk_and_read_back(scene: Scene) -> None:
    world = scene.sandbox.world
    for number in range(70):
        create_message(world, scene.talk, scene.admin, {"content": f"Line {number}"})
    page = await scene.open(scene.fan, scene.talk)
    articles = log(page).get_by_role("article")
    await expect(articles).to_have_count(50)
    await expect(log(page).get_by_text("Line 69", exact=True)).to_be_in_viewport()
    await line(page).fill("Hello **there**")
    await page.keyboard.press("Enter")
    await expect(articles.last).to_contain_text("Hello there")
    await expect(articles.last).to_be_in_viewport()
    await page.locator("#scroller").evaluate("element => element.scrollTo(0, 0)")
    await expect(articles).to_have_count(71)
    await expect(log(page)).to_contain_text("Welcome to #general!")
    last = next(reversed(scene.talk.messages.values()))
    delete_message(world, last)
    await expect(articles).to_have_count(70)
    create_message(world, scene.talk, scene.admin, {"content": "While you read back"})
    await page.get_by_role("button", name="New messages below").click()
    await expect(log(page).get_by_text("While you read back")).to_be_in_viewport()


async def test_a_page_that_fell_behind_begins_anew(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.page_api.BACKLOG", 50)
    world = scene.sandbox.world
    page = await scene.open(scene.fan, scene.talk)
    message = create_message(world, scene.talk, scene.admin, {"content": "Edit 0"})
    await expect(log(page)).to_contain_text("Edit 0")
    last = 100
    for number in range(1, last + 1):
        edit_message(world, message, {"content": f"Edit {number}"})
    create_message(world, scene.talk, scene.admin, {"content": "After all of it"})
    world.edit_guild(scene.guild, name="Renamed")
    await expect(log(page)).to_contain_text(f"Edit {last}")
    await expect(log(page)).to_contain_text("After all of it")
    await expect(page.get_by_role("heading", name="Renamed")).to_be_visible()
    await expect(page.get_by_text("Connection to the sandbox lost")).to_be_hidden()


async def test_the_bot_is_written_to_and_answers_in_private(scene: Scene) -> None:
    page = await scene.open(scene.fan, scene.talk)
    await page.get_by_role("button", name="Direct Messages").click()
    await page.get_by_role("button", name="Message KCrush").click()
    await page.get_by_role("combobox", name="Message @KCrush").fill("/interviews search moon")
    await page.keyboard.press("Enter")
    await expect(log(page)).to_contain_text("Found: moon in None")


async def test_looking_as_somebody_else(scene: Scene) -> None:
    page = await scene.open(scene.admin, scene.talk)
    await page.get_by_role("combobox", name="Who you are").select_option("Jisoo")
    await expect(page).to_have_url(re.compile(rf"user={scene.fan.id}#/{scene.talk.id}$"))
    await line(page).fill("It is me")
    await page.keyboard.press("Enter")
    await expect(log(page).get_by_role("article", name="Jisoo")).to_contain_text("It is me")


with_magazine = pytest.mark.parametrize("scene", [SampleSite], indirect=True, ids=["magazine"])


@with_magazine
async def test_a_newcomer_is_told_what_this_is_until_they_know(scene: Scene) -> None:
    page = await scene.open(scene.admin, scene.talk)
    strip = page.get_by_role("region", name="About this sandbox")
    await expect(strip).to_contain_text("A Discord on your own machine.")
    await expect(strip).to_contain_text("You look as an admin: see it as a fan")
    await strip.get_by_role("button", name="/interviews search rain").click()
    await expect(page.get_by_role("combobox", name="query")).to_have_value("rain")
    await expect(page.get_by_role("button", name="Send")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(log(page)).to_contain_text("Found: rain in None")
    await strip.get_by_role("button", name="see it as a fan").click()
    await expect(page).to_have_url(re.compile(rf"user={scene.fan.id}#/{scene.talk.id}$"))
    await expect(strip).to_contain_text("You look as a fan: see it as an admin")
    await strip.get_by_role("button", name="Dismiss").press("Enter")
    await expect(strip).to_be_hidden()
    opener = page.get_by_role("button", name="About this sandbox")
    await expect(opener).to_be_focused()
    await page.reload()
    await expect(opener).to_have_attribute("aria-expanded", "false")
    await expect(strip).to_be_hidden()
    await opener.click()
    await expect(opener).to_have_attribute("aria-expanded", "true")
    await expect(strip.get_by_role("button")).to_have_count(4)
    # In a forum there is no line to put a command into.
    forum = scene.sandbox.world.add_channel(scene.guild, "talks", type=15)
    await page.get_by_role("link", name=forum.name).click()
    await expect(strip.get_by_role("button")).to_have_count(3)


@with_magazine
async def test_the_next_interview_is_published_when_one_asks_for_it(scene: Scene) -> None:
    assert scene.magazine is not None
    drafts = [post.title for post in scene.magazine.drafts]
    page = await scene.open(scene.fan, scene.talk)
    strip = page.get_by_role("region", name="About this sandbox")
    publish = strip.get_by_role("button", name="publish an interview now")
    for title in drafts:
        await publish.press("Enter")
        await expect(strip.get_by_role("status")).to_have_text(f"“{title}” is on its way.")
        assert scene.magazine.posts[0].title == title
    nothing_left = strip.get_by_role("button", name="all interviews are published")
    await expect(nothing_left).to_be_disabled()
    await page.reload()
    await expect(nothing_left).to_be_disabled()


async def test_without_a_magazine_nobody_is_told_of_one(scene: Scene) -> None:
    page = await scene.open(scene.admin, scene.talk)
    await expect(page.get_by_role("button", name="Light theme")).to_be_visible()
    await expect(page.get_by_text("About this sandbox")).to_have_count(0)
    await expect(page.locator("#welcome, #about")).to_have_count(2)
    for gone in await page.locator("#welcome, #about").all():
        await expect(gone).to_be_hidden()


async def test_a_forum_shows_its_posts(scene: Scene) -> None:
    world = scene.sandbox.world
    forum = world.add_channel(scene.guild, "talks", type=15, tags=["Idol"])
    page = await scene.open(scene.fan, forum)
    await expect(page.get_by_text("There are no posts in this forum yet.")).to_be_visible()
    post = world.add_thread(forum, "On stage", scene.admin, applied_tags=[forum.tags[0].id])
    create_message(world, post, scene.admin, {"content": "What do you think?"})
    card = log(page).get_by_role("button", name="On stage")
    await expect(card).to_contain_text("Idol")
    await card.click()
    await expect(log(page).get_by_role("article")).to_contain_text("What do you think?")
    await page.get_by_role("link", name="talks ›").click()
    await expect(card).to_be_visible()


@with_magazine
async def test_on_a_phone_everything_is_in_sight_and_large_enough_to_touch(scene: Scene) -> None:
    await scene.deck()
    page = await scene.open(scene.admin, scene.talk, size=PHONE, touch=True, scheme="light")
    for name in ("Who you are", "Your language"):
        await expect(page.get_by_role("combobox", name=name)).to_be_in_viewport(ratio=1)
    await expect(page.get_by_role("button", name="Count")).to_be_visible()
    assert await page.evaluate(SMALL) == []
    assert await page.evaluate(FAINT) == []
    command = page.get_by_role("button", name="/interviews search rain")
    await command.tap()
    await expect(page.get_by_role("combobox", name="query")).to_have_value("rain")
    await command.hover()
    assert await page.evaluate(FAINT) == []
    await page.get_by_role("button", name="1 optional option").tap()
    await expect(page.get_by_role("option", name="year")).to_be_visible()
    assert await page.evaluate(SMALL) == []
    await page.get_by_role("button", name="Send").tap()
    await expect(page.get_by_role("button", name="Dismiss message")).to_be_visible()
    await page.get_by_role("combobox", name="Jump to a question").tap()
    await expect(page.get_by_role("option", name="Question 4")).to_be_visible()
    assert await page.evaluate(SMALL) == []
    await page.get_by_role("option", name="Question 4").tap()
    await page.get_by_role("button", name="Servers and channels").tap()
    await expect(page.get_by_role("navigation", name="Channels")).to_be_in_viewport()
    assert await page.evaluate(SMALL) == []
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Write").tap()
    await expect(page.get_by_role("dialog", name="Tell the magazine")).to_be_visible()
    assert await page.evaluate(SMALL) == []
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE[0]


BACK = "getComputedStyle(document.body).backgroundColor"


@with_magazine
async def test_it_is_light_or_dark_as_the_system_or_the_person_has_it(scene: Scene) -> None:
    await scene.deck()
    mentions = f"<#{scene.news.id}> <@{scene.fan.id}>"
    words = {"content": f"**Bold** [link](https://a.example) `code` {mentions}\n-# small"}
    create_message(scene.sandbox.world, scene.talk, scene.sandbox.world.application.bot, words)
    page = await scene.open(scene.admin, scene.talk, scheme="light")
    await line(page).fill("/")
    await expect(page.get_by_role("option", name="/interviews search")).to_be_visible()
    assert await page.evaluate(BACK) == "rgb(255, 255, 255)"
    assert await page.evaluate(FAINT) == []
    toggle = page.get_by_role("button", name="Light theme")
    await expect(toggle).to_have_attribute("aria-pressed", "true")
    await toggle.press("Enter")
    await expect(toggle).to_have_attribute("aria-pressed", "false")
    assert await page.evaluate(BACK) == "rgb(49, 51, 56)"
    await line(page).fill("/")
    await expect(page.get_by_role("option", name="/interviews search")).to_be_visible()
    assert await page.evaluate(FAINT) == []
    await page.reload()
    await expect(toggle).to_have_attribute("aria-pressed", "false")
    # Back at what the system has, it follows the system again.
    await toggle.click()
    await page.emulate_media(color_scheme="dark")
    await expect(toggle).to_have_attribute("aria-pressed", "false")
    assert await page.evaluate(BACK) == "rgb(49, 51, 56)"
    # A browser may keep nothing for pages; both choices then hold until the page is left.
    await page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('blocked'); } })"
    )
    await page.reload()
    await toggle.click()
    await expect(toggle).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("button", name="Dismiss").click()
    await expect(page.get_by_role("region", name="About this sandbox")).to_be_hidden()


async def test_on_a_phone_the_channels_are_in_a_drawer(scene: Scene) -> None:
    page = await scene.open(scene.fan, scene.talk, size=PHONE, touch=True)
    channels = page.get_by_role("navigation", name="Channels")
    await expect(channels).to_be_hidden()
    opener = page.get_by_role("button", name="Servers and channels")
    await opener.tap()
    await expect(opener).to_have_attribute("aria-expanded", "true")
    await expect(channels).to_be_in_viewport()
    await page.keyboard.press("Escape")
    await expect(channels).to_be_hidden()
    await opener.tap()
    await channels.get_by_role("link", name="announcements").tap()
    await expect(channels).to_be_hidden()
    await expect(page.get_by_role("heading", name="announcements", exact=True)).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    await line(page, "announcements").tap()
    await page.keyboard.type("/interviews search moon")
    await page.get_by_role("button", name="Send").tap()
    await expect(log(page)).to_contain_text("Found: moon in None")
