"""The doctor: what ``check`` says of each thing, and that it changes nothing; and ``announce``."""

import asyncio
import json
import shutil
import sys
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot import __version__
from bot.cli.check import check_all
from bot.cli.findings import CheckContext, CheckVerdict, Finding
from bot.cli.local_checks import check_disk, check_versions
from bot.core.clock import SystemClock
from bot.core.i18n import load_messages
from bot.core.model import DeliveryState
from bot.core.settings import load_settings
from bot.store import open_store
from bot.store.engine import open_database
from sandbox import Sandbox
from sandbox.site import SampleSite
from tests.feeds import Item, rss
from tests.process import Ended, pointed_at, run_verb, running
from tests.store.rows import add_subscription
from tests.store.samples import database_url
from tests.web.port import logged


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
        "note reachable, 10 interviews in it; unchanged, it is not sent again; its archive can be "
        f"read by REST; it moved for good: in FEED_URL, put {sample_site.feed_url} in the place of "
        "this address."
    )


async def test_check_finds_nothing_moved_where_nothing_did(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    _, lines = await check(tmp_path, **pointed_at(discord_here, sample_site.feed_url))
    assert lines["feed"].endswith("its archive can be read by REST")


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
        assert (code, lines["clock"]) == (0, "ok as Discord's")
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
    async with open_store(database_url(folder / "data"), SystemClock()) as store:
        await add_subscription(store, 1, 10, None, 1)
    newest = max(post.date for post in site.posts)
    for number in range(10):
        site.publish_new(
            title=f"Talk {number}",
            body="<p>Words.</p>",
            date=newest + timedelta(minutes=number + 1),
        )
    return env


async def pending(folder: Path) -> int:
    async with open_store(database_url(folder / "data"), SystemClock()) as store:
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


# ---------------------------------------------------------------- the machine


async def settled(folder: Path, sandbox: Sandbox, site: SampleSite) -> dict[str, str]:
    """A database and an index as a poll leaves them."""
    env = pointed_at(sandbox, site.feed_url)
    assert (await run_verb(folder, "poll", env=env)).code == 0
    assert (await run_verb(folder, "search", "music", env=env)).code == 0
    return env


def snapshot(folder: Path) -> dict[str, tuple[float, bytes]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


async def test_check_of_a_bot_in_use_finds_all_well_and_changes_nothing(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    env = await settled(tmp_path, discord_here, sample_site)
    before, requests = snapshot(tmp_path), len(discord_here.world.commands)
    code, lines = await check(tmp_path, **env)
    assert code == 0
    assert snapshot(tmp_path) == before
    assert len(discord_here.world.commands) == requests
    assert {line.split()[0] for line in lines.values()} == {"ok"}
    assert lines["search"] == "ok in step with the database"
    assert lines["running"] == "ok none on this machine, on this database or with this token"
    assert lines["sessions"] == "ok 1,000 of 1,000 may still be started today"
    assert lines["typeface"] == "ok there"
    assert lines["disk"].endswith("iB free")
    assert lines["versions"].startswith(f"ok kcrush-bot {__version__}, Python 3.")


async def test_check_names_the_bot_that_runs(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    env = pointed_at(discord_here, sample_site.feed_url)
    async with running(tmp_path, env) as bot:
        await discord_here.wait_ready(timeout=60)
        _, lines = await check(tmp_path, **env)
        assert lines["running"].startswith(f"ok process {bot.process.pid}, since 20")
        assert lines["database"].startswith("ok writable and whole")
        bot.kill()
        await bot.ended()
    _, lines = await check(tmp_path, **env)
    assert lines["running"].startswith("ok none on this machine")


@pytest.mark.sqlite
@pytest.mark.skipif(sys.version_info < (3, 12), reason="its sqlite3 can't leave the log alone")
async def test_check_leaves_what_a_killed_bot_left(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    env = pointed_at(discord_here, sample_site.feed_url)
    async with running(tmp_path, env) as bot:
        await discord_here.wait_ready(timeout=60)
        await logged(bot.log, "feed.seeded")
        bot.kill()
        await bot.ended()
    # SQLite's index of its log, beside it, is memory that processes share.
    before = {name: was for name, was in snapshot(tmp_path).items() if "-shm" not in name}
    code, _ = await check(tmp_path, **env)
    assert code == 0
    assert before.items() <= snapshot(tmp_path).items()


async def test_check_finds_an_index_behind_and_one_of_others(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    env = await settled(tmp_path, discord_here, sample_site)
    async with open_database(database_url(tmp_path / "data"), SystemClock()) as database:
        await database.transact(
            lambda tx: tx.execute(sa.text("UPDATE database SET revision = revision + 1"))
        )
    code, lines = await check(tmp_path, **env)
    assert (code, lines["search"].split()[:2]) == (0, ["note", "behind"])
    shutil.rmtree(tmp_path / "data" / "index")
    (tmp_path / "data" / "index").mkdir()
    (tmp_path / "data" / "index" / "thesis.doc").write_text("mine")
    code, lines = await check(tmp_path, **env)
    assert (code, lines["search"].split()[0]) == (1, "FAIL")


@pytest.mark.sqlite
async def test_check_reads_the_database_to_its_end(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    """A page that is torn shows with the first statement that reads it, which may be in a year."""
    env = await settled(tmp_path, discord_here, sample_site)
    file = tmp_path / "data" / "kcrush.db"
    content = bytearray(file.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 2048] = b"\x5a" * 2048
    file.write_bytes(content)
    code, lines = await check(tmp_path, **env)
    assert code == 1
    assert lines["database"].startswith(f"FAIL The database {file} is damaged (")
    assert "put back the last copy" in lines["database"]


# ---------------------------------------------------------------- the site and Discord


async def test_check_says_what_a_site_lacks(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    sample_site.fail(404, match="/wp-json/")
    sample_site.serve(rss([Item(1)]), content_type="application/rss+xml")
    code, lines = await check(tmp_path, **pointed_at(discord_here, sample_site.feed_url))
    assert code == 0
    assert lines["feed"] == (
        "ok reachable, 1 interview in it; the site sends all of it at each poll; "
        "no REST, so its archive is read page by page"
    )


@pytest.mark.parametrize(
    ("portal", "line", "verdict", "words"),
    [
        ({"interactions_endpoint_url": "https://x.example/"}, "application", "FAIL", "Empty it"),
        ({"bot_require_code_grant": True}, "application", "FAIL", "Switch it off"),
        ({"bot_public": False}, "application", "note", "only its owner can add the bot"),
    ],
)
async def test_check_reads_the_developer_portal(
    tmp_path: Path,
    discord_here: Sandbox,
    sample_site: SampleSite,
    portal: dict[str, Any],
    line: str,
    verdict: str,
    words: str,
) -> None:
    discord_here.world.application.portal.update(portal)
    code, lines = await check(tmp_path, **pointed_at(discord_here, sample_site.feed_url))
    assert code == (1 if verdict == "FAIL" else 0)
    assert lines[line].split()[0] == verdict
    assert words in lines[line]


async def test_check_as_json(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    env = pointed_at(discord_here, sample_site.feed_url, BACKFILL="maybe")
    ended = await run_verb(tmp_path, "check", "--json", env=env)
    assert (ended.code, ended.err) == (1, "")
    found = json.loads(ended.out)
    assert {(one["check"], one["verdict"]) for one in found} >= {
        ("settings", "failed"),
        ("database", "ok"),
        ("feed", "ok"),
        ("discord", "ok"),
        ("clock", "ok"),
    }
    (feed,) = [one for one in found if one["check"] == "feed"]
    assert feed["about"] == sample_site.feed_url
    assert feed["detail"].startswith("reachable, 10 interviews in it")


async def test_a_check_that_breaks_ends_none_of_the_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def breaks(_: CheckContext) -> AsyncIterator[Finding]:
        raise RuntimeError("no such luck")

    monkeypatch.setattr(
        "bot.cli.check.CHECKS",
        {"disk": (breaks, frozenset()), "versions": (check_versions, frozenset())},
    )
    settings = load_settings(None, data_dir=tmp_path)
    assert await check_all(settings, {}, load_messages()) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first == (
        "FAIL  disk: this could not be checked (RuntimeError: no such luck). "
        "The other checks hold; please report it."
    )
    assert second.startswith("ok    versions: ")


def test_a_full_disk_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=100 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    settings, messages = load_settings(None, data_dir=tmp_path / "data"), load_messages()
    context = CheckContext(settings, {}, messages, messages.text())

    async def found() -> list[Finding]:
        return [finding async for finding in check_disk(context)]

    (finding,) = asyncio.run(found())
    assert finding.verdict is CheckVerdict.FAILED
    assert finding.detail == (
        f"only 100.0 MiB are free at {tmp_path}, and copies of the database may take 200.0 MiB. "
        "Make room, or set BACKUPS lower."
    )
