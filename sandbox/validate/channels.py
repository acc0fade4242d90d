"""Bodies that make and change threads, webhooks and direct messages.

Sources: https://docs.discord.com/developers/resources/channel and .../resources/webhook.
"""

from __future__ import annotations

from typing import Final

from sandbox.validate.form import (
    Check,
    Fields,
    anything,
    boolean,
    integer,
    json_object,
    list_of,
    one_of,
    snowflake,
    text,
)

MAX_TAGS = 5
ARCHIVE_MINUTES: Final = (60, 1440, 4320, 10080)
SLOWMODE_SECONDS = 21600

_NAME: Final = text(1, 100, strip=True)
_THREAD: Final[dict[str, Check]] = {
    "auto_archive_duration": one_of(*ARCHIVE_MINUTES),
    "rate_limit_per_user": integer(0, SLOWMODE_SECONDS),
}
_TAGS: Final = list_of(snowflake, 0, MAX_TAGS)

_OVERWRITE: Final = Fields(
    {"id": snowflake, "type": one_of(0, 1)}, {"allow": integer(0), "deny": integer(0)}
)
#: Create a channel of a guild; voice, stages and categories are absent.
CHANNEL: Final = Fields(
    {"name": _NAME},
    {
        "type": one_of(0, 5, 15, 16),
        "topic": text(0, 1024),
        "permission_overwrites": list_of(_OVERWRITE, 0, 1000),
    },
)
#: Start a thread from a message.
THREAD_FROM_MESSAGE: Final = Fields({"name": _NAME}, _THREAD)
#: Start a thread in a forum or media channel; `message` is checked by the rules of messages.
POST: Final = Fields(
    {"name": _NAME, "message": json_object},
    {**_THREAD, "applied_tags": _TAGS, "type": one_of(11)},
)
EDIT_THREAD: Final = Fields(
    optional={
        **_THREAD,
        "name": _NAME,
        "archived": boolean,
        "locked": boolean,
        "invitable": boolean,
        "flags": integer(0),
        "applied_tags": _TAGS,
    }
)
WEBHOOK: Final = Fields({"name": text(1, 80, strip=True)}, {}, {"avatar": text()})
FOLLOW: Final = Fields({"webhook_channel_id": snowflake})
DM: Final = Fields({}, {"recipient_id": snowflake, "access_tokens": anything, "nicks": anything})
