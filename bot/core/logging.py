"""Logs: structlog for ours and the libraries' alike, to stderr, with secrets blotted out."""

import logging
import sys
from collections.abc import Collection
from typing import TextIO

import structlog
from structlog.typing import Processor

BLOT = "[secret]"


class _Redacting(structlog.stdlib.ProcessorFormatter):
    """Blots secrets out of the finished line: messages, values and tracebacks alike."""

    secrets: Collection[str] = ()

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for secret in self.secrets:
            line = line.replace(secret, BLOT)
        return line


def configure_logging(
    level: str, form: str, *, secrets: Collection[str] = (), stream: TextIO | None = None
) -> None:
    """Send every log line to `stream` (stderr by default).

    `level` is debug, info, warning or error; `form` is console or json (one object a line).
    `secrets` never appear in a line, wherever they stood.
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
        finish.append(
            structlog.dev.ConsoleRenderer(
                colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        )
    formatter = _Redacting(foreign_pre_chain=shared, processors=finish)
    formatter.secrets = tuple(secret for secret in secrets if secret)
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
