"""One tree of errors. What a person may read is a key of the message catalogue."""


class KcrushError(Exception):
    """The root of every error that this project raises on purpose."""


class UserError(KcrushError):
    """An error that a person may be shown.

    ``key`` names a message of the catalogue (``error.…``) that says what is wrong, why and what to
    do next; ``args`` fill its placeholders. Whoever shows it translates it into the reader's
    locale; ``str()`` is for logs only.
    """

    def __init__(self, key: str, **args: object) -> None:
        self.key = key
        self.args_by_name = args
        details = ", ".join(f"{name}={value!r}" for name, value in args.items())
        super().__init__(f"{key}({details})")


class ConfigError(UserError):
    """A setting is missing or wrong; the program ends with exit code 78 (sysexits: EX_CONFIG)."""


class FetchError(UserError):
    """The site could not be asked, or answered with something that can't be used.

    ``retry_after`` is the site's own wish in seconds, where it gave one. ``body`` is how the site
    worded its refusal, as far as that is short.
    """

    def __init__(
        self, key: str, *, retry_after: float | None = None, body: bytes = b"", **args: object
    ) -> None:
        super().__init__(key, **args)
        self.retry_after = retry_after
        self.body = body

    @property
    def status(self) -> int | None:
        """The HTTP status of the refusal; ``None`` where there was no answer that counts."""
        status = self.args_by_name.get("status")
        return status if isinstance(status, int) else None


class ParseError(UserError):
    """The bytes are no feed and no article."""


class StoreError(UserError):
    """The database can't be opened, migrated, read or written."""
