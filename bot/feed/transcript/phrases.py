"""The phrases of ``phrases.toml``, compiled."""

from bot.core.phrases import Phrases

_PHRASES = Phrases(__package__, "phrases.toml")
phrase, pattern, words = _PHRASES.phrase, _PHRASES.pattern, _PHRASES.words
