"""`/interviews follow`, `unfollow`, `following`: from a person's act to what is kept and shown."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.client.channels import language_of
from bot.core.artists import artist_id
from bot.core.discord_limits import GLOBAL_LIMIT
from bot.core.model import Subject, Topic
from bot.delivery.announcer import Announcer
from bot.delivery.discord.rest_port import RestPort
from bot.fans.following import FollowService
from bot.store import DirectMessageStatus
from sandbox.entities import Message
from tests.clock import FakeClock
from tests.cogs import stage as acting
from tests.cogs.stage import Stage, answer, interview, labels, options, read
from tests.openapi import Checker
from tests.ui.limits import walk

HAN, VINO = Subject("Han Seoyun", "Singer", ("한서윤",)), Subject("V1NO")
BEGUN = (
    "You're now following **Han Seoyun**. I'll send you a direct message when "
    "their next interview is out."
)


class AtOnce:
    rate = GLOBAL_LIMIT

    async def turn(self) -> None:
        return


@pytest.fixture
async def sending(
    folder: Path, monkeypatch: pytest.MonkeyPatch, checker: Checker
) -> AsyncIterator[tuple[Stage, Announcer]]:
    """A stage whose bot also sends what is due."""
    made: list[FollowService] = []
    built = FollowService

    def keep(*services: Any) -> FollowService:
        made.append(built(*services))
        return made[-1]

    monkeypatch.setattr(acting, "FollowService", keep)
    async with acting.stage(folder, monkeypatch, checker) as stage:
        announcer = Announcer(
            stage.store, RestPort(stage.client), stage.clock, random.Random(1), AtOnce()
        )
        announcer.on_direct = made[0].on_direct_message
        yield stage, announcer


async def announce(stage: Stage, number: int, *subjects: Subject) -> int:
    """Publish an interview as the watcher does, and bring the index up to it."""
    async with stage.store.transaction() as tx:
        id_ = await tx.interviews.insert(interview(number, subjects=subjects), f"digest {number}")
        await tx.outbox.enqueue(id_, stage.clock.now())
    await stage.index.sync(stage.store)
    return id_


async def followed(stage: Stage) -> list[str]:
    return [one.name for one in await stage.store.follows.followed(stage.fan.id)]


def dms(stage: Stage) -> list[Message]:
    dm = stage.sandbox.world.dms.get(stage.fan.id)
    return list(dm.messages.values()) if dm is not None else []


def words_beside(stage: Stage) -> list[str]:
    """All that this person alone was shown, oldest first."""
    own = [
        message
        for message in stage.sandbox.world.ephemerals.values()
        if message.ephemeral_for == stage.fan.id
    ]
    return [read(message) for message in own]


# ---------------------------------------------------------------- follow


async def test_a_name_typed_past_the_choices_is_followed(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    said = await on_stage.ask("interviews follow", artist="한서윤")
    assert read(said).startswith(BEGUN)
    assert labels(said) == ["Unfollow Han Seoyun"]
    for typed in ("Han Seoyun", "han seoyun", "Han Seo-yun"):
        again = await on_stage.ask("interviews follow", artist=typed)
        assert read(again).startswith("You already follow **Han Seoyun**")
    assert await followed(on_stage) == ["Han Seoyun"]


async def test_choices_are_artists_and_what_they_send_is_followed(on_stage: Stage) -> None:
    await on_stage.publish(interview(1), interview(2, subjects=(VINO,)))
    choices = await on_stage.sandbox.autocomplete(
        on_stage.fan, on_stage.channel, "interviews follow", focused="artist", artist="seoy"
    )
    assert choices[0].value == f"kc:artist:{artist_id('Han Seoyun')}"
    said = await on_stage.ask("interviews follow", artist=str(choices[0].value))
    assert read(said).startswith(BEGUN)


async def test_a_name_of_several_is_chosen_from_a_list(on_stage: Stage) -> None:
    await on_stage.publish(
        interview(1, subjects=(Subject("Jay", "Singer", ("제이",)),)),
        interview(2, subjects=(Subject("Jay Chou Kim", "Actor", ("제이",)),)),
    )
    said = await on_stage.ask("interviews follow", artist="제이")
    assert await followed(on_stage) == []
    buttons = [part["custom_id"] for part in walk(said.components) if part["type"] == 2]
    assert set(buttons) == {f"kc:follow:{artist_id(name)}" for name in ("Jay", "Jay Chou Kim")}
    chosen = await on_stage.sandbox.press(on_stage.fan, said, buttons[0])
    assert read(answer(chosen)).startswith("You're now following **Jay")
    assert len(await followed(on_stage)) == 1


async def test_who_is_only_nearly_called_so_is_followed_once_chosen(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    for near in ("Han Seoyum", "Seoyun"):
        asked = await on_stage.ask("interviews follow", artist=near)
        assert await followed(on_stage) == []
    button, _ = [part["custom_id"] for part in walk(asked.components) if part["type"] == 2]
    chosen = await on_stage.sandbox.press(on_stage.fan, asked, button)
    assert read(answer(chosen)).startswith(BEGUN)
    assert await followed(on_stage) == ["Han Seoyun"]


async def test_nobody_is_unfollowed_for_somebody_else(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    await on_stage.ask("interviews follow", artist="Han Seoyun")
    for other in ("Han Seoyum", "Seoyun", "Singer", "Han"):
        await on_stage.ask("interviews unfollow", artist=other)
        assert await followed(on_stage) == ["Han Seoyun"]
    await on_stage.ask("interviews unfollow", artist="HAN SEO-YUN")
    assert await followed(on_stage) == []


async def test_a_name_like_others_is_followed_once_that_is_meant(on_stage: Stage) -> None:
    await on_stage.publish(interview(1), interview(2, subjects=(Subject("Han Seojun"),)))
    near = await on_stage.ask("interviews follow", artist="Han  Seo")
    assert labels(near)[-1] == "Follow “Han Seo” anyway"
    assert await followed(on_stage) == []
    said = answer(await on_stage.sandbox.press(on_stage.fan, near, label=labels(near)[-1]))
    assert read(said).startswith(
        "You're now following **Han Seo**. You'll hear from me when KCrush talks to them."
    )
    assert await followed(on_stage) == ["Han Seo"]


async def test_a_name_like_nobodys_is_followed_at_once(on_stage: Stage) -> None:
    nothing = await on_stage.ask("interviews follow", artist="에스파")
    assert "when KCrush talks to them" in read(nothing)
    await on_stage.publish(interview(1))
    said = await on_stage.ask("interviews follow", artist="*aespa*")
    assert read(said).startswith(r"You're now following **\*aespa\***. You'll hear from me when")
    said = await on_stage.press(said, "Unfollow *aespa*")
    assert await followed(on_stage) == ["에스파"]
    said = await on_stage.press(said, "Follow again")
    assert "when KCrush talks to them" in read(said)
    assert set(await followed(on_stage)) == {"*aespa*", "에스파"}
    again = await on_stage.ask("interviews follow", artist="AESPA")
    assert read(again).startswith("You already follow **AESPA**.")
    far = await on_stage.ask("interviews follow", artist="Zzyzx " * 15)
    assert "No interview with" in read(far)
    assert len(await followed(on_stage)) == 2


@pytest.mark.parametrize(
    ("typed", "named", "said"),
    [
        ({"kind": "film"}, "Film", "for every new interview of this kind."),
        ({"words": '"rainy day"'}, "“rainy day”", "when that comes up in a new interview."),
        ({"words": "rain -snow"}, "“rain -snow”", "when that comes up in a new interview."),
        ({"everything": True}, "all interviews", "each time one comes out."),
    ],
)
async def test_a_kind_words_and_everything_are_followed(
    on_stage: Stage, typed: dict[str, Any], named: str, said: str
) -> None:
    told = await on_stage.ask("interviews follow", **typed)
    assert read(told).startswith(
        f"You're now following **{named}**. I'll send you a direct message {said}"
    )
    again = await on_stage.ask("interviews follow", **typed)
    assert read(again).startswith(f"You already follow **{named}**.")
    gone = await on_stage.press(told, f"Unfollow {named}")
    assert read(gone) == f"You've unfollowed **{named}**."
    assert "You're now following" in read(await on_stage.press(gone, "Follow again"))
    (choice,) = await on_stage.sandbox.autocomplete(
        on_stage.fan, on_stage.channel, "interviews unfollow", focused="artist", artist=named[:4]
    )
    assert choice.name == named
    # Some of Discord's clients send the name of a choice.
    gone = await on_stage.ask("interviews unfollow", artist=choice.name)
    assert read(gone) == f"You've unfollowed **{named}**."
    assert await followed(on_stage) == []


async def test_without_a_word_one_is_asked_what_to_follow(on_stage: Stage) -> None:
    nothing: list[dict[str, Any]] = [{}, {"everything": False}]
    for typed in nothing:
        start = await on_stage.ask("interviews follow", **typed)
        assert read(start).startswith("**Who or what would you like to follow?**")
        assert await followed(on_stage) == []
    assert len(options(start)) == len(Topic)
    menu = next(part for part in walk(start.components) if part["type"] == 3)
    chosen = await on_stage.sandbox.choose(on_stage.fan, start, menu["custom_id"], ["film"])
    assert "now following **Film**" in read(answer(chosen))
    assert "now following **all interviews**" in read(
        await on_stage.press(start, "Follow all interviews")
    )
    forged = await on_stage.forge(start, menu["custom_id"], on_stage.fan, values=["gossip"])
    assert "from an older version" in read(forged)
    assert {one.name for one in await on_stage.store.follows.followed(on_stage.fan.id)} == {
        "film",
        "",
    }


async def test_one_thing_is_followed_at_a_time(on_stage: Stage) -> None:
    said = read(await on_stage.ask("interviews follow", kind="film", words="rain"))
    assert said.startswith("I can only add one at a time, so nothing was changed.")
    broken = read(await on_stage.ask("interviews follow", words='"rain'))
    assert broken.startswith("A quotation mark isn't closed")
    assert await followed(on_stage) == []


async def test_whatever_is_typed_gets_an_answer(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    for typed in ("@everyone", "kc:artist:0123456789", "kc:artist:", "\u202e", "*" * 100, "?"):
        for command in ("follow", "unfollow"):
            said = await on_stage.ask(f"interviews {command}", artist=typed)
            assert read(said)
            assert "K7F2QM" not in read(said)
            assert "@everyone" not in read(said)
    assert await followed(on_stage) == []


async def test_following_more_than_one_may_says_what_to_do(on_stage: Stage) -> None:
    many = [Subject(f"Artist {number}") for number in range(26)]
    await on_stage.publish(interview(1, subjects=tuple(many)))
    for subject in many[:25]:
        artist = on_stage.index.artist(artist_id(subject.name))
        assert artist is not None
        await FollowService(
            on_stage.store, on_stage.index, on_stage.clock, on_stage.roused.set
        ).follow(on_stage.fan.id, artist)
    said = await on_stage.ask("interviews follow", artist="Artist 25")
    assert read(said) == (
        "You already follow 25, which is the most you can. Unfollow one in "
        "`/interviews following` first."
    )


async def test_an_artist_who_is_gone_is_followed_again_by_name(on_stage: Stage) -> None:
    (id_,) = await on_stage.publish(interview(1))
    said = await on_stage.ask("interviews follow", artist="Han Seoyun")
    said = await on_stage.press(said, "Unfollow Han Seoyun")
    async with on_stage.store.transaction() as tx:
        await tx.interviews.withdraw(id_, on_stage.clock.now())
    await on_stage.index.sync(on_stage.store)
    said = await on_stage.press(said, "Follow again")
    assert "You'll hear from me when" in read(said)
    assert await followed(on_stage) == ["Han Seoyun"]


# ---------------------------------------------------------------- unfollow, following


async def test_unfollowing_by_button_by_name_and_by_choice(on_stage: Stage) -> None:
    await on_stage.publish(interview(1), interview(2, subjects=(VINO,)))
    said = await on_stage.ask("interviews follow", artist="Han Seoyun")
    said = await on_stage.press(said, "Unfollow Han Seoyun")
    assert read(said) == "You've unfollowed **Han Seoyun**."
    assert await followed(on_stage) == []
    said = await on_stage.press(said, "Follow again")
    assert read(said).startswith(BEGUN)
    await on_stage.ask("interviews follow", artist="V1NO")
    named = await on_stage.ask("interviews unfollow", artist="v1no")
    assert read(named) == "You've unfollowed **V1NO**."
    (choice,) = await on_stage.sandbox.autocomplete(
        on_stage.fan, on_stage.channel, "interviews unfollow", focused="artist", artist="han"
    )
    assert choice.name == "Han Seoyun"
    await on_stage.ask("interviews unfollow", artist=str(choice.value))
    assert await followed(on_stage) == []


async def test_unfollowing_whom_one_does_not_says_so(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    nobody = await on_stage.ask("interviews unfollow", artist="Han Seoyun")
    assert read(nobody).startswith("You don't follow anything yet.")
    await on_stage.ask("interviews follow", artist="Han Seoyun")
    other = await on_stage.ask("interviews unfollow", artist="*V1NO*")
    assert read(other).startswith(r"You don't follow “\*V1NO\*”.")
    choices = await on_stage.sandbox.autocomplete(
        on_stage.fan, on_stage.channel, "interviews unfollow", focused="artist", artist="V1NO"
    )
    assert choices == []


async def test_the_list_tells_since_when_and_takes_away(on_stage: Stage) -> None:
    empty = await on_stage.ask("interviews following")
    assert read(empty).startswith("You don't follow anything yet.")
    await on_stage.publish(interview(1), interview(2, subjects=(VINO,)))
    await on_stage.ask("interviews follow", artist="Han Seoyun")
    await on_stage.clock.advance(86_400)
    await on_stage.ask("interviews follow", artist="V1NO")
    listed = await on_stage.ask("interviews following")
    began = int(on_stage.clock.now().timestamp())
    assert read(listed).splitlines() == [
        "## Following 2",
        "-# Artists",
        f"**V1NO** · since <t:{began}:d>",
        f"**Han Seoyun** · since <t:{began - 86_400}:d>",
        "-# I send you one direct message for each new interview.",
    ]
    assert [option["label"] for option in options(listed)] == ["V1NO", "Han Seoyun"]
    assert options(listed)[1]["description"] == "since Mar 1, 2026"
    after = await on_stage.choose(listed, artist_id("V1NO"))
    assert read(after).startswith("## Following 1\n-# Artists\n**Han Seoyun**")
    assert await followed(on_stage) == ["Han Seoyun"]
    # Beside another list that was open all the while: what is gone is gone.
    other = await on_stage.ask("interviews following")
    await on_stage.ask("interviews unfollow", artist="Han Seoyun")
    again = await on_stage.choose(other, artist_id("Han Seoyun"))
    assert read(again).startswith("You don't follow anything yet.")


async def test_a_long_list_has_pages_that_fit(
    on_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of before there was a limit of 25."""
    monkeypatch.setattr("bot.store.follows.FOLLOWS_LIMIT", 100)
    many = tuple(Subject(f"{'한글' * 20} @everyone {number}") for number in range(60))
    await on_stage.publish(interview(1, subjects=many))
    for subject in many:
        artist = on_stage.index.artist(artist_id(subject.name))
        assert artist is not None
        await FollowService(
            on_stage.store, on_stage.index, on_stage.clock, on_stage.roused.set
        ).follow(on_stage.fan.id, artist)
    listed = await on_stage.ask("interviews following")
    assert len(options(listed)) == 25
    last = await on_stage.press(await on_stage.press(listed, "Next"), "Next")
    assert len(options(last)) == 10
    value = options(last)[0]["value"]
    assert len(options(await on_stage.choose(last, value))) == 9


