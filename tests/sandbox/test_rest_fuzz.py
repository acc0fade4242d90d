"""Any JSON at any endpoint: an answer of Discord's shape, never a failure of the sandbox."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox import Sandbox
from sandbox.entities import ChannelType
from sandbox.gateway import GatewaySettings
from sandbox.permissions import Permission
from tests.sandbox.rest_api import Api

_KEYS = st.sampled_from(
    [
        *("content", "embeds", "components", "flags", "allowed_mentions", "attachments", "nonce"),
        *(
            "name",
            "description",
            "options",
            "type",
            "message",
            "applied_tags",
            "archived",
            "locked",
        ),
        *("webhook_channel_id", "recipient_id", "auto_archive_duration", "rate_limit_per_user"),
        *("enforce_nonce", "contexts", "id", "title"),
    ]
)
_leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(["1", "x", "0" * 30, "https://example.org", "@everyone", "<@&1>", "\x00"])
)
_json = st.recursive(
    _leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=10,
)
_body = st.dictionaries(_KEYS, _json, max_size=6) | _json
_request = st.tuples(st.integers(0, 10_000), _body)


def _endpoints(sandbox: Sandbox) -> list[tuple[str, str]]:
    world = sandbox.world
    guild = world.add_guild("Fans", bot_permissions=Permission.ADMINISTRATOR)
    text = world.add_channel(guild, "text").id
    forum = world.add_channel(guild, "forum", type=ChannelType.FORUM, tags=["x"])
    news = world.add_channel(guild, "news", type=ChannelType.ANNOUNCEMENT).id
    thread = world.add_thread(forum, "post", world.application.bot).id
    commands = f"/applications/{world.application.id}/commands"
    return [
        ("POST", f"/channels/{text}/messages"),
        ("POST", f"/channels/{thread}/messages"),
        ("POST", f"/channels/{text}/threads"),
        ("POST", f"/channels/{forum.id}/threads"),
        ("POST", f"/channels/{news}/followers"),
        ("POST", f"/channels/{text}/webhooks"),
        ("PATCH", f"/channels/{text}"),
        ("PATCH", f"/channels/{thread}"),
        ("POST", "/users/@me/channels"),
        ("PUT", commands),
        ("PUT", f"{commands.removesuffix('/commands')}/guilds/{guild.id}/commands"),
    ]


async def _send_all(requests: list[Any]) -> None:
    settings = GatewaySettings(identify_interval=0.0)
    async with (
        Sandbox(page=False, rate_limits=False, gateway=settings) as sandbox,
        aiohttp.ClientSession() as session,
    ):
        api = Api(session, sandbox)
        endpoints = _endpoints(sandbox)
        for number, body in requests:
            method, path = endpoints[number % len(endpoints)]
            answer = await api(method, path, body)
            assert answer.status < 500, (method, path, body)
            if answer.status >= 400:
                assert {"code", "message"} <= set(answer.json), (method, path, body)
        for channel in list(sandbox.world.channels.values()):
            read = await api("GET", f"/channels/{channel.id}")
            assert read.status == 200


@settings(max_examples=12, deadline=None)
@given(requests=st.lists(_request, min_size=20, max_size=60))
def test_any_json_at_any_endpoint(requests: list[Any]) -> None:
    asyncio.run(_send_all(requests))
