"""Fans' commands and buttons, from a person's act in the sandbox to what they read."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from discord import ui

from bot.core.model import Answer, Transcript, Turn
from bot.core.readers import Saved
from bot.search import MeaningSearch
from bot.ui.announcing import announcement_card
from bot.ui.layout import Layout, container
from sandbox import InteractionFailed
from tests.cogs.stage import Stage, answer, connected, interview, labels, options, read
from tests.ui.samples import BACK, MORE, NEXT, SAVE


async def test_latest_lists_the_newest_first_and_turns_pages(on_stage: Stage) -> None:
    await on_stage.publish(*(interview(n) for n in range(1, 8)))
    first = await on_stage.ask("interviews latest")
    titles = [line for line in read(first).split("\n") if line.startswith("No. ")]
    assert titles == [f"No. {n} with Han Seoyun" for n in range(1, 6)]
    assert labels(first) == ["Read"] * 5 + ["Older"]
    second = await on_stage.press(first, "Older")
    assert second.id == first.id
    assert "No. 7 with" in read(second)
    assert "No. 5 with" not in read(second)
    assert labels(second) == ["Read"] * 2 + ["Newer"]


@pytest.mark.parametrize("command", ["latest", "artist", "search", "saved"])
async def test_from_a_typed_command_to_the_first_answer_are_two_taps(
    command: str, on_stage: Stage
) -> None:
    (number,) = await on_stage.publish(interview(1))
    await on_stage.store.readers.save(
        on_stage.fan.id, Saved(number, 0, on_stage.clock.now()), limit=500
    )
    typed: dict[str, dict[str, Any]] = {
        "search": {"query": "tteokbokki"},
        "artist": {"name": "han seoyun"},
    }
    listed = await on_stage.ask(f"interviews {command}", **typed.get(command, {}))
    opened = await on_stage.press(listed, "Read")
    assert opened.id != listed.id
    if command != "search":
        opened = await on_stage.press(opened, "Start reading")
    assert "of 3" in read(opened)
    assert "\n### " in read(opened)


async def test_before_the_first_poll_a_fan_is_told_to_wait(on_stage: Stage) -> None:
    expected = (
        "There are no interviews yet. I've just started collecting them from KCrush. "
        "Try again in a few minutes."
    )
    assert read(await on_stage.ask("interviews latest")) == expected
    assert read(await on_stage.ask("interviews random")) == expected


async def test_reading_from_cover_to_end_and_back(on_stage: Stage) -> None:
    (number,) = await on_stage.publish(interview(1))
    cover = await on_stage.ask("interviews read", interview=f"kc:{number}")
    assert read(cover).startswith("## [Interview No. 1 with Han Seoyun]")
    assert labels(cover)[0] == "Start reading"
    first = await on_stage.press(cover, "Start reading")
    assert first.id == cover.id
    assert "Question 1 of 3" in read(first)
    assert "**Seoyun**\nI am a singer from Busan." in read(first)
    second = await on_stage.press(first, NEXT)
    assert "### What do you eat?" in read(second)
    third = await on_stage.press(second, NEXT)
    assert "Question 3 of 3" in read(third)
    assert labels(third) == [BACK, SAVE, MORE]
    assert "Question 2 of 3" in read(await on_stage.press(third, BACK))


async def test_jumping_to_a_question(on_stage: Stage) -> None:
    (number,) = await on_stage.publish(interview(1))
    cover = await on_stage.ask("interviews read", interview=f"kc:{number}")
    assert [option["label"] for option in options(cover)] == [
        "1. Who are you?",
        "2. What do you eat?",
        "3. What is next?",
    ]
    assert "Question 3 of 3" in read(await on_stage.choose(cover, options(cover)[2]["value"]))


async def test_the_menu_of_many_questions_is_turned(on_stage: Stage) -> None:
    turns = tuple(Turn(n, f"Question no. {n}?", (Answer(None, "Yes."),)) for n in range(1, 61))
    (number,) = await on_stage.publish(interview(1, transcript=Transcript("", turns, "")))
    cover = await on_stage.ask("interviews read", interview=f"kc:{number}")
    before = read(cover)
    assert options(cover)[-1]["label"] == "Questions 24–46"
    later = await on_stage.choose(cover, options(cover)[-1]["value"])
    assert read(later) == before
    assert options(later)[1]["label"] == "24. Question no. 24?"
    last = await on_stage.choose(later, options(later)[-1]["value"])
    asked = await on_stage.choose(last, options(last)[-1]["value"])
    assert "### Question no. 60?" in read(asked)
    assert [one["label"] for one in options(asked) if one["default"]] == ["60. Question no. 60?"]


async def test_autocompletion_offers_titles_and_sends_ids(on_stage: Stage) -> None:
    ids = await on_stage.publish(interview(1), interview(2, title="A Talk with O.V", subjects=()))
    choices = await on_stage.sandbox.autocomplete(
        on_stage.fan, on_stage.channel, "interviews read", focused="interview", interview="talk"
    )
    assert [(choice.name, choice.value) for choice in choices] == [
        ("A Talk with O.V · Feb 27, 2026", f"kc:{ids[1]}")
    ]
    empty = await on_stage.sandbox.autocomplete(
        on_stage.fan, on_stage.channel, "interviews read", focused="interview", interview=""
    )
    assert empty[0].name == "Interview No. 1 with Han Seoyun · Feb 28, 2026"


async def test_a_title_typed_past_the_choices_is_found(on_stage: Stage) -> None:
    await on_stage.publish(interview(1), interview(2), interview(3, title="A Talk with O.V"))
    opened = await on_stage.ask("interviews read", interview="a talk with o.v")
    assert read(opened).startswith("## [A Talk with O.V]")
    several = await on_stage.ask("interviews read", interview="seoyun")
    assert read(several).startswith("## Which “seoyun” do you mean?")
    chosen = await on_stage.forge(several, "kc:read:1", on_stage.fan)
    assert "with Han Seoyun]" in read(chosen)
    offered = await on_stage.ask("interviews read", interview="han seoyum")
    asked = "## No interview called “han seoyum” yet\nDid you mean one of these?\n"
    assert read(offered).startswith(asked)


async def test_words_that_are_no_title_are_searched_in_the_answers(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    found = await on_stage.ask("interviews read", interview="tteokbokki daily")
    assert "Results for “tteokbokki daily”" in read(found)


async def test_a_search_opens_the_reader_at_the_very_question(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    found = await on_stage.ask("interviews search", query="떡볶이")
    assert "**Han Seoyun**" in read(found)
    assert "2\\. What do you eat?" in read(found)
    assert "**떡볶이**" in read(found)
    opened = await on_stage.press(found, "Read")
    assert "Question 2 of 3" in read(opened)
    assert "__**떡볶이**__" in read(opened)
    before = await on_stage.press(opened, BACK)
    assert "Question 1 of 3" in read(before)
    again = await on_stage.press(before, NEXT)
    assert "Question 2 of 3" in read(again)
    assert "__" not in read(again)


async def test_what_a_search_found_on_a_shared_page_stands_in_its_place(on_stage: Stage) -> None:
    turns = [Turn(n, f"Question {n}?", (Answer(None, f"I saw {n} seas."),)) for n in (1, 2, 4)]
    turns.insert(2, Turn(3, "Rain?", (Answer(None, "Every monsoon."),)))
    long = Turn(1, "Who are you?", (Answer(None, "A singer. " * 100),))
    shared = [replace(turn, number=place) for place, turn in enumerate([long, *turns], 1)]
    await on_stage.publish(interview(1, transcript=Transcript("", tuple(shared), "")))
    found = await on_stage.ask("interviews search", query="monsoon")
    opened = await on_stage.press(found, "Read")
    assert "-# Questions 2–5 of 5" in read(opened)
    assert "### Rain?\nEvery __**monsoon**__." in read(opened)
    assert [one["label"] for one in options(opened) if one["default"]] == ["4. Rain?"]
    assert "Question 1 of 5" in read(await on_stage.press(opened, BACK))


async def test_a_search_with_many_results_turns_pages(on_stage: Stage) -> None:
    await on_stage.publish(*(interview(n) for n in range(1, 9)))
    first = await on_stage.ask("interviews search", query="tteokbokki")
    assert "8 passages found · page 1 of 2" in read(first)
    second = await on_stage.press(first, "Next")
    assert second.id == first.id
    assert "page 2 of 2" in read(second)
    assert labels(second) == ["Read"] * 3 + ["Back"]


async def test_a_search_by_meaning_turns_pages_and_back_to_words(
    on_stage: Stage, tmp_path: Path
) -> None:
    pytest.importorskip("numpy")
    await on_stage.publish(*(interview(n) for n in range(1, 9)))
    meaning = MeaningSearch(tmp_path / "vectors", "tests.search.hashing_worker")
    on_stage.index.meaning = meaning
    try:
        await meaning.sync(on_stage.store)
        led = await on_stage.ask("interviews search", query="unheard, unseen, unknown daily")
        assert "Nothing has these words. By meaning, these may be about it:" in read(led)
        assert labels(led)[-1:] == ["Next"]
        words = await on_stage.ask("interviews search", query="tteokbokki daily")
        assert labels(words)[-2:] == ["Next", "By meaning"]
        meant = await on_stage.press(words, "By meaning")
        assert meant.id == words.id
        assert "By meaning, these may be about it:" in read(meant)
        assert "**tteokbokki**" not in read(meant)
        assert labels(meant)[-2:] == ["Next", "By words"]
        assert "page 2 of" in read(await on_stage.press(meant, "Next"))
        line = "tteokbokki, and whatever else people eat on the long days before a comeback stage"
        long = await on_stage.ask("interviews search", query=line)
        assert "these may be about it" in read(long)
        assert "page 2 of" in read(await on_stage.press(long, "Next"))
    finally:
        on_stage.index.meaning = None
        await meaning.close()


async def test_nothing_found_says_what_to_try(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    assert read(await on_stage.ask("interviews search", query="xyzzyq **@everyone**")) == (
        "**Nothing found for “xyzzyq \\*\\*@\u200beveryone\\*\\*”.** "
        "I looked in every question and answer, in titles and in names.\n"
        "- Try fewer words, or just one: a name, a song, a topic.\n"
        "- Try another spelling, or write the name in Hangul.\n"
        "- Or browse `/interviews latest`."
    )


async def test_a_search_for_nothing_is_told_so(on_stage: Stage) -> None:
    assert read(await on_stage.ask("interviews search", query="\u200b\u3164")) == (
        "There's nothing to search for in that. Type a word or a name, in any language."
    )


@pytest.mark.parametrize(
    ("command", "option"),
    [
        ("interviews read", "interview"),
        ("interviews artist", "name"),
        ("interviews quote", "artist"),
        ("interviews follow", "artist"),
    ],
)
@pytest.mark.parametrize("typed", ["💜", "**", "!?"])
async def test_a_name_without_letters_offers_nobody(
    on_stage: Stage, command: str, option: str, typed: str
) -> None:
    await on_stage.publish(interview(1), interview(2))
    options: dict[str, Any] = {option: typed}
    told = read(await on_stage.ask(command, **options))
    assert told == (
        "That has no letters or digits, so it can't be a name. Start typing a name, in "
        "any language, and choose from the list."
    )


async def test_a_search_by_filters_alone_counts_interviews(on_stage: Stage) -> None:
    other = Transcript("", (Turn(1, "Who are you?", (Answer("Seoyun", "A dancer."),)),), "")
    await on_stage.publish(interview(1), interview(2, transcript=other))
    message = await on_stage.ask("interviews search", query="-tteokbokki")
    assert "-# 1 interview found" in read(message)
    assert "No. 2 with" in read(message)
    assert labels(message) == ["Read"]


async def test_a_button_s_words_fit_on_a_phone(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    message = await on_stage.ask("interviews artist", name="x" * 90)
    assert labels(message) == [f"Search for “{'x' * 21}…”"]
    assert read(message).startswith(f"**No interview with “{'x' * 63}…” yet.**")


async def test_no_search_fails(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    for query in ("a AND (", "title:x^2", "(G)I-DLE", "kind:(", "-a"):
        told = read(await on_stage.ask("interviews search", query=query))
        assert "Results for" in told or "Nothing found" in told, query
    for query in ('"', "\\", "*", "~", "💥", "!!!", "-"):
        told = read(await on_stage.ask("interviews search", query=query))
        assert "nothing to search for in that" in told, query


async def test_any_interview_by_chance(on_stage: Stage) -> None:
    await on_stage.publish(interview(1), interview(2))
    assert "with Han Seoyun]" in read(await on_stage.ask("interviews random"))


async def test_two_people_at_one_card_read_each_their_own(on_stage: Stage) -> None:
    (number,) = await on_stage.publish(interview(1))
    stored = await on_stage.store.interviews.get(number)
    assert stored is not None
    place = on_stage.client.get_partial_messageable(on_stage.channel.id)
    sent = await place.send(view=announcement_card(stored, on_stage.client.messages.text()))
    card = on_stage.channel.messages[sent.id]
    fans, admins = await asyncio.gather(
        on_stage.press(card, "Read here"), on_stage.press(card, "Read here", by=on_stage.admin)
    )
    assert fans.id != admins.id
    assert (fans.ephemeral_for, admins.ephemeral_for) == (on_stage.fan.id, on_stage.admin.id)
    await on_stage.press(fans, "Start reading")
    assert "Question 1 of 3" in read(fans)
    assert "Start reading" in labels(admins)
    assert labels(card) == ["Read here", "Open on KCrush"]


async def test_a_reader_goes_on_after_a_restart(on_stage: Stage) -> None:
    (number,) = await on_stage.publish(interview(1))
    first = await on_stage.ask("interviews read", interview=f"kc:{number}")
    await on_stage.client.close()
    async with connected(
        on_stage.sandbox, on_stage.store, on_stage.index, on_stage.clock, on_stage.roused
    ):
        assert "Question 1 of 3" in read(await on_stage.press(first, "Start reading"))


async def test_an_interview_that_was_withdrawn_says_so(on_stage: Stage) -> None:
    (number,) = await on_stage.publish(interview(1))
    reader = await on_stage.ask("interviews read", interview=f"kc:{number}")
    async with on_stage.store.transaction() as tx:
        await tx.interviews.withdraw(number, interview(1).published_at)  # type: ignore[arg-type]
    told = await on_stage.press(reader, "Start reading")
    assert read(told) == (
        "KCrush has removed this interview, so you can't read it here any more. Find "
        "others with `/interviews latest`."
    )
    assert told.id != reader.id


async def test_an_interview_that_was_deleted_says_so(on_stage: Stage) -> None:
    assert read(await on_stage.ask("interviews read", interview="kc:4711")) == (
        "This interview has been deleted. Find others with `/interviews latest`."
    )


@pytest.mark.parametrize("custom_id", ["kc:bygone:1", "kc:read:x", "another bot", "kc:" + "9" * 97])
async def test_a_button_of_bygone_days_ends_in_a_sentence(on_stage: Stage, custom_id: str) -> None:
    row: ui.ActionRow[Layout] = ui.ActionRow(ui.Button(label="Old", custom_id=custom_id))
    old = Layout(container("Old", row))
    sent = await on_stage.client.get_partial_messageable(on_stage.channel.id).send(view=old)
    message = on_stage.channel.messages[sent.id]
    assert read(await on_stage.press(message, "Old")) == (
        "This button is from an older version of the bot and doesn't work any more. "
        "Open the interview again with `/interviews read`."
    )


async def test_an_unforeseen_failure_of_a_button_reaches_the_person_with_its_number(
    on_stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    (number,) = await on_stage.publish(interview(1))
    reader = await on_stage.ask("interviews read", interview=f"kc:{number}")

    async def broken(*_: int) -> None:
        raise ZeroDivisionError("a bug")

    on_stage.store.readers.open = broken  # type: ignore[assignment, method-assign]
    told = await on_stage.press(reader, "Start reading")
    assert "**K7F2QM**" in read(told)
    assert "ZeroDivisionError" not in read(told)


async def test_fans_read_in_direct_messages_too(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    channel = on_stage.sandbox.world.open_dm(on_stage.fan)
    response = await on_stage.sandbox.command(on_stage.fan, channel, "interviews latest")
    assert "No. 1 with" in read(answer(response))


async def test_a_fan_with_the_app_installed_reads_in_any_server(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    elsewhere = on_stage.sandbox.world.add_guild("Elsewhere", with_bot=False)
    on_stage.sandbox.world.add_member(elsewhere, on_stage.fan)
    channel = on_stage.sandbox.world.add_channel(elsewhere, "talk")
    on_stage.sandbox.install_for(on_stage.fan)
    response = await on_stage.sandbox.command(on_stage.fan, channel, "interviews latest")
    reader = await on_stage.press(answer(response), "Read")
    assert "Question 1 of 3" in read(await on_stage.press(reader, "Start reading"))


async def test_the_library_keeps_nothing_of_what_was_sent(on_stage: Stage) -> None:
    (number,) = await on_stage.publish(interview(1))
    reader = await on_stage.ask("interviews read", interview=f"kc:{number}")
    await on_stage.press(reader, "Start reading")
    store = on_stage.client._connection._view_store
    assert not store._views
    assert not store._synced_message_views
    assert not store._dynamic_items


async def test_a_prose_post_is_read_in_pages(on_stage: Stage) -> None:
    report = replace(interview(1), transcript=Transcript("It was loud. " * 400, (), ""))
    (number,) = await on_stage.publish(report)
    cover = await on_stage.ask("interviews read", interview=f"kc:{number}")
    second = await on_stage.press(cover, NEXT)
    assert "Page 2 of 3" in read(second)


async def test_an_unanswered_press_would_be_noticed(on_stage: Stage) -> None:
    """The sandbox itself fails a press without an answer, so the tests above can fail."""
    row: ui.ActionRow[Layout] = ui.ActionRow(ui.Button(label="Old", custom_id="kc:bygone:1"))
    sent = await on_stage.client.get_partial_messageable(on_stage.channel.id).send(
        view=Layout(container("Old", row))
    )
    on_stage.sandbox.interactions.timeout = 0.2
    await on_stage.client.remove_cog("ComponentRouter")
    with pytest.raises(InteractionFailed):
        await on_stage.press(on_stage.channel.messages[sent.id], "Old")


async def pressed(stage: Stage, custom_id: str) -> str:
    """What pressing a button on a message that all can see answers the one person."""
    row: ui.ActionRow[Layout] = ui.ActionRow(ui.Button(label="Press", custom_id=custom_id))
    view = Layout(container("Public", row))
    sent = await stage.client.get_partial_messageable(stage.channel.id).send(view=view)
    message = stage.channel.messages[sent.id]
    told = await stage.press(message, "Press")
    assert told.id != message.id
    assert "Public" in read(message)
    return read(told)


async def test_pages_beyond_the_end_are_answered(on_stage: Stage) -> None:
    (number,) = await on_stage.publish(interview(1))
    assert await pressed(on_stage, "kc:latest:999999") == (
        "**That's all of them.** You've reached the end of the list. "
        "`/interviews latest` takes you back to the newest."
    )
    assert "That's all for “singer”" in await pressed(on_stage, "kc:find:999999:singer")
    assert "Question 3 of 3" in await pressed(on_stage, f"kc:go:{number}:999998.9:n")
    assert "Question 3 of 3" in await pressed(on_stage, f"kc:menu:{number}:3.0:77")
    assert "has been deleted" in await pressed(on_stage, "kc:read:" + "9" * 18)


async def test_a_page_turned_on_a_public_message_is_shown_beside_it(on_stage: Stage) -> None:
    (number,) = await on_stage.publish(interview(1))
    assert "Question 2 of 3" in await pressed(on_stage, f"kc:go:{number}:2.0:n")


async def test_an_admins_list_is_not_turned_by_others(on_stage: Stage) -> None:
    assert "**Manage Server**" in await pressed(on_stage, "kc:subs:0")
