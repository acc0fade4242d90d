"""Bodies that make and change channels, threads, webhooks, roles and overwrites.

Sources: https://docs.discord.com/developers/resources/channel and .../resources/webhook.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sandbox.validate.form import (
    Check,
    Fields,
    Json,
    Spot,
    boolean,
    check_form,
    choice,
    integer,
    listing,
    snowflake,
    text,
)

MAX_TAGS = 5
ARCHIVE_MINUTES: Final = (60, 1440, 4320, 10080)
SLOWMODE_SECONDS = 21600

_NAME: Final = text(1, 100, strip=True)
_ARCHIVE: Final = choice(*ARCHIVE_MINUTES)
_SLOWMODE: Final = integer(0, SLOWMODE_SECONDS)
_OVERWRITE: Final = Fields(
    {"id": snowflake}, {"type": choice(0, 1), "allow": integer(0), "deny": integer(0)}
)
_TAG: Final = Fields(
    {"name": text(1, 20)},
    {"id": snowflake, "moderated": boolean, "emoji_id": snowflake, "emoji_name": text()},
)


def _anything(value: Any, spot: Spot) -> Any:
    return value


def _object(value: Any, spot: Spot) -> Any:
    if isinstance(value, dict):
        return value
    return spot.error("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")


_THREAD_KEYS: Final[dict[str, Check]] = {
    "auto_archive_duration": _ARCHIVE,
    "rate_limit_per_user": _SLOWMODE,
}
_THREAD: Final = Fields(
    {"name": _NAME}, {**_THREAD_KEYS, "type": choice(10, 11, 12), "invitable": boolean}
)
_FROM_MESSAGE: Final = Fields({"name": _NAME}, _THREAD_KEYS)
_POST: Final = Fields(
    {"name": _NAME, "message": _object},
    {**_THREAD_KEYS, "applied_tags": listing(snowflake, 0, MAX_TAGS), "type": choice(11)},
)
_EDIT_THREAD: Final = Fields(
    optional={
        **_THREAD_KEYS,
        "name": _NAME,
        "archived": boolean,
        "locked": boolean,
        "invitable": boolean,
        "flags": integer(0),
        "applied_tags": listing(snowflake, 0, MAX_TAGS),
    }
)
_CHANNEL_KEYS: Final[dict[str, Check]] = {
    "nsfw": boolean,
    "position": integer(0),
    "rate_limit_per_user": _SLOWMODE,
    "permission_overwrites": listing(_OVERWRITE, 0, 1000),
    "default_auto_archive_duration": _ARCHIVE,
    "available_tags": listing(_TAG, 0, 20),
    "flags": integer(0),
}
_CHANNEL_NULLABLE: Final[dict[str, Check]] = {"topic": text(0, 1024), "parent_id": snowflake}
_EDIT_CHANNEL: Final = Fields(
    {}, {**_CHANNEL_KEYS, "name": _NAME, "type": choice(0, 5)}, _CHANNEL_NULLABLE
)
_NEW_CHANNEL: Final = Fields(
    {"name": _NAME},
    {**_CHANNEL_KEYS, "type": choice(0, 2, 4, 5, 13, 15, 16)},
    _CHANNEL_NULLABLE,
)
_WEBHOOK: Final = Fields({"name": text(1, 80, strip=True)}, {}, {"avatar": text()})
_FOLLOW: Final = Fields({"webhook_channel_id": snowflake})
_DM: Final = Fields({}, {"recipient_id": snowflake, "access_tokens": _anything, "nicks": _anything})
_SET_OVERWRITE: Final = Fields(
    {}, {"type": choice(0, 1), "allow": integer(0), "deny": integer(0), "id": snowflake}
)


def thread_payload(payload: Mapping[str, Any] | None) -> Json:
    """Start a thread without a message. Raises `ApiError` 50035, as all of these do."""
    return dict(check_form(_THREAD, payload or {}))


def message_thread_payload(payload: Mapping[str, Any] | None) -> Json:
    """Start a thread from a message."""
    return dict(check_form(_FROM_MESSAGE, payload or {}))


def post_payload(payload: Mapping[str, Any] | None) -> Json:
    """Start a thread in a forum or media channel; `message` is checked by its own rules."""
    return dict(check_form(_POST, payload or {}))


def edit_thread_payload(payload: Mapping[str, Any] | None) -> Json:
    return dict(check_form(_EDIT_THREAD, payload or {}))


def edit_channel_payload(payload: Mapping[str, Any] | None) -> Json:
    return dict(check_form(_EDIT_CHANNEL, payload or {}))


def new_channel_payload(payload: Mapping[str, Any] | None) -> Json:
    return dict(check_form(_NEW_CHANNEL, payload or {}))


def webhook_payload(payload: Mapping[str, Any] | None) -> Json:
    return dict(check_form(_WEBHOOK, payload or {}))


def follow_payload(payload: Mapping[str, Any] | None) -> Json:
    return dict(check_form(_FOLLOW, payload or {}))


def dm_payload(payload: Mapping[str, Any] | None) -> Json:
    return dict(check_form(_DM, payload or {}))


def overwrite_payload(payload: Mapping[str, Any] | None) -> Json:
    return dict(check_form(_SET_OVERWRITE, payload or {}))
