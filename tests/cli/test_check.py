"""What ``check`` says of a moved feed, of a wrong clock and of interviews that were withheld; and
``announce``."""

import time
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.clock import SystemClock
from bot.core.model import DeliveryState
from bot.store import open_store
from sandbox import Sandbox
from sandbox.site import SampleSite
from tests.process import Ended, pointed_at, run_verb
from tests.store.rows import add_subscription


async def check(folder: Path, **env: str) -> tuple[int, dict[str, str]]:
    """The exit code, and by their first words the lines with their verdicts."""
    ended = await run_verb(folder, "check", env=env)
    assert "Traceback" not in ended.err
    split = [(line[:6].strip(), *line[6:].partition(": ")) for line in ended.out.splitlines()]
    return ended.code, {
        what.split(" ")[0]: f"{verdict} {detail}" for verdict, what, _, detail in split
    }


# ---------------------------------------------------------------- a feed that moved


@pytest.mark.parametrize("closed", [False, True], ids=["it redirects", "it is gone by now"])
async def test_check_shows_where_a_feed_moved(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite, closed: bool
) -> None:
    old = f"{sample_site.url}/old/feed/"
    env = pointed_at(discord_here, old, POLL_INTERVAL="60")
    sample_site.fail(301, match="^/old/feed/", headers={"Location": sample_site.feed_url})
    if closed:
        assert (await run_verb(tmp_path, "poll", env=env)).code == 0
        sample_site.heal()
        sample_site.fail(410, match="^/old/feed/")
    code, lines = await check(tmp_path, **env)
    assert code == 0
    assert lines["feed"] == (
        f"ok reachable, 10 interviews in it. It moved for good: in FEED_URL, put "
        f"{sample_site.feed_url} in the place of this address."
    )


async def test_check_finds_nothing_moved_where_nothing_did(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    _, lines = await check(tmp_path, **pointed_at(discord_here, sample_site.feed_url))
    assert lines["feed"].endswith("reachable, 10 interviews in it")


async def test_a_feed_that_moved_and_is_nowhere_fails(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    old = f"{sample_site.url}/old/feed/"
    env = pointed_at(discord_here, old, POLL_INTERVAL="60")
    sample_site.fail(301, match="^/old/feed/", headers={"Location": sample_site.feed_url})
    assert (await run_verb(tmp_path, "poll", env=env)).code == 0
    sample_site.heal()
    sample_site.fail(410, match="/feed/")
    code, lines = await check(tmp_path, **env)
    assert code == 1
    assert lines["feed"].startswith("FAIL ")


# ---------------------------------------------------------------- the clock


@pytest.mark.parametrize(
    ("ahead", "words"),
    [(420.0, "7 minutes ahead of Discord's"), (-120.0, "2 minutes behind Discord's"), (3.0, None)],
)
async def test_check_shows_a_wrong_clock(
    tmp_path: Path,
    discord_here: Sandbox,
    sample_site: SampleSite,
    ahead: float,
    words: str | None,
) -> None:
    discord_here.world.clock = lambda: time.time() - ahead
    code, lines = await check(tmp_path, **pointed_at(discord_here, sample_site.feed_url))
    if words is None:
        assert (code, "clock" in lines) == (0, False)
        return
    assert code == 1
    assert lines["clock"] == (
        f"FAIL this machine's is {words}, so digests and quiet hours keep the wrong time. "
        "Set it, best by NTP."
    )
    assert lines["Discord"].startswith("ok ")


# ---------------------------------------------------------------- interviews that were withheld


async def withhold(folder: Path, site: SampleSite) -> dict[str, str]:
    """A channel, and ten interviews of the past that are in the feed at once."""
    env = {"FEED_URL": site.feed_url, "POLL_INTERVAL": "60"}
    assert (await run_verb(folder, "poll", env=env)).code == 0
    async with open_store(_database(folder), SystemClock()) as store:
        await add_subscription(store, 1, 10, None, 1)
    newest = max(post.date for post in site.posts)
    for number in range(10):
        site.publish_new(
            title=f"Talk {number}",
            body="<p>Words.</p>",
            date=newest + timedelta(minutes=number + 1),
        )
    return env


def _database(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder}/data/kcrush.db"


async def pending(folder: Path) -> int:
    async with open_store(_database(folder), SystemClock()) as store:
        return (await store.outbox.counts())[DeliveryState.PENDING]


async def announce(folder: Path, *ids: str, **env: str) -> Ended:
    return await run_verb(folder, "announce", *ids, env=env)


async def test_what_was_withheld_is_shown_and_announced_once(
    tmp_path: Path, sample_site: SampleSite
) -> None:
    env = await withhold(tmp_path, sample_site)
    polled = await run_verb(tmp_path, "poll", env=env)
    ids = " ".join(map(str, range(11, 21)))
    assert f"python -m bot announce {ids}" in polled.err
    assert polled.out.endswith(
        "10 new, 0 updated, 0 announcements to send; 10 are withheld, see kcrush-bot check\n"
    )
    assert await pending(tmp_path) == 0
    _, lines = await check(tmp_path, **env)
    assert lines["announcements"] == (
        "ok 10 interviews were stored and not announced, for so many at once look like old ones "
        f"under new addresses. If they are new, announce them: python -m bot announce {ids}"
    )
    done = await announce(tmp_path, "11", "12", **env)
    assert (done.code, done.out) == (
        0,
        "2 interviews will be announced. The running bot begins within a minute.\n",
    )
    assert await pending(tmp_path) == 2
    for _ in range(2):
        done = await announce(tmp_path, "11", "12", "1", "99", **env)
        assert done.code == 1
        assert done.err == (
            "None of these interviews is withheld; what was announced is not announced again. "
            "kcrush-bot check shows those that are.\n"
        )
    assert await pending(tmp_path) == 2
    _, lines = await check(tmp_path, **env)
    assert lines["announcements"].startswith("ok 8 interviews")


@pytest.mark.parametrize("ids", [[], ["x"], ["0"], [str(2**63)]])
async def test_announce_wants_ids(tmp_path: Path, ids: list[str]) -> None:
    ended = await run_verb(tmp_path, "announce", *ids)
    assert ended.code == 2
    assert "Usage: kcrush-bot announce" in ended.err


async def test_check_finds_nothing_withheld_where_nothing_is(
    tmp_path: Path, sample_site: SampleSite
) -> None:
    env = {"FEED_URL": sample_site.feed_url, "POLL_INTERVAL": "60"}
    await run_verb(tmp_path, "poll", env=env)
    _, lines = await check(tmp_path, **env)
    assert "announcements" not in lines
