"""``python -m tests.screenshots [FOLDER]``: what people see, at a phone's width and a desktop's;
and in each other language, at a phone's.

The demo's bot knows the whole sample archive; each picture is one message in the sandbox's page,
cut from it and reduced to 128 colours.
"""

import asyncio
import io
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image
from playwright.async_api import FloatRect, Locator

from bot.cli.demo import Demo, open_demo
from bot.core.artists import other_name
from bot.core.i18n import Text, load_messages
from bot.core.model import StoredInterview
from bot.core.regular_posts import QuestionContent, RegularContent, RegularSort, RegularTimes
from bot.core.settings import load_settings
from bot.core.topics import topic_of
from bot.delivery.discord.attached_pictures import showing
from bot.quotes.banner import draw
from bot.quotes.card import Banner
from bot.quotes.fonts import Typeface
from bot.running import run
from bot.ui.announcing import Announcement, Rendering, announcement
from bot.ui.reading_threads import thread_question
from bot.ui.regular_posts import regular_post
from sandbox.entities import Channel, Upload
from sandbox.messages import create_message
from tests.browser import PHONE, Browsing, browsing
from tests.catalogues import shipped
from tests.test_fans_in_browser import Fan
from tests.ui.samples import MORE, QUESTIONS, SAVE

FOLDER = Path("build/screenshots")
COLOURS = 128
WIDTHS = {"phone": PHONE[0], "desktop": 1000}
TALL = 2000
"""A window so tall that every message stands in it whole."""

V2 = 1 << 15
"""The flag of a message of components (Discord docs, Message Flags)."""

LOADED = """one => one.scrollIntoView({block: "end"}) || Promise.all(
    [...one.querySelectorAll("img")].map(img => img.complete || new Promise(
        done => { img.onload = img.onerror = done })))"""

ARCHIVE = 21
"""Posts of the sample magazine that are public when it starts, and are interviews."""


class Visitor(Fan):
    """A person who presses, and looks at what comes of it."""

    async def press(self, message: Locator, name: str) -> Locator:
        """Press a button that answers with a message of its own."""
        before = await self.messages.count()
        await message.get_by_role("button", name=name).click()
        return await self.next_after(before)


