"""``/bot``: what the application's owners see and do, and that nobody else does."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.admins.operations import OperatorService
from bot.core.bot_state import BotState
from bot.core.errors import FetchError
from bot.core.model import Conclusion, DeliveryState
from bot.core.settings import load_settings
from bot.feed.watcher import Watcher
from cogs.owner import offer_to_owners
from sandbox import Sandbox
from sandbox.entities import Channel, Guild, Message, User
from sandbox.outcome import Refused
from sandbox.serial import user_json
from sandbox.site import SampleSite
from tests.cogs.stage import Stage, finished, interview, read
from tests.feeds import FakeSite, Item
from tests.process import pointed_at, running
from tests.store.rows import add_subscription
from tests.web.port import well

MISSING = "missing-permissions"
FEED = "https://kc.example/feed/"


@dataclass
class Home:
    """The bot's own server, and what its owners' commands work on."""

    stage: Stage
    guild: Guild
    channel: Channel
    owner: User
    site: FakeSite
    state: BotState
    reads: list[int] = field(default_factory=list)

    async def ask(self, command: str, *, by: User | None = None, **options: Any) -> Message:
        asked = self.stage.sandbox.command(
            by or self.owner, self.channel, f"bot {command}", **options
        )
        return await finished(await asked)


async def offer(home: Home, *, archives: bool = True, **settings: Any) -> str:
    """Offer the commands as the settings say; what was logged of it."""
    stage = home.stage

    async def state() -> BotState:
        return home.state

    service = OperatorService(
        stage.store,
        Watcher(home.site, stage.store, stage.clock, random.Random(1), feeds=[FEED], interval=300),
        stage.clock,
        feeds=[FEED],
        state=state,
        read_archives=(lambda: home.reads.append(1)) if archives else None,
        wake=stage.roused.set,
    )
    with capture_logs() as logs:
        await offer_to_owners(stage.client, service, load_settings(None, **settings), stage.clock)
    return "; ".join(f"{line['event']} {line.get('changed')}" for line in logs)


@asynccontextmanager
async def at_home(stage: Stage, **options: Any) -> AsyncIterator[Home]:
    world = stage.sandbox.world
    guild = world.add_guild("Headquarters")
    channel = world.add_channel(guild, "desk")
    owner = world.application.owner
    site = FakeSite([Item(number) for number in range(3, 0, -1)])
    home = Home(stage, guild, channel, owner, site, well(stage.clock.now()))
    said = await offer(home, home_guild_id=guild.id, **options)
    assert said == "commands.offered-to-owners True"
    yield home


@pytest.fixture
async def home(on_stage: Stage) -> AsyncIterator[Home]:
    async with at_home(on_stage) as made:
        yield made


# ---------------------------------------------------------------- where, and for whom


async def test_the_commands_are_in_the_home_guild_alone_and_synced_when_they_differ(
    home: Home,
) -> None:
    world = home.stage.sandbox.world
    (command,) = [one for one in world.commands.values() if one.name == "bot"]
    assert command.guild_id == home.guild.id
    offered = {option["name"] for option in command.options}
    assert offered == {"status", "poll", "backfill", "guilds", "failing", "announce"}
    with pytest.raises(Refused):
        await home.stage.ask("bot status", by=home.stage.admin)
    assert await offer(home, home_guild_id=home.guild.id) == "commands.offered-to-owners False"
    command.description = "another one"
    assert await offer(home, home_guild_id=home.guild.id) == "commands.offered-to-owners True"


async def test_the_home_channel_names_the_guild_and_without_it_there_is_none(
    on_stage: Stage,
) -> None:
    world = on_stage.sandbox.world
    guild = world.add_guild("Headquarters")
    news = world.add_channel(guild, "news", type=5)
    home = Home(
        on_stage, guild, news, world.application.owner, FakeSite(), well(on_stage.clock.now())
    )
    assert await offer(home) == ""
    said = await offer(home, home_channel_id=news.id)
    assert said == "commands.offered-to-owners True"
    assert "All is well" in read(await home.ask("status"))


async def test_everybody_else_gets_a_sentence(home: Home) -> None:
    world = home.stage.sandbox.world
    admin = world.add_user("deputy")
    world.add_member(home.guild, admin)
    role = world.add_role(home.guild, "Deputies", permissions=1 << 3)
    home.guild.members[admin.id].roles.append(role.id)
    for command in ("status", "poll", "backfill", "guilds", "failing"):
        assert "for the bot's owners alone" in read(await home.ask(command, by=admin))
    answer = await home.ask("announce", by=admin, interview="all")
    assert "for the bot's owners alone" in read(answer)
    assert home.site.polls == []
    assert home.reads == []
    choices = await home.stage.sandbox.autocomplete(
        admin, home.channel, "bot announce", interview="", focused="interview"
    )
    assert choices == []


def team(home: Home, *members: tuple[User, str, int]) -> dict[str, Any]:
    """The application's team, as Discord describes it."""
    return {
        "id": "1",
        "name": "KCrush",
        "icon": None,
        "owner_user_id": str(home.owner.id),
        "members": [
            {
                "user": user_json(user),
                "role": role,
                "membership_state": state,
                "team_id": "1",
                "permissions": ["*"],
            }
            for user, role, state in members
        ],
    }


