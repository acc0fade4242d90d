"""The command line. Each command reads the settings, calls one service and prints lines.

A command imports what it needs when it runs, so that ``--help`` and ``parse`` do not pay for
importing discord.py.
"""

import asyncio
import gc
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import structlog

from bot import __version__
from bot.core.errors import ConfigError, UserError
from bot.core.i18n import Messages, Text
from bot.core.logging import configure_logging
from bot.core.settings import (
    MAX_SNOWFLAKE,
    MIN_SNOWFLAKE,
    Settings,
    inspect_settings,
    load_settings,
)
from bot.core.text import is_visible

EX_FAILED = 1
EX_CONFIG = 78
"""sysexits.h: something was found in an unconfigured or misconfigured state."""

logger = structlog.get_logger(__name__)

Verb = Callable[[Settings], Coroutine[Any, Any, int]]
"""What a command does with the settings; gives the exit code."""


def _run(verb: Verb, messages: Messages, settings: Settings | None = None) -> None:
    """Run `verb` on an event loop, with `settings` or with those that are read, and exit with its
    exit code.

    An exception ends as a sentence on stderr; its traceback goes to the log, without secrets.
    """
    try:
        settings = settings or load_settings()
        configure_logging(settings.log_level, settings.log_format, secrets=settings.secrets)
        # Modules and classes stay: to look for garbage among them, too, holds the loop for 70 ms.
        gc.freeze()
        gc.enable()
        code = asyncio.run(verb(settings))
    except KeyboardInterrupt:
        code = 0
    except Exception as error:  # noqa: BLE001 - nothing reaches the terminal as a traceback
        code = _report(messages.text(), error)
    raise SystemExit(code)


def _report(text: Text, error: Exception) -> int:
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, UserError):
        click.echo(error.sentence(text), err=True)
        return EX_CONFIG if is_configuration(error) else EX_FAILED
    logger.error("failed", exc_info=(type(error), error, error.__traceback__))
    click.echo(text("cli.failed"), err=True)
    return EX_FAILED


def is_configuration(error: UserError) -> bool:
    """Whether only a change of the settings mends the error: a restart would fail the same way."""
    return isinstance(error, ConfigError) or error.key == "discord.token-refused"


def build_cli(messages: Messages) -> click.Group:
    """The command line, with its help from the catalogue.

    Each command returns its ``Verb``, which is run last.
    """
    text = messages.text()

    @click.group(help=text("cli.help"), context_settings={"help_option_names": ["-h", "--help"]})
    @click.version_option(__version__, prog_name="kcrush-bot")
    def cli() -> None:
        pass

    @cli.result_callback()
    def finish(verb: Verb) -> None:
        _run(verb, messages)

    _add_running(cli, messages, text)
    _add_reading(cli, text)
    _add_announcing(cli, messages, text)
    _add_maintenance(cli, messages, text)
    return cli


def _add_running(cli: click.Group, messages: Messages, text: Text) -> None:
    @cli.command(help=text("cli.run.help"))
    @click.option("--or-demo", is_flag=True, help=text("cli.run.or-demo"))
    def run(or_demo: bool) -> Verb:
        from bot.cli.run import run_real

        def verb(settings: Settings) -> Coroutine[Any, Any, int]:
            if or_demo and settings.discord_token is None:
                from bot.cli.demo import run_demo

                return run_demo(settings, messages)
            return run_real(settings, messages)

        return verb

    @cli.command(help=text("cli.demo.help"))
    @click.option("--port", type=click.IntRange(0, 65535), help=text("cli.demo.port"))
    @click.option("--no-page", is_flag=True, help=text("cli.demo.no-page"))
    @click.option(
        "--exit-after",
        type=click.FloatRange(min=0),
        metavar="SECONDS",
        help=text("cli.demo.exit-after"),
    )
    def demo(port: int | None, no_page: bool, exit_after: float | None) -> Verb:
        from bot.cli.demo import run_demo

        return lambda settings: run_demo(
            settings, messages, port=port, page=not no_page, exit_after=exit_after
        )


