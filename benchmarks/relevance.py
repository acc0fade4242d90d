"""What is found first of sixty labelled queries, beside SQLite's FTS5 and rapidfuzz on titles."""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from rapidfuzz import process

from benchmarks.figures import Figure, Report
from bot.core.clock import SystemClock
from bot.core.model import Interview, Turn
from bot.search import SearchIndex
from bot.store import open_store
from tests.search.labelled import LABELLED, SLUGS, among_first, interviews_among_first
from tests.search.sample import sample_interviews

SHOWN = 20
LEAST_AMONG_FIVE = 0.95

PLAIN = (
    "without what only ours understands: the name of an artist without its filter, no kind, no "
    "year, nothing that is to be left out"
)

Answer = list[tuple[str, int]]
"""Passages, best first: an interview's key, and the number of a turn or 0."""

_FILTER = re.compile(r"(?<!\S)(?:artist:|(?:kind|year):\S+)")
_WITHOUT = re.compile(r"""(?<!\S)-(?:"[^"]*"|\S+)""")
_WORD = re.compile(r"\w+")


async def measure(*, small: bool, command: str) -> Report:
    """The benchmark ``relevance``; `small` makes no difference to it."""
    del small
    keys = {slug: key for key, slug in SLUGS.items()}
    archive = {keys[slug]: one for slug, one in sample_interviews().items()}
    ours = await of_the_index(archive)
    fts5 = of_fts5(archive)
    titles = of_titles(archive)
    plain = sum(labelled.query != _plain(labelled.query) for labelled in LABELLED)
    return Report(
        "relevance",
        "Relevance",
        f"{len(LABELLED)} queries over the {len(archive)} posts of the sample magazine, labelled "
        "before anything was tuned: names half remembered, misspelled, in Hangul and romanised, "
        "topics, phrases, questions. Baselines: SQLite's FTS5 over the same passages (Porter's "
        "stems, bm25 with the same weights, all words, else any), and `rapidfuzz.process.extract` "
        "over the titles, which knows interviews only.",
        command,
        [
            _passages("the passage wanted comes first, FTS5", ours, fts5, 1),
            _passages("the passage wanted is among five, FTS5", ours, fts5, 5, LEAST_AMONG_FIVE),
            _interviews("the interview wanted comes first, FTS5", ours, fts5, 1),
            _interviews("the interview wanted is among five, FTS5", ours, fts5, 5),
            _interviews("the interview wanted comes first, titles", ours, titles, 1),
            _interviews("the interview wanted is among five, titles", ours, titles, 5),
        ],
        [f"FTS5 and rapidfuzz get {plain} queries {PLAIN}."],
    )


def _passages(
    what: str, ours: Sequence[Answer], theirs: Sequence[Answer], most: int, bound: float = 0
) -> Figure:
    return _figure(what, among_first(ours, most), among_first(theirs, most), bound)


def _interviews(what: str, ours: Sequence[Answer], theirs: Sequence[Answer], most: int) -> Figure:
    return _figure(what, interviews_among_first(ours, most), interviews_among_first(theirs, most))


def _figure(what: str, ours: float, theirs: float, bound: float = 0) -> Figure:
    return Figure(
        what,
        f"{ours:.1%}",
        f"{theirs:.1%}",
        f"{ours / theirs:.2f}" if theirs else "–",
        f"at least {bound:.0%}" if bound else "–",
        good=ours >= bound,
    )


async def of_the_index(archive: Mapping[str, Interview]) -> list[Answer]:
    with TemporaryDirectory(prefix="kcrush-bench-") as folder:
        path = Path(folder)
        async with open_store(f"sqlite+aiosqlite:///{path / 'kcrush.db'}", SystemClock()) as store:
            async with store.transaction() as tx:
                keys = {await tx.interviews.insert(one, "d"): key for key, one in archive.items()}
            index = SearchIndex.open(path / "index")
            await index.sync(store)
            answers = [await _found(index, keys, labelled.query) for labelled in LABELLED]
            index.close()
            return answers


async def _found(index: SearchIndex, keys: Mapping[int, str], query: str) -> Answer:
    results = await index.search(query, limit=SHOWN)
    return [(keys[hit.interview_id], hit.turn_number or 0) for hit in results.hits]


def of_fts5(archive: Mapping[str, Interview]) -> list[Answer]:
    database = sqlite3.connect(":memory:")
    database.execute(
        "create virtual table passage using fts5("
        "title, names, question, answer, key unindexed, turn unindexed,"
        " tokenize = 'porter unicode61 remove_diacritics 2')"
    )
    for key, interview in archive.items():
        frame = f"{interview.transcript.intro}\n\n{interview.transcript.outro}"
        names = " ".join(
            name for one in interview.subjects for name in (one.name, *one.aliases, one.role or "")
        )
        passages = [(0, "", frame), *map(_asked, interview.transcript.turns)]
        database.executemany(
            "insert into passage values (?, ?, ?, ?, ?, ?)",
            [(interview.title, names, question, text, key, n) for n, question, text in passages],
        )
    return [_matched(database, labelled.query) for labelled in LABELLED]


def _asked(turn: Turn) -> tuple[int, str, str]:
    said = "\n\n".join(f"{answer.speaker or ''}: {answer.text}" for answer in turn.answers)
    return turn.number, turn.question, said


def _matched(database: sqlite3.Connection, query: str) -> Answer:
    """All words, the last as a beginning; where nothing has them all, any of them."""
    words = [f'"{word}"' for word in _WORD.findall(_plain(query))]
    words[-1] += "*"
    for joined in (" AND ".join(words), " OR ".join(words)):
        rows = database.execute(
            "select key, turn from passage where passage match ?"
            " order by bm25(passage, 3, 3, 2, 1) limit ?",
            (joined, SHOWN),
        ).fetchall()
        if rows:
            return [(str(key), int(turn)) for key, turn in rows]
    return []


def of_titles(archive: Mapping[str, Interview]) -> list[Answer]:
    titles = {key: interview.title for key, interview in archive.items()}
    return [
        [(key, 0) for _, _, key in process.extract(_plain(labelled.query), titles, limit=SHOWN)]
        for labelled in LABELLED
    ]


def _plain(query: str) -> str:
    return " ".join(_FILTER.sub("", _WITHOUT.sub("", query)).split()) or query
