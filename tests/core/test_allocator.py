"""The memory of large blocks goes back to the system, whatever small ones stand between them."""

import platform
import subprocess
import sys

import pytest

PROGRAM = """
from pathlib import Path
from bot.core.allocator import tune_allocator

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

{call}
first = bytearray(16 * 2**20)
del first
before = resident()
large, small = [], []
for _ in range(64):
    large.append(b"x" * 2**20)
    small.append(bytearray(60_000))
large.clear()
print(resident() - before)
"""


def left_over(call: str) -> int:
    """Bytes that 64 blocks of a mebibyte leave behind."""
    command = [sys.executable, "-c", PROGRAM.format(call=call)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another library's allocator")
def test_large_blocks_are_returned() -> None:
    assert left_over("pass") > 32 * 2**20
    assert left_over("tune_allocator()") < 8 * 2**20
