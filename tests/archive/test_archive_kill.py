"""``backfill`` killed at any instants: complete in the end, no page asked for more than twice."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from bot.archive.service import Backfill
from bot.core.clock import SystemClock
from bot.core.feed_state import Validators
from bot.feed.fetch import NO_VALIDATORS, Fetched, Fetcher
from bot.feed.watcher import Watcher
from bot.store import Store
from sandbox.site import SAMPLE, SampleSite
from tests.archive.olden import CLOSED, close, old_posts
from tests.process import run_verb, running
from tests.store.rows import asked

KILLS = 5


class Killed(BaseException):
    """As SIGKILL to what asked: nothing of it runs any more."""


class Deadly:
    """A fetcher that is the end of who asks, where `ends` says so of an address; the request has
    reached the site by then."""

    def __init__(self, fetcher: Fetcher, ends: Callable[[str], bool]) -> None:
        self._fetcher = fetcher
        self._ends = ends

    async def get(
        self, url: str, validators: Validators = NO_VALIDATORS, *, trusted: bool = True
    ) -> Fetched:
        answer = await self._fetcher.get(url, validators, trusted=trusted)
        if self._ends(url):
            raise Killed
        return answer


@pytest.fixture
def site_data() -> Path:
    """The whole sample site: a feed of four pages."""
    return SAMPLE


@pytest.fixture
def make(site: SampleSite, store: Store, watcher: Watcher) -> Callable[[Deadly], Backfill]:
    """A backfill that asks through `fetcher`, as of a new process."""

    def make(fetcher: Deadly) -> Backfill:
        return Backfill(
            fetcher,
            store,
            SystemClock(),
            random.Random(1),
            feeds=[site.feed_url],
            agent="kcrush-bot",
            rate=0,
            poll=watcher.poll,
        )

    return make


async def filled(make: Callable[[Deadly], Backfill], fetcher: Deadly, url: str) -> int:
    """Begun anew after each kill, by a process that knows what the store knows; how often."""
    kills = 0
    while True:
        try:
            assert (await make(fetcher).fill(url)).finished
        except Killed:
            kills += 1
        else:
            return kills


def most_asked(site: SampleSite) -> int:
    """How often the page was asked for that was asked for most, but for the feed, which is polled
    too, and robots.txt, which whoever starts reads first unless it is known."""
    apart = ("/category/interviews/feed/", "/robots.txt")
    return max(Counter(seen.path for seen in site.log if seen.path not in apart).values())


async def test_five_kills(site: SampleSite, wanted: Callable[[], set[str]], tmp_path: Path) -> None:
    """The real program, ended by SIGKILL while it waits for one page or another."""
    old_posts(site, 100, name="Regular")
    env = {"FEED_URL": site.feed_url, "LOG_LEVEL": "warning"}
    for number in sorted(random.Random(1).sample(range(2, 13), KILLS)):
        async with running(tmp_path, env, "backfill", "--rate", "60") as bot:
            await site.wait_for(lambda seen: True, count=number, timeout=60)
            bot.kill()
            await bot.ended()
    ended = await run_verb(tmp_path, "backfill", "--rate", "0", env=env)
    assert ended.code == 0, ended.err
    data = tmp_path / "data"
    titles = {title for (title,) in await asked(data, "SELECT title FROM interviews")}
    assert await asked(data, "SELECT count(*) FROM deliveries") == [(0,)]
    assert titles == wanted()
    assert most_asked(site) <= 2


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("way", CLOSED)
async def test_five_kills_at_any_requests(
    way: str,
    seed: int,
    site: SampleSite,
    make: Callable[[Deadly], Backfill],
    fetcher: Fetcher,
    titles: Callable[[], Awaitable[set[str]]],
    wanted: Callable[[], set[str]],
) -> None:
    close(site, *CLOSED[way])
    numbers, asked = random.Random(seed).sample(range(12 if way == "paged" else 20), KILLS), []

    def ends(url: str) -> bool:
        asked.append(url)
        return len(asked) - 1 in numbers

    kills = await filled(make, Deadly(fetcher, ends), site.feed_url)
    assert kills == sum(number < len(asked) for number in numbers)
    assert await titles() == wanted()
    twice = Counter(url for number, url in enumerate(asked) if number in numbers)
    assert most_asked(site) <= max(2, 1 + max(twice.values()))


@pytest.mark.parametrize("times", [1, 2, 5])
async def test_killed_amid_the_same_request_again_and_again(
    times: int,
    site: SampleSite,
    make: Callable[[Deadly], Backfill],
    fetcher: Fetcher,
    titles: Callable[[], Awaitable[set[str]]],
    wanted: Callable[[], set[str]],
) -> None:
    """Posts that kill whoever asks for them are asked for twice, then in pieces."""
    old_posts(site, 60, name="Regular")
    ids = {str(post.id) for post in site.posts if post.title == "Interview with Regular 30"}
    asked = []

    def ends(url: str) -> bool:
        query = dict(parse_qsl(urlsplit(url).query))
        if query.get("per_page") == "20" and ids & set(query.get("include", "").split(",")):
            asked.append(url)
            return len(asked) <= times
        return False

    assert await filled(make, Deadly(fetcher, ends), site.feed_url) == min(times, 2)
    assert await titles() == wanted()
    assert most_asked(site) <= 2
