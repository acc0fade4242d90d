"""Splitting a long series into short ones."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batched(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """The values in their order, in lists of `size`; the last list may be shorter.

    Python 3.12 has this as ``itertools.batched``; the project supports 3.11 too.
    """
    iterator = iter(values)
    while batch := list(islice(iterator, size)):
        yield batch
