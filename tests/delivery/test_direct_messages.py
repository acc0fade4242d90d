"""Direct messages before the real client: what a person reads, once, and what it cost."""

import random
import re
from datetime import timedelta
from typing import Any

import pytest
from discord.http import MultipartParameters
from structlog.testing import capture_logs

from bot.core.artists import artist_id, artist_ids
from bot.core.model import DeliveryState, Subject, TargetKind
from bot.core.readers import FollowRequest, Reached
from bot.delivery.discord.rest_port import RestPort
from bot.delivery.editor import Editor
from bot.store import DirectMessageStatus, FollowOutcome
from sandbox import serial
from sandbox.entities import Channel, Message, User
from sandbox.faults import Rule
from tests.cogs.stage import interview, labels, read
from tests.delivery.stage import PICTURE, AtOnce, Stage, spoken
from tests.store.rows import add_subscription, deliveries_of
from tests.ui.limits import walk

HAN = Subject("Han Seoyun", "Singer", ("한서윤",))
VINO = Subject("V1NO")
WHY = "Here's a new interview, because you follow **Han Seoyun**."
OPENING = "/users/@me/channels"
A_DIRECT_MESSAGE = r"POST /channels/\d+/messages$"


async def follow(stage: Stage, user: User, *subjects: Subject) -> None:
    for subject in subjects or (HAN,):
        spellings = artist_ids([subject])
        wanted = FollowRequest(artist_id(subject.name), subject.name, spellings)
        assert await stage.store.follows.add(user.id, wanted) is FollowOutcome.BEGUN


def person(stage: Stage, name: str = "Mina") -> User:
    user: User = stage.sandbox.world.add_user(name)
    stage.sandbox.world.add_member(stage.guild, user)
    return user


def dm_of(stage: Stage, user: User) -> Channel:
    return stage.sandbox.world.dms[user.id]


def got(stage: Stage, user: User) -> list[Message]:
    """What stands in the person's direct messages; nothing where none were opened."""
    dm = stage.sandbox.world.dms.get(user.id)
    return spoken(dm) if dm is not None else []


def pressable(message: Message) -> list[str]:
    return [part["custom_id"] for part in walk(message.components) if "custom_id" in part]


# ---------------------------------------------------------------- what arrives


async def test_the_next_interview_comes_as_a_card_with_why_and_a_way_out(on_stage: Stage) -> None:
    user, other = person(on_stage), person(on_stage, "Alex")
    await follow(on_stage, user)
    await follow(on_stage, other, VINO)
    # Nothing is opened before there is something to send.
    assert on_stage.asked("POST", OPENING) == 0
    number = await on_stage.publish()
    await on_stage.deliver()
    (message,) = got(on_stage, user)
    assert got(on_stage, other) == []
    assert read(message).startswith(
        "Here's a new interview, because you follow **Han Seoyun**.\n## ["
    )
    assert labels(message) == ["Read here", "Open on KCrush", "Unfollow Han Seoyun"]
    assert pressable(message) == [
        f"kc:read:{number}",
        f"kc:unfollow:{artist_id('Han Seoyun')}",
    ]
    row = await on_stage.row(number)
    assert (row.state, row.message_id) == (DeliveryState.SENT, message.id)


async def test_two_followed_artists_in_one_interview_are_one_message(on_stage: Stage) -> None:
    user = person(on_stage)
    await follow(on_stage, user, HAN)
    await on_stage.clock.advance(60)
    await follow(on_stage, user, VINO)
    await on_stage.publish(subjects=(VINO, HAN))
    await on_stage.deliver()
    (message,) = got(on_stage, user)
    assert read(message).startswith(
        "Here's a new interview, because you follow **Han Seoyun** and **V1NO**."
    )
    assert labels(message)[2:] == ["Unfollow Han Seoyun", "Unfollow V1NO"]


