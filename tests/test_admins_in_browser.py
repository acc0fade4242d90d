"""An admin's minute, in a browser at a phone's width: the bot joins, says hello, is set up with
three presses, posts what its preview showed; then is edited, removed, and brought back.

The pictures that SCREENSHOTS asks for are taken at a desktop's width too.
"""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from sandbox import Sandbox
from sandbox.entities import Channel, Message
from sandbox.gateway import GatewaySettings
from sandbox.site import SampleSite
from tests.browser import PHONE, browsing
from tests.openapi import Checker
from tests.process import BotProcess, pointed_at, running
from tests.test_fans_in_browser import SOON, Fan

pytestmark = pytest.mark.browser

ACTIONS = 6
"""From the welcome to what is saved, at most."""


class Admin(Fan):
    """A person with a phone who manages a server; counts what they press."""

    pressed = 0

    async def press(self, message: Locator, name: str) -> None:
        self.pressed += 1
        await message.get_by_role("button", name=name, exact=True).click()

    async def pick(self, message: Locator, menu: str, option: str) -> None:
        self.pressed += 1
        await self.choose(message, menu, option)

    async def change(self, panel: Locator, part: str) -> Locator:
        """Open the form of one of the panel's parts."""
        section = panel.locator(".section").filter(has_text=part)
        await section.get_by_role("button", name="Change").click()
        form = self.page.get_by_role("dialog")
        await expect(form).to_be_visible()
        return form

    async def look(self, name: str, message: Locator | None = None) -> None:
        if message is not None:
            await message.evaluate("one => one.scrollIntoView({block: 'end'})")
        await super().look(f"admin-{name}")
        await self.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})


async def test_an_admins_minute(
    tmp_path: Path, strict_checker: Checker, sample_site: SampleSite
) -> None:
    settings = GatewaySettings(identify_interval=0.0)
    async with (
        Sandbox(observer=strict_checker, gateway=settings) as sandbox,
        browsing() as browser,
        running(tmp_path, pointed_at(sandbox, sample_site.feed_url)) as bot,
    ):
        world = sandbox.world
        mina = world.add_user("Mina")
        guild = world.add_guild("New Fan Club", owner=mina, with_bot=False)
        lobby = world.add_channel(guild, "lobby")
        news = world.add_channel(guild, "interviews")
        role = world.add_role(guild, "Interview Club", mentionable=True, color=0xE91E63)
        guild.system_channel_id = lobby.id
        await ready(bot, sandbox, sample_site)
        world.add_bot(guild)
        await sandbox.wait_until(lambda _: lobby.messages or None, 30, "the welcome")
        page = await browser.open(f"{sandbox.url}?user=Mina#/{lobby.id}", touch=True)
        await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        admin = Admin(page, tmp_path, "lobby")
        preview = await sets_up(admin, sandbox, role.name)
        await posts_a_test(admin, sandbox, news)
        sample_site.publish("another-kcrush-interview-with-sola")
        posted = await announced(sandbox, news)
        assert without_ids(posted.components) == without_ids(as_posted(preview, posted))
        assert posted.mention_roles == [role.id]
        await edits(admin)
        await removes_and_undoes(admin)
        assert await bot.stop() == 0


async def ready(bot: BotProcess, sandbox: Sandbox, site: SampleSite) -> None:
    """Wait until the bot knows all its guilds, and what is in the feed."""
    await sandbox.wait_ready(timeout=60)
    await sandbox.wait_until(lambda world: world.commands or None, 60, "the bot's commands")
    await site.wait_for(lambda seen: "/feed/" in seen.path, count=2, timeout=60)
    async with asyncio.timeout(60):
        while '"event": "ready"' not in bot.log.read_text():  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)


async def sets_up(admin: Admin, sandbox: Sandbox, role: str) -> Message:
    """From the welcome to what is saved; what the preview showed."""
    welcome = admin.messages.first
    await expect(welcome).to_contain_text(
        "Hello! I bring you KCrush America Magazine's interviews."
    )
    await admin.look("1-welcome")
    await admin.press(welcome, "Set up")
    panel = admin.messages.nth(1)
    await expect(panel).to_contain_text("Set up announcements")
    await admin.look("2-panel")
    await admin.pick(panel, "A channel, thread or forum", "interviews")
    await expect(panel.get_by_role("button", name="Save")).to_be_enabled()
    await admin.choose(panel, "Nobody, or up to five roles", role)
    await admin.page.keyboard.press("Escape")
    await expect(panel.get_by_role("combobox").nth(1)).to_contain_text(role)
    await admin.look("3-chosen")
    for part, name in (
        ("What to announce", "what"),
        ("When", "when"),
        ("How it looks", "look"),
        ("For the whole", "server"),
    ):
        form = await admin.change(panel, part)
        await admin.look(f"4-{name}")
        await form.get_by_role("button", name="Cancel").click()
    await panel.get_by_role("button", name="Preview").click()
    shown = admin.messages.nth(2)
    await expect(shown).to_contain_text("Read here")
    await admin.look("5-preview")
    await expect(admin.messages.nth(3)).to_contain_text("This is how it will look in")
    cards = [one for one in sandbox.world.ephemerals.values() if "kc:read:" in str(one.components)]
    preview = max(cards, key=lambda one: one.id)
    await admin.press(panel, "Save")
    await expect(panel).to_contain_text("I'll announce new interviews in")
    assert admin.pressed <= ACTIONS
    await admin.look("6-saved", panel)
    return preview


