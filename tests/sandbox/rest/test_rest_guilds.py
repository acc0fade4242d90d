"""The application, its user, guilds, members and channels."""

from __future__ import annotations

import pytest

from sandbox import Sandbox
from sandbox.entities import Channel, Guild, Overwrite
from sandbox.permissions import DEFAULT_BOT, Permission
from sandbox.world import World
from tests.sandbox.rest_api import Api

P = Permission


@pytest.fixture
def guild(sandbox: Sandbox) -> Guild:
    return sandbox.world.add_guild("Fans", everyone=0, bot_permissions=DEFAULT_BOT)


# The application and its bot


async def test_who_am_i(sandbox: Sandbox, api: Api) -> None:
    me = (await api("GET", "/users/@me")).json
    assert (me["id"], me["bot"]) == (str(sandbox.world.application.bot.id), True)
    for path in ("/applications/@me", "/oauth2/applications/@me"):
        application = (await api("GET", path)).json
        assert application["id"] == str(sandbox.world.application.id)
        assert application["owner"]["username"] == "operator"


async def test_where_the_gateway_is(sandbox: Sandbox, api: Api) -> None:
    bot = (await api("GET", "/gateway/bot")).json
    assert bot["url"] == sandbox.gateway_url
    assert bot["session_start_limit"]["max_concurrency"] >= 1


async def test_a_guild_without_the_bot_is_unknown(sandbox: Sandbox, api: Api, guild: Guild) -> None:
    sandbox.world.remove_bot(guild)
    gone = await api("GET", f"/guilds/{guild.id}")
    assert (gone.status, gone.code) == (404, 10004)


# A guild


async def test_a_guild_and_what_is_in_it(
    sandbox: Sandbox, api: Api, guild: Guild, channel: Channel
) -> None:
    world = sandbox.world
    hidden = world.add_channel(guild, "staff", overwrites=[Overwrite(guild.id, 0, deny=1024)])
    role = world.add_role(guild, "fans", mentionable=True, color=0xE91E63)
    path = f"/guilds/{guild.id}"
    assert (await api("GET", path)).json["name"] == "Fans"
    channels = (await api("GET", f"{path}/channels")).json
    assert [each["id"] for each in channels] == [str(channel.id), str(hidden.id)]
    roles = (await api("GET", path)).json["roles"]
    assert [each["name"] for each in roles] == ["@everyone", "KCrush", "fans"]
    assert roles[1]["tags"] == {"bot_id": str(world.application.bot.id)}
    assert (roles[2]["id"], roles[2]["mentionable"]) == (str(role.id), True)


async def test_members(sandbox: Sandbox, api: Api, guild: Guild) -> None:
    world = sandbox.world
    user, stranger = world.add_user("mina"), world.add_user("stranger")
    world.add_member(guild, user)
    path = f"/guilds/{guild.id}/members"
    assert (await api("GET", f"{path}/{user.id}")).json["user"]["username"] == "mina"
    outside = await api("GET", f"{path}/{stranger.id}")
    assert (outside.status, outside.code) == (404, 10007)
    nobody = await api("GET", f"{path}/1")
    assert (nobody.status, nobody.code) == (404, 10013)


async def test_a_role_is_given_and_taken_below_the_bots_own(sandbox: Sandbox, api: Api) -> None:
    world = sandbox.world
    guild = world.add_guild("Fans", bot_permissions=P.MANAGE_ROLES)
    mina = world.add_user("mina")
    member = world.add_member(guild, mina)
    bots = next(role for role in guild.roles.values() if role.bot_id)
    role = world.add_role(guild, "Interviews")
    path = f"/guilds/{guild.id}/members/{mina.id}/roles"
    above = await api("PUT", f"{path}/{role.id}")
    assert (above.status, above.code) == (403, 50013)
    world.edit_role(bots, position=9)
    assert (await api("PUT", f"{path}/{role.id}")).status == 204
    assert member.roles == [role.id]
    assert (await api("DELETE", f"{path}/{role.id}")).status == 204
    assert member.roles == []
    for refused in (bots, guild.roles[guild.id]):
        assert (await api("PUT", f"{path}/{refused.id}")).code == 50013
    assert (await api("PUT", f"{path}/1")).code == 10011
    world.edit_role(bots, permissions=0)
    assert (await api("PUT", f"{path}/{role.id}")).code == 50013


# Channels


async def test_a_channel_is_read(sandbox: Sandbox, api: Api, channel: Channel) -> None:
    path = f"/channels/{channel.id}"
    assert (await api("GET", path)).json["name"] == "news"
    refused = await api("PATCH", path, {"name": "interviews"})
    assert (refused.status, refused.code) == (400, 50024)
    sandbox.world.delete_channel(channel)
    gone = await api("GET", path)
    assert (gone.status, gone.code) == (404, 10003)


def test_ten_thousand_guilds_cost_little() -> None:
    world = World()
    for number in range(10_000):
        world.add_channel(world.add_guild(f"g{number}"), "news")
    assert len(world.bot_guilds()) == 10_000
    assert len(set(world.channels)) == 10_000
    assert sorted(world.guilds) == list(world.guilds), "ids rise"