async def test_hostile_names_ping_nobody_and_break_nothing(on_stage: Stage) -> None:
    user = person(on_stage)
    names = [
        "@everyone " + "W" * 300,
        "**]( `",
        "\u202ecipot\u202c <@1> <@&2>",
        "한" * 200,
        "x" * 100,
    ]
    subjects = tuple(Subject(name) for name in names)
    await follow(on_stage, user, *subjects)
    await on_stage.publish(subjects=subjects, title="@here " * 80, excerpt="<@&1> @everyone" * 90)
    await on_stage.deliver()
    (message,) = got(on_stage, user)
    assert not message.mention_everyone
    assert message.mentions == []
    assert len(labels(message)) == 2 + 4


async def test_a_channel_is_opened_once_and_known_after_a_restart(on_stage: Stage) -> None:
    user = person(on_stage)
    await follow(on_stage, user)
    for _ in range(2):
        await on_stage.publish()
        await on_stage.deliver()
    on_stage.announcer._sender._port = RestPort(on_stage.client)
    await on_stage.publish()
    await on_stage.deliver()
    assert len(got(on_stage, user)) == 3
    assert on_stage.asked("POST", OPENING) == 1


async def test_a_channel_that_is_not_what_it_was_is_opened_anew(on_stage: Stage) -> None:
    world, user = on_stage.sandbox.world, person(on_stage)
    await follow(on_stage, user)
    await on_stage.publish()
    await on_stage.deliver()
    gone = world.dms.pop(user.id)
    del world.channels[gone.id]
    number = await on_stage.publish()
    await on_stage.deliver()
    assert len(got(on_stage, user)) == 1
    assert (await on_stage.row(number)).state is DeliveryState.SENT


async def test_a_channel_that_is_out_of_reach_is_opened_anew_once(on_stage: Stage) -> None:
    user = person(on_stage)
    await follow(on_stage, user)
    await on_stage.publish()
    await on_stage.deliver()
    refused = on_stage.sandbox.faults.add(
        Rule(match=A_DIRECT_MESSAGE, times=1, status=403, code=50001)
    )
    number = await on_stage.publish()
    await on_stage.deliver()
    assert (await on_stage.row(number)).state is DeliveryState.SENT
    refused.times = 3
    number = await on_stage.publish()
    await on_stage.deliver()
    row = await on_stage.row(number)
    assert (row.state, row.reason, refused.fired) == (DeliveryState.PARKED, "missing-access", 3)
    assert on_stage.asked("POST", OPENING) == 3


async def test_a_picture_arrives_whole_in_a_channel_that_was_opened_anew(on_stage: Stage) -> None:
    on_stage.attached.everywhere = True
    user = person(on_stage)
    await follow(on_stage, user)
    await on_stage.publish()
    await on_stage.deliver()
    on_stage.sandbox.faults.add(Rule(match=A_DIRECT_MESSAGE, times=1, status=403, code=50001))
    await on_stage.publish()
    await on_stage.deliver()
    files = [
        on_stage.sandbox.world.files[int(attachment["id"])][2]
        for message in got(on_stage, user)
        for attachment in message.attachments
    ]
    assert files == [PICTURE, PICTURE]


async def test_a_body_that_discord_refuses_comes_as_words(on_stage: Stage) -> None:
    user = person(on_stage)
    await follow(on_stage, user)
    on_stage.sandbox.faults.add(Rule(A_DIRECT_MESSAGE, times=1, status=400, code=50035))
    await on_stage.publish()
    await on_stage.deliver()
    (message,) = got(on_stage, user)
    assert message.components == []
    assert message.content.startswith(
        "Here's a new interview, because you follow **Han Seoyun**.\n**"
    )
    assert "https://kcrush.example/interview-1/" in message.content


