"""A channel's webhooks."""

from __future__ import annotations

import pytest

from sandbox import Sandbox
from sandbox.entities import Channel, Guild
from sandbox.permissions import DEFAULT_BOT, Permission
from tests.sandbox.rest_api import Answer, Api, grant

P = Permission


@pytest.fixture
def guild(sandbox: Sandbox) -> Guild:
    return sandbox.world.add_guild("Fans", everyone=0, bot_permissions=DEFAULT_BOT)


async def webhook(sandbox: Sandbox, api: Api, channel: Channel) -> Answer:
    grant(sandbox, channel, P.MANAGE_WEBHOOKS)
    return await api("POST", f"/channels/{channel.id}/webhooks", {"name": "Magazine"})


async def test_webhooks_are_created_listed_and_deleted(
    sandbox: Sandbox, api: Api, channel: Channel
) -> None:
    refused = await api("POST", f"/channels/{channel.id}/webhooks", {"name": "Magazine"})
    assert (refused.status, refused.code) == (403, 50013)
    made = (await webhook(sandbox, api, channel)).json
    listed = await api("GET", f"/channels/{channel.id}/webhooks")
    assert [each["id"] for each in listed.json] == [made["id"]]
    path = f"/webhooks/{made['id']}"
    assert (await api("DELETE", path)).status == 204
    assert (await api("GET", f"/channels/{channel.id}/webhooks")).json == []
    gone = await api("DELETE", path)
    assert (gone.status, gone.code) == (404, 10015)
