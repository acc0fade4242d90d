"""Messages: sending, reading, editing, permissions, attachments, direct messages."""

from __future__ import annotations

import io
from typing import Any

import aiohttp
import pytest
from PIL import Image

from sandbox import Sandbox
from sandbox.entities import Channel, ChannelType, Event, Guild, MessageFlag
from sandbox.permissions import Permission
from tests.sandbox.rest_api import Api, ManualClock, deny, post

P = Permission
V2 = int(MessageFlag.IS_COMPONENTS_V2)


def own_role(sandbox: Sandbox, guild: Guild) -> int:
    return guild.members[sandbox.world.application.bot.id].roles[0]


async def test_a_message_is_sent_and_read_back(api: Api, channel: Channel) -> None:
    sent = await post(api, channel, {"content": "hello"})
    assert sent.status == 200
    assert sent.json["content"] == "hello"
    assert sent.json["author"]["bot"] is True
    path = f"/channels/{channel.id}/messages/{sent.json['id']}"
    assert (await api("GET", path)).json == sent.json
    edited = await api("PATCH", path, {"content": "bye"})
    assert edited.json["content"] == "bye"
    assert edited.json["edited_timestamp"] is not None
    assert (await api("DELETE", path)).status == 204
    gone = await api("GET", path)
    assert (gone.status, gone.json) == (404, {"message": "Unknown Message", "code": 10008})


async def test_the_events_of_a_message(sandbox: Sandbox, api: Api, channel: Channel) -> None:
    heard: list[Event] = []
    sandbox.world.listen(heard.append)
    sent = await post(api, channel, {"content": "hello"})
    path = f"/channels/{channel.id}/messages/{sent.json['id']}"
    await api("PATCH", path, {"content": "bye"})
    await api("DELETE", path)
    assert [event.name for event in heard] == [
        "MESSAGE_CREATE",
        "MESSAGE_UPDATE",
        "MESSAGE_DELETE",
    ]
    assert all(event.gateway and event.intents == 1 << 9 for event in heard)
    assert heard[0].data["guild_id"] == str(channel.guild_id)
    assert "user" not in heard[0].data["member"]
    assert heard[2].data == {
        "id": sent.json["id"],
        "channel_id": str(channel.id),
        "guild_id": str(channel.guild_id),
    }


async def test_a_channel_unseen_is_silent_on_the_gateway(
    sandbox: Sandbox, channel: Channel
) -> None:
    from sandbox.messages import create_message

    deny(sandbox, channel, P.VIEW_CHANNEL)
    heard: list[Event] = []
    sandbox.world.listen(heard.append)
    create_message(sandbox.world, channel, sandbox.world.application.owner, {"content": "psst"})
    assert [(event.name, event.gateway) for event in heard] == [("MESSAGE_CREATE", False)]


# Refusals


async def test_a_wrong_token_is_401(sandbox: Sandbox, api: Api, channel: Channel) -> None:
    answer = await api("GET", "/users/@me", token="nonsense")
    assert (answer.status, answer.json) == (401, {"message": "401: Unauthorized", "code": 0})
    assert sandbox.limiter.invalid[401] == 1


@pytest.mark.parametrize(
    ("denied", "payload", "expected"),
    [
        ([P.VIEW_CHANNEL], {"content": "x"}, (403, 50001, "Missing Access")),
        ([P.SEND_MESSAGES], {"content": "x"}, (403, 50013, "Missing Permissions")),
        ([P.EMBED_LINKS], {"embeds": [{"title": "x"}]}, (403, 50013, "Missing Permissions")),
        ([P.SEND_TTS_MESSAGES], {"content": "x", "tts": True}, (403, 50013, "Missing Permissions")),
    ],
)
async def test_missing_permissions(
    sandbox: Sandbox, api: Api, channel: Channel, denied: Any, payload: Any, expected: Any
) -> None:
    deny(sandbox, channel, *denied)
    answer = await post(api, channel, payload)
    assert (answer.status, answer.json["code"], answer.json["message"]) == expected
    assert not channel.messages
    assert sandbox.limiter.invalid[403] == 1
    deny(sandbox, channel)
    assert (await post(api, channel, payload)).status == 200


