"""All that a test logs, by structlog or the standard library, as it is before secrets are blotted
out."""

import logging
from collections.abc import MutableMapping
from traceback import format_exception_only
from typing import Any

import structlog
from structlog.testing import LogCapture

from bot.core.logging import BLOT, Redaction

_logged: list[str] = []
_redact = Redaction()
_capture = LogCapture.__call__


def begin() -> None:
    """Forget what was logged, and note what is from now on."""
    _logged.clear()
    processors = structlog.get_config()["processors"]
    if _note not in processors:
        processors.insert(0, _note)
    LogCapture.__call__ = _note_captured  # type: ignore[method-assign, assignment]
    root = logging.getLogger()
    if _HANDLER not in root.handlers:
        root.addHandler(_HANDLER)


def note(printed: str) -> None:
    """Note what a process of the bot's has printed, where some may be blotted out already."""
    _logged.append(printed.replace(BLOT, ""))


def secrets() -> list[str]:
    """What was logged and looks like a secret, blotted out."""
    blotted = _redact("\n".join(_logged))
    return [line for line in blotted.splitlines() if BLOT in line]


def _note(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    error = event.get("exc_info")
    if error is True:
        error = structlog.processors._figure_out_exc_info(error)
    _logged.append(f"{event}")
    if isinstance(error, tuple) and error[1] is not None:
        _logged.extend(format_exception_only(error[1]))
    return event


def _note_captured(self: LogCapture, logger: Any, name: str, event: Any) -> Any:
    return _capture(self, logger, name, _note(logger, name, event))


class _Handler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        _logged.append(record.getMessage())
        if record.exc_info and record.exc_info[1] is not None:
            _logged.extend(format_exception_only(record.exc_info[1]))


_HANDLER = _Handler()
