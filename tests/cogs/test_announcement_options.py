"""When and how: options, pause and resume, and the settings of a guild, as admins meet them."""

from datetime import datetime, timedelta

import pytest

from bot.core.model import (
    Doubt,
    Frequency,
    Mode,
    QuietHours,
    SubscriptionState,
    TargetKind,
    Timetable,
)
from bot.store.results import SubscriptionOverview
from sandbox.entities import ChannelType
from tests.cogs.stage import Stage, interview, read
from tests.store.rows import park_delivery

# The stage's clock stands at 2026-03-01 12:00 UTC, a Sunday; in Seoul it is 21:00.
MONDAY_18_SEOUL = datetime.fromisoformat("2026-03-02T09:00+00:00")


async def ask(stage: Stage, command: str, **options: object) -> str:
    options.setdefault("channel", stage.channel if command == "add" else str(stage.channel.id))
    return read(await stage.ask(f"announcements {command}", by=stage.admin, **options))


async def only(stage: Stage) -> SubscriptionOverview:
    (overview,) = await stage.store.subscriptions.overview(stage.guild.id)
    return overview


async def come_out(stage: Stage, *numbers: int) -> None:
    """Interviews are stored and queued, as a poll does it."""
    async with stage.store.transaction() as tx:
        for number in numbers:
            id_ = await tx.interviews.insert(interview(number), "d")
            await tx.outbox.enqueue(id_, stage.clock.now())


async def test_a_weekly_digest_says_when_it_comes(on_stage: Stage) -> None:
    told = await ask(on_stage, "add", frequency="weekly", timezone="seoul")
    channel = on_stage.channel.id
    assert told == (
        f"**Done.** I'll announce new interviews in <#{channel}> every Monday at 18:00 "
        "(Asia/Seoul), all in one message.\n"
        "Nobody gets a ping.\n"
        "The whole server now uses the time zone Asia/Seoul.\n"
        f"-# The next one comes on <t:{int(MONDAY_18_SEOUL.timestamp())}:F> (your time), if "
        "there's something new by then."
    )
    assert (await only(on_stage)).subscription.timetable == Timetable(Frequency.WEEKLY, 0, 18)
    assert (await on_stage.store.guilds.settings(on_stage.guild.id)).time_zone == "Asia/Seoul"


async def test_without_a_time_zone_it_is_utc_and_says_so(on_stage: Stage) -> None:
    told = await ask(on_stage, "add", hour=9)
    assert "every day at 09:00 (UTC), all in one message." in told
    assert told.endswith(
        "This server has no time zone yet, so I use UTC. Set yours with `/announcements settings`."
    )


async def test_quiet_hours_are_told_and_hold_back(on_stage: Stage) -> None:
    told = await ask(on_stage, "add", quiet="10pm-8am", timezone="Europe/Berlin")
    assert (
        "Nothing is posted between 22:00 and 08:00 (Europe/Berlin). New interviews wait until "
        "08:00."
    ) in told
    await on_stage.clock.advance(10 * 3600)  # 22:00 UTC, 23:00 in Berlin
    await come_out(on_stage, 1)
    assert (await only(on_stage)).next_attempt_at == datetime.fromisoformat(
        "2026-03-02T07:00+00:00"
    )
    listed = read(await on_stage.ask("announcements list", by=on_stage.admin))
    assert "🟢 Active · quiet 22:00 to 08:00 (Europe/Berlin)" in listed
    assert "1 waiting · next post <t:1772434800:R>" in listed


async def test_editing_changes_only_what_is_named(on_stage: Stage) -> None:
    world = on_stage.sandbox.world
    role = world.add_role(on_stage.guild, "Fans", mentionable=True)
    await ask(on_stage, "add", role=role, quiet="23-7")
    told = await ask(on_stage, "edit", frequency="weekly", day=4, hour=9)
    assert told.startswith(
        f"**Changed.** I'll announce new interviews in <#{on_stage.channel.id}> every Friday at "
        "09:00 (UTC), all in one message.\n"
        f"It pings <@&{role.id}>.\n"
        "Nothing is posted between 23:00 and"
    )
    told = await ask(on_stage, "edit", no_role=True, quiet="off")
    assert "Nobody gets a ping." in told
    assert "between" not in told
    assert (await ask(on_stage, "edit", day=4)).startswith("**No change.**")
    told = await ask(on_stage, "edit", frequency="each")
    assert told.startswith(
        f"**Changed.** I'll announce new interviews in <#{on_stage.channel.id}> as soon as they "
        "come out.\n"
        "Nobody gets a ping."
    )
    assert (await only(on_stage)).subscription.timetable == Timetable(Frequency.EACH, 4, 9)