async def take(folder: Path) -> None:
    """Write every picture into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    async with browsing() as browser, _playing() as demo:
        demo.sandbox.world.picture_seconds = 0.0
        lounge, news = demo.stage.lounge, demo.stage.interviews
        await _post_cards(demo, news, load_messages().text())
        for name, width in WIDTHS.items():
            page = await browser.open(
                f"{demo.sandbox.url}?user=Mina#/{lounge.id}", size=(width, TALL)
            )
            person = Visitor(page, folder, lounge.name)
            for subject, show in MESSAGES.items():
                await _keep(await show(person), folder / f"{subject}-{name}.png")
            await page.goto(f"{demo.sandbox.url}?user=Mina#/{news.id}")
            await page.reload()
            await person.messages.nth(len(POSTED) - 1).wait_for()
            for number, subject in enumerate(POSTED):
                message = person.messages.nth(number)
                await _keep(message, folder / f"{subject}-{name}.png")
        for language in shipped():
            await _take_in(language, demo, browser, folder / language)


async def _take_in(language: str, demo: Demo, browser: Browsing, folder: Path) -> None:
    """The family in another language than English."""
    folder.mkdir(exist_ok=True)
    world, text = demo.sandbox.world, load_messages().text(language)
    for user in world.users.values():
        user.locale = language
    lounge = world.add_channel(world.guilds[demo.stage.lounge.guild_id or 0], f"in-{language}")
    size = (WIDTHS["phone"], TALL)
    page = await browser.open(f"{demo.sandbox.url}?user=Mina#/{lounge.id}", size=size)
    person = Visitor(page, folder, lounge.name)
    for subject in IN_OTHER_LANGUAGES:
        await _keep(await MESSAGES[subject](person), folder / f"{subject}.png")
    before = await person.messages.count()
    await _post_cards(demo, lounge, text)
    for number, subject in enumerate(POSTED, before):
        await _keep(await person.next_after(number), folder / f"{subject}.png")
    await page.close()


async def _search(fan: Visitor) -> Locator:
    return await fan.command("/interviews search rain")


async def _latest(fan: Visitor) -> Locator:
    return await fan.command("/interviews latest ")


async def _artist(fan: Visitor) -> Locator:
    return await fan.complete("/interviews artist ", "", "ola")


async def _cover(fan: Visitor) -> Locator:
    return await fan.complete("/interviews read ", "interview", "na bok")


async def _reader(fan: Visitor) -> Locator:
    reader = await _cover(fan)
    await reader.locator("button.primary").first.click()
    await reader.get_by_text("Questions 1 and 2").first.wait_for()
    return reader


async def _more(fan: Visitor) -> Locator:
    reader = await _reader(fan)
    await reader.get_by_role("button", name=MORE).click()
    await reader.get_by_role("button", name=QUESTIONS).wait_for()
    return reader


async def _saved(fan: Visitor) -> Locator:
    save = fan.messages.last.get_by_role("button", name=SAVE, exact=True)
    if await save.count():
        await save.click()
        await save.wait_for(state="detached")
    return await fan.command("/interviews saved ")


async def _similar(fan: Visitor) -> Locator:
    more, before = await _more(fan), await fan.messages.count()
    await fan.choose(more, "Share, quote and more", "similar")
    return await fan.next_after(before)


async def _quote(fan: Visitor) -> Locator:
    quote = await fan.command("/interviews quote interview:Na Bok-dan ")
    await quote.get_by_role("combobox", name="Design and format").wait_for()
    return quote


async def _error(fan: Visitor) -> Locator:
    return await fan.command("/interviews search rain kind:sport year:1999")


async def _command(words: str, fan: Visitor) -> Locator:
    return await fan.command(f"/{words} ")


async def _panel(fan: Visitor) -> Locator:
    return await fan.command("/announcements setup ")


async def _regular(fan: Visitor) -> Locator:
    shown = await fan.command("/announcements list ")
    await shown.get_by_role("button", name="Regular posts").click()
    await shown.get_by_role("button", name="Back").wait_for()
    return shown


MESSAGES: dict[str, Callable[[Visitor], Awaitable[Locator]]] = {
    "list": _latest,
    "search": _search,
    "artist": _artist,
    "cover": _cover,
    "reader": _reader,
    "saved": _saved,
    "more": _more,
    "similar": _similar,
    "quote": _quote,
    "follow": partial(_command, "interviews follow aespa"),
    "following": partial(_command, "interviews following"),
    "mine": partial(_command, "interviews mine"),
    "error": _error,
    "help": partial(_command, "interviews help"),
    "privacy": partial(_command, "interviews privacy"),
    "doctor": partial(_command, "announcements doctor"),
    "panel": _panel,
    "regular": _regular,
}

IN_OTHER_LANGUAGES = ("list", "artist", "search", "help", "privacy", "error", "panel", "doctor")
"""Those of them that need no press."""


@asynccontextmanager
async def _playing() -> AsyncIterator[Demo]:
    """The demo, as soon as the bot answers and knows the archive."""
    messages, stop = load_messages(), asyncio.Event()
    with TemporaryDirectory() as empty:
        settings = load_settings(Path(empty) / ".env")
    async with open_demo(settings, messages, port=0) as demo, asyncio.TaskGroup() as tasks:
        tasks.create_task(run(demo.app, stop))
        await demo.sandbox.wait_ready(timeout=60)
        await demo.sandbox.wait_until(lambda world: world.commands or None, 60, "the commands")
        await demo.app.backfill.fill(demo.site.feed_url)
        async with asyncio.timeout(60):
            while len(demo.app.index.listed()) < ARCHIVE:  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.1)
        yield demo
        stop.set()


POSTED = ("card", "banner", "published", "digest", "on-this-day", "together")
"""What ``_post_cards`` posts."""

BANNER = "kcrush-0123456789abcdef.jpg"


async def _post_cards(demo: Demo, channel: Channel, text: Text) -> None:
    """What the announcer sends of the newest interviews, and one of this day."""
    interviews = demo.app.store.interviews
    newest = await interviews.get_many([one.id for one in await interviews.latest(4)])
    one, last = Announcement(newest[0]), newest[-1]
    bare = showing(last, BANNER)
    _post(demo, channel, announcement(one, text, Rendering.CARD))
    _post(demo, channel, announcement(Announcement(bare), text, Rendering.CARD), _banner(bare))
    _post(demo, channel, announcement(one, text, Rendering.PUBLISHED))
    _post(demo, channel, announcement(Announcement(last, newest), text, Rendering.CARD))
    _post(demo, channel, {"view": regular_post(last, _of_years_ago(last), text)})
    _post(demo, channel, {"view": thread_question(last, QuestionContent(1, 10), text)})


def _of_years_ago(stored: StoredInterview) -> RegularContent:
    published = stored.interview.published_at or stored.first_seen_at
    day = published.date().replace(year=published.year + 5)
    times, until = RegularTimes(9), published + timedelta(days=5 * 366)
    return RegularContent(RegularSort.ON_THIS_DAY, times, day, 0, until)


def _banner(stored: StoredInterview) -> bytes:
    (subject,), tags = stored.interview.subjects, stored.interview.tags
    role, kind = subject.role or "", topic_of((subject,), tags)
    source = load_messages().text()("quote.source")
    return draw(Banner((subject.name,), other_name(subject), role, source, kind), Typeface())


def _post(
    demo: Demo, channel: Channel, made: Mapping[str, Any], picture: bytes | None = None
) -> None:
    world = demo.sandbox.world
    message: dict[str, Any] = {"components": made["view"].to_components()}
    if "embed" in made:
        message["embeds"] = [made["embed"].to_dict()]
    else:
        message["flags"] = V2
    files = [Upload(0, BANNER, "image/jpeg", picture)] if picture else []
    message["attachments"] = [{"id": file.index, "filename": file.filename} for file in files]
    create_message(world, channel, world.application.bot, message, files=files)


async def _keep(message: Locator, path: Path) -> None:
    await message.page.mouse.move(0, 0)
    await message.evaluate(LOADED)
    # It has none while the page puts an edited message in its place.
    while (box := await message.bounding_box()) is None:
        await message.wait_for()
    clip = FloatRect(x=box["x"], y=box["y"], width=box["width"], height=box["height"])
    raw = await message.page.screenshot(clip=clip)
    picture = Image.open(io.BytesIO(raw)).convert("RGB").quantize(COLOURS)
    picture.save(path, optimize=True)


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1]) if sys.argv[1:] else FOLDER))
