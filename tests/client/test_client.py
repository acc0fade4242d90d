"""The client: it connects whatever Discord does, offers its commands once, ends every error."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import discord
import pytest
import structlog
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.client.client import KcrushClient
from bot.client.command_sync import same_commands, sync_commands
from bot.client.connection import (
    TokenRefusedError,
    hold_connection,
    log_in,
    log_in_once,
    use_rest_api,
)
from bot.core.clock import SystemClock
from bot.core.discord_limits import IDENTIFY_INTERVAL
from bot.core.errors import StoreError, UserError
from bot.core.i18n import load_messages
from bot.core.supervisor import supervise
from sandbox import Sandbox
from sandbox.entities import Channel, User
from sandbox.faults import Rule
from sandbox.gateway import GatewaySettings
from tests.openapi import Checker

REFERENCE = "ABC234"


class Hasty(SystemClock):
    """Real time, but no patience: back-off is not waited out."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


class Waits(SystemClock):
    """Real time, and what was not waited out of it: what was asked for is noted."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    def monotonic(self) -> float:
        return super().monotonic() + sum(self.asked)

    async def sleep(self, seconds: float) -> None:
        self.asked.append(seconds)
        await asyncio.sleep(0)


@pytest.fixture
async def discord_here(strict_checker: Checker) -> AsyncIterator[Sandbox]:
    """Without limits: the gateway's address may be asked for twice in five seconds."""
    settings = GatewaySettings(identify_interval=0.0)
    async with Sandbox(
        page=False, observer=strict_checker, gateway=settings, rate_limits=False
    ) as sandbox:
        yield sandbox


@pytest.fixture
def client(discord_here: Sandbox, monkeypatch: pytest.MonkeyPatch) -> KcrushClient:
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    use_rest_api(discord_here.api_url)
    made = KcrushClient(load_messages(), lambda: REFERENCE, clock=Waits())
    made._connection.guild_ready_timeout = 0.1
    # The library's own five seconds before it connects or identifies again are not waited out.
    hasty = SimpleNamespace(**{**vars(asyncio), "sleep": lambda _: asyncio.sleep(0)})
    for module in ("discord.client", "discord.shard"):
        monkeypatch.setattr(f"{module}.asyncio", hasty)
    return made


@asynccontextmanager
async def connected(client: KcrushClient, token: str) -> AsyncIterator[asyncio.Task[None]]:
    """Logged in and held by ``hold_connection``; its task is given."""
    await log_in(client, token, Hasty(), random.Random(1))
    task = asyncio.create_task(hold_connection(client, token, Hasty(), random.Random(1)))
    try:
        yield task
    finally:
        await client.close()
        await asyncio.gather(task, return_exceptions=True)


# ---------------------------------------------------------------- connecting


async def test_logging_in_goes_on_until_discord_answers(
    discord_here: Sandbox, client: KcrushClient
) -> None:
    discord_here.faults.add(Rule(match="GET /users/@me$", times=3, drop=True))
    await log_in(client, discord_here.token, Hasty(), random.Random(1))
    assert client.logged_in.is_set()
    assert client.user is not None
    await client.close()


@pytest.mark.parametrize("via", [False, True], ids=["cloudflare", "discord"])
async def test_logging_in_waits_for_as_long_as_a_rate_limit_says(
    discord_here: Sandbox, client: KcrushClient, via: bool
) -> None:
    discord_here.faults.add(
        Rule(match="GET /users/@me$", times=1, status=429, retry_after=3600.0, via=via)
    )
    clock = Waits()
    await log_in(client, discord_here.token, clock, random.Random(1))
    assert sum(clock.asked) >= 3600.0
    assert client.logged_in.is_set()
    await client.close()


async def test_connecting_waits_for_as_long_as_a_rate_limit_says(
    discord_here: Sandbox, client: KcrushClient
) -> None:
    discord_here.faults.add(
        Rule(match="GET /gateway/bot$", times=1, status=429, retry_after=3600.0, via=False)
    )
    clock = Waits()
    await log_in(client, discord_here.token, clock, random.Random(1))
    task = asyncio.create_task(hold_connection(client, discord_here.token, clock, random.Random(1)))
    await discord_here.wait_ready(timeout=30)
    assert sum(clock.asked) >= 3600.0
    await client.close()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("body", ["<html>Sign in</html>", '[{"id": 1', "", "null"])
