"""Pictures are made once, off the loop, kept within bounds, and never wait for a dead site."""

import asyncio
import contextlib
import io
import os
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from bot.core.errors import FetchError, UserError
from bot.core.model import Topic
from bot.quotes import renderer as module
from bot.quotes.card import Format, Look, QuoteCard
from bot.quotes.image_cache import ImageCache
from bot.quotes.renderer import (
    RETRY_IMAGE_AFTER,
    WAITING,
    QuoteRenderer,
    open_renderer,
)
from tests.clock import FakeClock
from tests.quotes.pictures import endless, picture

HERO = "https://kcrush.example/hero.png"
CARD = QuoteCard("I was afraid of the sea.", "Han Seoyun", None, "KCrush", "One", Topic.MUSIC, HERO)


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
async def opened(
    folder: Path, site: Site, clock: FakeClock | None = None
) -> AsyncIterator[QuoteRenderer]:
    async with open_renderer(folder / "quotes", site.fetch, clock or FakeClock()) as renderer:
        yield renderer


async def test_a_picture_is_drawn_once_and_kept_over_a_restart(tmp_path: Path) -> None:
    site = Site()
    async with opened(tmp_path, site) as renderer:
        assert await renderer.cached(CARD) is None
        first = await renderer.picture(CARD)
        assert first.startswith(b"\xff\xd8\xff")
        assert await renderer.picture(CARD) == first
    async with opened(tmp_path, site) as renderer:
        assert await renderer.cached(CARD) == first
    assert site.asked == 1


async def test_many_who_want_the_same_wait_for_one(tmp_path: Path) -> None:
    site = Site()
    site.open.clear()
    async with opened(tmp_path, site) as renderer:
        waiting = [asyncio.create_task(renderer.picture(CARD)) for _ in range(30)]
        await site.came.get()
        waiting[0].cancel()
        site.open.set()
        with pytest.raises(asyncio.CancelledError):
            await waiting[0]
        assert len({await task for task in waiting[1:]}) == 1
    assert site.asked == 1


async def test_whatever_is_told_otherwise_is_another_picture(tmp_path: Path) -> None:
    site = Site()
    async with opened(tmp_path, site) as renderer:
        made = {
            await renderer.picture(replace(CARD, text=text))
            for text in (CARD.text, "I was never afraid of the sea.")
        }
    assert len(made) == 2
    assert site.asked == 2


@pytest.mark.parametrize("body", [None, b"<html>", picture(size=(20, 20))])
async def test_a_picture_of_no_use_is_not_asked_for_again_for_a_while(
    tmp_path: Path, body: bytes | None
) -> None:
    site, clock = Site(), FakeClock()
    site.body = body
    async with opened(tmp_path, site, clock) as renderer:
        plain = await renderer.picture(CARD)
        assert await renderer.cached(CARD) == plain
        assert await renderer.picture(CARD) == plain
        assert site.asked == 1
        site.body = picture()
        await clock.advance(RETRY_IMAGE_AFTER + 1)
        assert await renderer.cached(CARD) is None
        assert await renderer.picture(CARD) != plain
        assert site.asked == 2


async def test_a_picture_that_takes_for_ever_to_decode_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IMAGE_SECONDS", 2.0)
    site = Site()
    site.body = endless()
    assert len(site.body) < 2_000_000
    async with opened(tmp_path, site) as renderer:
        began = time.monotonic()
        assert await renderer.picture(CARD)
        assert await renderer.picture(replace(CARD, image_url=None))
        assert time.monotonic() - began < module.DRAW_SECONDS
    assert site.asked == 1


async def test_the_largest_pictures_have_room_in_every_format(tmp_path: Path) -> None:
    site = Site()
    site.body = picture(size=(8236, 2059), kind="JPEG")
    async with opened(tmp_path, site) as renderer:
        for format_ in Format:
            data = await renderer.picture(replace(CARD, look=Look(format=format_)))
            top = Image.open(io.BytesIO(data)).convert("RGB").crop((540, 20, 541, 21)).tobytes()
            assert top[2] > top[0] + 40


