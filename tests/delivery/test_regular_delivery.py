"""Regular posts in front of a whole Discord: at their hours, once, whatever happens between."""

import contextlib
import io
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.core.discord_time import DiscordTime
from bot.core.errors import FetchError
from bot.core.model import Answer, Interview, Subscription, Transcript, Turn
from bot.core.regular_posts import RegularPost, RegularSort, RegularTimes
from bot.delivery.admin_notices import AdminNotifier
from bot.delivery.announcer import Announcer
from bot.delivery.discord.rest_port import RestPort
from bot.delivery.editor import Editor
from bot.delivery.regular_posts import RegularPosts
from bot.quotes.regular_choice import RegularChoice
from bot.quotes.renderer import open_renderer
from bot.quotes.service import Quotes
from sandbox.entities import Channel, Message
from sandbox.faults import Rule
from tests.clock import START
from tests.cogs.stage import MESSAGES, Stage, interview, labels, read, stage
from tests.cogs.test_quotes import ATTACH_FILES, SEA, SEND_MESSAGES, SNOW
from tests.delivery.fakes import FreePace
from tests.openapi import Checker
from tests.ui.limits import walk

ON_THIS_DAY, QUOTE, ARCHIVE = RegularSort
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
LONG_AGO = datetime(2020, 6, 1, tzinfo=UTC)
SEND = r"POST /channels/\d+/messages$"

WORDS = (
    SEA,
    SNOW,
    "I keep a notebook of every street that I have ever been lost in, and I have never been sorry.",
)


@dataclass
class Rhythm:
    """A bot that posts by the clock; ``restart`` makes all but its store and its Discord anew."""

    stage: Stage
    quotes: Quotes
    posts: RegularPosts = field(init=False)
    announcer: Announcer = field(init=False)
    editor: Editor = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        one, pace = self.stage, FreePace()
        port = RestPort(one.client, DiscordTime(one.clock), None, self.quotes)
        self.announcer = Announcer(one.store, port, one.clock, random.Random(1), pace)
        self.editor = Editor(one.store, port, one.clock, random.Random(1), pace)
        choice = RegularChoice(one.store, self.quotes.of)
        self.posts = RegularPosts(one.store, choice, one.clock, one.roused.set)

    async def add(
        self, sort: RegularSort, times: RegularTimes, channel: Channel | None = None
    ) -> None:
        where = channel or self.stage.channel
        new = Subscription(0, self.stage.guild.id, where.id, None, self.stage.admin.id, START)
        await self.stage.store.regular_posts.put(
            RegularPost(new, sort, times, self.stage.clock.now())
        )

    async def zone(self, name: str) -> None:
        await self.stage.store.guilds.edit(
            self.stage.guild.id, lambda one: type(one)(one.id, name, one.doubt)
        )

    async def live(self, passing: timedelta, step: timedelta = HOUR) -> list[datetime]:
        """Let time pass; when something was posted in the channel."""
        posted, there = [], len(self.stage.channel.messages)
        ends = self.stage.clock.now() + passing
        while self.stage.clock.now() < ends:
            await self.stage.clock.advance(step.total_seconds())
            await self.posts.work()
            await self.announcer.drain()
            now = len(self.stage.channel.messages)
            posted += [self.stage.clock.now()] * (now - there)
            there = now
        return posted

    @property
    def messages(self) -> list[Message]:
        return list(self.stage.channel.messages.values())


@contextlib.asynccontextmanager
async def posting(
    folder: Path, monkeypatch: pytest.MonkeyPatch, checker: Checker, *, page: bool = False
) -> AsyncIterator[Rhythm]:
    async def fetch(url: str) -> bytes:
        raise FetchError("fetch.missing", status=404)

    async with (
        stage(folder, monkeypatch, checker, page=page) as made,
        open_renderer(folder / "quotes", fetch, made.clock) as renderer,
    ):
        source = MESSAGES.text()("quote.source")
        quotes = Quotes(made.store, made.index, renderer, random.Random(1), source=source)
        yield Rhythm(made, quotes)


@pytest.fixture
async def rhythm(
    folder: Path, monkeypatch: pytest.MonkeyPatch, strict_checker: Checker
) -> AsyncIterator[Rhythm]:
    async with posting(folder, monkeypatch, strict_checker) as made:
        yield made


def quotable(number: int, *texts: str, **changes: Any) -> Interview:
    turns = tuple(
        Turn(place, f"Question {place}?", (Answer("Seoyun", text),))
        for place, text in enumerate(texts, 1)
    )
    changes = {"published_at": LONG_AGO + number * DAY, **changes}
    return interview(number, transcript=Transcript("An intro.", turns, ""), **changes)


