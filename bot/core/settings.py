"""The settings: read once, by the command line, from the environment and ``.env``.

A setting is one field of ``Settings``: its type checks the value, and its example, or else its
default, is shown beside an error. `.env.example` explains it to operators.
"""

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot import __version__
from bot.core.errors import ConfigError
from bot.core.shards import MOST_SHARDS, ShardRange, read_shard_range

MIN_POLL_INTERVAL = 30
"""Seconds between two polls of a public site."""

MIN_SNOWFLAKE = 10**16
MAX_SNOWFLAKE = 2**63 - 1
"""Discord docs, Reference, Snowflakes. Ids created since 2015 have 17 digits or more. SQLite's
integers are signed, of 64 bits; Discord's ids stay below their limit until the year 2084."""

MAX_CONTACT = 200
"""Characters. Keeps the User-Agent far below the 8 KiB that servers accept as a header line."""

NO_PROXY = "off"
"""The value of PROXY with which no proxy is used, whatever the environment says."""

ALL_SHARDS = "auto"
"""The value of SHARDS with which the processes share out all that there are."""

_KEY = re.compile(
    r"(?i)[?&][\w.-]{0,40}(?:key|token|secret|auth|pass|sig)[\w.-]{0,40}=([^&#\s]{8,500})"
)
"""A short value, such as ``?author=2``, is none, and would blot out half of the log."""

_HOST = re.compile(r"[A-Za-z0-9_.:%-]{1,253}")


def _invalid(key: str, **context: Any) -> PydanticCustomError:
    """A failed check; `key` is the message of the catalogue."""
    return PydanticCustomError(key, key, context)


def _abbreviated(value: str) -> str:
    shown = "".join(character if character.isprintable() else "?" for character in value)
    return shown if len(shown) <= 60 else shown[:59] + "…"


def _without_credentials(url: str) -> str:
    """The address with "…" for user and password, also where it is malformed."""
    scheme, separator, rest = url.partition("://") if "://" in url else ("", "", url)
    _, at, host = rest.rpartition("@")
    return f"{scheme}{separator}…@{host}" if at else url


def _password(url: str) -> str:
    try:
        return urlsplit(url if "://" in url else f"//{url}").password or ""
    except ValueError:
        return ""


def _keys(url: str) -> list[str]:
    """The values of an address's query that are secrets by their names, as they are written."""
    return _KEY.findall(url)


def _number(least: int, most: int, problem: str = "config.out-of-bounds") -> BeforeValidator:
    def check(value: Any) -> int | None:
        if value is None:
            return None
        text = str(value)
        is_short = text.isascii() and text.isdigit() and len(text) <= len(str(most))
        if not is_short or not least <= int(text) <= most:
            raise _invalid(problem, least=least, most=most, value=_abbreviated(text))
        return int(text)

    return BeforeValidator(check)


def _check_url(value: str, *schemes: str) -> str:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in schemes and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or not value.isprintable() or any(character.isspace() for character in value):
        shown = _abbreviated(_without_credentials(value))
        raise _invalid("config.not-a-url", schemes="://, ".join(schemes) + "://", value=shown)
    return value


def _url(*schemes: str) -> AfterValidator:
    """An address of one of these schemes, or ""; slashes at its end are taken away."""
    return AfterValidator(lambda value: value and _check_url(value, *schemes).rstrip("/"))


def _token(value: SecretStr) -> SecretStr:
    if not all("!" <= character <= "~" for character in value.get_secret_value()):
        raise _invalid("config.token-shape")
    return value


def _split(value: Any) -> Any:
    """Addresses that are separated by white space, or by a comma before another one or the end."""
    return tuple(re.split(r",*\s+|,+(?=https?://|$)", value)) if isinstance(value, str) else value


def _feed_urls(value: tuple[str, ...]) -> tuple[str, ...]:
    urls = tuple(dict.fromkeys(_check_url(url, "https", "http") for url in value if url))
    if not urls:
        raise _invalid("config.no-feed")
    return urls


def _host(value: str) -> str:
    value = value.removeprefix("[").removesuffix("]")
    if not _HOST.fullmatch(value):
        raise _invalid("config.not-a-host", value=_abbreviated(value))
    return value


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise _invalid("config.not-a-base", value=_abbreviated(_without_credentials(value)))
    return value


