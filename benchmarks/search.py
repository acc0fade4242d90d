"""Search in a large archive beside SQLite's FTS5 and beside Tantivy as it comes.

Every engine gets the same passages and the same queries, turn by turn in one run and one thread,
and each answers as it would for a page: the best five, loaded, with a snippet of each.
"""

import asyncio
import random
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import tantivy
from tantivy import TextAnalyzerBuilder, Tokenizer

from benchmarks.figures import Figure, Report, seconds
from benchmarks.generated import HANGUL_EVERY, TURNS, GeneratedArchive
from bot.core.model import Interview, InterviewSummary
from bot.search import SearchIndex
from bot.store import InterviewChange

PAGE = 5
MOST_P99 = 0.015
MOST_START = 0.3
TIMES_FTS5 = 50
TIMES_BARE = 3
LEAST_INDEXED = 8_000

COMMON = 12
"""The most frequent words: each is in a third of the passages at least, the first in all."""

QUERIES = 150
"""Of each sort. FTS5 is asked them in turn for a while; the slower it is, the fewer."""

ROUNDS = 3
"""How often each query is asked."""

PAIRS = "pairs"
HANGUL = "Hangul"
"""The sort of queries that bare Tantivy is asked in an index by pairs of letters."""

FTS5_SECONDS = 2.0
"""Of each round."""

_CREATE = """
CREATE VIRTUAL TABLE passages USING fts5(
    title, names, question, answer, tokenize = 'porter unicode61 remove_diacritics 2'
)
"""
_RANK = "INSERT INTO passages (passages, rank) VALUES ('rank', 'bm25(3.0, 3.0, 2.0, 1.0)')"
_SELECT = """
SELECT title, question, snippet(passages, 3, '**', '**', '…', 32)
FROM passages WHERE passages MATCH ? ORDER BY rank LIMIT ?
"""

Row = tuple[str, str, str, str]
"""Title, names, question and answer of a passage."""


@dataclass(frozen=True, slots=True)
class Query:
    """One query in each engine's language; ``fts5`` is ``None`` where it has no such search."""

    typed: str
    fts5: str | None
    bare: str
    fuzzy: tuple[bool, int, bool] | None = None


@dataclass
class Source:
    """The archive as the index asks for it; ``spent`` is the time that inventing it took."""

    archive: GeneratedArchive
    spent: float = 0.0
    identity: str = "generated"

    @property
    def interviews(self) -> "Source":
        return self

    async def revision(self) -> int:
        return self.archive.count

    async def count_changed_since(self, revision: int) -> int:
        return self.archive.count - revision

    async def changed_since(self, revision: int, limit: int = 200) -> Sequence[InterviewChange]:
        began = time.thread_time()
        last = min(self.archive.count, revision + limit)
        found = [
            InterviewChange(n, n, self.archive.stored(n)) for n in range(revision + 1, last + 1)
        ]
        self.spent += time.thread_time() - began
        return found

    async def latest(self, limit: int = 500, offset: int = 0) -> Sequence[InterviewSummary]:
        first = self.archive.count - offset
        return [self.archive.summary(n) for n in range(first, max(0, first - limit), -1)]


@dataclass
class Bare:
    """Tantivy by its own tutorial: four fields, its own parser, its own snippets.

    Its tokenizers of words find a word of Hangul only with the same particle, two in five of the
    queries; one that reads by pairs of letters, as Lucene's CJKBigramFilter does, finds them all.
    """

    index: tantivy.Index
    searcher: tantivy.Searcher = field(init=False)

    @classmethod
    def build(cls, path: Path, rows: Iterable[Row], tokenizer: str = "en_stem") -> "Bare":
        path.mkdir()
        builder = tantivy.SchemaBuilder()
        for name in ("title", "names", "question", "answer"):
            builder.add_text_field(name, stored=True, tokenizer_name=tokenizer)
        schema = builder.build()
        index = tantivy.Index(schema, path=str(path))
        index.register_tokenizer(PAIRS, TextAnalyzerBuilder(Tokenizer.ngram(2, 2)).build())
        writer = index.writer(64_000_000, num_threads=1)
        for title, names, question, answer in rows:
            writer.add_document(
                tantivy.Document(title=title, names=names, question=question, answer=answer)
            )
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        return cls(index)

    def __post_init__(self) -> None:
        self.searcher = self.index.searcher()

    def ask(self, query: Query) -> int:
        fields = ["title", "names", "question", "answer"]
        weights = {"title": 3.0, "names": 3.0, "question": 2.0, "answer": 1.0}
        fuzzy = dict.fromkeys(fields, query.fuzzy) if query.fuzzy else {}
        parsed = self.index.parse_query(query.bare, fields, weights, fuzzy, True)  # noqa: FBT003
        hits = self.searcher.search(parsed, PAGE, count=False).hits
        documents = [self.searcher.doc(address) for _, address in hits]
        maker = tantivy.SnippetGenerator.create(self.searcher, parsed, self.index.schema, "answer")
        for document in documents:
            maker.snippet_from_doc(document).to_html()
        return len(documents)


