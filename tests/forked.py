"""``python -m MODULE`` without its second of imports: forked from a process that has them done.

What is forked is a process as any other, with its own arguments, environment, folder and streams:
it may be killed, and its exit code is its own. The process it comes from has no threads and no
event loop, and ends with the one that started it.

The bot's own worker processes are forked there, too (``fork_worker``).
"""

import asyncio
import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Mapping
from functools import cache
from pathlib import Path
from typing import IO, Any

from bot.core.worker import WorkerProcess

ROOT = Path(__file__).parents[1]
IMPORTED = (
    "bot.cli.backfill",
    "bot.cli.check",
    "bot.cli.data",
    "bot.cli.parse",
    "bot.cli.demo",
    "bot.cli.run",
    "bot.archive.articles",
    "bot.archive.posts",
    "bot.feed.discovery",
    "alembic.command",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "bot.store.migrations",
)
LONGEST = 1 << 20
"""Bytes of a request at most: arguments and environment."""

WORKER = "bot.core.worker"

_asking = threading.Lock()
"""Held from a request to its answer."""


class Forked:
    """A process that was forked for ``python -m MODULE ...``; used as asyncio's are."""

    def __init__(self, pid: int, ended: asyncio.StreamReader, pipe: IO[bytes]) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ended = asyncio.ensure_future(self._read(ended, pipe))

    async def _read(self, ended: asyncio.StreamReader, pipe: IO[bytes]) -> int:
        self.returncode = int(await ended.read())
        pipe.close()
        return self.returncode

    async def wait(self) -> int:
        """The exit code, negative for the signal that ended it."""
        return await asyncio.shield(self._ended)

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


async def start(
    module: str,
    *arguments: str,
    cwd: Path,
    env: Mapping[str, str],
    stdin: IO[bytes] | None = None,
    stdout: IO[bytes],
    stderr: IO[bytes],
) -> Forked:
    """``python -m MODULE ARGUMENTS``; without `stdin` there is none to read."""
    request = {"module": module, "arguments": arguments, "cwd": str(cwd), "env": dict(env)}
    reading, writing = os.pipe()
    nothing = os.open(os.devnull, os.O_RDONLY)
    try:
        read = nothing if stdin is None else stdin.fileno()
        files = [read, stdout.fileno(), stderr.fileno(), writing]
        pid = _ask(json.dumps(request).encode(), files)
    finally:
        os.close(nothing)
        os.close(writing)
    pipe = os.fdopen(reading, "rb", buffering=0)
    ended = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(ended), pipe
    )
    return Forked(pid, ended, pipe)


class Piped:
    """A program that was forked with its standard input and output at hand."""

    def __init__(self, process: Forked, stdin: IO[bytes], stdout: asyncio.StreamReader) -> None:
        self.process = process
        self.stdin = stdin
        self.stdout = stdout

    async def line(self) -> bytes:
        """What it prints next; empty when it ended."""
        return await asyncio.wait_for(self.stdout.readline(), 60)

    async def rest(self) -> bytes:
        """What it prints until it ends; it gets no more to read."""
        self.stdin.close()
        rest = await asyncio.wait_for(self.stdout.read(), 60)
        await self.process.wait()
        return rest


@contextlib.asynccontextmanager
async def piped(module: str, *arguments: str) -> AsyncIterator[Piped]:
    """``python -m MODULE ARGUMENTS`` for as long as the block lasts."""
    reading, writing = os.pipe()
    theirs, ours = os.pipe()
    with (
        os.fdopen(writing, "wb") as stdout,
        os.fdopen(theirs, "rb") as stdin,
        os.fdopen(ours, "wb", buffering=0) as input_,
        os.fdopen(reading, "rb", buffering=0) as output,
    ):
        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), output
        )
        process = await start(
            module, *arguments, cwd=ROOT, env=os.environ, stdin=stdin, stdout=stdout, stderr=stdout
        )
        stdout.close()
        stdin.close()
        try:
            yield Piped(process, input_, reader)
        finally:
            process.kill()
            await process.wait()
            transport.close()


def _ask(request: bytes, files: list[int], asking: socket.socket | None = None) -> int:
    with _asking:
        asking = asking or _origin()
        socket.send_fds(asking, [request], files)
        return int(asking.recv(32))


