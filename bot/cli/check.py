"""``check``: each thing that the bot needs, a line each, with the mend."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping

import aiohttp
import click
import discord

from bot.cli import EX_FAILED
from bot.client.client import KcrushClient
from bot.client.connection import log_in_once, use_rest_api
from bot.core.clock import SystemClock
from bot.core.discord_time import NOTABLE, DiscordTime
from bot.core.errors import ConfigError, FetchError, UserError
from bot.core.i18n import Messages, Text
from bot.core.settings import Settings
from bot.delivery.responses import InvalidResponses, trace_responses
from bot.feed.failures import certificate_error
from bot.feed.identity import have_same_host
from bot.feed.reading import PARSE_FEED, SITE_READER, open_site_fetcher
from bot.feed.results import ParsedFeed
from bot.store import Inspection, inspect_store

TIMEOUT = 30.0
"""Seconds for Discord's answer: as long as the site gets."""


async def check_all(
    settings: Settings, wrong: Mapping[str, ConfigError], messages: Messages
) -> int:
    """Print a line for each thing checked; 1 when any failed. Nothing is created or changed.

    `wrong` are the settings that can't be used, by variable; what needs one is not checked.
    """
    text = messages.text()
    failed = False
    async for what, good, detail in _findings(settings, wrong, messages):
        failed = failed or not good
        click.echo(text("cli.check.ok" if good else "cli.check.bad", what=what, detail=detail))
    return EX_FAILED if failed else 0


async def _findings(
    settings: Settings, wrong: Mapping[str, ConfigError], messages: Messages
) -> AsyncIterator[tuple[str, bool, str]]:
    text = messages.text()
    for error in wrong.values():
        yield text("cli.check.settings"), False, error.sentence(text)
    if not wrong:
        yield text("cli.check.settings"), True, text("cli.check.settings.ok")
    stored = None
    if not wrong.keys() & {"DATABASE_URL", "DATA_DIR"}:
        stored, good, detail = await _database(settings, text)
        yield text("cli.check.database"), good, detail
    for url in settings.feeds if "FEED_URL" not in wrong else ():
        moved_to = stored.moved.get(url) if stored is not None else None
        yield text("cli.check.feed", url=url), *await _feed(url, moved_to, settings, text)
    if stored is not None and stored.withheld:
        ids = " ".join(map(str, stored.withheld))
        withheld = text.plural("cli.check.withheld.some", len(stored.withheld), ids=ids)
        yield text("cli.check.withheld"), True, withheld
    if not wrong.keys() & {"DISCORD_TOKEN", "DISCORD_API_URL"}:
        time = DiscordTime(SystemClock())
        yield text("cli.check.discord"), *await _discord(settings, messages, text, time)
        skew = time.skew or 0.0
        if abs(skew) >= NOTABLE:
            which = "cli.check.clock.ahead" if skew > 0 else "cli.check.clock.behind"
            detail = text.plural(which, round(abs(skew) / 60))
            yield text("cli.check.clock"), False, detail


async def _database(settings: Settings, text: Text) -> tuple[Inspection | None, bool, str]:
    try:
        state = await inspect_store(settings.database_url)
    except UserError as error:
        return None, False, error.sentence(text)
    if state is None:
        return None, True, text("cli.check.database.none")
    schema, count = state.schema, text.number(state.interviews)
    if not schema.up_to_date:
        old = text("cli.check.database.old", current=schema.current or "-", head=schema.head)
        return None, False, old
    return state, True, text("cli.check.database.ok", version=schema.current, count=count)


async def _feed(url: str, moved_to: str | None, settings: Settings, text: Text) -> tuple[bool, str]:
    """Asks the address to which the feed moved, where its own does not answer any more."""
    try:
        async with open_site_fetcher(settings, SystemClock()) as fetcher:
            try:
                page = await fetcher.get(url)
            except FetchError:
                if moved_to is None:
                    raise
                page = await fetcher.get(moved_to, trusted=have_same_host(url, moved_to))
        feed: ParsedFeed = await SITE_READER.run(
            PARSE_FEED, page.body, url=page.url, content_type=page.content_type
        )
    except UserError as error:
        return False, error.sentence(text)
    if not feed.interviews:
        return False, text("cli.check.feed.empty")
    count = text.number(len(feed.interviews))
    moved_to = page.moved_to or moved_to
    if moved_to is None:
        return True, text("cli.check.feed.ok", count=count)
    return True, text("cli.check.feed.moved", count=count, url=moved_to)


async def _discord(
    settings: Settings, messages: Messages, text: Text, time: DiscordTime
) -> tuple[bool, str]:
    if settings.discord_token is None:
        return False, text("cli.check.discord.missing")
    use_rest_api(settings.discord_api_url)
    trace = trace_responses(InvalidResponses(SystemClock()), time)
    client = KcrushClient(messages, lambda: secrets.token_hex(3), http_trace=trace)
    try:
        async with asyncio.timeout(TIMEOUT):
            await log_in_once(client, settings.token)
        return True, text("cli.check.discord.ok", name=str(client.user), invite=client.invite_url())
    except UserError as error:
        return False, error.sentence(text)
    except aiohttp.ClientConnectorCertificateError as error:
        return False, certificate_error(error).sentence(text)
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        reason = str(error) or type(error).__name__
        return False, text(
            "cli.check.discord.unreachable", url=settings.discord_api_url, reason=reason
        )
    finally:
        await client.close()
