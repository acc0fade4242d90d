"""Publishing to followers: one message and one crosspost, however many follow."""

import pytest
from structlog.testing import capture_logs

from bot.client.home import keep_home
from bot.core.extras import ExtraKind, ExtraState
from bot.core.model import (
    DeliveryState,
    Mode,
    TargetKind,
)
from sandbox import following
from sandbox.entities import Channel, ChannelType, Message, MessageFlag
from sandbox.faults import Rule
from tests.cogs.stage import interview
from tests.delivery.stage import Stage, spoken
from tests.ui.limits import walk

CROSSPOST = r"POST /channels/\d+/messages/\d+/crosspost"
IS_COMPONENTS_V2 = 1 << 15


def followers(stage: Stage, home: Channel, count: int) -> list[Channel]:
    world = stage.sandbox.world
    made = [
        world.add_channel(world.add_guild(f"Fans {number}", with_bot=False), "interviews")
        for number in range(count)
    ]
    for channel in made:
        following.follow(world, home, channel)
    return made


def copies(channel: Channel) -> list[Message]:
    return [one for one in channel.messages.values() if one.flags & MessageFlag.IS_CROSSPOST]


async def home_of(stage: Stage) -> Channel:
    home = stage.channel(ChannelType.ANNOUNCEMENT)
    assert await keep_home(stage.client, stage.store, home.id)
    stage.sandbox.requests.clear()
    return home


async def test_a_thousand_followers_cost_two_requests(on_stage: Stage) -> None:
    home = await home_of(on_stage)
    there = followers(on_stage, home, 1000)
    await on_stage.publish()
    await on_stage.deliver()
    asked = [(request.method, request.path) for request in on_stage.sandbox.requests]
    (message,) = spoken(home)
    assert asked == [
        ("POST", f"/channels/{home.id}/messages"),
        ("POST", f"/channels/{home.id}/messages/{message.id}/crosspost"),
    ]
    await on_stage.sandbox.rest.wait_for_background()
    assert [len(copies(channel)) for channel in there] == [1] * 1000


async def test_a_copy_says_all_that_is_needed_without_components(on_stage: Stage) -> None:
    home = await home_of(on_stage)
    (there,) = followers(on_stage, home, 1)
    number = await on_stage.publish(title="A *star* & @everyone")
    await on_stage.deliver()
    await on_stage.sandbox.rest.wait_for_background()
    (source,), (copy,) = spoken(home), copies(there)
    assert {part.get("custom_id") for part in walk(source.components)} >= {f"kc:read:{number}"}
    assert not source.flags & IS_COMPONENTS_V2
    assert copy.components == []
    (embed,) = copy.embeds
    assert embed["title"] == "A \\*star\\* & @\u200beveryone"
    assert embed["url"] == interview(1).url
    assert embed["image"]["url"] == interview(1).image_url
    who, excerpt, facts = embed["description"].split("\n\n")
    assert (who, excerpt) == ("**Han Seoyun** 한서윤, Singer", "She sings about rooms.")
    assert facts == "-# <t:1772280000:D>\xa0· 3 questions\xa0· Music"
    assert embed["footer"]["text"] == "KCrush America"
    assert not copy.mention_everyone


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_crosspost_that_fails_is_tried_again_and_never_the_message(
    on_stage: Stage, when: str
) -> None:
    home = await home_of(on_stage)
    (there,) = followers(on_stage, home, 1)
    number = await on_stage.publish()
    on_stage.sandbox.faults.add(Rule(CROSSPOST, times=1, drop=True, when=when))  # type: ignore[arg-type]
    await on_stage.deliver()
    assert (await on_stage.row(number)).state is DeliveryState.SENT
    assert await on_stage.after(number, ExtraKind.CROSSPOST) == (ExtraState.PENDING, "network")
    await on_stage.clock.advance(3600)
    await on_stage.deliver()
    await on_stage.sandbox.rest.wait_for_background()
    assert (await on_stage.after(number, ExtraKind.CROSSPOST))[0] is ExtraState.DONE
    assert (len(spoken(home)), len(copies(there))) == (1, 1)
    assert on_stage.asked("POST", "/messages") == 1


async def test_a_crosspost_outlives_a_process_that_was_killed_amid_it(on_stage: Stage) -> None:
    """The row says that a try was begun, and nothing of its end."""
    home = await home_of(on_stage)
    number = await on_stage.publish()
    await on_stage.announcer.drain()
    (extra,) = await on_stage.store.extras.due(on_stage.clock.now(), 10)
    now = on_stage.clock.now()
    await on_stage.store.extras.begin_attempt(extra, now, now)
    await on_stage.client.http.publish_message(home.id, extra.message_id)
    await on_stage.extras.drain()
    assert await on_stage.after(number, ExtraKind.CROSSPOST) == (ExtraState.DONE, None)


