"""Following announcement channels, and crossposts."""

from __future__ import annotations

from sandbox import Sandbox
from sandbox.entities import Channel, ChannelType, MessageFlag
from sandbox.permissions import Permission
from tests.sandbox.rest_api import Answer, Api, ManualClock, post

P = Permission


async def followed(
    sandbox: Sandbox, api: Api, count: int
) -> tuple[Channel, list[Channel], list[Answer]]:
    world = sandbox.world
    home = world.add_channel(world.add_guild("Home"), "news", type=ChannelType.ANNOUNCEMENT)
    targets, answers = [], []
    for number in range(count):
        guild = world.add_guild(
            f"Fans {number}", bot_permissions=P.VIEW_CHANNEL | P.MANAGE_WEBHOOKS
        )
        targets.append(world.add_channel(guild, "interviews"))
        body = {"webhook_channel_id": str(targets[-1].id)}
        answers.append(await api("POST", f"/channels/{home.id}/followers", body))
    return home, targets, answers


async def test_a_crosspost_reaches_all_followers(sandbox: Sandbox, api: Api) -> None:
    home, targets, answers = await followed(sandbox, api, 3)
    assert [answer.json["channel_id"] for answer in answers] == [str(home.id)] * 3
    button = {"type": 2, "style": 1, "label": "Read", "custom_id": "read"}
    sent = await post(
        api,
        home,
        {
            "content": "New! @everyone",
            "embeds": [{"title": "An interview"}],
            "components": [{"type": 1, "components": [button]}],
        },
    )
    path = f"/channels/{home.id}/messages/{sent.json['id']}"
    published = await api("POST", path + "/crosspost")
    assert published.json["flags"] & MessageFlag.CROSSPOSTED
    await sandbox.rest.wait_for_background()
    for target in targets:
        note, copy = target.messages.values()
        assert note.type == 12
        assert copy.content == "New! @everyone"
        assert [embed["title"] for embed in copy.embeds] == ["An interview"]
        assert copy.components == []
        assert copy.flags & MessageFlag.IS_CROSSPOST
        assert copy.webhook_id in home.followers
        assert copy.mention_everyone is False
        assert (copy.reference or {})["message_id"] == sent.json["id"]
    await api("PATCH", path, {"content": "Mended"})
    copies = [list(target.messages.values())[-1] for target in targets]
    assert {copy.content for copy in copies} == {"Mended"}
    await api("DELETE", path)
    assert all(copy.flags & MessageFlag.SOURCE_MESSAGE_DELETED for copy in copies)


async def test_a_crosspost_refused(sandbox: Sandbox, api: Api, channel: Channel) -> None:
    sent = await post(api, channel, {"content": "x"})
    path = f"/channels/{channel.id}/messages/{sent.json['id']}/crosspost"
    plain = await api("POST", path)
    assert (plain.status, plain.code) == (400, 50024)
    home, _targets, _answers = await followed(sandbox, api, 0)
    sent = await post(api, home, {"content": "x"})
    path = f"/channels/{home.id}/messages/{sent.json['id']}/crosspost"
    assert (await api("POST", path)).status == 200
    again = await api("POST", path)
    assert (again.status, again.code) == (400, 40033)


async def test_eleven_crossposts_in_an_hour_are_too_many(
    sandbox: Sandbox, api: Api, clock: ManualClock
) -> None:
    home, _targets, _answers = await followed(sandbox, api, 0)
    sent = [await post(api, home, {"content": str(number)}) for number in range(11)]
    sandbox.limiter.enabled = True
    paths = [f"/channels/{home.id}/messages/{each.json['id']}/crosspost" for each in sent]
    answers = [await api("POST", path) for path in paths]
    assert [answer.status for answer in answers] == [200] * 10 + [429]
    assert answers[-1].json["retry_after"] == 3600
    clock.advance(3600)
    assert (await api("POST", paths[-1])).status == 200


async def test_following_needs_manage_webhooks_there(sandbox: Sandbox, api: Api) -> None:
    world = sandbox.world
    home = world.add_channel(world.add_guild("Home"), "news", type=ChannelType.ANNOUNCEMENT)
    target = world.add_channel(world.add_guild("Fans"), "interviews")
    body = {"webhook_channel_id": str(target.id)}
    refused = await api("POST", f"/channels/{home.id}/followers", body)
    assert (refused.status, refused.code) == (403, 50013)
    backwards = await api(
        "POST", f"/channels/{target.id}/followers", {"webhook_channel_id": str(home.id)}
    )
    assert (backwards.status, backwards.code) == (400, 50024)


async def test_sixteen_webhooks_are_too_many(sandbox: Sandbox, api: Api) -> None:
    world = sandbox.world
    guild = world.add_guild("Fans", bot_permissions=P.ADMINISTRATOR)
    home = world.add_channel(guild, "news", type=ChannelType.ANNOUNCEMENT)
    target = world.add_channel(guild, "interviews")
    body = {"webhook_channel_id": str(target.id)}
    answers = [await api("POST", f"/channels/{home.id}/followers", body) for _ in range(16)]
    assert [answer.status for answer in answers] == [200] * 15 + [400]
    assert answers[-1].code == 30007
