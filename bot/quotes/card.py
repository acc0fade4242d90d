"""What is on a picture, apart from what draws it, which only a worker process imports."""

from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Final

from bot.core.model import Topic

DESIGN = 4
"""The version of the design; each change increases it, so that cached pictures are redrawn."""

FONT_PACKAGE, FONT_FILE = "manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc"
"""The typeface's package (docs/dependencies.md) and the file in it."""


def has_typeface() -> bool:
    """Whether the typeface is installed. Without it nothing is drawn, and quotes are text."""
    try:
        return (files(FONT_PACKAGE) / FONT_FILE).is_file()
    except ModuleNotFoundError:
        return False


class Design(StrEnum):
    """How a picture looks. ``PHOTO`` without an article's image is drawn as ``COLOUR``."""

    PHOTO = "photo"
    COLOUR = "colour"
    PAPER = "paper"


class Format(StrEnum):
    """The sides of a picture: 1:1, or 9:16 for the stories of other apps."""

    SQUARE = "square"
    STORY = "story"


@dataclass(frozen=True, slots=True)
class Look:
    design: Design = Design.PHOTO
    format: Format = Format.SQUARE


USUAL_LOOK: Final = Look()


def looks(*, has_image: bool) -> list[Look]:
    """What a quote may be drawn in, the usual one first; ``PHOTO`` where the article has an
    image."""
    designs = [one for one in Design if has_image or one is not Design.PHOTO]
    return [Look(design, format_) for design in designs for format_ in Format]


@dataclass(frozen=True, slots=True)
class QuoteCard:
    """What is on a picture, as plain text ("" or ``None`` for what there is not), and the address
    of the article's image, which ``PHOTO`` alone shows."""

    text: str
    speaker: str
    role: str | None
    source: str
    title: str
    topic: Topic
    image_url: str | None = None
    look: Look = USUAL_LOOK


@dataclass(frozen=True, slots=True)
class Banner:
    """What is on the banner of an interview without a picture: plain text, "" for what there is
    not. Each of the ``names`` has a line, a single one (which may be a title) as many as it needs;
    ``other`` is how they are written in the other script."""

    names: tuple[str, ...]
    other: str
    role: str
    source: str
    topic: Topic
    image_url: None = None
