"""Search by meaning beside search by words: what is found of what is asked in nine languages, at
what cost, in the sample magazine alone and among thousands of passages.
"""

import asyncio
import os
import statistics
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.distractors import TURNS, distractors
from benchmarks.figures import Figure, Report, seconds
from bot.core.clock import SystemClock
from bot.core.model import StoredInterview
from bot.meaning.worker import BLAS_THREADS, load_embedder
from bot.search import MeaningSearch, SearchIndex
from bot.search.meaning import embedded
from bot.store import Store, open_store
from tests.search.labelled import LABELLED, SLUGS, Labelled
from tests.search.meant import BY_LANGUAGE, FURTHER
from tests.search.sample import sample_interviews

PASSAGES = 6_000
LATE = 0.02
"""Seconds of the processor that the event loop may work without a pause."""

LEAST_PUBLIC = 26
"""Of the forty public queries over the sample magazine, among five."""

SHOWN = 20

Answer = list[tuple[str, int]]
"""Passages, best first: an interview's key, and the number of a turn or 0."""


@dataclass
class Answers:
    """What the searches of one archive gave, by words and with meaning, and what that took."""

    chunks: int
    words: dict[str, Answer]
    meaning: dict[str, Answer]
    embedding: float
    late: list[float]
    busy: float
    by_words: list[float]
    by_meaning: list[float]
    resident: int


async def measure(*, small: bool, command: str) -> Report:
    """The benchmark ``meaning``; with `small` 300 passages in the place of 6,000."""
    alone = await _searched(0)
    many = await _searched((300 if small else PASSAGES) // (TURNS + 1))
    naive = await _in_a_thread()
    languages = [
        _found(f"{language}, sample", queries, alone, 5)
        for language, queries in BY_LANGUAGE.items()
    ]
    public = [one for queries in BY_LANGUAGE.values() for one in queries]
    further = [one for queries in FURTHER.values() for one in queries]
    figures = [
        *languages,
        _found("public, sample", public, alone, 1),
        _found("public, sample", public, alone, 5, LEAST_PUBLIC),
        _found("further, sample", further, alone, 1),
        _found("further, sample", further, alone, 5),
        *(
            _found(f"{name}, {many.chunks:,} passages", queries, many, most)
            for name, queries in (("public", public), ("further", further))
            for most in (1, 5)
        ),
        *(_unchanged(name, found) for name, found in (("sample", alone), ("many", many))),
        *(_query(found) for found in (alone, many)),
        Figure("passages embedded in a second", f"{many.chunks / many.embedding:,.0f}"),
        Figure(
            "the loop is late meanwhile, p99; in a thread",
            seconds(_p99(many.late)),
            seconds(_p99(naive)),
            f"{_p99(naive) / _p99(many.late):.1f} times as short",
        ),
        Figure(
            "the loop's own longest work meanwhile",
            seconds(many.busy),
            bound=f"at most {seconds(LATE)}",
            good=many.busy <= LATE,
        ),
        Figure("memory of the process, sample", _mib(alone.resident)),
        Figure(f"memory of the process, {many.chunks:,} passages", _mib(many.resident)),
    ]
    return Report(
        "meaning",
        "Meaning",
        f"{len(public)} public queries and {len(further)} further ones, in nine languages, that "
        "share no content word with the passages wanted, over the sample magazine and among "
        "invented interviews in plain English: how many have a passage wanted among so many. "
        "Baseline: the same search by words alone, and for the loop, the same embedder in a "
        "thread of the bot.",
        command,
        figures,
        ["Vietnamese is none of the encoder's languages."],
    )


async def _searched(distracting: int) -> Answers:
    public = [one for several in (BY_LANGUAGE, FURTHER) for one in several.values()]
    queries = [one.query for several in public for one in several]
    labelled = [one.query for one in LABELLED]
    with TemporaryDirectory(prefix="kcrush-bench-") as folder:
        path = Path(folder)
        async with open_store(f"sqlite+aiosqlite:///{path / 'kcrush.db'}", SystemClock()) as store:
            keys = await _filled(store, distracting)
            index = SearchIndex.open(path / "index")
            await index.sync(store)
            words, by_words = await _asked(index, keys, [*labelled, *queries])
            meaning = MeaningSearch(path / "meaning" / "vectors")
            began = time.perf_counter()
            late, busy = await _watched(meaning.sync(store))
            embedding = time.perf_counter() - began
            chunks = (await meaning._process.ask("state"))["chunks"]
            by_meaning = [await _timed(meaning.find(query)) for query in queries]
            index.meaning = meaning
            found, _ = await _asked(index, keys, [*labelled, *queries])
            resident = _resident(meaning._process.pid)
            await meaning.close()
            index.close()
    return Answers(chunks, words, found, embedding, late, busy, by_words, by_meaning, resident)


async def _filled(store: Store, distracting: int) -> dict[int, str]:
    keys = {slug: key for key, slug in SLUGS.items()}
    async with store.transaction() as tx:
        for one in distractors(distracting):
            await tx.interviews.insert(one, one.guid)
        return {
            await tx.interviews.insert(one, slug): keys[slug]
            for slug, one in sample_interviews().items()
        }


async def _asked(
    index: SearchIndex, keys: dict[int, str], queries: Sequence[str]
) -> tuple[dict[str, Answer], list[float]]:
    answers, took = {}, []
    for query in queries:
        began = time.perf_counter()
        results = await index.search(query, limit=SHOWN)
        took.append(time.perf_counter() - began)
        answers[query] = [
            (keys.get(hit.interview_id, ""), hit.turn_number or 0) for hit in results.hits
        ]
    return answers, took


async def _timed(work: Awaitable[object]) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


async def _in_a_thread() -> list[float]:
    """How late the loop is while the embedder is loaded and used in a thread."""
    os.environ.update(dict.fromkeys(BLAS_THREADS, "1"))
    now = SystemClock().now()
    interviews = [StoredInterview(0, one, now) for one in sample_interviews().values()]

    def embed() -> None:
        encoder = load_embedder()
        for stored in interviews:
            encoder.embed([text for _, _, text in embedded(stored)])

    return (await _watched(asyncio.to_thread(embed)))[0]


async def _watched(work: Awaitable[object]) -> tuple[list[float], float]:
    """How late the loop woke somebody who slept during `work`, and the longest that it worked
    itself without a pause, of the processor's time, for other work on the machine not to count."""
    late: list[float] = []
    busy: list[float] = []

    async def watch() -> None:
        while True:
            began, worked = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0.001)
            late.append(time.perf_counter() - began - 0.001)
            busy.append(time.thread_time() - worked)

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0.01)
    try:
        await work
    finally:
        watching.cancel()
    return late, max(busy)


