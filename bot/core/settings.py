"""The settings: read once, by the composition root, from the environment and ``.env``.

A setting is one field of ``Settings``: its type checks the value, its first example is shown
beside an error. `.env.example` explains it to operators.
"""

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot import __version__
from bot.core.errors import ConfigError

MIN_POLL_INTERVAL = 30
"""Seconds between two polls of a public site."""

SNOWFLAKE_BITS = 64
MIN_SNOWFLAKE_DIGITS = 17
"""Discord docs, Reference, Snowflakes. Ids created since 2015 have 17 digits or more."""

MAX_CONTACT = 200
"""Characters. Keeps the User-Agent far below the 8 KiB that servers accept as a header line."""

_HOST = re.compile(r"[A-Za-z0-9_.:%-]{1,253}")
_MAX_DIGITS = 9


def _invalid(key: str, **context: Any) -> PydanticCustomError:
    """A failed check; `key` is the message of the catalogue."""
    return PydanticCustomError(key, key, context)


def _abbreviated(value: str) -> str:
    shown = "".join(character if character.isprintable() else "?" for character in value)
    return shown if len(shown) <= 60 else shown[:59] + "…"


def _is_number(text: str, max_digits: int = _MAX_DIGITS) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= max_digits


def _whole_number(value: Any) -> int:
    text = str(value).strip()
    if not _is_number(text):
        raise _invalid("config.not-a-number", value=_abbreviated(text))
    return int(text)


def _between(least: int, most: int) -> BeforeValidator:
    def check(value: Any) -> int:
        text = str(value).strip()
        if not _is_number(text) or not least <= int(text) <= most:
            raise _invalid("config.out-of-bounds", least=least, most=most, value=_abbreviated(text))
        return int(text)

    return BeforeValidator(check)


def _check_url(value: str, *schemes: str) -> str:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in schemes and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or not value.isprintable() or any(character.isspace() for character in value):
        shown = "://, ".join(schemes) + "://"
        raise _invalid("config.not-a-url", schemes=shown, value=_abbreviated(value))
    return value


def _api_url(value: str) -> str:
    return _check_url(value, "https", "http").rstrip("/")


def _gateway_url(value: str | None) -> str | None:
    return _check_url(value, "wss", "ws") if value else None


def _token(value: SecretStr | None) -> SecretStr | None:
    token = value.get_secret_value().strip() if value else ""
    if not all("!" <= character <= "~" for character in token):
        raise _invalid("config.token-shape")
    return SecretStr(token) if token else None


def _split(value: Any) -> Any:
    return tuple(value.split()) if isinstance(value, str) else value


