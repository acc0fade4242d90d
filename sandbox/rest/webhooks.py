"""Endpoints of webhooks: of channels and guilds, executing them, their messages."""

from __future__ import annotations

from typing import Any

from sandbox import errors, serial, validate
from sandbox.entities import (
    POST_TYPES,
    TEXT_TYPES,
    THREAD_TYPES,
    Channel,
    Message,
    Webhook,
)
from sandbox.errors import ApiError
from sandbox.following import check_webhook_count
from sandbox.messages import create_message, delete_message, edit_message
from sandbox.permissions import Permission
from sandbox.ratelimit import Limit
from sandbox.rest.access import need, need_in_guild, not_archived
from sandbox.rest.pipeline import NO_CONTENT, Call, Reply, Route, snowflake
from sandbox.rest.threads import begin_post, check_tags

P = Permission
INCOMING = 1


async def create_webhook(call: Call) -> Reply:
    channel = call.channel()
    need(call.world, channel, P.MANAGE_WEBHOOKS)
    body = validate.webhook_payload(call.payload)
    if channel.type in THREAD_TYPES or channel.type not in TEXT_TYPES | POST_TYPES:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    _check_name(body["name"])
    check_webhook_count(channel)
    webhook_id = call.world.snowflake()
    webhook = Webhook(
        webhook_id,
        INCOMING,
        channel.guild_id,
        channel.id,
        body["name"],
        user=call.bot,
        token=call.world.token(webhook_id),
        application_id=call.world.application.id,
    )
    call.world.add_webhook(webhook)
    return Reply(serial.webhook_json(call.world, webhook))


def _check_name(name: str) -> None:
    """Names must not claim to be Discord's own."""
    for word in ("clyde", "discord"):
        if word in name.lower():
            error = {
                "code": "USERNAME_INVALID_CONTAINS",
                "message": f'Username cannot contain "{word}"',
            }
            raise ApiError(400, 50035, "Invalid Form Body", {"name": {"_errors": [error]}})


async def channel_webhooks(call: Call) -> Reply:
    channel = call.channel()
    need(call.world, channel, P.MANAGE_WEBHOOKS)
    return Reply(
        [
            serial.webhook_json(call.world, call.world.webhooks[webhook_id])
            for webhook_id in channel.webhooks
        ]
    )


async def guild_webhooks(call: Call) -> Reply:
    guild = call.guild()
    need_in_guild(call.world, guild, P.MANAGE_WEBHOOKS)
    return Reply(
        [
            serial.webhook_json(call.world, each)
            for each in call.world.webhooks.values()
            if each.guild_id == guild.id
        ]
    )


def _managed(call: Call) -> Webhook:
    """A webhook that the bot manages: MANAGE_WEBHOOKS in its channel; 404 (10015) unknown."""
    webhook = call.world.webhooks.get(call.id("webhook_id"))
    if webhook is None:
        raise errors.unknown("Webhook")
    channel = call.world.channels.get(webhook.channel_id)
    if channel is None:
        raise errors.unknown("Webhook")
    need(call.world, channel, P.MANAGE_WEBHOOKS)
    return webhook


def _held(call: Call) -> Webhook:
    """The webhook of an id and its token. 404 (10015) unknown, 401 (50027) for a wrong token."""
    webhook = call.world.webhooks.get(call.id("webhook_id"))
    if webhook is None or webhook.type != INCOMING:
        raise errors.unknown("Webhook")
    if webhook.token != call.params["webhook_token"]:
        raise ApiError(401, 50027, "Invalid Webhook Token")
    return webhook


def _find(call: Call) -> Webhook:
    return _held(call) if "webhook_token" in call.params else _managed(call)


async def get_webhook(call: Call) -> Reply:
    webhook = _find(call)
    data = serial.webhook_json(call.world, webhook)
    if "webhook_token" in call.params:
        data.pop("user", None)
    return Reply(data)


async def patch_webhook(call: Call) -> Reply:
    webhook = _find(call)
    body = call.body()
    if body.get("name") is not None:
        cleaned = validate.webhook_payload({"name": body["name"]})
        _check_name(cleaned["name"])
        webhook.name = cleaned["name"]
    target = body.get("channel_id")
    if target is not None and "webhook_token" not in call.params:
        channel = call.world.channels.get(snowflake(str(target), "channel_id"))
        if channel is None or channel.guild_id != webhook.guild_id:
            raise errors.unknown("Channel")
        need(call.world, channel, P.MANAGE_WEBHOOKS)
        call.world.move_webhook(webhook, channel)
    call.world.webhooks_changed(webhook)
    data = serial.webhook_json(call.world, webhook)
    if "webhook_token" in call.params:
        data.pop("user", None)
    return Reply(data)


