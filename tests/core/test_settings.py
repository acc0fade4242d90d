"""Settings: what a wrong value says, word for word, and that .env.example tells the truth."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import ConfigError
from bot.core.i18n import load_messages
from bot.core.settings import Settings, inspect_settings, load_settings
from bot.core.shards import ShardRange

TEXT = load_messages().text()


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_defaults_are_the_documented_ones() -> None:
    settings = load_settings(None)
    assert settings.discord_token is None
    assert settings.discord_api_url == "https://discord.com/api/v10"
    assert settings.discord_gateway_url is None
    assert settings.feed_url == (
        "https://www.kcrush.com/category/interviews/feed/",
        "https://www.kcrush.com/category/featured-interview/feed/",
    )
    assert settings.proxy == ""
    assert settings.poll_interval == 300
    assert settings.database_url == "sqlite+aiosqlite:///data/kcrush.db"
    assert settings.data_dir == Path("data")
    assert (settings.log_level, settings.log_format) == ("info", "console")
    assert settings.home_channel_id is None
    assert settings.backfill == "on"
    assert settings.reading == "full"
    assert (settings.catch_up, settings.nonce_window) == (3, 120)
    assert (settings.http_host, settings.http_port) == ("127.0.0.1", 8080)
    assert settings.public_url == ""
    assert re.fullmatch(r"kcrush-bot/\d+\.\d+\.\d+", settings.user_agent)


def test_env_example_lists_every_setting_with_its_default(tmp_path: Path) -> None:
    example = Path(__file__).parents[2] / ".env.example"
    lines = example.read_text(encoding="utf-8").splitlines()
    listed = [line.split("=")[0] for line in lines if line and not line.startswith("#")]
    assert listed == [name.upper() for name in Settings.model_fields]
    assert all(field.examples or field.default for field in Settings.model_fields.values())
    for number, line in enumerate(lines):
        if line and not line.startswith("#"):
            assert lines[number - 1].startswith("# "), f"{line} is not explained"
    assert load_settings(example) == load_settings(None)


def test_env_file_is_read_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = tmp_path / ".env"
    env.write_text("POLL_INTERVAL=60\nCONTACT=ops@example.org\n", encoding="utf-8")
    monkeypatch.setenv("POLL_INTERVAL", "90")
    settings = load_settings(env)
    assert settings.poll_interval == 90
    assert settings.user_agent.endswith(" (+ops@example.org)")


def test_empty_values_mean_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(name.upper(), "")
    assert load_settings(None).poll_interval == 300


def test_passwords_and_keys_of_addresses_are_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    feeds = (
        "https://me:hu%40sh@a.example/feed/?cat=2 "
        "https://b.example/?feed=rss2&access_token=abc%2Fdef-123&author=2"
    )
    database = "postgresql+asyncpg://bot:ele%21phant@db.example/kcrush"
    settings = load_settings(None, discord_token="a.b.c", feed_url=feeds, database_url=database)
    assert settings.secrets >= {"a.b.c", "hu%40sh", "hu@sh", "abc%2Fdef-123", "abc/def-123"}
    assert settings.secrets >= {"ele%21phant", "ele!phant"}
    assert not settings.secrets & {"2", "rss2"}


def test_several_feeds_and_a_fast_poll_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEED_URL", " http://127.0.0.1:8/feed/  http://localhost:8/b ")
    monkeypatch.setenv("POLL_INTERVAL", "1")
    settings = load_settings(None)
    assert settings.feed_url == ("http://127.0.0.1:8/feed/", "http://localhost:8/b")
    assert settings.poll_interval == 1


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("auto", None),
        ("AUTO", None),
        ("0-15/64", ShardRange(0, 15, 64)),
        (" 16 - 31 / 64 ", ShardRange(16, 31, 64)),
        ("0/1", ShardRange(0, 0, 1)),
    ],
)
def test_shards_are_shared_out_or_chosen(
    monkeypatch: pytest.MonkeyPatch, typed: str, meant: ShardRange | None
) -> None:
    monkeypatch.setenv("SHARDS", typed)
    assert load_settings(None).shards == meant


def test_the_database_follows_the_data_dir(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", "elsewhere")
    assert load_settings(None).database_url == "sqlite+aiosqlite:///elsewhere/kcrush.db"


@pytest.mark.parametrize(
    ("variable", "value", "line"),
    [
        (
            "POLL_INTERVAL",
            "5",
            "POLL_INTERVAL: must be at least 30 seconds, not 5. Example: POLL_INTERVAL=300",
        ),
        (
            "POLL_INTERVAL",
            "often",
            'POLL_INTERVAL: must be a whole number of seconds, not "often". '
            "Example: POLL_INTERVAL=300",
        ),
        (
            "CATCH_UP",
            "0",
            'CATCH_UP: must be a whole number from 1 to 10, not "0". Example: CATCH_UP=3',
        ),
        (
            "HTTP_PORT",
            "70000",
            'HTTP_PORT: must be a whole number from 0 to 65535, not "70000". '
            "Example: HTTP_PORT=8080",
        ),
        (
            "HTTP_HOST",
            "http://here",
            'HTTP_HOST: must be an address or a name of this machine, not "http://here". '
            "Example: HTTP_HOST=127.0.0.1",
        ),
        (
            "PUBLIC_URL",
            "bot.example.org",
            'PUBLIC_URL: must be a full https://, http:// address, not "bot.example.org". '
            "Example: PUBLIC_URL=https://bot.example.org",
        ),
        (
            "PUBLIC_URL",
            "https://bot.example.org/?a=b",
            "PUBLIC_URL: must be an address to which a path can be added, without ?, # or a "
            'password, not "https://bot.example.org/?a=b". '
            "Example: PUBLIC_URL=https://bot.example.org",
        ),
        (
            "NONCE_WINDOW",
            "some",
            'NONCE_WINDOW: must be a whole number from 0 to 600, not "some". '
            "Example: NONCE_WINDOW=120",
        ),
        (
            "FEED_URL",
            "ftp://a.example/feed",
            'FEED_URL: must be a full https://, http:// address, not "ftp://a.example/feed". '
            "Example: FEED_URL=https://www.kcrush.com/category/interviews/feed/",
        ),
        (
            "FEED_URL",
            " ",
            "FEED_URL: must name at least one feed. "
            "Example: FEED_URL=https://www.kcrush.com/category/interviews/feed/",
        ),
        (
            "DISCORD_API_URL",
            "discord.com",
            'DISCORD_API_URL: must be a full https://, http:// address, not "discord.com". '
            "Example: DISCORD_API_URL=https://discord.com/api/v10",
        ),
        (
            "DISCORD_GATEWAY_URL",
            "https://gateway.example",
            "DISCORD_GATEWAY_URL: must be a full wss://, ws:// address, "
            'not "https://gateway.example". Example: DISCORD_GATEWAY_URL=wss://gateway.discord.gg',
        ),
        (
            "DATABASE_URL",
            "mysql://user:hush@db/kcrush",
            'DATABASE_URL: must be a database address for SQLite or PostgreSQL, not "db/kcrush". '
            "Example: DATABASE_URL=sqlite+aiosqlite:///data/kcrush.db",
        ),
        (
            "DATABASE_URL",
            "postgres://user:hush@db/kcrush",
            "DATABASE_URL: must begin with postgresql+asyncpg:// to name a database of PostgreSQL. "
            "Example: DATABASE_URL=sqlite+aiosqlite:///data/kcrush.db",
        ),
        (
            "LOG_LEVEL",
            "loud",
            "LOG_LEVEL: must be one of debug, info, warning, error, "
            'not "loud". Example: LOG_LEVEL=info',
        ),
        (
            "LOG_FORMAT",
            "xml",
            'LOG_FORMAT: must be one of console, json, not "xml". Example: LOG_FORMAT=console',
        ),
        (
            "BACKFILL",
            "yes",
            'BACKFILL: must be one of on, off, not "yes". Example: BACKFILL=on',
        ),
        (
            "HOME_CHANNEL_ID",
            "#news",
            (
                'HOME_CHANNEL_ID: must be the number of a channel, not "#news". In Discord, '
                "switch on Developer Mode (Settings, Advanced), then right-click the channel and "
                "choose Copy Channel ID. Example: HOME_CHANNEL_ID=123456789012345678"
            ),
        ),
        (
            "CONTACT",
            "a (b)",
            "CONTACT: must be one line of at most 200 plain ASCII characters, without parentheses "
            "or backslashes. Example: CONTACT=ops@example.org",
        ),
        (
            "SHARDS",
            "0-15",
            "SHARDS: must be auto, or the first and the last shard and how many there are in all, "
            'not "0-15". Example: SHARDS=0-15/64',
        ),
        (
            "SHARDS",
            "0-16/16",
            'SHARDS: names shards that there are not: "0-16/16". They are numbered from 0, the '
            "lower one stands first, and there are at most 65535 in all. Example: SHARDS=0-15/64",
        ),
        (
            "DISCORD_TOKEN",
            "Bot abc.def.ghi",
            "DISCORD_TOKEN: isn't a Discord bot token: it has spaces or characters that no token "
            "has (leave out the word Bot). Example: DISCORD_TOKEN=(the token that the developer "
            "portal shows under Bot)",
        ),
    ],
)
def test_a_wrong_value_is_one_line(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, line: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError) as caught:
        load_settings(None)
    assert caught.value.sentence(TEXT) == line


def test_a_missing_token_is_one_line() -> None:
    with pytest.raises(ConfigError) as caught:
        _ = load_settings(None).token
    assert caught.value.sentence(TEXT) == (
        "DISCORD_TOKEN: is missing; the bot needs its token from the Discord developer portal. "
        "Example: DISCORD_TOKEN=(the token that the developer portal shows under Bot)"
    )


def test_an_env_file_that_is_no_text_is_one_line(tmp_path: Path) -> None:
    env = tmp_path / "binary.env"
    env.write_bytes(b"\xff\xfe\x00D")
    with pytest.raises(ConfigError) as caught:
        load_settings(env)
    line = caught.value.sentence(TEXT)
    assert line == f"{env} can't be read as UTF-8 text. Fix it or remove it."


def test_the_token_shows_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "hush.hush.hush")
    settings = load_settings(None)
    assert settings.token == "hush.hush.hush"
    assert "hush" not in repr(settings)
    assert "hush" not in str(settings.model_dump())


def refusal(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> str:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError) as caught:
        load_settings(None)
    return caught.value.sentence(TEXT)


@pytest.mark.parametrize("variable", [name.upper() for name in Settings.model_fields])
def test_no_example_repeats_the_wrong_value(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """What was copied from an example is taken, or the example is not shown again."""
    field = Settings.model_fields[variable.lower()]
    value = str((field.examples or [field.default])[0])
    monkeypatch.setenv(variable, value)
    _, wrong = inspect_settings(None)
    assert not any("Example: " in error.sentence(TEXT) for error in wrong.values())


@pytest.mark.parametrize(
    "typed",
    [
        "https://a.example/feed/,https://b.example/feed/",
        "https://a.example/feed/, https://b.example/feed/",
        " https://a.example/feed/ ,https://b.example/feed/, ",
        "https://a.example/feed/ https://b.example/feed/,",
        "https://a.example/feed/,,https://b.example/feed/,https://a.example/feed/",
    ],
)
def test_feeds_are_separated_as_people_separate_them(
    monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setenv("FEED_URL", typed)
    assert load_settings(None).feed_url == ("https://a.example/feed/", "https://b.example/feed/")


def test_a_comma_within_an_address_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEED_URL", "https://a.example/feed/?cat=1,2,")
    assert load_settings(None).feed_url == ("https://a.example/feed/?cat=1,2",)


@pytest.mark.parametrize("value", [",", " , ,"])
def test_commas_alone_name_no_feed(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    assert refusal(monkeypatch, "FEED_URL", value).startswith("FEED_URL: must name at least one")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("FEED_URL", "ftp://me:hush@a.example/feed"),
        ("FEED_URL", "https://me:hu/sh@a.example:x/"),
        ("FEED_URL", "me:hush@a.example/feed"),
        ("FEED_URL", "https://good.example/ https://me:hush@"),
        ("PROXY", "socks5://me:hush@proxy.example:1080"),
        ("PUBLIC_URL", "https://me:hush@bot.example.org"),
        ("PUBLIC_URL", "bot://me:hush@bot.example.org"),
        ("DISCORD_API_URL", "ftp://me:hush@discord.com"),
        ("DISCORD_GATEWAY_URL", "http://me:hush@gateway.example"),
        ("DATABASE_URL", "mysql://me:hush@db/kcrush"),
    ],
)
def test_no_refusal_repeats_a_password(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    sentence = refusal(monkeypatch, variable, value)
    assert sentence.startswith(f"{variable}: ")
    assert "hu" not in sentence.removeprefix(variable).replace("http", "")


def test_credentials_are_secret_and_apart_from_the_feeds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FEED_URL", "https://me:p%40ss@a.example:8443/feed/?x=1 https://b.example/")
    monkeypatch.setenv("PROXY", "http://you:hush@proxy.example:3128")
    monkeypatch.setenv("DISCORD_TOKEN", "to.ke.n")
    monkeypatch.setenv("https_proxy", "they:hidden@proxy.example:3128")
    settings = load_settings(None)
    assert settings.feeds == ("https://a.example:8443/feed/?x=1", "https://b.example/")
    assert settings.secrets == {"p%40ss", "p@ss", "hush", "hidden", "to.ke.n"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("off", "off"),
        ("OFF", "off"),
        ("http://proxy:3128", "http://proxy:3128"),
        ("https://u:p@proxy", "https://u:p@proxy"),
    ],
)
def test_a_proxy_is_an_address_or_off(
    monkeypatch: pytest.MonkeyPatch, typed: str, meant: str
) -> None:
    monkeypatch.setenv("PROXY", typed)
    assert load_settings(None).proxy == meant


@pytest.mark.parametrize("name", ["what?", "a#b", "per%20cent", "with space", "한글 100%"])
def test_any_data_dir_is_the_databases_folder(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("DATA_DIR", name)
    assert load_settings(None).database_url == f"sqlite+aiosqlite:///{name}/kcrush.db"


def test_all_wrong_settings_are_listed_and_the_others_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / ".env"
    broken.write_bytes(b"\xff\xfe\x00D")
    for name, value in {
        "POLL_INTERVAL": "x",
        "BACKFILL": "maybe",
        "PUBLIC_URL": "https://bot.example.org",
        "HTTP_PORT": "0",
        "CATCH_UP": "5",
    }.items():
        monkeypatch.setenv(name, value)
    settings, wrong = inspect_settings(broken)
    assert set(wrong) == {"", "POLL_INTERVAL", "BACKFILL", "HTTP_PORT"}
    assert wrong[""].sentence(TEXT).startswith(f"{broken} can't be read")
    assert (settings.catch_up, settings.poll_interval, settings.http_port) == (5, 300, 8080)


VARIABLES = sorted({name.upper() for name in Settings.model_fields} - {"DATA_DIR"})


@given(
    variable=st.sampled_from(VARIABLES),
    value=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
)
def test_any_value_is_taken_or_told_in_one_line(variable: str, value: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(variable, value)
        try:
            load_settings(None)
        except ConfigError as error:
            line = error.sentence(TEXT)
            assert line.startswith(f"{variable}: ")
            assert "\n" not in line
            assert "Example: " in line


@pytest.mark.parametrize(
    "value",
    ["12345", "-123456789012345678", "٣" * 18, "9" * 20, "1" * 400, str(2**63), str(2**64 - 1)],
)
def test_a_home_channel_is_a_channels_number(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME_CHANNEL_ID", value)
    with pytest.raises(ConfigError) as refused:
        load_settings(None)
    assert refused.value.args_by_name["variable"] == "HOME_CHANNEL_ID"
    monkeypatch.setenv("HOME_CHANNEL_ID", " 123456789012345678 ")
    assert load_settings(None).home_channel_id == 123456789012345678


def test_a_public_address_without_a_port_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://bot.example.org/kcrush/")
    assert load_settings(None).public_url == "https://bot.example.org/kcrush"
    monkeypatch.setenv("HTTP_PORT", "0")
    with pytest.raises(ConfigError) as caught:
        load_settings(None)
    assert caught.value.sentence(TEXT) == (
        "HTTP_PORT: must not be 0 where PUBLIC_URL is set, for a hub could not reach the bot. "
        "Give a port, or empty PUBLIC_URL. Example: HTTP_PORT=8080"
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "::1", "[::1]", "localhost", "bot-1.internal"])
def test_hosts_to_listen_on(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_HOST", host)
    assert load_settings(None).http_host == host.strip("[]")
