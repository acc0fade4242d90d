"""A real WordPress, where ``WORDPRESS_URL`` names one, and the scripts that post to it."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = Path(__file__).parents[1] / ".." / "shared" / "wordpress"
URL = os.environ.get("WORDPRESS_URL", "").rstrip("/")
FEED = f"{URL}/category/interviews/feed/"

needs_wordpress = [
    pytest.mark.wordpress,
    pytest.mark.skipif(not URL, reason="WORDPRESS_URL names no WordPress"),
]
needs_scripts = pytest.mark.skipif(
    not SCRIPTS.is_dir(), reason="the scripts that post to WordPress are not there"
)


async def script(name: str, *args: str) -> dict[str, Any]:
    """Run one of WordPress's scripts; the line of JSON that it prints."""
    process = await asyncio.create_subprocess_exec(
        str(SCRIPTS / name),
        *args,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(60):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, err.decode()
    answer: dict[str, Any] = json.loads(out.decode().splitlines()[-1])
    return answer
