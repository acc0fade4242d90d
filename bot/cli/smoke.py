"""``smoke``: what only the real Discord can show, tried in a guild of the operator's.

The bot itself announces, with a database of its own that is thrown away, in channels that only it
and admins see and that are deleted at the end, however the test ends.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import click
import discord

from bot.app import App, open_app
from bot.cli import EX_FAILED
from bot.cli.run import stop_signal
from bot.cli.smoke_channels import SmokeChannels
from bot.client.connection import log_in_once
from bot.core.artists import artist_id
from bot.core.clock import SystemClock
from bot.core.errors import KcrushError, UserError
from bot.core.i18n import Messages, Text
from bot.core.model import (
    Answer,
    Conclusion,
    DeliveryState,
    Interview,
    Subject,
    TargetKind,
    Transcript,
    Turn,
)
from bot.core.readers import FollowRequest
from bot.core.settings import Settings
from bot.delivery.discord.rest_port import RestPort
from bot.store import LeasedDelivery

STEP_SECONDS = 60.0
"""After which a step has not held."""

ARRIVAL_SECONDS, LOOK_AGAIN = 20.0, 0.5
"""For how long, and how often, it is looked whether Discord did what it does by itself: load a
picture, carry a published message into the channels that follow."""

CLEAN_UP_SECONDS = 60.0

CROSSPOSTED, IS_CROSSPOST = 1 << 0, 1 << 1
"""Discord docs, Message, Message Flags."""

FAILURES = (KcrushError, discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError)


async def smoke_test(settings: Settings, messages: Messages, *, guild_id: int) -> int:
    """Try each step and print whether it held; 1 where one did not, or something was left."""
    with TemporaryDirectory(prefix="kcrush-smoke-") as folder, stop_signal() as stop:
        local = settings.model_copy(
            update={
                "data_dir": Path(folder),
                "database_url": f"sqlite+aiosqlite:///{folder}/kcrush.db",
                "http_port": 0,
                "public_url": "",
                "pictures": "link",
            }
        )
        async with open_app(local, messages, SystemClock(), random.Random()) as app:
            await log_in_once(app.client, settings.token)
            smoke = Smoke(app, guild_id, messages.text())
            await smoke.channels.require_permissions(messages.text())
            async with smoke.cleaned_up():
                steps = asyncio.create_task(smoke.run())
                stopping = asyncio.create_task(stop.wait())
                await asyncio.wait((steps, stopping), return_when=asyncio.FIRST_COMPLETED)
                for task in (steps, stopping):
                    task.cancel()
                await asyncio.gather(steps, stopping, return_exceptions=True)
                if steps.cancelled():
                    smoke.failed = True
                    click.echo(messages.text()("cli.smoke.stopped"), err=True)
                else:
                    steps.result()
    return EX_FAILED if smoke.failed else 0


class Smoke:
    """The steps, and what they made in the guild."""

    def __init__(self, app: App, guild_id: int, text: Text) -> None:
        self._app = app
        self._http = app.client.http
        self._port = RestPort(app.client)
        self._guild_id = guild_id
        self.channels = SmokeChannels(app.client, guild_id)
        self._text = text
        self._concluded: list[tuple[LeasedDelivery, Conclusion]] = []
        self._direct: list[tuple[int, int]] = []
        self._picture: str | None = None
        self._count = 0
        self.failed = False
        app.announcer.on_settled = lambda *settled: self._concluded.append(settled)

    async def run(self) -> None:
        """All steps, one after the other; one that fails stops no other."""
        steps: Sequence[tuple[str, Callable[[], Awaitable[None]]]] = (
            ("feed", self._find_picture),
            ("card", self._card),
            ("forum", self._forum),
            ("media", self._media),
            ("quote", self._quote),
            ("crosspost", self._crosspost),
            ("nonce", self._nonce),
            ("direct", self._direct_message),
        )
        for name, step in steps:
            what = self._text(f"cli.smoke.step.{name}")
            try:
                async with asyncio.timeout(STEP_SECONDS):
                    await step()
            except FAILURES as error:
                self.failed = True
                click.echo(self._text("cli.smoke.not-held", what=what, cause=self._cause(error)))
            else:
                click.echo(self._text("cli.smoke.held", what=what))

    @asynccontextmanager
    async def cleaned_up(self) -> AsyncIterator[None]:
        """At the end of the block, delete what the test made."""
        try:
            yield
        finally:
            for clean_up in (self.channels.delete, self._delete_direct_messages):
                try:
                    async with asyncio.timeout(CLEAN_UP_SECONDS):
                        await clean_up()
                except FAILURES as error:
                    self.failed = True
                    name, cause = self.channels.name("*"), self._cause(error)
                    click.echo(self._text("cli.smoke.left", name=name, cause=cause), err=True)

    # ---------------------------------------------------------------- steps

    async def _find_picture(self) -> None:
        """A picture of the magazine's at an address that Discord has never been asked for."""
        for url in self._app.settings.feeds:
            await self._app.watcher.poll(url)
        for summary in await self._app.store.interviews.latest(20):
            stored = await self._app.store.interviews.get(summary.id)
            image = stored.interview.lead_image if stored is not None else None
            if image is not None:
                separator = "&" if "?" in image.url else "?"
                self._picture = f"{image.url}{separator}kcrush-smoke={self.channels.mark}"
                return
        raise UserError("cli.smoke.no-picture")

    async def _card(self) -> None:
        channel_id = await self.channels.make(TargetKind.TEXT)
        message_id = await self._announce(TargetKind.TEXT, channel_id, picture=self._picture)
        if self._picture is not None:
            await self._until(lambda: self._shows_picture(channel_id, message_id), "picture")

    async def _forum(self) -> None:
        channel_id = await self.channels.make(TargetKind.FORUM)
        await self._announce(TargetKind.FORUM, channel_id, picture=self._picture)

    async def _media(self) -> None:
        channel_id = await self.channels.make(TargetKind.MEDIA)
        await self._post_with_file(channel_id, self._picture)

    async def _quote(self) -> None:
        """An interview without a picture: a quote of it is drawn and uploaded."""
        channel_id = await self.channels.make(TargetKind.MEDIA)
        await self._post_with_file(channel_id, None)

    async def _crosspost(self) -> None:
        channel_id = await self.channels.make(TargetKind.ANNOUNCEMENT)
        follower_id = await self.channels.make(TargetKind.TEXT)
        await self._http.follow_webhook(channel_id, follower_id)
        message_id = await self._announce(TargetKind.ANNOUNCEMENT, channel_id, crosspost=True)
        message = await self._http.get_message(channel_id, message_id)
        _require(bool(message.get("flags", 0) & CROSSPOSTED), "not-published")
        await self._until(lambda: self._was_carried(follower_id), "not-carried")

    async def _nonce(self) -> None:
        """One delivery sent twice, as after a lost answer."""
        channel_id = await self.channels.make(TargetKind.TEXT)
        await self._queue(TargetKind.TEXT, channel_id)
        outbox, now = self._app.store.outbox, self._app.clock.now()
        (leased,) = await outbox.lease_due(now, now + timedelta(seconds=STEP_SECONDS), 1)
        first, again = [await self._port.send(leased) for _ in range(2)]
        sent = Conclusion(DeliveryState.SENT, message_id=first.message_id)
        await outbox.settle(leased.delivery, sent, self._app.clock.now())
        await self._app.store.subscriptions.remove(self._guild_id, leased.subscription.id)
        messages = await self._http.logs_from(channel_id, 10)
        _require(first.message_id == again.message_id and len(messages) == 1, "sent-twice")

    async def _direct_message(self) -> None:
        """To the application's owner, who needs a guild in common with the bot or its install."""
        about = await self._app.client.application_info()
        owner_id = about.team.owner_id if about.team is not None else about.owner.id
        if owner_id is None:
            raise UserError("cli.smoke.no-owner")
        name = self._text("cli.smoke.artist")
        request = FollowRequest(artist_id(name), name, frozenset())
        await self._app.store.follows.add(owner_id, request)
        await self._insert(None)
        await self._deliver()

    # ---------------------------------------------------------------- announcing

    async def _announce(
        self, kind: TargetKind, channel_id: int, *, picture: str | None = None, **options: Any
    ) -> int:
        """Announce an interview in the channel as the bot does; the message's id."""
        await self._queue(kind, channel_id, picture, **options)
        return await self._deliver()

    async def _queue(
        self, kind: TargetKind, channel_id: int, picture: str | None = None, **options: Any
    ) -> None:
        await self._app.store.subscriptions.subscribe(
            self._guild_id,
            channel_id,
            self.channels.own_id,
            lambda one: replace(one, kind=kind, **options),
        )
        await self._insert(picture)

    async def _insert(self, picture: str | None) -> None:
        self._count += 1
        interview = self._interview(picture)
        async with self._app.store.transaction() as tx:
            id_ = await tx.interviews.insert(interview, interview.guid)
            await tx.outbox.enqueue(id_, self._app.clock.now())

    async def _deliver(self) -> int:
        """Send what is due, which is one delivery; its message's id.

        Raises:
            UserError: it was not sent.
        """
        self._concluded.clear()
        await self._app.announcer.drain()
        await self._app.extras.drain()
        if not self._concluded:
            raise UserError("cli.smoke.nothing-sent")
        leased, conclusion = self._concluded[-1]
        subscription = leased.subscription
        if subscription.kind is TargetKind.DIRECT:
            if conclusion.channel_id is not None and conclusion.message_id is not None:
                self._direct.append((conclusion.channel_id, conclusion.message_id))
        else:
            await self._app.store.subscriptions.remove(self._guild_id, subscription.id)
        if conclusion.state is not DeliveryState.SENT or conclusion.message_id is None:
            reason = self._text(f"delivery.reason.{conclusion.reason or 'unknown'}")
            raise UserError("cli.smoke.not-sent", reason=reason)
        _require(not conclusion.plain, "plain")
        return conclusion.message_id

    def _interview(self, picture: str | None) -> Interview:
        name = self._text("cli.smoke.artist")
        address = f"https://www.kcrush.com/?kcrush-smoke={self.channels.mark}-{self._count}"
        answer = Answer(name, self._text("cli.smoke.answer"))
        turn = Turn(1, self._text("cli.smoke.question"), (answer,))
        return Interview(
            guid=address,
            url=address,
            title=self._text("cli.smoke.title", number=self._count),
            subjects=(Subject(name),),
            published_at=self._app.clock.now(),
            image_url=picture,
            transcript=Transcript("", (turn,), ""),
        )

    # ---------------------------------------------------------------- looking

    async def _post_with_file(self, channel_id: int, picture: str | None) -> None:
        post_id = await self._announce(TargetKind.MEDIA, channel_id, picture=picture)
        message = await self._http.get_message(post_id, post_id)
        _require(bool(message["attachments"]), "no-file")

    async def _shows_picture(self, channel_id: int, message_id: int) -> bool:
        message = await self._http.get_message(channel_id, message_id)
        states = list(_loading_states(message["components"]))
        loaded = discord.MediaItemLoadingState.loaded.value
        return bool(states) and all(state == loaded for state in states)

    async def _was_carried(self, channel_id: int) -> bool:
        messages = await self._http.logs_from(channel_id, 10)
        return any(message.get("flags", 0) & IS_CROSSPOST for message in messages)

    async def _until(self, look: Callable[[], Awaitable[bool]], problem: str) -> None:
        clock = self._app.clock
        ends = clock.monotonic() + ARRIVAL_SECONDS
        while not await look():
            _require(clock.monotonic() < ends, problem)
            await clock.sleep(LOOK_AGAIN)

    async def _delete_direct_messages(self) -> None:
        for channel_id, message_id in self._direct:
            await self._http.delete_message(channel_id, message_id)

    def _cause(self, error: BaseException) -> str:
        if isinstance(error, UserError):
            return error.sentence(self._text)
        if isinstance(error, TimeoutError):
            return self._text("cli.smoke.too-long", seconds=round(STEP_SECONDS))
        if isinstance(error, discord.HTTPException):
            problem = " ".join(error.text.split()).rstrip(".")
            return self._text("cli.smoke.refused", status=error.status, problem=problem)
        return str(error) or type(error).__name__


def _require(held: bool, problem: str) -> None:
    if not held:
        raise UserError(f"cli.smoke.{problem}")


def _loading_states(parts: Sequence[Any]) -> list[int]:
    """Of all pictures in components (Discord's JSON)."""
    states = []
    for part in parts:
        items = (part, *part.get("items", []))
        states += [item["media"].get("loading_state", 0) for item in items if "media" in item]
        states += _loading_states(part.get("components", []))
        if "accessory" in part:
            states += _loading_states([part["accessory"]])
    return states
