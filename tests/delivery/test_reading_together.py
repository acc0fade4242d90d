"""A thread in which a channel reads an interview together: a question at a time, each once."""

import asyncio
from typing import Literal

import pytest

from bot.delivery.regular_posts import NEXT_QUESTION_AFTER
from bot.fans.together import MOST_THREADS
from bot.ui.ids import interview_value
from sandbox.entities import Channel, Message
from sandbox.faults import Rule
from tests.cogs.stage import interview, labels, read
from tests.cogs.test_late_answers import busy
from tests.delivery.test_regular_delivery import DAY, HOUR, SEND, Rhythm, rhythm

__all__ = ["rhythm"]

NEXT = "Next question"


@pytest.fixture
async def thread(rhythm: Rhythm) -> Channel:
    """The thread of an interview with three questions, as a fan opened it, before any question."""
    await rhythm.stage.publish(interview(1, published_at=rhythm.stage.clock.now()))
    said = read(await rhythm.stage.ask("interviews discuss", interview=interview_value(1)))
    (opened,) = rhythm.stage.channel.messages.values()
    (found,) = [one for one in rhythm.stage.sandbox.world.channels.values() if one.thread]
    assert f"**Here's your thread:** <#{found.id}>" in said
    assert "**fan** opened a thread to read this together" in read(opened)
    assert "Interview No. 1" in found.name
    return found


def asked(thread: Channel) -> list[str]:
    """The small line of each question that was posted."""
    return [line for line in map(first_line, thread.messages.values()) if "Question" in line]


def first_line(message: Message) -> str:
    return read(message).partition("\n")[0]


async def test_a_question_comes_at_each_press_and_the_last_one_says_so(
    rhythm: Rhythm, thread: Channel
) -> None:
    await rhythm.announcer.drain()
    assert asked(thread) == ["-# Question 1 of 3"]
    open_in = rhythm.stage.store.reading_threads.open_in
    assert await open_in(rhythm.stage.guild.id) == 1
    for number in (2, 3):
        *_, last = thread.messages.values()
        await rhythm.stage.sandbox.press(rhythm.stage.fan, last, label=NEXT)
        assert NEXT not in labels(last)
        await rhythm.announcer.drain()
        assert asked(thread)[-1] == f"-# Question {number} of 3"
    *_, last = thread.messages.values()
    assert "That was the last question." in read(last)
    assert await open_in(rhythm.stage.guild.id) == 0
    assert labels(last) == ["Read the interview"]
    assert not any(one.mention_everyone or one.mentions for one in thread.messages.values())


async def test_two_who_press_at_once_get_one_question(rhythm: Rhythm, thread: Channel) -> None:
    await rhythm.announcer.drain()
    *_, first = thread.messages.values()
    sandbox, people = rhythm.stage.sandbox, (rhythm.stage.fan, rhythm.stage.admin)
    await asyncio.gather(*(sandbox.press(one, first, label=NEXT) for one in people))
    await rhythm.announcer.drain()
    assert asked(thread) == ["-# Question 1 of 3", "-# Question 2 of 3"]


async def test_a_press_that_is_answered_late_takes_the_button_away(
    rhythm: Rhythm, thread: Channel
) -> None:
    await rhythm.announcer.drain()
    *_, first = thread.messages.values()
    sandbox, fan = rhythm.stage.sandbox, rhythm.stage.fan
    async with busy(rhythm.stage.store) as go_on:
        pressed = await sandbox.press(fan, first, label=NEXT)
        assert pressed.deferred
        go_on()
        await sandbox.wait_until(lambda _: NEXT not in labels(first) or None, what="the edit")
    await rhythm.announcer.drain()
    assert asked(thread) == ["-# Question 1 of 3", "-# Question 2 of 3"]


async def test_a_forged_press_changes_nothing(rhythm: Rhythm, thread: Channel) -> None:
    await rhythm.announcer.drain()
    *_, first = thread.messages.values()
    before = first.components
    for forged in ("kc:together:1:0:3", "kc:together:1:2:3", "kc:together:999:1:3"):
        said = read(await rhythm.stage.forge(first, forged, rhythm.stage.fan))
        assert said == rhythm.stage.client.messages.text()("error.stale-button")
    await rhythm.announcer.drain()
    assert first.components == before
    assert asked(thread) == ["-# Question 1 of 3"]


async def test_the_next_one_comes_by_itself_after_a_day(rhythm: Rhythm, thread: Channel) -> None:
    await rhythm.announcer.drain()
    await rhythm.live(NEXT_QUESTION_AFTER - HOUR)
    assert asked(thread) == ["-# Question 1 of 3"]
    await rhythm.live(2 * HOUR)
    assert asked(thread) == ["-# Question 1 of 3", "-# Question 2 of 3"]
    await rhythm.live(5 * DAY, DAY)
    assert asked(thread)[-1] == "-# Question 3 of 3"
    assert len(asked(thread)) == 3
    assert await rhythm.stage.store.reading_threads.open_in(rhythm.stage.guild.id) == 0


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_question_in_doubt_is_posted_once(
    rhythm: Rhythm, thread: Channel, when: Literal["before", "after"]
) -> None:
    """Discord breaks before or after the message is there, and the bot is started anew; the
    question before it is not taken for the one that was lost."""
    await rhythm.announcer.drain()
    *_, first = thread.messages.values()
    rhythm.stage.sandbox.faults.add(Rule(match=SEND, status=502, times=1, when=when))
    await rhythm.stage.sandbox.press(rhythm.stage.fan, first, label=NEXT)
    await rhythm.announcer.drain()
    rhythm.restart()
    await rhythm.live(12 * HOUR)
    assert asked(thread) == ["-# Question 1 of 3", "-# Question 2 of 3"]


async def test_where_no_thread_can_be_read_nothing_is_posted(rhythm: Rhythm) -> None:
    await rhythm.stage.publish(interview(1, published_at=rhythm.stage.clock.now()))
    name = interview_value(1)
    store, guild = rhythm.stage.store, rhythm.stage.guild.id
    for _ in range(MOST_THREADS):
        await rhythm.stage.ask("interviews discuss", interview=name)
    assert await store.reading_threads.open_in(guild) == MOST_THREADS
    there = len(rhythm.stage.channel.messages)
    full = read(await rhythm.stage.ask("interviews discuss", interview=name))
    assert f"already reading {MOST_THREADS} interviews together" in full
    unknown = read(await rhythm.stage.ask("interviews discuss", interview="Nobody at all"))
    assert "Nobody at all" in unknown
    assert len(rhythm.stage.channel.messages) == there
