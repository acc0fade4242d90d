"""A bot that delivers: the real client, store, announcer and extras before a sandbox, and a clock
that a test moves. No gateway: what is sent goes over REST."""

import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from discord.http import Route

from bot.client.client import KcrushClient
from bot.core.discord_limits import GLOBAL_LIMIT
from bot.core.discord_time import DiscordTime
from bot.core.errors import FetchError
from bot.core.extras import ExtraKind, ExtraState
from bot.core.i18n import load_messages
from bot.core.model import (
    Delivery,
    Interview,
    StoredInterview,
    Subscription,
    TargetKind,
)
from bot.delivery.announcer import Announcer
from bot.delivery.discord.attached_pictures import AttachedPictures
from bot.delivery.discord.rest_port import RestPort
from bot.delivery.extras import ExtrasService
from bot.delivery.responses import InvalidResponses, trace_responses
from bot.store import Store, open_store
from sandbox import Sandbox
from sandbox.entities import Channel, ChannelType, Guild, Message, MessageType
from tests.clock import FakeClock
from tests.cogs.stage import interview
from tests.store.rows import deliveries_of, extras_of
from tests.store.samples import database_url

MESSAGES = load_messages()

PICTURE = b"\xff\xd8\xffa picture"
DRAWN = b"\xff\xd8\xffa drawing"
BANNER = b"\xff\xd8\xffthe banner of "

KINDS = {
    ChannelType.TEXT: TargetKind.TEXT,
    ChannelType.ANNOUNCEMENT: TargetKind.ANNOUNCEMENT,
    ChannelType.PUBLIC_THREAD: TargetKind.THREAD,
    ChannelType.FORUM: TargetKind.FORUM,
    ChannelType.MEDIA: TargetKind.MEDIA,
}


class AtOnce:
    """A pace that holds nobody up."""

    rate = GLOBAL_LIMIT

    async def turn(self) -> None:
        return


@dataclass
class Stage:
    sandbox: Sandbox
    store: Store
    client: KcrushClient
    clock: FakeClock
    announcer: Announcer
    extras: ExtrasService
    guild: Guild
    pictures: dict[str, bytes]
    """The files behind the URLs of articles' pictures; others are missing."""
    attached: AttachedPictures
    numbers: list[int] = field(default_factory=list)

    def channel(self, kind: ChannelType, **how: Any) -> Channel:
        return self.sandbox.world.add_channel(self.guild, f"kind-{int(kind)}", type=kind, **how)

    async def subscribe(self, channel: Channel, **options: Any) -> Subscription:
        """Subscribe a channel as an admin would."""
        kind = KINDS[ChannelType(channel.type)]
        guild_id = channel.guild_id or 0
        after, _ = await self.store.subscriptions.subscribe(
            guild_id, channel.id, 1, lambda one: replace(one, kind=kind, **options)
        )
        return after

    async def publish(self, **changes: Any) -> int:
        """Store a new interview and queue it for every subscription; its id."""
        number = len(self.numbers) + 1
        found: Interview = interview(number, **changes)
        async with self.store.transaction() as tx:
            id_ = await tx.interviews.insert(found, f"digest of {found.guid}")
            await tx.outbox.enqueue(id_, self.clock.now())
        self.numbers.append(id_)
        return id_

    async def deliver(self) -> None:
        """Do all that is due now."""
        await self.announcer.drain()
        await self.extras.drain()

    async def row(self, interview_id: int) -> Delivery:
        (found,) = await deliveries_of(self.store, interview_id)
        return found

    async def after(self, interview_id: int, what: ExtraKind) -> tuple[ExtraState, str | None]:
        return (await extras_of(self.store, (await self.row(interview_id)).id))[what]

    def asked(self, method: str, ending: str) -> int:
        """How many requests came for a kind of path."""
        return sum(
            request.method == method and request.path.endswith(ending)
            for request in self.sandbox.requests
        )


def spoken(channel: Channel) -> list[Message]:
    """The messages of a channel that somebody wrote, without Discord's own notes."""
    return [one for one in channel.messages.values() if one.type == MessageType.DEFAULT]


@contextlib.asynccontextmanager
async def stage(
    folder: Path, monkeypatch: pytest.MonkeyPatch, observer: Any
) -> AsyncIterator[Stage]:
    clock = FakeClock()
    async with contextlib.AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(
            Sandbox(
                page=False,
                observer=observer,
                rate_limits=False,
                picture_seconds=0.0,
                clock=lambda: clock.now().timestamp(),
            )
        )
        monkeypatch.setattr(Route, "BASE", sandbox.api_url)
        guild = sandbox.world.add_guild("Fans of KCrush")
        store = await stack.enter_async_context(open_store(database_url(folder), clock))
        time = DiscordTime(clock)
        client = KcrushClient(
            MESSAGES,
            lambda: "K7F2QM",
            gateway_url=sandbox.gateway_url,
            http_trace=trace_responses(InvalidResponses(clock), time),
        )
        stack.push_async_callback(client.close)
        await client.login(sandbox.token)
        sandbox.requests.clear()
        rng, pace = random.Random(3), AtOnce()

        async def fetch(url: str) -> bytes:
            if url not in pictures:
                raise FetchError("fetch.missing", status=404)
            return pictures[url]

        async def draw(_stored: StoredInterview) -> bytes | None:
            return DRAWN

        async def draw_banner(stored: StoredInterview) -> bytes | None:
            return BANNER + stored.interview.title.encode()

        pictures = {interview(1).image_url or "": PICTURE}
        attached = AttachedPictures(fetch, draw, draw_banner, clock, everywhere=False)
        port = RestPort(client, time, attached)
        announcer = Announcer(store, port, clock, rng, pace)
        extras = ExtrasService(store, port, clock, rng, pace)
        yield Stage(sandbox, store, client, clock, announcer, extras, guild, pictures, attached)
