"""Help and privacy, and every command of fans wherever a person may stand."""

import pytest

from bot.ui.about import SECTIONS
from sandbox.entities import Channel
from tests.cogs.stage import Stage, interview, labels, read
from tests.ui.samples import NEXT, SAVE


@pytest.fixture(autouse=True)
def ids_known(on_stage: Stage) -> None:
    ids = {command.name: command.id for command in on_stage.sandbox.world.commands.values()}
    on_stage.client.messages.mentions.learn(ids)


# ---------------------------------------------------------------- help


async def test_the_help_is_commands_to_press(on_stage: Stage) -> None:
    told = read(await on_stage.ask("interviews help"))
    numbers = {command.name: command.id for command in on_stage.sandbox.world.commands.values()}
    assert f"</interviews search:{numbers['interviews']}> Search every answer" in told
    assert "announcements" not in told


async def test_the_help_tells_of_every_command(on_stage: Stage) -> None:
    told = read(await on_stage.ask("interviews help"))
    (group,) = [
        command
        for command in on_stage.sandbox.world.commands.values()
        if command.name == "interviews"
    ]
    offered = {option["name"] for option in group.options} - {"help"}
    assert {name for section in SECTIONS.values() for name in section} == offered
    for name in offered:
        assert f"</interviews {name}:{group.id}> " in told


async def test_an_admin_is_shown_how_to_announce(on_stage: Stage) -> None:
    told = read(await on_stage.ask("interviews help", by=on_stage.admin))
    numbers = {command.name: command.id for command in on_stage.sandbox.world.commands.values()}
    assert f"</announcements setup:{numbers['announcements']}>" in told


async def test_commands_in_any_sentence_can_be_pressed_in_any_language(on_stage: Stage) -> None:
    on_stage.fan.locale = "ko"
    (number,) = {
        command.id
        for command in on_stage.sandbox.world.commands.values()
        if command.name == "interviews"
    }
    told = read(await on_stage.ask("interviews saved"))
    assert f"</interviews latest:{number}>" in told
    assert "아직 저장한 것이 없어요" in told


# ---------------------------------------------------------------- privacy


async def test_a_person_sees_what_is_kept_of_them_and_has_it_deleted(on_stage: Stage) -> None:
    ids = await on_stage.publish(interview(1), interview(2))
    for number in ids:
        opened = await on_stage.ask("interviews read", interview=f"kc:{number}")
        await on_stage.press(opened, "Start reading")
    await on_stage.press(opened, SAVE)
    page = await on_stage.ask("interviews artist", name="한서윤")
    await on_stage.press(page, "Follow")

    told = await on_stage.ask("interviews privacy")
    assert "**Your places in 2 interviews**\n-# Last: Interview No. 2 with Han Seoyun" in read(told)
    assert "**1 saved item**\n-# Last: Who are you?" in read(told)
    assert "**1 thing you follow**\n-# Han Seoyun" in read(told)

    asked = await on_stage.press(told, "Delete everything")
    assert asked.id == told.id
    assert "Your places in 2 interviews, 1 saved item, and 1 thing you follow" in read(asked)
    kept = await on_stage.press(asked, "No, keep it")
    assert "1 saved item" in read(kept)

    asked = await on_stage.press(kept, "Delete everything")
    deleted = await on_stage.press(asked, "Yes, delete everything")
    assert deleted.id == told.id
    assert "I don't store anything about you any more" in read(deleted)
    assert labels(deleted) == []
    assert "Nothing. Once you read an interview" in read(await on_stage.ask("interviews privacy"))
    assert "Nothing" not in read(await on_stage.ask("interviews latest"))


async def test_what_others_keep_stays(on_stage: Stage) -> None:
    (number,) = await on_stage.publish(interview(1))
    for person in (on_stage.fan, on_stage.admin):
        opened = await on_stage.ask("interviews read", by=person, interview=f"kc:{number}")
        await on_stage.press(opened, "Start reading", by=person)
        await on_stage.press(opened, SAVE, by=person)
    asked = await on_stage.press(await on_stage.ask("interviews privacy"), "Delete everything")
    await on_stage.press(asked, "Yes, delete everything")
    assert "1 saved item" in read(await on_stage.ask("interviews privacy", by=on_stage.admin))


