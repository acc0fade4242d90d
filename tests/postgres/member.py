"""One of the processes that share a database: says its number, and when it leads.

Argument: database URL. A line on its standard input ends it.
"""

import asyncio
import sys

from bot.core.clock import SystemClock
from bot.store import join, open_store


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201


async def main(url: str) -> None:
    loop = asyncio.get_running_loop()
    async with open_store(url, SystemClock()), join(url) as membership:
        say(f"joined {membership.id}")
        asked_to_end = loop.run_in_executor(None, sys.stdin.readline)
        leading = asyncio.create_task(membership.leading.wait())
        await asyncio.wait([asked_to_end, leading], return_when=asyncio.FIRST_COMPLETED)
        if leading.done():
            say("leads")
        leading.cancel()
        await asked_to_end


asyncio.run(main(sys.argv[1]))
