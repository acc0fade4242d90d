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
from bot.core.errors import ConfigError, UserError
from bot.core.i18n import Messages, Text
from bot.core.settings import Settings
from bot.feed.failures import certificate_error
from bot.feed.parse import parse_feed
from bot.feed.reading import SITE_READER, open_site_fetcher
from bot.store import inspect_store

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
    if not wrong.keys() & {"DATABASE_URL", "DATA_DIR"}:
        yield text("cli.check.database"), *await _database(settings, text)
    for url in settings.feeds if "FEED_URL" not in wrong else ():
        yield text("cli.check.feed", url=url), *await _feed(url, settings, text)
    if not wrong.keys() & {"DISCORD_TOKEN", "DISCORD_API_URL"}:
        yield text("cli.check.discord"), *await _discord(settings, messages, text)


async def _database(settings: Settings, text: Text) -> tuple[bool, str]:
    try:
        state = await inspect_store(settings.database_url)
    except UserError as error:
        return False, error.sentence(text)
    if state is None:
        return True, text("cli.check.database.none")
    if not state.schema.up_to_date:
        return False, text(
            "cli.check.database.old", current=state.schema.current or "-", head=state.schema.head
        )
    return True, text(
        "cli.check.database.ok", version=state.schema.current, count=text.number(state.interviews)
    )


async def _feed(url: str, settings: Settings, text: Text) -> tuple[bool, str]:
    try:
        async with open_site_fetcher(settings, SystemClock()) as fetcher:
            page = await fetcher.get(url)
        feed = await SITE_READER.run(
            parse_feed, page.body, url=page.url, content_type=page.content_type
        )
    except UserError as error:
        return False, error.sentence(text)
    if not feed.interviews:
        return False, text("cli.check.feed.empty")
    return True, text("cli.check.feed.ok", count=text.number(len(feed.interviews)))


async def _discord(settings: Settings, messages: Messages, text: Text) -> tuple[bool, str]:
    if settings.discord_token is None:
        return False, text("cli.check.discord.missing")
    use_rest_api(settings.discord_api_url)
    client = KcrushClient(messages, lambda: secrets.token_hex(3))
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
