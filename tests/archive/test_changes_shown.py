"""An edit, a new slug, the trash: what store, search and channel show, with the whole bot."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Protocol

import pytest

from bot.store.edits import EDIT_PAUSE
from sandbox.site import SampleSite
from tests.proof.newsroom import Newsroom, open_newsroom
from tests.proof.warp import WarpClock
from tests.store.rows import stored_interview
from tests.wordpress import FEED, needs_scripts, needs_wordpress, script

CHANNELS = 2
WITHDRAWN = "KCrush has removed this interview from its site."
BODY = "<p><strong>What is a {word}?</strong></p><p>A {word} is a thing, they say.</p>"


class Site(Protocol):
    """A site on which one interview is published, and what becomes of it."""

    async def publish(self, title: str) -> None: ...
    async def edit(self, title: str, append: str) -> None: ...
    async def move(self, slug: str) -> None: ...
    async def remove(self, *, for_good: bool) -> None: ...


class Sample:
    def __init__(self, site: SampleSite) -> None:
        self._site = site
        self._slug = ""

    async def publish(self, title: str) -> None:
        self._slug = self._site.publish_new(title=title, body=BODY.format(word="wimple")).slug

    async def edit(self, title: str, append: str) -> None:
        self._site.edit(self._slug, title=title, append=append)

    async def move(self, slug: str) -> None:
        self._slug = self._site.edit(self._slug, new_slug=slug).slug

    async def remove(self, *, for_good: bool) -> None:
        (self._site.delete if for_good else self._site.trash)(self._slug)


class WordPress:
    def __init__(self) -> None:
        self.number = ""

    async def publish(self, title: str) -> None:
        # WordPress may run as another user, who may not look into a test's own folder.
        with NamedTemporaryFile("w", suffix=".html") as body:
            body.write(BODY.format(word="wimple"))
            body.flush()
            Path(body.name).chmod(0o644)
            options = ("--body", body.name, "--excerpt", "A few words.", "--tags", "wimples")
            self.number = str((await script("post.sh", title, *options))["id"])

    async def edit(self, title: str, append: str) -> None:
        await script("edit.sh", self.number, "--title", title, "--append", append)

    async def move(self, slug: str) -> None:
        await script("edit.sh", self.number, "--slug", slug)

    async def remove(self, *, for_good: bool) -> None:
        await script("trash.sh", self.number, *(["--delete"] if for_good else []))


async def look(room: Newsroom, clock: WarpClock, *, whole: bool = False) -> None:
    """The bot looks at its feed, or through the whole archive, and all that follows from it; so
    much later that a message may be edited again."""
    clock.skip(EDIT_PAUSE.total_seconds() + 1)
    app = room.app
    (feed,) = app.settings.feed_url
    if whole:
        assert app.backfill is not None
        await app.backfill.fill(feed)
    await room.poll()
    while await app.editor.edit_due():
        pass
    await app.index.sync(app.store)


async def hits(room: Newsroom, words: str) -> set[int]:
    return {hit.interview_id for hit in (await room.app.index.search(words)).hits}


def cards(room: Newsroom) -> list[str]:
    """All that stands in the channels."""
    return [
        json.dumps([message.components for message in channel.messages.values()])
        for channel in room.channels
    ]


async def play(room: Newsroom, clock: WarpClock, site: Site, *, for_good: bool) -> None:
    assert room.app.backfill is not None
    room.app.backfill._rate = 0
    await room.subscribe(CHANNELS)
    await look(room, clock, whole=True)
    assert room.messages() == 0

    await site.publish("Interview with Quillfeather")
    await look(room, clock)
    assert all("Quillfeather" in card for card in cards(room))
    (number,) = await hits(room, "Quillfeather")

    append = BODY.format(word="gallimaufry")
    await site.edit("Interview with Brindlewing", append)
    await look(room, clock)
    stored: Any = await room.app.store.interviews.get(number)
    assert stored.interview.title == "Interview with Brindlewing"
    assert await hits(room, "gallimaufry") == await hits(room, "Brindlewing") == {number}
    assert number not in await hits(room, "Quillfeather")
    assert all("Brindlewing" in card and "Quillfeather" not in card for card in cards(room))

    await site.move(f"brindlewing-{number}-moved")
    await look(room, clock)
    stored = await stored_interview(room.app.store, number)
    assert stored.interview.url.endswith(f"/brindlewing-{number}-moved/")
    assert all(f"/brindlewing-{number}-moved/" in card for card in cards(room))

    await site.remove(for_good=for_good)
    await look(room, clock, whole=True)
    stored = await stored_interview(room.app.store, number)
    assert stored.withdrawn_at is not None
    assert await hits(room, "gallimaufry") == set()
    assert all(WITHDRAWN in card for card in cards(room))
    assert room.messages() == CHANNELS


@pytest.mark.parametrize("for_good", [False, True], ids=["trashed", "deleted"])
async def test_what_becomes_of_an_interview_shows_everywhere(
    tmp_path: Path, for_good: bool
) -> None:
    clock = WarpClock()
    async with open_newsroom(tmp_path, clock=clock, now=clock.seconds) as room:
        await play(room, clock, Sample(room.site), for_good=for_good)


@pytest.mark.wordpress
@needs_wordpress[1]
@needs_scripts
@pytest.mark.parametrize("for_good", [False, True], ids=["trashed", "deleted"])
async def test_what_becomes_of_a_post_of_wordpress_shows_everywhere(
    tmp_path: Path, for_good: bool
) -> None:
    site, clock = WordPress(), WarpClock(datetime.now(UTC))
    try:
        async with open_newsroom(tmp_path, clock=clock, feed_url=FEED) as room:
            await play(room, clock, site, for_good=for_good)
    finally:
        if site.number:
            with suppress(AssertionError):
                await script("trash.sh", site.number, "--delete")