def _proxy(value: str) -> str:
    if value.lower() == NO_PROXY:
        return NO_PROXY
    return value and _check_url(value, "http", "https")


def _database_url(value: str) -> str:
    named = value.removeprefix("sqlite+aiosqlite:///").removeprefix("postgresql+asyncpg://")
    if value and (named == value or not named or not named.isprintable()):
        is_postgres = value.startswith(("postgres:", "postgresql:", "postgresql+"))
        problem = "config.postgres-driver" if is_postgres else "config.bad-database"
        raise _invalid(problem, value=_abbreviated(value.rpartition("@")[2]))
    return value


def _contact(value: str) -> str:
    plain = all(" " <= character <= "~" for character in value)
    if not plain or set(value) & set("()\\") or len(value) > MAX_CONTACT:
        raise _invalid("config.bad-contact")
    return value


def _shards(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value.lower() == ALL_SHARDS:
        return None
    try:
        chosen = read_shard_range(re.sub(r"\s", "", value))
    except ValueError:
        raise _invalid(
            "config.no-such-shards", value=_abbreviated(value), most=MOST_SHARDS
        ) from None
    if chosen is None:
        raise _invalid("config.bad-shards", value=_abbreviated(value))
    return chosen


_LOWER = BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value)


class Settings(BaseSettings):
    """Every setting, checked. Field names are the variables' names in lower case.

    ``feed_url`` is a tuple of http(s) addresses; ``poll_interval`` and ``nonce_window`` are in
    seconds. ``proxy`` is the address of an HTTP proxy for the site, ``NO_PROXY`` for none, or ""
    for the environment's (``HTTPS_PROXY``, ``HTTP_PROXY``, ``NO_PROXY``). ``shards`` are those of
    this process, ``None`` for its share of all.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    discord_token: Annotated[SecretStr, AfterValidator(_token)] | None = Field(
        None, examples=["(the token that the developer portal shows under Bot)"]
    )
    discord_api_url: Annotated[str, _url("https", "http")] = "https://discord.com/api/v10"
    discord_gateway_url: Annotated[str, _url("wss", "ws")] | None = Field(
        None, examples=["wss://gateway.discord.gg"]
    )
    feed_url: Annotated[
        tuple[str, ...], NoDecode, BeforeValidator(_split), AfterValidator(_feed_urls)
    ] = Field(
        (
            "https://www.kcrush.com/category/interviews/feed/",
            "https://www.kcrush.com/category/featured-interview/feed/",
        ),
        examples=["https://www.kcrush.com/category/interviews/feed/"],
    )
    poll_interval: Annotated[int, _number(0, 10**9, "config.not-a-number")] = 300
    proxy: Annotated[str, AfterValidator(_proxy)] = Field(
        "", examples=["http://proxy.example.org:3128"]
    )
    database_url: Annotated[str, AfterValidator(_database_url)] = Field(
        "", examples=["sqlite+aiosqlite:///data/kcrush.db"]
    )
    data_dir: Path = Path("data")
    log_level: Annotated[Literal["debug", "info", "warning", "error"], _LOWER] = "info"
    log_format: Annotated[Literal["console", "json"], _LOWER] = "console"
    contact: Annotated[str, AfterValidator(_contact)] = Field("", examples=["ops@example.org"])
    home_channel_id: (
        Annotated[int, _number(MIN_SNOWFLAKE, MAX_SNOWFLAKE, "config.not-an-id")] | None
    ) = Field(None, examples=["123456789012345678"])
    home_guild_id: (
        Annotated[int, _number(MIN_SNOWFLAKE, MAX_SNOWFLAKE, "config.not-an-id")] | None
    ) = Field(None, examples=["123456789012345678"])
    catch_up: Annotated[int, _number(1, 10)] = 3
    nonce_window: Annotated[int, _number(0, 600)] = 120
    http_host: Annotated[str, AfterValidator(_host)] = "127.0.0.1"
    http_port: Annotated[int, _number(0, 65535)] = 8080
    public_url: Annotated[str, _url("https", "http"), AfterValidator(_base_url)] = Field(
        "", examples=["https://bot.example.org"]
    )
    backups: Annotated[int, _number(0, 365)] = 7
    backfill: Annotated[Literal["on", "off"], _LOWER] = "on"
    reading: Annotated[Literal["full", "excerpt"], _LOWER] = "full"
    pictures: Annotated[Literal["link", "upload"], _LOWER] = "link"
    meaning: Annotated[Literal["on", "off"], _LOWER] = "off"
    shards: Annotated[ShardRange | None, BeforeValidator(_shards)] = Field(
        None, examples=["0-15/64"]
    )

    @property
    def user_agent(self) -> str:
        """The User-Agent for the site: ``kcrush-bot/<version> (+CONTACT)`` (RFC 9110, 10.1.5)."""
        product = f"kcrush-bot/{__version__}"
        return f"{product} (+{self.contact})" if self.contact else product

    @property
    def feeds(self) -> tuple[str, ...]:
        """The addresses of the feeds without the credentials that FEED_URL may have. What is
        stored, logged and shown are these; the credentials are for ``open_fetcher`` alone."""
        parts = map(urlsplit, self.feed_url)
        bare = (one._replace(netloc=one.netloc.rpartition("@")[2]).geturl() for one in parts)
        return tuple(dict.fromkeys(bare))

    @property
    def token(self) -> str:
        """The bot token.

        Raises:
            ConfigError: none is set.
        """
        if self.discord_token is None:
            raise _config_error("discord_token", "config.token-missing")
        return self.discord_token.get_secret_value()

    @property
    def secrets(self) -> frozenset[str]:
        """What no log line may show: the token, and the passwords and keys in addresses, as they
        are written and as they are meant."""
        token = self.discord_token.get_secret_value() if self.discord_token else ""
        proxies = getproxies_environment().values()
        addresses = (*self.feed_url, self.proxy, self.database_url, *proxies)
        found = [secret for url in addresses for secret in (_password(url), *_keys(url))]
        return frozenset({token, *found, *map(unquote, found)} - {""})

    @field_validator("*", mode="before")
    @classmethod
    def _strip(cls, value: Any) -> Any:
        return value.strip() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _check_together(self) -> "Settings":
        least = 1 if all(is_loopback(url) for url in self.feed_url) else MIN_POLL_INTERVAL
        if self.poll_interval < least:
            raise _invalid(
                "config.poll-too-fast",
                variable="poll_interval",
                least=least,
                value=self.poll_interval,
            )
        if self.public_url and not self.http_port:
            raise _invalid("config.public-without-port", variable="http_port")
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


def inspect_settings(
    env_file: Path | None = Path(".env"),
) -> tuple[Settings, dict[str, ConfigError]]:
    """The settings with the default in the place of each wrong value, and what is wrong, by
    variable; "" is that of a file that can't be read."""
    errors: dict[str, ConfigError] = {}
    defaults: dict[str, Any] = {}
    while True:
        try:
            return load_settings(env_file, **defaults), errors
        except ConfigError as error:
            variable = str(error.args_by_name.get("variable", ""))
            errors[variable] = error
            if variable:
                defaults[variable.lower()] = Settings.model_fields[variable.lower()].default
            else:
                env_file = None


def _first_error(error: ValidationError) -> ConfigError:
    first = error.errors(include_url=False, include_input=True)[0]
    context = dict(first.get("ctx") or {})
    field = str(context.pop("variable", first["loc"][0] if first["loc"] else ""))
    given, problem = str(first.get("input", "")), first["type"]
    if problem == "literal_error":
        choices = str(context["expected"]).replace("'", "").replace(" or ", ", ")
        problem, context = (
            "config.not-a-choice",
            {"choices": choices, "value": _abbreviated(given)},
        )
    elif not problem.startswith("config."):
        problem, context = "config.not-usable", {}
    return _config_error(field, problem, given, **context)


def _config_error(field: str, problem: str, given: str = "", **args: Any) -> ConfigError:
    """`given` is the wrong value: where it is the example itself, no example is shown."""
    described = Settings.model_fields[field]
    example = str((described.examples or [described.default])[0])
    key = "config.line-alone" if example == given else "config.line"
    return ConfigError(key, variable=field.upper(), problem=problem, example=example, **args)


def is_loopback(url: str) -> bool:
    """Whether the host of `url` is this machine itself, by address or as ``localhost``."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
