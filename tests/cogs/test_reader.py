"""The reader's buttons: sharing, saving, similar interviews, excerpts; one round a page."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.model import Answer, Transcript, Turn
from bot.fans.library import SAVED_LIMIT
from bot.store.engine import Database
from sandbox.entities import Channel, Message, User
from sandbox.faults import Rule
from sandbox.permissions import Permission
from tests.cogs.stage import Stage, connected, interview, labels, read
from tests.ui.samples import BACK, MORE, NEXT, QUESTIONS, SAVE

SHARE_ALL, SIMILAR = "Share this interview here", "Find similar interviews"
QUOTE_THIS = "Make this answer a picture"


async def opened(stage: Stage, question: int = 2, **changes: Any) -> Message:
    """The reader at a question."""
    (number,) = await stage.publish(interview(1, **changes))
    cover = await stage.ask("interviews read", interview=f"kc:{number}")
    return await stage.choose(cover, f"{question}.0")


async def shared_from(
    stage: Stage, reader: Message, words: str = "Share this answer here", *, by: User | None = None
) -> Message:
    """What all can see of it, or only the one person."""
    response = await stage.choose_more(reader, words, by=by)
    shown = response.updated or response.message
    assert shown is not None
    return shown


def said(channel: Channel) -> list[Message]:
    """What all in a channel can see."""
    return [one for one in channel.messages.values() if one.ephemeral_for is None]


# ---------------------------------------------------------------- one round a page


async def test_a_press_asks_the_store_once_and_writes_nothing(
    on_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    fetch: Callable[..., Awaitable[Any]] = Database.read

    async def counting(*args: Any, **kwargs: Any) -> Any:
        asked.append("read")
        return await fetch(*args, **kwargs)

    def writing(*_: Any, **__: Any) -> Any:
        raise AssertionError("a page was written down while somebody waited")

    reader = await opened(on_stage, 1)
    monkeypatch.setattr(Database, "read", counting)
    monkeypatch.setattr(Database, "transaction", writing)
    for label in (NEXT, BACK, NEXT, MORE, QUESTIONS, NEXT):
        asked.clear()
        await on_stage.press(reader, label)
        assert asked == ["read"]
    asked.clear()
    await on_stage.choose(reader, "1.0")
    await on_stage.press(reader, MORE)
    await on_stage.choose_more(reader, SIMILAR)
    assert asked == ["read", "read", "read"]


# ---------------------------------------------------------------- sharing


async def test_sharing_posts_the_question_for_all_and_leaves_the_reader(on_stage: Stage) -> None:
    reader = await opened(on_stage)
    before = read(reader)
    shared = await shared_from(on_stage, reader)
    assert shared.ephemeral_for is None
    assert shared.channel_id == on_stage.channel.id
    assert read(shared) == (
        "-# **fan** shared this answer\n"
        "-# Question 2 of 3 · "
        "[Interview No. 1 with Han Seoyun](https://kcrush.example/interview-1/)\n"
        "### What do you eat?\n"
        "**Seoyun**\nTteokbokki, 떡볶이, daily."
    )
    assert labels(shared) == ["Read the interview", "Open on KCrush"]
    assert read(reader) == before
    opened_by_another = await on_stage.press(shared, "Read the interview", by=on_stage.admin)
    assert opened_by_another.ephemeral_for == on_stage.admin.id
    assert "Start reading" in labels(opened_by_another)


async def test_sharing_the_cover_posts_the_interviews_card(on_stage: Stage) -> None:
    (number,) = await on_stage.publish(interview(1))
    cover = await on_stage.ask("interviews read", interview=f"kc:{number}")
    shared = await shared_from(on_stage, cover, SHARE_ALL)
    assert shared.ephemeral_for is None
    assert read(shared).startswith(
        "-# **fan** shared this interview\n## [Interview No. 1 with Han Seoyun]"
    )
    assert labels(shared) == ["Read here", "Open on KCrush"]


async def test_a_name_and_an_answer_ping_nobody(on_stage: Stage) -> None:
    trickster = on_stage.sandbox.world.add_user("tricky", global_name="**@everyone** <@1>")
    on_stage.sandbox.world.add_member(on_stage.guild, trickster)
    turn = Turn(1, "Who?", (Answer(None, f"<@{on_stage.admin.id}> and @here"),))
    (number,) = await on_stage.publish(interview(1, transcript=Transcript("", (turn,), "")))
    cover = await on_stage.ask("interviews read", by=trickster, interview=f"kc:{number}")
    reader = await on_stage.press(cover, "Start reading", by=trickster)
    shared = await shared_from(on_stage, reader, by=trickster)
    assert read(shared).startswith("-# **\\*\\*@\u200beveryone\\*\\* \\<@\u200b1>** shared")
    assert (shared.mentions, shared.mention_roles, shared.mention_everyone) == ([], [], False)


async def test_a_long_answer_is_shared_up_to_a_sentence_with_a_link_to_go_on(
    on_stage: Stage,
) -> None:
    turn = Turn(1, "Why?", (Answer("Seoyun", "We sang until the morning came. " * 200),))
    reader = await opened(on_stage, 1, transcript=Transcript("", (turn,), ""))
    shared = read(await shared_from(on_stage, reader))
    link = "**[Continue at KCrush](https://kcrush.example/interview-1/)**"
    assert shared.endswith(f"We sang until the morning came. …\n{link}")
    assert 900 < len(shared) < 1600


async def test_pressed_twice_it_is_shared_once(on_stage: Stage) -> None:
    reader = await opened(on_stage)
    await shared_from(on_stage, reader)
    told = await shared_from(on_stage, reader)
    assert "You've just shared this here" in read(told)
    assert len(said(on_stage.channel)) == 1
    await on_stage.clock.advance(11)
    await shared_from(on_stage, reader)
    assert len(said(on_stage.channel)) == 2


async def test_what_failed_to_be_shared_is_shared_at_the_next_press(on_stage: Stage) -> None:
    reader = await on_stage.press(await opened(on_stage), MORE)
    refusal = Rule(match=r"POST /interactions/\d+/.*/callback", times=1, status=400)
    on_stage.sandbox.faults.add(refusal)
    on_stage.sandbox.interactions.timeout = 60.0
    await shared_from(on_stage, reader)
    assert (refusal.fired, said(on_stage.channel)) == (1, [])
    await shared_from(on_stage, reader)
    assert len(said(on_stage.channel)) == 1


async def test_who_may_not_write_may_not_share(on_stage: Stage) -> None:
    world, channel = on_stage.sandbox.world, on_stage.channel
    reader = await opened(on_stage)
    world.set_overwrite(channel, on_stage.fan.id, deny=Permission.SEND_MESSAGES)
    told = await shared_from(on_stage, reader)
    assert read(told) == (
        "I can't share this here, because you can't send messages in this channel. "
        "Share it in another channel, or send your friends the link behind **Open on "
        "KCrush**."
    )
    world.set_overwrite(channel, on_stage.fan.id, deny=Permission.SEND_MESSAGES_IN_THREADS)
    await shared_from(on_stage, reader)
    assert len(said(channel)) == 1


async def test_in_a_thread_the_threads_permission_counts(on_stage: Stage) -> None:
    world = on_stage.sandbox.world
    thread = world.add_thread(on_stage.channel, "talk", on_stage.fan)
    (number,) = await on_stage.publish(interview(1))
    response = await on_stage.sandbox.command(
        on_stage.fan, thread, "interviews read", interview=f"kc:{number}"
    )
    assert response.message is not None
    world.set_overwrite(on_stage.channel, on_stage.fan.id, deny=Permission.SEND_MESSAGES_IN_THREADS)
    assert "you can't send messages" in read(
        await shared_from(on_stage, response.message, SHARE_ALL)
    )
    world.set_overwrite(on_stage.channel, on_stage.fan.id, deny=Permission.SEND_MESSAGES)
    await shared_from(on_stage, response.message, SHARE_ALL)
    assert len(said(thread)) == 1


async def test_in_direct_messages_one_shares_always(on_stage: Stage) -> None:
    (number,) = await on_stage.publish(interview(1))
    channel = on_stage.sandbox.world.open_dm(on_stage.fan)
    response = await on_stage.sandbox.command(
        on_stage.fan, channel, "interviews read", interview=f"kc:{number}"
    )
    assert response.message is not None
    shared = await shared_from(on_stage, response.message, SHARE_ALL)
    assert (shared.ephemeral_for, shared.channel_id) == (None, channel.id)


@pytest.mark.parametrize("allowed", [True, False])
async def test_with_ones_own_app_one_shares_where_the_server_lets_it(
    on_stage: Stage, *, allowed: bool
) -> None:
    world = on_stage.sandbox.world
    elsewhere = world.add_guild("Elsewhere", with_bot=False)
    world.add_member(elsewhere, on_stage.fan)
    channel = world.add_channel(elsewhere, "talk")
    if not allowed:
        world.set_overwrite(channel, on_stage.fan.id, deny=Permission.USE_EXTERNAL_APPS)
    on_stage.sandbox.install_for(on_stage.fan)
    (number,) = await on_stage.publish(interview(1))
    response = await on_stage.sandbox.command(
        on_stage.fan, channel, "interviews read", interview=f"kc:{number}"
    )
    assert response.message is not None
    shown = await shared_from(on_stage, response.message, SHARE_ALL)
    if allowed:
        assert "shared this interview" in read(shown)
        assert shown.ephemeral_for is None
    else:
        assert "this server only lets you see what your own apps post" in read(shown)
        assert said(channel) == []


async def test_a_question_that_an_edit_took_away_is_not_shared(on_stage: Stage) -> None:
    reader = await on_stage.press(await opened(on_stage, 3), MORE)
    shorter = interview(1)
    cut = replace(
        shorter, transcript=replace(shorter.transcript, turns=shorter.transcript.turns[:2])
    )
    async with on_stage.store.transaction() as tx:
        await tx.interviews.update(1, cut, "edited")
    shown = await shared_from(on_stage, reader)
    assert "Question 2 of 2" in read(shown)
    assert said(on_stage.channel) == []


# ---------------------------------------------------------------- saving


async def test_saving_a_page_keeps_it_there_and_says_so(on_stage: Stage) -> None:
    turn = Turn(1, "Why?", (Answer("Seoyun", "We sang until the morning came. " * 200),))
    reader = await opened(on_stage, 1, transcript=Transcript("", (turn,), ""))
    await on_stage.press(reader, NEXT)
    assert "part 2 of" in read(reader)
    saved = await on_stage.press(reader, SAVE)
    assert saved.id == reader.id
    assert "part 2 of" in read(saved)
    assert "-# Saved. Find it in `/interviews saved`; press again to remove it." in read(saved)
    again = await on_stage.press(reader, "✓")
    assert "-# Removed from your saved list." in read(again)
    assert "part 2 of" in read(again)
    assert SAVE in labels(again)


async def test_what_is_saved_stays_marked_for_that_person_alone(on_stage: Stage) -> None:
    reader = await opened(on_stage, 2)
    await on_stage.press(reader, SAVE)
    assert "✓" in labels(await on_stage.press(await on_stage.press(reader, NEXT), BACK))
    assert SAVE in labels(await on_stage.press(reader, BACK))
    hers = await on_stage.ask("interviews read", by=on_stage.admin, interview="kc:1")
    await on_stage.sandbox.choose(on_stage.admin, hers, "kc:jump:1", ["2.0"])
    assert SAVE in labels(hers)


async def test_a_full_list_says_what_to_do(
    on_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert SAVED_LIMIT == 500
    monkeypatch.setattr("bot.fans.library.SAVED_LIMIT", 1)
    reader = await opened(on_stage, 1)
    await on_stage.press(reader, SAVE)
    await on_stage.press(reader, NEXT)
    told = await on_stage.press(reader, SAVE)
    assert read(told) == (
        "You've saved 1 things, which is the most you can. Remove some in `/interviews "
        "saved`, then save this one."
    )


# ---------------------------------------------------------------- similar


async def test_similar_interviews_are_listed_to_open(on_stage: Stage) -> None:
    await on_stage.publish(interview(2), interview(3))
    reader = await opened(on_stage)
    listed = await shared_from(on_stage, reader, SIMILAR)
    assert listed.id != reader.id
    assert read(listed).startswith("### Similar to Han Seoyun 한서윤\n")
    assert "No. 1 with" not in read(listed)
    assert "No. 2 with Han Seoyun" in read(listed)
    assert "No. 3 with Han Seoyun" in read(listed)
    other = await on_stage.open_row(listed)
    assert "Start reading" in labels(other)


async def test_where_nothing_is_similar_it_says_what_else_to_do(on_stage: Stage) -> None:
    told = await shared_from(on_stage, await opened(on_stage), SIMILAR)
    assert read(told).startswith("**No other interview is much like this one.**")


# ---------------------------------------------------------------- gone


@pytest.mark.parametrize(
    "label", [BACK, NEXT, SAVE, MORE, QUESTIONS, "Share this answer here", QUOTE_THIS, SIMILAR]
)
@pytest.mark.parametrize("how", ["withdrawn", "deleted"])
async def test_what_is_gone_says_so_from_every_button(
    on_stage: Stage, label: str, how: str
) -> None:
    reader = await opened(on_stage)
    if label not in labels(reader):
        await on_stage.press(reader, MORE)
    if how == "withdrawn":
        async with on_stage.store.transaction() as tx:
            await tx.interviews.withdraw(1, on_stage.clock.now())
    else:
        async with on_stage.store.database.transaction() as tx:
            await tx.execute(sa.text("DELETE FROM interviews WHERE id = 1"))
    if label in labels(reader):
        told = await on_stage.press(reader, label)
    else:
        told = await shared_from(on_stage, reader, label)
    expected = {
        "withdrawn": "KCrush has removed this",
        "deleted": ("This interview has been deleted"),
    }
    assert read(told).startswith(expected[how])
    assert said(on_stage.channel) == []


# ---------------------------------------------------------------- excerpts


@contextlib.asynccontextmanager
async def excerpts(stage: Stage) -> AsyncIterator[None]:
    """The bot anew, of an operator who lets people read the beginning only."""
    await stage.client.close()
    async with connected(
        stage.sandbox, stage.store, stage.index, stage.clock, stage.roused, excerpt=True
    ):
        yield


REST = "1 more question is waiting at the magazine"


async def test_an_excerpt_ends_with_the_way_to_the_rest_whatever_is_pressed(
    on_stage: Stage,
) -> None:
    reader = await opened(on_stage, 3)
    assert "A tour." in read(reader)
    more = await on_stage.ask("interviews read", interview="kc:1")
    await on_stage.press(await on_stage.choose(more, "3.0"), MORE)
    async with excerpts(on_stage):
        found = await on_stage.ask("interviews search", query="tour")
        assert "**tour**" in read(found)
        from_search = await on_stage.press(found, "Read")
        assert REST in read(from_search)
        shared = await shared_from(on_stage, more)
        assert REST in read(shared)
        saved = await on_stage.press(reader, SAVE)
        assert saved.id == reader.id
        for shown in (from_search, shared, saved):
            assert "A tour." not in read(shown)
            assert "Open on KCrush" in labels(shown)
        second = await on_stage.press(saved, BACK)
        assert "Question 2 of 3" in read(second)
        assert REST in read(await on_stage.choose(second, "3.0"))
        assert REST in read(await on_stage.press(await on_stage.press(second, BACK), NEXT))
    assert said(on_stage.channel) == []


async def test_what_an_excerpt_shows_can_be_shared(on_stage: Stage) -> None:
    reader = await opened(on_stage, 2)
    async with excerpts(on_stage):
        assert "**fan** shared this answer" in read(await shared_from(on_stage, reader))


async def test_two_pages_of_one_person_turn_apart(on_stage: Stage) -> None:
    first = await opened(on_stage, 1)
    second = await on_stage.ask("interviews read", interview="kc:1")
    await asyncio.gather(on_stage.press(first, NEXT), on_stage.press(second, "Continue"))
    assert "Question 2 of 3" in read(first)
    assert "Question 1 of 3" in read(second)
