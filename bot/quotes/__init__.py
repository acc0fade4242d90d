"""One striking answer as a picture: chosen, drawn, kept."""

from bot.quotes.choosing import choose
from bot.quotes.service import Chosen, NobodyQuotedError, NothingStrikesError, Quotes
from bot.quotes.studio import BusyError, NotDrawnError, Studio, UnsettableError, open_studio

__all__ = [
    "BusyError",
    "Chosen",
    "NobodyQuotedError",
    "NotDrawnError",
    "NothingStrikesError",
    "Quotes",
    "Studio",
    "UnsettableError",
    "choose",
    "open_studio",
]
