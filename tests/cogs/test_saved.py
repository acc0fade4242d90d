"""``/interviews continue`` and ``saved``, from a person's act to what they read."""

from datetime import timedelta
from typing import Any

from bot.core.readers import Saved
from bot.ui.ids import parse_custom_id, parse_place_value
from sandbox.entities import Message
from tests.cogs.stage import Stage, connected, interview, labels, options, read
from tests.ui.limits import walk
from tests.ui.samples import NEXT, SAVE


async def open_at(stage: Stage, number: int, question: int) -> Message:
    cover = await stage.ask("interviews read", interview=f"kc:{number}")
    return await stage.choose(cover, f"{question}.0")


def menus(message: Message) -> list[dict[str, Any]]:
    return [part for part in walk(message.components) if part["type"] == 3]


# ---------------------------------------------------------------- continue


async def test_who_began_nothing_is_told_how_and_offered_the_newest(on_stage: Stage) -> None:
    await on_stage.publish(interview(1), interview(2))
    told = await on_stage.ask("interviews continue")
    assert read(told).startswith("**You haven't started an interview yet.**")
    assert "No. 1 with Han Seoyun" in read(told)
    assert [option["label"] for option in options(told)] == ["Interview No. 2 with Han Seoyun"]
    assert "Start reading" in labels(await on_stage.press(told, "Read here"))


async def test_before_the_first_poll_one_is_told_to_wait(on_stage: Stage) -> None:
    assert read(await on_stage.ask("interviews continue")).startswith("There are no interviews yet")


async def test_one_goes_on_at_the_page_where_one_stopped(on_stage: Stage) -> None:
    await on_stage.publish(interview(1), interview(2))
    first = await open_at(on_stage, 1, 1)
    await on_stage.press(first, NEXT)
    await on_stage.clock.advance(60)
    await open_at(on_stage, 2, 1)
    going_on = await on_stage.ask("interviews continue")
    assert "Question 1 of 3" in read(going_on)
    assert "Interview No. 2" in read(going_on)
    jump, others = menus(going_on)
    assert [(one["label"], one["description"]) for one in others["options"]] == [
        ("Interview No. 1 with Han Seoyun", "Question 2 of 3")
    ]
    response = await on_stage.sandbox.choose(
        on_stage.fan, going_on, others["custom_id"], [others["options"][0]["value"]]
    )
    assert response.message is not None
    assert "Question 2 of 3" in read(response.message)
    assert jump["custom_id"] == "kc:jump:2"


