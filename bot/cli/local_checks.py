"""What ``check`` finds on this machine. Nothing is created or changed."""

import platform
import shutil
import sqlite3
from collections.abc import AsyncIterator
from importlib.metadata import version

from bot import __version__
from bot.cli.findings import CheckContext, CheckVerdict, Finding
from bot.cli.instance import locks_of
from bot.core.instance import other_instance
from bot.quotes.card import FONT_PACKAGE, has_typeface
from bot.search.engine import State, inspect_index
from bot.store import database_file, inspect_store, is_sqlite

MIB = 2**20

LEAST_FREE = 200 * MIB
"""Bytes of free disk, beside twice the database, which a copy and a rebuilt index may take."""


async def check_settings(context: CheckContext) -> AsyncIterator[Finding]:
    for error in context.wrong.values():
        yield Finding("settings", CheckVerdict.FAILED, error.sentence(context.text))
    if not context.wrong:
        yield Finding("settings", CheckVerdict.OK, context.text("cli.check.settings.ok"))


async def check_versions(context: CheckContext) -> AsyncIterator[Finding]:
    detail = (
        f"kcrush-bot {__version__}, Python {platform.python_version()}, "
        f"discord.py {version('discord.py')}, SQLite {sqlite3.sqlite_version}, "
        f"{platform.system()} {platform.machine()}"
    )
    yield Finding("versions", CheckVerdict.OK, detail)


async def check_database(context: CheckContext) -> AsyncIterator[Finding]:
    text = context.text
    state = await inspect_store(context.settings.database_url)
    if state is None:
        yield Finding("database", CheckVerdict.OK, text("cli.check.database.none"))
    elif not state.schema.up_to_date:
        current, head = state.schema.current or "-", state.schema.head
        detail = text("cli.check.database.old", current=current, head=head)
        yield Finding("database", CheckVerdict.FAILED, detail)
    else:
        context.stored = state
        detail = text(
            "cli.check.database.ok",
            version=state.schema.current,
            count=text.number(state.interviews),
            size=_size(state.size),
        )
        yield Finding("database", CheckVerdict.OK, detail)


async def check_disk(context: CheckContext) -> AsyncIterator[Finding]:
    url = context.settings.database_url
    file = database_file(url) if is_sqlite(url) else context.settings.data_dir / "index"
    nearest = next(folder for folder in file.absolute().parents if folder.exists())
    free = shutil.disk_usage(nearest).free
    here = context.stored.size if context.stored is not None and is_sqlite(url) else 0
    needed = LEAST_FREE + 2 * here
    key, verdict = ("ok", CheckVerdict.OK) if free >= needed else ("full", CheckVerdict.FAILED)
    sizes = {"free": _size(free), "needed": _size(needed), "folder": nearest}
    yield Finding("disk", verdict, context.text(f"cli.check.disk.{key}", **sizes))


async def check_index(context: CheckContext) -> AsyncIterator[Finding]:
    stored = context.stored
    state = inspect_index(context.settings.data_dir / "index")
    if stored is None:
        return
    behind = state != State(stored.identity, stored.revision)
    key = "none" if state is None else "behind" if behind else "ok"
    verdict = CheckVerdict.NOTE if key == "behind" else CheckVerdict.OK
    yield Finding("index", verdict, context.text(f"cli.check.index.{key}"))


async def check_instance(context: CheckContext) -> AsyncIterator[Finding]:
    holder = other_instance(locks_of(context.settings))
    key = "none" if holder is None else "running"
    detail = context.text(f"cli.check.instance.{key}", holder=holder)
    yield Finding("instance", CheckVerdict.OK, detail)


async def check_fonts(context: CheckContext) -> AsyncIterator[Finding]:
    key, verdict = ("ok", CheckVerdict.OK) if has_typeface() else ("none", CheckVerdict.NOTE)
    yield Finding("fonts", verdict, context.text(f"cli.check.fonts.{key}", package=FONT_PACKAGE))


async def check_withheld(context: CheckContext) -> AsyncIterator[Finding]:
    withheld = context.stored.withheld if context.stored is not None else ()
    if withheld:
        ids = " ".join(map(str, withheld))
        detail = context.text.plural("cli.check.withheld.some", len(withheld), ids=ids)
        yield Finding("announcements", CheckVerdict.OK, detail)


def _size(size: int) -> str:
    return f"{size / MIB:,.1f} MiB" if size < 1024 * MIB else f"{size / MIB / 1024:,.1f} GiB"
