"""Mentions of slash commands, which a person can press in a sentence."""

import re
from collections.abc import Mapping

_COMMAND = re.compile(r"`/([a-z-]+(?: [a-z-]+)*)`")


class Mentions:
    """Turns ``/interviews search`` in backticks into ``</interviews search:123>``.

    Discord gives a command its id when it is registered; until that is known, the command is shown
    as it is typed. (Discord docs, Reference, Message Formatting, Slash Command.)

    The name in a mention is English in every language: Discord shows it as it stands there, and
    does nothing at a press on another one (discord-api-docs, issue 5518).
    """

    def __init__(self) -> None:
        self._ids: Mapping[str, int] = {}

    def learn(self, ids: Mapping[str, int]) -> None:
        """Set the ids of the registered commands, by the first word of their names."""
        self._ids = dict(ids)

    def of(self, path: str) -> str:
        """A command, by its full name, as markdown."""
        number = self._ids.get(path.split(" ", 1)[0])
        return f"`/{path}`" if number is None else f"</{path}:{number}>"

    def within(self, sentence: str) -> str:
        """The sentence with every command in it as a mention."""
        if "`/" not in sentence:
            return sentence
        return _COMMAND.sub(lambda found: self.of(found[1]), sentence)