async def test_a_garbled_list_of_commands_is_asked_for_again(
    discord_here: Sandbox, client: KcrushClient, body: str
) -> None:
    await log_in_once(client, discord_here.token)
    discord_here.faults.add(Rule(match="GET /applications/.*/commands$", times=2, garbled=body))
    clock = Waits()

    async def sync() -> None:
        await sync_commands(client)

    await supervise("commands", sync, clock, pause=300.0)
    assert clock.asked == [300.0, 300.0]
    await client.close()


async def test_where_no_session_is_left_nothing_identifies_until_discord_allows_it(
    discord_here: Sandbox, client: KcrushClient
) -> None:
    settings = discord_here.gateway.settings
    discord_here.gateway.counts.identifies = settings.session_starts // 2
    clock = Waits()
    await log_in(client, discord_here.token, clock, random.Random(1))
    task = asyncio.create_task(hold_connection(client, discord_here.token, clock, random.Random(1)))
    await discord_here.wait_until(lambda _: sum(clock.asked) >= 86_400 or None, 30)
    discord_here.gateway.counts.identifies = 0
    await discord_here.wait_ready(timeout=30)
    await client.close()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_session_that_is_refused_again_and_again_waits_longer_each_time(
    discord_here: Sandbox, client: KcrushClient
) -> None:
    clock = client._clock
    assert isinstance(clock, Waits)
    async with connected(client, discord_here.token):
        for count in range(1, 12):
            await discord_here.wait_until(
                lambda _, count=count: (  # type: ignore[misc]  # a default types nothing
                    discord_here.gateway.counts.identifies >= count or None
                ),
                30,
            )
            await discord_here.wait_ready(timeout=30)
            discord_here.gateway.invalidate()
        await discord_here.wait_until(
            lambda _: discord_here.gateway.counts.identifies >= 12 or None, 30
        )
    waits = [seconds for seconds in clock.asked if seconds > IDENTIFY_INTERVAL]
    assert waits == sorted(waits)
    assert waits[-1] > 500


async def test_a_refused_token_is_not_tried_again(
    discord_here: Sandbox, client: KcrushClient
) -> None:
    with pytest.raises(TokenRefusedError):
        await log_in(client, "a.b.c", Hasty(), random.Random(1))
    assert not client.logged_in.is_set()
    assert discord_here.limiter.invalid[401] == 1
    await client.close()


async def test_a_first_handshake_that_fails_is_tried_again(
    discord_here: Sandbox, client: KcrushClient
) -> None:
    discord_here.gateway.faults.refuse = 1
    async with connected(client, discord_here.token):
        await discord_here.wait_ready(timeout=30)
    assert discord_here.gateway.faults.refuse == 0


async def test_a_close_that_the_library_gives_up_on_begins_anew(
    discord_here: Sandbox, client: KcrushClient
) -> None:
    """4011, sharding required, ends the library's loop; asking anew would give more shards."""
    async with connected(client, discord_here.token) as task:
        await discord_here.wait_ready(timeout=30)
        first = discord_here.gateway.counts.connections
        await discord_here.gateway.close(4011)
        await discord_here.wait_until(
            lambda _: discord_here.gateway.counts.connections > first or None, 30
        )
        await discord_here.wait_ready(timeout=30)
        assert not task.done()


class Ping(commands.Cog):
    @app_commands.command(description="Ping")
    async def ping(self, interaction: discord.Interaction[KcrushClient]) -> None:
        await interaction.response.send_message("pong", ephemeral=True)


async def test_cogs_and_their_commands_are_still_there_after_beginning_anew(
    discord_here: Sandbox, client: KcrushClient
) -> None:
    """``Bot.close`` would remove them."""
    person, channel = scene(discord_here)
    await client.add_cog(Ping())
    async with connected(client, discord_here.token):
        await sync_commands(client)
        await discord_here.wait_ready(timeout=30)
        first = discord_here.gateway.counts.connections
        await discord_here.gateway.close(4011)
        await discord_here.wait_until(
            lambda _: discord_here.gateway.counts.connections > first or None, 30
        )
        await discord_here.wait_ready(timeout=30)
        response = await discord_here.command(person, channel, "ping")
        assert (await response.finished()).content == "pong"


