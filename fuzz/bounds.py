"""What one input may take. An input that takes more is a finding, as one that raises is."""

import resource
import sys
import time
from collections.abc import Callable

SECONDS = 5.0
"""Of the processor. Inputs have at most ``LONGEST`` bytes, which take milliseconds; the code is
instrumented, which makes it a few times slower."""

MEBIBYTES = 200.0
"""By which the process may outgrow its greatest size so far."""

LONGEST = 50_000
"""Bytes of one input. Larger ones, with bounds of their own, are in the test suite."""


class TooSlowError(Exception):
    """An input took more than ``SECONDS``."""


class TooBigError(Exception):
    """An input took more than ``MEBIBYTES``."""


def bounded(check: Callable[[bytes], None], data: bytes) -> None:
    """Tries `data`.

    Raises:
        TooSlowError, TooBigError: it takes too much.
        Exception: whatever `check` raises.
    """
    before, started = peak(), time.process_time()
    check(data)
    took = time.process_time() - started
    grown = peak() - before
    if took > SECONDS:
        raise TooSlowError(f"{took:.1f} s for {len(data)} bytes; at most {SECONDS:g}")
    if grown > MEBIBYTES:
        raise TooBigError(f"{grown:.0f} MiB for {len(data)} bytes; at most {MEBIBYTES:g}")


def peak() -> float:
    """The process's greatest size so far in MiB (getrusage(2): KiB, but bytes on macOS)."""
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
