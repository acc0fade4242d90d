"""A headless Chromium for tests: skipped, with its reason, where there is none."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, Playwright, async_playwright, expect

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP = (1280, 800)
PHONE = (390, 844)
PATIENCE_MS = 15_000
"""How long a busy machine may take; a passing test does not wait it out."""

expect.set_options(timeout=PATIENCE_MS)


def chromium() -> str:
    """Where Chromium is; skips the test where it is not."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium here: install Debian's package chromium")
    return found


@dataclass
class Window:
    """One person's window; `troubles` gathers what its console and its scripts complained of."""

    page: Page
    troubles: list[str] = field(default_factory=list)

    def heard(self, message: ConsoleMessage) -> None:
        # An act that the sandbox refuses with words is an answer, not a fault of the page.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.troubles.append(message.text)


class Browsing:
    """A running Chromium that opens windows, each with a profile of its own."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._windows: list[Window] = []

    async def open(
        self,
        url: str,
        *,
        size: tuple[int, int] = DESKTOP,
        touch: bool = False,
        scheme: Literal["dark", "light"] = "dark",
    ) -> Page:
        """The sandbox's page at `url`, its state read; `scheme` is what the system prefers."""
        width, height = size
        context = await self._browser.new_context(
            viewport={"width": width, "height": height},
            has_touch=touch,
            locale="en-US",
            timezone_id="UTC",
            reduced_motion="reduce",
            color_scheme=scheme,
        )
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        window = Window(page)
        page.on("console", window.heard)
        page.on("pageerror", lambda error: window.troubles.append(str(error)))
        self._windows.append(window)
        await page.goto(url)
        await page.wait_for_selector("body[data-ready]")
        return page

    async def put_away(self) -> None:
        """Close the windows of a test; none of them may have complained of anything."""
        windows, self._windows = self._windows, []
        for window in windows:
            await window.page.context.close()
        assert [trouble for window in windows for trouble in window.troubles] == []


@asynccontextmanager
async def browsing() -> AsyncIterator[Browsing]:
    """Run Chromium. Its event loop is the one in which this is entered."""
    path = chromium()
    async with async_playwright() as playwright:
        browser = await _launch(playwright, path)
        try:
            windows = Browsing(browser)
            yield windows
            await windows.put_away()
        finally:
            await browser.close()


async def _launch(playwright: Playwright, path: str) -> Browser:
    return await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
