"""A server gets a rhythm of its own, in a browser at a phone's width: an admin sets two posts up,
and they come at their hours, by a clock that the test moves.
"""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser import PHONE, browsing
from tests.cogs.stage import interview
from tests.cogs.test_quotes import SEA, SNOW
from tests.delivery.test_regular_delivery import posting, quotable
from tests.openapi import Checker
from tests.test_admins_in_browser import Admin

pytestmark = pytest.mark.browser


async def test_a_servers_own_rhythm(
    folder: Path, monkeypatch: pytest.MonkeyPatch, strict_checker: Checker
) -> None:
    async with (
        posting(folder, monkeypatch, strict_checker, page=True) as rhythm,
        browsing() as browser,
    ):
        stage = rhythm.stage
        now = stage.clock.now()
        await stage.publish(
            interview(1, published_at=now.replace(year=2021) + timedelta(days=1)),
            quotable(2, SEA),
            quotable(3, SNOW),
        )
        lounge = stage.sandbox.world.add_channel(stage.guild, "lounge")
        page = await browser.open(f"{stage.sandbox.url}?user=admin#/{lounge.id}", touch=True)
        await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        admin = Admin(page, folder, "lounge")

        shown = await admin.command("/announcements list ")
        await admin.press(shown, "Regular posts")
        await expect(shown).to_contain_text("Keep the server company")
        await admin.look("20-regular-none", shown)
        for sort, hour in (("On this day", "09:00"), ("Quote of the day or week", "18:00")):
            await admin.pick(shown, "Add a regular post", sort)
            form = page.get_by_role("dialog")
            await expect(form).to_be_visible()
            if sort == "On this day":
                await admin.choose(form, "Where?", "general")
            await admin.choose(form, "What time?", hour)
            await admin.look("21-regular-form")
            await form.get_by_role("button", name="Submit").click()
            await expect(shown).to_contain_text("Done.")
        await expect(shown).to_contain_text("Quote of the day")
        await admin.look("22-regular-posts", shown)
        await admin.press(shown.locator(".section").first, "Change")
        await expect(shown).to_contain_text("An interview that came out on this day")
        await admin.look("23-regular-post", shown)

        assert [when.hour for when in await rhythm.live(timedelta(hours=30))] == [18, 9, 18]
        await page.goto(f"{stage.sandbox.url}?user=admin#/{stage.channel.id}")
        first, second, third = (admin.messages.nth(number) for number in range(3))
        await expect(third).to_contain_text("Quote of the day")
        await expect(second).to_contain_text("On this day, 5 years ago")
        for number, message in enumerate((first, second, third)):
            await admin.look(f"24-regular-{number}", message)
        await admin.press(second, "Read here")
        await expect(admin.messages.nth(3)).to_contain_text("Interview No. 1 with Han Seoyun")