async def test_one_persons_follows_are_nobody_elses(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    said = await on_stage.ask("interviews follow", artist="Han Seoyun")
    assert said.ephemeral_for == on_stage.fan.id
    other = await on_stage.ask("interviews following", by=on_stage.admin)
    assert read(other).startswith("You don't follow anything yet.")


# ---------------------------------------------------------------- direct messages


async def test_the_buttons_of_a_direct_message_are_answered(
    sending: tuple[Stage, Announcer],
) -> None:
    stage, announcer = sending
    await stage.publish(interview(9))
    await stage.ask("interviews follow", artist="Han Seoyun")
    await announce(stage, 1, HAN)
    await announcer.drain()
    (message,) = dms(stage)
    opened = await stage.press(message, "Read here")
    assert "Interview No. 1" in read(opened)
    gone = await stage.press(message, "Unfollow Han Seoyun")
    assert read(gone) == "You've unfollowed **Han Seoyun**."
    # The message itself stays as it is.
    assert "Read here" in labels(dms(stage)[0])
    again = await stage.press(message, "Unfollow Han Seoyun")
    assert read(again).startswith("You don't follow that.")
    await announce(stage, 2, HAN)
    await announcer.drain()
    assert len(dms(stage)) == 1


async def test_who_was_never_interviewed_arrives_once_and_says_why(
    sending: tuple[Stage, Announcer],
) -> None:
    """Whoever is followed by name, kind and word: one message, the next day."""
    stage, announcer = sending
    await stage.publish(interview(9))
    said = await stage.ask("interviews follow", artist="aespa")
    assert read(said).startswith(
        "You're now following **aespa**. You'll hear from me when KCrush talks to them."
    )
    await stage.ask("interviews follow", kind="music")
    await stage.ask("interviews follow", words='"singer from Busan"')
    await stage.ask("interviews follow", everything=True)
    await stage.clock.advance(86_400)
    await announce(stage, 1, Subject("aespa", "Singers", ("에스파",)))
    for _ in range(2):
        await announcer.drain()
    (message,) = dms(stage)
    assert read(message).startswith(
        "Here's a new interview, because you follow **aespa**, **Music**, "
        "**“singer from Busan”**, and **all interviews**.\n## ["
    )
    assert labels(message)[-4:] == [
        "Unfollow aespa",
        "Unfollow Music",
        "Unfollow “singer from Busan”",
        "Unfollow all interviews",
    ]
    # From now on they are known, by all that they are called.
    for label in labels(message)[-3:]:
        await stage.press(message, label)
    await FollowService(stage.store, stage.index, stage.clock, stage.roused.set).refresh()
    await announce(stage, 2, Subject("Somebody Else"))
    await announce(stage, 3, Subject("에스파"))
    await announcer.drain()
    assert len(dms(stage)) == 2
    assert read(dms(stage)[1]).startswith("Here's a new interview, because you follow **aespa**.")


@contextlib.asynccontextmanager
async def at_work(stage: Stage, announcer: Announcer) -> AsyncIterator[None]:
    """The announcer sends whatever falls due, as in the running bot."""

    async def work() -> None:
        while True:
            await stage.roused.wait()
            stage.roused.clear()
            await announcer.drain()

    task = asyncio.create_task(work())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def close(stage: Stage, announcer: Announcer) -> None:
    """The fan follows, closes their messages, and misses an interview."""
    await stage.publish(interview(9))
    await stage.ask("interviews follow", artist="Han Seoyun")
    stage.fan.accepts_dms = False
    await announce(stage, 1, HAN)
    await announcer.drain()


async def hears(stage: Stage, times: int) -> None:
    """Wait for what comes beside an answer, and that it is not more."""
    await stage.sandbox.wait_until(
        lambda _: (
            sum("can't send you direct messages" in one for one in words_beside(stage)) == times
        ),
        what="the word about closed messages",
    )


async def test_closed_messages_are_said_once_at_the_next_command(
    sending: tuple[Stage, Announcer],
) -> None:
    stage, announcer = sending
    await close(stage, announcer)
    assert not any("can't send you direct messages" in one for one in words_beside(stage))
    await stage.ask("interviews latest", by=stage.admin)
    await stage.ask("interviews latest")
    await hears(stage, 1)
    assert words_beside(stage)[-1].startswith("### I can't send you direct messages\n")
    for command in ("interviews latest", "interviews random"):
        await stage.ask(command)
    await announce(stage, 2, HAN)
    await announcer.drain()
    await stage.ask("interviews latest")
    await hears(stage, 1)
    assert await stage.store.follows.to_notify() == set()


async def test_closed_messages_are_said_beside_a_button_too(
    sending: tuple[Stage, Announcer],
) -> None:
    stage, announcer = sending
    await stage.publish(interview(8))
    listed = await stage.ask("interviews latest")
    await close(stage, announcer)
    await stage.open_row(listed)
    await hears(stage, 1)


async def test_the_list_tells_of_closed_messages_so_nothing_else_does(
    sending: tuple[Stage, Announcer],
) -> None:
    stage, announcer = sending
    await close(stage, announcer)
    listed = await stage.ask("interviews following")
    assert "Discord wouldn't deliver my message" in read(listed)
    assert labels(listed) == ["Try again", "Reading", "Saved", "Finished"]
    await stage.ask("interviews latest")
    await hears(stage, 0)


async def test_tried_again_it_says_what_came_of_it(sending: tuple[Stage, Announcer]) -> None:
    stage, announcer = sending
    await close(stage, announcer)
    await stage.ask("interviews latest")
    await hears(stage, 1)
    word = list(stage.sandbox.world.ephemerals.values())[-1]
    async with at_work(stage, announcer):
        await tries(stage, word, "Discord still won't deliver my messages to you.")
        assert labels(word) == ["Try again"]
        stage.fan.accepts_dms = True
        # At once: too soon to ask Discord again.
        await tries(stage, word, "Discord hasn't answered yet.")
        await stage.clock.advance(60)
        await tries(stage, word, "**It worked.** What you missed is in your direct messages.")
    assert len(dms(stage)) == 1
    assert await stage.store.follows.message_status(stage.fan.id) is DirectMessageStatus.OPEN
    await stage.ask("interviews latest")
    await hears(stage, 0)


async def tries(stage: Stage, word: Message, told: str) -> None:
    await stage.press(word, "Try again")
    await stage.sandbox.wait_until(lambda _: read(word).startswith(told) or None, what=told)


async def test_tried_again_with_nothing_closed(sending: tuple[Stage, Announcer]) -> None:
    stage, announcer = sending
    await close(stage, announcer)
    listed = await stage.ask("interviews following")
    stage.fan.accepts_dms = True
    await stage.store.follows.try_again(stage.fan.id)
    await announcer.drain()
    await tries(stage, listed, "As far as I can tell, I can message you.")


async def test_forgotten_nobody_is_told_of_closed_messages(
    sending: tuple[Stage, Announcer],
) -> None:
    stage, announcer = sending
    await close(stage, announcer)
    await stage.store.follows.forget(stage.fan.id)
    await stage.ask("interviews latest")
    await stage.ask("interviews latest")
    await hears(stage, 0)


async def test_who_was_to_be_told_before_a_restart_is_told_after_it(
    sending: tuple[Stage, Announcer],
) -> None:
    stage, announcer = sending
    await close(stage, announcer)
    later = FollowService(stage.store, stage.index, FakeClock(), stage.roused.set)
    assert not later.is_notice_due(stage.fan.id)
    await later.refresh()
    assert later.is_notice_due(stage.fan.id)
    assert await later.take_notice(stage.fan.id)
    assert not await later.take_notice(stage.fan.id)


async def test_a_person_hears_in_the_language_in_which_they_last_used_the_bot(
    on_stage: Stage,
) -> None:
    await on_stage.publish(interview(1))
    on_stage.fan.locale = "ko"
    await on_stage.ask("interviews follow", artist="Han Seoyun")
    assert await on_stage.store.follows.languages() == {on_stage.fan.id: "ko"}
    on_stage.fan.locale = "pt-BR"
    await on_stage.ask("interviews latest")
    await asyncio.wait_for(_spoken_in(on_stage, "pt-BR"), 5)


async def _spoken_in(stage: Stage, language: str) -> None:
    while await stage.store.follows.languages() != {stage.fan.id: language}:  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def test_a_community_speaks_its_own_language(on_stage: Stage) -> None:
    changed = on_stage.client.wait_for("guild_update", timeout=5)
    on_stage.sandbox.world.edit_guild(on_stage.guild, preferred_locale="ko")
    await changed
    assert language_of(on_stage.client.get_guild(on_stage.guild.id)) == "ko"
    assert language_of(None) is None
