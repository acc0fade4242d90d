"""``docs/operating.md`` followed literally, as root of a fresh Debian.

``python -m tests.operating`` makes one with debootstrap and runs the page's blocks in it: install,
first run, commands, upgrade from the first schema, backup, restore elsewhere, and a Prometheus with
the alerts. Discord and the magazine are the sandbox, whose token and addresses are put where the
page says "put the token in". systemd does not run in a chroot: ``stand_in.py`` starts what a
unit's file says, as another user, and the unit itself is judged by ``systemd-analyze verify``.

Needs root, debootstrap, and what apt and pip need; ``--share PATH`` lends the fresh Debian a file
or folder of this machine (pip's configuration), ``--base FOLDER`` is where the fresh Debian is
kept for the next time. Takes some minutes. Exit code 0: all of it worked.
"""

import argparse
import asyncio
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import click

from bot.cli.demo import furnish
from bot.store.tables import HEAD
from sandbox import Sandbox
from sandbox.site import SampleSite
from tests.operating.stand_in import USER

ROOT = Path(__file__).parents[2]
STAND_IN = Path(__file__).with_name("stand_in.py")
PAGE = ROOT / "docs" / "operating.md"
SHIMS = ("systemctl", "journalctl", "systemd-run")
SUITE = "bookworm"
PACKAGES = "python3-venv,ca-certificates,systemd"
UNATTENDED = {"DEBIAN_FRONTEND": "noninteractive"}
PORTS = {8080: "the bot", 9090: "Prometheus"}


def blocks(section: str) -> list[str]:
    """The page's blocks of commands below a heading; those in another language say which."""
    text = PAGE.read_text()
    found = re.search(
        rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL
    )
    if found is None:
        raise LookupError(section)
    return re.findall(r"^```\n(.*?)^```", found[1], re.MULTILINE | re.DOTALL)


class FreshDebian:
    """A Debian in a folder, whose root runs the page's blocks in a checkout of the release."""

    def __init__(self, root: Path, shared: Sequence[Path]) -> None:
        self.root = root
        self._shared = shared

    def prepare(self) -> None:
        if not (self.root / "usr/bin/python3").exists():
            subprocess.run(
                ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, self.root],
                check=True,
                stdout=subprocess.DEVNULL,
            )
        for leftover in ("opt/kcrush-bot", "var/lib/kcrush-bot", "run/stand-in", "src"):
            shutil.rmtree(self.root / leftover, ignore_errors=True)
        for name in SHIMS:
            self.write(f"usr/local/bin/{name}", STAND_IN.read_text(), 0o755)
        self.write("usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", 0o755)
        answers = 'APT::Get::Assume-Yes "true";\nAPT::Install-Recommends "false";\n'
        self.write("etc/apt/apt.conf.d/90answers", answers)
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
        )
        for name in filter(None, listed.stdout.split("\0")):
            target = self.root / "src" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)
        self.run("apt-get update")

    def write(self, name: str, text: str, mode: int = 0o644) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def run(self, block: str) -> str:
        """What a block of commands prints; it ends at the first that fails.

        Raises:
            subprocess.CalledProcessError: one failed.
        """
        mounts = [f"mount --rbind /{name} {self.root}/{name}" for name in ("proc", "dev")]
        for path in self._shared:
            place = self.root / path.relative_to("/")
            if path.is_dir():
                place.mkdir(parents=True, exist_ok=True)
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.touch()
            mounts.append(f"mount --bind {path} {place}")
        passed = re.compile(r"(?i)pip_|ssl_|requests_|.*_proxy$")
        lent = {name: value for name, value in os.environ.items() if passed.match(name)}
        search = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        script = " && ".join(
            [*mounts, f"exec chroot {self.root} /bin/bash -e -c 'cd /src; . /block'"]
        )
        self.write("block", block)
        ended = subprocess.run(
            ["unshare", "--mount", "sh", "-c", script],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**lent, "PATH": search, "HOME": "/root", "LANG": "C.UTF-8", **UNATTENDED},
        )
        if ended.returncode:
            raise subprocess.CalledProcessError(ended.returncode, block, ended.stdout)
        printed: str = ended.stdout
        return printed

    def stop(self) -> None:
        """End what the stand-in started."""
        for pid in (self.root / "run/stand-in").glob("*.pid"):
            with suppress(ProcessLookupError):
                os.kill(int(pid.read_text()), signal.SIGKILL)