def _add_reading(cli: click.Group, text: Text) -> None:
    @cli.command(help=text("cli.parse.help"))
    @click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
    @click.option("--json", "as_json", is_flag=True, help=text("cli.json"))
    @click.option("--explain", is_flag=True, help=text("cli.parse.explain"))
    def parse(sources: tuple[str, ...], as_json: bool, explain: bool) -> Verb:
        from bot.cli.parse import parse_sources

        return lambda settings: parse_sources(
            sources, settings, text, as_json=as_json, explain=explain
        )

    @cli.command(help=text("cli.search.help"))
    @click.argument("query")
    @click.option("--json", "as_json", is_flag=True, help=text("cli.json"))
    @click.option(
        "--limit",
        type=click.IntRange(1, 1000),
        default=10,
        show_default=True,
        help=text("cli.search.limit"),
    )
    def search(query: str, as_json: bool, limit: int) -> Verb:
        from bot.cli.data import search_archive

        if not is_visible(query) or not any(map(str.isalnum, query)):
            raise click.BadParameter(text("error.nothing-searched"), param_hint="QUERY")
        return lambda settings: search_archive(query, settings, text, as_json=as_json, limit=limit)

    @cli.command(help=text("cli.simulate.help"))
    @click.option(
        "--guilds",
        type=click.IntRange(1, 10_000_000),
        required=True,
        metavar="N",
        help=text("cli.simulate.guilds"),
    )
    @click.option("--json", "as_json", is_flag=True, help=text("cli.json"))
    def simulate(guilds: int, as_json: bool) -> None:
        from bot.cli.simulate import simulate_guilds

        simulate_guilds(guilds, text, as_json=as_json)
        click.get_current_context().exit()


def _add_announcing(cli: click.Group, messages: Messages, text: Text) -> None:
    @cli.command(help=text("cli.poll.help"))
    def poll() -> Verb:
        from bot.cli.data import poll_once

        return lambda settings: poll_once(settings, messages)

    @cli.command(help=text("cli.announce.help"))
    @click.argument(
        "ids", nargs=-1, required=True, type=click.IntRange(1, 2**63 - 1), metavar="ID..."
    )
    def announce(ids: tuple[int, ...]) -> Verb:
        from bot.cli.data import announce_withheld

        return lambda settings: announce_withheld(ids, settings, text)

    @cli.command(help=text("cli.backfill.help"))
    @click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help=text("cli.backfill.since"))
    @click.option("--limit", type=click.IntRange(min=1), help=text("cli.backfill.limit"))
    @click.option(
        "--rate",
        type=click.FloatRange(0, 100),
        default=1.0,
        show_default=True,
        help=text("cli.backfill.rate"),
    )
    @click.option("--dry-run", is_flag=True, help=text("cli.backfill.dry-run"))
    def backfill(since: datetime | None, limit: int | None, rate: float, dry_run: bool) -> Verb:
        from bot.cli.backfill import BackfillOptions, backfill_archive

        options = BackfillOptions(since and since.replace(tzinfo=UTC), limit, rate, dry_run)
        return lambda settings: backfill_archive(settings, text, options)


def _add_maintenance(cli: click.Group, messages: Messages, text: Text) -> None:
    @cli.command(help=text("cli.backup.help"))
    @click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
    def backup(file: Path) -> Verb:
        from bot.cli.data import back_up_database

        return lambda settings: back_up_database(file, settings, text)

    @cli.command(help=text("cli.restore.help"))
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--force", is_flag=True, help=text("cli.restore.force"))
    def restore(file: Path, force: bool) -> Verb:
        from bot.cli.data import restore_database

        return lambda settings: restore_database(file, settings, text, force=force)

    @cli.command(help=text("cli.move.help"))
    @click.option("--to", "target", required=True, metavar="URL", help=text("cli.move.to"))
    def move(target: str) -> Verb:
        from bot.cli.data import move_database

        return lambda settings: move_database(target, settings, text)

    @cli.command(help=text("cli.migrate.help"))
    def migrate() -> Verb:
        from bot.cli.data import migrate_database

        return lambda settings: migrate_database(settings, text)

    @cli.command(help=text("cli.smoke.help"))
    @click.option(
        "--guild",
        type=click.IntRange(MIN_SNOWFLAKE, MAX_SNOWFLAKE),
        required=True,
        metavar="ID",
        help=text("cli.smoke.guild"),
    )
    def smoke(guild: int) -> Verb:
        from bot.cli.smoke import smoke_test

        return lambda settings: smoke_test(settings, messages, guild_id=guild)

    @cli.command(help=text("cli.check.help"))
    @click.option("--json", "as_json", is_flag=True, help=text("cli.json"))
    def check(as_json: bool) -> None:
        from bot.cli.check import check_all

        usable, wrong = inspect_settings()
        _run(
            lambda settings: check_all(settings, wrong, messages, as_json=as_json),
            messages,
            usable,
        )
