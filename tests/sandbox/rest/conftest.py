"""REST tests: a sandbox whose clock stands still and that has no rate limits, and a channel."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox import Sandbox
from sandbox.entities import Channel, Guild
from sandbox.gateway import GatewaySettings
from tests.openapi import Checker
from tests.sandbox.rest_api import Api, ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def sandbox(checker: Checker, clock: ManualClock) -> AsyncIterator[Sandbox]:
    settings = GatewaySettings(identify_interval=0.0)
    async with Sandbox(
        page=False, observer=checker, gateway=settings, clock=clock, rate_limits=False
    ) as made:
        yield made


@pytest.fixture
async def api(sandbox: Sandbox) -> AsyncIterator[Api]:
    async with aiohttp.ClientSession() as session:
        yield Api(session, sandbox)


@pytest.fixture
def guild(sandbox: Sandbox) -> Guild:
    return sandbox.world.add_guild("Fans")


@pytest.fixture
def channel(sandbox: Sandbox, guild: Guild) -> Channel:
    return sandbox.world.add_channel(guild, "news")