async def test_what_waits_moves_with_the_hour_and_the_zone(on_stage: Stage) -> None:
    await ask(on_stage, "add", frequency="weekly")
    await come_out(on_stage, 1)

    async def due() -> datetime:
        at = (await only(on_stage)).next_attempt_at
        assert at is not None
        return at

    assert await due() == datetime.fromisoformat("2026-03-02T18:00+00:00")
    await ask(on_stage, "edit", timezone="Asia/Seoul")
    assert await due() == MONDAY_18_SEOUL
    await ask(on_stage, "edit", frequency="daily", hour=22)
    assert await due() == datetime.fromisoformat("2026-03-01T13:00+00:00")
    await on_stage.ask("announcements settings", by=on_stage.admin, timezone="UTC")
    assert await due() == datetime.fromisoformat("2026-03-01T22:00+00:00")
    await ask(on_stage, "edit", frequency="each")
    assert await due() == on_stage.clock.now()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            {"timezone": "Korea Standard"},
            (
                "I don't know a time zone called “Korea Standard”. Nothing was changed. Start "
                "typing a city, such as `Seoul` or `New York`, and choose from the list."
            ),
        ),
        (
            {"quiet": "at night"},
            (
                "I don't understand “at night” as quiet hours. Nothing was changed. Type two "
                "different times, such as `22-8` or `22:30-07:15`, or `off` for none."
            ),
        ),
        (
            {"frequency": "daily", "hour": 23, "quiet": "22-8"},
            (
                "The digest at 23:00 would fall into the quiet hours, 22:00 to 08:00. Nothing "
                "was changed. Choose another hour or other quiet hours (`off` for none)."
            ),
        ),
        (
            {"crosspost": True},
            (
                "Only posts in announcement channels can be published, and <#{id}> isn't one. "
                "Nothing was changed. Leave `crosspost` out, or turn the channel into one: "
                "channel settings, Overview, Announcement Channel."
            ),
        ),
    ],
)
async def test_what_cannot_be_is_told_with_the_mend(
    on_stage: Stage, options: dict[str, object], told: str
) -> None:
    expected = told.replace("{id}", str(on_stage.channel.id))
    assert await ask(on_stage, "add", **options) == expected
    assert await on_stage.store.subscriptions.overview(on_stage.guild.id) == []
    await ask(on_stage, "add")
    before = await only(on_stage)
    assert await ask(on_stage, "edit", **options) == expected
    assert await only(on_stage) == before


async def test_discussions_open_only_where_messages_are(on_stage: Stage) -> None:
    forum = on_stage.sandbox.world.add_channel(on_stage.guild, "interviews", type=ChannelType.FORUM)
    told = await ask(on_stage, "add", channel=forum, discussion=True)
    assert told.startswith(
        f"Discussion threads only work in text and announcement channels, and <#{forum.id}> isn't"
    )


async def test_kinds_of_channel_are_kept_with_what_they_offer(on_stage: Stage) -> None:
    world = on_stage.sandbox.world
    news = world.add_channel(on_stage.guild, "news", type=ChannelType.ANNOUNCEMENT)
    forum = world.add_channel(on_stage.guild, "interviews", type=ChannelType.FORUM)
    told = await ask(on_stage, "add", channel=news, crosspost=True, discussion=True)
    assert f"They're published to the channels that follow <#{news.id}>." in told
    assert "Each one gets a thread for discussion." in told
    told = await ask(on_stage, "add", channel=forum)
    assert (
        f"I'll make a post in <#{forum.id}> for each new interview as soon as it comes out." in told
    )
    first, second = [
        one.subscription for one in await on_stage.store.subscriptions.overview(on_stage.guild.id)
    ]
    assert (first.kind, first.crosspost, first.discussion) == (TargetKind.ANNOUNCEMENT, True, True)
    assert (second.kind, second.crosspost) == (TargetKind.FORUM, False)


