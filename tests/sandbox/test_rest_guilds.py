"""Guilds, channels, users, the application, commands and webhooks over REST."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from openapi import Checker
from rest_api import Answer, Api, ManualClock

from sandbox import Sandbox
from sandbox.entities import Channel, Guild, Overwrite
from sandbox.gateway import GatewaySettings
from sandbox.permissions import DEFAULT_BOT, Permission
from sandbox.world import World

P = Permission


@pytest.fixture
async def sandbox(checker: Checker) -> AsyncIterator[Sandbox]:
    settings = GatewaySettings(identify_interval=0.0)
    async with Sandbox(
        page=False, observer=checker, gateway=settings, clock=ManualClock(), rate_limits=False
    ) as made:
        yield made


@pytest.fixture
async def api(sandbox: Sandbox) -> AsyncIterator[Api]:
    async with aiohttp.ClientSession() as session:
        yield Api(session, sandbox)


@pytest.fixture
def guild(sandbox: Sandbox) -> Guild:
    return sandbox.world.add_guild("Fans", everyone=0, bot_permissions=DEFAULT_BOT)


@pytest.fixture
def channel(sandbox: Sandbox, guild: Guild) -> Channel:
    return sandbox.world.add_channel(guild, "news")


def grant(sandbox: Sandbox, channel: Channel, *bits: P) -> None:
    sandbox.world.set_overwrite(channel, sandbox.world.application.bot.id, allow=int(sum(bits)))


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


# Commands


def command(name: str = "interviews", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "Interviews", "type": 1} | more


@pytest.fixture
def commands(sandbox: Sandbox) -> str:
    return f"/applications/{sandbox.world.application.id}/commands"


async def test_a_bulk_overwrite_keeps_what_stays(api: Api, commands: str) -> None:
    first = (await api("PUT", commands, [command("a"), command("b")])).json
    second = (await api("PUT", commands, [command("b"), command("c", description="New")])).json
    assert [each["name"] for each in second] == ["b", "c"]
    assert (second[0]["id"], second[0]["version"]) == (first[1]["id"], first[1]["version"])
    listed = (await api("GET", commands)).json
    assert [each["name"] for each in listed] == ["b", "c"]
    wrong = await api("PUT", commands, [command("a"), command("B")])
    assert wrong.at("1.name") == ["APPLICATION_COMMAND_INVALID_NAME"]
    assert len((await api("GET", commands)).json) == 2


async def test_localizations_are_listed_when_asked_for(api: Api, commands: str) -> None:
    await api("PUT", commands, [command(name_localizations={"ko": "인터뷰"})])
    assert "name_localizations" not in (await api("GET", commands)).json[0]
    full = await api("GET", commands, params={"with_localizations": "true"})
    assert full.json[0]["name_localizations"] == {"ko": "인터뷰"}


async def test_guild_commands(sandbox: Sandbox, api: Api, guild: Guild, commands: str) -> None:
    path = f"/applications/{sandbox.world.application.id}/guilds/{guild.id}/commands"
    (made,) = (await api("PUT", path, [command()])).json
    assert made["guild_id"] == str(guild.id)
    assert (await api("GET", commands)).json == []
    strange = path.replace(str(guild.id), "1")
    refused = await api("GET", strange)
    assert (refused.status, refused.code) == (403, 50001)
    other = await api("GET", "/applications/1/commands")
    assert (other.status, other.code) == (403, 20012)


async def test_a_hundred_commands_and_no_more(api: Api, commands: str) -> None:
    full = [command(f"c{number}") for number in range(100)]
    assert (await api("PUT", commands, full)).status == 200
    over = await api("PUT", commands, [*full, command("one-more")])
    assert (over.status, over.code) == (400, 30032)
    assert len((await api("GET", commands)).json) == 100


# Webhooks


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
