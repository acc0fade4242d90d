"""Message bodies: create, edit, and the data of interaction callbacks.

Source: https://docs.discord.com/developers/resources/message#create-message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from sandbox.entities import Message, MessageFlag, Upload
from sandbox.errors import ApiError
from sandbox.images import read_image_info
from sandbox.state import State
from sandbox.validate.component_tree import MediaLookup
from sandbox.validate.components import message_components
from sandbox.validate.embeds import embeds
from sandbox.validate.form import (
    INVALID,
    Fields,
    FormErrors,
    Json,
    Location,
    anything,
    boolean,
    integer,
    list_of,
    number,
    one_of,
    snowflake,
    text,
)

# The limit for bots; the 4,000 of the OpenAPI document are for Nitro subscribers.
MAX_CONTENT = 2000
MAX_NONCE = 25
MAX_MENTIONS = 100
MAX_ATTACHMENTS = 10

V2 = MessageFlag.IS_COMPONENTS_V2
_CREATE_FLAGS = V2 | MessageFlag.SUPPRESS_EMBEDS | MessageFlag.SUPPRESS_NOTIFICATIONS
_EDIT_FLAGS = V2 | MessageFlag.SUPPRESS_EMBEDS


def _nonce(value: Any, at: Location) -> Any:
    if isinstance(value, str):
        return text(0, MAX_NONCE)(value, at)
    return integer()(value, at)


_MENTIONS: Final = Fields(
    optional={
        "parse": list_of(one_of("users", "roles", "everyone")),
        "users": list_of(snowflake, 0, MAX_MENTIONS),
        "roles": list_of(snowflake, 0, MAX_MENTIONS),
        "replied_user": boolean,
    }
)


def _allowed_mentions(value: Any, at: Location) -> Any:
    cleaned = _MENTIONS(value, at)
    if cleaned is INVALID:
        return INVALID
    for kind in ("users", "roles"):
        if kind in cleaned.get("parse", ()) and cleaned.get(kind):
            at.error(
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.',
            )
    return cleaned


_ATTACHMENT: Final = Fields(
    {"id": snowflake},
    {
        "filename": text(1, 1024),
        "description": text(0, 1024),
        "title": text(0, 1024),
        "is_spoiler": boolean,
        "duration_secs": number,
        "waveform": text(0, 400),
        # discord.py and hikari repeat these in edits that keep an attachment.
        "spoiler": boolean,
        "size": integer(0),
        "url": text(),
        "proxy_url": text(),
        "content_type": text(),
        "width": integer(0),
        "height": integer(0),
        "ephemeral": boolean,
        "flags": integer(0),
    },
)

_CALLBACK: Final = Fields(
    optional={
        # discord.py sends it with edits too; it has no effect there.
        "tts": boolean,
        "content": text(0, MAX_CONTENT, strip=True),
        "embeds": anything,
        "components": anything,
        "flags": integer(0),
        "allowed_mentions": _allowed_mentions,
        "attachments": list_of(_ATTACHMENT, 0, MAX_ATTACHMENTS),
    }
)
_CREATE: Final = Fields(
    optional={
        **_CALLBACK.optional,
        "nonce": _nonce,
        "enforce_nonce": boolean,
    }
)


def message_payload(
    world: State,
    payload: Mapping[str, Any] | None,
    *,
    editing: Message | None = None,
    interaction: bool = False,
    loading: bool = False,
    post: bool = False,
    files: Sequence[Upload] = (),
    channel_id: int = 0,
) -> Json:
    """Validate a message body and return it in the shape in which it is stored.

    `post` is for the first message of a forum post, which has no nonce. `loading` accepts an empty
    body, for the placeholder of a deferred reply.

    Returns: the cleaned keys, and always `content`, `embeds`, `components`, `flags` and
    `attachments` (of an edit: as they will be), `uploads` (new files by attachment id, which the
    caller stores), and `given` (the names of the keys in the body).

    Raises `ApiError` 400: 50035 with the tree of errors, 50006 for an empty message.
    """
    form = FormErrors()
    at = Location(form)
    body = dict(payload or {})
    has_nonce = not (interaction or post or editing is not None)
    cleaned = (_CREATE if has_nonce else _CALLBACK)(body, at)
    form.raise_any()
    flags = _flags(cleaned.get("flags"), editing, ephemeral=interaction)
    attachments, uploads = _attachments(world, cleaned, at, editing, files, channel_id)
    media = _media(world, attachments)
    content = _current(body, cleaned, "content", editing) or ""
    embed_list = _embeds(body, editing, at, media)
    components = _components(body, editing, at, media, v2=bool(flags & V2))
    if flags & V2:
        _refuse_legacy_fields(content, embed_list, at)
    form.raise_any()
    visible = components if flags & V2 else content or embed_list or attachments
    if not visible and not loading:
        raise ApiError(400, 50006, "Cannot send an empty message")
    return {
        **cleaned,
        "content": content,
        "embeds": embed_list,
        "components": components,
        "flags": flags,
        "attachments": attachments,
        "uploads": uploads,
        "given": frozenset(body),
    }


def _current(body: Json, cleaned: Json, key: str, editing: Message | None) -> Any:
    if key in body or editing is None:
        return cleaned.get(key)
    return getattr(editing, key)


def _flags(given: int | None, editing: Message | None, *, ephemeral: bool) -> int:
    if editing is None:
        allowed = _CREATE_FLAGS | (MessageFlag.EPHEMERAL if ephemeral else 0)
        return (given or 0) & int(allowed)
    if given is None:
        return editing.flags
    # IS_COMPONENTS_V2 stays: "once a message has been sent with this flag, it can't be removed".
    kept = editing.flags & ~int(MessageFlag.SUPPRESS_EMBEDS)
    return kept | given & int(_EDIT_FLAGS)


def _embeds(body: Json, editing: Message | None, at: Location, media: MediaLookup) -> list[Json]:
    if "embeds" not in body:
        return editing.embeds if editing else []
    value = body["embeds"]
    checked = [] if value is None else embeds(media)(value, at.child("embeds"))
    return [] if checked is INVALID else list(checked)


def _components(
    body: Json, editing: Message | None, at: Location, media: MediaLookup, *, v2: bool
) -> list[Json]:
    if "components" not in body:
        return editing.components if editing else []
    value = body["components"]
    if value is None:
        return []
    checked = message_components(value, at.child("components"), v2=v2, media=media)
    return [] if checked is INVALID else list(checked)


def _refuse_legacy_fields(content: str, embed_list: list[Json], at: Location) -> None:
    for key, present in (("content", content), ("embeds", embed_list)):
        if present:
            at.child(key).error(
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )


def _attachments(
    world: State,
    cleaned: Json,
    at: Location,
    editing: Message | None,
    files: Sequence[Upload],
    channel_id: int,
) -> tuple[list[Json], dict[int, Upload]]:
    """The attachments of the stored message, and the new uploads by attachment id."""
    described = {item["id"]: item for item in cleaned.get("attachments", ()) if "id" in item}
    old = editing.attachments if editing else []
    if "attachments" in cleaned:
        old = [item for item in old if int(item["id"]) in described]
    known = {int(item["id"]) for item in old} | {upload.index for upload in files}
    for position, item in enumerate(cleaned.get("attachments", ())):
        if item.get("id") not in known:
            at.child("attachments").child(position).child("id").error(
                "ATTACHMENT_NOT_FOUND", f"There is no file with the id {item.get('id')}"
            )
    fresh: list[Json] = []
    uploads: dict[int, Upload] = {}
    for upload in files:
        attachment_id = world.snowflake()
        uploads[attachment_id] = upload
        fresh.append(
            _attachment_json(world, attachment_id, channel_id, upload, described.get(upload.index))
        )
    return [*old, *fresh], uploads


def _attachment_json(
    world: State, attachment_id: int, channel_id: int, upload: Upload, described: Json | None
) -> Json:
    more = described or {}
    # Discord replaces spaces in file names; `attachment://` must use the replaced name.
    name = "_".join(more.get("filename", upload.filename).split())
    address = f"{world.base_url}/cdn/attachments/{channel_id}/{attachment_id}/{quote(name)}"
    data: Json = {
        "id": str(attachment_id),
        "filename": name,
        "size": len(upload.content),
        "url": address,
        "proxy_url": address,
        "content_type": upload.content_type,
    }
    if (image := read_image_info(upload.content)) is not None:
        # discord.py sends every file as application/octet-stream.
        data |= {"content_type": image.content_type, "width": image.width, "height": image.height}
    for key in ("description", "title"):
        if key in more:
            data[key] = more[key]
    return data


def _media(world: State, attachments: list[Json]) -> MediaLookup:
    """A lookup that resolves ``attachment://`` URLs among the message's attachments."""
    by_name = {item["filename"]: item for item in attachments}

    def find(address: str) -> Json | None:
        data: Json = {"id": str(world.snowflake()), "width": None, "height": None}
        if not address.startswith("attachment://"):
            world.pictures.setdefault(address, world.clock() + world.picture_seconds)
            return data | {"url": address, "proxy_url": address, "content_type": None}
        found = by_name.get(address.removeprefix("attachment://"))
        if found is None:
            return None
        return data | {
            "url": found["url"],
            "proxy_url": found["proxy_url"],
            "content_type": found["content_type"],
            "width": found.get("width"),
            "height": found.get("height"),
            "attachment_id": found["id"],
            "size": found["size"],
        }

    return find
