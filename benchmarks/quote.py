"""Quote pictures: drawn, kept, and what the event loop feels of it."""

import asyncio
import io
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageDraw

from benchmarks.figures import Figure, Report, seconds
from bot.core.clock import SystemClock
from bot.core.model import Topic
from bot.quotes.backdrop import decode
from bot.quotes.card import Format, QuoteCard
from bot.quotes.designs import FRAMES
from bot.quotes.drawing import draw, hero_size
from bot.quotes.fonts import Typeface, Weight
from bot.quotes.renderer import QuoteRenderer, open_renderer

COLD = 1.0
KEPT = 0.010
LATE = 0.020
LATEST = 0.100
"""Seconds: a third of what Discord waits for an answer; what no person notices; two interactions of
a hundred a second; the most that one of them may ever take."""

SIDE = FRAMES[Format.SQUARE].width

PICTURES = Path(__file__).parents[1] / "data" / "sample" / "uploads"

WORDS = (
    "I was afraid of the sea until my grandmother taught me to float and count the gulls.",
    "I cried on the bus, and a stranger gave me half of her tangerine, and I never forgot it.",
    "저는 노래를 부를 때마다 어릴 때 살던 집의 불 켜진 창문이 마음속에 떠올라서 외롭지 않아요.",
    "My grandmother called me 우리 강아지, and when I heard the crowd shout it, I only heard her.",
    (
        "I have carried the same notebook since I was nine, and I write in it only when I’m afraid,"
        " because my grandmother told me that fear is a kind of weather and somebody ought to keep"
        " the record. When it’s full I’ll read it aloud to her."
    ),
)


@dataclass(frozen=True, slots=True)
class Task:
    card: QuoteCard
    hero: bytes


def tasks(count: int) -> Iterator[Task]:
    """Cards that all differ, over the sample magazine's pictures and a camera's."""
    heroes = [path.read_bytes() for path in sorted(PICTURES.rglob("*.webp"))]
    heroes.insert(1, _photograph())
    for number in range(count):
        card = QuoteCard(
            WORDS[number % len(WORDS)],
            "Han Seoyun",
            "Singer",
            "KCrush America Magazine",
            f"Interview No. {number}",
            Topic.MUSIC,
        )
        yield Task(card, heroes[number % len(heroes)])


def _photograph() -> bytes:
    out = io.BytesIO()
    noise = Image.effect_noise((2560, 1707), 60)
    Image.merge("RGB", (noise, noise.rotate(90), noise.rotate(180))).save(out, "JPEG", quality=88)
    return out.getvalue()