async def test_a_teams_members_are_owners_for_as_long_as_they_are(home: Home) -> None:
    world = home.stage.sandbox.world
    people = {name: world.add_user(name) for name in ("dev", "admin2", "reader", "invited")}
    for user in people.values():
        world.add_member(home.guild, user)
        role = world.add_role(home.guild, user.name, permissions=1 << 3)
        home.guild.members[user.id].roles.append(role.id)
    members = [
        (people["dev"], "developer", 2),
        (people["admin2"], "admin", 2),
        (people["reader"], "read_only", 2),
        (people["invited"], "developer", 1),
    ]
    world.application.portal["team"] = team(home, *members)

    async def answered() -> set[str]:
        found = set()
        for name, user in [*people.items(), ("owner", home.owner)]:
            if "All is well" in read(await home.ask("status", by=user)):
                found.add(name)
        return found

    assert await answered() == {"dev", "admin2", "owner"}
    world.application.portal["team"] = team(home, members[1])
    await home.stage.clock.advance(600)
    assert await answered() == {"admin2", "owner"}


# ---------------------------------------------------------------- what they do


async def test_status_says_what_is_wrong(home: Home) -> None:
    shown = await home.ask("status")
    assert shown.ephemeral_for == home.owner.id
    said = read(shown)
    assert "All is well" in said
    assert "https://kc.example/feed/" in said
    assert "hush" not in said
    assert "10 interviews. Announcements: 0 sent, 2 under way, 0 waiting" in said
    assert "7 servers, 2 of 2 shards connected" in said
    assert "Invalid answers in ten minutes: 3. Sessions left today: 490." in said
    await home.stage.clock.advance(1000)
    home.state = BotState(
        home.stage.clock.now(), home.state.feeds, home.state.discord, home.state.stored
    )
    said = read(await home.ask("status"))
    assert "Something keeps me from my work" in said
    assert "no good poll since" in said


async def test_poll_says_what_each_feed_brought(home: Home) -> None:
    assert "3 new, 0 updated, 0 announcements to send" in read(await home.ask("poll"))
    assert "Nothing new." in read(await home.ask("poll"))
    home.site.plan.append(FetchError("fetch.missing", status=404))
    said = read(await home.ask("poll"))
    assert "There's nothing at this address (status 404)" in said


async def test_backfill_begins_at_once_or_says_why_not(on_stage: Stage) -> None:
    async with at_home(on_stage) as home:
        said = read(await home.ask("backfill"))
        assert "I am reading the archives" in said
        assert "0 of ? posts so far" in said
        assert home.reads == [1]


async def test_backfill_that_is_off_is_said(on_stage: Stage) -> None:
    async with at_home(on_stage, archives=False) as home:
        assert "Set BACKFILL=on" in read(await home.ask("backfill"))


async def test_guilds_are_listed_with_their_channels(home: Home) -> None:
    await add_subscription(home.stage.store, home.guild.id, home.channel.id, None, home.owner.id)
    said = read(await home.ask("guilds"))
    assert said.startswith("## 2 servers\n1 of them gets announcements.")
    assert f"- Headquarters (`{home.guild.id}`): 2 members, 1 channels" in said
    assert "- Fans of KCrush" in said


