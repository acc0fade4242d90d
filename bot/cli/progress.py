"""Progress on stderr: a bar on a terminal, and elsewhere a line now and then."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from bot.core.clock import Clock
from bot.core.i18n import Text

LINE_EVERY = 10.0
"""Seconds between two plain lines."""


@contextmanager
def show_progress(
    text: Text, title: str, clock: Clock
) -> Iterator[Callable[[int, int | None], None]]:
    """A function to call with (done, total or ``None``): a bar with rate and time left, or a line
    with both every `LINE_EVERY` seconds and at the end."""
    meter = RateMeter(clock)
    if not sys.stderr.isatty():
        yield lambda done, total: _print_line(text, title, meter, done, total)
        return
    with click.progressbar(length=1, label=title, show_pos=True, file=sys.stderr) as bar:

        def show(done: int, total: int | None) -> None:
            bar.label = f"{title} {meter.rate(done):.1f}/s"
            bar.length = total
            bar.update(done - bar.pos)

        yield show


class RateMeter:
    """Items a second since the first call, so that what an earlier run did is not counted."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started = self._printed_at = clock.monotonic()
        self._first: int | None = None

    def rate(self, done: int) -> float:
        """Items a second until now, when `done` items are done in all."""
        if self._first is None:
            self._first = done
            self._started = self._clock.monotonic()
            return 0.0
        return (done - self._first) / max(self._clock.monotonic() - self._started, 1e-3)

    def is_line_due(self) -> bool:
        """Whether the last line was printed `LINE_EVERY` seconds ago."""
        now = self._clock.monotonic()
        due = now - self._printed_at >= LINE_EVERY
        self._printed_at = now if due else self._printed_at
        return due


def _print_line(text: Text, title: str, meter: RateMeter, done: int, total: int | None) -> None:
    rate = meter.rate(done)
    if not meter.is_line_due() and done != total:
        return
    if total is None:
        line = text("cli.backfill.line-open", title=title, done=done, rate=f"{rate:.1f}")
    else:
        seconds = round((total - done) / rate) if rate else 0
        left = f"{seconds // 60}:{seconds % 60:02}" if rate or done == total else "?"
        line = text(
            "cli.backfill.line", title=title, done=done, total=total, rate=f"{rate:.1f}", left=left
        )
    click.echo(line, err=True)
