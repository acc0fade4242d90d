"""Logs: both forms, and that a secret never shows, wherever it stood."""

import base64
import io
import json
import logging
from collections.abc import Iterator
from urllib.parse import quote

import pytest
import structlog

from bot.core.errors import ConfigError, FetchError, ParseError, StoreError, UserError
from bot.core.logging import configure_logging
from sandbox import Sandbox
from tests import logged

TOKEN = "MTA.sec-ret.tok_en"


@pytest.fixture(autouse=True)
def _restore_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


pytestmark = pytest.mark.logs_secrets


def speak(form: str) -> str:
    stream = io.StringIO()
    configure_logging("info", form, secrets=[TOKEN, ""], stream=stream)
    log = structlog.get_logger("bot.test")
    log.info("feed.polled", url=f"http://x/{TOKEN}", entries=10)
    logging.getLogger("some.library").warning("with %s in it", TOKEN)
    log.debug("too quiet to be heard")
    try:
        raise ValueError(f"bad token {TOKEN}")
    except ValueError:
        log.exception("failed", reference="AB12CD")
    return stream.getvalue()


@pytest.mark.parametrize("form", ["console", "json"])
def test_secrets_never_show(form: str) -> None:
    output = speak(form)
    assert TOKEN not in output
    assert output.count("[secret]") == 3


def test_json_is_one_object_a_line_with_libraries_and_tracebacks() -> None:
    lines = [json.loads(line) for line in speak("json").splitlines()]
    assert [line["event"] for line in lines] == [
        "feed.polled",
        "with [secret] in it",
        "failed",
    ]
    assert lines[0]["entries"] == 10
    assert lines[0]["level"] == "info"
    assert lines[0]["logger"] == "bot.test"
    assert lines[0]["timestamp"].endswith("Z")
    assert lines[1]["logger"] == "some.library"
    assert lines[2]["exception"][0]["exc_type"] == "ValueError"
    assert "locals" not in lines[2]["exception"][0]["frames"][0]


def test_an_error_for_people_is_its_sentence() -> None:
    stream = io.StringIO()
    configure_logging("info", "json", stream=stream)
    log = structlog.get_logger("bot.test")
    unknown = UserError("no.such-key", what="x")
    wrong = ConfigError(
        "config.line", variable="CATCH_UP", problem="config.not-a-number", value="x", example="3"
    )
    for error in (FetchError("fetch.unreachable", problem="Connection refused"), wrong, unknown):
        log.warning("feed.failed", cause=str(error))
    log.warning("feed.failed", cause=StoreError("store.busy"))
    try:
        raise ParseError("error.parse.html", url="http://x/")
    except ParseError:
        log.exception("crashed")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["cause"] for line in lines[:4]] == [
        "The site can't be reached (Connection refused). If it opens in a browser, check this "
        "machine's network. Otherwise wait: the bot keeps trying.",
        'CATCH_UP: must be a whole number of seconds, not "x". Example: CATCH_UP=3',
        "no.such-key(what='x')",
        "The database has too much to do at the moment. Try again in a minute.",
    ]
    assert lines[4]["exception"][0]["exc_value"].startswith("http://x/ is a web page, not a feed.")


def test_console_has_the_traceback() -> None:
    output = speak("console")
    assert "Traceback (most recent call last):" in output
    assert "reference=AB12CD" in output
    assert "too quiet" not in output


# ---------------------------------------------------------------- secrets, however they are quoted

AWKWARD = ('pass"word\\', "Größe 7", "it's", "p@ss/w:rd")
WEBHOOK = "https://discord.com/api/v10/webhooks/123456789012345678/"
HOOK_TOKEN = "aBcDeFgHiJkLmNoPqRsTuVwXyZ-0123456789_aBcDeFgHiJkLmNoPqRsTuVwXyZ0123"


def written(form: str, **values: object) -> str:
    stream = io.StringIO()
    configure_logging("info", form, secrets=AWKWARD, stream=stream)
    structlog.get_logger("bot.test").info("event", **values)
    return stream.getvalue()


@pytest.mark.parametrize("form", ["console", "json"])
@pytest.mark.parametrize("secret", AWKWARD)
def test_a_secret_is_blotted_out_however_it_is_quoted(form: str, secret: str) -> None:
    """A password with a quotation mark stands otherwise in JSON than in the settings."""
    values: list[object] = [secret, f"x {secret} y", {"k": secret}, [secret], quote(secret, "")]
    for value in [*values, ValueError(secret)]:
        line = written(form, value=value)
        assert line.count("[secret]") == 1, line


@pytest.mark.parametrize("form", ["console", "json"])
@pytest.mark.parametrize(
    "looks",
    [
        "MTIzNDU2Nzg5MDEyMzQ1Njc4.GaBcDe.aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789-_",
        WEBHOOK + HOOK_TOKEN,
        f"{WEBHOOK}{HOOK_TOKEN}/messages/@original?wait=true",
        f"https://discord.com/api/v10/interactions/123456789012345678/{HOOK_TOKEN}/callback",
        base64.b64encode(b"interaction:123456789012345678:" + b"x" * 40).decode(),
        "https://fan:hush-hush@kc.example/feed/",
    ],
)
def test_what_looks_like_a_secret_is_blotted_out_whoevers_it_is(form: str, looks: str) -> None:
    """aiohttp's errors name the whole address of a request, and a webhook's is its password."""
    line = written(form, cause=f"503, message='x', url=URL('{looks}')")
    assert "[secret]" in line
    assert HOOK_TOKEN not in line
    assert "hush-hush" not in line
    assert looks not in line


def test_an_addresss_password_leaves_the_rest_of_it() -> None:
    line = written("json", url="https://fan:p@ss/w:rd@kc.example/feed/")
    assert "https://[secret]@kc.example/feed/" in line


async def test_the_sandboxs_tokens_look_like_discords() -> None:
    """So that the suite notices when they are logged."""
    async with Sandbox(page=False) as sandbox:
        assert written("json", token=sandbox.token).count("[secret]") == 1


@pytest.mark.parametrize("form", ["console", "json"])
def test_an_event_is_a_line_whatever_it_says(form: str) -> None:
    forged = "x\n2026-01-01T00:00:00Z [info     ] feed.seeded\r\x1b[2J"
    stream = io.StringIO()
    configure_logging("info", form, stream=stream)
    structlog.get_logger("bot.test").info(forged, cause=forged)
    logging.getLogger("some.library").warning("%s", forged)
    lines = stream.getvalue().split("\n")
    assert len(lines) == 3
    assert all(line.isprintable() for line in lines)


def test_the_suite_notices_a_secret_whichever_way_it_is_logged() -> None:
    token = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GaBcDe.aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789-_"
    log = structlog.get_logger("bot.test")
    log.info("plain", value=[token])
    with structlog.testing.capture_logs():
        log.info("captured", value=token)
    logging.getLogger("some.library").warning("library %s", token)
    try:
        raise ValueError(token)
    except ValueError:
        log.exception("crashed")
    logged.note(f"printed {token}")
    found = logged.secrets()
    assert [line.count("[secret]") for line in found] == [1] * 5
