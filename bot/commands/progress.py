"""Progress on stderr: a bar on a terminal, and elsewhere plain lines for what takes long."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import Progress, track

STRIDE = 1000
"""Things done between two plain lines."""


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


def _line(title: str, done: int, total: int) -> None:
    if total >= STRIDE and (done == total or done % STRIDE == 0):
        click.echo(f"{title} {done}/{total}", err=True)
