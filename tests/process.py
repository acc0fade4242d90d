"""The bot as its operators run it: a process of its own, against a sandbox and a sample site."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from sandbox import Sandbox
from tests import logged
from tests.forked import Forked, start
from tests.postgres.server import ADDRESS
from tests.store.samples import database_url

START_LIMIT = 60.0
"""Seconds for a start on a busy machine; a failing test waits this long, a passing one does not."""


def environment(folder: Path, **variables: str) -> dict[str, str]:
    """A bare environment with `variables`, whose data is below `folder`, without an HTTP port."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    data = Path(variables.get("DATA_DIR") or folder / "data")
    fixed = {"DATA_DIR": str(data), "PYTHONUNBUFFERED": "1", "HTTP_PORT": "0"}
    if ADDRESS and "DATABASE_URL" not in variables:
        fixed |= {"DATABASE_URL": database_url(data)}
    return {**kept, **fixed, **variables}


def pointed_at(sandbox: Sandbox, feed_url: str, **variables: str) -> dict[str, str]:
    """The settings of a bot in a sandbox, polling every second."""
    return {
        "DISCORD_TOKEN": sandbox.token,
        "DISCORD_API_URL": sandbox.api_url,
        "FEED_URL": feed_url,
        "POLL_INTERVAL": "1",
        "LOG_FORMAT": "json",
        **variables,
    }


@dataclass(frozen=True, slots=True)
class Ended:
    """How a verb of the program ended."""

    code: int
    out: str
    err: str


async def run_verb(
    folder: Path,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    limit: float = START_LIMIT,
    forked: bool = True,
) -> Ended:
    """Run ``python -m bot`` with `arguments` in `folder` to its end; unless `forked` with a new
    interpreter."""
    with TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as err:
        given.write(stdin)
        given.seek(0)
        starting = start if forked else _start_interpreter
        process = await starting(
            "bot",
            *arguments,
            cwd=folder,
            env=environment(folder, **(env or {})),
            stdin=given,
            stdout=out,
            stderr=err,
        )
        try:
            async with asyncio.timeout(limit):
                code = await process.wait()
        except BaseException:
            process.kill()
            await process.wait()
            raise
        out.seek(0)
        err.seek(0)
        ended = Ended(code, out.read().decode(), err.read().decode())
        logged.note(f"{ended.out}\n{ended.err}")
        return ended


async def _start_interpreter(
    module: str, *arguments: str, **how: Any
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(sys.executable, "-m", module, *arguments, **how)


class BotProcess:
    """A running ``python -m bot VERB``; its log goes to a file, read when a test fails."""

    def __init__(self, process: Forked | asyncio.subprocess.Process, log: Path) -> None:
        self.process = process
        self.log = log

    def kill(self) -> None:
        """SIGKILL: no handler runs, nothing is flushed."""
        self.process.send_signal(signal.SIGKILL)

    async def ended(self) -> int:
        async with asyncio.timeout(START_LIMIT):
            return await self.process.wait()

    async def stop(self) -> int:
        """SIGTERM, and the exit code."""
        if self.process.returncode is None:
            self.process.terminate()
        return await self.ended()


@asynccontextmanager
async def running(
    folder: Path,
    env: Mapping[str, str],
    *arguments: str,
    forked: bool = True,
    module: str = "bot",
) -> AsyncIterator[BotProcess]:
    """``python -m bot run`` (or `arguments`) for as long as the block lasts; unless `forked` with
    a new interpreter. Another `module` may be named that stands for ``bot``."""
    log = folder / "bot.log"
    starting = start if forked else _start_interpreter
    with log.open("ab") as file:
        process = await starting(
            module,
            *(arguments or ("run",)),
            cwd=folder,
            env=environment(folder, **env),
            stdout=file,
            stderr=file,
        )
    bot = BotProcess(process, log)
    try:
        yield bot
    except BaseException:
        print(log.read_text(encoding="utf-8", errors="replace")[-6000:])  # noqa: T201
        raise
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        logged.note(log.read_text(encoding="utf-8", errors="replace"))
