"""What a quote is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of an answer that stand on their own.

    ``text`` is one line, ``section`` the question's number.
    ``speaker`` is the full name where the interview tells it, "" where nobody is named; ``role``
    is what they are, or the group that they speak for.
    """

    text: str
    speaker: str
    role: str | None
    question: str
    title: str
    section: int