async def test_a_channel_that_is_gone_or_never_was(
    sandbox: Sandbox, api: Api, guild: Guild, channel: Channel
) -> None:
    sandbox.world.delete_channel(channel)
    gone = await post(api, channel, {"content": "x"})
    assert (gone.status, gone.json) == (404, {"message": "Unknown Channel", "code": 10003})
    other = sandbox.world.add_channel(guild, "other")
    sandbox.world.remove_bot(guild)
    removed = await post(api, other, {"content": "x"})
    assert (removed.status, removed.code) == (403, 50001)


async def test_no_messages_in_categories_and_forums(
    sandbox: Sandbox, api: Api, guild: Guild
) -> None:
    for kind in (ChannelType.CATEGORY, ChannelType.FORUM):
        channel = sandbox.world.add_channel(guild, "x", type=kind)
        answer = await post(api, channel, {"content": "x"})
        assert (answer.status, answer.code) == (400, 50008)


async def test_an_id_that_is_none(api: Api) -> None:
    answer = await api("GET", "/channels/news")
    assert answer.status == 400
    assert answer.at("channel_id") == ["NUMBER_TYPE_COERCE"]


async def test_a_body_that_is_no_json(sandbox: Sandbox, api: Api, channel: Channel) -> None:
    path = f"/channels/{channel.id}/messages"
    answer = await api("POST", path, data=b"{content: x}")
    assert (answer.status, answer.code) == (400, 50109)
    answer = await api("POST", path, json=["x"])
    assert (answer.status, answer.code) == (400, 50035)


async def test_a_path_that_is_none(api: Api) -> None:
    answer = await api("GET", "/channels/1/nothing")
    assert (answer.status, answer.json) == (404, {"message": "404: Not Found", "code": 0})


async def test_others_messages_can_be_deleted_by_moderators_and_edited_by_nobody(
    sandbox: Sandbox, api: Api, channel: Channel
) -> None:
    from sandbox.messages import create_message

    owner = sandbox.world.application.owner
    message = create_message(sandbox.world, channel, owner, {"content": "mine"})
    path = f"/channels/{channel.id}/messages/{message.id}"
    edited = await api("PATCH", path, {"content": "yours"})
    assert (edited.status, edited.code) == (403, 50005)
    deleted = await api("DELETE", path)
    assert (deleted.status, deleted.code) == (403, 50013)
    bot = sandbox.world.application.bot.id
    sandbox.world.set_overwrite(channel, bot, allow=P.MANAGE_MESSAGES)
    assert (await api("DELETE", path)).status == 204


# Reading


async def test_pages_of_history(api: Api, clock: ManualClock, channel: Channel) -> None:
    ids = []
    for number in range(12):
        clock.advance(1)
        ids.append((await post(api, channel, {"content": str(number)})).json["id"])
    path = f"/channels/{channel.id}/messages"

    async def page(**params: str) -> list[str]:
        answer = await api("GET", path, params=params)
        return [message["content"] for message in answer.json]

    assert await page() == [str(number) for number in range(11, -1, -1)]
    assert await page(limit="3") == ["11", "10", "9"]
    assert await page(before=ids[3], limit="2") == ["2", "1"]
    assert await page(after=ids[3], limit="2") == ["5", "4"]
    assert await page(after=ids[-1]) == []
    wrong = await api("GET", path, params={"limit": "101"})
    assert wrong.at("limit") == ["NUMBER_TYPE_MAX"]
    around = await api("GET", path, params={"around": ids[5]})
    assert around.at("around") == ["SANDBOX_UNSUPPORTED"]


async def test_history_unreadable_is_empty(sandbox: Sandbox, api: Api, channel: Channel) -> None:
    sent = await post(api, channel, {"content": "x"})
    deny(sandbox, channel, P.READ_MESSAGE_HISTORY)
    path = f"/channels/{channel.id}/messages"
    assert (await api("GET", path)).json == []
    one = await api("GET", f"{path}/{sent.json['id']}")
    assert (one.status, one.code) == (403, 50013)


async def test_a_channel_keeps_the_newest(sandbox: Sandbox, api: Api, channel: Channel) -> None:
    channel.keep = 3
    for number in range(5):
        await post(api, channel, {"content": str(number)})
    assert [message.content for message in channel.messages.values()] == ["2", "3", "4"]


# Attachments


