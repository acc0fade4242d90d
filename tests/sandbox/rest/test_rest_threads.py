"""Threads, and posts in forum and media channels."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from sandbox import Sandbox
from sandbox.entities import Channel, ChannelType, Event, Guild
from sandbox.permissions import DEFAULT_BOT, Permission
from tests.sandbox.rest_api import Answer, Api, ManualClock, deny

P = Permission


@pytest.fixture
def guild(sandbox: Sandbox) -> Guild:
    return sandbox.world.add_guild("Fans", everyone=0, bot_permissions=DEFAULT_BOT)


@pytest.fixture
def forum(sandbox: Sandbox, guild: Guild) -> Channel:
    return sandbox.world.add_channel(
        guild, "interviews", type=ChannelType.FORUM, tags=["Music", "Film"], require_tag=True
    )


async def from_message(api: Api, channel: Channel, **body: Any) -> tuple[Answer, Answer]:
    sent = await api("POST", f"/channels/{channel.id}/messages", {"content": "New interview"})
    path = f"/channels/{channel.id}/messages/{sent.json['id']}/threads"
    return sent, await api("POST", path, {"name": "Talk"} | body)


async def start(api: Api, channel: Channel, **body: Any) -> Answer:
    _sent, thread = await from_message(api, channel, **body)
    return thread


def opening(**more: Any) -> dict[str, Any]:
    return {"name": "Q&A with Mina", "message": {"content": "An interview"}} | more


async def test_a_thread_on_a_message(sandbox: Sandbox, api: Api, channel: Channel) -> None:
    heard: list[Event] = []
    sandbox.world.listen(heard.append)
    sent, thread = await from_message(api, channel, auto_archive_duration=1440)
    assert thread.status == 201
    assert thread.json["id"] == sent.json["id"]
    assert thread.json["thread_metadata"]["auto_archive_duration"] == 1440
    assert thread.json["member"]["user_id"] == str(sandbox.world.application.bot.id)
    assert [event.name for event in heard] == [
        "MESSAGE_CREATE",
        "THREAD_CREATE",
        "MESSAGE_CREATE",
        "MESSAGE_UPDATE",
    ]
    assert heard[1].data["newly_created"] is True
    carrying = await api("GET", f"/channels/{channel.id}/messages/{sent.json['id']}")
    assert carrying.json["thread"]["id"] == thread.json["id"]
    assert carrying.json["flags"] & 1 << 5
    said = await api("POST", f"/channels/{thread.json['id']}/messages", {"content": "First?"})
    assert (said.status, said.json["position"]) == (200, 2)
    again = await api(
        "POST", f"/channels/{channel.id}/messages/{sent.json['id']}/threads", {"name": "x"}
    )
    assert (again.status, again.code) == (400, 160004)


@pytest.mark.parametrize(
    ("denied", "expected"),
    [
        (P.CREATE_PUBLIC_THREADS, (403, 50013)),
        (P.READ_MESSAGE_HISTORY, (403, 50013)),
        (P.VIEW_CHANNEL, (403, 50001)),
    ],
)
async def test_starting_one_needs_permissions(
    sandbox: Sandbox, api: Api, channel: Channel, denied: P, expected: Any
) -> None:
    sent = await api("POST", f"/channels/{channel.id}/messages", {"content": "New interview"})
    deny(sandbox, channel, denied)
    path = f"/channels/{channel.id}/messages/{sent.json['id']}/threads"
    answer = await api("POST", path, {"name": "Talk"})
    assert (answer.status, answer.code) == expected


async def test_speaking_in_one_needs_its_own_permission(
    sandbox: Sandbox, api: Api, channel: Channel
) -> None:
    thread = await start(api, channel)
    path = f"/channels/{thread.json['id']}/messages"
    deny(sandbox, channel, P.SEND_MESSAGES)
    assert (await api("POST", path, {"content": "x"})).status == 200
    deny(sandbox, channel, P.SEND_MESSAGES_IN_THREADS)
    refused = await api("POST", path, {"content": "x"})
    assert (refused.status, refused.code) == (403, 50013)


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        ({"name": ""}, "name", "BASE_TYPE_BAD_LENGTH"),
        ({"name": "x" * 101}, "name", "BASE_TYPE_BAD_LENGTH"),
        ({"auto_archive_duration": 61}, "auto_archive_duration", "BASE_TYPE_CHOICES"),
        ({"rate_limit_per_user": 21601}, "rate_limit_per_user", "NUMBER_TYPE_MAX"),
    ],
)
async def test_bodies_refused(api: Api, channel: Channel, body: Any, path: str, code: str) -> None:
    assert (await start(api, channel, **body)).at(path) == [code]


async def test_a_quiet_thread_goes_to_rest_and_speaking_wakes_it(
    sandbox: Sandbox, api: Api, clock: ManualClock, channel: Channel
) -> None:
    made = (await start(api, channel, auto_archive_duration=60)).json["id"]
    path = f"/channels/{made}"
    said = await api("POST", f"{path}/messages", {"content": "x"})
    clock.advance(3599)
    assert (await api("GET", path)).json["thread_metadata"]["archived"] is False
    clock.advance(1)
    assert (await api("GET", path)).json["thread_metadata"]["archived"] is True
    edit = await api("PATCH", f"{path}/messages/{said.json['id']}", {"content": "y"})
    assert (edit.status, edit.code) == (400, 50083)
    archived = await api("GET", f"/channels/{channel.id}/threads/archived/public")
    assert [thread["id"] for thread in archived.json["threads"]] == [made]
    assert (await api("POST", f"{path}/messages", {"content": "y"})).status == 200
    assert (await api("GET", path)).json["thread_metadata"]["archived"] is False
    active = await api("GET", f"/guilds/{channel.guild_id}/threads/active")
    assert [thread["id"] for thread in active.json["threads"]] == [made]


async def test_a_locked_thread_is_shut(sandbox: Sandbox, api: Api, channel: Channel) -> None:
    made = (await start(api, channel)).json["id"]
    sandbox.world.edit_channel(sandbox.world.channels[int(made)], locked=True, archived=True)
    said = await api("POST", f"/channels/{made}/messages", {"content": "x"})
    assert (said.status, said.code) == (403, 160005)
    renamed = await api("PATCH", f"/channels/{made}", {"name": "y"})
    assert (renamed.status, renamed.code) == (400, 50083)
    woken = await api("PATCH", f"/channels/{made}", {"archived": False})
    assert (woken.status, woken.code) == (403, 50013)


async def test_its_owner_renames_archives_and_wakes_it(api: Api, channel: Channel) -> None:
    made = (await start(api, channel)).json["id"]
    renamed = await api("PATCH", f"/channels/{made}", {"name": "Chat", "archived": True})
    assert renamed.json["name"] == "Chat"
    assert renamed.json["thread_metadata"]["archived"] is True
    woken = await api("PATCH", f"/channels/{made}", {"archived": False})
    assert woken.json["thread_metadata"]["archived"] is False
    locked = await api("PATCH", f"/channels/{made}", {"locked": True})
    assert (locked.status, locked.code) == (403, 50013)


# Posts


async def test_a_post(sandbox: Sandbox, api: Api, forum: Channel) -> None:
    tag = str(forum.tags[0].id)
    path = f"/channels/{forum.id}/threads"
    post = await api("POST", path, opening(applied_tags=[tag]))
    assert post.status == 201
    assert post.json["message"]["id"] == post.json["id"]
    assert post.json["message"]["content"] == "An interview"
    assert post.json["applied_tags"] == [tag]
    assert post.json["message_count"] == 0
    await api("POST", f"/channels/{post.json['id']}/messages", {"content": "More"})
    assert (await api("GET", f"/channels/{post.json['id']}")).json["message_count"] == 1
    read = await api("GET", f"/channels/{post.json['id']}/messages")
    assert [message["content"] for message in read.json] == ["More", "An interview"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (opening(), 400, 40067),
        (opening(applied_tags=["1"]), 404, 10087),
        (opening(applied_tags=["TAG"], message={"content": ""}), 400, 50006),
        (opening(applied_tags=["TAG"] * 6), 400, 50035),
        (opening(applied_tags=["TAG"], message={"content": "x", "nonce": "n"}), 400, 50035),
        ({"name": "x", "applied_tags": ["TAG"]}, 400, 50035),
    ],
)
async def test_posts_refused(api: Api, forum: Channel, body: Any, status: int, code: int) -> None:
    tags = [tag.replace("TAG", str(forum.tags[0].id)) for tag in body.get("applied_tags", [])]
    answer = await api("POST", f"/channels/{forum.id}/threads", body | {"applied_tags": tags})
    assert (answer.status, answer.code) == (status, code)


async def test_a_refused_first_message_leaves_no_post_and_names_the_place(
    sandbox: Sandbox, api: Api, guild: Guild, forum: Channel
) -> None:
    body = opening(message={"content": "x" * 2001}, applied_tags=[str(forum.tags[0].id)])
    answer = await api("POST", f"/channels/{forum.id}/threads", body)
    assert answer.at("message.content") == ["BASE_TYPE_MAX_LENGTH"]
    assert not guild.threads


async def test_posting_needs_send_messages(sandbox: Sandbox, api: Api, forum: Channel) -> None:
    deny(sandbox, forum, P.SEND_MESSAGES)
    body = opening(applied_tags=[str(forum.tags[0].id)])
    answer = await api("POST", f"/channels/{forum.id}/threads", body)
    assert (answer.status, answer.code) == (403, 50013)
    deny(sandbox, forum, P.CREATE_PUBLIC_THREADS, P.SEND_MESSAGES_IN_THREADS)
    assert (await api("POST", f"/channels/{forum.id}/threads", body)).status == 201


async def test_a_media_channel_takes_posts_too(sandbox: Sandbox, api: Api, guild: Guild) -> None:
    media = sandbox.world.add_channel(guild, "pictures", type=ChannelType.MEDIA)
    refused = await api("POST", f"/channels/{media.id}/threads", opening())
    assert (refused.status, refused.code) == (400, 50035)
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", json.dumps(opening()))
    form.add_field("files[0]", b"a picture", filename="stage.jpg")
    assert (await api("POST", f"/channels/{media.id}/threads", data=form)).status == 201


async def test_a_moderated_tag_is_for_moderators(
    sandbox: Sandbox, api: Api, guild: Guild, forum: Channel
) -> None:
    forum.tags[0].moderated = True
    body = opening(applied_tags=[str(forum.tags[0].id)])
    refused = await api("POST", f"/channels/{forum.id}/threads", body)
    assert (refused.status, refused.code) == (403, 50013)
    bot = sandbox.world.application.bot.id
    sandbox.world.set_overwrite(forum, bot, allow=P.MANAGE_THREADS)
    assert (await api("POST", f"/channels/{forum.id}/threads", body)).status == 201
