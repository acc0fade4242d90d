"""Logs: both forms, and that a secret never shows, wherever it stood."""

import io
import json
import logging

import pytest
import structlog

from bot.core.logging import configure_logging

TOKEN = "MTA.sec-ret.tok_en"


@pytest.fixture(autouse=True)
def _restore_logging():
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


def test_console_has_the_traceback() -> None:
    output = speak("console")
    assert "Traceback (most recent call last):" in output
    assert "reference=AB12CD" in output
    assert "too quiet" not in output
