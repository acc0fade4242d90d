"""``backup`` and ``restore``, and what a second bot is told, as operators meet them."""

import os
from pathlib import Path

import pytest

from bot.cli.demo import furnish
from bot.core.clock import SystemClock
from bot.core.instance import locks_of_file, only_instance
from bot.store import open_store
from sandbox import Sandbox
from sandbox.site import SampleSite
from tests.process import pointed_at, run_verb, running
from tests.store.rows import add_subscription
from tests.test_process import seeded, subscribe, text_of

pytestmark = pytest.mark.sqlite


async def test_a_running_bot_is_backed_up_and_nobody_else_runs_or_sends_beside_it(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    env = pointed_at(discord_here, sample_site.feed_url)
    stage = furnish(discord_here)
    async with running(tmp_path, env) as bot:
        await subscribe(discord_here, stage)
        await seeded(sample_site)

        copied = await run_verb(tmp_path, "backup", "copies/monday.db", env=env)
        refused = await run_verb(tmp_path, "restore", "copies/monday.db", "--force", env=env)
        second = await run_verb(tmp_path, "run", env=env)
        sample_site.publish()
        await discord_here.wait_for_message(stage.interviews, timeout=60)
        polled = await run_verb(tmp_path, "poll", env=env)

        holder = f"process {bot.process.pid}, since "
        assert (copied.code, copied.err) == (0, "")
        assert copied.out.startswith("Copied the database to copies/monday.db (")
        for ended in (refused, second):
            assert ended.code == 1
            assert ended.err.splitlines()[-1].startswith(f"The bot is running already ({holder}")
        assert polled.code == 0
        assert await bot.stop() == 0
    assert len(stage.interviews.messages) == 1

    kept = await run_verb(tmp_path, "restore", "copies/monday.db", env=env)
    restored = await run_verb(tmp_path, "restore", "copies/monday.db", "--force", env=env)

    assert (kept.code, kept.out) == (1, "")
    assert kept.err.endswith(
        "With --force the copy replaces it, and the current one is kept beside it.\n"
    )
    assert (restored.code, restored.err) == (0, "")
    assert (tmp_path / "data" / "kcrush.db.replaced").exists()


async def test_a_backup_needs_a_database_and_a_copy_of_one(tmp_path: Path) -> None:
    nothing = await run_verb(tmp_path, "backup", "copy.db")
    (tmp_path / "list.txt").write_text("milk, bread")
    no_copy = await run_verb(tmp_path, "restore", "list.txt")

    assert (nothing.code, nothing.err) == (
        1,
        f"There's no file {tmp_path}/data/kcrush.db. Check the path for a typo.\n",
    )
    assert (no_copy.code, no_copy.err) == (
        1,
        "The file list.txt isn't a copy of this bot's database. Nothing was changed. Check that "
        "it's the file you mean.\n",
    )


async def test_a_poll_says_that_the_running_bot_sends_what_is_due(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    env = pointed_at(discord_here, sample_site.feed_url)
    stage = furnish(discord_here)
    database = tmp_path / "data" / "kcrush.db"
    first = await run_verb(tmp_path, "poll", env=env)
    async with open_store(f"sqlite+aiosqlite:///{database}", SystemClock()) as store:
        await add_subscription(store, stage.guild.id, stage.interviews.id, None, stage.admin.id)
    post = sample_site.publish()

    with only_instance(locks_of_file(database, discord_here.token)):
        beside = await run_verb(tmp_path, "poll", env=env)
    unsent = list(stage.interviews.messages)
    alone = await run_verb(tmp_path, "poll", env=env)

    assert (first.code, beside.code, alone.code) == (0, 0, 0)
    assert beside.err.startswith(
        f"The announcements are sent by the bot that is running (process {os.getpid()}, since "
    )
    assert unsent == []
    assert post.title in text_of(stage.interviews)
