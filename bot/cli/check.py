"""``check``: each thing that the bot needs, a line each, with the mend."""

import asyncio
import secrets
from collections.abc import AsyncIterator

import aiohttp
import click
import discord

from bot.cli import EX_FAILED, sentence
from bot.client.client import KcrushClient
from bot.client.connection import log_in_once, use_rest_api
from bot.core.clock import SystemClock
from bot.core.errors import UserError
from bot.core.i18n import Messages, Text
from bot.core.settings import Settings
from bot.feed.fetch import open_fetcher
from bot.feed.parse import parse_feed
from bot.feed.reading import SITE_READER
from bot.store import inspect_store

TIMEOUT = 30.0
"""Seconds for Discord's answer: as long as the site gets."""


async def check_all(settings: Settings, messages: Messages) -> int:
    """Print a line for each thing checked; 1 when any failed. Changes nothing but a probe row."""
    text = messages.text()
    failed = False
    async for what, good, detail in _findings(settings, messages, text):
        failed = failed or not good
        click.echo(text("cli.check.ok" if good else "cli.check.bad", what=what, detail=detail))
    return EX_FAILED if failed else 0


async def _findings(
    settings: Settings, messages: Messages, text: Text
) -> AsyncIterator[tuple[str, bool, str]]:
    yield text("cli.check.settings"), True, text("cli.check.settings.ok")
    yield text("cli.check.database"), *await _database(settings, text)
    for url in settings.feed_url:
        yield text("cli.check.feed", url=url), *await _feed(url, settings, text)
    yield text("cli.check.discord"), *await _discord(settings, messages, text)


async def _database(settings: Settings, text: Text) -> tuple[bool, str]:
    try:
        state = await inspect_store(settings.database_url, SystemClock())
    except UserError as error:
        return False, sentence(text, error)
    if not state.schema.up_to_date:
        return False, text(
            "cli.check.database.old", current=state.schema.current or "-", head=state.schema.head
        )
    return True, text(
        "cli.check.database.ok", version=state.schema.current, count=text.number(state.interviews)
    )


async def _feed(url: str, settings: Settings, text: Text) -> tuple[bool, str]:
    try:
        async with open_fetcher(SystemClock(), user_agent=settings.user_agent) as fetcher:
            page = await fetcher.get(url)
        feed = await SITE_READER.run(
            parse_feed, page.body, url=page.url, content_type=page.content_type
        )
    except UserError as error:
        return False, sentence(text, error)
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
        return False, sentence(text, error)
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        reason = str(error) or type(error).__name__
        return False, text(
            "cli.check.discord.unreachable", url=settings.discord_api_url, reason=reason
        )
    finally:
        await client.close()
