"""Logs: both forms, and that a secret never shows, wherever it stood."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.core.errors import ConfigError, FetchError, ParseError, StoreError, UserError
from bot.core.logging import configure_logging

TOKEN = "MTA.sec-ret.tok_en"


@pytest.fixture(autouse=True)
def _restore_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


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
        "The site could not be reached (Connection refused). If it opens in a browser, check this "
        "machine's network; otherwise it comes back by itself.",
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
