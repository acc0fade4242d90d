"""A striking answer as a picture: chosen from an interview, drawn, and cached."""

from bot.quotes.choosing import choose
from bot.quotes.renderer import QuoteRenderer, open_renderer
from bot.quotes.service import ChosenQuote, Quotes

__all__ = ["ChosenQuote", "QuoteRenderer", "Quotes", "choose", "open_renderer"]
