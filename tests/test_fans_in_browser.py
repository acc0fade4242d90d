"""A fan's evening, in a browser: found with a typo, read, shared, kept, read on after a restart of
the bot, followed; and the artist's next interview comes as a direct message.

At a phone's width; the pictures that SCREENSHOTS asks for are taken at a desktop's too.
"""

import asyncio
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from bot.cli.demo import Stage, furnish
from bot.core.i18n import load_messages
from sandbox import Sandbox
from sandbox.gateway import GatewaySettings
from sandbox.site import SampleSite
from tests.browser import DESKTOP, PHONE, browsing
from tests.openapi import Checker
from tests.process import pointed_at, run_verb, running
from tests.ui.samples import MORE, NEXT, QUESTIONS, SAVE

pytestmark = pytest.mark.browser

BRACKET = "We have to ask about the bracket"

SOON = 60_000
"""Milliseconds for a bot to start on a busy machine."""


@dataclass
class Fan:
    """A person with a phone. Pictures go to the folder named by SCREENSHOTS, else to `folder`."""

    page: Page
    folder: Path
    channel: str = "interviews"

    async def command(self, words: str) -> Locator:
        """Type a command, and look at its answer."""
        before = await self.messages.count()
        await self.page.get_by_role("combobox", name=f"Message #{self.channel}").fill(words)
        await self.page.get_by_role("button", name="Send").click()
        return await self.next_after(before)

    async def complete(self, words: str, option: str, typed: str) -> Locator:
        """Type a command and the beginning of an option, and take the first that is offered."""
        before = await self.messages.count()
        await self.page.get_by_role("combobox", name=f"Message #{self.channel}").fill(words)
        more = self.page.get_by_role("button", name=re.compile(r"\d optional options?"))
        if await more.is_visible():
            await more.click()
            await self.page.get_by_role("option", name=option).click()
        offered = self.page.get_by_role("listbox", name=option).get_by_role("option").first
        await expect(offered).to_be_visible()
        await self.page.keyboard.type(typed)
        await expect(offered).to_contain_text(typed, ignore_case=True)
        await offered.click()
        await self.page.get_by_role("button", name="Send").click()
        return await self.next_after(before)

    async def choose(self, message: Locator, menu: str, option: str | re.Pattern[str]) -> None:
        await message.get_by_role("combobox", name=menu).click()
        offered = self.page.get_by_role("listbox", name=menu)
        await offered.get_by_role("option").filter(has_text=option).first.click()

    async def next_after(self, before: int) -> Locator:
        """The message that comes when there were so many, and stays it when others come."""
        message = self.messages.nth(before)
        await expect(message).to_be_visible()
        return message

    @property
    def messages(self) -> Locator:
        return self.page.get_by_role("log").get_by_role("article")

    async def look(self, name: str) -> None:
        """Keep a picture of what is seen; at both widths where they are asked for."""
        wanted = os.environ.get("SCREENSHOTS")
        for kind, size in (("desktop", DESKTOP), ("phone", PHONE))[0 if wanted else 1 :]:
            await self.page.set_viewport_size({"width": size[0], "height": size[1]})
            picture = Path(wanted or self.folder) / f"fan-{name}-{kind}.png"
            await self.page.screenshot(path=picture)
            assert picture.stat().st_size > 10_000


