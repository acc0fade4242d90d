"""A PostgreSQL of the tests' own: on loopback, in a folder that goes with it, without syncing."""

import hashlib
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

ADDRESS = os.environ.get("TEST_POSTGRES", "")
"""Host and port of the server on which the suite runs; "" for SQLite."""

WHY_NOT = "needs PostgreSQL; `make test-postgres` starts one where it is installed"

_USER = "bot"
_ALWAYS = ("listen_addresses=127.0.0.1", "max_connections=300")
_QUICK = ("fsync=off", "full_page_writes=off")

OWN_LOCKS = (
    "pg_locks WHERE locktype = 'advisory'"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
"""The advisory locks of the database that is asked: other tests' are on the same server."""

_made: dict[Path, str] = {}


def programs() -> Path | None:
    """The folder of the newest installed PostgreSQL's programs."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = sorted(found, key=lambda path: int(path.parent.parent.name))
    if newest:
        return newest[-1].parent
    there = shutil.which("initdb")
    return Path(there).parent if there else None


class Server:
    """One server; ``address`` is its host and port."""

    def __init__(self, folder: Path, *, quick: bool = True) -> None:
        """With `quick` nothing is synced: what is kept need not outlive the machine."""
        self._quick = _QUICK if quick else ()
        there = programs()
        assert there is not None
        self._programs, self._folder = there, folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.address = f"127.0.0.1:{self._port}"
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        self._run("initdb", "-A", "trust", "-U", _USER, "-N", "-E", "UTF8", "--locale", "C.UTF-8")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = (f"port={self._port}", *_ALWAYS, *self._quick)
        options = " ".join(f"-c {setting}" for setting in settings)
        options += f" -c unix_socket_directories={self._folder}"
        self._run("pg_ctl", "-w", "-o", options, "-l", str(self._folder / "log"), "start")

    def stop(self, how: str = "immediate") -> None:
        self._run("pg_ctl", "-w", "-m", how, "stop")

    def url(self, database: str = "postgres") -> str:
        return _url(self.address, database)

    def _run(self, program: str, *arguments: str) -> None:
        command = [self._programs / program, "-D", self._folder / "data", *arguments]
        # PostgreSQL refuses to run as root.
        user = {"user": "postgres", "group": "postgres", "extra_groups": ()}
        subprocess.run(
            command,
            cwd=self._folder,
            check=True,
            stdout=subprocess.DEVNULL,
            **(user if os.geteuid() == 0 else {}),  # type: ignore[call-overload]
        )


@contextmanager
def folder_for_server() -> Iterator[Path]:
    """A folder that PostgreSQL's user may enter, unlike pytest's own."""
    with TemporaryDirectory(prefix="kcrush-postgres-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def running(folder: Path, *, quick: bool = True) -> Iterator[Server]:
    """A server in `folder` until the block ends."""
    server = Server(folder, quick=quick)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def database_of(path: Path, *, template: Path | None = None) -> str:
    """The address of the database that stands for a SQLite file at `path`, made where it is
    missing: empty, or a copy of that of `template`."""
    if path not in _made:
        name = f"t{hashlib.sha256(str(path).encode()).hexdigest()[:20]}"
        copied = f' TEMPLATE "{_made[template]}"' if template else ""
        execute(f'CREATE DATABASE "{name}"{copied}')
        _made[path] = name
    return _url(ADDRESS, _made[path])


def drop_databases(folder: Path) -> None:
    """Drop the databases that stand for files in `folder`."""
    for path in [path for path in _made if folder in path.parents]:
        execute(f'DROP DATABASE "{_made.pop(path)}" WITH (FORCE)')


def execute(statement: str, database: str = "postgres", address: str = ADDRESS) -> str:
    """What `psql` prints for a statement."""
    there = programs()
    assert there is not None
    host, _, port = address.partition(":")
    command = [str(there / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
    command += ["-h", host, "-p", port, "-U", _USER, "-d", database, "-c", statement]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return str(done.stdout).strip()


def _url(address: str, database: str) -> str:
    return f"postgresql+asyncpg://{_USER}@{address}/{database}"
