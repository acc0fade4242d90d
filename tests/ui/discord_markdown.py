"""What Discord's markdown makes of a text, for tests: the letters shown, or the first mark met.

Written from Discord's "Markdown Text 101" and Discord docs, Reference, "Message Formatting"; it
shares nothing with ``bot.ui.markdown``.
"""

import re

_INLINE = [
    ("mention", r"<(?:@[!&]?|\#)\d+>"),
    ("everyone", r"@(?:everyone|here)"),
    ("command", r"</[^>]+:\d+>"),
    ("timestamp", r"<t:-?\d+(?::[tTdDfFR])?>"),
    ("emoji", r"<a?:\w+:\d+>"),
    ("guild link", r"<id:\w+>"),
    ("shortcode", r":[\w+~-]+:"),
    ("bare address", r"(?:https?|steam|discord)://\S"),
    ("masked link", r"\[[^\]\n]*\]\([^)\s]+\)"),
    ("bold", r"\*\*\S[\s\S]*?\*\*"),
    ("underline", r"__\S[\s\S]*?__"),
    ("italic", r"\*\S[^*\n]*\*|_\S[^_\n]*_"),
    ("struck", r"~~\S[\s\S]*?~~"),
    ("spoiler", r"\|\|[\s\S]+?\|\|"),
    ("code", r"`[^`]+`"),
]
_LINE = [
    ("heading", r"[^\S\n]*\#{1,3}\s"),
    ("subtext", r"[^\S\n]*-\#\s"),
    ("quote", r"[^\S\n]*>(?:>>)?\s"),
    ("list", r"[^\S\n]*(?:[*-]|\d+\.)\s"),
]


class MarkFound(AssertionError):
    """The text would not be shown letter by letter."""


def literal(markdown: str) -> str:
    """The letters that a person sees of markdown that ought to hold no mark.

    Raises:
        MarkFound: it holds one.
    """
    out: list[str] = []
    at = 0
    while at < len(markdown):
        rest = markdown[at:]
        if at == 0 or markdown[at - 1] == "\n":
            _refuse(_LINE, rest)
        if rest[0] == "\\" and len(rest) > 1 and re.match(r"[^0-9A-Za-z\s]", rest[1]):
            out.append(rest[1])
            at += 2
            continue
        address = re.match(r"<(https?://[^\s<>]+)>", rest)
        if address:
            out.append(address.group(1))
            at += address.end()
            continue
        _refuse(_INLINE, rest)
        out.append(rest[0])
        at += 1
    return "".join(out).replace("\u200b", "")


def _refuse(marks: list[tuple[str, str]], rest: str) -> None:
    for name, pattern in marks:
        found = re.match(pattern, rest, re.IGNORECASE)
        if found:
            raise MarkFound(f"{name}: {found.group()!r} in {rest[:60]!r}")
