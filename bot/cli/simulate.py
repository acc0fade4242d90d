"""``simulate``: what so many guilds cost, as a table, beside what was measured."""

from collections.abc import Sequence
from dataclasses import asdict

import click
import orjson

from bot.core.capacity import (
    GUILDS_A_SHARD,
    INTERVIEWS_A_YEAR,
    MEASURED,
    MOST_CHANNELS,
    SHARDS_A_PROCESS,
    Capacity,
    Point,
    capacity,
)
from bot.core.discord_limits import GLOBAL_LIMIT
from bot.core.i18n import Text

SIZES = (1, 100, 1_000, 2_500, 10_000, 100_000, 1_000_000)


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
        "from_guilds": text.number(SHARDS_A_PROCESS * GUILDS_A_SHARD),
        "most": text.number(MOST_CHANNELS),
        "minutes": round(MOST_CHANNELS / GLOBAL_LIMIT / 60),
        "requests": GLOBAL_LIMIT,
    }
    said = ["cli.simulate.post", "cli.simulate.follow"]
    if any(one.too_many_processes for one in costs):
        said.append("cli.simulate.processes")
    return [
        text("cli.simulate.head", **facts),
        _table(text("cli.simulate.columns"), [_row(one, text) for one in costs]),
        text("cli.simulate.measured"),
        _table(text("cli.simulate.points"), [_compared(point, text) for point in MEASURED]),
        *(text(key, **facts) for key in said),
    ]


def _row(one: Capacity, text: Text) -> tuple[str, ...]:
    return (
        text.number(one.guilds),
        text.number(one.shards),
        _marked(text.number(one.processes), text, is_too_much=one.too_many_processes),
        _size(one.memory),
        _duration(one.start),
        _marked(_duration(one.announcing), text, is_too_much=one.must_follow),
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


def _marked(figure: str, text: Text, *, is_too_much: bool) -> str:
    return text("cli.simulate.too-much", figure=figure) if is_too_much else figure


def _duration(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.2g} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 600:
        return f"{seconds / 60:.1f} min"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _size(mebibytes: float) -> str:
    if mebibytes < 10:
        return f"{mebibytes:.2g} MiB"
    return f"{mebibytes:.0f} MiB" if mebibytes < 1024 else f"{mebibytes / 1024:.1f} GiB"


def _table(columns: str, rows: Sequence[Sequence[str]]) -> str:
    head = columns.split(" | ")
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = [_line(head, widths), "|" + "|".join("-" * (width + 2) for width in widths) + "|"]
    return "\n".join([*lines, *(_line(row, widths) for row in rows)])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"
