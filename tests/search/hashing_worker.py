"""A worker whose vectors are of the words themselves: it starts at once, and what is near is
certain. Arguments: file of the vectors. The environment's EMBEDDER names its identity.
"""

import os
import sys
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.folding import fold, word_texts
from bot.meaning.worker import run

if TYPE_CHECKING:
    from bot.meaning.embedder import Embedder, Vectors

POISON = "poison pill"
DEADLY = "deadly pill"


class HashingEmbedder:
    """Each word is one of the dimensions; a text with ``POISON`` fails, one with ``DEADLY`` ends
    the process as a crash in C would."""

    identity = os.environ.get("EMBEDDER", "hashing 1")
    dimensions = 256

    def embed(self, texts: Sequence[str]) -> "Vectors":
        import numpy as np

        from bot.meaning.embedder import cleaned, usable

        if any(DEADLY in text for text in texts):
            os.abort()
        if any(POISON in text for text in texts):
            raise RuntimeError("poisoned")
        found = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in zip(found, texts, strict=True):
            for word in word_texts(fold(cleaned(text))):
                row[blake2b(word.encode(), digest_size=1).digest()[0]] += 1
        return usable(found, self.dimensions)


def make_embedder() -> "Embedder":
    return HashingEmbedder()


if __name__ == "__main__":
    run(Path(sys.argv[1]), make_embedder)
