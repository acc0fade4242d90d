"""Logs: structlog for ours and the libraries' alike, to stderr, with secrets blotted out."""

import json
import logging
import re
import sys
from collections.abc import Collection
from typing import TextIO
from urllib.parse import quote

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

BLOT = "[secret]"

_LOOKS_SECRET = re.compile(
    # A bot's token: id, time and signature, in base64 (Discord docs, Reference, Authentication).
    r"\b[\w-]{23,30}\.[\w-]{6}\.[\w-]{27,90}"
    # Webhooks and interactions: whoever has such an address writes in the bot's name.
    r"|(?<=/webhooks/)\d{15,20}/[\w.-]{20,300}"
    r"|(?<=/interactions/)\d{15,20}/[\w.-]{20,300}"
    # An interaction's token by itself: "interaction:" in base64.
    r"|\baW50ZXJhY3Rpb246[\w+/=-]{20,300}"
    # User and password of an address, but for those that stand there as "…" already.
    r"|(?<=://)(?!…@)[^\s/@'\"<>]{1,200}(?=@)"
)
"""What is a secret by its looks, whoever's it is."""


class Redaction:
    """Blots out `secrets`, and whatever looks like one, however it is quoted in a line."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        written = {
            form
            for secret in secrets
            if secret
            for form in (
                secret,
                json.dumps(secret)[1:-1],
                json.dumps(secret, ensure_ascii=False)[1:-1],
                repr(secret)[1:-1],
                quote(secret, safe=""),
            )
        }
        longest_first = sorted(written, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def __call__(self, line: str) -> str:
        return _LOOKS_SECRET.sub(BLOT, self._known.sub(BLOT, line))


class _Redacting(structlog.stdlib.ProcessorFormatter):
    """Blots secrets out of the finished line: messages, values and tracebacks alike."""

    redact = Redaction()

    def format(self, record: logging.LogRecord) -> str:
        return self.redact(super().format(record))


def _on_one_line(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A message cannot look like another line, nor command the terminal; values are quoted."""
    text = str(event.get("event", ""))
    if not text.isprintable():
        event["event"] = "".join(
            one if one.isprintable() else one.encode("unicode_escape").decode() for one in text
        )
    return event


def configure_logging(
    level: str, form: str, *, secrets: Collection[str] = (), stream: TextIO | None = None
) -> None:
    """Send every log line to `stream` (stderr by default).

    `level` is debug, info, warning or error; `form` is console or json (one object a line).
    `secrets`, and what looks like a token, never appear in a line, wherever they stood. An event is
    one line; in the console's form its traceback follows it.
    """
    stream = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    finish: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if form == "json":
        finish += [
            # Locals are left out: a secret cut short in a repr would slip past the blotting.
            structlog.processors.ExceptionRenderer(
                structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
            ),
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ]
    else:
        finish += [
            _on_one_line,
            structlog.dev.ConsoleRenderer(
                colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ]
    formatter = _Redacting(foreign_pre_chain=shared, processors=finish)
    formatter.redact = Redaction(secrets)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for chatty in ("discord.gateway", "discord.client", "aiosqlite", "alembic"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
