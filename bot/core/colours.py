"""The colour of each kind of interview, as 0xRRGGBB: of a card's edge, and of what is drawn."""

from typing import Final

from bot.core.model import Topic

ROSE: Final = 0xE5487A
"""The magazine's."""

_KINDS = {
    Topic.ACTING: 0xD6621F,
    Topic.WEBTOON: 0x2C9658,
    Topic.SPORT: 0x1F8AD6,
    Topic.GAME: 0x9A6CEA,
    Topic.CREATOR: 0xA37F12,
    Topic.FILM: 0xCD53C3,
}


def colour_of(kind: Topic) -> int:
    """What is music, and what is of no kind, has the magazine's rose.

    Each has 3:1 or better against Discord's backgrounds (WCAG 2.2, 1.4.11).
    """
    return _KINDS.get(kind, ROSE)
