"""Debian's package `prometheus`, where it is installed: what it says of our figures and rules."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from tests.web.port import ask, free_port

DEPLOY = Path(__file__).parents[2] / "deploy"


def rules() -> list[dict[str, Any]]:
    """The rules of ``alerts.yml``, which has one key a line: no parser of YAML is among the
    requirements. Prometheus itself is asked for them in a test, too."""
    text = (DEPLOY / "alerts.yml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = []
    for block in text.split("- alert: ")[1:]:
        folded = re.sub(r">-\n\s+(.+)\n\s{10}(\S.*)", r"\1 \2", block)
        keys = dict(re.findall(r"^\s+(\w+): (.+)$", folded, re.MULTILINE))
        severity = re.findall(r"severity: (\w+)", keys["labels"])[0]
        notes = {name: keys[name] for name in ("summary", "action")}
        rule = {"alert": block.split("\n")[0], "expr": keys["expr"]}
        found.append({**rule, "labels": {"severity": severity}, "annotations": notes})
    return found


needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None or shutil.which("prometheus") is None,
    reason="Debian's package prometheus is not installed",
)


async def promtool(*arguments: str, stdin: bytes = b"") -> tuple[int, str]:
    """The exit code and all that was printed."""
    process = await asyncio.create_subprocess_exec(
        "promtool",
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate(stdin)
    return process.returncode or 0, printed.decode()


class Prometheus:
    def __init__(self, port: int) -> None:
        self._url = URL(f"http://127.0.0.1:{port}/api/v1")

    async def get(self, path: str, **query: str) -> Any:
        status, text = await ask("GET", str(self._url / path % query))
        answer = json.loads(text)
        assert (status, answer["status"]) == (200, "success"), (query, text)
        return answer["data"]

    async def value(self, expression: str) -> list[Any]:
        """The series of an expression now."""
        found: list[Any] = (await self.get("query", query=expression))["result"]
        return found

    async def until(self, expression: str, within: float = 60.0) -> None:
        """Wait until an expression has a series; for as long as Prometheus starts, too."""
        async with asyncio.timeout(within):
            while True:
                try:
                    if await self.value(expression):
                        return
                except (OSError, AssertionError, ValueError):
                    pass
                await asyncio.sleep(0.1)


@asynccontextmanager
async def scraping(folder: Path, target: int) -> AsyncIterator[Prometheus]:
    """A Prometheus with our configuration and rules, which scrapes the port each second."""
    config = (DEPLOY / "prometheus.yml").read_text(encoding="utf-8")
    hurried = config.replace("15s", "1s\n  evaluation_interval: 1s")
    (folder / "prometheus.yml").write_text(
        hurried.replace("127.0.0.1:8080", f"127.0.0.1:{target}"), encoding="utf-8"
    )
    shutil.copy(DEPLOY / "alerts.yml", folder)
    port = free_port()
    log = (folder / "prometheus.log").open("wb")
    process = await asyncio.create_subprocess_exec(
        "prometheus",
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/series",
        f"--web.listen-address=127.0.0.1:{port}",
        stdout=log,
        stderr=log,
    )
    try:
        yield Prometheus(port)
    finally:
        process.terminate()
        await process.wait()
        log.close()
