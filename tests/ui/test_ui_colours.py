"""The edges of cards can be told from Discord's backgrounds."""

from itertools import combinations

import discord
import pytest

from bot.core.colours import colour_of
from bot.core.model import Topic
from bot.ui.layout import CALM

BACKGROUNDS = {"dark": 0x313338, "darker": 0x242429, "onyx": 0x070709, "light": 0xFFFFFF}
EDGES = {str(kind): discord.Colour(colour_of(kind)) for kind in Topic if kind is not Topic.OTHER}
CONTRAST = 3.0
"""Of what is no text (WCAG 2.2, 1.4.11)."""


def luminance(colour: int) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [(colour >> shift & 255) / 255 for shift in (16, 8, 0)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: int, other: int) -> float:
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("theme", BACKGROUNDS)
def test_an_edge_is_seen_in_every_theme(edge: str, theme: str) -> None:
    assert contrast(EDGES[edge].value, BACKGROUNDS[theme]) >= CONTRAST


def test_no_two_kinds_look_alike() -> None:
    def distance(one: discord.Colour, other: discord.Colour) -> int:
        return sum(abs(a - b) for a, b in zip(one.to_rgb(), other.to_rgb(), strict=True))

    assert min(distance(*pair) for pair in combinations([*EDGES.values(), CALM], 2)) >= 60
