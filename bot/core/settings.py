"""The settings: read once, by the composition root, from the environment and ``.env``."""

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot import __version__
from bot.core.errors import ConfigError

SLOWEST_FAST_POLL = 30
"""Seconds: a public site is asked no oftener than this."""

SNOWFLAKE_BITS = 64
"""Discord docs, Reference, Snowflakes; an id that was copied has 17 digits or more."""

SHORTEST_ID = 17

LONGEST_CONTACT = 200
"""Characters: keeps the User-Agent far below the 8 KiB that servers take in a header line."""

BOUNDS = {"catch_up": (1, 10), "nonce_window": (0, 600), "http_port": (0, 65535)}
"""Missed interviews that are worth a card each; seconds that "a few minutes" may mean; TCP."""

_HOST = re.compile(r"[A-Za-z0-9_.:%-]{1,253}")
"""What an address or a name is written with; whether there is such a one shows when listening."""

EXAMPLES = {
    "DISCORD_TOKEN": "(the token that the developer portal shows under Bot)",
    "DISCORD_API_URL": "https://discord.com/api/v10",
    "DISCORD_GATEWAY_URL": "wss://gateway.discord.gg",
    "FEED_URL": "https://www.kcrush.com/category/interviews/feed/",
    "POLL_INTERVAL": "300",
    "DATABASE_URL": "sqlite+aiosqlite:///data/kcrush.db",
    "DATA_DIR": "data",
    "LOG_LEVEL": "info",
    "LOG_FORMAT": "console",
    "CONTACT": "ops@example.org",
    "HOME_CHANNEL_ID": "123456789012345678",
    "CATCH_UP": "3",
    "NONCE_WINDOW": "120",
    "HTTP_HOST": "127.0.0.1",
    "HTTP_PORT": "8080",
    "PUBLIC_URL": "https://bot.example.org",
    "BACKFILL": "on",
    "READING": "full",
}