class Walk:
    """The page from top to bottom, with what is to be seen after each of its blocks."""

    def __init__(self, debian: FreshDebian, sandbox: Sandbox, site: SampleSite) -> None:
        self.debian = debian
        self.sandbox = sandbox
        self.site = site
        self.stage = furnish(sandbox)
        self.data = debian.root / "var/lib/kcrush-bot"

    async def run(self, block: str) -> str:
        return await asyncio.to_thread(self.debian.run, block)

    async def install(self) -> None:
        block = blocks("Install")[0]
        before, line, after = block.partition("install -m 0600 .env.example /etc/kcrush-bot.env")
        assert line
        comment, _, rest = after.partition("\n")
        assert "put the token in" in comment
        await self.run(before + line)
        self._put_the_token_in()
        printed = await self.run(rest)
        assert "invite" in printed
        verified = "systemd-analyze verify /etc/systemd/system/kcrush-bot.service"
        assert not (await self.run(verified)).strip()
        assert (self.data / "kcrush.db").stat().st_mode & 0o777 == 0o600
        assert self.data.stat().st_uid == USER

    def _put_the_token_in(self) -> None:
        path = self.debian.root / "etc/kcrush-bot.env"
        assert path.stat().st_mode & 0o777 == 0o600
        text = path.read_text()
        for name, value in {
            "DISCORD_TOKEN": self.sandbox.token,
            "DISCORD_API_URL": self.sandbox.api_url,
            "FEED_URL": self.site.feed_url,
            "POLL_INTERVAL": "1",
        }.items():
            text, count = re.subn(rf"^{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
            assert count == 1, name
        path.write_text(text)

    async def first_run(self) -> None:
        """An admin adds a channel, and the next interview is announced in it."""
        stage = self.stage
        await self.sandbox.wait_ready(timeout=60)
        await self.sandbox.wait_until(lambda world: world.commands or None, 60, "commands")
        await self.sandbox.command(
            stage.admin, stage.lounge, "announcements add", channel=stage.interviews
        )
        await self.site.wait_for(lambda seen: "/feed/" in seen.path, count=2, timeout=60)
        self.site.publish()
        await self.sandbox.wait_for_message(stage.interviews, timeout=60)

    async def commands(self) -> None:
        printed = await self.run(blocks("Install")[1])
        assert "FAIL" not in printed

    async def upgrade(self) -> None:
        """To this release, from the first one's database."""
        schemas = ROOT / "tests" / "store" / "schemas"
        stop, rest = blocks("Install")[2].split("\n", 1)
        await self.run(stop)
        kept = self.data / "kept.db"
        (self.data / "kcrush.db").rename(kept)
        with closing(sqlite3.connect(self.data / "kcrush.db")) as connection:
            connection.executescript((schemas / "0001.sql").read_text())
            connection.executescript((schemas / "0001.rows.sql").read_text())
        os.chown(self.data / "kcrush.db", USER, USER)
        await self.run(rest)
        await self._is_ready()
        with closing(sqlite3.connect(self.data / "kcrush.db")) as connection:
            assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (
                HEAD,
            )
            assert connection.execute("SELECT count(*) FROM saved").fetchone() == (1,)
        await self.run("systemctl stop kcrush-bot")
        kept.rename(self.data / "kcrush.db")
        await self.run("systemctl start kcrush-bot")
        await self._is_ready()

    async def backup(self) -> None:
        printed = await self.run(blocks("Backup and restore")[0])
        assert "it is whole" in printed

    async def restore(self) -> None:
        await self.run(blocks("Backup and restore")[1])
        await self._is_ready()
        assert (self.data / "kcrush.db.replaced").exists()

    async def restore_elsewhere(self) -> None:
        """A machine on which the bot was only just installed and started."""
        copy = (self.data / "monday.db").read_bytes()
        await self.run("systemctl stop kcrush-bot")
        shutil.rmtree(self.data)
        await self.run("systemctl start kcrush-bot")
        await self._is_ready()
        (self.debian.root / "src" / "monday.db").write_bytes(copy)
        count = len(self.stage.interviews.messages)
        await self.run(blocks("Backup and restore")[2])
        await self._is_ready()
        post = self.site.publish()
        await self.sandbox.wait_for_message(
            self.stage.interviews, lambda one: post.title in str(one.components), timeout=60
        )
        assert len(self.stage.interviews.messages) == count + 1

    async def metrics(self) -> None:
        block = blocks("Metrics and alerts")[0]
        assert "SUCCESS" in await self.run(block)
        alerts = (ROOT / "deploy" / "alerts.yml").read_text().count("- alert: ")
        async with asyncio.timeout(90), aiohttp.ClientSession() as session:
            await self._until_scraped(session)
            rules = await self._ask(session, "rules")
        loaded = [rule for group in rules["groups"] for rule in group["rules"]]
        assert len(loaded) == alerts
        assert [rule["name"] for rule in loaded if rule["state"] == "firing"] == []

    async def _until_scraped(self, session: aiohttp.ClientSession) -> None:
        while not await self._is_scraped(session):  # noqa: ASYNC110 - Prometheus tells nobody
            await asyncio.sleep(1)

    async def _is_scraped(self, session: aiohttp.ClientSession) -> bool:
        with suppress(aiohttp.ClientError):
            targets = (await self._ask(session, "targets"))["activeTargets"]
            return any(
                one["labels"]["job"] == "kcrush-bot" and one["health"] == "up" for one in targets
            )
        return False

    async def _ask(self, session: aiohttp.ClientSession, what: str) -> Any:
        async with session.get(f"http://127.0.0.1:9090/api/v1/{what}") as response:
            return (await response.json())["data"]

    async def _is_ready(self) -> None:
        async with asyncio.timeout(60), aiohttp.ClientSession() as session:
            while True:
                with suppress(aiohttp.ClientError):
                    async with session.get("http://127.0.0.1:8080/readyz") as response:
                        if response.status == 200:
                            return
                await asyncio.sleep(0.2)


STEPS = (
    Walk.install,
    Walk.first_run,
    Walk.commands,
    Walk.backup,
    Walk.restore,
    Walk.restore_elsewhere,
    Walk.upgrade,
    Walk.metrics,
)


async def walk(debian: FreshDebian) -> bool:
    async with SampleSite() as site, Sandbox(page=False) as sandbox:
        one = Walk(debian, sandbox, site)
        for step in STEPS:
            began = time.monotonic()
            try:
                await step(one)
            except subprocess.CalledProcessError as error:
                click.echo(f"FAILED  {step.__name__}\n{error.cmd}\nended with {error.returncode}:")
                click.echo(error.output[-4000:])
                return False
            except (AssertionError, TimeoutError, LookupError):
                click.echo(f"FAILED  {step.__name__}")
                raise
            click.echo(f"ok      {step.__name__} ({time.monotonic() - began:.0f} s)")
    return True


@contextmanager
def folder_of(base: Path | None) -> Iterator[Path]:
    if base is not None:
        base.mkdir(parents=True, exist_ok=True)
        yield base.resolve()
        return
    with TemporaryDirectory(prefix="fresh-debian-") as folder:
        yield Path(folder)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.operating")
    parser.add_argument("--base", type=Path)
    parser.add_argument("--share", type=Path, action="append", default=[])
    arguments = parser.parse_args()
    for port, whose in PORTS.items():
        with closing(socket.socket()) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                sys.exit(f"port {port} is taken, which {whose} needs")
    with folder_of(arguments.base) as root:
        debian = FreshDebian(root, arguments.share)
        try:
            debian.prepare()
            worked = asyncio.run(walk(debian))
        finally:
            debian.stop()
    sys.exit(not worked)


if __name__ == "__main__":
    main()
