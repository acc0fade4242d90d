"""The whole bot in one process: site, watcher, store, announcer, Discord, all but the gateway."""

import json
import random
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.app import App, open_app
from bot.core.clock import Clock, SystemClock
from bot.core.i18n import load_messages
from bot.core.settings import load_settings
from bot.feed.writing import PollReport
from sandbox import Sandbox
from sandbox.entities import Channel
from sandbox.site import SampleSite
from tests.feeds import Item, rss
from tests.store.rows import add_subscription
from tests.store.samples import database_url


@dataclass
class Newsroom:
    """A site whose feed a test writes itself, and channels that hear of it."""

    sandbox: Sandbox
    site: SampleSite
    app: App
    channels: list[Channel] = field(default_factory=list)

    async def subscribe(self, count: int) -> None:
        """A channel in each of so many new guilds."""
        world = self.sandbox.world
        for number in range(count):
            owner = world.add_user(f"admin {number}")
            guild = world.add_guild(f"Guild {number}", owner=owner)
            channel = world.add_channel(guild, "interviews")
            guild.system_channel_id = world.add_channel(guild, "system").id
            self.channels.append(channel)
            await add_subscription(self.app.store, guild.id, channel.id, None, guild.owner.id)

    def feed(self, items: Sequence[Item]) -> None:
        """What the feed says from now on, in this order."""
        self.site.heal()
        self.site.serve(rss([*items]))

    async def poll(self) -> PollReport:
        """A poll, and all that follows from it at once."""
        report = await self.app.watcher.poll(self.app.settings.feed_url[0])
        await self.app.announcer.drain()
        return report

    async def polled(self, items: Sequence[Item]) -> int:
        """Serve `items`, poll; how many messages more there are."""
        before = self.messages()
        self.feed(items)
        await self.poll()
        return self.messages() - before

    def messages(self) -> int:
        return sum(len(channel.messages) for channel in self.channels)

    def numbers(self, channel: Channel) -> Counter[str]:
        """How often each ``Item`` stands in a channel, by its number."""
        texts = (json.dumps(message.components) for message in channel.messages.values())
        return Counter(found.group(1) for text in texts if (found := _TITLE.search(text)))

    def each_once(self, numbers: Iterable[int]) -> bool:
        """Whether every channel has each of these items once and nothing else."""
        wanted = Counter(str(number) for number in numbers)
        return all(self.numbers(channel) == wanted for channel in self.channels)


_TITLE = re.compile(r"Interview (\d+)\b")


@asynccontextmanager
async def open_newsroom(
    folder: Path,
    *,
    clock: Clock | None = None,
    now: Any = time.time,
    observer: Any = None,
    nonce_window: float = 300.0,
    rate_limits: bool = False,
    logged_in: bool = True,
    feed_url: str | None = None,
) -> AsyncIterator[Newsroom]:
    """The parts, built by the bot's own composition root and `logged_in`. `now` is the clock of
    Discord and of the site, in seconds since the epoch; `feed_url` is the sample site's unless
    told."""
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(
            Sandbox(
                page=False,
                clock=now,
                observer=observer,
                nonce_window=nonce_window,
                rate_limits=rate_limits,
                keep_requests=200_000,
            )
        )
        site = await stack.enter_async_context(SampleSite(clock=now))
        settings = load_settings(
            env_file=None,
            discord_token=sandbox.token,
            discord_api_url=sandbox.api_url,
            feed_url=feed_url or site.feed_url,
            poll_interval=30,
            data_dir=folder,
            database_url=database_url(folder),
        )
        app = await stack.enter_async_context(
            open_app(settings, load_messages(), clock or SystemClock(), random.Random(1))
        )
        if logged_in:
            await app.client.login(settings.token)
            app.client.logged_in.set()
        yield Newsroom(sandbox, site, app)
