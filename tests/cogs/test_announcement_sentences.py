"""What admins read is true in the state that their channel is in, and says what changed."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.i18n import load_messages
from bot.core.model import Mode, SubscriptionState
from bot.delivery.failures import _CODES
from bot.delivery.outcomes import FailureKind
from bot.store import DueNotice
from bot.ui.subscriptions import reason_of, stopped_notice
from sandbox import serial
from sandbox.entities import ChannelType, Event
from tests.cogs.stage import Stage, read
from tests.cogs.test_announcement_options import ask, come_out, only
from tests.cogs.test_announcements import MENTION_ALL, SEND, deny
from tests.store.rows import set_subscription_state
from tests.store.samples import NOON
from tests.ui.limits import shown

MANAGE_THREADS = 1 << 34
ATTACH = 1 << 15
SEND_IN_THREADS = 1 << 38
THREAD = "a thread for each → no threads"
FIRST = "You'll see the first one when"
NEXT = "The next one comes on"


@pytest.mark.parametrize(
    ("before", "edit", "lines"),
    [
        ({}, {"frequency": "daily", "hour": 9}, ["each interview right away → daily at 09:00"]),
        (
            {"frequency": "weekly", "discussion": None},
            {"day": 4, "quiet": "22-8"},
            ["Mondays at 18:00 → Fridays at 18:00", "no quiet hours → quiet 22:00 to 08:00"],
        ),
        ({"role": True}, {"no_role": True}, ["pings <@&{role}> → pings nobody"]),
        (
            {"discussion": True},
            {"discussion": False},
            [THREAD],
        ),
        (
            {"discussion": True},
            {"frequency": "daily"},
            [
                "each interview right away → daily at 18:00",
                THREAD,
            ],
        ),
        (
            {},
            {"timezone": "PST"},
            ["Whole server: UTC → America/Los\\_Angeles (PST, PDT in summer)"],
        ),
        ({"quiet": "22-8"}, {"quiet": "22-8"}, []),
    ],
)
async def test_a_change_is_said_as_before_and_after(
    on_stage: Stage, before: dict[str, object], edit: dict[str, object], lines: list[str]
) -> None:
    role = on_stage.sandbox.world.add_role(on_stage.guild, "Fans", mentionable=True)
    chosen = {name: value for name, value in before.items() if value is not None}
    if "role" in chosen:
        chosen["role"] = role
    assert "→" not in await ask(on_stage, "add", **chosen)
    told = await ask(on_stage, "edit", **edit)
    assert [line for line in told.splitlines() if "→" in line] == [
        f"- {line.format(role=role.id)}" for line in lines
    ]
    assert told.startswith("**Changed.**" if lines else "**No change.**")


async def test_a_tag_is_said_by_its_name(on_stage: Stage) -> None:
    world = on_stage.sandbox.world
    forum = world.add_channel(
        on_stage.guild, "talks", type=ChannelType.FORUM, tags=["Music", "Film"]
    )
    await ask(on_stage, "add", channel=forum, tag="Music")
    told = await ask(on_stage, "edit", channel=str(forum.id), tag="Film")
    assert "tag **Music** → tag **Film**" in told


async def follow(stage: Stage, webhook_id: int | None = None) -> None:
    await stage.store.subscriptions.subscribe(
        stage.guild.id,
        stage.channel.id,
        1,
        lambda one: replace(one, mode=Mode.FOLLOW, webhook_id=webhook_id),
    )


async def test_adding_where_discord_carries_them_says_that_this_ended(on_stage: Stage) -> None:
    await follow(on_stage)
    told = await ask(on_stage, "add")
    assert told.startswith("**Changed.** I'll announce new interviews in")
    assert "follows the bot's own channel → each interview right away" in told
    assert FIRST in told


async def test_a_refused_option_ends_no_following(on_stage: Stage) -> None:
    await follow(on_stage, 4711)
    on_stage.sandbox.requests.clear()
    told = await ask(on_stage, "add", frequency="daily", hour=23, quiet="22-8")
    assert "Nothing was changed." in told
    assert not [one for one in on_stage.sandbox.requests if "webhooks" in str(one)]
    assert (await only(on_stage)).subscription.mode is Mode.FOLLOW


async def put(stage: Stage, state: SubscriptionState) -> None:
    one = (await only(stage)).subscription
    reason = {"parked": "automod", "paused": "paused"}.get(state)
    await set_subscription_state(stage.store, one.id, state, reason)


ACTIVE, PARKED, PAUSED, _ = SubscriptionState


@pytest.mark.parametrize("digest", [False, True])
@pytest.mark.parametrize(
    ("state", "command"),
    [
        (state, command)
        for state in (ACTIVE, PARKED, PAUSED)
        for command in ("add", "edit", "pause", "resume", "list")
    ],
)
async def test_no_sentence_contradicts_the_state(
    on_stage: Stage, state: SubscriptionState, command: str, *, digest: bool
) -> None:
    told = await ask(on_stage, "add", **({"frequency": "daily", "hour": 20} if digest else {}))
    assert (FIRST in told, NEXT in told) == (not digest, digest)
    await ask(on_stage, "edit", quiet="22-8")
    await put(on_stage, state)
    if command == "list":
        told = read(await on_stage.ask("announcements list", by=on_stage.admin))
    else:
        told = await ask(on_stage, command)
    after = (await only(on_stage)).subscription.state
    # It is not the first one, once there were others before.
    assert FIRST not in told
    # Nothing goes out while it is held, or waits for somebody.
    assert (NEXT in told) <= (after is ACTIVE and digest)
    # Who mended something need not run a command again.
    assert "`/announcements add` again" not in told
    # What comes before a digest waits for the digest, not for the end of the quiet hours.
    assert not (digest and "waits until 08:00" in told)
    woken = command == "add" and state is not ACTIVE
    assert ("They're active again" in told) == woken
    assert not (woken and "No change" in told)


async def test_resuming_at_night_does_not_say_now(on_stage: Stage) -> None:
    await ask(on_stage, "add", quiet="11-14")  # It is 12:00 UTC.
    await ask(on_stage, "pause")
    await come_out(on_stage, 1)
    told = await ask(on_stage, "resume")
    assert "announced now" not in told
    due = int((on_stage.clock.now() + timedelta(hours=2)).timestamp())
    assert f"I'll announce everything at <t:{due}:t>, after the quiet hours." in told


REASONS = sorted({reason for kind, reason in _CODES if kind is FailureKind.BLOCKED} | {"forbidden"})
"""All that parks a channel, or a person."""


def stopped(reason: str, state: SubscriptionState = PARKED) -> DueNotice:
    return DueNotice(1, 2, 3, 4, reason, state, NOON)


@pytest.mark.parametrize("reason", REASONS)
def test_a_notice_promises_only_what_comes(reason: str) -> None:
    """What nobody can mend does not go on by itself: there another channel is to be chosen."""
    text = load_messages().text()
    told = shown(stopped_notice([stopped(reason)], text, "Fans"))
    assert f"Reason: {reason_of(reason, text)}." in told
    promised = "start again by themselves" in told
    assert ("pick another one with `/announcements add`" in told) != promised
    ended = shown(stopped_notice([stopped(reason, SubscriptionState.ENDED)], text, "Fans"))
    assert "start again by themselves" not in ended


async def test_resuming_a_media_channel_names_what_its_posts_need(on_stage: Stage) -> None:
    media = on_stage.sandbox.world.add_channel(on_stage.guild, "gallery", type=ChannelType.MEDIA)
    await on_stage.client.wait_for("guild_channel_create", timeout=5)
    await ask(on_stage, "add", channel=media)
    await put(on_stage, PARKED)
    await deny(on_stage, media, ATTACH)
    told = await ask(on_stage, "resume", channel=str(media.id))
    assert told.startswith(f"I'm missing permissions in <#{media.id}>: **Attach Files**. Nothing")


async def test_resuming_names_the_permission_that_is_denied(on_stage: Stage) -> None:
    await ask(on_stage, "add")
    await put(on_stage, PARKED)
    await deny(on_stage, on_stage.channel, SEND)
    told = await ask(on_stage, "resume")
    assert told.startswith(
        f"I'm missing permissions in <#{on_stage.channel.id}>: **Send Messages**. Nothing"
    )


async def test_a_bot_in_time_out_says_so(on_stage: Stage) -> None:
    world = on_stage.sandbox.world
    member = on_stage.guild.members[world.application.bot.id]
    member.timed_out_until = until = int(time.time()) + 3600
    data = serial.member_json(member) | {"guild_id": str(on_stage.guild.id)}
    world.emit(Event("GUILD_MEMBER_UPDATE", data, on_stage.guild.id))
    await on_stage.client.wait_for("member_update", timeout=5)
    told = await ask(on_stage, "add")
    assert told.startswith(f"I'm timed out in this server until <t:{until}:f>")
    assert "Permissions" not in told


async def test_a_role_that_cannot_be_mentioned_any_more_is_not_shown_as_pinged(
    on_stage: Stage,
) -> None:
    world = on_stage.sandbox.world
    role = world.add_role(on_stage.guild, "Fans", mentionable=True)
    await deny(on_stage, on_stage.channel, MENTION_ALL)
    assert f"Each one pings <@&{role.id}>." in await ask(on_stage, "add", role=role)
    role.mentionable = False
    data = {"guild_id": str(on_stage.guild.id), "role": serial.role_json(role)}
    world.emit(Event("GUILD_ROLE_UPDATE", data, on_stage.guild.id))
    await on_stage.client.wait_for("guild_role_update", timeout=5)
    silent = f"⚠️ <@&{role.id}> won't get a ping, because not everyone may mention it."
    listed = read(await on_stage.ask("announcements list", by=on_stage.admin))
    for told in (listed, await ask(on_stage, "edit", quiet="1-2"), await ask(on_stage, "resume")):
        assert silent in told
        assert f"pings <@&{role.id}>" not in told


async def test_an_archived_thread_is_chosen_by_what_its_parent_allows(on_stage: Stage) -> None:
    world = on_stage.sandbox.world
    thread = world.add_thread(on_stage.channel, "old talks", on_stage.admin)
    world.edit_channel(thread, archived=True)
    # The client removes a thread from its cache once it is archived.
    await on_stage.client.wait_for("raw_thread_update", timeout=5)
    await deny(on_stage, on_stage.channel, SEND_IN_THREADS)
    told = await ask(on_stage, "add", channel=thread)
    assert told.startswith(
        f"I'm missing permissions in <#{thread.id}>: **Send Messages in Threads**. Nothing"
    )
    await deny(on_stage, on_stage.channel, 0)
    told = await ask(on_stage, "add", channel=thread)
    assert told.startswith(f"**Done.** I'll announce new interviews in <#{thread.id}>")
    choices = await on_stage.sandbox.autocomplete(
        on_stage.admin, on_stage.channel, "announcements remove", focused="channel", channel=""
    )
    assert [one.name for one in choices] == [f"a thread that's archived or gone ({thread.id})"]


async def test_a_private_thread_that_the_bot_is_not_in_is_refused(on_stage: Stage) -> None:
    world = on_stage.sandbox.world
    await deny(on_stage, on_stage.channel, MANAGE_THREADS)
    thread = world.add_thread(on_stage.channel, "staff", on_stage.admin)
    await on_stage.client.wait_for("thread_create", timeout=5)
    thread.type = ChannelType.PRIVATE_THREAD
    world.edit_channel(thread, archived=True)
    await on_stage.client.wait_for("raw_thread_update", timeout=5)
    assert await ask(on_stage, "add", channel=thread) == (
        f"<#{thread.id}> is a private thread, and I'm not in it. Nothing was changed. "
        "Mention me there to add me, then run the command again."
    )
