"""Completing titles and artists at each keystroke, beside rapidfuzz over the same titles.

People are typed as one types them on a phone: letter by letter, in Hangul, in half, without the
signs, with a wrong letter.
"""

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from rapidfuzz import process

from benchmarks.figures import Figure, Report, seconds
from benchmarks.generated import GeneratedArchive
from benchmarks.search import Source, percentile
from bot.core.artists import artist_key
from bot.core.model import InterviewSummary
from bot.search import SearchIndex
from bot.store import InterviewChange

CHOICES = 25
MOST_P99 = 0.005
PEOPLE = 400
"""Names and titles that are typed, a keystroke each letter up to ``LONGEST``."""

LONGEST = 16
BASELINE_SECONDS = 10.0


@dataclass
class Known(Source):
    """An archive of which the index is to know the titles and nothing else, but what is new."""

    newest_first: list[InterviewSummary] = field(init=False)
    new: list[InterviewChange] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.newest_first = [*self.archive.newest_first]

    def add(self, change: InterviewChange) -> None:
        self.new.append(change)
        self.newest_first.insert(0, self.archive.summary(change.id))

    async def latest(self, limit: int = 500, offset: int = 0) -> Sequence[InterviewSummary]:
        return self.newest_first[offset:][:limit]

    async def revision(self) -> int:
        return len(self.new)

    async def count_changed_since(self, revision: int) -> int:
        return len(self.new) - revision

    async def changed_since(self, revision: int, limit: int = 200) -> Sequence[InterviewChange]:
        return self.new[revision:][:limit]


async def measure(*, small: bool, command: str) -> Report:
    """The benchmark ``completion``; with `small` a hundredth of the archive."""
    archive = GeneratedArchive(200 if small else 5_000)
    typed = list(keystrokes(archive, 10 if small else PEOPLE))
    with TemporaryDirectory(prefix="kcrush-bench-") as folder:
        index = SearchIndex.open(Path(folder))
        source = Known(archive)
        load, longest = await synced(index, source)
        interviews = await timed(typed, lambda text: index.complete(text, CHOICES))
        artists = await timed(typed, lambda text: _at_once(index.complete_artists(text, CHOICES)))
        number = archive.count + 1
        source.add(InterviewChange(1, number, archive.stored(number)))
        one_more = await synced(index, source)
        assert (await index.complete("", 1))[0].id == number
        index.close()
    titles = [summary.title for summary in source.newest_first]
    baseline = fuzzy(random.Random(archive.seed).sample(typed, len(typed)), titles)
    middle = statistics.median(baseline)
    return Report(
        "completion",
        "Completion",
        f"{len(typed):,} keystrokes into {archive.count:,} titles and {len(archive.artists):,} "
        f"artists, {CHOICES} choices each: Latin and Hangul, halves of names, wrong letters; the "
        "processor's time. "
        "Baseline: `rapidfuzz.process.extract` over the titles.",
        command,
        [
            *compared("interviews", interviews, baseline, middle),
            *compared("artists", artists, baseline, middle),
            Figure("loading the titles and names", seconds(load), value=load),
            Figure("the event loop held up by it at most", seconds(longest), value=longest),
            Figure(
                "one more interview, until it is found and completed",
                seconds(one_more[0]),
                value=one_more[0],
            ),
            Figure("the event loop held up by it at most", seconds(one_more[1]), value=one_more[1]),
        ],
    )


def compared(
    what: str, spent: Sequence[float], baseline: Sequence[float], middle: float
) -> Iterator[Figure]:
    ours = statistics.median(spent)
    yield Figure(
        f"{what}, p50", seconds(ours), seconds(middle), f"1 to {middle / ours:.0f}", value=ours
    )
    ours = percentile(spent)
    yield Figure(
        f"{what}, p99",
        seconds(ours),
        seconds(percentile(baseline)),
        f"1 to {percentile(baseline) / ours:.0f}",
        f"at most {MOST_P99 * 1000:g} ms",
        good=ours <= MOST_P99,
        value=ours,
    )


def keystrokes(archive: GeneratedArchive, people: int) -> Iterator[str]:
    """What stands in the option after each letter of a name or of a title."""
    rng = random.Random(archive.seed)
    for _ in range(people):
        whole = whom(archive, rng)[:LONGEST]
        for length in range(1, len(whole) + 1):
            yield whole[:length]


def whom(archive: GeneratedArchive, rng: random.Random) -> str:
    artist = rng.choice(archive.artists)
    name = rng.choice((artist.name, *artist.aliases))
    way = rng.randrange(6)
    if way == 0:
        return artist_key(name)
    if way == 1:
        return name.split()[-1]
    if way == 2:
        at = rng.randrange(len(name))
        return name[:at] + rng.choice("aeinosx") + name[at + 1 :]
    if way == 3:
        return archive.title(rng.randint(1, archive.count)).split(": ")[-1]
    if way == 4:
        return archive.title(rng.randint(1, archive.count))
    return name


async def synced(index: SearchIndex, source: Source) -> tuple[float, float]:
    """Seconds that a sync takes, and the longest that the event loop stood still for it;
    of the processor's time."""
    began = time.process_time()
    task = asyncio.create_task(index.sync(source))
    longest, last = 0.0, began
    while not task.done():
        await asyncio.sleep(0)
        now = time.process_time()
        longest, last = max(longest, now - last), now
    await task
    return time.process_time() - began, longest


async def timed(
    typed: Sequence[str], complete: Callable[[str], Awaitable[Sequence[object]]]
) -> list[float]:
    spent = []
    for text in typed:
        began = time.thread_time()
        assert len(await complete(text)) <= CHOICES
        spent.append(time.thread_time() - began)
    return spent


async def _at_once(found: Sequence[object]) -> Sequence[object]:
    return found


def fuzzy(typed: Sequence[str], titles: Sequence[str]) -> list[float]:
    """As many as there is time for."""
    spent = []
    deadline = time.perf_counter() + BASELINE_SECONDS
    for text in typed:
        began = time.thread_time()
        process.extract(text, titles, limit=CHOICES)
        spent.append(time.thread_time() - began)
        if time.perf_counter() > deadline:
            break
    return spent
