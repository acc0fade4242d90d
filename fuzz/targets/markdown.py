"""``escape`` and ``link``: what Discord would make of it are its own letters, and no mention."""

import re
from collections.abc import Iterator

from bot.core.text import clean, measure
from bot.ui.markdown import escape, escape_within, link
from fuzz.finding import require
from tests.ui.discord_markdown import literal

WORDS = (
    "@everyone", "@here", "<@123>", "<@&1>", "<#5>", "[a](https://b.example)", "**", "__", "~~",
    "||", "`", "```", "# ", "> ", "- ", "1. ", "-# ", "<t:1:R>", "</a:1>", "<:a:1>", ":smile:",
    "https://a.example/", "\\", "\u202e", "\u200b", "\n", "<id:home>", "<https://a.example>",
)  # fmt: skip
_LIMIT = 80


def check(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    _same_letters(escape(text), clean(text))
    shortened = escape_within(text, _LIMIT)
    require(measure(shortened) <= _LIMIT, "within the limit")
    literal(shortened)
    linked = link(text, "https://magazine.example/", _LIMIT)
    require(
        not re.search(r"@(?:everyone|here)|(?<!\\)<(?:@[!&]?|#)\d", linked), "no mention in a link"
    )
    link("label", text, _LIMIT).encode()


def _same_letters(escaped: str, text: str) -> None:
    shown = literal(escaped).replace("\u200b", "")
    require(shown == text.replace("\u200b", ""), "shown letter by letter")


def seeds() -> Iterator[bytes]:
    for word in WORDS:
        yield f"Hello {word}everyone{word} and {word}".encode()