async def test_a_fans_evening(
    tmp_path: Path, strict_checker: Checker, sample_site: SampleSite
) -> None:
    settings = GatewaySettings(identify_interval=0.0)
    async with (
        Sandbox(observer=strict_checker, gateway=settings) as sandbox,
        browsing() as browser,
    ):
        stage = furnish(sandbox)
        env = pointed_at(sandbox, sample_site.feed_url)
        # The interview stands behind the feed's ten: the archive brings it.
        filled = await run_verb(tmp_path, "backfill", "--rate", "0", env=env)
        assert filled.code == 0, filled.err
        page = await browser.open(sandbox.url, touch=True)
        await page.get_by_role("combobox", name="Who you are").select_option("Alex")
        await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        fan = Fan(page, tmp_path)
        async with running(tmp_path, env) as bot:
            await ready(sandbox, sample_site, stage)
            reader = await finds_and_reads(fan)
            await shares_and_saves(fan, reader)
            assert await bot.stop() == 0
        async with running(tmp_path, env):
            await sandbox.wait_ready(timeout=60)
            await goes_on(fan, reader)
            await follows(fan)
            sample_site.publish("another-kcrush-interview-with-sola")
            await gets_a_message(fan)
            sample_site.publish("kcrush-interview-with-girl-group-kite")
            await gets_another(fan)


async def test_an_interview_is_read_in_korean(
    tmp_path: Path, strict_checker: Checker, sample_site: SampleSite
) -> None:
    """From typing the Korean name of a command to the last question."""
    text = load_messages().text("ko")
    settings = GatewaySettings(identify_interval=0.0)
    async with (
        Sandbox(observer=strict_checker, gateway=settings) as sandbox,
        browsing() as browser,
    ):
        stage = furnish(sandbox)
        env = pointed_at(sandbox, sample_site.feed_url, BACKFILL="off")
        page = await browser.open(sandbox.url, touch=True)
        async with running(tmp_path, env) as bot:
            await sandbox.wait_ready(timeout=60)
            await sandbox.wait_until(lambda world: world.commands or None, 60, "the commands")
            await sample_site.wait_for(lambda seen: "/feed/" in seen.path, count=2, timeout=60)
            async with asyncio.timeout(60):
                while not await finds(sandbox, stage, "rain"):  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.1)
            language = page.get_by_role("combobox", name="Your language")
            await language.select_option("ko")
            await page.wait_for_load_state("networkidle")
            await expect(language).to_have_value("ko")
            await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
            fan = Fan(page, tmp_path)
            names = (text(f"command.interviews{part}.name") for part in ("", ".latest"))
            listed = await fan.command(f"/{' '.join(names)} ")
            await expect(listed).to_contain_text(text("latest.title"))
            await fan.look("korean-list")
            await listed.get_by_role("button", name=text("digest.read")).first.click()
            reader = await fan.next_after(1)
            await reader.get_by_role("button", name=text("reader.start")).click()
            await expect(reader.get_by_role("heading", level=4).first).to_be_visible()
            await reads_on(reader)
            await fan.look("korean-end")
            assert await bot.stop() == 0


async def reads_on(reader: Locator) -> None:
    """Turn the pages from the first question to the end."""
    forth, asked = reader.get_by_role("button", name=NEXT), set[str]()
    while True:
        await expect(forth).to_be_visible()
        await in_two_rows(reader)
        asked |= {*await reader.get_by_role("heading", level=4).all_text_contents()}
        if await forth.get_attribute("disabled") is not None:
            break
        before = await reader.text_content()
        await forth.click()
        await expect(reader).not_to_have_text(before or "")
    assert len(asked) == 10


async def in_two_rows(reader: Locator) -> None:
    """The reader's controls, at the width at hand: no row is broken in two."""
    # A page that is being turned takes them away: they are looked for again then.
    tops: list[int] = []
    async with asyncio.timeout(10):
        while not tops:
            tops = await reader.locator(".action-row > *").evaluate_all(
                "all => all.every((one) => one.isConnected)"
                " ? all.map((one) => Math.round(one.getBoundingClientRect().y)) : []"
            )
    assert len(set(tops)) == 2


async def ready(sandbox: Sandbox, site: SampleSite, stage: Stage) -> None:
    """Wait until the bot answers and knows the sample magazine."""
    await sandbox.wait_ready(timeout=60)
    await sandbox.wait_until(lambda world: world.commands or None, 60, "the bot's commands")
    await site.wait_for(lambda seen: "/feed/" in seen.path, count=2, timeout=60)
    async with asyncio.timeout(60):
        while not await finds(sandbox, stage, "monstera"):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)


