"""``/interviews quote`` and its buttons, in front of the sandbox."""

import io
from typing import Any

import pytest
from PIL import Image

from bot.core.model import Interview, Subject, Transcript
from sandbox.entities import Message
from tests.cogs.stage import Stage, answer, asked, interview, labels, options, read
from tests.quotes.pictures import picture
from tests.ui.limits import walk
from tests.ui.samples import QUESTIONS

SEA = "I was afraid of the sea until my grandmother taught me to float on my back and count gulls."
SNOW = "My mother always said that snow is only rain that learned to be quiet, and I believe her."
HERO = "https://kcrush.example/hero.jpg"

SEND_MESSAGES = 1 << 11
ATTACH_FILES = 1 << 15


def quotable(number: int, *texts: str, **changes: Any) -> Interview:
    turns = tuple(asked(place, f"Question {place}?", text) for place, text in enumerate(texts, 1))
    return interview(number, transcript=Transcript("An intro.", turns, ""), **changes)


def shown(stage: Stage, message: Message) -> tuple[Image.Image, str]:
    """The picture of a message as Discord serves it, and what stands for it."""
    item = next(part for part in walk(message.components) if part["type"] == 12)["items"][0]
    attachment = message.attachments[0]
    assert item["media"]["url"] == attachment["url"]
    assert len(message.attachments) == 1
    _, content_type, data = stage.sandbox.world.files[int(attachment["id"])]
    assert content_type == "image/jpeg"
    return Image.open(io.BytesIO(data)), item["description"]


async def test_a_quote_is_a_picture_with_its_words_for_those_who_can_t_see_it(
    on_stage: Stage,
) -> None:
    on_stage.pictures[HERO] = picture((30, 60, 160), kind="JPEG")
    await on_stage.publish(quotable(1, "No.", SEA))
    response = await on_stage.sandbox.command(on_stage.fan, on_stage.channel, "interviews quote")
    await response.finished()
    message = answer(response)
    image, alternative = shown(on_stage, message)
    assert image.size == (1080, 1080)
    red, _, blue = image.convert("RGB").getpixel((540, 20))  # type: ignore[misc]
    assert blue > red + 40
    assert SEA in alternative
    assert "Han Seoyun, Singer" in alternative
    assert "Question 2 of 2 · [Interview No. 1 with Han Seoyun](" in read(message)
    assert labels(message) == ["Read it", "Share here", "Another one", "Open on KCrush"]


async def test_read_it_opens_the_reader_at_that_question_beside_the_picture(
    on_stage: Stage,
) -> None:
    await on_stage.publish(quotable(1, "No.", SEA, "A tour."))
    message = await _quote(on_stage)
    page = await on_stage.press(message, "Read it")
    assert page.id != message.id
    assert "Question 2 of 3" in read(page)
    assert SEA in read(page)


async def test_a_quote_is_shared_with_all_once(on_stage: Stage) -> None:
    await on_stage.publish(quotable(1, SEA))
    message = await _quote(on_stage)
    response = await on_stage.sandbox.press(on_stage.fan, message, label="Share here")
    shared = response.message
    assert shared is not None
    assert shared.ephemeral_for is None
    assert shown(on_stage, shared)[1].startswith(f"“{SEA}”")
    assert "**fan** shared this quote" in read(shared)
    assert labels(shared) == ["Read it", "Open on KCrush"]
    again = await on_stage.press(message, "Share here")
    assert again.id != shared.id
    assert not again.attachments
    other = await on_stage.press(shared, "Read it", by=on_stage.admin)
    assert "Question 1 of 1" in read(other)


@pytest.mark.parametrize(
    ("denied", "said"),
    [(ATTACH_FILES, "you can't attach files"), (SEND_MESSAGES, ("you can't send messages"))],
)
async def test_who_may_not_attach_files_does_not_through_the_bot(
    on_stage: Stage, denied: int, said: str
) -> None:
    await on_stage.publish(quotable(1, SEA))
    message = await _quote(on_stage)
    on_stage.sandbox.world.set_overwrite(on_stage.channel, on_stage.fan.id, deny=denied)
    refused = await on_stage.press(message, "Share here")
    assert said in read(refused)
    assert not refused.attachments


async def test_where_the_bot_may_attach_nothing_a_quote_is_text(on_stage: Stage) -> None:
    await on_stage.publish(quotable(1, SEA), quotable(2, SNOW))
    world, channel = on_stage.sandbox.world, on_stage.channel
    world.set_overwrite(channel, on_stage.client.application_id or 0, deny=ATTACH_FILES)
    message = await on_stage.ask("interviews quote")
    assert not message.attachments
    said = read(message)
    assert f"> {SEA}" in said or f"> {SNOW}" in said
    assert "**Han Seoyun, Singer**" in said
    another = await on_stage.press(message, "Another one")
    assert another.id == message.id
    assert read(another) != said
    world.set_overwrite(channel, on_stage.fan.id, deny=ATTACH_FILES)
    response = await on_stage.sandbox.press(on_stage.fan, another, label="Share here")
    assert response.message is not None
    assert response.message.ephemeral_for is None
    assert not response.message.attachments
    assert "**Han Seoyun, Singer**" in read(response.message)


