"""Chaos with two processes on PostgreSQL: one leads, the other stands by.

``python -m tests.postgres.chaos --kills 100 --restarts 10 [--nonce-window 0]`` kills either of them
at random instants while they announce, and restarts PostgreSQL, too. It prints what every channel
got, and ends with 1 unless each has every interview exactly once.
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

PROCESSES = 2


class PostgresChaos(Chaos):
    """One run with its database on `server`, which is restarted `restarts` times."""

    def __init__(self, plan: Plan, folder: Path, server: Server, restarts: int) -> None:
        super().__init__(plan, folder)
        self._server = server
        self.ended = 0
        """Processes that ended by themselves: without a server to begin with, or without lead."""

        each = max(1, plan.kills // restarts) if restarts else 0
        self._restarts = {kill for kill in range(plan.kills) if each and kill % each == each - 1}

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
            victim = self.rng.randrange(PROCESSES)
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
        return bots[0]

    async def _left(self) -> dict[str, int]:
        sql = (
            "SELECT state || ', ' || coalesce(reason, ''), count(*) FROM deliveries"  # noqa: S608
            f" WHERE state != '{DeliveryState.SENT}' GROUP BY 1"
        )
        rows = await asyncio.to_thread(execute, sql, address=self._server.address)
        return {row.rpartition("|")[0]: int(row.rpartition("|")[2]) for row in rows.splitlines()}


async def run(plan: Plan, folder: Path, *, restarts: int) -> Outcome:
    """Play `plan` with its logs and its server below `folder`."""
    data = folder / "bots"
    data.mkdir()
    with running(folder / "server") as server:
        chaos = PostgresChaos(plan, data, server, restarts)
        outcome = await chaos.run()
        sys.stdout.write(f"ended by themselves   {chaos.ended}\n")
        return outcome


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.postgres.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--restarts", type=int, default=10)
    parser.add_argument("--channels", type=int, default=50)
    parser.add_argument("--nonce-window", type=float, default=300.0, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    given = parser.parse_args(arguments)
    plan = Plan(given.kills, given.channels, nonce_window=given.nonce_window, seed=given.seed)
    sys.stdout.write(f"nonce window          {plan.nonce_window:g} s\n")
    sys.stdout.write(f"seed                  {plan.seed}\n")
    sys.stdout.write(f"restarts of server    {given.restarts}\n")
    sys.stdout.flush()
    with folder_for_server() as folder:
        outcome = asyncio.run(run(plan, folder, restarts=given.restarts))
    sys.stdout.write(outcome.told() + "\n")
    return 0 if outcome.exactly_once else 1


if __name__ == "__main__":
    sys.exit(main())