async def delete_webhook(call: Call) -> Reply:
    call.world.delete_webhook(_find(call))
    return NO_CONTENT


async def execute(call: Call) -> Reply:
    """Speak through a webhook; with `wait` the message is answered, else 204.

    `thread_id` names a thread of its channel. In a forum either that or a `thread_name` must be
    there (400, 220001), in other channels no name may (400, 220003).
    """
    webhook = _held(call)
    body = call.body()
    channel = _place(call, webhook)
    name = body.get("thread_name")
    author = call.bot
    if channel.type in POST_TYPES:
        if not name:
            raise ApiError(
                400,
                220001,
                "Webhooks posted to forum channels must have a thread_name or thread_id",
            )
        draft = validate.message_payload(call.world, body, webhook=True, files=call.files)
        tags = draft.get("applied_tags", [])
        check_tags(channel, tags, moderator=True)
        _thread, message = begin_post(
            call.world,
            channel,
            name,
            author,
            body,
            files=call.files,
            webhook=webhook,
            applied_tags=tags,
        )
    else:
        if name:
            raise ApiError(400, 220003, "Webhooks can only create threads in forum channels")
        message = create_message(
            call.world, channel, author, body, webhook=webhook, files=call.files
        )
    if call.query.get("wait", "").lower() not in ("true", "1"):
        return NO_CONTENT
    return Reply(serial.message_json(call.world, message))


def _place(call: Call, webhook: Webhook) -> Channel:
    """The webhook's channel, or the thread of it that `thread_id` names; 404 (10003)."""
    channel = call.world.channels.get(webhook.channel_id)
    if channel is None:
        raise errors.unknown("Webhook")
    thread_id = call.query.get("thread_id")
    if not thread_id:
        return channel
    thread = call.world.channels.get(snowflake(thread_id, "thread_id"))
    if thread is None or thread.parent_id != channel.id:
        raise errors.unknown("Channel")
    if thread.thread is not None and thread.thread.locked:
        raise ApiError(403, 160005, "Thread is locked")
    return thread


def _message(call: Call) -> Message:
    """The webhook's own message of the path; 404 (10008)."""
    webhook = _held(call)
    channel = _place(call, webhook)
    message = channel.messages.get(call.id("message_id"))
    if message is None or message.webhook_id != webhook.id:
        raise errors.unknown("Message")
    return message


async def get_message(call: Call) -> Reply:
    return Reply(serial.message_json(call.world, _message(call)))


async def patch_message(call: Call) -> Reply:
    message = _message(call)
    not_archived(call.world.channels[message.channel_id])
    edit_message(call.world, message, call.body(), files=call.files)
    return Reply(serial.message_json(call.world, message))


async def remove_message(call: Call) -> Reply:
    delete_message(call.world, _message(call))
    return NO_CONTENT


def _routes() -> tuple[Route, ...]:
    plain: str = "/webhooks/{webhook_id}"
    token: str = plain + "/{webhook_token}"
    message: str = token + "/messages/{message_id}"
    open_to: Any = {"auth": "none"}
    return (
        Route("POST", "/channels/{channel_id}/webhooks", create_webhook, Limit(5, 5.0)),
        Route("GET", "/channels/{channel_id}/webhooks", channel_webhooks),
        Route("GET", "/guilds/{guild_id}/webhooks", guild_webhooks),
        Route("GET", plain, get_webhook),
        Route("PATCH", plain, patch_webhook),
        Route("DELETE", plain, delete_webhook),
        Route("GET", token, get_webhook, **open_to),
        Route("PATCH", token, patch_webhook, **open_to),
        Route("DELETE", token, delete_webhook, **open_to),
        # "5 requests per 2 seconds" for each webhook, as its answers carry.
        Route("POST", token, execute, Limit(5, 2.0), **open_to),
        Route("GET", message, get_message, **open_to),
        Route("PATCH", message, patch_message, Limit(5, 2.0), **open_to),
        Route("DELETE", message, remove_message, Limit(5, 2.0), **open_to),
    )


ROUTES = _routes()