async def finds(sandbox: Sandbox, stage: Stage, word: str) -> bool:
    answer = await sandbox.command(stage.admin, stage.lounge, "interviews search", query=word)
    assert answer.message is not None
    return f"**{word}**" in json.dumps(answer.message.components)


async def finds_and_reads(fan: Fan) -> Locator:
    found = await fan.command("/interviews search kevin monstrea")
    await expect(found.locator("strong").filter(has_text="monstera")).not_to_have_count(0)
    await expect(found).to_contain_text("(S)OLA")
    await fan.look("1-search")
    passage = found.locator(".section").filter(has_text="Who is Kevin?")
    await passage.get_by_role("button", name="Read").click()
    reader = await fan.next_after(1)
    await expect(reader).to_contain_text("Questions 7–9 of 10")
    await expect(reader).to_contain_text("Who is Kevin?")
    await fan.look("2-reader")
    await reader.get_by_role("button", name=NEXT).click()
    await expect(reader).to_contain_text("Question 10 of 10")
    await fan.choose(reader, "Jump to a question", BRACKET)
    await expect(reader).to_contain_text("Questions 1 and 2 of 10")
    await in_two_rows(reader)
    await fan.look("3-jumped")
    return reader


async def shares_and_saves(fan: Fan, reader: Locator) -> None:
    await reader.get_by_role("button", name=MORE).click()
    await fan.look("4-more")
    await in_two_rows(reader)
    await fan.choose(reader, "Share, quote and more", BRACKET)
    shared = fan.messages.last
    await expect(shared).to_contain_text("Alex shared this answer")
    await expect(shared).to_contain_text(BRACKET)
    await expect(shared).not_to_contain_text("Only you can see this")
    await fan.look("4-shared")
    await reader.get_by_role("button", name=QUESTIONS).click()
    await reader.get_by_role("button", name=SAVE).click()
    await expect(reader.get_by_role("button", name="✓")).to_be_visible()
    await fan.look("5-saved")


async def goes_on(fan: Fan, reader: Locator) -> None:
    await reader.get_by_role("button", name=NEXT).click()
    await expect(reader).to_contain_text("Questions 3 and 4 of 10")
    await fan.look("6-after-the-restart")
    again = await fan.command("/interviews continue ")
    await expect(again).to_contain_text("Questions 3 and 4 of 10")
    await fan.look("7-continue")
    kept = await fan.command("/interviews saved ")
    await expect(kept).to_contain_text(BRACKET)
    await fan.look("8-saved-list")


async def follows(fan: Fan) -> None:
    followed = await fan.complete("/interviews follow ", "artist", "ola")
    await expect(followed).to_contain_text("now following (S)OLA")
    await fan.look("9-follow")
    # Whom KCrush has not talked to yet, and a kind.
    followed = await fan.command("/interviews follow Kite")
    await expect(followed).to_contain_text("You'll hear from me when KCrush talks to them.")
    followed = await fan.command("/interviews follow kind:music")
    await expect(followed).to_contain_text("now following Music")


async def gets_a_message(fan: Fan) -> None:
    await fan.page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    inbox = fan.page.get_by_role("button", name=re.compile("^Direct Messages, "))
    await expect(inbox).to_be_visible(timeout=SOON)
    await inbox.click()
    message = fan.messages.last
    await expect(message).to_contain_text("Another KCrush Interview with (S)OLA")
    await expect(message).to_contain_text("because you follow (S)OLA and Music.")
    await expect(fan.messages).to_have_count(1)
    await fan.look("10-direct-message")


async def gets_another(fan: Fan) -> None:
    message = await fan.next_after(1)
    await expect(message).to_contain_text("KCrush Interview with Girl Group K!TE")
    await expect(message).to_contain_text("because you follow Kite and Music.")
    await expect(fan.messages).to_have_count(2)
