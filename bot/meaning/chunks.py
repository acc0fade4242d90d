"""What of an interview is embedded. Pure."""

import re

WORDS = 80
"""Words of a chunk: measured best among 40, 60, 80 and 120 on queries in nine languages."""

LONGEST_CHUNK = 800
"""Characters of a chunk, where words are long or not separated by spaces."""

_WORDS = re.compile(rf"\S+(?:\s+\S+){{0,{WORDS - 1}}}")


def chunks(text: str) -> list[str]:
    """`text` cut between words into pieces of at most ``WORDS`` words and ``LONGEST_CHUNK``
    characters; at least one, which may be empty."""
    found = [match[0] for match in _WORDS.finditer(text)]
    cut = [
        piece[start : start + LONGEST_CHUNK]
        for piece in found
        for start in range(0, len(piece), LONGEST_CHUNK)
    ]
    return cut or [""]


def embedded_text(title: str, question: str, chunk: str) -> str:
    """A chunk with what it is about: an answer alone says little."""
    return f"{title}. {question} {chunk}"