def _p99(found: Sequence[float]) -> float:
    return sorted(found)[int(len(found) * 0.99)]


def _met(queries: Sequence[Labelled], answers: dict[str, Answer], most: int) -> int:
    return sum(
        any(wanted.is_met_by(*passage) for passage in answers[wanted.query][:most])
        for wanted in queries
    )


def _found(
    what: str, queries: Sequence[Labelled], found: Answers, most: int, least: int = 0
) -> Figure:
    ours, theirs = _met(queries, found.meaning, most), _met(queries, found.words, most)
    place = "comes first" if most == 1 else "is among five"
    return Figure(
        f"{what}: the passage wanted {place}",
        f"{ours} of {len(queries)}",
        f"{theirs} of {len(queries)}",
        bound=f"at least {least}" if least else "–",
        good=ours >= least,
    )


def _unchanged(what: str, found: Answers) -> Figure:
    same = sum(found.words[one.query] == found.meaning[one.query] for one in LABELLED)
    return Figure(
        f"labelled queries by words whose answer stays the same, {what}",
        f"{same} of {len(LABELLED)}",
        bound="all",
        good=same == len(LABELLED),
    )


def _query(found: Answers) -> Figure:
    return Figure(
        f"a query, {found.chunks:,} passages, p50; by words alone",
        seconds(statistics.median(found.by_meaning)),
        seconds(statistics.median(found.by_words)),
    )


def _resident(pid: int | None) -> int:
    """KiB that a process holds now."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def _mib(kib: int) -> str:
    return f"{kib / 1024:.0f} MiB"
