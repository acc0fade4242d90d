"""People at work in the whole archive: they search, complete names and turn pages, all at once.

Asked at a fixed rate whatever comes back, so that a bot that falls behind is seen to. The seconds
are from the event's dispatch in the sandbox to the bot's callback there.
"""

import random
import statistics
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import discord
from discord import app_commands

from benchmarks.figures import Figure, Report, seconds
from benchmarks.generated import generated_archive
from benchmarks.remote import Discord, freeze, open_bot, open_client, open_discord
from bot.app import App
from bot.client.connection import use_rest_api
from bot.core.model import Interview
from bot.ui.ids import interview_value

READERS = 50
MOST_TIMES_PONG = 1.75
"""The aim is 1.6; docs/performance.md says what stands in the way."""

MOST_TIMES_P99 = 3.0
LIMIT = 3.0
"""Seconds until Discord gives an interaction up (Discord docs, Receiving and Responding)."""

SLICE = 500

TURNS = 12
"""How often the two bots are asked in turns, so that what else the machine does counts for both."""

Act = dict[str, Any]


async def measure(*, small: bool, command: str) -> Report:
    """The benchmark ``talk``; `small`: a hundredth of the archive, two seconds at a fifth."""
    interviews, rate, length = (200, 20, 2.0) if small else (5_000, 100, 60.0)
    count = int(rate * length)
    rng = random.Random(5)
    ours, baseline = Asked(), Asked()
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="kcrush-bench-"))
        pings = await stack.enter_async_context(pong())
        sandbox = await stack.enter_async_context(open_discord())
        await sandbox("furnish", guilds=1)
        app = await stack.enter_async_context(open_bot(sandbox, Path(folder), gateway=True))
        ids, topics = await stock(app, interviews, rng)
        await sandbox("open_readers", interviews=[interview_value(i) for i in ids])
        freeze()
        ping = {"do": "command", "name": "ping"}
        await ask(pings, [ping] * rate, rate, Asked())
        await ask(sandbox, acts(rate, topics, rng), rate, Asked())
        for _ in range(TURNS):
            await ask(pings, [ping] * (count // TURNS), rate, baseline)
            await ask(sandbox, acts(count // TURNS, topics, rng), rate, ours)
    return report(ours, baseline, interviews, rate, length, command)


@dataclass
class Asked:
    """What interactions came to: seconds by what was done, and how many got no answer."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    failed: int = 0


async def ask(sandbox: Discord, acts: Sequence[Act], rate: int, asked: Asked) -> None:
    """Have people do something before one of the two bots. Their process is one, and where
    discord.py sends its requests holds for all clients of a process; the other bot is silent."""
    use_rest_api(sandbox.api_url)
    found = await sandbox("talk", acts=acts, rate=rate)
    asked.failed += found["failed"]
    for name, spent in found["seconds"].items():
        asked.seconds.setdefault(name, []).extend(spent)


def report(
    ours: Asked,
    baseline: Asked,
    interviews: int,
    rate: int,
    length: float,
    command: str,
) -> Report:
    everything = [spent for one in ours.seconds.values() for spent in one]
    pongs = baseline.seconds["command"]
    middle = statistics.median(everything) / statistics.median(pongs)
    slowest = p99(everything) / p99(pongs)
    late = sum(spent > LIMIT for spent in everything) + ours.failed
    figures = [
        Figure(
            "p50",
            seconds(statistics.median(everything)),
            seconds(statistics.median(pongs)),
            f"{middle:.2f}",
            f"at most {MOST_TIMES_PONG:g} times",
            good=middle <= MOST_TIMES_PONG,
            value=middle,
            judged="ratio",
        ),
        Figure(
            "p99",
            seconds(p99(everything)),
            seconds(p99(pongs)),
            f"{slowest:.2f}",
            f"at most {MOST_TIMES_P99:g} times",
            good=slowest <= MOST_TIMES_P99,
            value=slowest,
            judged="ratio",
        ),
        Figure(
            f"unanswered, or later than {LIMIT:g} s",
            str(late),
            str(baseline.failed),
            "–",
            "none",
            good=late == 0,
        ),
    ]
    figures += [
        Figure(
            f"p50; p99 of {name}",
            f"{seconds(statistics.median(spent))}; {seconds(p99(spent))}",
            value=statistics.median(spent),
        )
        for name, spent in sorted(ours.seconds.items())
    ]
    return Report(
        "talk",
        "People at work",
        f"{rate} interactions a second for {length:g} s on an archive of {interviews:,} "
        "interviews: half are keystrokes that complete a title, a quarter searches (names, words, "
        "two words, names with a letter missing), a quarter pages turned by one of "
        f"{READERS} readers. Baseline: a bare discord.py bot that answers “pong”, asked as often, "
        f"in {TURNS} turns.",
        command,
        figures,
    )


@dataclass
class Topics:
    """What people have in mind: names, and words that stand next to each other in a question."""

    names: list[str] = field(default_factory=list)
    words: list[tuple[str, str]] = field(default_factory=list)

    def remember(self, interview: Interview, rng: random.Random) -> None:
        self.names += [subject.name for subject in interview.subjects]
        turn = rng.choice(interview.transcript.turns)
        asked = turn.question.split()
        self.words += pairwise(asked[:4])

    def query(self, rng: random.Random) -> str:
        """A name, a word, two words, or a name with a letter left out."""
        name, words = rng.choice(self.names), rng.choice(self.words)
        gap = rng.randrange(len(name))
        return rng.choices(
            [name, rng.choice(words), " ".join(words), name[:gap] + name[gap + 1 :]],
            [40, 30, 20, 10],
        )[0]


def acts(count: int, topics: Topics, rng: random.Random) -> list[Act]:
    """What people do, in the order of their doing it."""
    return [act(topics, rng) for _ in range(count)]


def act(topics: Topics, rng: random.Random) -> Act:
    chance = rng.random()
    if chance < 0.5:
        name = rng.choice(topics.names)
        typed = name[: rng.randint(1, len(name))]
        return {
            "do": "complete",
            "name": "interviews read",
            "focused": "interview",
            "typed": typed,
        }
    if chance < 0.75:
        options = {"query": topics.query(rng)[:60]}
        return {"do": "command", "name": "interviews search", "options": options}
    return {"do": "turn", "reader": rng.randrange(READERS)}


async def stock(app: App, count: int, rng: random.Random) -> tuple[list[int], Topics]:
    """Store and index a generated archive; ids for the readers, and what there is to ask for."""
    ids: list[int] = []
    batch = []
    topics = Topics()
    for number, interview in enumerate(generated_archive(count)):
        batch.append(interview)
        if number % max(1, count // 500) == 0:
            topics.remember(interview, rng)
        if len(batch) == SLICE:
            ids += await insert(app, batch)
            batch = []
    ids += await insert(app, batch)
    await app.index.sync(app.store)
    return ids[:: max(1, len(ids) // READERS)][:READERS], topics


async def insert(app: App, batch: Sequence[Any]) -> list[int]:
    async with app.store.transaction() as tx:
        return [await tx.interviews.insert(one, f"digest of {one.guid}") for one in batch]


@asynccontextmanager
async def pong() -> AsyncIterator[Discord]:
    """A sandbox with a bot of discord.py alone, which knows one command."""
    async with open_discord() as sandbox:
        await sandbox("furnish", guilds=1)
        client = discord.Client(intents=discord.Intents(guilds=True))
        tree = app_commands.CommandTree(client)

        @tree.command(name="ping", description="Answers")
        async def ping(interaction: discord.Interaction[discord.Client]) -> None:
            await interaction.response.send_message("pong", ephemeral=True)

        async with open_client(sandbox, client, tree):
            yield sandbox


def p99(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
