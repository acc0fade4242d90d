"""A bot without Discord, to be killed: watcher, store and announcer, with a file for a channel.

Arguments: database URL, feed URL (or ``BY_THE_CLOCK``: not the watcher queues, but regular posts
are), folder of the messages, when to die. Each send appends a line to
the channel's file unless one with its nonce is there, as Discord does with ``enforce_nonce``.
"""

import asyncio
import os
import random
import signal
import sys
from pathlib import Path

from bot.core.clock import SystemClock
from bot.core.errors import UserError
from bot.core.model import DeliveryState, StoredInterview
from bot.delivery.announcer import Announcer, Tuning
from bot.delivery.outcomes import Sent
from bot.delivery.regular_posts import RegularPosts
from bot.feed.fetch import open_fetcher
from bot.feed.watcher import Watcher
from bot.feed.writing import PollReport
from bot.quotes.regular_choice import RegularChoice
from bot.quotes.service import ChosenQuote
from bot.store import LeasedDelivery, Store, open_store
from tests.delivery.fakes import UnusedPort

DIES_AT_SEND = 3

BY_THE_CLOCK = "by-the-clock"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class FilePort(UnusedPort):
    def __init__(self, folder: Path, death: str) -> None:
        self._folder = folder
        self._death = death
        self._sends = 0

    async def send(self, leased: LeasedDelivery, *, plain: bool = False) -> Sent:
        self._sends += 1
        fatal = self._sends == DIES_AT_SEND
        if fatal and self._death == "before-sending":
            die()
        file = self._folder / str(leased.subscription.channel_id)
        lines = file.read_text().splitlines() if file.exists() else []
        line = f"{leased.delivery.nonce} {leased.interview.interview.title}"
        if line not in lines:
            file.write_text("\n".join([*lines, line]) + "\n")
        with (self._folder / "tries").open("a") as tries:
            tries.write(f"{leased.subscription.channel_id} {line}\n")
        if fatal and self._death == "after-sending":
            die()
        return Sent(1 + self._sends)


async def main(database: str, feed: str, folder: str, death: str) -> None:
    clock, rng = SystemClock(), random.Random(1)
    async with (
        open_store(database, clock) as store,
        open_fetcher(clock, user_agent="victim") as fetcher,
    ):
        tuning = Tuning(lease=1.0, send_limit=0.5, in_hand=1)
        announcer = Announcer(store, FilePort(Path(folder), death), clock, rng, tuning=tuning)

        def committed(report: PollReport) -> None:
            if death == "after-commit" and report.enqueued:
                die()
            announcer.wake()

        def queued() -> None:
            if death == "after-commit":
                die()
            announcer.wake()

        choice = RegularChoice(store, no_quote)
        work = RegularPosts(store, choice, clock, queued).run
        planned = len(await store.regular_posts.waking())
        if feed != BY_THE_CLOCK:
            work = Watcher(
                fetcher, store, clock, rng, feeds=[feed], interval=1, on_commit=committed
            ).run
        running = asyncio.gather(work(), announcer.run())
        while not await over(store, planned):  # noqa: ASYNC110 - only the database knows
            await asyncio.sleep(0.05)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def no_quote(stored: StoredInterview, section: int) -> ChosenQuote:
    raise UserError("error.no-quote")


async def over(store: Store, planned: int) -> bool:
    counts = await store.outbox.counts()
    waiting = counts[DeliveryState.PENDING] + counts[DeliveryState.LEASED]
    return waiting == 0 and counts[DeliveryState.SENT] > max(0, planned - 1)


asyncio.run(main(*sys.argv[1:]))