def on(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def said_of(message: Message) -> str:
    """What stands for a quote's picture."""
    (picture,) = [part for part in walk(message.components) if part["type"] == 12]
    return str(picture["items"][0]["description"])


async def test_on_this_day_comes_at_its_hour_on_the_day_alone(rhythm: Rhythm) -> None:
    await rhythm.zone("Asia/Seoul")
    await rhythm.stage.publish(
        interview(1, published_at=on("2021-03-03T02:00")), interview(2, published_at=START - DAY)
    )
    await rhythm.add(ON_THIS_DAY, RegularTimes(18))
    # The clock begins at 21:00 in Seoul on the 1st.
    assert await rhythm.live(6 * DAY) == [on("2026-03-03T09:00")]
    (message,) = rhythm.messages
    assert read(message).splitlines()[0] == "-# **On this day, 5 years ago**"
    assert "Interview No. 1 with Han Seoyun" in read(message)
    assert labels(message) == ["Read here", "Open on KCrush"]
    (sent,) = [one for one in rhythm.stage.sandbox.requests if one.path.endswith("/messages")]
    assert sent.json["allowed_mentions"]["parse"] == []
    assert "enforce_nonce" in sent.json


async def test_a_quote_comes_every_day_as_a_picture_and_never_the_same(rhythm: Rhythm) -> None:
    await rhythm.stage.publish(quotable(1, SEA, SNOW), quotable(2, "No.", WORDS[2]))
    await rhythm.add(QUOTE, RegularTimes(9))
    first, second, third = await rhythm.live(12 * DAY, 3 * HOUR)
    assert (first, second) == (on("2026-03-02T09:00"), on("2026-03-03T09:00"))
    # The other words of an interview wait for a week.
    assert third in (first + 7 * DAY, second + 7 * DAY)
    quoted = [next(words for words in WORDS if words in said_of(one)) for one in rhythm.messages]
    assert sorted(quoted) == sorted(WORDS)
    for message in rhythm.messages:
        assert read(message).splitlines()[0] == "-# **Quote of the day**"
        assert labels(message) == ["Read it", "Open on KCrush"]
        (attachment,) = message.attachments
        data = rhythm.stage.sandbox.world.files[int(attachment["id"])][2]
        assert Image.open(io.BytesIO(data)).size == (1080, 1080)


async def test_where_nothing_may_be_attached_a_quote_is_words(rhythm: Rhythm) -> None:
    one = rhythm.stage
    changed = one.client.wait_for("guild_channel_update", timeout=10)
    own_id = one.client.application_id or 0
    one.sandbox.world.set_overwrite(one.channel, own_id, deny=ATTACH_FILES)
    await changed
    await rhythm.stage.publish(quotable(1, SEA))
    await rhythm.add(QUOTE, RegularTimes(9, 0))
    await rhythm.live(DAY)
    (message,) = rhythm.messages
    assert message.attachments == []
    assert f"> {SEA}" in read(message)
    assert read(message).splitlines()[0] == "-# **Quote of the week**"


async def test_from_the_archive_is_never_what_the_server_saw_within_a_year(
    rhythm: Rhythm,
) -> None:
    await rhythm.stage.publish(*(interview(n, published_at=LONG_AGO) for n in range(1, 4)))
    await rhythm.add(ARCHIVE, RegularTimes(12, 6))
    posted = await rhythm.live(8 * WEEK, WEEK)
    assert posted == [on("2026-03-08T12:00"), on("2026-03-15T12:00"), on("2026-03-22T12:00")]
    titles = [read(message).splitlines()[1] for message in rhythm.messages]
    assert len(set(titles)) == 3
    assert read(rhythm.messages[0]).splitlines()[0] == "-# **From the archive**"
    # A year later the one that was shown first comes again.
    assert await rhythm.live(45 * WEEK, WEEK) == []
    await rhythm.live(WEEK, WEEK)
    again = [read(message).splitlines()[1] for message in rhythm.messages]
    assert len(again) == 4
    assert again[3] == titles[0]


async def test_a_day_missed_is_made_up_for_until_its_end_and_days_lost_are_lost(
    rhythm: Rhythm,
) -> None:
    await rhythm.stage.publish(*(interview(n, published_at=LONG_AGO) for n in range(1, 9)))
    await rhythm.add(ARCHIVE, RegularTimes(18))
    # The bot was down from the 1st on. It is the 4th, 22:00.
    await rhythm.stage.clock.advance(timedelta(days=3, hours=10).total_seconds())
    assert await rhythm.live(2 * DAY) == [
        on(f"2026-03-0{n}") for n in ("4T23:00", "5T18:00", "6T18:00")
    ]


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 503}, {"drop": True}])
async def test_killed_or_cut_off_amid_a_send_it_stands_once(
    rhythm: Rhythm, fault: dict[str, Any]
) -> None:
    await rhythm.stage.publish(*(quotable(n, SEA, SNOW) for n in range(1, 4)))
    await rhythm.add(QUOTE, RegularTimes(18))
    rhythm.stage.sandbox.faults.add(Rule(match=SEND, times=1, when="after", **fault))
    await rhythm.live(6 * HOUR)
    assert len(rhythm.messages) == 1
    rhythm.restart()
    # And later than Discord knows the nonce: it is looked for in the channel.
    assert await rhythm.live(2 * HOUR) == []
    assert len(rhythm.messages) == 1


