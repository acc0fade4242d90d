import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tantivy import Query

from bot.core.errors import UserError
from bot.core.i18n import load_messages
from bot.core.model import Transcript, Turn
from bot.search import SearchIndex, engine
from bot.store import Store, open_store
from tests.clock import FakeClock
from tests.forked import piped
from tests.search.archive import ARCHIVE, NOON, interview
from tests.store.samples import database_url


async def fill(store: Store, number: int, word: str = "kimchi") -> list[int]:
    async with store.transaction() as tx:
        return [
            await tx.interviews.insert(
                interview(f"{word}{n}", f"Name {n}", ("Food?", f"{word} {n}")), "d"
            )
            for n in range(number)
        ]


async def total(index: SearchIndex, query: str) -> int:
    return (await index.search(query, limit=0)).total


def held(index: SearchIndex, word: str) -> int:
    """The passages that have a word, however many; a search ranks only the best."""
    query = Query.term_query(index._engine.schema, "words", word, "basic")
    return len(index._engine.searcher().search(query, 10_000).hits)


async def test_the_first_sync_takes_up_everything_and_the_next_nothing(
    store: Store, index: SearchIndex
) -> None:
    await fill(store, 450)
    told = []
    assert await index.sync(store, lambda done, of: told.append((done, of))) == 450
    assert told == [(done, 450) for done in range(20, 441, 20)] + [(450, 450)]
    assert await index.sync(store) == 0
    assert held(index, "kimchi") == 450


async def test_what_was_indexed_is_there_after_opening_again(
    store: Store, open_index: Callable[..., SearchIndex]
) -> None:
    await fill(store, 5)
    first = open_index()
    await first.sync(store)
    again = open_index()
    assert await total(again, "kimchi") == 5
    assert await again.sync(store) == 0


async def test_an_empty_store_is_synced_and_searched(store: Store, index: SearchIndex) -> None:
    assert await index.sync(store) == 0
    assert await total(index, "kimchi") == 0
    assert await index.complete("") == []
    await fill(store, 1)
    assert await index.sync(store) == 1
    assert len(await index.complete("")) == 1


async def test_the_index_of_another_database_is_begun_anew(
    tmp_path: Path, store: Store, open_index: Callable[..., SearchIndex]
) -> None:
    await fill(store, 3, "kimchi")
    await open_index().sync(store)
    async with open_store(database_url(tmp_path, "other.db"), FakeClock()) as other:
        await fill(other, 2, "bibimbap")
        index = open_index()
        assert await index.sync(other) == 2
        assert await total(index, "kimchi") == 0
        assert await total(index, "bibimbap") == 2
        assert len(await index.complete("")) == 2


