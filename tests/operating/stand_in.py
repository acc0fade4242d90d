#!/usr/bin/python3
"""Stands in for systemd in a chroot: starts and stops what units say, one process each. It is
copied there under the names of systemd's programs; only the standard library is at hand."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from string import Template
from typing import Any

RUN = Path("/run/stand-in")

USER = 61234
"""As systemd gives dynamic ones: 61184 to 65519 (systemd.exec, DynamicUser=)."""


def unit(name: str) -> dict[str, str]:
    """The settings of a unit, by name; the last of each."""
    folders = ("/etc/systemd/system", "/lib/systemd/system")
    paths = [Path(one, f"{name}.service") for one in folders]
    text = next(one for one in paths if one.exists()).read_text()
    return dict(line.split("=", 1) for line in text.splitlines() if re.match("[A-Za-z]+=", line))


def environment(said: dict[str, str]) -> dict[str, str]:
    # The file wins over Environment= (systemd.exec, EnvironmentFile=).
    found = dict(one.split("=", 1) for one in shlex.split(said.get("Environment", "")))
    file = Path(said.get("EnvironmentFile", "").lstrip("-"))
    if file.is_file():
        for line in file.read_text().splitlines():
            if "=" in line and not line.lstrip().startswith("#"):
                name, value = line.split("=", 1)
                found[name] = " ".join(shlex.split(value))
    return {"PATH": "/usr/bin:/bin", **found}


def start(said: dict[str, str], command: list[str], **how: Any) -> subprocess.Popen[bytes]:
    if said.get("DynamicUser") == "yes":
        state = Path("/var/lib", said["StateDirectory"])
        state.mkdir(mode=0o700, exist_ok=True)
        # As systemd does it: only where the folder itself is somebody else's.
        if state.stat().st_uid != USER:
            for one in (state, *state.rglob("*")):
                os.chown(one, USER, USER)
        how |= {"user": USER, "group": USER, "extra_groups": []}
    umask = int(said.get("UMask", "0022"), 8)
    env, cwd = environment(said), said.get("WorkingDirectory", "/")
    return subprocess.Popen(command, env=env, cwd=cwd, umask=umask, **how)


def is_alive(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def stop(pid: Path) -> None:
    number = int(pid.read_text())
    os.kill(number, signal.SIGTERM)
    while is_alive(number):
        time.sleep(0.05)
    pid.unlink()


def systemctl(action: str, *names: str) -> None:
    for name in names:
        if name == "--now":
            continue
        pid = RUN / f"{name}.pid"
        if action in ("stop", "restart") and pid.exists():
            stop(pid)
        if action not in ("start", "restart", "enable"):
            continue
        said = unit(name)
        words = Template(said["ExecStart"]).substitute(environment(said))
        with (RUN / f"{name}.log").open("ab") as log:
            process = start(
                said,
                shlex.split(words),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        pid.write_text(str(process.pid))


def journalctl(*arguments: str) -> None:
    """Until the bot is ready, which is when a person stops reading."""
    log = RUN / f"{arguments[arguments.index('-u') + 1]}.log"
    for _ in range(600):
        text = log.read_text()
        if re.search(r"\bready\b.*invite", text):
            sys.stdout.write(text)
            return
        time.sleep(0.1)
    sys.exit(f"not ready:\n{text}")


def systemd_run(*arguments: str) -> None:
    first = next(i for i, one in enumerate(arguments) if not one.startswith("--"))
    named = (one.removeprefix("--property=") for one in arguments[:first] if "=" in one)
    said = dict(one.split("=", 1) for one in named)
    sys.exit(start(said, list(arguments[first:])).wait())


if __name__ == "__main__":
    RUN.mkdir(exist_ok=True)
    called: dict[str, Callable[..., None]] = {
        "systemctl": systemctl,
        "journalctl": journalctl,
        "systemd-run": systemd_run,
    }
    called[Path(sys.argv[0]).name](*sys.argv[1:])
