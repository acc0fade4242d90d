"""A network that is cut between the bot and PostgreSQL while people use the bot.

``python -m tests.postgres.cut --seconds 60`` starts the real bot in a process of its own, cuts its
network in both ways, and prints what each person saw meanwhile as a table of Markdown.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.cli.demo import Stage, furnish
from sandbox import InteractionFailed, Sandbox
from sandbox.entities import Channel, Message, User
from sandbox.faults import Rule
from sandbox.outcome import Choice, Response
from sandbox.site import SampleSite
from tests.cogs.stage import labels
from tests.postgres.network import Cable
from tests.postgres.server import execute, folder_for_server
from tests.postgres.server import running as running_server
from tests.process import pointed_at, running
from tests.test_process import SEND, seeded, subscribe, text_of
from tests.ui.limits import walk
from tests.ui.samples import BACK, NEXT, SAVE

READERS = 8
"""People who turn pages at the same time: twice as many as the bot has connections to read with."""

PAUSE = 0.3
"""Seconds between what one person does and does next."""

LIMIT = 60.0
"""Seconds for what comes in the end, on a busy machine."""

CANNOT_REACH = "I can't reach my database right now."
NO_ANSWER = "no answer"
"""What stands for Discord's own sentence."""


class How(StrEnum):
    """How the network is cut."""

    REFUSED = "refused"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody saw: `what` they did, the beginning of what they read, and after how many
    seconds there was a first and the last answer."""

    what: str
    said: str
    first: float
    last: float

    @property
    def usual(self) -> bool:
        return not self.said.startswith((CANNOT_REACH, NO_ANSWER))


@dataclass(slots=True)
class Outcome:
    """What people saw while the network was cut, and what was in the channel in the end: how often
    each interview was announced."""

    seen: list[Seen] = field(default_factory=list)
    announced: dict[str, int] = field(default_factory=dict)
    afterwards: list[Seen] = field(default_factory=list)
    announced_after: float = 0.0
    """Seconds from the mended network to the interview that was published meanwhile."""
    log: str = ""

    def table(self) -> str:
        lines = [
            "| what they did | as usual | that the database can't be reached | no answer |"
            " first answer, at the longest | last one |",
            "|---|---|---|---|---|---|",
        ]
        for what in dict.fromkeys(one.what for one in self.seen):
            of_it = [one for one in self.seen if one.what == what]
            usual = sum(one.usual for one in of_it)
            silent = sum(one.said == NO_ANSWER for one in of_it)
            first, last = max(one.first for one in of_it), max(one.last for one in of_it)
            lines.append(
                f"| {what} | {usual} | {len(of_it) - usual - silent} | {silent} |"
                f" {first:.1f} s | {last:.1f} s |"
            )
        return "\n".join(lines)


class People:
    """The people of a guild, and what they do with the bot."""

    def __init__(self, sandbox: Sandbox, stage: Stage) -> None:
        self._sandbox = sandbox
        self._stage = stage
        self.seen: list[Seen] = []
        self._readers: list[tuple[User, Message]] = []
        for number in range(READERS):
            reader = sandbox.world.add_user(f"reader {number}")
            sandbox.world.add_member(stage.guild, reader)

    async def begin(self) -> None:
        """Everybody who reads opens an interview at its first question."""
        world, stage = self._sandbox.world, self._stage
        async with asyncio.timeout(LIMIT):
            while not (choices := await self._complete(stage.fan)):  # noqa: ASYNC110 - asked for
                await asyncio.sleep(0.1)
        choice = choices[0]
        for user in list(world.users.values()):
            if not user.name.startswith("reader "):
                continue
            cover = await self._command(user, "interviews read", interview=str(choice.value))
            assert cover.message is not None
            page = await self._sandbox.press(user, cover.message, label="Start reading")
            message = page.message or page.updated
            assert message is not None
            self._readers.append((user, message))

    async def use_the_bot(self, stop: asyncio.Event) -> None:
        """What they do, again and again until `stop`, each as soon as they have an answer."""
        fan, admin = self._stage.fan, self._stage.admin
        doing: list[tuple[str, Callable[[], Awaitable[Any]]]] = [
            ("complete a title", lambda: self._complete(fan)),
            ("search", lambda: self._command(fan, "interviews search", query="music")),
            ("the newest interviews", lambda: self._command(fan, "interviews latest")),
            (
                "follow an artist",
                lambda: self._command(fan, "interviews follow", artist="Somebody New"),
            ),
            ("an admin lists announcements", lambda: self._command(admin, "announcements list")),
            (
                "an admin pauses another channel's",
                lambda: self._command(
                    admin, "announcements pause", channel=str(self._stage.lounge.id)
                ),
            ),
        ]
        for user, message in self._readers[1:]:
            doing.append(("turn a page", self._pressing(user, message, NEXT, BACK)))
        doing.append(("save a question", self._pressing(*self._readers[0], SAVE)))
        async with asyncio.TaskGroup() as tasks:
            for what, act in doing:
                tasks.create_task(self._repeat(what, act, stop))

    async def _repeat(
        self, what: str, act: Callable[[], Awaitable[Any]], stop: asyncio.Event
    ) -> None:
        while not stop.is_set():
            self.seen.append(await self._see(what, act))
            await asyncio.sleep(PAUSE)

    async def _see(self, what: str, act: Callable[[], Awaitable[Any]]) -> Seen:
        began = time.monotonic()
        try:
            answer = await act()
        except InteractionFailed:
            took = time.monotonic() - began
            return Seen(what, NO_ANSWER, took, took)
        first = time.monotonic() - began
        said = f"{len(answer)} choices" if isinstance(answer, list) else await _said(answer)
        return Seen(what, said, first, time.monotonic() - began)

    async def _complete(self, fan: User) -> list[Choice]:
        return await self._sandbox.autocomplete(
            fan, self._stage.lounge, "interviews read", focused="interview", interview=""
        )

    async def _command(self, user: User, name: str, **options: Any) -> Response:
        return await self._sandbox.command(user, self._stage.lounge, name, **options)

    def _pressing(
        self, user: User, message: Message, *choice: str
    ) -> Callable[[], Awaitable[Response]]:
        """Press the first of these buttons that can be pressed; "save" is a switch."""

        def press() -> Awaitable[Response]:
            there = labels(message)
            label = next((one for one in there if one.startswith(choice)), there[0])
            return self._sandbox.press(user, message, label=label)

        return press


async def _said(response: Response) -> str:
    """The first words of what a person reads in the end."""
    await response.changes.wait_for(
        lambda: not response.deferred or response.followups or None, LIMIT, "the answer"
    )
    message = next(filter(None, (*response.followups, response.message, response.updated)))
    texts = [part["content"] for part in walk(message.components) if part["type"] == 10]
    return texts[0] if texts else message.content


async def cut(folder: Path, url: str, how: How, seconds: float) -> Outcome:
    """Cut the network of a bot whose database is `url` for so many seconds, one interview being
    sent and one being published meanwhile; what people saw, and what became of both."""
    outcome = Outcome()
    address = url.partition("@")[2].partition("/")[0]
    async with Cable(address) as cable, Sandbox(page=False) as sandbox, SampleSite() as site:
        stage = furnish(sandbox)
        env = pointed_at(sandbox, site.feed_url, DATABASE_URL=url.replace(address, cable.address))
        async with running(folder, env) as bot:
            await subscribe(sandbox, stage)
            await sandbox.command(
                stage.admin, stage.lounge, "announcements add", channel=stage.lounge
            )
            await seeded(site)
            people = People(sandbox, stage)
            await people.begin()
            await _cut(outcome, cable, sandbox, site, stage, people, how, seconds)
            assert bot.process.returncode is None
            assert await bot.stop() == 0
        outcome.log = bot.log.read_text(encoding="utf-8")
    return outcome


async def _cut(
    outcome: Outcome,
    cable: Cable,
    sandbox: Sandbox,
    site: SampleSite,
    stage: Stage,
    people: People,
    how: How,
    seconds: float,
) -> None:
    held = Rule(match=SEND, times=1, latency=(0.5, 0.5))
    sandbox.faults.add(held)
    titles = [site.publish().title]
    await sandbox.wait_until(lambda _: held.fired or None, LIMIT)
    if how is How.REFUSED:
        await cable.refuse()
    else:
        cable.silence()
    stop = asyncio.Event()
    using = asyncio.create_task(people.use_the_bot(stop))
    titles.append(_publish(site, "Published meanwhile"))
    await asyncio.sleep(seconds)
    stop.set()
    outcome.seen = list(people.seen)
    await cable.mend()
    mended = time.monotonic()
    await using
    outcome.seen = people.seen
    await _announced(sandbox, stage.interviews, titles[-1])
    outcome.announced_after = time.monotonic() - mended
    people.seen = []
    stop = asyncio.Event()
    using = asyncio.create_task(people.use_the_bot(stop))
    titles.append(_publish(site, "The last word"))
    await _announced(sandbox, stage.interviews, titles[-1])
    stop.set()
    await using
    outcome.afterwards = people.seen
    shown = [json.dumps(one.components) for one in stage.interviews.messages.values()]
    outcome.announced = {title: sum(title in one for one in shown) for title in titles}


def _publish(site: SampleSite, title: str) -> str:
    site.publish_new(title=title, body="<p><b>Still there?</b></p><p>Still here.</p>")
    return title


async def _announced(sandbox: Sandbox, channel: Channel, title: str) -> None:
    await sandbox.wait_until(lambda _: title in text_of(channel) or None, 2 * LIMIT, title)


async def _main(seconds: float, hows: Sequence[How]) -> int:
    good = True
    with folder_for_server() as folder, running_server(folder / "server") as server:
        for how in hows:
            execute(f'CREATE DATABASE "{how}"', address=server.address)
            with TemporaryDirectory() as data:
                outcome = await cut(Path(data), server.url(how), how, seconds)
            print(f"\n{how}, {seconds:.0f} s\n\n{outcome.table()}\n")  # noqa: T201
            print(  # noqa: T201
                f"announced {outcome.announced}, {outcome.announced_after:.1f} s after the mend; "
                f"afterwards {sum(one.usual for one in outcome.afterwards)} of "
                f"{len(outcome.afterwards)} as usual; tracebacks {outcome.log.count('Traceback')}"
            )
            good = good and set(outcome.announced.values()) == {1}
    return 0 if good else 1


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.postgres.cut")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--how", type=How, choices=list(How), nargs="*", default=list(How))
    plan = parser.parse_args(arguments)
    return asyncio.run(_main(plan.seconds, plan.how))


if __name__ == "__main__":
    sys.exit(main())