async def measure(*, small: bool, command: str) -> Report:
    """The benchmark ``quote``; with `small` a twentieth of the pictures."""
    made = list(tasks(5 if small else 100))
    heroes = {str(number): task.hero for number, task in enumerate(made)}

    async def fetch(url: str) -> bytes:
        return heroes[url]

    cards = [replace(task.card, image_url=url) for url, task in zip(heroes, made, strict=True)]
    with TemporaryDirectory(prefix="kcrush-bench-") as folder:
        async with open_renderer(Path(folder), fetch, SystemClock()) as renderer:
            first = await _timed(cards[:1], renderer.picture)
            cold, delays = await _with_delays(_timed(cards[1:], renderer.picture))
            kept = await _timed(cards, renderer.cached)
            size = statistics.median([len(await _kept(renderer, card)) for card in cards])
    typeface = Typeface()
    plain, plain_size = _plain(made[1:], typeface)
    _, naive_delays = await _with_delays(_on_the_loop(made[1 : 1 + max(3, len(made) // 10)]))
    cold_p50, kept_p50 = statistics.median(cold), statistics.median(kept)
    worst_cold, worst_kept = _p99(cold), _p99(kept)
    late, naive_late = _p99(delays), _p99(naive_delays)
    return Report(
        "quote",
        "Quote pictures",
        f"{len(made)} pictures of {SIDE} by {SIDE} pixels, over 25 pictures of 1200 by 675 and one "
        "of 2560 by 1707, English and Korean, 85 to 240 characters. Baselines: Pillow's simplest "
        "(picture scaled, one line of words, PNG); the same picture without the cache; and drawn "
        "on the event loop.",
        command,
        [
            Figure(
                "drawn, p50",
                seconds(cold_p50),
                seconds(statistics.median(plain)),
                f"{cold_p50 / statistics.median(plain):.2f} times the time",
                value=cold_p50,
            ),
            Figure(
                "drawn, p99",
                seconds(worst_cold),
                seconds(_p99(plain)),
                f"{worst_cold / _p99(plain):.2f} times the time",
                f"at most {seconds(COLD)}",
                good=worst_cold <= COLD,
                value=worst_cold,
            ),
            Figure("the first, which opens the typeface", seconds(first[0]), value=first[0]),
            Figure(
                "kept, p50",
                seconds(kept_p50),
                seconds(cold_p50),
                f"{cold_p50 / kept_p50:.0f} times as fast",
                value=kept_p50,
            ),
            Figure(
                "kept, p99",
                seconds(worst_kept),
                seconds(worst_cold),
                f"{worst_cold / worst_kept:.0f} times as fast",
                f"at most {seconds(KEPT)}",
                good=worst_kept <= KEPT,
                value=worst_kept,
            ),
            Figure(
                "the loop is late meanwhile, p99",
                seconds(late),
                seconds(naive_late),
                f"{naive_late / late:.1f} times as short",
                f"at most {seconds(LATE)}",
                good=late <= LATE,
                value=late,
            ),
            Figure(
                "the loop is late meanwhile, at worst",
                seconds(max(delays)),
                seconds(max(naive_delays)),
                f"{max(naive_delays) / max(delays):.1f} times as short",
                f"at most {seconds(LATEST)}",
                good=max(delays) <= LATEST,
                value=max(delays),
            ),
            Figure(
                "size, p50",
                f"{size / 1000:.0f} KB",
                f"{plain_size / 1000:.0f} KB",
                f"{plain_size / size:.1f} times as small",
            ),
        ],
    )


async def _timed(
    cards: Sequence[QuoteCard], work: Callable[[QuoteCard], Awaitable[object]]
) -> list[float]:
    spent = []
    for card in cards:
        began = time.perf_counter()
        assert await work(card) is not None
        spent.append(time.perf_counter() - began)
    return spent


async def _kept(renderer: QuoteRenderer, card: QuoteCard) -> bytes:
    return await renderer.cached(card) or b""


async def _with_delays(work: Awaitable[list[float]]) -> tuple[list[float], list[float]]:
    """What `work` gives, and how late the loop woke somebody who slept meanwhile."""
    late: list[float] = []

    async def tick() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.001)
            late.append(time.perf_counter() - began - 0.001)

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0.01)
    found = await work
    ticking.cancel()
    return found, late


async def _on_the_loop(made: Sequence[Task]) -> list[float]:
    typeface = Typeface()
    for task in made:
        draw(task.card, decode(task.hero, hero_size(task.card)), typeface)
        await asyncio.sleep(0.002)
    return []


def _plain(made: Sequence[Task], typeface: Typeface) -> tuple[list[float], float]:
    spent, sizes = [], []
    for task in made:
        began = time.perf_counter()
        with Image.open(io.BytesIO(task.hero)) as opened:
            image = opened.convert("RGB").resize((SIDE, SIDE))
        font = typeface.at(30, Weight.REGULAR)
        ImageDraw.Draw(image).text((40, 900), task.card.text, font=font, fill="white")
        out = io.BytesIO()
        image.save(out, "PNG")
        spent.append(time.perf_counter() - began)
        sizes.append(len(out.getvalue()))
    return spent, statistics.median(sizes)


def _p99(values: Sequence[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]
