"""Every colour of ours against what is behind it: edges, the letters of banners and quotes; and the
table of it in docs/design.md."""

from itertools import combinations
from pathlib import Path

import discord
import pytest

from bot.core.colours import colour_of
from bot.core.model import Topic
from bot.quotes.backdrop import palette_for
from bot.quotes.banner import WHITE
from bot.quotes.designs import PAPER, on_dark, on_paper
from bot.ui.layout import BRAND, CALM, WARNING

BACKGROUNDS = {"dark": 0x313338, "darker": 0x242429, "onyx": 0x070709, "light": 0xFFFFFF}
KINDS = [kind for kind in Topic if kind is not Topic.OTHER]
EDGES = {str(kind): discord.Colour(colour_of(kind)) for kind in KINDS}
NOT_TEXT = 3.0
"""WCAG 2.2, 1.4.11."""
TEXT = 4.5
"""WCAG 2.2, 1.4.3."""

DESIGN = Path(__file__).parents[2] / "docs/design.md"

Colour = tuple[int, int, int]


def luminance(colour: Colour) -> float:
    """WCAG 2.2, relative luminance."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (part / 255 for part in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def of_edge(colour: discord.Colour) -> list[float]:
    """Against each of Discord's backgrounds."""
    behind = map(discord.Colour, BACKGROUNDS.values())
    return [contrast(colour.to_rgb(), one.to_rgb()) for one in behind]


def of_banner(kind: Topic) -> list[float]:
    """Of the name and of the coloured letters, where the ground is lightest."""
    palette = palette_for(kind)
    return [contrast(letters, palette.raised) for letters in (WHITE, palette.accent)]


def of_quote(kind: Topic) -> list[float]:
    """Of the words and the coloured letters where the colour is lightest, and of them and the title
    on paper. (``quotes/test_designs.py`` looks at what really is behind each.)"""
    palette = palette_for(kind)
    light, dark = on_dark(palette), on_paper(kind)
    on_colour = [contrast(letters, palette.raised) for letters in (light.words, light.accent)]
    return on_colour + [contrast(ink, PAPER) for ink in (dark.words, dark.accent, dark.soft)]


@pytest.mark.parametrize("colour", [*EDGES.values(), BRAND, CALM, WARNING])
def test_an_edge_is_seen_in_every_theme(colour: discord.Colour) -> None:
    assert min(of_edge(colour)) >= NOT_TEXT


@pytest.mark.parametrize("kind", Topic)
def test_what_is_drawn_can_be_read_on_the_colour_of_any_kind(kind: Topic) -> None:
    assert min([*of_banner(kind), *of_quote(kind)]) >= TEXT


def test_no_two_kinds_look_alike() -> None:
    def distance(one: discord.Colour, other: discord.Colour) -> int:
        return sum(abs(a - b) for a, b in zip(one.to_rgb(), other.to_rgb(), strict=True))

    assert min(distance(*pair) for pair in combinations([*EDGES.values(), CALM], 2)) >= 60


@pytest.mark.parametrize("kind", KINDS)
def test_the_documented_contrasts_are_true(kind: Topic) -> None:
    figures = [*of_edge(EDGES[kind]), *of_banner(kind), *of_quote(kind)]
    cells = [f"`{colour_of(kind):06X}`", *(f"{figure:.1f}" for figure in figures)]
    assert f"| {' | '.join(cells)} |" in DESIGN.read_text()
