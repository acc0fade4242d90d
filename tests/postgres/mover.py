"""Moves a database and kills itself after so many chunks; with 0 it goes to the end.

Arguments: the URL of the one, the URL of the other, the number of chunks.
"""

import asyncio
import os
import signal
import sys

from bot.core.clock import SystemClock
from bot.store import move

sys.modules["bot.store.move"].CHUNK = 25  # type: ignore[attr-defined]
chunks = 0


def progress(done: int, total: int) -> None:
    global chunks
    chunks += 1
    if chunks == instant:
        os.kill(os.getpid(), signal.SIGKILL)


instant = int(sys.argv[3])
rows = asyncio.run(move(sys.argv[1], sys.argv[2], SystemClock(), progress))
print(rows, chunks, flush=True)  # noqa: T201
