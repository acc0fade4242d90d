"""What a benchmark found, in one shape for the terminal and for docs/performance.md."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing: ours, the baseline's, and their ratio, all of one run.

    ``good`` tells whether ours keeps the bound that ``bound`` names in words. ``value`` is what
    the bound is about, ours or the ratio as ``judged`` says, as a number: of several runs the one
    counts that has the median of it. A figure without ``value`` has to be good in every run.
    ``runs`` says the least and the most, also where a benchmark measured several times itself.
    """

    what: str
    ours: str
    baseline: str = "–"
    ratio: str = "–"
    bound: str = "–"
    good: bool = True
    value: float | None = None
    judged: Literal["ours", "ratio"] = "ours"
    runs: str = "–"


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of one benchmark; ``command`` reproduces them."""

    name: str
    title: str
    about: str
    command: str
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return all(figure.good for figure in self.figures)


def median(reports: Sequence[Report]) -> Report:
    """One report of several runs of a benchmark; ``runs`` tells the least and the most of each
    figure, and how often it missed its bound."""
    figures = [_middle(runs) for runs in zip(*(one.figures for one in reports), strict=True)]
    notes = dict.fromkeys(note for one in reports for note in one.notes)
    return replace(reports[0], figures=figures, notes=[*notes])


def _middle(runs: Sequence[Figure]) -> Figure:
    if any(one.value is None for one in runs):
        return next((one for one in runs if not one.good), runs[0])
    ordered = sorted(runs, key=lambda one: one.value or 0.0)
    least, middle, most = ordered[0], ordered[len(ordered) // 2], ordered[-1]
    ends = f"{getattr(least, least.judged)} to {getattr(most, most.judged)}"
    missed = sum(not one.good for one in runs)
    ends += f"; missed {missed} of {len(runs)} times" if missed else ""
    return replace(middle, runs=ends) if len(runs) > 1 else middle


def table(report: Report) -> str:
    """A report as Markdown, which reads well on a terminal too."""
    head = ("", "ours", "baseline", "ratio", "bound", "least and most")
    rows = [
        (f.what, f.ours, f.baseline, f.ratio, f"{f.bound}{'' if f.good else ' **missed**'}", f.runs)
        for f in report.figures
    ]
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = [_row(head, widths), "|" + "|".join("-" * (width + 2) for width in widths) + "|"]
    lines += [_row(row, widths) for row in rows]
    notes = [f"- {note}" for note in report.notes]
    parts = [f"## {report.title}", report.about, "\n".join(lines), "\n".join(notes)]
    return "\n\n".join(part for part in [*parts, f"`{report.command}`"] if part)


def _row(cells: tuple[str, ...], widths: list[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "| " + " | ".join(padded) + " |"


def seconds(value: float) -> str:
    if value >= 1:
        return f"{value:.2f} s"
    if value >= 0.0001:
        return f"{value * 1000:.1f} ms"
    return f"{value * 1_000_000:.0f} µs"
