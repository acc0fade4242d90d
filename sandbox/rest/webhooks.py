"""Endpoints of webhooks: those of a channel, made and deleted."""

from __future__ import annotations

from sandbox import errors, serial
from sandbox.entities import POST_TYPES, TEXT_TYPES, THREAD_TYPES, Webhook
from sandbox.following import check_webhook_count
from sandbox.permissions import Permission
from sandbox.ratelimit import Limit
from sandbox.rest.access import require
from sandbox.rest.pipeline import NO_CONTENT, Call, Reply, Route
from sandbox.validate.channels import WEBHOOK

INCOMING = 1


async def create_webhook(call: Call) -> Reply:
    """Create an incoming webhook. It counts among the channel's webhooks; it can't be executed."""
    channel = call.channel()
    require(call.world, channel, Permission.MANAGE_WEBHOOKS)
    body = call.checked(WEBHOOK)
    if channel.type in THREAD_TYPES or channel.type not in TEXT_TYPES | POST_TYPES:
        raise errors.wrong_channel_type()
    check_webhook_count(call.world, channel)
    webhook = Webhook(
        call.world.snowflake(),
        INCOMING,
        channel.guild_id,
        channel.id,
        body["name"],
        user=call.bot,
        application_id=call.world.application.id,
    )
    call.world.add_webhook(webhook)
    return Reply(serial.webhook_json(call.world, webhook))


async def channel_webhooks(call: Call) -> Reply:
    channel = call.channel()
    require(call.world, channel, Permission.MANAGE_WEBHOOKS)
    webhooks = (call.world.webhooks[webhook_id] for webhook_id in channel.webhooks)
    return Reply([serial.webhook_json(call.world, webhook) for webhook in webhooks])


async def delete_webhook(call: Call) -> Reply:
    """Needs MANAGE_WEBHOOKS in the webhook's channel; 404 (10015) when there is no such webhook."""
    webhook = call.world.webhooks.get(call.id("webhook_id"))
    if webhook is None:
        raise errors.unknown("Webhook")
    require(call.world, call.world.channels[webhook.channel_id], Permission.MANAGE_WEBHOOKS)
    call.world.delete_webhook(webhook)
    return NO_CONTENT


ROUTES = (
    Route("POST", "/channels/{channel_id}/webhooks", create_webhook, Limit(5, 5.0)),
    Route("GET", "/channels/{channel_id}/webhooks", channel_webhooks),
    Route("DELETE", "/webhooks/{webhook_id}", delete_webhook),
)
