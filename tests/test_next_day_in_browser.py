"""An evening and the next day, in a browser at a phone's width: a link is pasted, read and saved,
somebody is followed who was never interviewed, a quote is drawn; the next day their interview comes
with the reason, and the server has its interview of the day and its quote, each at its hour.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.cli.demo import Demo, open_demo
from bot.core.i18n import load_messages
from bot.core.model import Subscription
from bot.core.regular_posts import RegularPost, RegularSort, RegularTimes
from bot.core.settings import load_settings
from bot.running import run
from tests.browser import PHONE, browsing
from tests.test_fans_in_browser import Fan, in_two_rows
from tests.ui.samples import NEXT, SAVE

pytestmark = pytest.mark.browser

MORNING, NOON = 9, 12
"""The hours, in UTC, of the two regular posts."""

BODY = "".join(
    f"<p><strong>{question}</strong></p><p>{answer}</p>"
    for question, answer in (
        ("You are all five here today. Who was late?", "Nobody, for once. We came by one car."),
        ("What do you do on a day off?", "We sleep, and in the evening we cook for one another."),
        ("Which song took longest?", "The shortest one. It has forty versions by now."),
    )
)


@dataclass
class MovedClock:
    """The machine's time, from a moment of the test's own, moved ahead by hand."""

    start: datetime
    _began: float = field(default_factory=time.monotonic)
    _ahead: float = 0.0
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.monotonic() - self._began)

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead

    async def sleep(self, seconds: float) -> None:
        ends = self.monotonic() + seconds
        while (left := ends - self.monotonic()) > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._moved.wait()

    def move_to(self, when: datetime) -> None:
        """Make it `when`, and wake whoever slept until then."""
        self._ahead += (when - self.now()).total_seconds()
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()


async def test_an_evening_and_the_next_day(tmp_path: Path) -> None:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    # The 29th of February has no day in the year before.
    today += timedelta(days=(today.month, today.day) == (2, 28))
    tomorrow = today + timedelta(days=1)
    clock = MovedClock(today + timedelta(hours=20))
    async with browsing() as browser, playing(tmp_path, clock, tomorrow) as demo:
        stage, site = demo.stage, demo.site
        page = await browser.open(f"{demo.sandbox.url}?user=Alex#/{stage.lounge.id}", touch=True)
        await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        fan = Fan(page, tmp_path, stage.lounge.name)
        await spends_an_evening(fan, demo)
        await plan(demo, clock, RegularSort.ON_THIS_DAY, MORNING)
        await plan(demo, clock, RegularSort.QUOTE, NOON)

        clock.move_to(tomorrow + timedelta(hours=MORNING))
        posts = stage.interviews.messages
        await demo.sandbox.wait_until(lambda _: posts or None, 30, "the interview of the day")
        clock.move_to(tomorrow + timedelta(hours=NOON))
        await demo.sandbox.wait_until(lambda _: len(posts) > 1 or None, 30, "the quote")
        await page.goto(f"{demo.sandbox.url}?user=Alex#/{stage.interviews.id}")
        await page.reload()
        await expect(fan.messages).to_have_count(2)
        await expect(fan.messages.first).to_contain_text("On this day, a year ago")
        await expect(fan.messages.first).to_contain_text("Bada")
        await expect(fan.messages.last).to_contain_text("Quote of the day")
        await fan.look("next-day-1-server")

        site.publish_new(
            title="KCrush Interview with Girl Group Moonpier",
            body=BODY,
            categories=("Interviews",),
        )
        await reads_the_message(fan, demo)


@asynccontextmanager
async def playing(folder: Path, clock: MovedClock, day: datetime) -> AsyncIterator[Demo]:
    """The demo's bot, server and magazine, as soon as the archive is read, which has an interview
    of a year before `day`. No channel has announcements."""
    settings, stop = load_settings(folder / ".env"), asyncio.Event()
    async with (
        open_demo(settings, load_messages(), port=0, clock=clock) as demo,
        asyncio.TaskGroup() as tasks,
    ):
        demo.site.publish_new(
            title="KCrush Interview with Lighthouse Keeper Bada",
            body=BODY,
            date=day.replace(year=day.year - 1, hour=2),
            categories=("Interviews",),
        )
        tasks.create_task(run(demo.app, stop))
        await demo.sandbox.wait_ready(timeout=60)
        await demo.sandbox.wait_until(lambda world: world.commands or None, 60, "the commands")
        await demo.app.backfill.fill(demo.site.feed_url)
        async with asyncio.timeout(60):
            while not any("Bada" in one.title for one in demo.app.index.listed()):  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.1)
        yield demo
        stop.set()


async def plan(demo: Demo, clock: MovedClock, sort: RegularSort, hour: int) -> None:
    """What an admin sets up on the page of regular posts."""
    stage = demo.stage
    place = Subscription(0, stage.guild.id, stage.interviews.id, None, stage.admin.id, clock.now())
    await demo.app.store.regular_posts.put(
        RegularPost(place, sort, RegularTimes(hour), clock.now())
    )


async def spends_an_evening(fan: Fan, demo: Demo) -> None:
    article = demo.site.library.by_slug("kcrush-interview-with-rb-vocalist-sola")
    assert article is not None
    reader = await fan.command(f"/interviews read {demo.site.link(article)}")
    await expect(reader).to_contain_text("(S)OLA")
    await reader.get_by_role("button", name="Start reading").click()
    await expect(reader.get_by_role("heading", level=4).first).to_be_visible()
    await reader.get_by_role("button", name=NEXT).click()
    await expect(reader).to_contain_text("Questions 3 and 4 of 10")
    await in_two_rows(reader)
    await reader.get_by_role("button", name=SAVE).click()
    await expect(reader.get_by_role("button", name="✓")).to_be_visible()
    followed = await fan.command("/interviews follow Moonpier")
    await expect(followed).to_contain_text("You'll hear from me when KCrush talks to them.")
    await fan.look("next-day-0-follow")
    quote = await fan.command("/interviews quote ")
    await expect(quote.get_by_role("img").first).to_be_visible()
    await fan.look("next-day-0-quote")


async def reads_the_message(fan: Fan, demo: Demo) -> None:
    """The direct message, which says why it came."""
    channel = await demo.sandbox.wait_until(
        lambda world: next((one for one in world.channels.values() if one.recipients), None),
        60,
        "a direct message",
    )
    await demo.sandbox.wait_until(lambda _: channel.messages or None, 60, "its message")
    await fan.page.goto(f"{demo.sandbox.url}?user=Alex#/{channel.id}")
    await fan.page.reload()
    await expect(fan.messages).to_have_count(1)
    await expect(fan.messages.last).to_contain_text("because you follow Moonpier")
    await expect(fan.messages.last).to_contain_text("Girl Group Moonpier")
    await fan.look("next-day-2-message")