async def test_a_token_that_becomes_void_ends_the_bot(
    discord_here: Sandbox, client: KcrushClient
) -> None:
    async with connected(client, discord_here.token) as task:
        await discord_here.wait_ready(timeout=30)
        await discord_here.gateway.close(4004)
        with pytest.raises(TokenRefusedError):
            await asyncio.wait_for(task, 30)


async def test_closing_ends_the_connection_in_order(
    discord_here: Sandbox, client: KcrushClient
) -> None:
    async with connected(client, discord_here.token) as task:
        await discord_here.wait_ready(timeout=30)
        await client.close()
        await asyncio.wait_for(task, 30)
        assert task.exception() is None


async def test_a_client_that_never_logged_in_can_be_closed(client: KcrushClient) -> None:
    await client.close()
    assert not client.logged_in.is_set()


async def test_it_hears_of_guilds_and_keeps_no_members_or_messages(client: KcrushClient) -> None:
    assert client.intents == discord.Intents(guilds=True)
    assert client._connection.member_cache_flags == discord.MemberCacheFlags.none()
    assert list(client.cached_messages) == []
    assert client._connection.max_messages is None


async def test_the_invite_link_asks_for_what_is_used(
    discord_here: Sandbox, client: KcrushClient
) -> None:
    await log_in_once(client, discord_here.token)
    await client.close()
    url = client.invite_url()
    assert "scope=bot+applications.commands" in url
    asked = yarl.URL(url).query
    assert asked["integration_type"] == "0"
    permissions = discord.Permissions(int(asked["permissions"]))
    assert not permissions.administrator
    assert permissions.send_messages
    assert permissions.attach_files


# ---------------------------------------------------------------- commands


async def test_commands_are_offered_only_when_they_changed(
    discord_here: Sandbox, client: KcrushClient
) -> None:
    @client.tree.command(description="First")
    @app_commands.default_permissions(manage_guild=True)
    async def one(interaction: discord.Interaction, count: app_commands.Range[int, 1, 5]) -> None:
        """Never run."""

    await log_in_once(client, discord_here.token)
    assert client.messages.text("ko").command("one more") == "`/one more`"
    assert await sync_commands(client) is True
    (registered,) = discord_here.world.commands
    assert client.messages.text("ko").command("one more") == f"</one more:{registered}>"
    client.messages.mentions.learn({})
    assert await sync_commands(client) is False
    assert client.messages.text("ko").command("one more") == f"</one more:{registered}>"
    one.description = "Another one"
    assert await sync_commands(client) is True
    await client.close()
    puts = [request for request in discord_here.requests if request.method == "PUT"]
    assert len(puts) == 2


def test_what_discord_adds_makes_no_difference() -> None:
    ours = [
        {
            "name": "a",
            "type": 1,
            "description": "x",
            "options": [{"name": "o", "type": 3, "description": "y", "required": False}],
            "default_member_permissions": 32,
            "contexts": [1, 0],
            "dm_permission": True,
        }
    ]
    theirs = [
        {
            "id": "1",
            "application_id": "2",
            "version": "3",
            "name": "a",
            "description": "x",
            "options": [{"name": "o", "type": 3, "description": "y"}],
            "type": 1,
            "default_member_permissions": "32",
            "contexts": [0, 1],
            "nsfw": False,
            "name_localizations": None,
        }
    ]
    assert same_commands(ours, theirs)
    assert not same_commands(ours, [])
    assert not same_commands(ours, [{**theirs[0], "description": "z"}])
    assert not same_commands(ours, [{**theirs[0], "contexts": [0]}])
    assert not same_commands(ours, [{**theirs[0], "options": []}])


# ---------------------------------------------------------------- errors

Act = Callable[[discord.Interaction[Any]], Awaitable[None]]


