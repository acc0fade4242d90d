"""The index's folder: gone, in the way, or somebody else's."""

import json
import shutil
from pathlib import Path

import pytest
from tantivy import Document, Index, SchemaBuilder

from bot.core.errors import UserError
from bot.search import SearchIndex
from bot.store import Store
from tests.search.archive import interview


async def fill(store: Store, *words: str) -> None:
    async with store.transaction() as tx:
        for word in words:
            one = interview(word, f"Name {word}", ("Food?", f"{word} is what I like"))
            await tx.interviews.insert(one, "d")


async def count(index: SearchIndex, query: str) -> int:
    return len({hit.interview_id for hit in (await index.search(query)).hits})


async def test_a_folder_that_vanishes_is_built_again_by_the_next_sync(
    store: Store, index: SearchIndex, tmp_path: Path
) -> None:
    await fill(store, "kimchi", "ramyeon")
    await index.sync(store)
    shutil.rmtree(tmp_path / "index")
    assert await index.sync(store) == 2
    assert await count(index, "kimchi") == 1
    assert await index.sync(store) == 0
    await fill(store, "bibimbap")
    assert await index.sync(store) == 1
    assert await count(index, "bibimbap") == 1


@pytest.mark.parametrize("pattern", ["meta.json", "*.store", "[!.]*", "*"])
@pytest.mark.parametrize("open_again", [False, True])
async def test_an_index_that_lost_files_is_built_again(
    store: Store, index: SearchIndex, tmp_path: Path, pattern: str, open_again: bool
) -> None:
    """Copied in part, or cleaned up by somebody's `find -delete`."""
    await fill(store, "kimchi")
    await index.sync(store)
    for file in (tmp_path / "index").glob(pattern):
        file.unlink()
    await fill(store, "ramyeon")
    after = SearchIndex.open(tmp_path / "index") if open_again else index
    await after.sync(store)
    assert (await count(after, "kimchi"), await count(after, "ramyeon")) == (1, 1)
    again = SearchIndex.open(tmp_path / "index")
    await again.sync(store)
    assert (await count(again, "kimchi"), await count(again, "ramyeon")) == (1, 1)
    after.close()
    again.close()


async def test_what_is_in_the_way_is_waited_for(store: Store, tmp_path: Path) -> None:
    """Only searching is out of service meanwhile."""
    path = tmp_path / "index"
    path.write_text("in the way")
    await fill(store, "kimchi")
    index = SearchIndex.open_or_wait(path)
    for _ in range(2):
        with pytest.raises(UserError) as refused:
            await index.sync(store)
        assert refused.value.key == "search.folder"
        with pytest.raises(UserError) as refused:
            await index.search("kimchi")
        assert refused.value.key == "error.search-unavailable"
    assert len(await index.complete("kimchi")) == 1
    assert index.similar(1) == []
    assert path.read_text() == "in the way"
    path.unlink()
    assert await index.sync(store) == 1
    assert await count(index, "kimchi") == 1
    index.close()


async def test_a_folder_that_became_a_file_is_waited_for(
    store: Store, index: SearchIndex, tmp_path: Path
) -> None:
    await fill(store, "kimchi")
    await index.sync(store)
    shutil.rmtree(tmp_path / "index")
    (tmp_path / "index").write_text("in the way")
    with pytest.raises(UserError) as refused:
        await index.sync(store)
    assert refused.value.key == "search.folder"
    (tmp_path / "index").unlink()
    assert await index.sync(store) == 1


def foreign_index(path: Path) -> None:
    """An index that another program made with the same engine."""
    path.mkdir()
    fields = SchemaBuilder().add_text_field("body", stored=True).build()
    writer = Index(fields, path=str(path)).writer(15_000_000, num_threads=1)
    writer.add_document(Document(body="dear diary"))
    writer.commit()
    writer.wait_merging_threads()


def foreign_files(path: Path) -> None:
    (path / "photos").mkdir(parents=True)
    (path / "photos" / "cat.jpg").write_bytes(b"cat")
    (path / "meta.json").write_text(json.dumps({"title": "My site", "schema": [1]}))


def one_foreign_file(path: Path) -> None:
    path.mkdir()
    (path / "thesis.txt").write_text("three years of work")


@pytest.mark.parametrize("make", [foreign_index, foreign_files, one_foreign_file])
async def test_a_foreign_folder_is_left_alone(store: Store, tmp_path: Path, make: object) -> None:
    path = tmp_path / "index"
    assert callable(make)
    make(path)
    before = {one: one.is_file() and one.read_bytes() for one in path.rglob("*")}
    await fill(store, "kimchi")
    with pytest.raises(UserError) as refused:
        SearchIndex.open(path)
    assert refused.value.key == "search.foreign-folder"
    assert str(path) in str(refused.value)
    index = SearchIndex.open_or_wait(path)
    with pytest.raises(UserError):
        await index.sync(store)
    index.close()
    assert {one: one.is_file() and one.read_bytes() for one in path.rglob("*")} == before


async def test_foreign_files_in_our_folder_survive_a_rebuild(
    store: Store, index: SearchIndex, tmp_path: Path
) -> None:
    await fill(store, "kimchi")
    await index.sync(store)
    path = tmp_path / "index"
    foreign = {path / "notes.txt": b"mine", path / ("a" * 31 + ".idx"): b"also mine"}
    for file, content in foreign.items():
        file.write_bytes(content)
    (path / "photos").mkdir()
    (path / "photos" / "cat.jpg").write_bytes(b"cat")
    (path / "meta.json").write_bytes(b"cut sho")
    again = SearchIndex.open(path)
    assert await again.sync(store) == 1
    again.close()
    assert {file: file.read_bytes() for file in foreign} == foreign
    assert (path / "photos" / "cat.jpg").read_bytes() == b"cat"


async def test_an_index_from_before_there_was_a_mark_is_ours(
    store: Store, index: SearchIndex, tmp_path: Path
) -> None:
    await fill(store, "kimchi")
    await index.sync(store)
    (tmp_path / "index" / ".kcrush-bot").unlink()
    again = SearchIndex.open(tmp_path / "index")
    assert await again.sync(store) == 0
    assert await count(again, "kimchi") == 1
    again.close()
    assert (tmp_path / "index" / ".kcrush-bot").exists()