async def test_pausing_holds_and_resuming_tells_what_came(on_stage: Stage) -> None:
    await ask(on_stage, "add")
    channel = on_stage.channel.id
    assert await ask(on_stage, "pause") == (
        f"**Paused.** I won't post in <#{channel}> until you use `/announcements resume`.\n"
        "-# I keep track of what comes out in the meantime. When you resume, I'll announce the "
        "newest and mention the rest."
    )
    assert (await ask(on_stage, "pause")).startswith(
        f"**No change.** <#{channel}> is already paused"
    )
    await come_out(on_stage, 5, 4, 3, 2, 1)
    now = on_stage.clock.now()
    assert await on_stage.store.outbox.lease_due(now, now + timedelta(minutes=1), 5) == []
    listed = read(await on_stage.ask("announcements list", by=on_stage.admin))
    assert (
        "⏸️ Paused. `/announcements resume` starts it again\n-# Nothing posted yet · 5 waiting"
        in listed
    )
    assert (await ask(on_stage, "resume")).startswith(
        "**Resumed.** 5 interviews came out in the meantime. I'm announcing the newest 3 now and "
        "mentioning the rest.\n"
        f"I'll announce new interviews in <#{channel}>"
    )
    (leased,) = await on_stage.store.outbox.lease_due(now, now + timedelta(minutes=1), 5)
    assert (leased.interview.interview.title, leased.delivery.missed) == (interview(3).title, 2)
    assert (await ask(on_stage, "resume")).startswith(
        f"**Nothing to resume.** <#{channel}> isn't paused."
    )


async def test_a_paused_digest_lists_what_came_at_its_next_hour(on_stage: Stage) -> None:
    await ask(on_stage, "add", frequency="daily")
    assert (await ask(on_stage, "pause")).endswith("The first digest after the pause lists it.")
    await come_out(on_stage, 4, 3, 2, 1)
    told = await ask(on_stage, "resume")
    assert told.startswith(
        "**Resumed.** 4 interviews came out in the meantime. The next digest lists what came out."
    )
    due = datetime.fromisoformat("2026-03-01T18:00+00:00")
    assert (await only(on_stage)).next_attempt_at == due
    (leased,) = await on_stage.store.outbox.lease_due(due, due + timedelta(minutes=1), 5)
    assert [one.interview.title for one in leased.digest] == [
        interview(number).title for number in (1, 2, 3, 4)
    ]


async def test_resuming_what_is_parked_tries_at_once(on_stage: Stage) -> None:
    await ask(on_stage, "add")
    await come_out(on_stage, 1)
    now = on_stage.clock.now()
    (leased,) = await on_stage.store.outbox.lease_due(now, now + timedelta(minutes=1), 5)
    await park_delivery(
        on_stage.store,
        leased.delivery.id,
        expected_attempts=1,
        now=now,
        reason="missing-permissions",
        next_probe_at=now + timedelta(hours=5),
    )
    assert await on_stage.store.outbox.lease_due(now, now + timedelta(minutes=1), 5) == []
    told = await ask(on_stage, "resume")
    assert told.startswith(
        f"<#{on_stage.channel.id}> isn't paused, it's on hold because of a problem: I can't "
        "post in the channel"
    )
    assert len(await on_stage.store.outbox.lease_due(now, now + timedelta(minutes=1), 5)) == 1


async def test_adding_wakes_what_was_paused_and_editing_does_not(on_stage: Stage) -> None:
    await ask(on_stage, "add")
    await ask(on_stage, "pause")
    assert "They stay paused until you use `/announcements resume`." in await ask(
        on_stage, "edit", quiet="1-2"
    )
    assert (await only(on_stage)).subscription.state is SubscriptionState.PAUSED
    assert "They were paused. They're active again." in await ask(on_stage, "add")
    assert (await only(on_stage)).subscription.state is SubscriptionState.ACTIVE


