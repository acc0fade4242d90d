"""The errors of this project. A class of its own has what somebody catches by class."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.i18n import Text


class KcrushError(Exception):
    """The base class of every error that this project raises on purpose."""


@dataclass(frozen=True, slots=True)
class PermissionNames:
    """Permissions, by their names in discord.py, among the arguments of an error. People read the
    names of Discord's client."""

    names: tuple[str, ...]

    def shown(self, text: "Text") -> str:
        """The names in a language, as markdown."""
        return text.listed([f"**{text(f'permission.{name}')}**" for name in self.names])


class UserError(KcrushError):
    """An error that is shown to a person.

    ``key`` names a message of the catalogue (``error.…``) that says what is wrong, why, and what to
    do next; ``args_by_name`` fill its placeholders. ``str()`` is the English sentence, for logs.
    """

    def __init__(self, key: str, **args: object) -> None:
        self.key = key
        self.args_by_name = args
        super().__init__(key, args)

    def sentence(self, text: "Text") -> str:
        """The error in the language of `text`, as one line."""
        args = {
            name: value.shown(text) if isinstance(value, PermissionNames) else value
            for name, value in self.args_by_name.items()
        }
        return " ".join(text(self.key, **args).split())

    def __str__(self) -> str:
        # Imported here, because the processes that parse need no catalogue.
        from bot.core.i18n import load_messages

        try:
            return self.sentence(load_messages().text())
        except (KeyError, IndexError):
            details = ", ".join(f"{name}={value!r}" for name, value in self.args_by_name.items())
            return f"{self.key}({details})"


class ConfigError(UserError):
    """A setting is missing or wrong; the program ends with exit code 78 (sysexits.h, EX_CONFIG).

    ``problem``, where it is among the arguments, is the key of a message of its own.
    """

    def sentence(self, text: "Text") -> str:
        args = self.args_by_name
        if "problem" not in args:
            return super().sentence(text)
        problem = text(str(args["problem"]), **args)
        return " ".join(text(self.key, **{**args, "problem": problem}).split())


class FetchError(UserError):
    """The site could not be reached, or answered with something that can't be used.

    ``retry_after`` is the number of seconds after which the site asks to be tried again, where it
    named one. ``body`` is the beginning of its refusal, where there was one.
    """

    def __init__(
        self, key: str, *, retry_after: float | None = None, body: bytes = b"", **args: object
    ) -> None:
        super().__init__(key, **args)
        self.retry_after = retry_after
        self.body = body

    @property
    def status(self) -> int | None:
        """The HTTP status of the refusal; ``None`` where the site did not answer."""
        status = self.args_by_name.get("status")
        return status if isinstance(status, int) else None


class ParseError(UserError):
    """The bytes are neither a feed nor an article."""


class StoreError(UserError):
    """The database can't be opened, migrated, read or written."""
