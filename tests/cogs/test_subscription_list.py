"""The buttons of `/announcements list`: edit, pause, resume, remove, and undo."""

import pytest

from bot.core.model import DeliveryState, Form, Style, SubscriptionState
from sandbox.entities import Message
from tests.cogs.stage import Stage, interview, labels, read
from tests.cogs.test_setup import choose, fill, open_panel, press, saved, stored
from tests.store.rows import deliveries_of
from tests.ui.limits import walk


async def the_list(stage: Stage) -> Message:
    return await stage.ask("announcements list", by=stage.admin)


async def waits(stage: Stage) -> int:
    """An interview that waits for the subscription; its id."""
    (id_,) = await stage.publish(interview(1))
    async with stage.store.transaction() as tx:
        await tx.outbox.enqueue(id_, stage.clock.now())
    return id_


async def state(stage: Stage, interview_id: int) -> DeliveryState:
    (row,) = await deliveries_of(stage.store, interview_id)
    return row.state


async def test_an_empty_list_leads_to_the_panel(on_stage: Stage) -> None:
    page = await the_list(on_stage)
    assert labels(page) == ["Set up", "Regular posts"]
    assert read(await press(on_stage, page, "Set up")).startswith("## Set up announcements")


async def test_the_list_says_what_was_chosen_and_what_can_be_done(on_stage: Stage) -> None:
    panel = await choose(on_stage, await open_panel(on_stage), "channel", on_stage.channel)
    panel = await fill(on_stage, panel, "look", form=["compact"], switches=["silent"])
    panel = await fill(on_stage, panel, "after", switches=["discussion"])
    await press(on_stage, panel, "Save")
    page = await the_list(on_stage)
    assert "-# a thread for each · compact card · no notification" in read(page)
    assert labels(page) == ["Edit", "Test", "Pause", "Remove", "Set up another", "Regular posts"]
    edit = await press(on_stage, page, "Edit")
    assert read(edit).startswith(f"## Announcements in <#{on_stage.channel.id}>")


async def test_pause_and_resume_change_the_list_in_its_place(on_stage: Stage) -> None:
    await saved(on_stage)
    page = await the_list(on_stage)
    paused = await press(on_stage, page, "Pause")
    assert paused.id == page.id
    assert "⏸️ Paused" in read(paused)
    assert labels(paused)[:4] == ["Edit", "Test", "Resume", "Remove"]
    resumed = await press(on_stage, paused, "Resume")
    assert "🟢 Active" in read(resumed)


async def test_what_is_removed_comes_back_as_it_was_with_what_waited(on_stage: Stage) -> None:
    panel = await choose(on_stage, await open_panel(on_stage), "channel", on_stage.channel)
    panel = await fill(on_stage, panel, "look", form=["compact"])
    await press(on_stage, panel, "Save")
    waiting, before = await waits(on_stage), await stored(on_stage)
    removed = await press(on_stage, await the_list(on_stage), "Remove")
    assert await stored(on_stage) is None
    assert await state(on_stage, waiting) is DeliveryState.ABANDONED
    assert labels(removed) == ["Undo", "See all"]
    await on_stage.clock.advance(9 * 60)
    undone = await press(on_stage, removed, "Undo")
    assert read(undone).startswith("**Undone.**")
    after = await stored(on_stage)
    assert before is not None
    assert after == before
    assert after.style == Style(Form.COMPACT)
    assert await state(on_stage, waiting) is DeliveryState.PENDING
    told = read(await on_stage.ask("announcements history", by=on_stage.admin))
    assert f"undid the removal of <#{on_stage.channel.id}>" in told


async def test_a_paused_one_comes_back_paused(on_stage: Stage) -> None:
    await saved(on_stage)
    page = await press(on_stage, await the_list(on_stage), "Pause")
    removed = await press(on_stage, page, "Remove")
    await press(on_stage, removed, "Undo")
    one = await stored(on_stage)
    assert one is not None
    assert one.state is SubscriptionState.PAUSED


async def test_after_ten_minutes_it_is_too_late(on_stage: Stage) -> None:
    await saved(on_stage)
    removed = await press(on_stage, await the_list(on_stage), "Remove")
    await on_stage.clock.advance(601)
    told = await press(on_stage, removed, "Undo")
    assert read(told).startswith("It's too late to undo that")
    assert await stored(on_stage) is None


async def test_undo_overwrites_nothing_that_was_set_up_since(on_stage: Stage) -> None:
    await saved(on_stage)
    removed = await press(on_stage, await the_list(on_stage), "Remove")
    panel = await choose(on_stage, await open_panel(on_stage), "channel", on_stage.channel)
    panel = await fill(on_stage, panel, "look", form=["link"])
    await press(on_stage, panel, "Save")
    told = await press(on_stage, removed, "Undo")
    assert "already has announcements again" in read(told)
    one = await stored(on_stage)
    assert one is not None
    assert one.style.form is Form.LINK


async def test_a_member_presses_none_of_an_admins_buttons(on_stage: Stage) -> None:
    one = await saved(on_stage)
    page = await the_list(on_stage)
    refusal = on_stage.client.messages.text()("error.not-allowed")
    pressed = [part["custom_id"] for part in walk(page.components) if "custom_id" in part]
    for custom_id in (*pressed, "kc:undo:1"):
        assert read(await on_stage.forge(page, custom_id, on_stage.fan)) == refusal
    assert await stored(on_stage) == one


@pytest.mark.parametrize("custom_id", ["kc:sub:99:remove:0", "kc:sub:2:remove:0", "kc:undo:2"])
async def test_ids_of_another_guild_change_nothing_there(on_stage: Stage, custom_id: str) -> None:
    one, store = await saved(on_stage), on_stage.store
    other, _ = await store.subscriptions.subscribe(77, 78, 5, lambda each: each)
    gone, _ = await store.subscriptions.subscribe(77, 79, 5, lambda each: each)
    async with store.transaction() as tx:
        await tx.subscriptions.remove(77, gone.id)
        assert await tx.history.add(5, "removed", gone, None) == 2  # type: ignore[arg-type]
    page = await the_list(on_stage)
    await on_stage.forge(page, custom_id, on_stage.admin)
    assert await store.subscriptions.find(77, 78) == other
    assert await store.subscriptions.find(77, 79) is None
    assert await stored(on_stage) == one
