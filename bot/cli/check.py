"""``check``: each thing that the bot needs, a line each, with the mend."""

from collections.abc import AsyncIterator, Mapping

import click
import orjson

from bot.cli import EX_FAILED
from bot.cli.findings import Check, CheckContext, CheckVerdict, Finding
from bot.cli.local_checks import (
    check_database,
    check_disk,
    check_fonts,
    check_index,
    check_instance,
    check_settings,
    check_versions,
    check_withheld,
)
from bot.cli.remote_checks import check_application, check_clock, check_feeds
from bot.core.errors import ConfigError, UserError
from bot.core.i18n import Messages
from bot.core.settings import Settings

CHECKS: Mapping[str, tuple[Check, frozenset[str]]] = {
    "settings": (check_settings, frozenset()),
    "versions": (check_versions, frozenset()),
    "database": (check_database, frozenset({"DATABASE_URL", "DATA_DIR"})),
    "disk": (check_disk, frozenset({"DATABASE_URL", "DATA_DIR"})),
    "index": (check_index, frozenset({"DATABASE_URL", "DATA_DIR"})),
    "instance": (check_instance, frozenset({"DATABASE_URL", "DATA_DIR", "DISCORD_TOKEN"})),
    "fonts": (check_fonts, frozenset()),
    "feed": (check_feeds, frozenset({"FEED_URL"})),
    "announcements": (check_withheld, frozenset()),
    "discord": (check_application, frozenset({"DISCORD_TOKEN", "DISCORD_API_URL"})),
    "clock": (check_clock, frozenset({"DISCORD_TOKEN", "DISCORD_API_URL"})),
}
"""Each check with the settings that it needs: where one of them is wrong, it is left out. Later
ones use what earlier ones found."""


async def check_all(
    settings: Settings,
    wrong: Mapping[str, ConfigError],
    messages: Messages,
    *,
    as_json: bool = False,
) -> int:
    """Print each thing that is checked as a line, or all as JSON; 1 when any failed. Nothing is
    created or changed. `wrong` are the settings that can't be used, by variable.

    An object of the JSON has ``check``, a word that stays the same from version to version,
    ``about``, ``verdict`` (``ok``, ``note``, ``failed``) and ``detail``.
    """
    text = messages.text()
    found: list[Finding] = []
    async for finding in _findings(CheckContext(settings, wrong, messages, text)):
        found.append(finding)
        if not as_json:
            what = text(f"cli.check.{finding.check}", about=finding.about)
            line = text(f"cli.check.{finding.verdict}", what=what, detail=finding.detail)
            click.echo(line)
    if as_json:
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2))
    return EX_FAILED if any(one.verdict is CheckVerdict.FAILED for one in found) else 0


async def _findings(context: CheckContext) -> AsyncIterator[Finding]:
    """A check that breaks is a finding, and never the end of the others."""
    for name, (check, needs) in CHECKS.items():
        if needs & context.wrong.keys():
            continue
        try:
            async for finding in check(context):
                yield finding
        except UserError as error:
            yield Finding(name, CheckVerdict.FAILED, error.sentence(context.text))
        except Exception as error:  # noqa: BLE001 - the others are still to be looked at
            reason = f"{type(error).__name__}: {error}"
            yield Finding(name, CheckVerdict.FAILED, context.text("cli.check.broke", reason=reason))
