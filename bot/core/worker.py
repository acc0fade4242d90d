"""Bytes from outside are read in a process of their own, with a deadline and a memory limit.

    page: Interview = await worker.run("bot.feed.parse:parse_article", body, url=url)

A parser of hostile bytes may take hours or all memory, and while it is inside a C function not even
a thread beside it runs. The process is started when there is something to read, killed at the
deadline, and ends when it had nothing to do for a while. It inherits no open file, and nothing of
the environment that is secret; what it answers is unpickled from a list of harmless classes.

What it runs is named, not imported: the parsers and their libraries are in its memory alone.
"""

import asyncio
import atexit
import contextlib
import dataclasses
import importlib
import io
import os
import pickle
import struct
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from pathlib import Path
from typing import IO, Any

from bot.core.errors import ParseError, UserError

if sys.platform != "win32":
    import resource

SECONDS = 30.0
"""The deadline of one call, the start of the process included."""

MEMORY = 200 * 2**20
"""Bytes that the process may hold in all."""

IDLE = 20.0
"""Seconds without a call after which the process ends."""

LARGEST_ANSWER = 64 * 2**20
"""Bytes. The largest feed that is fetched has ten mebibytes."""

_INHERITED = ("PATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "SYSTEMROOT", "TZ")
_OUT_OF_MEMORY = 70
"""The exit code of a process that reached the memory limit."""

_LENGTH = struct.Struct("<Q")


class WorkerProcess:
    """Runs functions, one after another, in a process of their own.

    Arguments have to be picklable. `what` names the work in thread and log. Usable from any event
    loop.
    """

    def __init__(
        self, what: str, *, seconds: float = SECONDS, memory: int = MEMORY, idle: float = IDLE
    ) -> None:
        self._seconds = seconds
        self._memory = memory
        self._idle = idle
        self._lock = threading.Lock()
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=f"worker {what}")
        self._process: subprocess.Popen[bytes] | None = None
        self._running: object = None
        self._retirement: threading.Timer | None = None
        atexit.register(self.close)

    @property
    def pid(self) -> int | None:
        """The id of the process, if it is there."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    async def run(self, function: str, *args: Any, **kwargs: Any) -> Any:
        """What `function`, named as "module:function", returns. Cancelling it kills the process.

        What it returns is of classes of modules that the bot may import for it.

        Raises:
            UserError: `function` refused its arguments.
            ParseError: it took longer than the deadline or more memory than the limit
                (``error.parse.too-much``).
            WorkerError: it failed otherwise.
        """
        request = pickle.dumps((function, args, kwargs))
        token = object()
        loop = asyncio.get_running_loop()
        try:
            answer = await loop.run_in_executor(self._executor, self._call, token, request)
        except asyncio.CancelledError:
            process = self._process
            if self._running is token and process is not None:
                process.kill()
            raise
        kind, value = answer
        if kind == "refused":
            raise _rebuilt(*value)
        if kind == "failed":
            raise WorkerError(value)
        if kind == "killed":
            raise ParseError(
                "error.parse.too-much", url=str(kwargs.get("url") or ""), seconds=int(self._seconds)
            )
        return value

    def close(self) -> None:
        """End the process. The next call starts another."""
        with self._lock:
            process, self._process = self._process, None
            if process is not None:
                process.kill()
                _reap(process)

    def _call(self, token: object, request: bytes) -> tuple[str, Any]:
        """Runs in the executor's thread, which does nothing else."""
        with self._lock:
            if self._retirement is not None:
                self._retirement.cancel()
            self._running = token
            process = self._process = self._process or self._start()
            deadline = threading.Timer(self._seconds, process.kill)
            deadline.start()
            try:
                answer = _exchange(process, request)
            finally:
                deadline.cancel()
                self._running = None
            if answer is None:
                self._process = None
                process.kill()
                _reap(process)
                if process.returncode < 0 or process.returncode == _OUT_OF_MEMORY:
                    return "killed", None
                return "failed", f"the process ended with {process.returncode}"
            self._retirement = threading.Timer(self._idle, self.close)
            self._retirement.daemon = True
            self._retirement.start()
            return answer

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "bot.core.worker", str(self._memory), str(self._seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={
                **{name: os.environ[name] for name in _INHERITED if name in os.environ},
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            },
            start_new_session=True,
        )