async def test_an_old_question_to_delete_finds_nothing_any_more(on_stage: Stage) -> None:
    (number,) = await on_stage.publish(interview(1))
    opened = await on_stage.ask("interviews read", interview=f"kc:{number}")
    await on_stage.press(opened, "Start reading")
    first, second = [await on_stage.ask("interviews privacy") for _ in range(2)]
    await on_stage.press(await on_stage.press(first, "Delete everything"), "Yes, delete everything")
    assert "Nothing. Once you read an interview" in read(
        await on_stage.press(second, "Delete everything")
    )


# ---------------------------------------------------------------- wherever a person stands


def in_server(stage: Stage) -> Channel:
    return stage.channel


def in_direct_messages(stage: Stage) -> Channel:
    return stage.sandbox.world.open_dm(stage.fan)


def in_a_server_without_the_bot(stage: Stage) -> Channel:
    world = stage.sandbox.world
    elsewhere = world.add_guild("Elsewhere", with_bot=False)
    world.add_member(elsewhere, stage.fan)
    stage.sandbox.install_for(stage.fan)
    return world.add_channel(elsewhere, "talk")


def between_two_friends(stage: Stage) -> Channel:
    stage.sandbox.install_for(stage.fan)
    return stage.sandbox.world.add_private_channel(stage.fan, stage.admin)


def in_a_group(stage: Stage) -> Channel:
    stage.sandbox.install_for(stage.fan)
    return stage.sandbox.world.add_private_channel(
        stage.fan, stage.admin, stage.sandbox.world.add_user("friend")
    )


@pytest.mark.parametrize(
    "place",
    [
        in_server,
        in_direct_messages,
        in_a_server_without_the_bot,
        between_two_friends,
        in_a_group,
    ],
)
async def test_every_command_and_button_works_wherever_a_person_stands(
    on_stage: Stage, place: object
) -> None:
    await on_stage.publish(*(interview(n) for n in range(1, 13)))
    await on_stage.publish(interview(365))
    on_stage.channel = place(on_stage)  # type: ignore[operator]

    found = await on_stage.ask(
        "interviews search", query="tteokbokki", artist="han seoyun", kind="music"
    )
    opened = await on_stage.open_row(found)
    assert "Question 2 of 3" in read(opened)
    assert "Question 3 of 3" in read(await on_stage.press(opened, NEXT))
    assert "page 2 of" in read(await on_stage.press(found, "Next"))

    latest = await on_stage.ask("interviews latest", kind="music")
    assert "No. 7 with" in read(await on_stage.press(latest, "Older"))
    drawn = await on_stage.ask("interviews random")
    assert "with Han Seoyun]" in read(await on_stage.press(drawn, "Another one"))
    assert "### 2025 · 1 year ago" in read(await on_stage.ask("interviews today"))
    artist = await on_stage.ask("interviews artist", name="한서윤")
    assert "page 2 of 3" in read(await on_stage.press(artist, "Older"))

    assert "</interviews search:" in read(await on_stage.ask("interviews help"))
    asked = await on_stage.press(await on_stage.ask("interviews privacy"), "Delete everything")
    assert "I don't store anything about you" in read(
        await on_stage.press(asked, "Yes, delete everything")
    )
    choices = await on_stage.sandbox.autocomplete(
        on_stage.fan, on_stage.channel, "interviews artist", focused="name", name="han"
    )
    assert [choice.name for choice in choices] == ["Han Seoyun (한서윤) · Singer · 13 interviews"]


async def test_in_a_server_without_the_bot_an_owner_is_shown_nothing_to_announce(
    on_stage: Stage,
) -> None:
    world = on_stage.sandbox.world
    elsewhere = world.add_guild("Elsewhere", owner=on_stage.fan, with_bot=False)
    on_stage.sandbox.install_for(on_stage.fan)
    on_stage.channel = world.add_channel(elsewhere, "talk")
    assert "announcements" not in read(await on_stage.ask("interviews help"))