async def test_without_the_typeface_a_quote_is_text(
    on_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.quotes.card.FONT_PACKAGE", "no_such_fonts")
    await on_stage.publish(quotable(1, SEA))
    message = await on_stage.ask("interviews quote")
    response = await on_stage.sandbox.press(on_stage.fan, message, label="Share here")
    assert response.message is not None
    for one in (message, response.message):
        assert not one.attachments
        assert f"> {SEA}" in read(one)


async def test_a_look_is_changed_in_place_and_shared(on_stage: Stage) -> None:
    on_stage.pictures[HERO] = picture((30, 60, 160), kind="JPEG")
    await on_stage.publish(quotable(1, SEA), quotable(2, SNOW))
    message = await _quote(on_stage)
    words = shown(on_stage, message)[1]
    assert _chosen_look(message) == "Photo · Square"
    paper = await _choose(on_stage, message, "Paper · Story, 9:16")
    assert paper.id == message.id
    image, alternative = shown(on_stage, paper)
    assert image.size == (1080, 1920)
    assert image.convert("L").crop((540, 200, 541, 201)).tobytes()[0] > 200
    assert alternative == words
    assert _chosen_look(paper) == "Paper · Story, 9:16"
    assert labels(paper) == ["Read it", "Share here", "Another one", "Open on KCrush"]
    response = await on_stage.sandbox.press(on_stage.fan, paper, label="Share here")
    assert response.message is not None
    assert shown(on_stage, response.message)[0].size == (1080, 1920)
    another = await _press_and_wait(on_stage, paper, "Another one")
    assert another.id == message.id
    assert shown(on_stage, another)[0].size == (1080, 1920)
    assert shown(on_stage, another)[1] != words
    assert _chosen_look(another) == "Paper · Story, 9:16"


async def test_a_quote_of_before_the_looks_is_still_shared_and_followed_by_another(
    on_stage: Stage,
) -> None:
    await on_stage.publish(quotable(1, SEA), quotable(2, SNOW))
    message = await _quote(on_stage)
    response = await on_stage.forged(message, "kc:picture:1:0", on_stage.fan)
    assert response.message is not None
    assert shown(on_stage, response.message)[0].size == (1080, 1080)
    another = await on_stage.forge(message, "kc:quoting:1:", on_stage.fan)
    assert SNOW in shown(on_stage, another)[1]


async def test_a_design_that_is_not_there_is_said_and_changes_nothing(on_stage: Stage) -> None:
    await on_stage.publish(quotable(1, SEA))
    message = await _quote(on_stage)
    for custom_id, data in (
        ("kc:look:1:0:any", {"values": ["neon.square"], "component_type": 3}),
        ("kc:quote-share:neon:square:1:0", {}),
    ):
        refused = await on_stage.forge(message, custom_id, on_stage.fan, **data)
        assert refused.id != message.id
        assert "There's no such design" in read(refused)
    assert message.attachments


async def test_without_an_image_there_is_no_photo_to_choose(on_stage: Stage) -> None:
    await on_stage.publish(quotable(1, SEA, image_url=None))
    message = await _quote(on_stage)
    assert _chosen_look(message) == "Colour · Square"
    assert not [one for one in options(message) if one["label"].startswith("Photo")]


async def test_a_question_of_an_interview_is_quoted(on_stage: Stage) -> None:
    title = "Interview No. 1 with Han Seoyun"
    await on_stage.publish(quotable(1, SEA, SNOW, "No."))
    choices = await on_stage.sandbox.autocomplete(
        on_stage.fan, on_stage.channel, "interviews quote", focused="interview", interview="No. 1"
    )
    value = str(choices[0].value)
    for of, typed, offered in (
        (value, "", [1, 2, 3]),
        (title, "2", [2]),
        (value, "question 3", [3]),
        (value, "x", []),
        ("zzzzqqqq", "", []),
        ("kc:999", "", []),
    ):
        found = await on_stage.sandbox.autocomplete(
            on_stage.fan,
            on_stage.channel,
            "interviews quote",
            focused="question",
            interview=of,
            question=typed,
        )
        assert [one.value for one in found] == offered
    for interview_, question, words in ((value, 2, SNOW), (title, 1, SEA), (title, None, SEA)):
        given = {} if question is None else {"question": question}
        message = await _quote(on_stage, interview=interview_, **given)
        assert words in shown(on_stage, message)[1]
        assert "Another one" not in labels(message)
    message = await _quote(on_stage, interview=value, question=3)
    assert "so this one comes from another answer" in read(message)


async def test_what_can_t_be_quoted_is_said_and_what_to_do(on_stage: Stage) -> None:
    await on_stage.publish(quotable(1, SEA))
    title = "Interview No. 1 with Han Seoyun"
    assert "Choose one under `interview`" in read(await _quote(on_stage, question=2))
    beyond = await _quote(on_stage, interview=title, question=2)
    assert "no question 2: the last one is 1" in read(beyond)
    assert "zzzzqqqq" in read(await _quote(on_stage, interview="zzzzqqqq"))


async def test_another_shows_other_words_in_the_same_place(on_stage: Stage) -> None:
    await on_stage.publish(quotable(1, SEA), quotable(2, SNOW))
    message = await _quote(on_stage)
    first = shown(on_stage, message)[1]
    for _ in range(3):
        changed = await _press_and_wait(on_stage, message, "Another one")
        assert changed.id == message.id
        second = shown(on_stage, changed)[1]
        assert second != first
        first = second


async def test_a_quote_of_an_artist_by_any_spelling(on_stage: Stage) -> None:
    other = (Subject("Jo A-in", "Actor"),)
    await on_stage.publish(quotable(1, SEA), quotable(2, SNOW, subjects=other))
    for spelling in ("Han Seoyun", "한서윤"):
        message = await _quote(on_stage, artist=spelling)
        assert SEA in shown(on_stage, message)[1]
        assert "Another one" not in labels(message)
    choices = await on_stage.sandbox.autocomplete(
        on_stage.fan, on_stage.channel, "interviews quote", focused="artist", artist="jo"
    )
    message = await _quote(on_stage, artist=str(choices[0].value))
    assert SNOW in shown(on_stage, message)[1]
    nobody = await _quote(on_stage, artist="zzzzqqqq")
    assert not nobody.attachments
    assert "zzzzqqqq" in read(nobody)


async def test_the_reader_s_button_quotes_the_answer_at_hand(on_stage: Stage) -> None:
    await on_stage.publish(quotable(1, SEA, SNOW, "No."))
    page = await on_stage.ask("interviews read", interview="Interview No. 1 with Han Seoyun")
    section = next(one["value"] for one in options(page) if one["label"].startswith("2."))
    page = await on_stage.choose(page, section)
    message = await _chosen(on_stage, page, "Make this answer a picture")
    assert SNOW in shown(on_stage, message)[1]
    page = await on_stage.press(page, QUESTIONS)
    section = next(one["value"] for one in options(page) if one["label"].startswith("3."))
    page = await on_stage.choose(page, section)
    message = await _chosen(on_stage, page, "Make this answer a picture")
    assert message.attachments
    assert "so this one comes from another answer" in read(message)


async def test_nothing_to_quote_is_said_and_what_to_do(on_stage: Stage) -> None:
    assert "`/interviews latest`" in read(await _quote(on_stage))
    await on_stage.publish(quotable(1, "No.", "Yes."))
    assert "`/interviews latest`" in read(await _quote(on_stage))
    of_artist = await _quote(on_stage, artist="Han Seoyun")
    assert "No answer by this artist" in read(of_artist)
    page = await on_stage.ask("interviews read", interview="Interview No. 1 with Han Seoyun")
    refused = await _chosen(on_stage, page, "Make a quote a picture")
    assert "works on its own" in read(refused)


async def test_words_that_can_t_be_set_are_said_in_the_place_of_the_wait(on_stage: Stage) -> None:
    thai = "I remember my mother saying ฉันกลัวทะเลจนกระทั่งคุณยายสอน, and I never forgot her voice."
    await on_stage.publish(quotable(1, thai))
    message = await _quote(on_stage)
    assert "in a script that I can't put in a picture" in read(message)


async def _quote(stage: Stage, **given: Any) -> Message:
    response = await stage.sandbox.command(stage.fan, stage.channel, "interviews quote", **given)
    await response.finished()
    return answer(response)


async def _press_and_wait(stage: Stage, message: Message, label: str) -> Message:
    response = await stage.sandbox.press(stage.fan, message, label=label)
    await response.finished()
    return answer(response)


async def _chosen(stage: Stage, reader: Message, words: str) -> Message:
    response = await stage.choose_more(reader, words)
    await response.finished()
    return answer(response)


async def _choose(stage: Stage, message: Message, label: str) -> Message:
    (value,) = [one["value"] for one in options(message) if one["label"] == label]
    return await stage.choose(message, value)


def _chosen_look(message: Message) -> str:
    (chosen,) = [one["label"] for one in options(message) if one.get("default")]
    return str(chosen)