async def ask(sandbox: Sandbox, client: KcrushClient, act: Act) -> str:
    """What a person reads who uses a command that does `act`."""
    person, channel = scene(sandbox)

    @client.tree.command(name="do", description="Do it")
    async def do(interaction: discord.Interaction) -> None:
        await act(interaction)

    async with connected(client, sandbox.token):
        await sync_commands(client)
        await sandbox.wait_ready(timeout=30)
        response = await sandbox.command(person, channel, "do")
        message = await response.finished()
        assert response.ephemeral
        return "".join(
            part["content"] for part in message.components[0]["components"] if "content" in part
        )


def scene(sandbox: Sandbox) -> tuple[User, Channel]:
    person = sandbox.world.add_user("Alex")
    guild = sandbox.world.add_guild("Fans", owner=person)
    return person, sandbox.world.add_channel(guild, "talk")


async def test_what_nobody_foresaw_has_a_number_in_both_places(
    discord_here: Sandbox, client: KcrushClient
) -> None:
    async def fail(_: discord.Interaction[Any]) -> None:
        raise ZeroDivisionError("secret detail")

    with structlog.testing.capture_logs() as logs:
        told = await ask(discord_here, client, fail)
    assert told == (
        "Something went wrong on my side. Nothing you did was lost. Try again in a moment. "
        f"If it keeps happening, give the number **{REFERENCE}** to whoever runs this bot; "
        "they can find it in the log."
    )
    entry = next(line for line in logs if line["event"] == "error.unexpected")
    assert entry["reference"] == REFERENCE
    assert entry["where"] == "/do"
    assert entry["exc_info"][0] is ZeroDivisionError
    assert entry["exc_info"][2] is not None


async def test_an_error_after_the_answer_is_told_beside_it(
    discord_here: Sandbox, client: KcrushClient
) -> None:
    async def answer_then_fail(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer(ephemeral=True)
        raise ZeroDivisionError

    told = await ask(discord_here, client, answer_then_fail)
    assert REFERENCE in told


async def test_what_was_foreseen_is_its_own_sentence(
    discord_here: Sandbox, client: KcrushClient
) -> None:
    async def refuse(_: discord.Interaction[Any]) -> None:
        raise UserError("error.guild-only")

    told = await ask(discord_here, client, refuse)
    assert told == (
        "This command is about a server's channels, so it only works in a server. Use it there."
    )


async def test_a_trouble_of_the_database_is_the_operators_to_read(
    discord_here: Sandbox, client: KcrushClient
) -> None:
    async def fail(_: discord.Interaction[Any]) -> None:
        raise StoreError("store.full", path="/srv/secret/kcrush.db")

    with structlog.testing.capture_logs() as logs:
        told = await ask(discord_here, client, fail)
    assert "can't reach my database" in told
    assert REFERENCE in told
    assert "/srv" not in told
    (entry,) = [entry for entry in logs if entry["event"] == "error.store"]
    assert entry["reference"] == REFERENCE
    assert "/srv/secret/kcrush.db" in entry["cause"]


async def test_an_error_of_an_event_ends_at_the_same_desk(
    discord_here: Sandbox, client: KcrushClient
) -> None:
    heard = asyncio.Event()

    async def on_guild_join(_: discord.Guild) -> None:
        heard.set()
        raise ZeroDivisionError

    client.event(on_guild_join)
    with structlog.testing.capture_logs() as logs:
        async with connected(client, discord_here.token):
            await discord_here.wait_ready(timeout=30)
            await client.wait_until_ready()
            scene(discord_here)
            await asyncio.wait_for(heard.wait(), 30)
    entry = next(line for line in logs if line["event"] == "error.unexpected")
    assert (entry["where"], entry["reference"]) == ("on_guild_join", REFERENCE)


async def test_what_is_too_late_is_not_answered_again(client: KcrushClient) -> None:
    """The three seconds are over: another answer would be one more refused request."""
    response = type("Response", (), {"status": 404, "reason": "Not Found"})()
    late = discord.NotFound(response, {"code": 10062, "message": "Unknown interaction"})
    with structlog.testing.capture_logs() as logs:
        await client.report_error(None, late, where="/do")
    assert [line["event"] for line in logs] == ["error.expired"]
    assert "exc_info" not in logs[0]
