"""Pictures are made once, off the loop, kept within bounds, and never wait for a dead site."""

import asyncio
import contextlib
import os
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.errors import FetchError, UserError
from bot.core.model import Topic
from bot.quotes import studio as module
from bot.quotes.drawing import Card, draw
from bot.quotes.keeping import Shelf
from bot.quotes.studio import (
    FORGIVEN_AFTER,
    WAITING,
    Order,
    Studio,
    open_studio,
)
from tests.clock import FakeClock
from tests.quotes.pictures import picture

HERO = "https://kcrush.example/hero.png"
CARD = Card("I was afraid of the sea.", "Han Seoyun", None, "KCrush", "One", Topic.MUSIC)
ORDER = Order(CARD, HERO)


class Site:
    """Answers for article pictures; counts how often it was asked."""

    def __init__(self) -> None:
        self.body: bytes | None = picture()
        self.asked = 0
        self.came: asyncio.Queue[None] = asyncio.Queue()
        self.open = asyncio.Event()
        self.open.set()

    async def fetch(self, url: str) -> bytes:
        assert url == HERO
        self.asked += 1
        self.came.put_nowait(None)
        await self.open.wait()
        if self.body is None:
            raise FetchError("fetch.missing", status=404)
        return self.body


@contextlib.asynccontextmanager
async def opened(folder: Path, site: Site, clock: FakeClock | None = None) -> AsyncIterator[Studio]:
    async with open_studio(folder / "quotes", site.fetch, clock or FakeClock()) as studio:
        yield studio


async def test_a_picture_is_drawn_once_and_kept_over_a_restart(tmp_path: Path) -> None:
    site = Site()
    async with opened(tmp_path, site) as studio:
        assert await studio.kept(ORDER) is None
        first = await studio.picture(ORDER)
        assert first.startswith(b"\xff\xd8\xff")
        assert await studio.picture(ORDER) == first
    async with opened(tmp_path, site) as studio:
        assert await studio.kept(ORDER) == first
    assert site.asked == 1


async def test_many_who_want_the_same_wait_for_one(tmp_path: Path) -> None:
    site = Site()
    site.open.clear()
    async with opened(tmp_path, site) as studio:
        waiting = [asyncio.create_task(studio.picture(ORDER)) for _ in range(30)]
        await site.came.get()
        waiting[0].cancel()
        site.open.set()
        with pytest.raises(asyncio.CancelledError):
            await waiting[0]
        assert len({await task for task in waiting[1:]}) == 1
    assert site.asked == 1


async def test_whatever_is_told_otherwise_is_another_picture(tmp_path: Path) -> None:
    site = Site()
    async with opened(tmp_path, site) as studio:
        made = {
            await studio.picture(Order(replace(CARD, text=text), HERO))
            for text in (CARD.text, "I was never afraid of the sea.")
        }
    assert len(made) == 2
    assert site.asked == 2


async def test_the_loop_is_free_while_a_picture_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    threads = set()

    def slow(*given: object) -> tuple[bytes, bool]:
        threads.add(threading.current_thread())
        loop.call_soon_threadsafe(began.set)
        assert go_on.wait(10)
        return draw(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "draw", slow)
    async with opened(tmp_path, Site()) as studio:
        task = asyncio.create_task(studio.picture(ORDER))
        await began.wait()
        assert not task.done()
        go_on.set()
        assert await task
    assert threading.main_thread() not in threads


@pytest.mark.parametrize("body", [None, b"<html>", picture(size=(20, 20))])
async def test_a_picture_of_no_use_is_not_asked_for_again_for_a_while(
    tmp_path: Path, body: bytes | None
) -> None:
    site, clock = Site(), FakeClock()
    site.body = body
    async with opened(tmp_path, site, clock) as studio:
        plain = await studio.picture(ORDER)
        assert await studio.kept(ORDER) == plain
        assert await studio.picture(ORDER) == plain
        assert site.asked == 1
        site.body = picture()
        await clock.advance(FORGIVEN_AFTER + 1)
        assert await studio.kept(ORDER) is None
        assert await studio.picture(ORDER) != plain
        assert site.asked == 2


