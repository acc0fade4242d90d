"""A digest from the poll to a fan's own reader, through the real client and the sandbox."""

import random

import pytest

from bot.delivery.announcer import Announcer
from bot.delivery.discord.rest_port import RestPort
from sandbox.entities import Channel, ChannelType, Message
from sandbox.faults import Rule
from tests.cogs.stage import Stage, answer, interview, read
from tests.cogs.test_announcement_options import ask, come_out
from tests.delivery.fakes import FreePace
from tests.ui.limits import walk

SEND = r"POST /channels/\d+/messages$"
SIX_HOURS = 6 * 3600  # from the clock's noon to a digest's hour


def announcer(stage: Stage) -> Announcer:
    return Announcer(stage.store, RestPort(stage.client), stage.clock, random.Random(3), FreePace())


def posted(channel: Channel) -> list[Message]:
    return [one for one in channel.messages.values() if one.ephemeral_for is None]


async def test_a_digest_opens_each_interview_for_whoever_presses(on_stage: Stage) -> None:
    world = on_stage.sandbox.world
    role = world.add_role(on_stage.guild, "Fans", mentionable=True)
    news = world.add_channel(on_stage.guild, "인터뷰")
    await ask(on_stage, "add", channel=news, frequency="daily", role=role)
    await come_out(on_stage, 3, 2, 1)
    await announcer(on_stage).drain()
    assert posted(news) == []
    await on_stage.clock.advance(SIX_HOURS)
    await announcer(on_stage).drain()
    (digest,) = posted(news)
    assert read(digest).split("\n")[:2] == [
        f"<@&{role.id}> New interviews are out.",
        "## 3 new interviews",
    ]
    assert digest.mention_roles == [role.id]
    presses = [part for part in walk(digest.components) if part["type"] == 2]
    assert [part["label"] for part in presses] == ["Read"] * 3
    opened = answer(
        await on_stage.sandbox.press(on_stage.fan, digest, custom_id=presses[1]["custom_id"])
    )
    assert opened.ephemeral_for == on_stage.fan.id
    assert interview(2).title in read(opened)
    await on_stage.clock.advance(24 * 3600)
    await announcer(on_stage).drain()
    assert posted(news) == [digest]


@pytest.mark.parametrize("kind", [ChannelType.TEXT, ChannelType.FORUM])
async def test_a_digest_whose_answer_was_lost_comes_once(
    on_stage: Stage, kind: ChannelType
) -> None:
    news = on_stage.sandbox.world.add_channel(on_stage.guild, "news", type=kind)
    await ask(on_stage, "add", channel=news, frequency="daily")
    await come_out(on_stage, 2, 1)
    await on_stage.clock.advance(SIX_HOURS)
    path = SEND if kind is ChannelType.TEXT else r"POST /channels/\d+/threads$"
    on_stage.sandbox.faults.add(Rule(match=path, status=503, when="after", times=1))
    for _ in range(4):
        await announcer(on_stage).drain()
        await on_stage.clock.advance(60)
    if kind is ChannelType.TEXT:
        assert len(posted(news)) == 1
    else:
        threads = [one for one in on_stage.guild.threads.values() if one.parent_id == news.id]
        assert len(threads) == 1
    assert (await on_stage.store.subscriptions.overview(on_stage.guild.id))[0].waiting == 0
