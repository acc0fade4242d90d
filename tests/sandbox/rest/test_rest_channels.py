"""Channels of a guild, made and deleted by the bot."""

from __future__ import annotations

import pytest

from sandbox import Sandbox
from sandbox.entities import ChannelType, Guild
from sandbox.permissions import DEFAULT_BOT, Permission
from tests.sandbox.rest_api import Api

P = Permission


@pytest.fixture
def guild(sandbox: Sandbox) -> Guild:
    bits = DEFAULT_BOT | P.MANAGE_CHANNELS
    return sandbox.world.add_guild("Fans", everyone=0, bot_permissions=int(bits))


@pytest.mark.parametrize(
    "kind", [ChannelType.TEXT, ChannelType.ANNOUNCEMENT, ChannelType.FORUM, ChannelType.MEDIA]
)
async def test_channels_are_created_for_few_and_deleted(
    sandbox: Sandbox, api: Api, guild: Guild, kind: ChannelType
) -> None:
    hidden = {"id": str(guild.id), "type": 0, "allow": "0", "deny": str(int(P.VIEW_CHANNEL))}
    own = {"id": str(sandbox.world.application.bot.id), "type": 1, "allow": str(DEFAULT_BOT)}
    body = {"name": "trial", "type": int(kind), "permission_overwrites": [hidden, own]}

    made = await api("POST", f"/guilds/{guild.id}/channels", body)

    assert made.status == 201
    channel = sandbox.world.channels[int(made.json["id"])]
    assert (channel.name, channel.type) == ("trial", kind)
    fan = sandbox.world.add_user("fan")
    sandbox.world.add_member(guild, fan)
    assert sandbox.world.permissions(channel, fan) == 0
    assert (await api("DELETE", f"/channels/{channel.id}")).json["id"] == str(channel.id)
    assert channel.id not in guild.channels
    assert (await api("DELETE", f"/channels/{channel.id}")).code == 10003


@pytest.mark.parametrize(
    ("bits", "allow", "status"),
    [
        (DEFAULT_BOT, 0, 403),
        (P.MANAGE_CHANNELS | P.VIEW_CHANNEL, P.MANAGE_WEBHOOKS, 403),
        (P.MANAGE_CHANNELS | P.MANAGE_WEBHOOKS | P.VIEW_CHANNEL, P.MANAGE_WEBHOOKS, 201),
    ],
)
async def test_creating_needs_manage_channels_and_what_the_overwrites_name(
    sandbox: Sandbox, api: Api, bits: int, allow: int, status: int
) -> None:
    guild = sandbox.world.add_guild("Others", everyone=0, bot_permissions=int(bits))
    own = {"id": str(sandbox.world.application.bot.id), "type": 1, "allow": str(int(allow))}
    body = {"name": "trial", "permission_overwrites": [own]}
    answer = await api("POST", f"/guilds/{guild.id}/channels", body)
    assert answer.status == status
    assert len(guild.channels) == (status == 201)
