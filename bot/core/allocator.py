"""glibc's allocator, told to share its heaps among threads, and to give large blocks back to the
system when they are freed."""

import contextlib
import ctypes
import sys

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
"""mallopt(3)."""

ARENAS = 2
"""Heaps for all threads, of which one at a time runs Python: each keeps what it once needed. With
as many as glibc makes, the bot grew by 21 MiB in a quarter of an hour of work, with two by 12."""

LARGE = 128 * 1024
"""Bytes: glibc's own threshold, at which it stays only if it is set (mallopt(3))."""


def tune_allocator() -> None:
    """Nothing where the C library is another one.

    glibc raises its threshold to the size of whatever large block is freed, up to 32 MiB. From then
    on blocks of that size come from its heaps, one a thread, where smaller ones that stay keep them
    from being returned: a feed of ten megabytes, and the search index, whose writer has threads of
    its own each time, made the bot grow by 5 MiB a change, up to 300.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            library = ctypes.CDLL(None)
            library.mallopt(_M_ARENA_MAX, ARENAS)
            library.mallopt(_M_MMAP_THRESHOLD, LARGE)