async def test_guilds_get_theirs_first(on_stage: Stage) -> None:
    users = [person(on_stage, f"fan-{number}") for number in range(3)]
    for user in users:
        await follow(on_stage, user)
    channels = [on_stage.sandbox.world.add_channel(on_stage.guild, f"c{n}") for n in range(3)]
    for channel in channels:
        await add_subscription(on_stage.store, on_stage.guild.id, channel.id, None, 1)
    await on_stage.publish()
    await on_stage.deliver()
    to_guilds = [spoken(channel)[0].id for channel in channels]
    assert max(to_guilds) < min(got(on_stage, user)[0].id for user in users)


# ---------------------------------------------------------------- edits and withdrawals


async def change(stage: Stage, number: int, **changes: Any) -> None:
    async with stage.store.transaction() as tx:
        await tx.interviews.update(number, interview(1, **changes), "another digest")


async def edit(stage: Stage) -> int:
    port, rng = RestPort(stage.client), random.Random(1)
    return await Editor(stage.store, port, stage.clock, rng, AtOnce()).edit_due()


async def test_an_edit_reaches_it_and_keeps_why(on_stage: Stage) -> None:
    user = person(on_stage)
    await follow(on_stage, user)
    number = await on_stage.publish()
    await on_stage.deliver()
    await change(on_stage, number, title="A better title")
    assert await edit(on_stage) == 1
    (message,) = got(on_stage, user)
    assert read(message).startswith(
        "Here's a new interview, because you follow **Han Seoyun**.\n## [A b"
    )
    assert "Unfollow Han Seoyun" in labels(message)


async def test_a_withdrawal_reaches_it(on_stage: Stage) -> None:
    user = person(on_stage)
    await follow(on_stage, user)
    number = await on_stage.publish()
    await on_stage.deliver()
    async with on_stage.store.transaction() as tx:
        await tx.interviews.withdraw(number, on_stage.clock.now())
    assert await edit(on_stage) == 1
    (message,) = got(on_stage, user)
    assert "~~" in read(message)
    assert labels(message) == []


async def test_withdrawn_before_it_was_sent_it_does_not_come(on_stage: Stage) -> None:
    user = person(on_stage)
    await follow(on_stage, user)
    number = await on_stage.publish()
    async with on_stage.store.transaction() as tx:
        await tx.interviews.withdraw(number, on_stage.clock.now())
    await on_stage.deliver()
    assert got(on_stage, user) == []


# ---------------------------------------------------------------- once


@pytest.mark.parametrize("window", [300.0, 0.0])
@pytest.mark.parametrize(
    "fault", [{"status": 500, "when": "after"}, {"drop": True, "when": "before"}]
)
async def test_a_lost_answer_never_makes_a_second_one(
    on_stage: Stage, fault: dict[str, Any], window: float
) -> None:
    """By its nonce while Discord knows that, else by looking into the direct messages."""
    on_stage.sandbox.world.nonce_window = window
    user = person(on_stage)
    await follow(on_stage, user)
    on_stage.sandbox.faults.add(Rule(A_DIRECT_MESSAGE, times=1, **fault))
    number = await on_stage.publish()
    await on_stage.deliver()
    assert (await on_stage.row(number)).state is DeliveryState.PENDING
    await on_stage.clock.advance(2 if window else 600)
    await on_stage.deliver()
    (message,) = got(on_stage, user)
    row = await on_stage.row(number)
    assert (row.state, row.message_id) == (DeliveryState.SENT, message.id)
    # Found or sent anew, an edit finds it there.
    await change(on_stage, number, title="A better title")
    await edit(on_stage)
    assert "A better title" in read(got(on_stage, user)[0])