async def test_a_site_that_never_answers_delays_a_picture_only_so_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FETCH_SECONDS", 0.01)
    site = Site()
    site.open.clear()
    async with opened(tmp_path, site) as studio:
        assert await studio.picture(ORDER)


async def test_who_waits_too_long_is_told_and_the_picture_is_there_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site()
    site.open.clear()
    async with opened(tmp_path, site) as studio:
        monkeypatch.setattr(module, "DRAW_SECONDS", 0.01)
        with pytest.raises(UserError, match=r"error\.quote-too-slow"):
            await studio.picture(ORDER)
        monkeypatch.undo()
        site.open.set()
        assert await studio.picture(ORDER)
    assert site.asked == 1


async def test_a_long_line_is_not_joined(tmp_path: Path) -> None:
    site = Site()
    site.open.clear()
    async with opened(tmp_path, site) as studio:
        waiting = [
            asyncio.create_task(studio.picture(Order(replace(CARD, title=str(number)), HERO)))
            for number in range(WAITING)
        ]
        for _ in range(WAITING):
            await site.came.get()
        with pytest.raises(UserError, match=r"error\.quote-busy"):
            await studio.picture(ORDER)
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_words_that_can_t_be_set_are_told_of(tmp_path: Path) -> None:
    async with opened(tmp_path, Site()) as studio:
        with pytest.raises(UserError, match=r"error\.quote-unsettable"):
            await studio.picture(Order(replace(CARD, text="ฉันกลัวทะเล"), None))


# ---------------------------------------------------------------- the shelf


def key(number: int) -> str:
    return f"{number:032x}"


def used(folder: Path, number: int, when: float) -> None:
    os.utime(folder / f"{key(number)}.jpg", (when, when))


@pytest.mark.parametrize(
    ("bounds", "left"),
    [
        (lambda folder: Shelf(folder, files=3, size=10_000), {0, 3, 4}),
        (lambda folder: Shelf(folder, files=100, size=250), {0, 4}),
    ],
)
def test_the_longest_unused_go_first(
    tmp_path: Path, bounds: Callable[[Path], Shelf], left: set[int]
) -> None:
    folder = tmp_path / "quotes"
    shelf = Shelf(folder)
    for number in range(4):
        shelf.put(key(number), b"x" * 100)
        used(folder, number, 1000.0 + number)
    assert shelf.get(key(0)) == b"x" * 100
    bounds(folder).put(key(4), b"x" * 100)
    assert {number for number in range(5) if shelf.get(key(number))} == left


def test_what_a_crash_left_half_written_is_no_picture_and_goes(tmp_path: Path) -> None:
    part = tmp_path / f"{key(1)}.abcd.part"
    part.write_bytes(b"half")
    empty = tmp_path / f"{key(2)}.jpg"
    empty.write_bytes(b"")
    shelf = Shelf(tmp_path)
    assert shelf.get(key(1)) is None
    assert shelf.get(key(2)) is None
    shelf.put(key(3), b"whole")
    assert not part.exists()


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine", encoding="utf-8")
    Shelf(tmp_path, files=0, size=0).put(key(1), b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_a_folder_that_can_t_be_written_costs_no_answer(tmp_path: Path) -> None:
    blocked = tmp_path / "quotes"
    blocked.write_bytes(b"a file")
    shelf = Shelf(blocked)
    shelf.put(key(1), b"whole")
    assert shelf.get(key(1)) is None


@pytest.mark.parametrize("bad", ["../../etc/passwd", "", "ABC", "a/b" * 8])
def test_a_key_is_no_path(tmp_path: Path, bad: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        Shelf(tmp_path).get(bad)
