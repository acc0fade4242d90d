"""``parse``: the interviews in pages, feeds and files, stored and announced nowhere."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import orjson

from bot.cli import EX_FAILED
from bot.core.clock import SystemClock
from bot.core.errors import FetchError, ParseError, UserError
from bot.core.i18n import Text
from bot.core.model import Interview
from bot.core.settings import Settings
from bot.core.worker import named
from bot.feed.fetch import MAX_BODY, Fetcher
from bot.feed.reading import PARSE_FEED, SITE_READER, open_site_fetcher
from bot.feed.results import ParsedFeed


async def parse_sources(
    sources: Sequence[str],
    settings: Settings,
    text: Text,
    *,
    as_json: bool,
    explain: bool = False,
) -> int:
    """Print the interviews of every source; 1 when one could not be read or parsed.

    The warnings of a feed's parser go to standard error. With `explain`, so does how each article's
    questions were told from its answers; the parser runs in this process then, which has the
    logger.
    """
    if explain:
        _print_explanations()
    run = _run_here if explain else SITE_READER.run
    found: list[Interview] = []
    failed = False
    async with open_site_fetcher(settings, SystemClock()) as fetcher:
        for source in sources:
            try:
                interviews, warnings = await _parse(source, fetcher, run)
            except UserError as error:
                failed = True
                click.echo(_complaint(source, error, text), err=True)
                continue
            for warning in warnings:
                click.echo(f"{source}: {warning}", err=True)
            found.extend(interviews)
            for interview in () if as_json else interviews:
                click.echo(_readable(interview, text))
    if as_json:
        click.echo(orjson.dumps([as_object(one) for one in found], option=orjson.OPT_INDENT_2))
    return EX_FAILED if failed else 0


async def _parse(
    source: str, fetcher: Fetcher, run: Callable[..., Awaitable[Any]]
) -> tuple[tuple[Interview, ...], tuple[str, ...]]:
    """The interviews of a source, and the warnings of its feed. `run` calls a parser."""
    if source.startswith(("http://", "https://")):
        page = await fetcher.get(source)
        body, url, kind = page.body, page.url, page.content_type
    else:
        body, url, kind = await asyncio.to_thread(_read, source), "", None
    try:
        feed: ParsedFeed = await run(PARSE_FEED, body, url=url, content_type=kind)
    except ParseError as error:
        if error.key not in ("error.parse.html", "error.parse.not-feed"):
            raise
        # It may be an article's page, or posts of the REST API.
        found: tuple[Interview, ...] = await run(
            "bot.feed.parse:parse_any", body, url=url, content_type=kind
        )
        return found, ()
    return feed.interviews, feed.warnings


async def _run_here(function: str, *args: Any, **kwargs: Any) -> Any:
    return await asyncio.to_thread(named(function), *args, **kwargs)


def _print_explanations() -> None:
    logger = logging.getLogger("bot.feed.transcript")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(logging.StreamHandler())


def _complaint(source: str, error: UserError, text: Text) -> str:
    if error.args_by_name.get("url") == "":
        error.args_by_name["url"] = source
    line = error.sentence(text)
    return line if line.startswith(source) else f"{source}: {line}"


def _read(source: str) -> bytes:
    try:
        if source == "-":
            body = sys.stdin.buffer.read(MAX_BODY + 1)
        else:
            with Path(source).open("rb") as file:
                body = file.read(MAX_BODY + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ParseError("parse.unreadable", reason=reason) from None
    if len(body) > MAX_BODY:
        raise FetchError("fetch.too-large", limit=MAX_BODY // 2**20)
    return body


def as_object(interview: Interview) -> dict[str, Any]:
    """An interview as the JSON object that ``parse --json`` promises."""
    transcript = interview.transcript
    return {
        "guid": interview.guid,
        "url": interview.url,
        "title": interview.title,
        "subjects": [{"name": one.name, "role": one.role} for one in interview.subjects],
        "kinds": list(interview.tags),
        "published_at": _iso(interview.published_at),
        "updated_at": _iso(interview.updated_at),
        "excerpt": interview.excerpt,
        "image_url": interview.image_url,
        "intro": transcript.intro,
        "turns": [
            {
                "number": turn.number,
                "question": turn.question,
                "answers": [{"speaker": one.speaker, "text": one.text} for one in turn.answers],
            }
            for turn in transcript.turns
        ],
        "outro": transcript.outro,
        "warnings": list(transcript.warnings),
    }


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None


def _readable(interview: Interview, text: Text) -> str:
    transcript = interview.transcript
    who = ", ".join(
        f"{one.name} ({one.role})" if one.role else one.name for one in interview.subjects
    )
    facts = [
        who,
        text.date(interview.published_at) if interview.published_at else "",
        text.plural("card.questions", len(transcript.turns)),
        interview.url,
    ]
    lines = [interview.title, "=" * min(72, len(interview.title) or 1)]
    lines += [" · ".join(fact for fact in facts if fact), "", transcript.intro]
    for turn in transcript.turns:
        lines += ["", f"{turn.number}. {turn.question}"]
        lines += [f"{one.speaker}: {one.text}" if one.speaker else one.text for one in turn.answers]
    lines += ["", transcript.outro]
    lines += [f"! {warning}" for warning in transcript.warnings]
    return "\n".join(lines).rstrip() + "\n"
