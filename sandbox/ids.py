"""Snowflakes and tokens.

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
    """Generates ids: milliseconds since 2015 shifted left by 22 bits.

    Ids rise strictly, also when the clock stands still or goes back. `clock` returns seconds
    since the epoch.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> int:
        now = max(0, int(self._clock() * 1000) - EPOCH_MS) << 22
        self._last = max(now, self._last + 1)
        return self._last


def new_token(rng: random.Random, owner_id: int) -> str:
    """A token in Discord's shape.

    It begins with its owner's id in base64, from which client libraries read the id.
    """
    letters = "".join(rng.choices(_ALPHABET, k=60))
    owner = base64.urlsafe_b64encode(str(owner_id).encode()).decode().rstrip("=")
    return f"{owner}.{letters[:6]}.{letters[6:]}"
