"""How searches and filters are typed: words, "phrases", -exclusions, ``name:value``. Pure."""

import re

QUOTES = str.maketrans(dict.fromkeys("“”„‟«»「」『』＂", '"'))
"""For ``str.translate``: every quotation mark that keyboards write is the plain one."""

_WORDS = r"""(?:"(?P<quoted>[^"]*)"|(?P<plain>[^\s"]+))"""
_MINUS = r"(?P<minus>(?<!\S)-)?"

LITERAL = re.compile(_MINUS + _WORDS)
"""A word or phrase: ``quoted`` or ``plain``, after a ``minus`` or not."""

PIECE = re.compile(
    rf"""{_MINUS}(?:(?<![^\s-])(?P<name>artist|kind|year)[:：]\s*"""
    rf"""(?:"(?P<exactly>[^"]*)(?:"|$)|(?P<value>[^\s"]+))|{_WORDS})""",
    re.IGNORECASE,
)
"""The same, or a named filter with its value: ``exactly`` what was quoted, or ``value``."""
