"""``make test-postgres``: what is about the store, on a PostgreSQL that is started for it.

What follows are arguments for pytest: ``python -m tests.postgres tests`` runs the whole suite.
"""

import os
import subprocess
import sys

from tests.postgres.server import folder_for_server, programs, running

SUITE = ("tests/store", "tests/postgres", "tests/delivery", "tests/fans", "tests/admins")
"""Where the kind of database matters most; the whole suite takes several times as long."""


def main(arguments: list[str]) -> int:
    chosen = arguments or ["-n", "3", "--dist", "worksteal", *SUITE]
    command = [sys.executable, "-m", "pytest", *chosen]
    if programs() is None:
        return subprocess.run([*command, "-rs"], check=False).returncode
    with folder_for_server() as folder, running(folder / "server") as server:
        environment = {**os.environ, "TEST_POSTGRES": server.address}
        return subprocess.run(command, check=False, env=environment).returncode


sys.exit(main(sys.argv[1:]))