async def test_an_answer_of_ours_in_the_direct_messages_is_not_taken_for_it(
    on_stage: Stage,
) -> None:
    """A person may have had the bot post something about the same interview there."""
    on_stage.sandbox.world.nonce_window = 0.0
    user = person(on_stage)
    await follow(on_stage, user)
    on_stage.sandbox.faults.add(Rule(A_DIRECT_MESSAGE, times=1, status=500))
    number = await on_stage.publish()
    await on_stage.deliver()
    sent = await on_stage.client.http.send_message(
        dm_of(on_stage, user).id,
        params=_payload({"content": interview(1).url}),
    )
    message = dm_of(on_stage, user).messages[int(sent["id"])]
    message.interaction_metadata = {
        "id": "1",
        "type": 2,
        "user": serial.user_json(user),
        "authorizing_integration_owners": {},
        "name": "interviews quote",
        "command_type": 1,
    }
    await on_stage.clock.advance(600)
    await on_stage.deliver()
    assert len(got(on_stage, user)) == 2
    assert (await on_stage.row(number)).message_id != message.id


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": True}])
async def test_what_can_not_be_opened_now_is_opened_later(
    on_stage: Stage, fault: dict[str, Any]
) -> None:
    user = person(on_stage)
    await follow(on_stage, user)
    on_stage.sandbox.faults.add(Rule(f"POST {OPENING}", times=1, **fault))
    number = await on_stage.publish()
    await on_stage.deliver()
    row = await on_stage.row(number)
    # Nothing was sent, so nothing need be looked for.
    assert (row.state, row.maybe_sent_at) == (DeliveryState.PENDING, None)
    await on_stage.clock.advance(600)
    await on_stage.deliver()
    assert len(got(on_stage, user)) == 1
    assert on_stage.asked("GET", "/messages") == 0


# ---------------------------------------------------------------- closed


async def test_closed_messages_park_the_follow_and_what_was_missed_comes(on_stage: Stage) -> None:
    heard: list[tuple[int, Reached]] = []
    on_stage.announcer.on_direct = lambda user_id, what: heard.append((user_id, what))
    user = person(on_stage)
    user.accepts_dms = False
    await follow(on_stage, user)
    for _ in range(5):
        await on_stage.publish()
        await on_stage.deliver()
    # One request for five interviews.
    assert on_stage.asked("POST", "/messages") == 1
    assert heard == [(user.id, Reached.REFUSED)]
    assert await on_stage.store.follows.message_status(user.id) is DirectMessageStatus.CLOSED
    await on_stage.store.follows.try_again(user.id)
    await on_stage.deliver()
    assert heard[1:] == [(user.id, Reached.REFUSED_AGAIN)]
    user.accepts_dms = True
    await on_stage.store.follows.try_again(user.id)
    await on_stage.deliver()
    assert heard[2] == (user.id, Reached.ARRIVED)
    messages = got(on_stage, user)
    # The newest three as cards; the first speaks for the two before.
    assert len(messages) == 3
    assert "2 more interviews you'd asked for" in read(messages[0])
    assert await on_stage.store.follows.message_status(user.id) is DirectMessageStatus.OPEN


async def test_every_way_of_being_closed_parks(on_stage: Stage) -> None:
    users = [person(on_stage, name) for name in ("blocks", "closed", "left")]
    blocks, closed, left = users
    for user in users:
        await follow(on_stage, user)
    blocks.blocks_app, closed.accepts_dms = True, False
    on_stage.sandbox.world.remove_member(on_stage.guild, left)
    number = await on_stage.publish()
    await on_stage.deliver()
    rows = await deliveries_of(on_stage.store, number)
    parked = (DeliveryState.PARKED, "messages-closed")
    assert [(row.state, row.reason) for row in rows] == [parked] * 3


async def test_a_person_who_is_gone_parks(on_stage: Stage) -> None:
    user = person(on_stage)
    await follow(on_stage, user)
    del on_stage.sandbox.world.users[user.id]
    number = await on_stage.publish()
    await on_stage.deliver()
    row = await on_stage.row(number)
    assert (row.state, row.reason) == (DeliveryState.PARKED, "unknown-user")


