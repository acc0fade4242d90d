"""``make test-postgres``: the store's suite, and what uses the store, on a PostgreSQL that is
started for it. What follows are arguments for pytest."""

import os
import subprocess
import sys

from tests.postgres.server import folder_for_server, programs, running

SUITE = ("tests/store", "tests/postgres", "tests/fans", "tests/admins")
"""Not ``tests/delivery``: there an announcer that is drained once counts on an outcome being
written down at once, which a server takes a moment for."""


def main(arguments: list[str]) -> int:
    chosen = arguments or ["-n", "3", "--dist", "worksteal", *SUITE]
    command = [sys.executable, "-m", "pytest", *chosen]
    if programs() is None:
        return subprocess.run([*command, "-rs"], check=False).returncode
    with folder_for_server() as folder, running(folder / "server") as server:
        environment = {**os.environ, "TEST_POSTGRES": server.address}
        return subprocess.run(command, check=False, env=environment).returncode


sys.exit(main(sys.argv[1:]))
