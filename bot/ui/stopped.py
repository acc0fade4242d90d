"""The word to admins when announcements stop: where, why, and what to do."""

from collections.abc import Sequence
from typing import Protocol

from bot.core.i18n import Text
from bot.core.model import SubscriptionState
from bot.ui.layout import WARNING, Layout, container, small, words
from bot.ui.lists import reason_of
from bot.ui.markdown import escape_within

CHANNELS_SHOWN = 10
GUILD_LIMIT = 100
"""Characters of a guild's name (Discord docs, Guild Resource)."""


class Stopped(Protocol):
    """A subscription that stopped (``bot.store.DueNotice``)."""

    @property
    def channel_id(self) -> int: ...
    @property
    def reason(self) -> str: ...
    @property
    def state(self) -> SubscriptionState: ...


def stopped_notice(stopped: Sequence[Stopped], text: Text, guild: str | None) -> Layout:
    """What an admin reads; all of `stopped` share their cause and state."""
    shown = [f"<#{one.channel_id}>" for one in stopped[:CHANNELS_SHOWN]]
    if len(stopped) > CHANNELS_SHOWN:
        shown.append(text.plural("notice.more", len(stopped) - CHANNELS_SHOWN))
    where = ", ".join(shown)
    first = stopped[0]
    ended = first.state is SubscriptionState.ENDED
    return Layout(
        container(
            words(text("notice.ended" if ended else "notice.stopped", channels=where)),
            words(text("notice.why", reason=reason_of(first.reason, text))),
            None if ended else words(text("notice.after")),
            words(small(text("notice.guild", guild=escape_within(guild, GUILD_LIMIT))))
            if guild
            else None,
            colour=WARNING,
        )
    )
