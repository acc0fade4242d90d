"""Message bodies: create, edit, webhook and interaction callback.

Sources: https://docs.discord.com/developers/resources/message#create-message,
https://docs.discord.com/developers/resources/webhook#execute-webhook.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from sandbox.entities import Message, MessageFlag, Upload
from sandbox.errors import ApiError
from sandbox.pictures import look_at
from sandbox.validate.components import (
    Media,
    message_components,
)
from sandbox.validate.embeds import embeds
from sandbox.validate.form import (
    BAD,
    Check,
    Fields,
    Form,
    Json,
    Spot,
    boolean,
    choice,
    integer,
    listing,
    number,
    snowflake,
    text,
    url,
)

if TYPE_CHECKING:
    from sandbox.world import World

# Bots are held to 2,000 characters; the 4,000 of the OpenAPI document are for paying people.
MAX_CONTENT = 2000
MAX_NONCE = 25
MAX_MENTIONS = 100
MAX_ATTACHMENTS = 10

V2 = MessageFlag.IS_COMPONENTS_V2
_CREATE_FLAGS = V2 | MessageFlag.SUPPRESS_EMBEDS | MessageFlag.SUPPRESS_NOTIFICATIONS
_EDIT_FLAGS = V2 | MessageFlag.SUPPRESS_EMBEDS


def _nonce(value: Any, spot: Spot) -> Any:
    if isinstance(value, str):
        return text(0, MAX_NONCE)(value, spot)
    return integer()(value, spot)


def _unsupported(what: str) -> Check:
    def check(value: Any, spot: Spot) -> Any:
        if not value:
            return None
        return spot.error("SANDBOX_UNSUPPORTED", f"The sandbox knows no {what}.")

    return check


def _anything(value: Any, spot: Spot) -> Any:
    return value


_MENTIONS: Final = Fields(
    optional={
        "parse": listing(choice("users", "roles", "everyone")),
        "users": listing(snowflake, 0, MAX_MENTIONS),
        "roles": listing(snowflake, 0, MAX_MENTIONS),
        "replied_user": boolean,
    }
)


def _allowed_mentions(value: Any, spot: Spot) -> Any:
    cleaned = _MENTIONS(value, spot)
    if cleaned is BAD:
        return BAD
    for kind in ("users", "roles"):
        if kind in cleaned.get("parse", ()) and cleaned.get(kind):
            spot.error(
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.',
            )
    return cleaned


_REFERENCE: Final = Fields(
    {"message_id": snowflake},
    {
        "channel_id": snowflake,
        "guild_id": snowflake,
        "fail_if_not_exists": boolean,
        "type": choice(0),
    },
)
_ATTACHMENT: Final = Fields(
    {"id": snowflake},
    {
        "filename": text(1, 1024),
        "description": text(0, 1024),
        "title": text(0, 1024),
        "is_spoiler": boolean,
        "duration_secs": number,
        "waveform": text(0, 400),
        # What discord.py's and hikari's edits repeat of an attachment that stays.
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
        # Sent by discord.py with edits too, and of no effect there.
        "tts": boolean,
        "content": text(0, MAX_CONTENT, strip=True),
        "embeds": _anything,
        "components": _anything,
        "flags": integer(0),
        "allowed_mentions": _allowed_mentions,
        "attachments": listing(_ATTACHMENT, 0, MAX_ATTACHMENTS),
        "sticker_ids": _unsupported("stickers"),
        "poll": _unsupported("polls"),
        "shared_client_theme": _unsupported("themes"),
    }
)
_CREATE: Final = _CALLBACK.plus(nonce=_nonce, enforce_nonce=boolean, message_reference=_REFERENCE)
_WEBHOOK: Final = _CALLBACK.plus(
    username=text(1, 80, strip=True),
    avatar_url=url(2048),
    thread_name=text(0, 100),
    applied_tags=listing(snowflake, 0, 5),
)


def message_payload(
    world: World,
    payload: Mapping[str, Any] | None,
    *,
    editing: Message | None = None,
    interaction: bool = False,
    webhook: bool = False,
    loading: bool = False,
    post: bool = False,
    files: Sequence[Upload] = (),
    channel_id: int = 0,
) -> Json:
    """Check a message body and return it in the shape in which it is stored.

    The result always has `flags`, `attachments` (new ones included), `content`, `embeds` and
    `components` (for an edit: as they will be), and `given`, the names of the keys that the body
    had. Uploads are entered in `world.files` by the caller, who finds their bytes under
    `uploads`. `post` is for the first message of a post, which has no nonce. `loading` lets an
    empty body pass: the stand-in of a deferred reply. Raises `ApiError`: 50035 with the tree of
    errors, 50006 for an empty message.
    """
    form = Form()
    spot = form.spot()
    body = dict(payload or {})
    plain = interaction or post or editing is not None
    cleaned = (_WEBHOOK if webhook else _CALLBACK if plain else _CREATE)(body, spot)
    form.finish()
    flags = _flags(cleaned.get("flags"), editing, ephemeral=interaction or webhook)
    attachments, uploads = _attachments(world, cleaned, spot, editing, files, channel_id)
    media = _media(world, attachments)
    content = _current(body, cleaned, "content", editing) or ""
    shown = _embeds(body, editing, spot, media)
    parts = _components(body, editing, spot, media, v2=bool(flags & V2))
    if flags & V2:
        _refuse_legacy(content, shown, spot)
    form.finish()
    seen = parts if flags & V2 else content or shown or attachments
    if not seen and not loading:
        raise ApiError(400, 50006, "Cannot send an empty message")
    return {
        **cleaned,
        "content": content,
        "embeds": shown,
        "components": parts,
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
    # The V2 flag stays once it is set: "can't be removed", docs.
    kept = editing.flags & ~int(MessageFlag.SUPPRESS_EMBEDS)
    return kept | given & int(_EDIT_FLAGS)


def _embeds(body: Json, editing: Message | None, spot: Spot, media: Media) -> list[Json]:
    if "embeds" not in body:
        return editing.embeds if editing else []
    value = body["embeds"]
    checked = [] if value is None else embeds(media)(value, spot.at("embeds"))
    return [] if checked is BAD else list(checked)


def _components(
    body: Json, editing: Message | None, spot: Spot, media: Media, *, v2: bool
) -> list[Json]:
    if "components" not in body:
        return editing.components if editing else []
    value = body["components"]
    if value is None:
        return []
    checked = message_components(value, spot.at("components"), v2=v2, media=media)
    return [] if checked is BAD else list(checked)


def _refuse_legacy(content: str, shown: list[Json], spot: Spot) -> None:
    for key, present in (("content", content), ("embeds", shown)):
        if present:
            spot.at(key).error(
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )


def _attachments(
    world: World,
    cleaned: Json,
    spot: Spot,
    editing: Message | None,
    files: Sequence[Upload],
    channel_id: int,
) -> tuple[list[Json], dict[int, Upload]]:
    """The attachments as they will be, and the uploads among them by attachment id."""
    described = {item["id"]: item for item in cleaned.get("attachments", ()) if "id" in item}
    old = editing.attachments if editing else []
    if "attachments" in cleaned:
        old = [item for item in old if int(item["id"]) in described]
    known = {int(item["id"]) for item in old} | {upload.index for upload in files}
    for position, item in enumerate(cleaned.get("attachments", ())):
        if item.get("id") not in known:
            spot.at("attachments", position, "id").error(
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
    world: World, attachment_id: int, channel_id: int, upload: Upload, described: Json | None
) -> Json:
    more = described or {}
    # Discord keeps no blanks in file names; `attachment://` must name the file as it is kept.
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
    if (look := look_at(upload.content)) is not None:
        # Whatever the upload called it: discord.py calls every file an octet-stream.
        data |= {"content_type": look.content_type, "width": look.width, "height": look.height}
    for key in ("description", "title"):
        if key in more:
            data[key] = more[key]
    return data


def _media(world: World, attachments: list[Json]) -> Media:
    """How an address of a component is looked up among the message's attachments."""
    by_name = {item["filename"]: item for item in attachments}

    def find(address: str) -> Json | None:
        data: Json = {"id": str(world.snowflake()), "width": None, "height": None}
        if not address.startswith("attachment://"):
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
