"""The demo: the real bot, in a Discord and beside a magazine that both live on this machine."""

import asyncio
import errno
import math
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import structlog
from pydantic import SecretStr

from bot.app import App, open_app
from bot.cli.run import stop_signal
from bot.core.clock import Clock, SystemClock
from bot.core.errors import UserError
from bot.core.i18n import Messages
from bot.core.settings import Settings
from bot.running import run
from sandbox import Sandbox
from sandbox.entities import Channel, Guild, Role, User
from sandbox.site import SampleSite

logger = structlog.get_logger(__name__)

DEFAULT_PORT = 8450
POLL_INTERVAL = 1
"""Seconds; the sample site stands on loopback."""

FIRST_NEWS_AFTER = 3.0
"""Seconds from being ready to the first new interview: time to open the page."""

NEWS_EVERY = 120.0
"""Seconds between the interviews that the sample site publishes after that."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A guild with people in it, as the demo finds it."""

    guild: Guild
    interviews: Channel
    lounge: Channel
    role: Role
    admin: User
    fan: User


@dataclass(frozen=True, slots=True)
class Demo:
    """All that plays in a demo, built and open."""

    sandbox: Sandbox
    site: SampleSite
    stage: Stage
    app: App


async def run_demo(
    settings: Settings,
    messages: Messages,
    *,
    port: int | None = None,
    page: bool = True,
    exit_after: float | None = None,
) -> int:
    """Run the demo until SIGTERM, Ctrl-C or `exit_after` seconds."""
    with stop_signal() as stop:
        if exit_after is not None:
            asyncio.get_running_loop().call_later(exit_after, stop.set)
        async with open_demo(settings, messages, port=port, page=page) as demo:
            await play(demo, messages, stop, page=page)
    click.echo(messages.text()("cli.demo.bye"))
    return 0


@asynccontextmanager
async def open_demo(
    settings: Settings,
    messages: Messages,
    *,
    port: int | None = None,
    page: bool = True,
    clock: Clock | None = None,
) -> AsyncIterator[Demo]:
    """Build a sandbox, a sample site and a bot that knows only these two; keeps nothing.

    `port` is the page's: ``None`` prefers ``DEFAULT_PORT``, 0 takes any that is free. The bot goes
    by `clock`, by default the machine's.

    Raises:
        UserError: the port that was asked for is taken.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="kcrush-demo-")))
        site = await stack.enter_async_context(SampleSite())
        sandbox = await _open_sandbox(stack, port, site, page=page)
        scene = furnish(sandbox)
        local = settings.model_copy(
            update={
                "discord_token": SecretStr(sandbox.token),
                "discord_api_url": sandbox.api_url,
                "discord_gateway_url": None,
                "feed_url": (site.feed_url,),
                "poll_interval": POLL_INTERVAL,
                "http_port": 0,
                "public_url": "",
                "backfill": "on",
                "data_dir": folder,
                "database_url": f"sqlite+aiosqlite:///{folder / 'kcrush.db'}",
            }
        )
        app = await stack.enter_async_context(
            open_app(local, messages, clock or SystemClock(), random.Random())
        )
        yield Demo(sandbox, site, scene, app)


async def play(demo: Demo, messages: Messages, stop: asyncio.Event, *, page: bool) -> None:
    """Run the bot; subscribe a channel as an admin would; have the site publish now and then."""
    async with asyncio.TaskGroup() as tasks:
        script = tasks.create_task(_perform(demo, messages, page=page), name="script")
        await run(demo.app, stop)
        script.cancel()


async def _perform(demo: Demo, messages: Messages, *, page: bool) -> None:
    text, stage = messages.text(), demo.stage
    # By the second poll, what the site had at first is stored.
    await demo.site.wait_for(lambda seen: "/feed/" in seen.path, count=2, timeout=math.inf)
    await demo.sandbox.wait_ready(timeout=None)
    await demo.sandbox.wait_until(
        lambda world: world.commands or None, timeout=None, what="the bot's commands"
    )
    await demo.sandbox.command(
        stage.admin,
        stage.lounge,
        "announcements add",
        channel=stage.interviews,
        role=stage.role,
    )
    if page:
        address, name = demo.sandbox.url, stage.interviews.name
        click.echo(text("cli.demo.open", url=f"{address}/", channel=name))
    else:
        click.echo(text("cli.demo.ready"))
    await asyncio.sleep(FIRST_NEWS_AFTER)
    while demo.site.drafts:
        post = demo.site.publish()
        click.echo(text("cli.demo.published", title=post.title))
        await asyncio.sleep(NEWS_EVERY)


def furnish(sandbox: Sandbox) -> Stage:
    """A guild as a fan club has it: an owner, a fan, a channel for news and one for chat."""
    world = sandbox.world
    admin = world.add_user("Mina")
    fan = world.add_user("Alex")
    guild = world.add_guild("KCrush Fans", owner=admin)
    interviews = world.add_channel(guild, "interviews", topic="New interviews, as they come out")
    lounge = world.add_channel(guild, "lounge", topic="Talk about anything")
    role = world.add_role(guild, "Interview Club", mentionable=True, color=0xE91E63)
    for user, roles in ((admin, ()), (fan, (role,))):
        if user.id not in guild.members:
            world.add_member(guild, user, roles)
    return Stage(guild, interviews, lounge, role, admin, fan)


async def _open_sandbox(
    stack: AsyncExitStack, port: int | None, site: SampleSite, *, page: bool
) -> Sandbox:
    wanted = DEFAULT_PORT if port is None else port
    try:
        return await stack.enter_async_context(Sandbox(port=wanted, page=page, magazine=site))
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        if port is not None:
            raise UserError("cli.demo.port-taken", port=port) from None
    return await stack.enter_async_context(Sandbox(port=0, page=page, magazine=site))
