"""``python -m benchmarks [NAME...]``: ours, the baseline's and their ratio, in one run.

With ``--write`` the reports replace their sections of docs/performance.md.
"""

import argparse
import asyncio
import gc
import importlib
import os
import platform
import sys
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import Protocol, cast

from benchmarks.figures import Report, median, table

NAMES = (
    "fanout",
    "interactions",
    "rows",
    "follow",
    "search",
    "completion",
    "parse",
    "talk",
    "quote",
    "holds",
    "relevance",
    "meaning",
    "backfill",
    "poll",
    "start",
)
LONG = ("soak", "databases", "failover", "capacity", "processes")
"""Run only when they are named: it takes an hour, or needs PostgreSQL."""

RUNS = dict.fromkeys(("interactions", "search", "holds", "parse", "poll", *LONG), 3) | {"soak": 1}
"""How often each is run, of which the median counts; those that are not named once, for they take
medians or the fastest of several themselves, or count what does not vary."""

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
HEAD = """# Performance

Each table is what one command printed: our figure, the baseline's and their ratio. Of several runs
each line is the one with the median of what its bound is about, or of ours where it has no bound;
the least and the most of that stand at its end. They are not made in a row, for others may be at
work on the machine for minutes. What has no median, as messages that are lost, has to be good in
every run. `make bench` runs what takes minutes and no PostgreSQL, thus not soak, databases,
failover, capacity and processes; `python -m benchmarks --write` puts them here, `--runs 5` repeats
them as often.
"""


class Benchmark(Protocol):
    """What a module of this package offers to be run by its name."""

    def measure(self, *, small: bool, command: str, **more: float) -> Awaitable[Report]: ...


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every bound was kept, 1 when one was missed; argparse's 2 for wrong use."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"any of {', '.join(NAMES + LONG)}"
    )
    parser.add_argument("--small", action="store_true", help="sizes that take seconds")
    parser.add_argument("--runs", type=int, help="of each, of which the median counts")
    parser.add_argument("--minutes", type=float, help="of the soak; 60 stand for a day")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} too")
    given = parser.parse_args(arguments)
    unknown = [name for name in given.names if name not in NAMES + LONG]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(NAMES + LONG)}")
    names = given.names or NAMES
    usual = {} if given.small else RUNS
    left = {name: given.runs or usual.get(name, 1) for name in names}
    reports: dict[str, list[Report]] = {name: [] for name in names}
    good = True
    # Each once, then those again that are run several times: what else is at work on the machine
    # for some minutes then slows down one of the runs, and not their median.
    while left:
        for name in list(left):
            more = {"minutes": given.minutes} if name in LONG and given.minutes else {}
            reports[name].append(measured(name, small=given.small, **more))
            left[name] -= 1
            if left[name] > 0:
                continue
            del left[name]
            report = median(reports[name])
            sys.stdout.write(table(report) + "\n\n")
            sys.stdout.flush()
            good = good and report.good
            if given.write:
                write(report)
    return 0 if good else 1


def measured(name: str, *, small: bool, **more: float) -> Report:
    """The report of one run of the benchmark of this name."""
    benchmark = cast("Benchmark", importlib.import_module(f"benchmarks.{name}"))
    command = f"python -m benchmarks {name}{' --small' if small else ''}"
    command += "".join(f" --{option} {value:g}" for option, value in more.items())
    return asyncio.run(run(benchmark, small=small, command=command, **more))


async def run(benchmark: Benchmark, *, small: bool, command: str, **more: float) -> Report:
    # As the program does at its start: modules stay, and are not looked through for garbage.
    gc.collect()
    gc.freeze()
    return await benchmark.measure(small=small, command=command, **more)


def write(report: Report, page: Path = PAGE) -> None:
    """Replace the report's section of the page, or add it at the end."""
    text = page.read_text(encoding="utf-8") if page.exists() else HEAD
    start, end = f"<!-- {report.name} -->", f"<!-- /{report.name} -->"
    section = f"{start}\n{table(report)}\n\n{machine()}\n{end}"
    before, found, rest = text.partition(start)
    after = rest.partition(end)[2] if found else "\n"
    joined = f"{before}{section}{after}" if found else f"{text.rstrip()}\n\n{section}\n"
    page.write_text(joined, encoding="utf-8")


def machine() -> str:
    return (
        f"Measured on {os.cpu_count()} cores with Python {platform.python_version()} on "
        f"{platform.system()}."
    )


if __name__ == "__main__":
    sys.exit(main())
