"""What a newcomer meets: the demo, in a browser, by clicking and typing."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from bot.ui.reader import BACK, NEXT
from tests.browser import DESKTOP, PHONE, browsing
from tests.process import START_LIMIT, environment, run_verb

pytestmark = pytest.mark.browser

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/\S*")


@asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[str]:
    """``python -m bot demo`` as a process, its sandbox held against Discord's OpenAPI document;
    the page's address as it prints it."""
    log = folder / "demo.log"
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(Path(__file__).parents[1] / "watched.py"),
            "demo",
            "--port",
            "0",
            cwd=folder,
            env=environment(folder),
            stdout=asyncio.subprocess.PIPE,
            stderr=file,
        )
    try:
        yield await _address(process)
    except BaseException:
        print(log.read_text(encoding="utf-8", errors="replace")[-6000:])  # noqa: T201
        raise
    finally:
        process.terminate()
        async with asyncio.timeout(START_LIMIT):
            await process.communicate()
    assert process.returncode == 0, log.read_text(encoding="utf-8", errors="replace")[-6000:]


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(START_LIMIT):
        async for line in process.stdout:
            if found := ADDRESS.search(line.decode()):
                return found[0]
    raise AssertionError("the demo ended without an address")


def articles(page: Page) -> Locator:
    return page.get_by_role("log").get_by_role("article")


async def command(page: Page, words: str) -> None:
    await page.get_by_role("combobox", name="Message #interviews").fill(words)
    await page.keyboard.press("Enter")


async def test_a_newcomer_sees_searches_and_reads(tmp_path: Path) -> None:
    async with demo(tmp_path) as address, browsing() as browser:
        page = await browser.open(address)
        announcement = articles(page).filter(has=page.get_by_role("button", name="Read here"))
        await expect(announcement).to_have_count(1, timeout=60_000)
        await expect(announcement.get_by_role("link", name="Open on KCrush")).to_be_visible()
        picture = announcement.get_by_role("img").first
        await expect(picture).to_be_visible()
        await expect(picture).to_have_js_property("complete", value=True)
        assert await picture.evaluate("picture => picture.naturalWidth") > 0
        await page.set_viewport_size({"width": DESKTOP[0], "height": 880})
        await _keep(page, tmp_path, "sandbox.png")

        # By itself the next one would come after two minutes.
        await page.get_by_role("button", name="publish an interview now").click()
        await expect(announcement).to_have_count(2)
        await expect(page.get_by_text("is on its way.")).to_have_count(0)

        await command(page, "/interviews search rain")
        found = articles(page).last
        await expect(found).to_contain_text("Only you can see this")
        await expect(
            found.locator("strong").filter(has_text=re.compile("^rain", re.IGNORECASE))
        ).not_to_have_count(0)

        await page.get_by_role("combobox", name="Message #interviews").fill("/interviews read ")
        await page.get_by_role("combobox", name="interview").fill("kite")
        choice = page.get_by_role("listbox", name="interview").get_by_role("option").first
        await expect(choice).to_contain_text("K!TE")
        await choice.click()
        await page.keyboard.press("Enter")
        reader = articles(page).last
        await expect(reader).to_contain_text("14 questions")

        await reader.get_by_role("button", name="Start reading").click()
        await expect(reader).to_contain_text("Question 1 of 14")
        await reader.get_by_role("button", name=NEXT).click()
        await expect(reader).to_contain_text("Question 2 of 14")
        second = await reader.inner_text()
        await reader.get_by_role("button", name=NEXT).click()
        await expect(reader).to_contain_text("Question 3 of 14")
        await reader.get_by_role("button", name=BACK).click()
        await expect(reader).to_contain_text("Question 2 of 14")
        assert (await reader.inner_text()).splitlines()[-8:] == second.splitlines()[-8:]

        await _keep(page, tmp_path, "reading.png")
        await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        await expect(reader.get_by_role("button", name=NEXT)).to_be_in_viewport()
        await _keep(page, tmp_path, "reading-phone.png")


async def _keep(page: Page, folder: Path, name: str) -> None:
    """The README's pictures are this test's: SCREENSHOTS names the folder that keeps them."""
    kept = Path(os.environ.get("SCREENSHOTS", folder)) / name
    await page.screenshot(path=kept)
    assert kept.stat().st_size > 20_000


async def test_the_demo_ends_by_itself(tmp_path: Path) -> None:
    ended = await run_verb(tmp_path, "demo", "--port", "0", "--no-page", "--exit-after", "4")
    assert ended.code == 0, ended.err
    assert ended.out.splitlines()[-1] == "The sandbox has ended; nothing of it was kept."
    assert not (tmp_path / "data").exists()


async def test_a_taken_port_is_said(tmp_path: Path) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        ended = await run_verb(tmp_path, "demo", "--port", str(port))
    assert ended.code == 1
    assert ended.err == (
        f"--port {port} is taken by another program. Name another one, or 0 for any that is free.\n"
    )