def form(payload: str, *files: tuple[str, bytes]) -> aiohttp.FormData:
    data = aiohttp.FormData(quote_fields=False)
    data.add_field("payload_json", payload, content_type="application/json")
    for number, (name, content) in enumerate(files):
        data.add_field(
            f"files[{number}]", io.BytesIO(content), filename=name, content_type="image/png"
        )
    return data


async def test_a_file_is_kept_and_shown(sandbox: Sandbox, api: Api, channel: Channel) -> None:
    payload = (
        '{"flags": 32768, "attachments": [{"id": 0, "description": "A quote"}], "components": '
        '[{"type": 12, "items": [{"media": {"url": "attachment://quote_card.png"}}]}]}'
    )
    path = f"/channels/{channel.id}/messages"
    answer = await api("POST", path, data=form(payload, ("quote card.png", b"PNG")))
    assert answer.status == 200, answer.json
    attachment = answer.json["attachments"][0]
    assert (attachment["description"], attachment["size"]) == ("A quote", 3)
    assert attachment["filename"] == "quote_card.png"
    media = answer.json["components"][0]["items"][0]["media"]
    assert media["attachment_id"] == attachment["id"]
    assert media["url"] == attachment["url"]
    assert media["url"].startswith(sandbox.url)
    assert sandbox.world.files[int(attachment["id"])][2] == b"PNG"
    message = f"{path}/{answer.json['id']}"
    kept = await api("PATCH", message, {"attachments": [{"id": attachment["id"]}]})
    assert len(kept.json["attachments"]) == 1
    await api("DELETE", message)
    assert not sandbox.world.files


async def test_a_picture_is_known_as_one_with_its_size(
    sandbox: Sandbox, api: Api, channel: Channel
) -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (32, 18)).save(drawn, "JPEG")
    payload = (
        '{"flags": 32768, "components": '
        '[{"type": 12, "items": [{"media": {"url": "attachment://quote.bin"}}]}]}'
    )
    data = form(payload, ("quote.bin", drawn.getvalue()))
    answer = await api("POST", f"/channels/{channel.id}/messages", data=data)
    assert answer.status == 200, answer.json
    media = answer.json["components"][0]["items"][0]["media"]
    for shown in (answer.json["attachments"][0], media):
        assert (shown["content_type"], shown["width"], shown["height"]) == ("image/jpeg", 32, 18)
    assert sandbox.world.files[int(media["attachment_id"])][1] == "image/jpeg"


async def test_files_need_a_permission_and_have_a_bound(
    sandbox: Sandbox, api: Api, channel: Channel
) -> None:
    path = f"/channels/{channel.id}/messages"
    large = await api("POST", path, data=form("{}", ("a.png", b"x" * (10 * 1024 * 1024 + 1))))
    assert (large.status, large.code) == (413, 40005)
    deny(sandbox, channel, P.ATTACH_FILES)
    refused = await api("POST", path, data=form("{}", ("a.png", b"x")))
    assert (refused.status, refused.code) == (403, 50013)


# Direct messages


async def test_direct_messages(sandbox: Sandbox, api: Api, guild: Guild) -> None:
    user = sandbox.world.add_user("mina")
    sandbox.world.add_member(guild, user)
    opened = await api("POST", "/users/@me/channels", {"recipient_id": str(user.id)})
    assert opened.json["recipients"][0]["id"] == str(user.id)
    again = await api("POST", "/users/@me/channels", {"recipient_id": str(user.id)})
    assert again.json["id"] == opened.json["id"]
    heard: list[Event] = []
    sandbox.world.listen(heard.append)
    path = f"/channels/{opened.json['id']}/messages"
    assert (await api("POST", path, {"content": "hello"})).status == 200
    assert heard[0].intents == 1 << 12
    user.accepts_dms = False
    closed = await api("POST", path, {"content": "hello"})
    assert (closed.status, closed.code) == (403, 50278)
    user.accepts_dms = True
    sandbox.world.remove_member(guild, user)
    strange = await api("POST", path, {"content": "hello"})
    assert (strange.status, strange.code) == (403, 50278)
    sandbox.install_for(user)
    assert (await api("POST", path, {"content": "hello"})).status == 200
    user.blocks_app = True
    blocked = await api("POST", path, {"content": "hello"})
    assert (blocked.status, blocked.code) == (403, 50007)
    assert (await api("GET", path)).status == 200
