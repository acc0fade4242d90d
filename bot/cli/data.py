"""One thing done with what is stored, for each of the verbs that do one thing."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import click
import orjson

from bot.app import App, open_app
from bot.cli import EX_FAILED
from bot.cli.instance import locks_of
from bot.cli.progress import show_progress
from bot.client.connection import log_in_once
from bot.core.clock import SystemClock
from bot.core.errors import UserError
from bot.core.i18n import Messages, Text
from bot.core.instance import AlreadyRunningError, only_instance
from bot.core.model import DeliveryState
from bot.core.settings import Settings
from bot.feed.writing import PollReport
from bot.search import Hit, SearchIndex
from bot.store import back_up, database_file, move, open_store, restore


async def poll_once(settings: Settings, messages: Messages) -> int:
    """Poll every feed once; send what is due where there is a token. 1 when a feed failed."""
    text = messages.text()
    clock = SystemClock()
    failed = False
    async with open_app(settings, messages, clock, random.Random()) as app:
        for url in settings.feeds:
            try:
                report = await app.watcher.poll(url)
            except UserError as error:
                failed = True
                click.echo(f"{url}: {error.sentence(text)}", err=True)
                continue
            click.echo(text("cli.poll.line", url=url, outcome=_outcome(report, text)))
        await _send_due(app, text)
        with show_progress(text, text("cli.index.progress"), clock) as progress:
            await app.index.sync(app.store, progress)
    return EX_FAILED if failed else 0


async def _send_due(app: App, text: Text) -> None:
    before = await app.store.outbox.counts()
    if not before.get(DeliveryState.PENDING) and not before.get(DeliveryState.LEASED):
        return
    if app.settings.discord_token is None:
        click.echo(text("cli.poll.no-token"), err=True)
        return
    try:
        if not app.membership.leading.is_set():
            click.echo(text("cli.poll.other-leads"), err=True)
            return
        await _drain(app)
    except AlreadyRunningError as error:
        click.echo(text("cli.poll.other-sends", **error.args_by_name), err=True)
        return
    after = await app.store.outbox.counts()
    sent = after.get(DeliveryState.SENT, 0) - before.get(DeliveryState.SENT, 0)
    click.echo(text.plural("cli.poll.sent", sent))


async def _drain(app: App) -> None:
    with only_instance(locks_of(app.settings)):
        await log_in_once(app.client, app.settings.token)
        await app.announcer.drain()
        await app.extras.drain()


def _outcome(report: PollReport, text: Text) -> str:
    if report.seeded_now and not report.enqueued:
        return text("cli.poll.seeded")
    if not report.new_ids and not report.updated_ids:
        return text("cli.poll.unchanged")
    counts = {
        "new": len(report.new_ids),
        "updated": len(report.updated_ids),
        "waiting": report.enqueued,
    }
    if report.withheld_ids:
        return text("cli.poll.withheld", withheld=len(report.withheld_ids), **counts)
    return text("cli.poll.changed", **counts)


async def announce_withheld(ids: Sequence[int], settings: Settings, text: Text) -> int:
    """Queue interviews that were withheld, for the running bot to send; 1 where none is."""
    clock = SystemClock()
    async with open_store(settings.database_url, clock) as store:
        announced = await store.backlog.announce(ids, clock.now())
    if not announced:
        click.echo(text("cli.announce.nothing"), err=True)
        return EX_FAILED
    click.echo(text.plural("cli.announce.done", len(announced)))
    return 0


async def search_archive(
    query: str, settings: Settings, text: Text, *, as_json: bool, limit: int
) -> int:
    """Print what the search finds; 0 also when that is nothing."""
    clock = SystemClock()
    async with open_store(settings.database_url, clock) as store:
        with closing(SearchIndex.open(settings.data_dir / "index")) as index:
            with show_progress(text, text("cli.index.progress"), clock) as progress:
                await index.sync(store, progress)
            results = await index.search(query, limit=limit)
        addresses = {
            one.id: one.url
            for one in await store.interviews.summaries([hit.interview_id for hit in results.hits])
        }
    if as_json:
        objects = [_as_object(hit, addresses.get(hit.interview_id)) for hit in results.hits]
        click.echo(orjson.dumps(objects, option=orjson.OPT_INDENT_2))
    elif not results.hits:
        click.echo(text("cli.search.nothing", query=query), err=True)
    else:
        for hit in results.hits:
            click.echo(_readable(hit, addresses.get(hit.interview_id)))
    return 0


def _as_object(hit: Hit, url: str | None) -> dict[str, object]:
    return {
        "interview_id": hit.interview_id,
        "title": hit.title,
        "url": url,
        "turn": hit.turn_number,
        "question": hit.question,
        "snippet": "".join(part.text for part in hit.snippet),
        "score": hit.score,
    }


def _readable(hit: Hit, url: str | None) -> str:
    snippet = "".join(
        click.style(part.text, bold=True) if part.bold else part.text for part in hit.snippet
    )
    lines = [click.style(hit.title, bold=True), url or ""]
    if hit.question:
        lines.append(f"  {hit.turn_number}. {' '.join(hit.question.split())}")
    lines.append("  " + snippet.replace("\n", " "))
    return "\n".join(line for line in lines if line.strip()) + "\n"


async def back_up_database(file: Path, settings: Settings, text: Text) -> int:
    """Copy the database, which may be in use, to `file`."""
    size = await asyncio.to_thread(back_up, settings.database_url, file)
    click.echo(text("cli.backup.done", file=file, size=text.number(round(size / 1024))))
    return 0


async def restore_database(file: Path, settings: Settings, text: Text, *, force: bool) -> int:
    """Put a copy in the place of the database, which nobody may have in use."""
    # Refused before a lock makes a folder, where a server has the database.
    database_file(settings.database_url)
    with only_instance(locks_of(settings)):
        former = await asyncio.to_thread(restore, settings.database_url, file, replace=force)
    click.echo(text("cli.restore.done", file=file))
    if former is not None:
        click.echo(text("cli.restore.former", file=former))
    return 0


async def move_database(target: str, settings: Settings, text: Text) -> int:
    """Copy the database, which nobody may have in use, to PostgreSQL."""
    clock, file = SystemClock(), database_file(settings.database_url)
    with (
        only_instance(locks_of(settings)),
        show_progress(text, text("cli.move.progress"), clock) as progress,
    ):
        rows = await move(settings.database_url, target, clock, progress)
    click.echo(text("cli.move.done", rows=text.number(rows), file=file))
    return 0


async def migrate_database(settings: Settings, text: Text) -> int:
    """Bring the database to the newest schema and say which that is."""
    async with open_store(settings.database_url, SystemClock()) as store:
        schema = await store.schema()
    click.echo(text("cli.migrate.done", version=schema.current))
    return 0
