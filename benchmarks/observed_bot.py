"""``python -m bot run``, which on SIGUSR1 writes what it holds to the file ``OBSERVED``, as JSON:
its tasks, threads and open files, each by name with their number, and its resident memory."""

import asyncio
import gc
import json
import os
import re
import signal
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from bot.__main__ import main

_NUMBER = re.compile(r"\d+")


def observe(*_signal: object) -> None:
    gc.collect()
    found = {
        "tasks": _counted(map(_named, asyncio.all_tasks())),
        "threads": _counted(thread.name for thread in threading.enumerate()),
        "files": _counted(_files()),
        "objects": len(gc.get_objects()),
        "resident": resident(os.getpid()),
    }
    target = Path(os.environ["OBSERVED"])
    part = target.with_suffix(".part")
    part.write_text(json.dumps(found), encoding="utf-8")
    part.replace(target)


def resident(pid: int) -> float:
    """MiB of memory that a process has, as Linux tells it."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _named(task: "asyncio.Task[object]") -> str:
    name = task.get_name()
    return getattr(task.get_coro(), "__qualname__", name) if name.startswith("Task-") else name


def _files() -> Iterator[str]:
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            yield str(link.readlink())


def _counted(names: Iterable[str]) -> dict[str, int]:
    """How many there are of each name, numbers in it apart."""
    return dict(Counter(_NUMBER.sub("N", name) for name in names))


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, observe)
    main()
