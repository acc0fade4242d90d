"""The benchmarks still run, at sizes that take seconds; figures at that size mean nothing."""

import asyncio
import os
from pathlib import Path

import pytest

import benchmarks.__main__
from benchmarks.__main__ import main, write
from benchmarks.figures import Figure, Report, median, table
from tests.forked import start

ROOT = Path(__file__).parents[1]


LINES = {
    "follow": ["| requests ", "exactly 2"],
    "parse": ["| bytes to interviews ", "turns, subjects, pictures and excerpts"],
    "relevance": ["| the passage wanted is among five, FTS5 ", "at least 95%"],
    "search": ["| common word, p50 ", "a 50th of FTS5", "| typo, p99 ", "at most 15 ms"],
    "completion": ["| interviews, p99 ", "| artists, p99 ", "at most 5 ms"],
    "quote": ["| kept, p50 ", "| the loop is late meanwhile, p99 "],
    "backfill": ["| interviews a second ", "at most 1.2"],
    "poll": ["| bytes received ", "| rows written ", "none"],
    "fanout": ["| 429s, against the loop ", "requests in the busiest second"],
}


@pytest.mark.parametrize(
    "names",
    [
        ["follow", "parse", "relevance", "search", "completion", "quote"],
        ["poll", "fanout"],
        ["backfill"],
    ],
    ids=" ".join,
)
async def test_benchmarks_print_ours_the_baseline_and_the_command(
    names: list[str], tmp_path: Path
) -> None:
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        process = await start(
            "benchmarks", *names, "--small", cwd=ROOT, env=os.environ, stdout=out, stderr=err
        )
    try:
        async with asyncio.timeout(90):
            code = await process.wait()
    finally:
        process.kill()
    assert code in (0, 1), (tmp_path / "err").read_text()
    rest = (tmp_path / "out").read_text()
    for name in names:
        text, command, rest = rest.partition(f"`python -m benchmarks {name} --small`")
        assert command
        assert "ours" in text
        assert "baseline" in text
        assert all(line in text for line in LINES[name])


def test_an_unknown_benchmark_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["fan-out"])
    assert ended.value.code == 2
    assert "there is no benchmark 'fan-out'; there are fanout" in capsys.readouterr().err


def test_runs_of_one_benchmark_are_not_made_in_a_row(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A neighbour who is at work for some minutes slows down one of them."""
    order: list[str] = []

    def measured(name: str, *, small: bool) -> Report:
        assert not small
        order.append(name)
        spent = float(len(order))
        figure = Figure("time", f"{spent:g} s", good=spent != 4, value=spent)
        return Report(name, name.title(), "About it.", "run it", [figure])

    monkeypatch.setattr(benchmarks.__main__, "measured", measured)
    assert main(["parse", "talk", "poll"]) == 1
    assert order == ["parse", "talk", "poll", "parse", "poll", "parse", "poll"]
    printed = capsys.readouterr().out
    assert printed.index("## Talk") < printed.index("## Parse") < printed.index("## Poll")
    assert "1 s to 6 s; missed 1 of 3 times" in printed


def test_writing_replaces_a_section_and_leaves_the_others(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    one = Report("one", "One", "About one.", "run one", [Figure("time", "1 s")])
    two = Report("two", "Two", "About two.", "run two", [Figure("time", "2 s", good=False)])
    write(one, page)
    write(two, page)
    write(Report("one", "One", "About one.", "run one", [Figure("time", "3 s")]), page)
    text = page.read_text(encoding="utf-8")
    assert text.index("3 s") < text.index("2 s")
    assert "1 s" not in text
    assert text.count("`run one`") == 1
    assert "**missed**" in table(two)
    assert not two.good


def run_of(spent: float, lost: int = 0) -> Report:
    figures = [
        Figure("time", f"{spent:g} s", bound="at most 2 s", good=spent <= 2, value=spent),
        Figure("lost", str(lost), bound="none", good=not lost),
    ]
    return Report("one", "One", "About one.", "run one", figures)


def test_of_several_runs_the_median_is_judged_and_the_ends_are_told() -> None:
    runs = median([run_of(9), run_of(1), run_of(2)])
    assert runs.good
    assert runs.figures[0].ours == "2 s"
    assert runs.figures[0].runs == "1 s to 9 s; missed 1 of 3 times"
    assert not median([run_of(9), run_of(1), run_of(3)]).good


def test_what_has_no_median_has_to_be_good_in_every_run() -> None:
    runs = median([run_of(1), run_of(1, lost=3), run_of(1)])
    assert not runs.good
    assert runs.figures[1].ours == "3"


def test_where_the_ratio_is_judged_its_ends_are_told() -> None:
    ratios = [
        Report(
            "one", "", "", "", [Figure("p50", "9 ms", "4 ms", text, value=value, judged="ratio")]
        )
        for value, text in ((2.25, "2.25"), (1.5, "1.50"), (3.0, "3.00"))
    ]
    assert median(ratios).figures[0].runs == "1.50 to 3.00"
    assert "1.50 to 3.00" in table(median(ratios))
