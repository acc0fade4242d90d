"""``python -m bot`` on a machine whose wall clock somebody sets: ``CLOCK_FILE`` has eight bytes, by
how many seconds it is wrong (a float). Monotonic time goes on."""

import mmap
import os
import struct
import time
from datetime import UTC, datetime
from pathlib import Path

FORMAT = struct.Struct("d")


def set_clock(file: Path, seconds: float) -> None:
    """Let the clock of a process that was started with `file` be wrong by so much from now on."""
    with file.open("r+b" if file.exists() else "w+b") as opened:
        opened.write(FORMAT.pack(seconds))


def run() -> None:
    from bot.__main__ import main
    from bot.core.clock import SystemClock

    real = time.time
    with Path(os.environ["CLOCK_FILE"]).open("rb") as file:
        wrong = mmap.mmap(file.fileno(), FORMAT.size, access=mmap.ACCESS_READ)
    time.time = lambda: real() + FORMAT.unpack(wrong[: FORMAT.size])[0]
    SystemClock.now = lambda self: datetime.fromtimestamp(time.time(), UTC)  # type: ignore[method-assign]
    main()


if __name__ == "__main__":
    run()
