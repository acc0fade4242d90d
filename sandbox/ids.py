"""Snowflakes and secrets.

https://docs.discord.com/developers/reference#snowflakes
"""

from __future__ import annotations

import base64
import random
from collections.abc import Callable

# Milliseconds of 2015-01-01.
EPOCH_MS = 1_420_070_400_000
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class Snowflakes:
    """Ids: milliseconds since 2015 shifted by 22 bits, strictly rising even when the clock
    stands still or goes back. `clock` is in seconds since the epoch."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> int:
        now = max(0, int(self._clock() * 1000) - EPOCH_MS) << 22
        self._last = max(now, self._last + 1)
        return self._last


def secret(rng: random.Random, owner_id: int) -> str:
    """A secret in the shape of Discord's tokens: it begins with its owner's id in base64, where
    client libraries read it."""
    letters = "".join(rng.choices(_ALPHABET, k=60))
    owner = base64.urlsafe_b64encode(str(owner_id).encode()).decode().rstrip("=")
    return f"{owner}.{letters[:6]}.{letters[6:]}"