@dataclass
class Timings:
    """Seconds that each answer to a query took."""

    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    fts5: list[float] = field(default_factory=list)


async def measure(*, small: bool, command: str) -> Report:
    """The benchmark ``search``; with `small` a hundredth of the archive."""
    archive = GeneratedArchive(200 if small else 5_000)
    with TemporaryDirectory(prefix="kcrush-bench-") as folder:
        return await _measured(archive, Path(folder), 20 if small else QUERIES, command)


async def _measured(archive: GeneratedArchive, folder: Path, count: int, command: str) -> Report:
    source = Source(archive)
    index = SearchIndex.open(folder / "ours")
    began = time.process_time()
    await index.sync(source)
    build = time.process_time() - began - source.spent
    index.close()
    rows = Rows(archive)
    began = time.process_time()
    bare = Bare.build(folder / "bare", rows)
    bare_build = time.process_time() - began - rows.spent
    in_pairs = Bare.build(folder / PAIRS, Rows(archive), PAIRS)
    began = time.perf_counter()
    index = SearchIndex.open(folder / "ours")
    assert (await index.search(archive.words[100], limit=PAGE)).hits
    start = time.perf_counter() - began
    began = time.perf_counter()
    await index.sync(source)
    catalogue = time.perf_counter() - began
    with closing(sqlite3.connect(folder / "fts5.db")) as fts5:
        rows = Rows(archive)
        began = time.process_time()
        fill(fts5, rows)
        fts5_build = time.process_time() - began - rows.spent
        timings = {
            name: await asked(queries, index, in_pairs if name == HANGUL else bare, fts5)
            for name, queries in sorts(archive, count).items()
        }
    index.close()
    sizes = [size(folder / name) for name in ("ours", "bare", "fts5.db")]
    figures = [
        figure for name, timing in timings.items() for figure in compared(name, [*timing.values()])
    ]
    total = archive.count * (TURNS + 1)
    figures += [
        Figure(
            "start with an existing index, until the first answer",
            seconds(start),
            bound=f"at most {MOST_START * 1000:g} ms",
            good=start <= MOST_START,
            value=start,
        ),
        Figure("titles and names in memory after it", seconds(catalogue), value=catalogue),
        Figure(
            "passages indexed in a second of the processor",
            f"{total / build:,.0f}",
            f"{total / bare_build:,.0f}; {total / fts5_build:,.0f}",
            f"{bare_build / build:.2f}; {fts5_build / build:.2f}",
            f"at least {LEAST_INDEXED:,}",
            good=total / build >= LEAST_INDEXED,
            value=total / build,
        ),
        Figure(
            "size on disk",
            mib(sizes[0]),
            f"{mib(sizes[1])}; {mib(sizes[2])}",
            f"{sizes[0] / sizes[1]:.2f}; {sizes[0] / sizes[2]:.2f}",
        ),
    ]
    return Report(
        "search",
        "Search",
        f"{total:,} passages of {archive.count:,} invented interviews, every "
        f"{HANGUL_EVERY}th with Hangul: the best {PAGE}, with a snippet each, p50 (of "
        f"each query's fastest of {ROUNDS} answers) and p99 of the processor's time, for other "
        "work on the machine to count for nobody. Baselines: bare Tantivy (its own "
        "parser and snippets), for Hangul by pairs of letters; SQLite FTS5 (bm25, snippet()).",
        command,
        figures,
        [
            "FTS5 forgives no wrong letter; its Hangul is found by the beginnings of words.",
            "Bare Tantivy gives all passages with a wrong letter, or a beginning, the same score.",
        ],
    )


@dataclass
class Rows:
    """The passages of the archive, for the baselines; ``spent`` as in ``Source``."""

    archive: GeneratedArchive
    spent: float = 0.0

    def __iter__(self) -> Iterator[Row]:
        for number in range(1, self.archive.count + 1):
            began = time.thread_time()
            stored = self.archive.stored(number)
            self.spent += time.thread_time() - began
            yield from _rows(stored.interview)


def _rows(interview: Interview) -> Iterator[Row]:
    (subject,) = interview.subjects
    names = " ".join((subject.name, *subject.aliases))
    yield interview.title, names, "", interview.transcript.intro
    for turn in interview.transcript.turns:
        yield interview.title, names, turn.question, turn.answers[0].text


def fill(fts5: sqlite3.Connection, passages_: Iterable[Row]) -> None:
    fts5.execute(_CREATE)
    fts5.execute(_RANK)
    fts5.executemany("INSERT INTO passages VALUES (?, ?, ?, ?)", passages_)
    fts5.execute("INSERT INTO passages (passages) VALUES ('optimize')")
    fts5.commit()