async def test_a_clock_that_is_set_brings_no_day_twice(
    rhythm: Rhythm, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rhythm.stage.publish(*(interview(n, published_at=LONG_AGO) for n in range(1, 9)))
    await rhythm.add(ARCHIVE, RegularTimes(18))
    assert len(await rhythm.live(7 * HOUR)) == 1
    right: Callable[[], datetime] = rhythm.stage.clock.now
    for wrong in (-DAY, -HOUR, DAY, 0 * DAY):
        monkeypatch.setattr(rhythm.stage.clock, "now", lambda by=wrong: right() + by)
        await rhythm.posts.work()
        await rhythm.posts.work()
        await rhythm.announcer.drain()
    # A day ahead for a moment, tomorrow's came early; it doesn't come again.
    assert len(rhythm.messages) == 2
    assert await rhythm.live(DAY) == []
    assert len(await rhythm.live(DAY)) == 1


async def test_what_discord_could_not_take_that_day_is_not_posted_on_the_next(
    rhythm: Rhythm,
) -> None:
    await rhythm.stage.publish(*(interview(n, published_at=LONG_AGO) for n in range(1, 9)))
    await rhythm.add(ARCHIVE, RegularTimes(18))
    # From 18:00 to 23:00, each hour once.
    rhythm.stage.sandbox.faults.add(Rule(match=SEND, times=6, status=503, when="before"))
    posted = await rhythm.live(40 * HOUR)
    assert [one.date().day for one in posted] == [2]


async def test_a_withdrawn_interview_says_so_in_its_post(rhythm: Rhythm) -> None:
    (card, quoted) = await rhythm.stage.publish(
        interview(1, published_at=on("2021-03-01T02:00")), quotable(2, SEA)
    )
    await rhythm.add(ON_THIS_DAY, RegularTimes(18))
    await rhythm.add(QUOTE, RegularTimes(18))
    await rhythm.live(7 * HOUR)
    before = {message.id: read(message) for message in rhythm.messages}
    assert len(before) == 2
    async with rhythm.stage.store.transaction() as tx:
        for id_ in (card, quoted):
            await tx.interviews.withdraw(id_, rhythm.stage.clock.now())
    while await rhythm.editor.edit_due():
        pass
    for message in rhythm.messages:
        assert read(message).startswith("~~Interview No. ")
        assert labels(message) == []


async def test_a_channel_that_refuses_cards_gets_words(rhythm: Rhythm) -> None:
    await rhythm.stage.publish(interview(1, published_at=on("2021-03-01T02:00")))
    await rhythm.add(ON_THIS_DAY, RegularTimes(18))
    rhythm.stage.sandbox.faults.add(
        Rule(match=SEND, times=1, status=400, code=50035, when="before")
    )
    await rhythm.live(7 * HOUR)
    (message,) = rhythm.messages
    assert message.content.startswith("On this day, 5 years ago\n")
    assert "https://kcrush.example/interview-1/" in message.content


async def test_who_set_it_up_hears_of_a_channel_that_is_closed_and_nothing_is_made_up_for(
    rhythm: Rhythm,
) -> None:
    stage, world = rhythm.stage, rhythm.stage.sandbox.world
    await stage.publish(*(interview(n, published_at=LONG_AGO) for n in range(1, 9)))
    await rhythm.add(ARCHIVE, RegularTimes(18))
    own_id = stage.client.application_id or 0
    world.set_overwrite(stage.channel, own_id, deny=SEND_MESSAGES)
    assert await rhythm.live(3 * DAY) == []
    port = RestPort(stage.client)
    notifier = AdminNotifier(stage.store, port, stage.clock, random.Random(1), FreePace())
    await notifier.work()
    (message,) = [
        one for place in world.channels.values() if place.is_dm for one in place.messages.values()
    ]
    assert "I can't post the regular posts in" in read(message)
    assert "they go on by themselves with the next one" in read(message)
    world.set_overwrite(stage.channel, own_id)
    # The probe in wait is that day's own post; of the days before nothing comes.
    assert len(await rhythm.live(DAY)) == 1
    assert len(await rhythm.live(DAY)) == 1
