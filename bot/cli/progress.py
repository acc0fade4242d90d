"""Progress on stderr: a bar on a terminal, and elsewhere plain lines for what takes long."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    track,
)

from bot.core.clock import Clock
from bot.core.i18n import Text

STRIDE = 1000
"""Items between two plain lines."""

LINE_EVERY = 10.0
"""Seconds between two plain lines of ``pacing``."""


def steps(items: Sequence[str], title: str) -> Iterator[str]:
    """Yield `items` one by one behind a bar; silent where there is no terminal.

    For short lists whose failures are told line by line, so that stderr holds those alone.
    """
    console = Console(stderr=True)
    if len(items) < 2 or not console.is_terminal:
        yield from items
    else:
        yield from track(items, description=title, console=console, transient=True)


@contextmanager
def counting(title: str) -> Iterator[Callable[[int, int], None]]:
    """A function to call with (done, total): a bar, or a line every `STRIDE` and at the end."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield (
            lambda done, total: (
                click.echo(f"{title} {done}/{total}", err=True)
                if done == total or done % STRIDE == 0
                else None
            )
        )
        return
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


@contextmanager
def pacing(text: Text, title: str, clock: Clock) -> Iterator[Callable[[int, int | None], None]]:
    """A function to call with (done, total or ``None``): a bar with rate and time left, or a line
    with both every `LINE_EVERY` seconds and at the end."""
    console = Console(stderr=True)
    meter = RateMeter(clock.monotonic())
    if not console.is_terminal:
        yield lambda done, total: _print_line(text, title, meter, done, total, clock.monotonic())
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(title, total=None, rate="–")

        def show(done: int, total: int | None) -> None:
            rate = f"{meter.rate(done, clock.monotonic()):.1f}"
            progress.update(task, completed=done, total=total, rate=rate)

        yield show


class RateMeter:
    """Items a second since the first call, so that what an earlier run did is not counted."""

    def __init__(self, started: float) -> None:
        self._started = started
        self._first: int | None = None
        self.printed_at = started

    def rate(self, done: int, now: float) -> float:
        """Items a second at `now` (monotonic seconds) when `done` items are done in all."""
        if self._first is None:
            self._first = done
            self._started = now
            return 0.0
        return (done - self._first) / max(now - self._started, 1e-3)


def _print_line(
    text: Text, title: str, meter: RateMeter, done: int, total: int | None, now: float
) -> None:
    rate = meter.rate(done, now)
    if now - meter.printed_at < LINE_EVERY and done != total:
        return
    meter.printed_at = now
    if total is None:
        line = text("cli.backfill.line-open", title=title, done=done, rate=f"{rate:.1f}")
    else:
        seconds = round((total - done) / rate) if rate else 0
        left = f"{seconds // 60}:{seconds % 60:02}" if rate or done == total else "?"
        line = text(
            "cli.backfill.line", title=title, done=done, total=total, rate=f"{rate:.1f}", left=left
        )
    click.echo(line, err=True)
