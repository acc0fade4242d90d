"""Filters in the commands of admins, and several announcements of one channel."""

import pytest

from bot.core.model import DeliveryState
from tests.cogs.stage import Stage, interview, read
from tests.store.rows import deliveries_of


async def ask(stage: Stage, command: str, **options: object) -> str:
    options.setdefault("channel", stage.channel if command == "add" else str(stage.channel.id))
    return read(await stage.ask(f"announcements {command}", by=stage.admin, **options))


async def add(stage: Stage, text: str, **options: object) -> str:
    """Announcements with a filter; beside those that are there."""
    if await filters(stage):
        return await ask(stage, "filter", filter=text, beside=True)
    await ask(stage, "add", **options)
    return await ask(stage, "filter", filter=text)


async def filters(stage: Stage) -> list[str]:
    there = await stage.store.subscriptions.in_channel(stage.guild.id, stage.channel.id)
    return [one.filter for one in there]


async def offered(stage: Stage, typed: str = "") -> list[tuple[str, str]]:
    choices = await stage.sandbox.autocomplete(
        stage.admin, stage.channel, "announcements edit", focused="channel", channel=typed
    )
    return [(choice.name, str(choice.value)) for choice in choices]


async def test_a_filter_is_told_in_words_and_listed(on_stage: Stage) -> None:
    told = await add(on_stage, 'kind:singer -artist:BTS "world tour"')
    assert "What gets posted: only Music · mentioning “world tour” · without BTS." in told
    assert await filters(on_stage) == ['kind:music "world tour" -artist:BTS']
    listed = read(await on_stage.ask("announcements list", by=on_stage.admin))
    assert "only Music · mentioning “world tour” · without BTS" in listed
    told = await ask(on_stage, "filter", filter="off")
    assert told.startswith("**Changed.**")
    assert "→ everything" in told
    assert await filters(on_stage) == [""]


async def test_an_edit_of_something_else_leaves_the_filter(on_stage: Stage) -> None:
    await add(on_stage, "kind:music")
    await ask(on_stage, "edit", frequency="daily")
    await ask(on_stage, "add", quiet="22-8")
    assert await filters(on_stage) == ["kind:music"]


async def test_a_mistake_in_a_filter_changes_nothing(on_stage: Stage) -> None:
    await add(on_stage, "kind:music")
    assert "There's no kind called “fish”." in await add(on_stage, "kind:fish")
    assert "isn't closed" in await ask(on_stage, "filter", filter='"tour')
    assert await filters(on_stage) == ["kind:music"]


async def test_what_the_filter_leaves_out_gets_no_row(on_stage: Stage) -> None:
    await add(on_stage, "kind:sport")
    async with on_stage.store.transaction() as tx:
        id_ = await tx.interviews.insert(interview(1), "d")
        assert await tx.outbox.enqueue(id_, on_stage.clock.now()) == 0
    await ask(on_stage, "filter", filter="한서윤")
    async with on_stage.store.transaction() as tx:
        id_ = await tx.interviews.insert(interview(2), "d")
        await tx.outbox.enqueue(id_, on_stage.clock.now())
    (row,) = await deliveries_of(on_stage.store, id_)
    assert row.state is DeliveryState.PENDING


async def test_two_of_one_channel_are_told_apart_by_their_filters(on_stage: Stage) -> None:
    await add(on_stage, "kind:music")
    await add(on_stage, "-kind:music")
    assert await filters(on_stage) == ["kind:music", "-kind:music"]
    assert "several announcements" in await ask(on_stage, "pause")
    (first, second) = await offered(on_stage)
    assert (first[0], second[0]) == ("#general · only Music", "#general · without Music")
    paused = await ask(on_stage, "pause", channel=second[1])
    assert "paused" in paused.casefold()
    there = await on_stage.store.subscriptions.in_channel(on_stage.guild.id, on_stage.channel.id)
    assert [one.state.value for one in there] == ["active", "paused"]
    await ask(on_stage, "remove", channel=first[1])
    assert await filters(on_stage) == ["-kind:music"]
    assert await offered(on_stage) == [("#general", str(on_stage.channel.id))]
    assert "removed in the meantime" in await ask(on_stage, "resume", channel=first[1])


async def test_no_two_of_one_channel_have_the_same_filter(on_stage: Stage) -> None:
    await add(on_stage, "kind:music")
    await add(on_stage, "kind:sport")
    (_, second) = await offered(on_stage)
    told = await ask(on_stage, "filter", channel=second[1], filter="KIND:singer")
    assert "exactly this filter" in told
    assert await filters(on_stage) == ["kind:music", "kind:sport"]


@pytest.mark.parametrize("forged", ["1/1", "0/0", f"{1 << 63}/1", "1/2/3", "/"])
async def test_a_forged_choice_changes_nothing(on_stage: Stage, forged: str) -> None:
    await add(on_stage, "kind:music")
    await ask(on_stage, "remove", channel=forged)
    own = await on_stage.store.subscriptions.in_channel(on_stage.guild.id, on_stage.channel.id)
    await ask(on_stage, "remove", channel=f"{on_stage.channel.id + 1}/{own[0].id}")
    assert await filters(on_stage) == ["kind:music"]


async def test_a_text_above_is_stored_shown_and_taken_off(on_stage: Stage) -> None:
    await ask(on_stage, "add")
    told = await ask(on_stage, "text", text="Fresh: {title} {roles}")
    assert "above it: Fresh: {title} {roles}" in told
    assert "There's no placeholder {titel}" in await ask(on_stage, "text", text="{titel}")
    (one,) = await on_stage.store.subscriptions.in_channel(on_stage.guild.id, on_stage.channel.id)
    assert one.style.text_above == "Fresh: {title} {roles}"
    assert "no text above it" in await ask(on_stage, "text", text="off")
