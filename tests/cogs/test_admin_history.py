"""`/announcements history`: who changed what, and when; and what a person may have deleted."""

import asyncio

import discord
import pytest

from bot.core.errors import StoreError
from bot.core.model import Doubt, Subscription
from bot.store.history import KEPT
from sandbox import Refused
from sandbox.entities import Channel, User
from tests.clock import START
from tests.cogs.stage import MANAGE_GUILD, Stage, interview, labels, read

WHEN = discord.utils.format_dt(START, "R")


async def do(stage: Stage, command: str, *, by: User | None = None, **options: object) -> str:
    channel = options.pop("channel", stage.channel)
    assert isinstance(channel, Channel)
    options["channel"] = channel if command == "add" else str(channel.id)
    return read(await stage.ask(f"announcements {command}", by=by or stage.admin, **options))


async def history(stage: Stage, *, by: User | None = None) -> list[str]:
    told = read(await stage.ask("announcements history", by=by or stage.admin))
    return told.split("\n")


async def test_each_change_is_listed_with_who_and_what(on_stage: Stage) -> None:
    world, channel, admin = on_stage.sandbox.world, on_stage.channel, on_stage.admin
    helper = world.add_user("helper")
    role = world.add_role(on_stage.guild, "Helpers", permissions=MANAGE_GUILD)
    world.add_member(on_stage.guild, helper, [role])
    await do(on_stage, "add")
    await do(on_stage, "edit", by=helper, frequency="A daily digest", hour=20)
    await do(on_stage, "pause")
    await do(on_stage, "resume", by=helper)
    await on_stage.ask("announcements settings", by=admin, timezone="Asia/Seoul")
    await do(on_stage, "remove")
    assert await history(on_stage) == [
        "## Recent changes",
        f"<@{admin.id}> removed <#{channel.id}>, {WHEN}",
        f"<@{admin.id}> changed this server's settings, {WHEN}",
        "- UTC → Asia/Seoul",
        f"<@{helper.id}> resumed <#{channel.id}>, {WHEN}",
        f"<@{admin.id}> paused <#{channel.id}>, {WHEN}",
        f"<@{helper.id}> changed <#{channel.id}>, {WHEN}",
        "- each interview right away → daily at 20:00",
        f"<@{admin.id}> set up <#{channel.id}>, {WHEN}",
    ]


async def test_what_changes_nothing_is_no_change(on_stage: Stage) -> None:
    await do(on_stage, "add")
    await do(on_stage, "add")
    await do(on_stage, "edit")
    await do(on_stage, "pause")
    await do(on_stage, "pause")
    assert len([line for line in await history(on_stage) if "<@" in line]) == 2


async def test_before_anything_was_changed_it_says_so(on_stage: Stage) -> None:
    assert (await history(on_stage))[0].startswith("**Nothing has been changed yet.**")


async def test_a_member_sees_no_history_not_even_by_an_admins_button(on_stage: Stage) -> None:
    for number in range(5):
        channel = on_stage.sandbox.world.add_channel(on_stage.guild, str(number))
        await do(on_stage, "add", channel=channel)
        await do(on_stage, "remove", channel=channel)
    with pytest.raises(Refused):
        await history(on_stage, by=on_stage.fan)
    page = await on_stage.ask("announcements history", by=on_stage.admin)
    assert labels(page) == ["Next"]
    told = read(await on_stage.forge(page, "kc:changes:1", on_stage.fan))
    assert told == on_stage.client.messages.text()("error.not-allowed")


async def test_the_last_fifty_are_stored_of_each_guild(on_stage: Stage) -> None:
    await do(on_stage, "add")
    service_of = on_stage.store
    one = await service_of.subscriptions.find(on_stage.guild.id, on_stage.channel.id)
    assert one is not None
    other = Subscription(1, 77, 78, None, 1, on_stage.clock.now())
    async with service_of.transaction() as tx:
        await tx.history.add(1, "added", None, other)  # type: ignore[arg-type]
        for _ in range(KEPT + 5):
            await tx.history.add(1, "added", None, one)  # type: ignore[arg-type]
    assert len(await service_of.history.newest(on_stage.guild.id)) == KEPT
    assert len(await service_of.history.newest(77)) == 1


async def test_a_change_that_fails_leaves_no_trace(
    on_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are written in one transaction."""
    await do(on_stage, "add")

    async def full(*_: object) -> None:
        raise StoreError("store.full")

    monkeypatch.setattr("bot.store.history.HistoryRepository.add", full)
    await do(on_stage, "edit", frequency="A daily digest")
    await on_stage.ask("announcements settings", by=on_stage.admin, doubt=Doubt.RATHER_TWICE.value)
    one = await on_stage.store.subscriptions.find(on_stage.guild.id, on_stage.channel.id)
    assert one is not None
    assert not one.timetable.is_digest
    assert (await on_stage.store.guilds.settings(on_stage.guild.id)).doubt is Doubt.RATHER_ONCE


async def test_who_it_was_can_be_deleted_and_the_change_stays(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    await do(on_stage, "add")
    page = await on_stage.ask("interviews privacy", by=on_stage.admin)
    assert "**1 change you made to a server's announcements**" in read(page)
    asked = await on_stage.press(page, "Delete everything", by=on_stage.admin)
    assert "1 change you made" in read(asked)
    await on_stage.press(asked, "Yes, delete everything", by=on_stage.admin)
    assert (await history(on_stage))[1].startswith(f"Someone set up <#{on_stage.channel.id}>")
    assert "Nothing." in read(await on_stage.ask("interviews privacy", by=on_stage.admin))


async def test_two_admins_at_once_are_both_listed(on_stage: Stage) -> None:
    await do(on_stage, "add")
    await asyncio.gather(do(on_stage, "edit", discussion=True), do(on_stage, "pause"))
    assert len([line for line in await history(on_stage) if "<@" in line]) == 3