async def park(home: Home, reasons: dict[int, str]) -> None:
    """Channels that refused the announcement of a new interview, each for its reason."""
    store, now = home.stage.store, home.stage.clock.now()
    for channel_id in reasons:
        await add_subscription(store, home.guild.id, channel_id, None, home.owner.id)
    async with store.transaction() as tx:
        id_ = await tx.interviews.insert(interview(1), "digest")
        await tx.outbox.enqueue(id_, now)
    for leased in await store.outbox.lease_due(now, now, 10):
        reason = reasons[leased.subscription.channel_id]
        parked = Conclusion(DeliveryState.PARKED, reason, next_attempt_at=now)
        assert await store.outbox.settle(leased.delivery, parked, now)


async def test_failing_channels_stand_by_their_cause(home: Home) -> None:
    assert "Every channel can be reached." in read(await home.ask("failing"))
    await park(home, {101: MISSING, 102: MISSING, 103: "unknown-channel"})
    said = read(await home.ask("failing"))
    assert "## 3 channels wait" in said
    assert said.index("- **2** ") < said.index("- **1** ")
    assert "- Headquarters, channel `101`: 1 interview, since <t:" in said


async def test_what_was_held_back_is_announced_once(home: Home) -> None:
    stage = home.stage
    await add_subscription(stage.store, home.guild.id, home.channel.id, None, home.owner.id)
    ids = await stage.publish(interview(1), interview(2))
    async with stage.store.transaction() as tx:
        for id_ in ids:
            await tx.backlog.withhold(id_, stage.clock.now())

    async def choices(typed: str) -> dict[str, str]:
        found = await stage.sandbox.autocomplete(
            home.owner, home.channel, "bot announce", interview=typed, focused="interview"
        )
        return {one.name: str(one.value) for one in found}

    one, two = (f"Interview No. {number} with Han Seoyun" for number in (1, 2))
    assert await choices("") == {"All 2 of them": "all", two: str(ids[1]), one: str(ids[0])}
    assert await choices("no. 2") == {two: str(ids[1])}
    stage.roused.clear()
    said = read(await home.ask("announce", interview=str(ids[1])))
    assert "1 interview is being announced." in said
    assert stage.roused.is_set()
    counts = await stage.store.outbox.counts()
    assert (counts[DeliveryState.PENDING], counts[DeliveryState.SUPERSEDED]) == (1, 1)
    for gone in (str(ids[1]), "99", "nonsense"):
        assert "not held back any more" in read(await home.ask("announce", interview=gone))
    assert "1 interview is" in read(await home.ask("announce", interview="all"))
    assert (await stage.store.outbox.counts())[DeliveryState.PENDING] == 2


async def test_a_check_that_fails_is_answered(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Discord does not say whose the application is, nobody is believed to own it."""

    async def fails() -> None:
        raise OSError("no network")

    monkeypatch.setattr(home.stage.client, "application_info", fails)
    await home.stage.clock.advance(600)
    assert "K7F2QM" in read(await home.ask("status"))


async def test_a_long_list_fits_into_a_message(home: Home) -> None:
    for number in range(60):
        home.stage.sandbox.world.add_guild("*_`" * 33 + str(number))
    await asyncio.sleep(0)
    said = read(await home.ask("guilds"))
    assert len(said) <= 4000
    assert said.startswith("## ")


# ---------------------------------------------------------------- the whole bot


async def test_a_running_bot_answers_its_owner(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    world = discord_here.world
    guild = world.add_guild("Headquarters")
    desk = world.add_channel(guild, "desk")
    env = pointed_at(discord_here, sample_site.feed_url, HOME_GUILD_ID=str(guild.id))
    async with running(tmp_path, env) as bot:
        await discord_here.wait_ready(timeout=60)
        await discord_here.wait_until(
            lambda found: any(one.guild_id for one in found.commands.values()) or None,
            60,
            "the owner's commands",
        )
        owner = world.application.owner
        said = read(await finished(await discord_here.command(owner, desk, "bot poll")))
        assert "Nothing new." in said or "10 new" in said
        said = read(await finished(await discord_here.command(owner, desk, "bot status")))
        assert "All is well" in said
        assert "10 interviews." in said
        assert await bot.stop() == 0
