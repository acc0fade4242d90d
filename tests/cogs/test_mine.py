"""`/interviews mine`: a person's own lists on one screen, each with buttons to the others."""

from bot.core.model import COVER, END, Position
from bot.core.readers import Place, Saved
from tests.cogs.stage import Stage, answer, interview, labels, options, read
from tests.ui.limits import walk


async def stopped(stage: Stage, number: int, position: Position) -> None:
    await stage.clock.advance(60)
    place = Place(number, position, stage.clock.now())
    await stage.store.readers.save_places([(stage.fan.id, place)])


async def test_who_has_nothing_is_told_how_in_every_list(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    shown = await on_stage.ask("interviews mine")
    assert shown.ephemeral_for == on_stage.fan.id
    assert read(shown).startswith("**You haven't started an interview yet.**")
    assert labels(shown)[-3:] == ["Saved", "Following", "Finished"]
    for label, said in (
        ("Saved", "**You haven't saved anything yet.**"),
        ("Following", "You don't follow anything yet."),
        ("Finished", "**You haven't finished an interview yet.**"),
        ("Reading", "**You haven't started an interview yet.**"),
    ):
        again = await on_stage.press(shown, label)
        assert again.id == shown.id
        assert read(again).startswith(said)
        assert label not in labels(again)[-3:]


async def test_one_screen_shows_what_a_person_reads_saved_follows_and_finished(
    on_stage: Stage,
) -> None:
    ids = await on_stage.publish(
        *(interview(number, title=f"A Talk, No. {number}") for number in range(1, 5))
    )
    for number, position in zip(ids, (END, COVER, Position(3), Position(2)), strict=True):
        await stopped(on_stage, number, position)
    when = on_stage.clock.now()
    await on_stage.store.readers.save(on_stage.fan.id, Saved(ids[1], 2, when), limit=500)
    await on_stage.ask("interviews follow", artist="aespa")

    shown = await on_stage.ask("interviews mine")
    now = int(when.timestamp())
    assert read(shown) == (
        "## Reading\n-# 3 interviews\n"
        f"**Han Seoyun** 한서윤\nQuestion 2 of 3\n-# <t:{now}:R>\n"
        f"**Han Seoyun** 한서윤\nQuestion 3 of 3\n-# <t:{now - 60}:R>\n"
        f"**Han Seoyun** 한서윤\nOpened, not started\n-# <t:{now - 120}:R>"
    )
    assert labels(shown) == ["Continue", "Continue", "Read", "Saved", "Following", "Finished"]
    buttons = [part["custom_id"] for part in walk(shown.components) if part["type"] == 2]
    assert buttons[:3] == ["kc:at:4:2.0", "kc:at:3:3.0", "kc:read:2"]
    going_on = answer(await on_stage.sandbox.press(on_stage.fan, shown, buttons[0]))
    assert "Question 2 of 3" in read(going_on)

    finished = await on_stage.press(shown, "Finished")
    assert read(finished) == (
        f"## Finished\n-# 1 interview\n**Han Seoyun** 한서윤\nA Talk, No. 1\n-# <t:{now - 180}:R>"
    )
    assert labels(finished) == ["Read", "Reading", "Saved", "Following"]
    assert "Start reading" in labels(await on_stage.press(finished, "Read"))
    saved = await on_stage.press(finished, "Saved")
    assert "2\\. What do you eat?" in read(saved)
    following = await on_stage.press(saved, "Following")
    assert "**aespa** · since" in read(following)
    # Unfollowed there, the list stays in its place, with the way to the others.
    left = await on_stage.choose(following, options(following)[0]["value"])
    assert labels(left) == ["Reading", "Saved", "Finished"]


async def test_the_short_ways_in_open_the_same_screen(on_stage: Stage) -> None:
    saved = await on_stage.ask("interviews saved")
    assert labels(saved) == ["Reading", "Following", "Finished"]
    following = await on_stage.ask("interviews following")
    assert labels(following) == ["Reading", "Saved", "Finished"]
    assert read(await on_stage.press(following, "Saved")) == read(saved)


async def test_many_have_pages(on_stage: Stage) -> None:
    ids = await on_stage.publish(*(interview(number) for number in range(1, 11)))
    for number in ids:
        await stopped(on_stage, number, END if number > 5 else Position(1))
    reading = await on_stage.ask("interviews mine")
    assert read(reading).startswith("## Reading\n-# 5 interviews · page 1 of 2\n")
    reading = await on_stage.press(reading, "Next")
    assert read(reading).startswith("## Reading\n-# 5 interviews · page 2 of 2\n")
    assert labels(reading) == ["Continue", "Back", "Saved", "Following", "Finished"]
    finished = await on_stage.press(await on_stage.press(reading, "Back"), "Finished")
    finished = await on_stage.press(finished, "Next")
    assert read(finished).startswith("## Finished\n-# 5 interviews · page 2 of 2\n")


async def test_ones_own_are_nobody_elses(on_stage: Stage) -> None:
    (number,) = await on_stage.publish(interview(1))
    await stopped(on_stage, number, Position(1))
    assert "Question 1 of 3" in read(await on_stage.ask("interviews mine"))
    hers = await on_stage.ask("interviews mine", by=on_stage.admin)
    assert "Question 1 of 3" not in read(hers)
    assert hers.ephemeral_for == on_stage.admin.id