async def test_the_eleventh_of_an_hour_waits_without_asking(on_stage: Stage) -> None:
    home = await home_of(on_stage)
    numbers = []
    for _ in range(12):
        numbers.append(await on_stage.publish())
        await on_stage.announcer.drain()
        await on_stage.clock.advance(10)
    on_stage.sandbox.limiter.enabled = True
    await on_stage.extras.drain()
    states = [(await on_stage.after(number, ExtraKind.CROSSPOST)) for number in numbers]
    assert [state for state, _ in states] == [ExtraState.DONE] * 10 + [ExtraState.PENDING] * 2, (
        states
    )
    assert states[10:] == [(ExtraState.PENDING, "crosspost-limit")] * 2
    assert on_stage.asked("POST", "/crosspost") == 10
    await on_stage.clock.advance(3540)
    await on_stage.extras.drain()
    assert on_stage.asked("POST", "/crosspost") == 10
    await on_stage.clock.advance(120)
    await on_stage.extras.drain()
    assert on_stage.asked("POST", "/crosspost") == 12
    assert {request.status for request in on_stage.sandbox.requests} == {200}
    assert len(spoken(home)) == 12


async def test_a_message_that_was_deleted_is_not_published(on_stage: Stage) -> None:
    home = await home_of(on_stage)
    number = await on_stage.publish()
    await on_stage.announcer.drain()
    home.messages.clear()
    await on_stage.extras.drain()
    assert (await on_stage.after(number, ExtraKind.CROSSPOST))[0] is ExtraState.ABANDONED


async def test_an_admin_s_own_channel_is_published_with_its_role(on_stage: Stage) -> None:
    role = on_stage.sandbox.world.add_role(on_stage.guild, "Fans", mentionable=True)
    channel = on_stage.channel(ChannelType.ANNOUNCEMENT)
    await on_stage.subscribe(channel, crosspost=True, role_id=role.id, discussion=True)
    number = await on_stage.publish()
    await on_stage.deliver()
    (message,) = spoken(channel)
    assert message.mention_roles == [role.id]
    assert message.content == f"<@&{role.id}> A new interview is out."
    assert message.id in on_stage.guild.threads
    for what in ExtraKind:
        assert await on_stage.after(number, what) == (ExtraState.DONE, None)


async def test_an_edit_of_what_was_published_stays_an_embed(on_stage: Stage) -> None:
    home = await home_of(on_stage)
    (there,) = followers(on_stage, home, 1)
    number = await on_stage.publish()
    await on_stage.deliver()
    async with on_stage.store.transaction() as tx:
        await tx.interviews.update(number, interview(1, title="Mended"), "another digest")
    (due,) = await on_stage.store.edits.due(on_stage.clock.now(), 10)
    assert due.published
    await on_stage.sandbox.rest.wait_for_background()
    (copy,) = copies(there)
    assert copy.embeds[0]["title"] == interview(1).title


# ---------------------------------------------------------------- the home channel


async def test_the_bot_keeps_its_home_channel_s_subscription_by_itself(on_stage: Stage) -> None:
    home = await home_of(on_stage)
    own = on_stage.sandbox.world.application.bot.id
    (kept,) = await on_stage.store.subscriptions.created_by(own)
    assert (kept.channel_id, kept.kind, kept.crosspost, kept.mode) == (
        home.id,
        TargetKind.ANNOUNCEMENT,
        True,
        Mode.POST,
    )
    assert await keep_home(on_stage.client, on_stage.store, home.id)
    assert await on_stage.store.subscriptions.created_by(own) == [kept]


async def test_a_former_home_channel_is_left(on_stage: Stage) -> None:
    former = await home_of(on_stage)
    own = on_stage.sandbox.world.application.bot.id
    other = on_stage.channel(ChannelType.ANNOUNCEMENT)
    assert await keep_home(on_stage.client, on_stage.store, other.id)
    assert [one.channel_id for one in await on_stage.store.subscriptions.created_by(own)] == [
        other.id
    ]
    assert not await keep_home(on_stage.client, on_stage.store, None)
    assert await on_stage.store.subscriptions.created_by(own) == []
    assert former.id != other.id


@pytest.mark.parametrize("which", ["text", "unknown", "closed"])
async def test_a_home_channel_that_will_not_do_is_told_to_the_operator(
    on_stage: Stage, which: str
) -> None:
    channel = on_stage.channel(ChannelType.TEXT if which == "text" else ChannelType.ANNOUNCEMENT)
    if which == "closed":
        bot = on_stage.sandbox.world.application.bot
        on_stage.sandbox.world.set_overwrite(channel, bot.id, deny=1 << 10)
    home_id = 123456789012345678 if which == "unknown" else channel.id
    with capture_logs() as logs:
        assert not await keep_home(on_stage.client, on_stage.store, home_id)
    (line,) = [entry for entry in logs if entry["event"] == "home.unusable"]
    assert line["log_level"] == "error"
    assert "HOME_CHANNEL_ID" in line["mend"]
    assert await on_stage.store.subscriptions.overview(on_stage.guild.id) == []
