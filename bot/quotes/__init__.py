"""One striking answer as a picture: chosen, drawn, kept."""

from bot.quotes.choosing import choose
from bot.quotes.service import Chosen, Quotes
from bot.quotes.studio import Studio, open_studio

__all__ = [
    "Chosen",
    "Quotes",
    "Studio",
    "choose",
    "open_studio",
]
