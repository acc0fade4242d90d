"""The vectors of all chunks in memory and in one file. Imported by the worker process alone.

The file is a copy of what the store's texts mean: it can be deleted at any time. It is a line that
says what it is, a line of JSON, and four arrays. It is replaced as a whole, so that a process
killed at any moment leaves the former one.
"""

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from bot.meaning.embedder import Vectors

_MAGIC = b"kcrush-bot meaning 1\n"
_BLOCK = 2_048
"""Rows that are scanned at a time: as floats they stay in the processor's cache."""

Whole = NDArray[np.int32]
Small = NDArray[np.int8]


class Near(NamedTuple):
    """A chunk near a query: of a turn (0 is what stands before the first question), by its number
    within the turn; ``score`` is the cosine."""

    interview: int
    turn: int
    chunk: int
    score: float


@dataclass(frozen=True, slots=True)
class Rows:
    """The chunks of an interview: its turns' and the chunks' numbers, and vectors of int8."""

    turns: Whole
    chunks: Whole
    vectors: Small


@dataclass
class VectorTable:
    """All chunks by interview, with the database's identity and the revision that they are of.

    ``embedder`` is the identity of what made the vectors.
    """

    embedder: str
    dimensions: int
    identity: str = ""
    revision: int = 0
    _interviews: dict[int, Rows] = field(default_factory=dict)
    _ids: NDArray[np.int64] | None = None
    _all: Rows | None = None
    _lengths: Vectors | None = None

    def __len__(self) -> int:
        return sum(len(rows.turns) for rows in self._interviews.values())

    def clear(self) -> None:
        self.identity, self.revision = "", 0
        self._interviews.clear()
        self._all = None

    def replace(self, interview: int, places: Sequence[tuple[int, int]], vectors: Vectors) -> None:
        """Make these the only chunks of an interview: turn and number of each, with its vector."""
        if len(places) != len(vectors):
            raise ValueError(f"{len(places)} chunks, but {len(vectors)} vectors")
        self._interviews.pop(interview, None)
        self._all = None
        if places:
            numbers = np.array(places, dtype=np.int32).reshape(-1, 2)
            self._interviews[interview] = Rows(
                numbers[:, 0].copy(), numbers[:, 1].copy(), as_int8(vectors)
            )

    def nearest(self, vector: Vectors, most: int) -> list[Near]:
        """The chunks nearest to a vector of length one, nearest first; none for all zeros."""
        ids, rows, lengths = self._joined()
        if not len(ids) or not vector.any():
            return []
        scores = np.empty(len(ids), dtype=np.float32)
        for start in range(0, len(ids), _BLOCK):
            block = rows.vectors[start : start + _BLOCK].astype(np.float32)
            scores[start : start + _BLOCK] = block @ vector
        scores /= lengths
        best = np.argpartition(-scores, min(most, len(ids)) - 1)[:most]
        best = best[np.lexsort((ids[best], -scores[best]))]
        return [
            Near(int(ids[one]), int(rows.turns[one]), int(rows.chunks[one]), float(scores[one]))
            for one in best
        ]

    def save(self, path: Path) -> None:
        """
        Raises:
            OSError: the file can't be written; the former one is still there.
        """
        ids, rows, _ = self._joined()
        arrays = (ids, rows.turns, rows.chunks, rows.vectors)
        head = {
            "embedder": self.embedder,
            "dimensions": self.dimensions,
            "identity": self.identity,
            "revision": self.revision,
            "rows": len(ids),
            "digest": _digest(array.tobytes() for array in arrays),
        }
        new = path.with_name(f"{path.name}.new")
        with new.open("wb") as file:
            file.write(_MAGIC + orjson.dumps(head) + b"\n")
            for array in arrays:
                file.write(array.tobytes())
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)

    def load(self, path: Path) -> bool:
        """Take the file's chunks; whether it has any that are of this embedder and undamaged."""
        self.clear()
        try:
            self._load(path.read_bytes())
        except (OSError, ValueError, KeyError, TypeError, OverflowError):
            self.clear()
            return False
        return True

    def _load(self, data: bytes) -> None:
        head_end = data.index(b"\n", len(_MAGIC)) if data.startswith(_MAGIC) else -1
        head, body = orjson.loads(data[len(_MAGIC) : head_end]), data[head_end + 1 :]
        if (head["embedder"], head["dimensions"]) != (self.embedder, self.dimensions):
            raise ValueError("made by another embedder")
        count, identity, revision = int(head["rows"]), str(head["identity"]), int(head["revision"])
        if len(body) != count * (16 + self.dimensions) or head["digest"] != _digest([body]):
            raise ValueError("damaged")
        ids = np.frombuffer(body, np.int64, count)
        turns, chunks = (
            np.frombuffer(body, np.int32, count, offset) for offset in (8 * count, 12 * count)
        )
        vectors = np.frombuffer(body, np.int8, offset=16 * count).reshape(count, self.dimensions)
        self._take(ids, Rows(turns, chunks, vectors))
        self.identity, self.revision = identity, revision

    def _joined(self) -> tuple[NDArray[np.int64], Rows, Vectors]:
        if self._all is None or self._ids is None or self._lengths is None:
            parts = list(self._interviews.values())
            counts = [len(rows.turns) for rows in parts]
            ids = np.repeat(np.array([*self._interviews], dtype=np.int64), counts)
            none = Rows(
                np.empty(0, np.int32),
                np.empty(0, np.int32),
                np.empty((0, self.dimensions), np.int8),
            )
            self._take(
                ids,
                Rows(
                    np.concatenate([none.turns, *(rows.turns for rows in parts)]),
                    np.concatenate([none.chunks, *(rows.chunks for rows in parts)]),
                    np.concatenate([none.vectors, *(rows.vectors for rows in parts)]),
                ),
            )
        assert self._ids is not None and self._all is not None and self._lengths is not None  # noqa: S101, PT018
        return self._ids, self._all, self._lengths

    def _take(self, ids: NDArray[np.int64], rows: Rows) -> None:
        """Make these all chunks; an interview's stand together. They become views, so that nothing
        is in memory twice."""
        lengths = np.empty(len(ids), dtype=np.float32)
        for start in range(0, len(ids), _BLOCK):
            block = rows.vectors[start : start + _BLOCK].astype(np.float32)
            lengths[start : start + _BLOCK] = np.maximum(np.linalg.norm(block, axis=1), 1)
        self._ids, self._all, self._lengths = ids, rows, lengths
        edges = [0, *(np.flatnonzero(np.diff(ids)) + 1).tolist(), len(ids)] if len(ids) else []
        self._interviews = {
            int(ids[start]): Rows(
                rows.turns[start:end], rows.chunks[start:end], rows.vectors[start:end]
            )
            for start, end in pairwise(edges)
        }


def as_int8(vectors: Vectors) -> Small:
    """Each row scaled so that its greatest number is 127."""
    most = np.abs(vectors).max(axis=1, keepdims=True, initial=0)
    return np.rint(vectors * (127 / np.where(most > 0, most, 1))).astype(np.int8)


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(part)
    return digest.hexdigest()