async def test_a_site_that_never_answers_delays_a_picture_only_so_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FETCH_SECONDS", 0.01)
    site = Site()
    site.open.clear()
    async with opened(tmp_path, site) as renderer:
        assert await renderer.picture(CARD)


async def test_who_waits_too_long_is_told_and_the_picture_is_there_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site()
    site.open.clear()
    async with opened(tmp_path, site) as renderer:
        monkeypatch.setattr(module, "DRAW_SECONDS", 0.01)
        with pytest.raises(UserError, check=lambda error: error.key == "error.quote-too-slow"):
            await renderer.picture(CARD)
        monkeypatch.undo()
        site.open.set()
        assert await renderer.picture(CARD)
    assert site.asked == 1


async def test_a_long_line_is_not_joined(tmp_path: Path) -> None:
    site = Site()
    site.open.clear()
    async with opened(tmp_path, site) as renderer:
        waiting = [
            asyncio.create_task(renderer.picture(replace(CARD, title=str(number))))
            for number in range(WAITING)
        ]
        for _ in range(WAITING):
            await site.came.get()
        with pytest.raises(UserError, check=lambda error: error.key == "error.quote-busy"):
            await renderer.picture(CARD)
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_words_that_can_t_be_set_are_told_of(tmp_path: Path) -> None:
    async with opened(tmp_path, Site()) as renderer:
        with pytest.raises(UserError, check=lambda error: error.key == "error.quote-unsettable"):
            await renderer.picture(replace(CARD, text="ฉันกลัวทะเล", image_url=None))


# ---------------------------------------------------------------- the cache


def key(number: int) -> str:
    return f"{number:032x}"


def used(folder: Path, number: int, when: float) -> None:
    os.utime(folder / f"{key(number)}.jpg", (when, when))


@pytest.mark.parametrize(
    ("bounds", "left"),
    [
        (lambda folder: ImageCache(folder, files=3, size=10_000), {0, 3, 4}),
        (lambda folder: ImageCache(folder, files=100, size=250), {0, 4}),
    ],
)
def test_the_longest_unused_go_first(
    tmp_path: Path, bounds: Callable[[Path], ImageCache], left: set[int]
) -> None:
    folder = tmp_path / "quotes"
    cache = ImageCache(folder)
    for number in range(4):
        cache.put(key(number), b"x" * 100)
        used(folder, number, 1000.0 + number)
    assert cache.get(key(0)) == b"x" * 100
    bounds(folder).put(key(4), b"x" * 100)
    assert {number for number in range(5) if cache.get(key(number))} == left


def test_what_a_crash_left_half_written_is_no_picture_and_goes(tmp_path: Path) -> None:
    part = tmp_path / f"{key(1)}.abcd.part"
    part.write_bytes(b"half")
    empty = tmp_path / f"{key(2)}.jpg"
    empty.write_bytes(b"")
    cache = ImageCache(tmp_path)
    assert cache.get(key(1)) is None
    assert cache.get(key(2)) is None
    cache.put(key(3), b"whole")
    assert not part.exists()


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine", encoding="utf-8")
    ImageCache(tmp_path, files=0, size=0).put(key(1), b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_a_folder_that_can_t_be_written_costs_no_answer(tmp_path: Path) -> None:
    blocked = tmp_path / "quotes"
    blocked.write_bytes(b"a file")
    cache = ImageCache(blocked)
    cache.put(key(1), b"whole")
    assert cache.get(key(1)) is None


@pytest.mark.parametrize("bad", ["../../etc/passwd", "", "ABC", "a/b" * 8])
def test_a_key_is_no_path(tmp_path: Path, bad: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        ImageCache(tmp_path).get(bad)
