"""The demo: the real bot, in a Discord and beside a magazine that both live on this machine."""

import asyncio
import errno
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import structlog

from bot.app import App, open_app, run
from bot.clock import SystemClock
from bot.config import Settings, load_settings
from bot.errors import UserError
from bot.i18n import Messages
from sandbox import Sandbox
from sandbox.entities import Channel, Guild, User
from sandbox.site import SampleSite

logger = structlog.get_logger(__name__)

DEFAULT_PORT = 8450
POLL_INTERVAL = 1
"""Seconds; the sample site stands on loopback."""

FIRST_NEWS_AFTER = 2.0
"""Seconds from the first subscription to the first new interview: time to look at the page."""

NEWS_EVERY = 90.0
"""Seconds between the interviews that the sample site publishes after that."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What the demo plays on."""

    sandbox: Sandbox
    site: SampleSite
    guild: Guild
    channel: Channel
    admin: User
    fan: User
    app: App
