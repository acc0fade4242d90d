"""Guilds, channels, users, the application, commands and webhooks over REST."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from openapi import Checker
from rest_api import Answer, Api, ManualClock

from sandbox import Sandbox
from sandbox.entities import ChannelType, Overwrite
from sandbox.gateway import GatewaySettings
from sandbox.permissions import DEFAULT_BOT, Permission
from sandbox.world import Channel, Event, Guild, World

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
    assert (await api("GET", "/gateway")).json == {"url": sandbox.gateway_url}


async def test_my_guilds_in_pages(sandbox: Sandbox, api: Api) -> None:
    ids = [str(sandbox.world.add_guild(f"g{number}").id) for number in range(205)]
    sandbox.world.add_guild("elsewhere", with_bot=False)
    first = (await api("GET", "/users/@me/guilds", params={"with_counts": "true"})).json
    assert [guild["id"] for guild in first] == ids[:200]
    assert first[0]["approximate_member_count"] == 2
    rest = await api("GET", "/users/@me/guilds", params={"after": ids[199]})
    assert [guild["id"] for guild in rest.json] == ids[200:]
    before = await api("GET", "/users/@me/guilds", params={"before": ids[5], "limit": "2"})
    assert [guild["id"] for guild in before.json] == ids[3:5]


async def test_users(sandbox: Sandbox, api: Api) -> None:
    user = sandbox.world.add_user("mina", global_name="Mina")
    assert (await api("GET", f"/users/{user.id}")).json["global_name"] == "Mina"
    nobody = await api("GET", "/users/1")
    assert (nobody.status, nobody.code) == (404, 10013)


async def test_leaving_a_guild(sandbox: Sandbox, api: Api, guild: Guild) -> None:
    heard: list[Event] = []
    sandbox.world.listen(heard.append)
    assert (await api("DELETE", f"/users/@me/guilds/{guild.id}")).status == 204
    assert [(event.name, event.data, event.gateway) for event in heard] == [
        ("GUILD_DELETE", {"id": str(guild.id)}, True)
    ]
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
    counted = await api("GET", path, params={"with_counts": "true"})
    assert counted.json["approximate_member_count"] == 2
    channels = (await api("GET", f"{path}/channels")).json
    assert [each["id"] for each in channels] == [str(channel.id), str(hidden.id)]
    roles = (await api("GET", f"{path}/roles")).json
    assert [each["name"] for each in roles] == ["@everyone", "KCrush", "fans"]
    assert roles[1]["tags"] == {"bot_id": str(world.application.bot.id)}
    assert (await api("GET", f"{path}/roles/{role.id}")).json["mentionable"] is True
    none = await api("GET", f"{path}/roles/1")
    assert (none.status, none.code) == (404, 10011)


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
    listed = (await api("GET", path, params={"limit": "10"})).json
    assert len(listed) == 3
    assert len((await api("GET", path)).json) == 1


async def test_the_bots_nickname(sandbox: Sandbox, api: Api, guild: Guild) -> None:
    path = f"/guilds/{guild.id}/members/@me"
    refused = await api("PATCH", path, {"nick": "Mag"})
    assert (refused.status, refused.code) == (403, 50013)
    sandbox.world.edit_role(guild.roles[guild.id], permissions=P.CHANGE_NICKNAME)
    assert (await api("PATCH", path, {"nick": "Mag"})).json["nick"] == "Mag"
    assert (await api("PATCH", path, {"nick": "x" * 33})).at("nick") == ["BASE_TYPE_MAX_LENGTH"]


# Channels


async def test_a_channel_is_read_edited_and_deleted(
    sandbox: Sandbox, api: Api, channel: Channel
) -> None:
    path = f"/channels/{channel.id}"
    assert (await api("GET", path)).json["name"] == "news"
    refused = await api("PATCH", path, {"name": "interviews"})
    assert (refused.status, refused.code) == (403, 50013)
    grant(sandbox, channel, P.MANAGE_CHANNELS)
    heard: list[Event] = []
    sandbox.world.listen(heard.append)
    edited = await api("PATCH", path, {"name": "interviews", "topic": "All of them"})
    assert (edited.json["name"], edited.json["topic"]) == ("interviews", "All of them")
    assert (await api("DELETE", path)).json["id"] == str(channel.id)
    assert [event.name for event in heard] == ["CHANNEL_UPDATE", "CHANNEL_DELETE"]
    gone = await api("GET", path)
    assert (gone.status, gone.code) == (404, 10003)


async def test_a_channel_is_made(sandbox: Sandbox, api: Api, guild: Guild) -> None:
    path = f"/guilds/{guild.id}/channels"
    refused = await api("POST", path, {"name": "x"})
    assert (refused.status, refused.code) == (403, 50013)
    own = guild.members[sandbox.world.application.bot.id].roles[0]
    sandbox.world.edit_role(guild.roles[own], permissions=DEFAULT_BOT | P.MANAGE_CHANNELS)
    category = await api("POST", path, {"name": "Magazine", "type": 4})
    made = await api(
        "POST",
        path,
        {
            "name": "interviews",
            "type": 15,
            "parent_id": category.json["id"],
            "available_tags": [{"name": "Music"}],
            "permission_overwrites": [{"id": str(guild.id), "type": 0, "deny": 2048}],
        },
    )
    assert (made.status, made.json["parent_id"]) == (201, category.json["id"])
    assert made.json["available_tags"][0]["name"] == "Music"
    assert made.json["permission_overwrites"][0]["deny"] == "2048"
    orphan = await api("POST", path, {"name": "x", "parent_id": made.json["id"]})
    assert (orphan.status, orphan.code) == (400, 50024)


async def test_overwrites(sandbox: Sandbox, api: Api, guild: Guild, channel: Channel) -> None:
    path = f"/channels/{channel.id}/permissions/{guild.id}"
    body = {"type": 0, "deny": 2048}
    refused = await api("PUT", path, body)
    assert (refused.status, refused.code) == (403, 50013)
    grant(sandbox, channel, P.MANAGE_ROLES)
    assert (await api("PUT", path, body)).status == 204
    assert channel.overwrites[guild.id].deny == 2048
    assert (await api("DELETE", path)).status == 204
    gone = await api("DELETE", path)
    assert (gone.status, gone.code) == (404, 10009)


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


async def test_a_command_is_made_read_edited_and_deleted(api: Api, commands: str) -> None:
    option = {"type": 3, "name": "query", "description": "What", "autocomplete": True}
    made = await api(
        "POST",
        commands,
        command(
            options=[{"type": 1, "name": "search", "description": "Search", "options": [option]}],
            default_member_permissions=32,
            contexts=[0, 1],
            integration_types=[0, 1],
            name_localizations={"ko": "인터뷰"},
        ),
    )
    assert made.status == 201
    assert made.json["default_member_permissions"] == "32"
    assert made.json["options"][0]["options"][0]["autocomplete"] is True
    again = await api("POST", commands, command(description="All interviews"))
    assert (again.status, again.json["id"]) == (200, made.json["id"])
    assert again.json["version"] != made.json["version"]
    one = f"{commands}/{made.json['id']}"
    edited = await api("PATCH", one, {"name": "talks"})
    assert (edited.json["name"], edited.json["description"]) == ("talks", "All interviews")
    assert (await api("GET", one)).json == edited.json
    assert (await api("DELETE", one)).status == 204
    gone = await api("GET", one)
    assert (gone.status, gone.code) == (404, 10063)


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
    await api("POST", commands, command(name_localizations={"ko": "인터뷰"}))
    assert "name_localizations" not in (await api("GET", commands)).json[0]
    full = await api("GET", commands, params={"with_localizations": "true"})
    assert full.json[0]["name_localizations"] == {"ko": "인터뷰"}


async def test_guild_commands(sandbox: Sandbox, api: Api, guild: Guild, commands: str) -> None:
    path = f"/applications/{sandbox.world.application.id}/guilds/{guild.id}/commands"
    made = await api("POST", path, command())
    assert made.json["guild_id"] == str(guild.id)
    assert (await api("GET", commands)).json == []
    strange = path.replace(str(guild.id), "1")
    refused = await api("GET", strange)
    assert (refused.status, refused.code) == (403, 50001)
    other = await api("GET", "/applications/1/commands")
    assert (other.status, other.code) == (403, 20012)


async def test_a_hundred_commands_and_no_more(api: Api, commands: str) -> None:
    full = [command(f"c{number}") for number in range(100)]
    assert (await api("PUT", commands, full)).status == 200
    over = await api("POST", commands, command("one-more"))
    assert (over.status, over.code) == (400, 30032)
    assert (await api("POST", commands, command("c7", description="New"))).status == 200


async def test_a_name_taken(api: Api, commands: str) -> None:
    await api("POST", commands, command("a"))
    other = await api("POST", commands, command("b"))
    taken = await api("PATCH", f"{commands}/{other.json['id']}", {"name": "a"})
    assert taken.at("name") == ["APPLICATION_COMMANDS_DUPLICATE_NAME"]


# Webhooks


async def webhook(sandbox: Sandbox, api: Api, channel: Channel) -> Answer:
    grant(sandbox, channel, P.MANAGE_WEBHOOKS)
    return await api("POST", f"/channels/{channel.id}/webhooks", {"name": "Magazine"})


async def test_a_webhook_speaks(sandbox: Sandbox, api: Api, channel: Channel) -> None:
    refused = await api("POST", f"/channels/{channel.id}/webhooks", {"name": "Magazine"})
    assert (refused.status, refused.code) == (403, 50013)
    made = (await webhook(sandbox, api, channel)).json
    assert made["url"].startswith(sandbox.api_url)
    path = f"/webhooks/{made['id']}/{made['token']}"
    silent = await api("POST", path, {"content": "one"})
    assert silent.status == 204
    said = await api(
        "POST", path, {"content": "@everyone", "username": "Mina"}, params={"wait": "true"}
    )
    assert said.json["author"]["username"] == "Mina"
    assert said.json["webhook_id"] == made["id"]
    assert said.json["mention_everyone"] is True
    one = f"{path}/messages/{said.json['id']}"
    edited = await api("PATCH", one, {"content": "two"})
    assert edited.json["content"] == "two"
    assert (await api("GET", one)).json["content"] == "two"
    assert (await api("DELETE", one)).status == 204
    assert (await api("GET", one)).code == 10008
    assert [message.content for message in channel.messages.values()] == ["one"]


async def test_webhooks_are_listed_changed_and_deleted(
    sandbox: Sandbox, api: Api, guild: Guild, channel: Channel
) -> None:
    made = (await webhook(sandbox, api, channel)).json
    listed = await api("GET", f"/channels/{channel.id}/webhooks")
    assert [each["id"] for each in listed.json] == [made["id"]]
    assert (await api("GET", f"/guilds/{guild.id}/webhooks")).code == 50013
    path = f"/webhooks/{made['id']}"
    assert (await api("PATCH", path, {"name": "Mag"})).json["name"] == "Mag"
    held = await api("GET", f"{path}/{made['token']}")
    assert "user" not in held.json
    wrong = await api("POST", f"{path}/nonsense", {"content": "x"})
    assert (wrong.status, wrong.code) == (401, 50027)
    assert (await api("DELETE", path)).status == 204
    gone = await api("POST", f"{path}/{made['token']}", {"content": "x"})
    assert (gone.status, gone.code) == (404, 10015)


async def test_a_webhook_in_a_forum_and_in_a_thread(
    sandbox: Sandbox, api: Api, guild: Guild
) -> None:
    forum = sandbox.world.add_channel(guild, "interviews", type=ChannelType.FORUM)
    made = (await webhook(sandbox, api, forum)).json
    path = f"/webhooks/{made['id']}/{made['token']}"
    nameless = await api("POST", path, {"content": "x"})
    assert (nameless.status, nameless.code) == (400, 220001)
    said = await api("POST", path, {"content": "x", "thread_name": "Mina"}, params={"wait": "true"})
    thread = sandbox.world.channels[int(said.json["channel_id"])]
    assert thread.name == "Mina"
    more = await api("POST", path, {"content": "y"}, params={"thread_id": str(thread.id)})
    assert more.status == 204
    assert [message.content for message in thread.messages.values()] == ["x", "y"]
    lost = await api("POST", path, {"content": "y"}, params={"thread_id": "1"})
    assert (lost.status, lost.code) == (404, 10003)


async def test_webhook_names_that_claim_to_be_discord(
    sandbox: Sandbox, api: Api, channel: Channel
) -> None:
    grant(sandbox, channel, P.MANAGE_WEBHOOKS)
    refused = await api("POST", f"/channels/{channel.id}/webhooks", {"name": "Discord news"})
    assert refused.at("name") == ["USERNAME_INVALID_CONTAINS"]
