"""What happens to a feed over the years, and how many messages come of it, end to end."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.feeds import Item
from tests.openapi import Checker
from tests.proof.newsroom import Newsroom, open_newsroom
from tests.store.rows import subscription_in

CHANNELS = 3


@pytest.fixture
async def room(folder: Path, strict_checker: Checker) -> AsyncIterator[Newsroom]:
    """Three channels, and a feed of five that was polled before."""
    async with open_newsroom(folder, observer=strict_checker) as room:
        await room.subscribe(CHANNELS)
        assert await room.polled(items()) == 0
        yield room


def items() -> list[Item]:
    return [Item(number) for number in range(5, 0, -1)]


async def test_the_first_poll_announces_nothing_and_the_next_new_one_once(room: Newsroom) -> None:
    feed = [Item(6), *items()]
    assert await room.polled(feed) == CHANNELS
    assert await room.polled(feed) == 0
    assert [len(channel.messages) for channel in room.channels] == [1] * CHANNELS


async def test_a_discussion_opens_as_soon_as_its_message_is_sent(room: Newsroom) -> None:
    channel, store = room.channels[0], room.app.store
    await store.subscriptions.edit(
        channel.guild_id or 0,
        await subscription_in(store, channel.guild_id or 0, channel.id),
        lambda one: replace(one, discussion=True),
    )
    extras = asyncio.create_task(room.app.extras.run())
    assert await room.polled([Item(6), *items()]) == CHANNELS
    opened = f"/channels/{channel.id}/messages/{max(channel.messages)}/threads"
    await room.sandbox.wait_until(
        lambda _: any(request.path == opened for request in room.sandbox.requests), timeout=10
    )
    extras.cancel()


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Interview 6, and now for something else"},
        {"body": "<p><strong>How were you?</strong></p><p>Worse.</p>"},
        {"url": "https://kc.example/a-better-slug/"},
        {"guid": "https://kc.example/?p=600"},
    ],
    ids=["title", "body", "slug", "guid-with-the-same-url"],
)
async def test_what_changes_of_an_announced_interview_announces_nothing(
    room: Newsroom, change: dict[str, Any]
) -> None:
    assert await room.polled([Item(6), *items()]) == CHANNELS
    assert await room.polled([replace(Item(6), **change), *items()]) == 0
    # Nor does the next change, of a row that may have got a new identity.
    assert await room.polled([replace(Item(6), **{**change, "title": "Once more"}), *items()]) == 0


@pytest.mark.parametrize(
    "change",
    [{"title": "Another title"}, {"url": "https://kc.example/moved/"}, {"guid": "new-5"}],
    ids=["title", "slug", "guid-with-the-same-url"],
)
async def test_what_changes_of_a_seeded_interview_announces_nothing(
    room: Newsroom, change: dict[str, Any]
) -> None:
    changed = [replace(Item(5), **change), *items()[1:]]
    assert await room.polled(changed) == 0


async def test_withdrawn_and_back_again(room: Newsroom) -> None:
    assert await room.polled([Item(6), *items()]) == CHANNELS
    assert await room.polled(items()) == 0
    assert await room.polled([Item(6), *items()]) == 0


async def test_two_articles_of_one_title_are_two(room: Newsroom) -> None:
    twins = [Item(7, title="Five questions"), Item(6, title="Five questions")]
    assert await room.polled([*twins, *items()]) == 2 * CHANNELS


async def test_a_backdated_post_is_announced(room: Newsroom) -> None:
    """Items all bear one date; this one stands at the end, as an old post does in a feed."""
    assert await room.polled([*items(), Item(0)]) == CHANNELS


async def test_a_feed_that_shuffles_its_order(room: Newsroom) -> None:
    rng = random.Random(3)
    for _ in range(5):
        shuffled = items()
        rng.shuffle(shuffled)
        assert await room.polled(shuffled) == 0
    feed = [Item(6), Item(7), *items()]
    rng.shuffle(feed)
    assert await room.polled(feed) == 2 * CHANNELS
    rng.shuffle(feed)
    assert await room.polled(feed) == 0


async def test_a_feed_that_repeats_an_item(room: Newsroom) -> None:
    assert await room.polled([Item(6), *items(), Item(6)]) == CHANNELS
    repeated = [Item(7), Item(7, title="Interview 7, again"), Item(6), Item(6), *items()]
    assert await room.polled(repeated) == CHANNELS


async def test_an_item_that_scrolled_out_and_comes_back(room: Newsroom) -> None:
    """A feed shows the latest few; an older one that appears again is no news."""
    feed = [Item(number) for number in range(9, 4, -1)]
    assert await room.polled(feed) == 4 * CHANNELS
    assert await room.polled([*items(), Item(9)]) == 0
