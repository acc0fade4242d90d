"""``backfill`` killed five times, each time amid another page: complete in the end, none asked
for more than twice."""

import sqlite3
from collections import Counter

import pytest
from tests.archive.olden import REST, SITEMAP, close, old_posts
from tests.process import run_verb, running

RATE = "50"


@pytest.mark.parametrize(
    ("closed", "kill_at"),
    [((), (3, 6, 8, 10, 12)), ((REST, "/feed/", SITEMAP), (4, 9, 20, 40, 70))],
)
async def test_five_kills(closed, kill_at, site, wanted, tmp_path):
    old_posts(site, 100, name="Regular")
    close(site, *closed)
    env = {"FEED_URL": site.feed_url, "LOG_LEVEL": "warning"}
    for number in kill_at:
        async with running(tmp_path, env, "backfill", "--rate", RATE) as bot:
            await site.wait_for(lambda seen: True, count=number, timeout=60)
            bot.kill()
            await bot.ended()
    ended = await run_verb(tmp_path, "backfill", "--rate", "0", **env)
    assert ended.code == 0, ended.err
    database = sqlite3.connect(tmp_path / "data" / "kcrush.db")
    try:
        titles = {title for (title,) in database.execute("SELECT title FROM interviews")}
        waiting = database.execute("SELECT count(*) FROM deliveries").fetchone()[0]
    finally:
        database.close()
    assert titles == wanted()
    assert waiting == 0
    asked = Counter(
        seen.path
        for seen in site.log
        if seen.status == 200 and seen.path != "/category/interviews/feed/"
    )
    assert max(asked.values()) <= 2, asked.most_common(3)
