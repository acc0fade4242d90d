"""What ``check`` finds at the site and at Discord. Nothing is created or changed there, either."""

import asyncio
import secrets
from collections.abc import AsyncIterator

import aiohttp
import discord
import orjson

from bot.archive.site_address import site_address
from bot.cli.findings import CheckContext, CheckVerdict, Finding
from bot.client.client import KcrushClient
from bot.client.connection import log_in_once, use_rest_api
from bot.core.clock import SystemClock
from bot.core.discord_time import NOTABLE
from bot.core.errors import FetchError, UserError
from bot.delivery.responses import InvalidResponses, trace_responses
from bot.feed.failures import certificate_error
from bot.feed.fetch import Fetched, Fetcher
from bot.feed.identity import have_same_host
from bot.feed.reading import PARSE_FEED, SITE_READER, open_site_fetcher
from bot.feed.results import ParsedFeed

TIMEOUT = 30.0
"""Seconds for Discord's answer: as long as the site gets."""


async def check_feeds(context: CheckContext) -> AsyncIterator[Finding]:
    for url in context.settings.feeds:
        verdict, detail = await _feed(url, context)
        yield Finding("feed", verdict, detail, about=url)


async def _feed(url: str, context: CheckContext) -> tuple[CheckVerdict, str]:
    """Asks the address to which the feed moved, where its own does not answer any more."""
    text = context.text
    moved_to = context.stored.moved.get(url) if context.stored is not None else None
    try:
        async with open_site_fetcher(context.settings, SystemClock()) as fetcher:
            page, moved_to = await _fetch(fetcher, url, moved_to)
            feed: ParsedFeed = await SITE_READER.run(
                PARSE_FEED, page.body, url=page.url, content_type=page.content_type
            )
            if not feed.interviews:
                return CheckVerdict.FAILED, text("cli.check.feed.empty")
            parts = [text.plural("cli.check.feed.ok", len(feed.interviews))]
            is_trusted = have_same_host(url, page.url)
            is_conditional = await _answers_not_modified(fetcher, page, trusted=is_trusted)
            parts.append(text(f"cli.check.feed.{'brief' if is_conditional else 'whole'}"))
            has_rest = await _has_rest(fetcher, moved_to or url)
            parts.append(text(f"cli.check.feed.{'rest' if has_rest else 'no-rest'}"))
    except UserError as error:
        return CheckVerdict.FAILED, error.sentence(text)
    if moved_to is None:
        return CheckVerdict.OK, "; ".join(parts)
    return CheckVerdict.NOTE, "; ".join([*parts, text("cli.check.feed.moved", url=moved_to)])


async def _fetch(fetcher: Fetcher, url: str, moved_to: str | None) -> tuple[Fetched, str | None]:
    try:
        page = await fetcher.get(url)
    except FetchError:
        if moved_to is None:
            raise
        page = await fetcher.get(moved_to, trusted=have_same_host(url, moved_to))
    return page, page.moved_to or moved_to


async def _answers_not_modified(fetcher: Fetcher, page: Fetched, *, trusted: bool) -> bool:
    """Whether the site says "not modified", in any of the ways in which it may be asked."""
    try:
        for _ in range(2):
            again = await fetcher.get(page.url, page.validators, trusted=trusted)
            if again.status == 304:
                return True
    except FetchError:
        return False
    return False


async def _has_rest(fetcher: Fetcher, url: str) -> bool:
    """Whether the archive can be read by WordPress's REST API."""
    site = site_address(url)
    if not site.is_wordpress:
        return False
    try:
        page = await fetcher.get(site.rest("posts", per_page=1, _fields="id"))
        return isinstance(orjson.loads(page.body), list)
    except (FetchError, ValueError):
        return False


async def check_application(context: CheckContext) -> AsyncIterator[Finding]:
    settings, text = context.settings, context.text
    if settings.discord_token is None:
        yield Finding("discord", CheckVerdict.FAILED, text("cli.check.discord.missing"))
        return
    use_rest_api(settings.discord_api_url)
    trace = trace_responses(InvalidResponses(SystemClock()), context.time)
    client = KcrushClient(context.messages, lambda: secrets.token_hex(3), http_trace=trace)
    try:
        async with asyncio.timeout(TIMEOUT):
            await log_in_once(client, settings.token)
            application = await client.application_info()
            _, _, limit = await client.http.get_bot_gateway()
    except UserError as error:
        yield Finding("discord", CheckVerdict.FAILED, error.sentence(text))
    except aiohttp.ClientConnectorCertificateError as error:
        yield Finding("discord", CheckVerdict.FAILED, certificate_error(error).sentence(text))
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        url, reason = settings.discord_api_url, str(error) or type(error).__name__
        detail = text("cli.check.discord.unreachable", url=url, reason=reason)
        yield Finding("discord", CheckVerdict.FAILED, detail)
    else:
        name, invite = str(client.user), client.invite_url()
        yield Finding(
            "discord", CheckVerdict.OK, text("cli.check.discord.ok", name=name, invite=invite)
        )
        for key in _wrong_in_portal(application):
            yield Finding("application", CheckVerdict.FAILED, text(f"cli.check.application.{key}"))
        if not application.bot_public:
            yield Finding("application", CheckVerdict.NOTE, text("cli.check.application.private"))
        left, total = limit["remaining"], limit["total"]
        verdict, key = (
            (CheckVerdict.OK, "ok") if left > total // 2 else (CheckVerdict.FAILED, "few")
        )
        detail = text(f"cli.check.sessions.{key}", left=text.number(left), total=text.number(total))
        yield Finding("sessions", verdict, detail)
    finally:
        await client.close()


def _wrong_in_portal(application: discord.AppInfo) -> list[str]:
    """What of the developer portal's settings keeps the bot from working."""
    wrong = []
    if application.interactions_endpoint_url:
        wrong.append("endpoint")
    if application.bot_require_code_grant:
        wrong.append("code-grant")
    return wrong


async def check_clock(context: CheckContext) -> AsyncIterator[Finding]:
    skew = context.time.skew
    if skew is None:
        return
    if abs(skew) < NOTABLE:
        yield Finding("clock", CheckVerdict.OK, context.text("cli.check.clock.ok"))
        return
    which = "cli.check.clock.ahead" if skew > 0 else "cli.check.clock.behind"
    detail = context.text.plural(which, round(abs(skew) / 60))
    yield Finding("clock", CheckVerdict.FAILED, detail)