async def posts_a_test(admin: Admin, sandbox: Sandbox, channel: Channel) -> None:
    """A test, looked at in its channel and deleted there."""
    panel = admin.messages.nth(1)
    await panel.get_by_role("button", name="Test").click()
    await sandbox.wait_until(lambda _: channel.messages or None, 30, "the test")
    await expect(admin.messages.nth(4)).to_contain_text("The test is here")
    await admin.look("6-tested")
    home = admin.page.url
    await admin.page.goto(home.partition("#")[0] + f"#/{channel.id}")
    message = admin.messages.first
    await expect(message).to_contain_text("This is a test.")
    await admin.look("6-test", message)
    await message.get_by_role("button", name="Delete this test").click()
    await expect(admin.messages).to_have_count(0)
    assert not channel.messages
    await admin.page.goto(home)
    await expect(panel.get_by_role("button", name="See all")).to_be_visible()


async def announced(sandbox: Sandbox, channel: Channel) -> Message:
    await sandbox.wait_until(lambda _: channel.messages or None, 60, "the announcement")
    return next(iter(channel.messages.values()))


def without_ids(components: Any) -> Any:
    if isinstance(components, list):
        return [without_ids(one) for one in components]
    if isinstance(components, dict):
        skipped = {"id", "loading_state", "content_type", "width", "height"}
        return {key: without_ids(one) for key, one in components.items() if key not in skipped}
    return components


def as_posted(preview: Message, posted: Message) -> Any:
    """The preview's components with the words of the newer interview: only these may differ."""

    def merged(mine: Any, theirs: Any) -> Any:
        if isinstance(mine, list):
            assert len(mine) == len(theirs)
            return [merged(one, other) for one, other in zip(mine, theirs, strict=True)]
        if isinstance(mine, dict):
            assert mine.keys() == theirs.keys()
            return {key: merged(one, theirs[key]) for key, one in mine.items()}
        return theirs if isinstance(mine, str) else mine

    return merged(without_ids(preview.components), without_ids(posted.components))


async def edits(admin: Admin) -> None:
    panel = admin.messages.nth(1)
    await panel.get_by_role("button", name="See all").click()
    await expect(panel).to_contain_text("Announcements in this server")
    await admin.look("7-list", panel)
    await panel.get_by_role("button", name="Edit").click()
    await expect(panel).to_contain_text("Announcements in")
    form = await admin.change(panel, "How it looks")
    await form.get_by_role("textbox", name=re.compile("Colour")).fill("puurple")
    await form.get_by_role("button", name="Submit").click()
    await expect(panel).to_contain_text("I don't know the colour “puurple”.")
    await admin.look("8-typed", panel)
    form = await admin.change(panel, "How it looks")
    colour = form.get_by_role("textbox", name=re.compile("Colour"))
    await expect(colour).to_have_value("puurple")
    await colour.fill("purple")
    await form.get_by_role("button", name="Submit").click()
    await expect(panel).to_contain_text("edge #9B59B6")
    await panel.get_by_role("button", name="Save").click()
    await expect(panel).to_contain_text("edge in KCrush's rose → edge #9B59B6")
    await admin.look("9-changed", panel)


async def removes_and_undoes(admin: Admin) -> None:
    panel = admin.messages.nth(1)
    await panel.get_by_role("button", name="See all").click()
    await panel.get_by_role("button", name="Remove").click()
    await expect(panel).to_contain_text("I won't post any more interviews in")
    await admin.look("10-removed", panel)
    await panel.get_by_role("button", name="Undo").click()
    await expect(panel).to_contain_text("has its announcements back, just as they were")
    await panel.get_by_role("button", name="See all").click()
    await expect(panel).to_contain_text("edge #9B59B6")
    history = await admin.command("/announcements history ")
    await expect(history).to_contain_text("undid the removal of", timeout=SOON)
    await admin.look("11-history", history)
