"""One running bot for one database and one token."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.core.instance import AlreadyRunningError, locks_of_file, only_instance


def test_a_second_bot_is_told_which_process_holds_the_database(tmp_path: Path) -> None:
    database = tmp_path / "new folder" / "kcrush.db"
    with (
        only_instance(locks_of_file(database, "token of one")),
        pytest.raises(AlreadyRunningError) as caught,
        only_instance(locks_of_file(database, "token of another")),
    ):
        pytest.fail("two bots run on one database")

    assert caught.value.key == "error.running.database"
    assert str(caught.value.args_by_name["holder"]).startswith(f"{os.getpid()}, since ")


def test_a_second_bot_with_the_same_token_is_refused_on_any_database(tmp_path: Path) -> None:
    with (
        only_instance(locks_of_file(tmp_path / "one.db", "the same token")),
        pytest.raises(AlreadyRunningError) as caught,
        only_instance(locks_of_file(tmp_path / "another.db", "the same token")),
    ):
        pytest.fail("two bots run with one token")

    assert caught.value.key == "error.running.token"


def test_afterwards_another_may_run_and_the_token_stands_in_no_file(tmp_path: Path) -> None:
    for _ in range(2):
        with only_instance(locks_of_file(tmp_path / "kcrush.db", "the-token")):
            files = [*tmp_path.iterdir()]
            assert all("the-token" not in file.name + file.read_text() for file in files)


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from bot.core.instance import locks_of_file, only_instance\n"
        "with only_instance(locks_of_file(Path(sys.argv[1]), 'a token')):\n"
        "    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    database = tmp_path / "kcrush.db"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with (
            pytest.raises(AlreadyRunningError),
            only_instance(locks_of_file(database, "another token")),
        ):
            pytest.fail("the other process holds it")
        process.kill()

    with only_instance(locks_of_file(database, "another token")):
        assert (tmp_path / "kcrush.db.pid").read_text().startswith(f"{os.getpid()} ")
