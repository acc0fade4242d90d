"""Chaos with three processes on PostgreSQL, which share the sending.

``python -m tests.postgres.chaos --kills 100 --restarts 10 --freezes 3 [--nonce-window 0]`` kills
any of them at random instants while they announce, freezes one now and then (SIGSTOP) for longer
than a lease, and restarts PostgreSQL, too. It prints what every channel got, and ends with 1 unless
each has every interview exactly once.
"""

import argparse
import asyncio
import random
import signal
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from bot.core.model import DeliveryState
from sandbox import Sandbox
from sandbox.site import SampleSite
from tests.chaos import Chaos, Outcome, Plan
from tests.postgres.server import Server, execute, folder_for_server, running
from tests.process import BotProcess

PROCESSES = 3

FROZEN_FOR = 190.0
"""Seconds: longer than the lease of a delivery (``Tuning.lease``), and than the session of a
process that says nothing."""


class PostgresChaos(Chaos):
    """One run with its database on `server`, which is restarted `restarts` times."""

    def __init__(
        self,
        plan: Plan,
        folder: Path,
        server: Server,
        restarts: int,
        freezes: int,
        frozen_for: float = FROZEN_FOR,
    ) -> None:
        super().__init__(plan, folder)
        self._server = server
        self.ended = 0
        """Processes that ended by themselves: without a server to begin with, or without lead."""

        self._restarts = _spread(restarts, plan.kills)
        self._freezes = _spread(freezes, plan.kills)
        self._frozen_for = frozen_for
        self._frozen: dict[int, asyncio.Task[None]] = {}

    @property
    def _database(self) -> str:
        return self._server.url()

    async def _endure(
        self, stack: AsyncExitStack, env: dict[str, str], sandbox: Sandbox, site: SampleSite
    ) -> BotProcess:
        folders = [self.folder / str(number) for number in range(PROCESSES)]
        for folder in folders:
            folder.mkdir()
        bots = [await stack.enter_async_context(self._running(env, one)) for one in folders]
        for kill in range(self.plan.kills):
            self._publish(site)
            await self._await_instant(sandbox)
            if kill in self._restarts:
                how = self.rng.choice(("immediate", "fast"))
                await asyncio.to_thread(self._server.stop, how)
                await asyncio.sleep(self.rng.uniform(0.0, 3.0))
                await asyncio.to_thread(self._server.start)
            awake = [number for number in range(PROCESSES) if number not in self._frozen]
            victim = self.rng.choice(awake)
            if kill in self._freezes and len(awake) > 1:
                self._frozen[victim] = asyncio.create_task(self._freeze(bots[victim], victim))
                awake.remove(victim)
                victim = self.rng.choice(awake)
            with suppress(ProcessLookupError):
                bots[victim].kill()
            await bots[victim].ended()
            self.outcome.kills += 1
            # As a service manager does with whatever has ended.
            for number, bot in enumerate(bots):
                if bot.process.returncode is None:
                    continue
                if await bot.ended() != -signal.SIGKILL:
                    self.ended += 1
                running_again = self._running(env, folders[number])
                bots[number] = await stack.enter_async_context(running_again)
        await asyncio.gather(*self._frozen.values())
        return next(bot for bot in bots if bot.process.returncode is None)

    async def _freeze(self, bot: BotProcess, number: int) -> None:
        bot.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(self._frozen_for)
        bot.process.send_signal(signal.SIGCONT)
        del self._frozen[number]
        self.outcome.freezes += 1

    async def _left(self) -> dict[str, int]:
        sql = (
            "SELECT state || ', ' || coalesce(reason, ''), count(*) FROM deliveries"  # noqa: S608
            f" WHERE state != '{DeliveryState.SENT}' GROUP BY 1"
        )
        rows = await asyncio.to_thread(execute, sql, address=self._server.address)
        return {row.rpartition("|")[0]: int(row.rpartition("|")[2]) for row in rows.splitlines()}


def _spread(number: int, over: int) -> set[int]:
    """So many of the first numbers, evenly spread."""
    return {(2 * one + 1) * over // (2 * number) for one in range(number)}


async def run(
    plan: Plan, folder: Path, *, restarts: int, freezes: int, frozen_for: float = FROZEN_FOR
) -> Outcome:
    """Play `plan` with its logs and its server below `folder`."""
    data = folder / "bots"
    data.mkdir()
    with running(folder / "server") as server:
        chaos = PostgresChaos(plan, data, server, restarts, freezes, frozen_for)
        outcome = await chaos.run()
        sys.stdout.write(f"ended by themselves   {chaos.ended}\n")
        return outcome


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.postgres.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--restarts", type=int, default=10)
    parser.add_argument("--freezes", type=int, default=3)
    parser.add_argument("--channels", type=int, default=50)
    parser.add_argument("--nonce-window", type=float, default=300.0, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    given = parser.parse_args(arguments)
    plan = Plan(
        given.kills,
        given.channels,
        nonce_window=given.nonce_window,
        seed=given.seed,
        settle_within=720.0,
    )
    sys.stdout.write(f"nonce window          {plan.nonce_window:g} s\n")
    sys.stdout.write(f"seed                  {plan.seed}\n")
    sys.stdout.write(f"restarts of server    {given.restarts}\n")
    sys.stdout.flush()
    with folder_for_server() as folder:
        played = run(plan, folder, restarts=given.restarts, freezes=given.freezes)
        outcome = asyncio.run(played)
    sys.stdout.write(outcome.told() + "\n")
    return 0 if outcome.exactly_once else 1


if __name__ == "__main__":
    sys.exit(main())