class WorkerError(Exception):
    """A function failed in the worker process in an unforeseen way: its traceback."""


def _rebuilt(kind: str, key: str, details: dict[str, object]) -> UserError:
    """The ``UserError`` that a function raised."""
    return ParseError(key, **details) if kind == ParseError.__name__ else UserError(key, **details)


def _exchange(process: subprocess.Popen[bytes], request: bytes) -> tuple[str, Any] | None:
    """The answer to a request; ``None`` if the process ended without one."""
    if process.stdin is None or process.stdout is None:
        raise AssertionError("the process has pipes")
    try:
        _write(process.stdin, request)
        answer = _read(process.stdout, LARGEST_ANSWER)
        found = None if answer is None else _Harmless(io.BytesIO(answer)).load()
    except Exception:  # noqa: BLE001 - anything else than an answer ends the process
        # Broken pipes, and whatever a process that was taken over may answer.
        return None
    return found if isinstance(found, tuple) and len(found) == 2 else None


def _reap(process: subprocess.Popen[bytes]) -> None:
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def _write(pipe: IO[bytes], data: bytes) -> None:
    pipe.write(_LENGTH.pack(len(data)))
    pipe.write(data)
    pipe.flush()


def _read(pipe: IO[bytes], limit: int | None = None) -> bytes | None:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if limit is not None and length > limit:
        raise ValueError("the answer is too large")
    data = pipe.read(length)
    return data if len(data) == length else None


class _Harmless(pickle.Unpickler):
    """Unpickles our own dataclasses and enumerations, and dates; nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "datetime" and name in ("datetime", "date", "timedelta", "timezone"):
            return super().find_class(module, name)
        if module.startswith("bot."):
            found = getattr(importlib.import_module(module), name, None)
            if isinstance(found, type) and (
                dataclasses.is_dataclass(found) or issubclass(found, Enum)
            ):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is not expected of a worker")


# ---------------------------------------------------------------- in the process itself


def main(memory: int, seconds: float) -> None:
    """Answer requests on standard input until it ends."""
    answers = os.fdopen(os.dup(1), "wb")
    # Whatever prints must not disturb the answers.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    while (request := _read(sys.stdin.buffer)) is not None:
        try:
            name, args, kwargs = pickle.loads(request)  # noqa: S301 - of the bot itself
            function = named(name)
            _limit(memory, seconds)
            answer: tuple[str, Any] = ("done", function(*args, **kwargs))
        except UserError as error:
            answer = ("refused", (type(error).__name__, error.key, error.args_by_name))
        except MemoryError:
            os._exit(_OUT_OF_MEMORY)
        except Exception:  # noqa: BLE001 - raised again by ``run``
            answer = ("failed", traceback.format_exc()[-4000:])
        _write(answers, pickle.dumps(answer))


def named(function: str) -> Callable[..., Any]:
    """The function of a name such as "bot.feed.parse:parse_feed"."""
    module, _, name = function.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


def _limit(memory: int, seconds: float) -> None:
    """What this call may take from here: data as `memory` leaves it, and processor time, so that
    the process ends also if the bot that started it was killed. Not on Windows.

    A file that is only read, such as a typeface, is mapped anew for each of its sizes: that is
    address space, and no data (setrlimit(2)).
    """
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError, ValueError):
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()
        resident, data = (int(pages[field]) * resource.getpagesize() for field in (1, 5))
        room = max(0, memory - resident)
        resource.setrlimit(resource.RLIMIT_DATA, (data + room, resource.RLIM_INFINITY))
    with contextlib.suppress(OSError, ValueError):
        usage = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(usage.ru_utime + usage.ru_stime + seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