async def test_one_goes_on_after_a_restart(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    await open_at(on_stage, 1, 2)
    assert "Question 2 of 3" in read(await on_stage.ask("interviews continue"))
    await on_stage.client.close()
    async with connected(
        on_stage.sandbox, on_stage.store, on_stage.index, on_stage.clock, on_stage.roused
    ):
        assert "Question 2 of 3" in read(await on_stage.ask("interviews continue"))
        hers = await on_stage.ask("interviews continue", by=on_stage.admin)
        assert "You haven't started" in read(hers)


async def test_what_was_finished_is_not_gone_on_with(on_stage: Stage) -> None:
    await on_stage.publish(interview(1), interview(2), interview(3))
    await open_at(on_stage, 2, 3)
    told = await on_stage.ask("interviews continue")
    assert read(told).startswith(
        "**You've finished everything you started.** The last one was **[Interview No. "
        "2 with Han Seoyun](https://kcrush.example/interview-2/)**."
    )
    assert "No. 1 with" in read(told)
    await on_stage.press(told, "Read here")
    assert "Start reading" in labels(await on_stage.ask("interviews continue"))


async def test_a_cover_says_where_one_stopped_and_leads_there(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    await open_at(on_stage, 1, 2)
    cover = await on_stage.ask("interviews read", interview="kc:1")
    assert "-# You left off at question 2 of 3." in read(cover)
    assert "Question 2 of 3" in read(await on_stage.press(cover, "Continue"))


# ---------------------------------------------------------------- saved


async def test_who_saved_nothing_is_told_how(on_stage: Stage) -> None:
    assert read(await on_stage.ask("interviews saved")).startswith(
        "**You haven't saved anything yet.** While reading, press 🔖 to keep a question"
    )


async def test_what_was_saved_opens_at_its_question_and_can_be_removed(on_stage: Stage) -> None:
    await on_stage.publish(interview(1), interview(2))
    await on_stage.press(await open_at(on_stage, 1, 2), SAVE)
    await on_stage.clock.advance(60)
    await on_stage.press(await on_stage.ask("interviews read", interview="kc:2"), SAVE)
    listed = await on_stage.ask("interviews saved")
    now = int((on_stage.clock.now() - timedelta(seconds=60)).timestamp())
    assert read(listed) == (
        "## Saved\n-# 2 saved, newest first\n"
        "**Han Seoyun** 한서윤\n"
        f"3 questions\n-# saved <t:{now + 60}:R>\n"
        "**Han Seoyun** 한서윤\n"
        f"2\\. What do you eat?\n-# saved <t:{now}:R>"
    )
    (remover,) = menus(listed)
    assert [(one["value"], one["description"]) for one in remover["options"]] == [
        ("2:0.0", "3 questions"),
        ("1:2.0", "2. What do you eat?"),
    ]
    reader = await on_stage.forge(listed, "kc:at:1:2.0", on_stage.fan)
    assert "Question 2 of 3" in read(reader)
    assert "✓" in labels(reader)
    await on_stage.sandbox.choose(on_stage.fan, listed, remover["custom_id"], ["1:2.0"])
    assert "What do you eat" not in read(listed)
    await on_stage.sandbox.choose(on_stage.fan, listed, menus(listed)[0]["custom_id"], ["2:0.0"])
    assert "You haven't saved anything yet" in read(listed)


async def test_a_long_list_has_pages(on_stage: Stage) -> None:
    ids = await on_stage.publish(*(interview(number) for number in range(1, 10)))
    for id_ in ids:
        await on_stage.store.readers.save(
            on_stage.fan.id, Saved(id_, 0, on_stage.clock.now()), limit=500
        )
        await on_stage.clock.advance(1)
    first = await on_stage.ask("interviews saved")
    assert "9 saved, newest first · page 1 of 3" in read(first)
    assert len(menus(first)[0]["options"]) == 4
    second = await on_stage.press(await on_stage.press(first, "Next"), "Next")
    assert second.id == first.id
    (remover,) = menus(second)
    assert [parse_place_value(one["value"])[0] for one in remover["options"]] == [ids[0]]
    assert str(parse_custom_id(remover["custom_id"])) == "UnsaveChosen(page=2)"
    value = remover["options"][0]["value"]
    await on_stage.sandbox.choose(on_stage.fan, second, remover["custom_id"], [value])
    assert "8 saved" in read(second)
    assert len(menus(second)[0]["options"]) == 4


async def test_what_was_withdrawn_is_listed_as_gone(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    await on_stage.press(await open_at(on_stage, 1, 2), SAVE)
    async with on_stage.store.transaction() as tx:
        await tx.interviews.withdraw(1, on_stage.clock.now())
    listed = await on_stage.ask("interviews saved")
    assert "~~Interview No. 1 with Han Seoyun~~\n-# Removed by KCrush" in read(listed)
    assert "What do you eat" not in read(listed)
    (remover,) = menus(listed)
    await on_stage.sandbox.choose(on_stage.fan, listed, remover["custom_id"], ["1:2.0"])
    assert "You haven't saved anything yet" in read(listed)


async def test_pressing_what_another_saved_list_offered_harms_nobody(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    await on_stage.press(await open_at(on_stage, 1, 2), SAVE)
    hers = await on_stage.ask("interviews saved", by=on_stage.admin)
    assert "You haven't saved anything yet" in read(hers)
    assert "1 saved" in read(await on_stage.ask("interviews saved"))
