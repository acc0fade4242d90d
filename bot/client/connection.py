"""Logging in, and a gateway connection that is held until the client is closed."""

import random

import discord
import structlog
from discord.http import Route

from bot.client.client import KcrushClient
from bot.client.identify_budget import SessionLimitError
from bot.core.clock import Clock
from bot.core.errors import UserError
from bot.core.retry import backoff, retry_after_of
from bot.core.supervisor import LONGEST_WAIT, supervise

logger = structlog.get_logger(__name__)

REFUSED_TOKEN = 4004
OUTGROWN = 4011
FATAL_CLOSES = {4010, 4012, 4013, 4014}
"""Discord docs, Gateway close event codes: reconnecting as we are would be refused again."""

FIRST_RETRY = 2.0
SLOWEST_RECONNECT = 60.0
"""Seconds: the shortest and the longest back-off between two attempts to log in or connect."""

CALM_CONNECTION = 300.0
"""Seconds: a connection that held this long starts the back-off anew when it ends."""


class TokenRefusedError(UserError):
    """Discord answered 401 or close code 4004: the token is wrong, or was reset."""

    def __init__(self) -> None:
        super().__init__("discord.token-refused")


def use_rest_api(url: str) -> None:
    """Point discord.py at a REST base, which it keeps in a class: it holds for the process."""
    Route.BASE = url


async def connect(client: KcrushClient, token: str, clock: Clock, rng: random.Random) -> None:
    """Log in, and keep the connection until the client is closed.

    Raises as ``log_in`` and ``hold_connection`` do.
    """
    await log_in(client, token, clock, rng)
    await hold_connection(client, token, clock, rng)


async def log_in(client: KcrushClient, token: str, clock: Clock, rng: random.Random) -> None:
    """Log in over REST, as often as it takes; sets ``client.logged_in``.

    Raises:
        TokenRefusedError: Discord doesn't know the token; trying again would not help.
    """
    await supervise(
        "discord.login",
        lambda: log_in_once(client, token),
        clock,
        pause=lambda failures: backoff(failures, FIRST_RETRY, SLOWEST_RECONNECT, rng.random()),
        fatal=TokenRefusedError,
    )


async def log_in_once(client: KcrushClient, token: str) -> None:
    """One try to log in; what it opened is closed again when it fails.

    Raises:
        TokenRefusedError: Discord doesn't know the token.
        discord.HTTPException, aiohttp.ClientError, OSError: Discord could not be asked.
    """
    try:
        await client.login(token)
    except discord.LoginFailure:
        await client.forget_session()
        raise TokenRefusedError from None
    except BaseException:
        await client.forget_session()
        raise
    client.logged_in.set()


async def hold_connection(
    client: KcrushClient, token: str, clock: Clock, rng: random.Random
) -> None:
    """Keep the gateway connection until we close the client, whatever Discord does.

    discord.py resumes and reconnects by itself. This is for what it gives up on: the first
    handshake, a need for more shards (4011), an error of its own.

    Raises:
        TokenRefusedError: close code 4004.
        discord.ConnectionClosed: a close that says that we are wrong (4010, 4012 to 4014).
    """
    failures = 0
    while True:
        started = clock.monotonic()
        wait = 0.0
        try:
            await client.connect()
        except discord.ConnectionClosed as error:
            if error.code == REFUSED_TOKEN:
                raise TokenRefusedError from None
            if error.code in FATAL_CLOSES:
                raise
            client.sharding.outgrown = error.code == OUTGROWN
            logger.warning("discord.closed", code=error.code)
        except SessionLimitError as error:
            wait = error.retry_after
            logger.warning("discord.no-session-left", cause=str(error))
        except Exception as error:
            wait = min(retry_after_of(error), LONGEST_WAIT)
            logger.exception("discord.connection-failed")
        else:
            return
        failures = 1 if clock.monotonic() - started > CALM_CONNECTION else failures + 1
        pause = backoff(failures, FIRST_RETRY, SLOWEST_RECONNECT, rng.random())
        await clock.sleep(max(pause, wait))
        await client.begin_anew()
        await log_in(client, token, clock, rng)


def connected_shards(client: KcrushClient) -> int:
    """How many shards have an open connection to Discord."""
    return sum(1 for shard in client.shards.values() if not shard.is_closed())