class Settings(BaseSettings):
    """Every setting, checked. Field names are the variables' names in lower case.

    ``feed_url`` is a tuple of http(s) addresses; ``poll_interval`` and
    ``nonce_window`` are in seconds.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    discord_token: SecretStr | None = None
    discord_api_url: str = "https://discord.com/api/v10"
    discord_gateway_url: str | None = None
    feed_url: Annotated[tuple[str, ...], NoDecode] = (
        "https://www.kcrush.com/category/interviews/feed/",
    )
    poll_interval: int = 300
    database_url: str = ""
    data_dir: Path = Path("data")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["console", "json"] = "console"
    contact: str = ""
    home_channel_id: int | None = None
    catch_up: int = 3
    nonce_window: int = 120
    http_host: str = "127.0.0.1"
    http_port: int = 8080
    public_url: str = ""
    backfill: Literal["on", "off"] = "on"
    reading: Literal["full", "excerpt"] = "full"

    @property
    def user_agent(self) -> str:
        """What the site sees: ``kcrush-bot/<version> (+CONTACT)`` (RFC 9110, 10.1.5)."""
        product = f"kcrush-bot/{__version__}"
        return f"{product} (+{self.contact})" if self.contact else product

    @property
    def token(self) -> str:
        """The bot token.

        Raises:
            ConfigError: none is set.
        """
        if self.discord_token is None:
            raise _problem("DISCORD_TOKEN", "config.token-missing")
        return self.discord_token.get_secret_value()

    @field_validator("discord_token")
    @classmethod
    def _check_token(cls, value: SecretStr | None) -> SecretStr | None:
        token = value.get_secret_value().strip() if value else ""
        if not all("!" <= character <= "~" for character in token):
            raise PydanticCustomError("config.token-shape", "not a token")
        return SecretStr(token) if token else None

    @field_validator("discord_api_url")
    @classmethod
    def _check_api(cls, value: str) -> str:
        return _checked_url(value, ("https", "http")).rstrip("/")

    @field_validator("discord_gateway_url")
    @classmethod
    def _check_gateway(cls, value: str | None) -> str | None:
        return _checked_url(value, ("wss", "ws")) if value else None

    @field_validator("feed_url", mode="before")
    @classmethod
    def _split_feeds(cls, value: Any) -> Any:
        return tuple(value.split()) if isinstance(value, str) else value

    @field_validator("feed_url")
    @classmethod
    def _check_feeds(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise PydanticCustomError("config.no-feed", "no feed")
        return tuple(dict.fromkeys(_checked_url(url, ("https", "http")) for url in value))

    @field_validator("poll_interval", mode="before")
    @classmethod
    def _whole_number(cls, value: Any) -> Any:
        text = str(value).strip()
        if not (text.isascii() and text.isdigit() and len(text) <= 9):
            raise PydanticCustomError(
                "config.not-a-number", "not a number", {"value": _short(text)}
            )
        return int(text)

    @field_validator("catch_up", "nonce_window", "http_port", mode="before")
    @classmethod
    def _within_bounds(cls, value: Any, info: ValidationInfo) -> Any:
        text = str(value).strip()
        least, most = BOUNDS[info.field_name or ""]
        digits = text.isascii() and text.isdigit() and len(text) <= 9
        if not digits or not least <= int(text) <= most:
            raise PydanticCustomError(
                "config.out-of-bounds",
                "out of bounds",
                {"least": least, "most": most, "value": _short(text)},
            )
        return int(text)

    @field_validator("http_host")
    @classmethod
    def _check_host(cls, value: str) -> str:
        value = value.strip().removeprefix("[").removesuffix("]")
        if not _HOST.fullmatch(value):
            raise PydanticCustomError("config.not-a-host", "not a host", {"value": _short(value)})
        return value

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, value: str) -> str:
        value = value.strip()
        if not value:
            return value
        parts = urlsplit(_checked_url(value, ("https", "http")))
        if parts.query or parts.fragment or "@" in parts.netloc:
            raise PydanticCustomError("config.not-a-base", "no base", {"value": _short(value)})
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, value: str) -> str:
        if not value:
            return value
        scheme, separator, path = value.partition(":///")
        if scheme != "sqlite+aiosqlite" or not separator or not path.isprintable() or not path:
            raise PydanticCustomError(
                "config.bad-database", "bad database", {"value": _short(value.rpartition("@")[2])}
            )
        return value

    @field_validator("log_level", "log_format", "backfill", "reading", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("contact")
    @classmethod
    def _check_contact(cls, value: str) -> str:
        value = value.strip()
        plain = all(" " <= character <= "~" for character in value)
        if not plain or set(value) & set("()\\") or len(value) > LONGEST_CONTACT:
            raise PydanticCustomError("config.bad-contact", "bad contact")
        return value

    @field_validator("home_channel_id", mode="before")
    @classmethod
    def _check_home(cls, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return None
        plain = text.isascii() and text.isdigit() and SHORTEST_ID <= len(text) <= 20
        if not plain or int(text) >= 1 << SNOWFLAKE_BITS:
            raise PydanticCustomError("config.not-an-id", "not an id", {"value": _short(text)})
        return int(text)

    @model_validator(mode="after")
    def _check_pace(self) -> "Settings":
        least = 1 if all(is_loopback(url) for url in self.feed_url) else SLOWEST_FAST_POLL
        if self.poll_interval < least:
            raise PydanticCustomError(
                "config.poll-too-fast",
                "too fast",
                {"variable": "POLL_INTERVAL", "least": least, "value": self.poll_interval},
            )
        return self

    @model_validator(mode="after")
    def _check_port(self) -> "Settings":
        if self.public_url and not self.http_port:
            raise PydanticCustomError(
                "config.public-without-port", "no port", {"variable": "HTTP_PORT"}
            )
        return self

    @model_validator(mode="after")
    def _place_database(self) -> "Settings":
        if not self.database_url:
            default = f"sqlite+aiosqlite:///{self.data_dir / 'kcrush.db'}"
            object.__setattr__(self, "database_url", default)
        return self


def load_settings(env_file: Path | None = Path(".env"), **overrides: Any) -> Settings:
    """Read the settings: `overrides`, then the environment, then `env_file`, then the defaults.

    Raises:
        ConfigError: a value is wrong (key ``config.line``: variable, problem key, example).
    """
    try:
        return Settings(_env_file=env_file, _env_file_encoding="utf-8", **overrides)
    except ValidationError as error:
        raise _first_problem(error) from None
    except (UnicodeDecodeError, OSError):
        raise ConfigError("config.env-file", file=str(env_file)) from None


def _first_problem(error: ValidationError) -> ConfigError:
    first = error.errors(include_url=False, include_input=True)[0]
    context = dict(first.get("ctx") or {})
    variable = str(context.pop("variable", first["loc"][0] if first["loc"] else "")).upper()
    key = first["type"]
    if key == "literal_error":
        expected = str(context["expected"]).replace("'", "").replace(" or ", ", ")
        return _problem(
            variable,
            "config.not-a-choice",
            choices=expected,
            value=_short(str(first.get("input", ""))),
        )
    if not key.startswith("config."):
        return _problem(variable, "config.not-usable")
    return _problem(variable, key, **context)


def _problem(variable: str, problem: str, **args: Any) -> ConfigError:
    return ConfigError(
        "config.line", variable=variable, problem=problem, example=EXAMPLES[variable], **args
    )


def _checked_url(value: str, schemes: tuple[str, ...]) -> str:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in schemes and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or not value.isprintable() or any(character.isspace() for character in value):
        raise PydanticCustomError(
            "config.not-a-url",
            "not a URL",
            {"schemes": "://, ".join(schemes) + "://", "value": _short(value)},
        )
    return value


def is_loopback(url: str) -> bool:
    """Whether `url` is of this machine itself."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _short(value: str) -> str:
    shown = "".join(character if character.isprintable() else "?" for character in value)
    return shown if len(shown) <= 60 else shown[:59] + "…"
