"""Leads on a database, says so, and says when it was asked to end.

Argument: database URL.
"""

import asyncio
import sys

from bot.store import leadership


async def main(url: str) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    reader = loop.run_in_executor(None, sys.stdin.readline)
    reader.add_done_callback(lambda _: stop.set())

    def say(word: str) -> None:
        print(word, flush=True)  # noqa: T201

    async with leadership(url, stop=stop, on_standby=lambda: say("standby")) as leads:
        say("leads" if leads else "stopped")
        if leads:
            await stop.wait()
            say("ends")


asyncio.run(main(sys.argv[1]))
