"""What is on a picture, apart from what draws it, which only a worker process imports."""

from dataclasses import dataclass

from bot.core.model import Topic

DESIGN = 1
"""The version of the design; each change increases it, so that cached pictures are redrawn."""


@dataclass(frozen=True, slots=True)
class QuoteCard:
    """What is on a picture, as plain text ("" or ``None`` for what there is not), and the address
    of the article's image."""

    text: str
    speaker: str
    role: str | None
    source: str
    title: str
    topic: Topic
    image_url: str | None = None