async def test_who_installed_the_app_for_themselves_needs_no_common_guild(on_stage: Stage) -> None:
    user = on_stage.sandbox.world.add_user("Mina")
    on_stage.sandbox.install_for(user)
    await follow(on_stage, user)
    await on_stage.publish()
    await on_stage.deliver()
    assert len(got(on_stage, user)) == 1


async def test_the_parked_are_probed_rarely(on_stage: Stage) -> None:
    user = person(on_stage)
    user.accepts_dms = False
    await follow(on_stage, user)
    await on_stage.publish()
    await on_stage.deliver()
    for _ in range(14 * 4):
        await on_stage.clock.advance(6 * 3600)
        await on_stage.deliver()
    # A fortnight: after 3 to 6 hours, then twice as long each time, up to a week.
    assert 4 <= on_stage.asked("POST", "/messages") <= 9


# ---------------------------------------------------------------- too many


async def test_opened_too_fast_all_of_them_rest_and_guilds_do_not(on_stage: Stage) -> None:
    users = [person(on_stage, f"fan-{number}") for number in range(4)]
    for user in users:
        await follow(on_stage, user)
    on_stage.sandbox.faults.add(Rule(f"POST {OPENING}", times=1, status=403, code=40003))
    first = await on_stage.publish()
    await on_stage.deliver()
    states = {row.state for row in await deliveries_of(on_stage.store, first)}
    assert states <= {DeliveryState.PENDING, DeliveryState.SENT}
    asked = on_stage.asked("POST", OPENING)
    await add_subscription(on_stage.store, on_stage.guild.id, 1, None, 1)
    channel = on_stage.sandbox.world.add_channel(on_stage.guild, "news")
    await add_subscription(on_stage.store, on_stage.guild.id, channel.id, None, 1)
    await on_stage.publish()
    await on_stage.deliver()
    assert len(spoken(channel)) == 1
    assert on_stage.asked("POST", OPENING) == asked
    await on_stage.clock.advance(3600)
    await on_stage.deliver()
    await on_stage.clock.advance(3600)
    await on_stage.deliver()
    assert [len(got(on_stage, user)) for user in users] == [2] * 4
    for user in users:
        assert await on_stage.store.follows.message_status(user.id) is DirectMessageStatus.OPEN


async def test_a_full_bucket_of_opening_is_not_asked_again(on_stage: Stage) -> None:
    users = [person(on_stage, f"fan-{number}") for number in range(4)]
    for user in users:
        await follow(on_stage, user)
    on_stage.sandbox.faults.add(Rule(f"POST {OPENING}", times=1, status=429, retry_after=30.0))
    number = await on_stage.publish()
    await on_stage.deliver()
    refused = [r for r in on_stage.sandbox.requests if r.path == OPENING and r.status == 429]
    assert len(refused) == 1
    rows = await deliveries_of(on_stage.store, number)
    waits = [row for row in rows if row.state is DeliveryState.PENDING]
    assert waits
    assert all(row.next_attempt_at - on_stage.clock.now() > timedelta(seconds=20) for row in waits)


# ---------------------------------------------------------------- persons stay private


async def test_no_log_names_a_person(on_stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    user, closed = person(on_stage), person(on_stage, "Alex")
    closed.accepts_dms = False
    with capture_logs() as logs:
        await follow(on_stage, user)
        await follow(on_stage, closed)
        await on_stage.publish()
        await on_stage.deliver()
    told = repr(logs) + caplog.text
    assert "delivery.sent" in told
    assert "delivery.parked" in told
    assert not re.search(f"{user.id}|{closed.id}", told)
    assert TargetKind.DIRECT not in {one.kind for one in await _subscriptions(on_stage)}


async def _subscriptions(stage: Stage) -> list[Any]:
    return [one.subscription for one in await stage.store.subscriptions.overview(stage.guild.id)]


def _payload(body: dict[str, Any]) -> Any:
    return MultipartParameters(payload=body, multipart=None, files=None)