class ForkedWorker:
    """A worker process that was forked; used as ``subprocess.Popen`` is by ``WorkerProcess``."""

    def __init__(self, pid: int, stdin: int, stdout: int, ended: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdin = os.fdopen(stdin, "wb")
        self.stdout = os.fdopen(stdout, "rb")
        self._ended = os.fdopen(ended, "rb", buffering=0)

    def poll(self) -> int | None:
        if self.returncode is None and select.select([self._ended], [], [], 0)[0]:
            self.wait()
        return self.returncode

    def wait(self) -> int:
        if self.returncode is None:
            # Nothing is told any more when this process ends: its pipe then ends the worker.
            self.returncode = int(self._ended.read() or -signal.SIGKILL)
            self._ended.close()
        return self.returncode

    def kill(self) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


def fork_worker(process: WorkerProcess) -> ForkedWorker:
    """In place of ``WorkerProcess._start``: forked from where this process was forked itself, or
    where it forks from. Its memory limit leaves it less, for it holds all that the bot imports."""
    arguments = [str(process._memory), str(process._seconds)]
    request = {"module": WORKER, "arguments": arguments, "cwd": str(ROOT), "env": {}}
    reading, stdin = os.pipe()
    stdout, writing = os.pipe()
    ended, ending = os.pipe()
    nothing = os.open(os.devnull, os.O_WRONLY)
    files = [reading, writing, nothing, ending]
    try:
        if _further is None:
            pid = _ask(json.dumps(request).encode(), files)
        else:
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asking:
                asking.connect(_further)
                pid = _ask(json.dumps(request).encode(), files, asking)
    finally:
        for number in files:
            os.close(number)
    return ForkedWorker(pid, stdin, stdout, ended)


_further: bytes | None = None
"""In a process that was forked: the address at which what it was forked from takes requests."""


@cache
def _origin() -> socket.socket:
    """The process to fork from, started when first needed."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    # Unbuffered, as its children are.
    command = [sys.executable, "-u", "-m", "tests.forked", str(theirs.fileno())]
    process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()])
    theirs.close()

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def serve(asked: socket.socket) -> dict[str, Any] | None:
    """Fork for each request. Returns twice: the request in its new process, None at the end."""
    global _further
    waiting: dict[int, int] = {}
    for module in IMPORTED:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
    woken, wake = socket.socketpair()
    for end in (woken, wake):
        end.settimeout(0)
    signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    children = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    children.bind(b"")  # An address of Linux's own choice, which is no file.
    children.listen()
    _further = children.getsockname()
    asking = [asked]
    while True:
        ready, _, _ = select.select([*asking, children, woken], [], [])
        if woken in ready:
            woken.recv(4096)
            _report(waiting)
        if children in ready:
            asking.append(children.accept()[0])
        for one in [one for one in asking if one in ready]:
            try:
                data, files, _, _ = socket.recv_fds(one, LONGEST, 4)
            except ConnectionResetError:
                data, files = b"", []
            if not data and one is asked:
                return None
            if not data:
                asking.remove(one)
                one.close()
                continue
            pid = os.fork()
            if pid == 0:
                _be_child([*asking, children, woken, wake], [*waiting.values()], files)
                request: dict[str, Any] = json.loads(data)
                return request
            for number in files[:3]:
                os.close(number)
            waiting[pid] = files[3]
            # Who asked may have been killed meanwhile.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                one.send(str(pid).encode())


def _be_child(sockets: list[socket.socket], pipes: list[int], files: list[int]) -> None:
    """Leave to the process that forked what is its own, and take the standard streams."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for one in sockets:
        one.close()
    for number in (*pipes, files[3]):
        os.close(number)
    for standard, number in enumerate(files[:3]):
        os.dup2(number, standard)
        os.close(number)


def _report(waiting: dict[int, int]) -> None:
    """Tell of every child that ended how it did."""
    for pid in list(waiting):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            pipe = waiting.pop(pid)
            # Nobody may be listening any more.
            with contextlib.suppress(BrokenPipeError):
                os.write(pipe, str(os.waitstatus_to_exitcode(status)).encode())
            os.close(pipe)


def main() -> None:
    request = serve(socket.socket(fileno=int(sys.argv[1])))
    if request is None:
        return
    module = str(request["module"])
    if module == WORKER:
        os.setsid()
    WorkerProcess._start = fork_worker  # type: ignore[method-assign, assignment]
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    sys.argv = ["", *request["arguments"]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