@pytest.mark.parametrize("command", ["edit", "pause", "resume", "remove"])
async def test_a_channel_without_announcements_is_told(on_stage: Stage, command: str) -> None:
    assert await ask(on_stage, command) == (
        f"<#{on_stage.channel.id}> doesn't get announcements. "
        "See the channels that do with `/announcements list`."
    )


@pytest.mark.parametrize("command", ["edit", "pause", "resume"])
async def test_what_follows_takes_no_wishes(on_stage: Stage, command: str) -> None:
    def follow(one):  # type: ignore[no-untyped-def]
        from dataclasses import replace

        return replace(one, mode=Mode.FOLLOW, webhook_id=99)

    await on_stage.store.subscriptions.subscribe(on_stage.guild.id, on_stage.channel.id, 1, follow)
    assert (await ask(on_stage, command)).startswith(
        "Discord brings interviews into this channel itself, so there's nothing to set here."
    )
    listed = read(await on_stage.ask("announcements list", by=on_stage.admin))
    assert "🔗 Follows the bot's own channel" in listed
    assert (await ask(on_stage, "remove")).endswith("no longer follows. Earlier posts stay.")


async def test_the_settings_of_a_guild(on_stage: Stage) -> None:
    async def settings(**options: object) -> str:
        return read(await on_stage.ask("announcements settings", by=on_stage.admin, **options))

    once = (
        "If Discord breaks down and I can't tell whether a post arrived, I won't send it again: "
        "**better to miss one than to get it twice**."
    )
    assert await settings() == (
        "**Settings for the whole server**\n"
        "Time zone: **UTC**. Set yours with `/announcements settings timezone`.\n" + once
    )
    assert await settings(timezone="new york") == (
        "**Changed.** The whole server now has these settings:\n"
        "Time zone: **America/New\\_York**.\n"
        + once
        + "\n- UTC → America/New\\_York (EST, EDT in summer)"
    )
    assert (await settings(timezone="EST")).startswith("**No change.** The whole server")
    assert "**better to get one twice than to miss it**" in await settings(doubt="rather-twice")
    kept = await on_stage.store.guilds.settings(on_stage.guild.id)
    assert (kept.time_zone, kept.doubt) == ("America/New_York", Doubt.RATHER_TWICE)


async def test_a_choice_s_name_is_understood_like_its_value(on_stage: Stage) -> None:
    """Discord's clients send it where a command is pasted (discord-api-docs, issue 7916)."""
    await on_stage.ask("announcements add", by=on_stage.admin, channel=on_stage.channel)

    async def edit(**options: str) -> str:
        channel = str(on_stage.channel.id)
        told = on_stage.ask("announcements edit", by=on_stage.admin, channel=channel, **options)
        return read(await told)

    assert "→ America/Los\\_Angeles" in await edit(timezone="America/Los_Angeles · 05:01 · PST/PDT")
    assert "no quiet hours → quiet 22:00 to 08:00" in await edit(quiet="22:00–08:00")
    for none in ("No quiet hours", "none", "Off"):
        assert "quiet 22:00 to 08:00 → no quiet hours" in await edit(quiet=none)
        await edit(quiet="22-8")


async def test_times_are_completed_while_they_are_typed(on_stage: Stage) -> None:
    async def offered(command: str, focused: str, typed: str) -> list[object]:
        options: dict[str, object] = {"channel": on_stage.channel, focused: typed}
        if command == "settings":
            del options["channel"]
        choices = await on_stage.sandbox.autocomplete(
            on_stage.admin, on_stage.channel, f"announcements {command}", focused=focused, **options
        )
        return [choice.value for choice in choices]

    assert await offered("add", "timezone", "seo") == ["Asia/Seoul"]
    assert await offered("settings", "timezone", "new y") == ["America/New_York"]
    assert await offered("add", "quiet", "22-8") == ["22:00–08:00"]
    assert await offered("add", "quiet", "22") == [
        f"22:00–{end}:00" for end in ("08", "07", "06", "09")
    ]
    assert (await offered("add", "timezone", "PST"))[0] == "America/Los_Angeles"
    added = await ask(on_stage, "add", quiet="22:00–08:00")
    assert "between 22:00 and 08:00 (UTC)" in added
    assert (await only(on_stage)).subscription.timetable.quiet == QuietHours(1320, 480)
