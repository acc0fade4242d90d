"""The patterns of ``wording.toml``: words that make a sentence a good or a bad quote."""

from typing import Final

from bot.core.phrases import Phrases

_PHRASES = Phrases(__package__, "wording.toml")

UNFIT: Final = _PHRASES.pattern("unfit")
LEANING: Final = _PHRASES.pattern("leaning")
"""For ``match``."""

LEANING_QUESTION: Final = _PHRASES.pattern("leaning_question")
"""For ``match``."""

ASKING: Final = _PHRASES.pattern("asking")
"""For ``fullmatch`` of one word in lower case."""

FIRST_PERSON: Final = _PHRASES.pattern("first_person")
FEELING: Final = _PHRASES.pattern("feeling")
TURN_OF_PHRASE: Final = _PHRASES.pattern("turn_of_phrase")
FILLER: Final = _PHRASES.pattern("filler")
NEWS: Final = _PHRASES.pattern("news")
