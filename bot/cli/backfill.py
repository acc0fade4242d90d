"""``backfill``: the whole archive of the feeds, read once and brought up to date."""

import random
from dataclasses import dataclass
from datetime import datetime

import click

from bot.app import open_resources
from bot.archive.archive import ArchiveReport
from bot.archive.service import Backfill
from bot.cli import EX_FAILED
from bot.cli.progress import show_progress
from bot.core.clock import SystemClock
from bot.core.errors import UserError
from bot.core.i18n import Text
from bot.core.settings import Settings, is_loopback
from bot.feed.watcher import Watcher

EX_USAGE = 2
"""As click ends the program for wrong usage."""


@dataclass(frozen=True, slots=True)
class BackfillOptions:
    """Posts modified since a day, at most so many, so many requests a second (0: no limit); with
    ``dry_run`` nothing is read but how much there is."""

    since: datetime | None
    limit: int | None
    rate: float
    dry_run: bool


async def backfill_archive(settings: Settings, text: Text, options: BackfillOptions) -> int:
    """Read the archive of every feed; 1 when one failed, 2 for a rate that is not for its site."""
    for url in settings.feeds:
        if options.rate == 0 and not is_loopback(url):
            click.echo(text("cli.backfill.rate-zero", url=url), err=True)
            return EX_USAGE
    clock, rng = SystemClock(), random.Random()
    failed = False
    feeds = settings.feeds
    async with open_resources(settings, clock, rng) as resources:
        store, fetcher = resources.store, resources.fetcher
        watcher = Watcher(fetcher, store, clock, rng, feeds=feeds, interval=settings.poll_interval)
        for url in feeds:
            with show_progress(text, text("cli.backfill.progress"), clock) as progress:
                service = Backfill(
                    fetcher,
                    store,
                    clock,
                    rng,
                    feeds=(url,),
                    agent=settings.user_agent,
                    rate=options.rate,
                    poll=watcher.poll,
                    progress=progress,
                )
                try:
                    if options.dry_run:
                        line = _survey(await service.survey(url), text)
                    else:
                        report = await service.fill(url, since=options.since, limit=options.limit)
                        line = _done(report, text)
                except UserError as error:
                    failed = True
                    click.echo(f"{url}: {error.sentence(text)}", err=True)
                    continue
            click.echo(line)
        if not options.dry_run:
            with show_progress(text, text("cli.index.progress"), clock) as count:
                await resources.index.sync(store, count)
    return EX_FAILED if failed else 0


def _survey(report: ArchiveReport, text: Text) -> str:
    way = text(f"cli.backfill.way.{report.strategy}")
    if report.total is None:
        return text("cli.backfill.survey-open", url=report.url, way=way)
    return text("cli.backfill.survey", url=report.url, total=report.total, way=way)


def _done(report: ArchiveReport, text: Text) -> str:
    return text(
        "cli.backfill.done" if report.finished else "cli.backfill.partial",
        url=report.url,
        way=text(f"cli.backfill.way.{report.strategy}"),
        stored=report.stored,
        updated=report.updated,
        withdrawn=report.withdrawn,
    )