async def test_a_database_put_back_to_an_older_copy_is_followed(
    store: Store, index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(store, 3)
    await index.sync(store)

    async def older() -> int:
        return 1

    monkeypatch.setattr(store.interviews, "revision", older)
    assert await index.sync(store) == 3


def damaged_meta(folder: Path) -> None:
    (folder / "meta.json").write_text("{broken")


def lost_files(folder: Path) -> None:
    for path in folder.glob("*.store"):
        path.unlink()


def garbled_files(folder: Path) -> None:
    for path in [*folder.glob("*.term"), *folder.glob("*.idx"), *folder.glob("*.store")]:
        path.write_bytes(bytes(byte ^ 0x5A for byte in path.read_bytes()))


def no_index_at_all(folder: Path) -> None:
    (folder / "meta.json").unlink()
    (folder / "notes.txt").write_text("hello")


@pytest.mark.parametrize("damage", [damaged_meta, lost_files, garbled_files, no_index_at_all])
async def test_a_damaged_index_is_rebuilt(
    tmp_path: Path,
    store: Store,
    open_index: Callable[..., SearchIndex],
    damage: Callable[..., None],
) -> None:
    await fill(store, 5)
    first = open_index()
    await first.sync(store)
    first.close()
    damage(tmp_path / "index")
    index = open_index()
    assert await index.sync(store) == 5
    assert await total(index, "kimchi") == 5


async def test_damage_that_shows_while_searching_is_healed_by_the_next_sync(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    store: Store,
    open_index: Callable[..., SearchIndex],
) -> None:
    await fill(store, 5)
    index = open_index()
    await index.sync(store)
    searched = index._engine.searcher

    class Broken:
        def search(self, *args: Query | int, **options: bool) -> None:
            raise ValueError("data corrupted")

        def __getattr__(self, name: str) -> Any:
            return getattr(searched(), name)

    monkeypatch.setattr(index._engine, "searcher", Broken)
    assert (await index.search("kimchi")).hits == ()
    monkeypatch.undo()
    assert await index.sync(store) == 5
    assert await total(index, "kimchi") == 5


async def test_an_index_of_an_older_format_is_rebuilt(
    store: Store, open_index: Callable[..., SearchIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(store, 5)
    await open_index().sync(store)
    monkeypatch.setattr(engine, "FORMAT", engine.FORMAT + 1)
    index = open_index()
    assert await total(index, "kimchi") == 0
    assert await index.sync(store) == 5


async def test_a_second_index_leaves_writing_to_the_first_and_reads_what_it_wrote(
    store: Store, open_index: Callable[..., SearchIndex]
) -> None:
    first, second = open_index(), open_index()
    await fill(store, 3)
    writer = first._engine.writer(large=False)
    assert writer is not None
    assert await second.sync(store) == 0
    assert await total(second, "kimchi") == 0
    assert len(await second.complete("")) == 3
    writer.close()
    assert await first.sync(store) == 3
    assert await second.sync(store) == 0
    assert await total(second, "kimchi") == 3


async def test_syncs_asked_for_at_once_do_the_work_once(store: Store, index: SearchIndex) -> None:
    await fill(store, 30)
    assert sorted(await asyncio.gather(*(index.sync(store) for _ in range(5)))) == [0, 0, 0, 0, 30]
    assert await total(index, "kimchi") == 30


async def test_a_cancelled_sync_is_gone_on_with(store: Store, index: SearchIndex) -> None:
    await fill(store, 600)
    for pauses in (5, 50, 200):
        task = asyncio.create_task(index.sync(store))
        for _ in range(pauses):
            await asyncio.sleep(0.0005)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(30):
        await index.sync(store)
    assert held(index, "kimchi") == 600
    assert (await index.search("599")).hits
    assert await index.complete("name 599")


async def test_searching_goes_on_while_a_sync_runs(store: Store, index: SearchIndex) -> None:
    await fill(store, 5, "bibimbap")
    await index.sync(store)
    await fill(store, 600)
    task = asyncio.create_task(index.sync(store))
    seen = set()
    while not task.done():
        assert await total(index, "bibimbap") == 5
        seen.add(held(index, "kimchi"))
        await asyncio.sleep(0)
    assert seen <= {0, 600}
    assert held(index, "kimchi") == 600


async def test_a_sync_killed_at_any_instant_only_costs_its_last_steps(
    tmp_path: Path, store: Store, open_index: Callable[..., SearchIndex]
) -> None:
    ids = await fill(store, 400)
    for lines in (1, 3, 6):
        url = database_url(tmp_path)
        async with piped("tests.search.syncer", url, str(tmp_path / "index")) as syncer:
            for _ in range(lines):
                line = await syncer.line()
            syncer.process.kill()
            await syncer.rest()
        assert syncer.process.returncode == -signal.SIGKILL or not line
        async with store.transaction() as tx:
            edited = replace(
                interview("kimchi0", "Name 0"), transcript=Transcript(f"round {lines}", (), "")
            )
            await tx.interviews.update(ids[0], edited, "d")
            await tx.interviews.withdraw(ids[lines], NOON)
    index = open_index()
    before = await total(index, "kimchi")
    assert before > 0
    taken = await index.sync(store)
    assert taken < 400
    assert held(index, "kimchi") == 396
    assert await total(index, '"round 6"') == 1
    assert await total(index, '"round 3"') == 0
    gone = {ids[0], ids[1], ids[3], ids[6]}
    for number, one in enumerate(ids):
        found = await index.search(f'"kimchi {number}"', limit=1)
        assert [hit.interview_id for hit in found.hits] == ([] if one in gone else [one])


async def test_a_folder_that_cannot_be_made_says_the_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError) as refused:
        SearchIndex.open(tmp_path / "file" / "index")
    sentence = load_messages().text()(refused.value.key, **refused.value.args_by_name)
    assert sentence.startswith(
        f"The search index in {tmp_path / 'file' / 'index'} can't be written:"
    )
    assert "`DATA_DIR`" in sentence


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_that_may_not_be_written_says_the_mend(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(UserError) as refused:
            SearchIndex.open(tmp_path / "index")
    finally:
        tmp_path.chmod(0o700)
    assert refused.value.key == "search.folder"


async def test_every_turn_of_an_interview_can_be_found(store: Store, index: SearchIndex) -> None:
    turns = tuple(Turn(n, f"Question {n}?", ()) for n in range(1, 201))
    async with store.transaction() as tx:
        one = replace(ARCHIVE["kuhn"], transcript=Transcript("intro", turns, "outro"))
        await tx.interviews.insert(one, "d")
    await index.sync(store)
    for number in (1, 77, 200):
        hits = (await index.search(f'"question {number}"')).hits
        assert [hit.turn_number for hit in hits] == [number]
    assert [hit.turn_number for hit in (await index.search("outro")).hits] == [None]