def _feed_urls(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise _invalid("config.no-feed")
    return tuple(dict.fromkeys(_check_url(url, "https", "http") for url in value))


def _host(value: str) -> str:
    value = value.strip().removeprefix("[").removesuffix("]")
    if not _HOST.fullmatch(value):
        raise _invalid("config.not-a-host", value=_abbreviated(value))
    return value


def _public_url(value: str) -> str:
    value = value.strip()
    if not value:
        return value
    parts = urlsplit(_check_url(value, "https", "http"))
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise _invalid("config.not-a-base", value=_abbreviated(value))
    return value.rstrip("/")


def _database_url(value: str) -> str:
    scheme, separator, path = value.partition(":///")
    if value and (
        scheme != "sqlite+aiosqlite" or not separator or not path.isprintable() or not path
    ):
        raise _invalid("config.bad-database", value=_abbreviated(value.rpartition("@")[2]))
    return value


def _contact(value: str) -> str:
    value = value.strip()
    plain = all(" " <= character <= "~" for character in value)
    if not plain or set(value) & set("()\\") or len(value) > MAX_CONTACT:
        raise _invalid("config.bad-contact")
    return value


def _snowflake(value: Any) -> int | None:
    text = str(value or "").strip()
    if not text:
        return None
    plausible = _is_number(text, 20) and len(text) >= MIN_SNOWFLAKE_DIGITS
    if not plausible or int(text) >= 1 << SNOWFLAKE_BITS:
        raise _invalid("config.not-an-id", value=_abbreviated(text))
    return int(text)


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


class Settings(BaseSettings):
    """Every setting, checked. Field names are the variables' names in lower case.

    ``feed_url`` is a tuple of http(s) addresses; ``poll_interval`` and ``nonce_window`` are in
    seconds.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    discord_token: Annotated[SecretStr | None, AfterValidator(_token)] = Field(
        None, examples=["(the token that the developer portal shows under Bot)"]
    )
    discord_api_url: Annotated[str, AfterValidator(_api_url)] = Field(
        "https://discord.com/api/v10", examples=["https://discord.com/api/v10"]
    )
    discord_gateway_url: Annotated[str | None, AfterValidator(_gateway_url)] = Field(
        None, examples=["wss://gateway.discord.gg"]
    )
    feed_url: Annotated[
        tuple[str, ...], NoDecode, BeforeValidator(_split), AfterValidator(_feed_urls)
    ] = Field(
        ("https://www.kcrush.com/category/interviews/feed/",),
        examples=["https://www.kcrush.com/category/interviews/feed/"],
    )
    poll_interval: Annotated[int, BeforeValidator(_whole_number)] = Field(300, examples=["300"])
    database_url: Annotated[str, AfterValidator(_database_url)] = Field(
        "", examples=["sqlite+aiosqlite:///data/kcrush.db"]
    )
    data_dir: Path = Field(Path("data"), examples=["data"])
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = (
        Field("info", examples=["info"])
    )
    log_format: Annotated[Literal["console", "json"], BeforeValidator(_lower)] = Field(
        "console", examples=["console"]
    )
    contact: Annotated[str, AfterValidator(_contact)] = Field("", examples=["ops@example.org"])
    home_channel_id: Annotated[int | None, BeforeValidator(_snowflake)] = Field(
        None, examples=["123456789012345678"]
    )
    catch_up: Annotated[int, _between(1, 10)] = Field(3, examples=["3"])
    nonce_window: Annotated[int, _between(0, 600)] = Field(120, examples=["120"])
    http_host: Annotated[str, AfterValidator(_host)] = Field("127.0.0.1", examples=["127.0.0.1"])
    http_port: Annotated[int, _between(0, 65535)] = Field(8080, examples=["8080"])
    public_url: Annotated[str, AfterValidator(_public_url)] = Field(
        "", examples=["https://bot.example.org"]
    )
    backfill: Annotated[Literal["on", "off"], BeforeValidator(_lower)] = Field(
        "on", examples=["on"]
    )
    reading: Annotated[Literal["full", "excerpt"], BeforeValidator(_lower)] = Field(
        "full", examples=["full"]
    )

    @property
    def user_agent(self) -> str:
        """The User-Agent for the site: ``kcrush-bot/<version> (+CONTACT)`` (RFC 9110, 10.1.5)."""
        product = f"kcrush-bot/{__version__}"
        return f"{product} (+{self.contact})" if self.contact else product

    @property
    def token(self) -> str:
        """The bot token.

        Raises:
            ConfigError: none is set.
        """
        if self.discord_token is None:
            raise _config_error("DISCORD_TOKEN", "config.token-missing")
        return self.discord_token.get_secret_value()

    @model_validator(mode="after")
    def _check_together(self) -> "Settings":
        least = 1 if all(is_loopback(url) for url in self.feed_url) else MIN_POLL_INTERVAL
        if self.poll_interval < least:
            raise _invalid(
                "config.poll-too-fast",
                variable="POLL_INTERVAL",
                least=least,
                value=self.poll_interval,
            )
        if self.public_url and not self.http_port:
            raise _invalid("config.public-without-port", variable="HTTP_PORT")
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
        raise _first_error(error) from None
    except (UnicodeDecodeError, OSError):
        raise ConfigError("config.env-file", file=str(env_file)) from None


def _first_error(error: ValidationError) -> ConfigError:
    first = error.errors(include_url=False, include_input=True)[0]
    context = dict(first.get("ctx") or {})
    variable = str(context.pop("variable", first["loc"][0] if first["loc"] else "")).upper()
    key = first["type"]
    if key == "literal_error":
        choices = str(context["expected"]).replace("'", "").replace(" or ", ", ")
        value = _abbreviated(str(first.get("input", "")))
        return _config_error(variable, "config.not-a-choice", choices=choices, value=value)
    if not key.startswith("config."):
        return _config_error(variable, "config.not-usable")
    return _config_error(variable, key, **context)


def _config_error(variable: str, problem: str, **args: Any) -> ConfigError:
    examples = Settings.model_fields[variable.lower()].examples or [""]
    return ConfigError(
        "config.line", variable=variable, problem=problem, example=examples[0], **args
    )


def is_loopback(url: str) -> bool:
    """Whether the host of `url` is this machine itself, by address or as ``localhost``."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
