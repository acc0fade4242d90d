"""Words and phrases that stand in a data file beside the code that reads by them."""

import re
import tomllib
from importlib.resources import files
from typing import Any


def read_data(package: str, name: str) -> dict[str, Any]:
    """The TOML file `name` of a package."""
    return tomllib.loads(files(package).joinpath(name).read_text(encoding="utf-8"))


class Phrases:
    """The entries of a data file, each a regular expression or a list of words."""

    def __init__(self, package: str, name: str) -> None:
        self._entries = read_data(package, name)

    def phrase(self, name: str) -> str:
        """The regular expression of that name: its lines joined without a line end."""
        return "".join(str(self._entries[name]).splitlines())

    def pattern(self, name: str) -> re.Pattern[str]:
        """The regular expression of that name, compiled."""
        return re.compile(self.phrase(name))

    def patterns(self) -> dict[str, re.Pattern[str]]:
        """All entries by name, in the file's order, compiled."""
        return {name: self.pattern(name) for name in self._entries}

    def words(self, name: str) -> frozenset[str]:
        """The words of that name."""
        return frozenset(str(self._entries[name]).split())