def sorts(archive: GeneratedArchive, count: int) -> dict[str, list[Query]]:
    """The queries of each sort, by its name."""
    rng = random.Random(archive.seed)
    makers: dict[str, Callable[[], Query]] = {
        "common word": lambda: _word(rng.choice(archive.words[:COMMON])),
        "rare word": lambda: _word(rng.choice(archive.words[5_000:30_000])),
        "two words": lambda: _both(*rng.choices(archive.words[10:2_000], k=2)),
        "phrase": lambda: _phrase(rng, archive),
        "prefix": lambda: _prefix(rng.choice(archive.words[100:10_000])),
        "typo": lambda: _typo(rng, rng.choice([w for w in archive.words[:20_000] if len(w) > 5])),
        HANGUL: lambda: _hangul(rng.choice(archive.hangul[:2_000])),
    }
    return {name: [make() for _ in range(count)] for name, make in makers.items()}


def _word(word: str) -> Query:
    return Query(word, word, word)


def _both(first: str, second: str) -> Query:
    return Query(f"{first} {second}", f"{first} {second}", f"{first} {second}")


def _phrase(rng: random.Random, archive: GeneratedArchive) -> Query:
    answer = rng.choice(archive.interview(rng.randint(1, archive.count)).transcript.turns).answers
    words = answer[0].text.split(". ")[0].split()[:3]
    phrase = f'"{" ".join(words).strip(".").lower()}"'
    return Query(phrase, phrase, phrase)


def _prefix(word: str) -> Query:
    beginning = word[: max(3, len(word) // 2)]
    return Query(beginning, f"{beginning}*", beginning, fuzzy=(True, 0, True))


def _typo(rng: random.Random, word: str) -> Query:
    at = rng.randrange(1, len(word) - 1)
    before, letter, after = word[:at], word[at], word[at + 1 :]
    swapped = before[:-1] + letter + before[-1]
    wrong = rng.choice((before, f"{before}x", swapped)) + after
    return Query(wrong, None, wrong, fuzzy=(False, 1, True))


def _hangul(word: str) -> Query:
    return Query(word, f"{word}*", word)


async def asked(
    queries: Sequence[Query], index: SearchIndex, bare: Bare, fts5: sqlite3.Connection
) -> dict[Query, Timings]:
    """Each query, in every round, to ours and to bare Tantivy in turn, the first ones twice, for
    they warm the files. FTS5 is asked at a round's end: it reads so much that it would empty the
    processor's caches between the two."""
    timings = {query: Timings() for query in queries}
    for _ in range(ROUNDS):
        for place, query in enumerate((*queries[:5], *queries)):
            measured = Timings() if place < 5 else timings[query]
            began = time.thread_time()
            await index.search(query.typed, limit=PAGE)
            measured.ours.append(time.thread_time() - began)
            began = time.thread_time()
            bare.ask(query)
            measured.bare.append(time.thread_time() - began)
            await asyncio.sleep(0)
        deadline = time.perf_counter() + FTS5_SECONDS
        for query, measured in timings.items():
            if query.fts5 is not None and time.perf_counter() < deadline:
                began = time.thread_time()
                fts5.execute(_SELECT, (query.fts5, PAGE)).fetchall()
                measured.fts5.append(time.thread_time() - began)
    return timings


def compared(name: str, queries: Sequence[Timings]) -> Iterator[Figure]:
    """The median of each query's fastest answer, for other work on the machine only lengthens it;
    the slowest hundredth is that of all answers. With FTS5 those are compared that it was asked."""
    asked_both = [one for one in queries if one.fts5]
    ours, bare = middle(one.ours for one in queries), middle(one.bare for one in queries)
    fts5 = middle(one.fts5 for one in asked_both) if asked_both else None
    to_fts5 = middle(one.ours for one in asked_both) / fts5 if fts5 else None
    common = name == "common word"
    bounds = [f"{TIMES_BARE} times bare Tantivy", *([f"a {TIMES_FTS5}th of FTS5"] * common)]
    good = ours <= TIMES_BARE * bare and (not common or (to_fts5 or 1) * TIMES_FTS5 <= 1)
    yield Figure(
        f"{name}, p50",
        seconds(ours),
        f"{seconds(bare)}; {seconds(fts5) if fts5 else '–'}",
        f"{ours / bare:.2f}; {f'{to_fts5:.2g}' if to_fts5 else '–'}",
        f"at most {' and '.join(bounds)}",
        good=good,
        value=ours / bare,
        judged="ratio",
    )
    ours = percentile([spent for one in queries for spent in one.ours])
    bare = percentile([spent for one in queries for spent in one.bare])
    fts5_all = [spent for one in queries for spent in one.fts5]
    fts5_p99 = seconds(percentile(fts5_all)) if fts5_all else "–"
    yield Figure(
        f"{name}, p99",
        seconds(ours),
        f"{seconds(bare)}; {fts5_p99}",
        f"{ours / bare:.2f}",
        f"at most {MOST_P99 * 1000:g} ms",
        good=ours <= MOST_P99,
        value=ours,
    )


def middle(queries: Iterable[Sequence[float]]) -> float:
    """The median of each query's fastest answer."""
    return statistics.median(min(times) for times in queries)


def percentile(spent: Sequence[float]) -> float:
    return sorted(spent)[min(len(spent) - 1, int(len(spent) * 0.99))]


def size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files)


def mib(count: int) -> str:
    return f"{count / 2**20:,.0f} MiB"
