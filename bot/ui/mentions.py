"""Mentions of slash commands, which a person can press in a sentence."""

from collections.abc import Mapping


class Mentions:
    """``mentions("interviews search")``: ``</interviews search:123>``.

    Discord gives a command its id when it is registered; until that is known, the command is shown
    as it is typed. (Discord docs, Reference, Message Formatting, Slash Command.)
    """

    def __init__(self) -> None:
        self._ids: Mapping[str, int] = {}

    def learn(self, ids: Mapping[str, int]) -> None:
        """Set the ids of the registered commands, by the first word of their names."""
        self._ids = dict(ids)

    def __call__(self, path: str) -> str:
        """A command, by its full name, as markdown."""
        number = self._ids.get(path.split(" ", 1)[0])
        return f"`/{path}`" if number is None else f"</{path}:{number}>"
