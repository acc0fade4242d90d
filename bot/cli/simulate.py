"""``simulate``: what so many guilds cost, as a table, beside what was measured."""

from collections.abc import Sequence
from dataclasses import asdict

import click
import orjson

from bot.core.capacity import GUILDS_A_SHARD as OF_SHARD
from bot.core.capacity import (
    INTERVIEWS_A_YEAR,
    MEASURED,
    MOST_CHANNELS,
    REQUESTS,
    SHARDS_A_PROCESS,
    Capacity,
    Point,
    capacity,
)
from bot.core.i18n import Text

SIZES = (1, 100, 1_000, 2_500, 10_000, 100_000, 1_000_000)

HEAD = (
    "guilds",
    "shards",
    "processes",
    "memory of each",
    "start",
    "announced one by one",
    "by following",
    "rows a year",
    "stored a year",
    "transactions/s meanwhile",
)


def simulate_guilds(guilds: int, text: Text, *, as_json: bool) -> None:
    """Print what `guilds` cost, among some round numbers; or that alone, as JSON.

    The JSON has ``guilds``, ``model`` with the fields of ``Capacity``, and ``measured``, the points
    by which the model is checked, with those of ``Point``.
    """
    if as_json:
        found = {"guilds": guilds, "model": capacity(guilds), "measured": MEASURED}
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2))
        return
    for part in report(sorted({*SIZES, guilds}), text):
        click.echo(f"{part}\n")


def report(sizes: Sequence[int], text: Text) -> list[str]:
    """What `simulate` prints, in parts: sentences, and tables in Markdown."""
    costs = [capacity(size) for size in sizes]
    facts = {
        "interviews": INTERVIEWS_A_YEAR,
        "from_guilds": text.number(SHARDS_A_PROCESS * OF_SHARD),
        "most": text.number(MOST_CHANNELS),
        "minutes": round(MOST_CHANNELS / REQUESTS / 60),
        "requests": REQUESTS,
    }
    return [
        text("cli.simulate.head", **facts),
        _table(HEAD, [_row(one, text) for one in costs]),
        text("cli.simulate.measured"),
        _table(
            ("guilds", "start", "memory", "announced one by one", "stored for an interview"),
            [_compared(point, text) for point in MEASURED],
        ),
        text("cli.simulate.post", **facts),
        text("cli.simulate.follow", **facts),
    ]


def _row(one: Capacity, text: Text) -> tuple[str, ...]:
    return (
        text.number(one.guilds),
        text.number(one.shards),
        text.number(one.processes),
        _size(one.memory),
        _duration(one.start),
        _duration(one.announcing) + (" (too long)" if one.must_follow else ""),
        _duration(one.following),
        text.number(one.guilds * INTERVIEWS_A_YEAR),
        _size(one.stored * INTERVIEWS_A_YEAR),
        text.number(round(one.transactions)),
    )


def _compared(point: Point, text: Text) -> tuple[str, ...]:
    model = asdict(capacity(point.guilds))
    shown = {"start": _duration, "memory": _size, "announcing": _duration, "stored": _size}
    return (
        text.number(point.guilds),
        *(f"{show(getattr(point, name))} ({show(model[name])})" for name, show in shown.items()),
    )


def _duration(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.2g} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _size(mebibytes: float) -> str:
    if mebibytes < 10:
        return f"{mebibytes:.2g} MiB"
    return f"{mebibytes:.0f} MiB" if mebibytes < 1024 else f"{mebibytes / 1024:.1f} GiB"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = [_line(head, widths), "|" + "|".join("-" * (width + 2) for width in widths) + "|"]
    return "\n".join([*lines, *(_line(row, widths) for row in rows)])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"
