"""What ``check`` finds, and what all its checks have in common."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.core.clock import SystemClock
from bot.core.discord_time import DiscordTime
from bot.core.errors import ConfigError
from bot.core.i18n import Messages, Text
from bot.core.settings import Settings
from bot.store import Inspection


class CheckVerdict(StrEnum):
    """``NOTE`` is for what the operator should know and the bot lives with."""

    OK = "ok"
    NOTE = "note"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked. ``about`` tells those of one check apart, such as a feed's
    address; ``detail`` is a sentence with the mend, where one is needed."""

    check: str
    verdict: CheckVerdict
    detail: str
    about: str = ""


@dataclass(slots=True)
class CheckContext:
    """What checks work on; ``stored`` is what the database's check found. `wrong` are the settings
    that can't be used, by variable."""

    settings: Settings
    wrong: Mapping[str, ConfigError]
    messages: Messages
    text: Text
    stored: Inspection | None = None
    time: DiscordTime = field(default_factory=lambda: DiscordTime(SystemClock()))


Check = Callable[[CheckContext], AsyncIterator[Finding]]
