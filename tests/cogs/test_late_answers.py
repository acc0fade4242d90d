"""Answers that take longer than Discord waits: deferred, whole, and without a traceback."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import patch

import pytest
import structlog

from bot.client import deferral
from bot.fans.library import Library
from bot.store import Store
from bot.ui import ids
from sandbox import InteractionFailed
from sandbox.entities import Message, MessageFlag
from tests.cogs.stage import Stage, interview, read
from tests.ui.samples import MORE, SAVE

SOON = 0.05
"""Seconds after which answers are deferred here, so that no test waits for two seconds."""


@asynccontextmanager
async def busy(store: Store, seconds: float = SOON) -> AsyncIterator[Callable[[], None]]:
    """Writes wait until the yielded function is called."""
    go_on, begun = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with store.transaction():
            begun.set()
            await go_on.wait()

    task = asyncio.create_task(hold())
    await begun.wait()
    try:
        with patch.object(deferral, "DEFER_AFTER", seconds):
            yield go_on.set
    finally:
        go_on.set()
        await task


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what nobody announces."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - a log has no event
            await asyncio.sleep(0.001)


async def finished(stage: Stage, message: Message) -> str:
    await stage.sandbox.wait_until(
        lambda _: not message.flags & MessageFlag.LOADING or None, what="the answer"
    )
    return read(message)


async def test_a_command_is_deferred_and_then_answered(on_stage: Stage) -> None:
    await on_stage.ask("announcements add", by=on_stage.admin, channel=on_stage.channel)
    async with busy(on_stage.store) as go_on:
        response = await on_stage.sandbox.command(
            on_stage.admin,
            on_stage.channel,
            "announcements pause",
            channel=str(on_stage.channel.id),
        )
        shown = response.message
        assert shown is not None
        assert shown.ephemeral_for == on_stage.admin.id
        assert shown.flags & MessageFlag.LOADING
        go_on()
        assert (await finished(on_stage, shown)).startswith("**Paused.**")


async def test_an_error_after_the_deferral_is_a_sentence_in_its_place(on_stage: Stage) -> None:
    async with busy(on_stage.store) as go_on:
        response = await on_stage.sandbox.command(
            on_stage.admin,
            on_stage.channel,
            "announcements add",
            channel=on_stage.channel,
            hour=23,
            quiet="22-8",
        )
        shown = response.message
        assert shown is not None
        go_on()
        assert "would fall into the quiet hours" in await finished(on_stage, shown)


async def opened(stage: Stage) -> Message:
    (number,) = await stage.publish(interview(1))
    cover = await stage.ask("interviews read", interview=ids.interview_value(number))
    return await stage.press(cover, "Start reading")


async def test_a_press_changes_the_message_late_and_in_place(on_stage: Stage) -> None:
    page = await opened(on_stage)
    async with busy(on_stage.store) as go_on:
        response = await on_stage.sandbox.press(on_stage.fan, page, label=SAVE)
        assert not page.flags & MessageFlag.LOADING
        go_on()
        await on_stage.sandbox.wait_until(
            lambda _: "Saved." in str(page.components) or None, what="the page that says saved"
        )
    assert response.followups == []


@pytest.fixture
def slow_reading(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Interviews are read once this is set."""
    go_on = asyncio.Event()
    real = Library.open

    async def slow(self: Library, *args: Any) -> Any:
        await go_on.wait()
        return await real(self, *args)

    monkeypatch.setattr(Library, "open", slow)
    return go_on


async def test_a_late_share_is_public_and_leaves_the_page(
    on_stage: Stage, slow_reading: asyncio.Event
) -> None:
    slow_reading.set()
    page = await on_stage.press(await opened(on_stage), MORE)
    before = read(page)
    slow_reading.clear()
    with patch.object(deferral, "DEFER_AFTER", SOON):
        response = await on_stage.choose_more(page, "Share this answer here")
    slow_reading.set()
    await on_stage.sandbox.wait_until(lambda _: response.followups or None, what="the share")
    (shared,) = response.followups
    assert shared.ephemeral_for is None
    assert "shared" in read(shared)
    assert read(page) == before


async def test_an_answer_in_time_is_not_deferred(on_stage: Stage) -> None:
    response = await on_stage.sandbox.command(
        on_stage.admin, on_stage.channel, "announcements settings"
    )
    assert response.message is not None
    assert not response.message.flags & MessageFlag.LOADING
    assert read(response.message).startswith("**Settings for")


@pytest.mark.parametrize("seconds", [0.05, 60.0])
async def test_what_comes_too_late_is_a_line_in_the_log(
    on_stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    seconds: float,
) -> None:
    """Discord's time is over before ours, deferred or not."""
    monkeypatch.setattr(on_stage.sandbox.interactions, "timeout", 0.01)
    with structlog.testing.capture_logs() as logs, caplog.at_level(logging.INFO):
        async with busy(on_stage.store, seconds) as go_on:
            with pytest.raises(InteractionFailed):
                await on_stage.sandbox.command(
                    on_stage.admin,
                    on_stage.channel,
                    "announcements add",
                    channel=on_stage.channel,
                )
            go_on()
            await until(lambda: bool(logs))
    assert [(line["event"], line["log_level"]) for line in logs] == [("error.expired", "warning")]
    assert "exc_info" not in logs[0]
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_completion_that_comes_too_late_has_no_traceback(
    on_stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(on_stage.sandbox.interactions, "timeout", 0.0)
    with caplog.at_level(logging.ERROR), pytest.raises(InteractionFailed):
        await on_stage.sandbox.autocomplete(
            on_stage.admin,
            on_stage.channel,
            "announcements settings",
            focused="timezone",
            timezone="s",
        )
    await until(lambda: bool(caplog.records))
    assert [record.exc_info for record in caplog.records] == [None]
    assert caplog.messages[0].startswith("A completion came too late")
