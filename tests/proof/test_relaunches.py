"""What a relaunch, a flood and another FEED_URL come to in the channels, end to end."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.clock import START
from tests.feeds import Item
from tests.openapi import Checker
from tests.proof.newsroom import open_newsroom

DAY = timedelta(days=1)
CHANNELS = 2


def items(first: int, last: int) -> list[Item]:
    """The newest first, of a day each, and long ago."""
    return [
        Item(number, body=f"<p>Text {number}.</p>", date=START - 900 * DAY + number * DAY)
        for number in range(last, first - 1, -1)
    ]


def relaunched(one: Item) -> Item:
    return replace(one, guid=f"new-{one.number}", url=f"https://kc.example/new/{one.number}/")


async def test_ten_old_interviews_under_new_guids_and_links_are_not_announced(
    folder: Path, strict_checker: Checker
) -> None:
    async with open_newsroom(folder, observer=strict_checker) as room:
        await room.subscribe(CHANNELS)
        assert await room.polled(items(1, 10)) == 0
        assert await room.polled([relaunched(one) for one in items(1, 10)]) == 0
        newest = relaunched(items(11, 11)[0])
        assert await room.polled([newest, *(relaunched(one) for one in items(2, 10))]) == CHANNELS
        assert room.each_once([11])


async def test_a_flood_is_announced_once_the_operator_says_so(
    folder: Path, strict_checker: Checker
) -> None:
    async with open_newsroom(folder, observer=strict_checker) as room:
        await room.subscribe(CHANNELS)
        assert await room.polled(items(1, 10)) == 0
        room.feed(items(101, 110))
        report = await room.poll()
        assert (len(report.withheld_ids), room.messages()) == (10, 0)
        for _ in range(2):
            await room.app.store.backlog.announce(report.withheld_ids, room.app.clock.now())
            await room.app.announcer.drain()
        assert room.each_once(range(101, 111))


async def test_after_a_change_of_the_address_what_was_published_meanwhile_comes(
    folder: Path, strict_checker: Checker
) -> None:
    """The second site has another port; its articles other GUIDs and links."""
    async with open_newsroom(folder, observer=strict_checker) as room:
        assert await room.polled(items(1, 10)) == 0
    async with open_newsroom(folder, observer=strict_checker) as room:
        await room.subscribe(CHANNELS)
        newest = Item(11, body="<p>News.</p>", date=room.app.clock.now())
        room.feed([relaunched(one) for one in [newest, *items(2, 10)]])
        assert (await room.poll()).seeded_now
        assert room.each_once([11])
