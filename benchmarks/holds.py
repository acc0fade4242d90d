"""What holds the event loop: the longest of its steps while the bot works, and whose step it was.

A step is what asyncio runs between two looks at its sockets and clocks; nobody else is served
meanwhile. asyncio tells of slow ones only when it debugs, which slows all of them.
"""

import asyncio
import random
import time
from asyncio.events import Handle
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from benchmarks.backfill import hosted
from benchmarks.backfill import run_ours as backfill
from benchmarks.fanout import announce, announcing, subscribe
from benchmarks.figures import Figure, Report, seconds
from benchmarks.generated import generated_archive
from benchmarks.quote import tasks
from benchmarks.remote import freeze, open_bot, open_discord, quiet
from bot.core.clock import SystemClock
from bot.feed.fetch import open_fetcher
from bot.feed.watcher import Watcher
from bot.quotes.renderer import open_renderer
from bot.search import SearchIndex
from bot.store import open_store

MOST = 0.020
"""Seconds, as for ``quote``: two interactions of a hundred a second."""


@dataclass(slots=True)
class Hold:
    """The longest step so far, in seconds, and whose it was."""

    seconds: float = 0.0
    name: str = "–"


@contextmanager
def watched() -> Iterator[Hold]:
    """The longest step of all that the loop runs until the block's end."""
    longest = Hold()
    run = Handle._run

    def timed(handle: Handle) -> None:
        # Looked at before it runs, for afterwards it waits elsewhere, or is done.
        name = _name(handle)
        began = time.perf_counter()
        run(handle)
        spent = time.perf_counter() - began
        if spent > longest.seconds:
            longest.seconds, longest.name = spent, name

    with mock.patch.object(Handle, "_run", timed):
        yield longest


def _name(handle: Handle) -> str:
    """The innermost coroutine that goes on, within the one that its task runs; or the callback."""
    callback = handle._callback  # type: ignore[attr-defined]
    task = getattr(callback, "__self__", None)
    if not isinstance(task, asyncio.Task):
        return str(getattr(callback, "__qualname__", type(callback).__name__))
    outer = inner = task.get_coro()
    while (awaited := getattr(inner, "cr_await", None)) is not None and hasattr(awaited, "cr_code"):
        inner = awaited
    names = dict.fromkeys(str(getattr(one, "__qualname__", one)) for one in (outer, inner))
    return " in ".join(reversed(names))


async def sending(folder: Path, *, small: bool) -> Hold:
    channels = 10 if small else 200
    async with open_discord() as sandbox:
        furnished = await sandbox("furnish", guilds=channels)
        async with open_bot(sandbox, folder) as app, announcing(app):
            await subscribe(app, furnished["channels"])
            with watched() as hold:
                await announce(app, 60.0)
    return hold


async def polling(folder: Path, *, small: bool) -> Hold:
    """A feed's first ten interviews, then the same feed unchanged."""
    clock = SystemClock()
    async with (
        hosted(10) as root,
        open_store(f"sqlite+aiosqlite:///{folder / 'kcrush.db'}", clock) as store,
        open_fetcher(clock, user_agent="kcrush-bot") as fetcher,
    ):
        url = f"{root}/category/interviews/feed/"
        watcher = Watcher(fetcher, store, clock, random.Random(1), feeds=[url], interval=300)
        with watched() as hold:
            for _ in range(2 if small else 20):
                await watcher.poll(url)
    return hold


async def backfilling(folder: Path, *, small: bool) -> Hold:
    async with hosted(20 if small else 500) as root:
        with watched() as hold:
            await backfill(root, folder / "kcrush.db")
    return hold


async def indexing(folder: Path, *, small: bool) -> Hold:
    clock = SystemClock()
    async with open_store(f"sqlite+aiosqlite:///{folder / 'kcrush.db'}", clock) as store:
        async with store.transaction() as tx:
            for one in generated_archive(20 if small else 2_000):
                await tx.interviews.insert(one, f"digest of {one.guid}")
        index = SearchIndex.open(folder / "index")
        freeze()
        try:
            with watched() as hold:
                await index.sync(store)
        finally:
            index.close()
    return hold


async def drawing(folder: Path, *, small: bool) -> Hold:
    made = list(tasks(2 if small else 20))

    async def fetch(url: str) -> bytes:
        return made[int(url)].hero

    async with open_renderer(folder, fetch, SystemClock()) as renderer:
        with watched() as hold:
            for number, task in enumerate(made):
                await renderer.picture(replace(task.card, image_url=str(number)))
    return hold


Work = Callable[..., Awaitable[Hold]]

WORK: dict[str, Work] = {
    "sending to 200 channels": sending,
    "polling": polling,
    "backfilling 500 interviews": backfilling,
    "indexing 2,000 interviews": indexing,
    "drawing 20 quotes": drawing,
}


async def measure(*, small: bool, command: str) -> Report:
    """The benchmark ``holds``; with `small` little of each work."""
    quiet()
    figures = []
    for what, work in WORK.items():
        with TemporaryDirectory(prefix="kcrush-bench-") as folder:
            hold = await work(Path(folder), small=small)
        figures.append(
            Figure(
                what,
                f"{seconds(hold.seconds)} ({hold.name})",
                bound=f"at most {seconds(MOST)}",
                good=hold.seconds <= MOST,
                value=hold.seconds,
            )
        )
    return Report(
        "holds",
        "What holds the event loop",
        "The longest step of the event loop while the bot does one thing, and whose it was: the "
        "coroutine that went on, and the task that it belongs to. No baseline: a loop that nothing "
        "holds is what a bot is measured by.",
        command,
        figures,
    )
