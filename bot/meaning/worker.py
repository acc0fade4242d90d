"""``python -m bot.meaning.worker FILE``: embeds, and finds what is near, for the process that
started it.

A request is a line of JSON on stdin: ``id``, ``do``, and what that takes; its answer is a line on
stdout with the same ``id`` and either ``result`` or ``error``. It ends when stdin does, and so with
the bot, however that ends.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.meaning.embedder import Embedder
    from bot.meaning.vectors import Near

BLAS_THREADS = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
"""What numpy's libraries read when they are loaded. The matrices are small: with two threads, which
wait for each other, a query takes up to 20 times as long."""

NICENESS = 5
"""Answering people goes before embedding."""


class MeaningWorker:
    """Answers requests, one at a time."""

    def __init__(self, path: Path, embedder: "Embedder") -> None:
        from bot.meaning.vectors import VectorTable

        self._path = path
        self._embedder = embedder
        self._table = VectorTable(embedder.identity, embedder.dimensions)
        self._table.load(path)
        self._places: list[tuple[int, int]] = []
        self._vectors: list[Any] = []
        self._actions: dict[str, Callable[..., Any]] = {
            "state": self.state,
            "clear": self.clear,
            "embed": self.embed,
            "replace": self.replace,
            "save": self.save,
            "find": self.find,
        }

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        number, do = request.pop("id"), request.pop("do")
        try:
            return {"id": number, "result": self._actions[do](**request)}
        except Exception as error:  # noqa: BLE001
            return {"id": number, "error": f"{type(error).__name__}: {error}"}

    def state(self) -> dict[str, Any]:
        """What the vectors are of, and how many there are."""
        table = self._table
        return {"identity": table.identity, "revision": table.revision, "chunks": len(table)}

    def clear(self) -> None:
        self._table.clear()

    def embed(self, chunks: list[tuple[int, int, str]], *, first: bool) -> None:
        """Embed some chunks of an interview, each by turn, number and text, for ``replace``. The
        `first` ones forget those of an interview that was given up."""
        if first:
            self._places, self._vectors = [], []
        vectors = self._embedder.embed([text for _, _, text in chunks])
        if len(vectors) != len(chunks):
            raise ValueError(f"{len(chunks)} texts, but {len(vectors)} vectors")
        self._places += [(turn, number) for turn, number, _ in chunks]
        self._vectors += [*vectors]

    def replace(self, interview: int) -> None:
        """Make what was embedded since the `first` ones the only chunks of an interview."""
        import numpy as np

        vectors = np.array(self._vectors, np.float32).reshape(-1, self._embedder.dimensions)
        self._table.replace(interview, self._places, vectors)
        self._places, self._vectors = [], []

    def save(self, identity: str, revision: int) -> None:
        self._table.identity, self._table.revision = identity, revision
        self._table.save(self._path)

    def find(self, text: str, most: int) -> "list[Near]":
        """The chunks nearest to a text, nearest first: interview, turn, number and cosine."""
        return self._table.nearest(self._embedder.embed([text])[0], most)


def serve(worker: MeaningWorker, requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer until there are no more requests."""
    for line in requests:
        answers.write(json.dumps(worker.answer(json.loads(line))).encode() + b"\n")
        answers.flush()


def run(path: Path, make_embedder: "Callable[[], Embedder]") -> None:
    """Load an embedder and serve the process that started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    # What a library prints must not come between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    os.environ.update(dict.fromkeys(BLAS_THREADS, "1"))
    try:
        serve(MeaningWorker(path, make_embedder()), sys.stdin.buffer, answers)
    except BrokenPipeError:
        os._exit(0)


def load_embedder() -> "Embedder":
    from bot.meaning.embedder import UniversalSentenceEncoder

    return UniversalSentenceEncoder()


if __name__ == "__main__":
    run(Path(sys.argv[1]), load_embedder)
