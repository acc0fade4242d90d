"""``python -m sandbox``: a local Discord to develop against, until it is stopped."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence

from sandbox.server import Sandbox


def furnish(sandbox: Sandbox) -> None:
    """Add a guild with channels, its owner, and a member without permissions."""
    world = sandbox.world
    guild = world.add_guild("Sandbox")
    world.add_channel(guild, "general", topic="Type a slash command here")
    world.add_channel(guild, "announcements", type=5)
    world.add_channel(guild, "interviews", type=15, tags=["Music", "Film"])
    world.add_member(guild, world.add_user("fan"))


async def serve(port: int, token: str | None) -> None:
    """Run until SIGINT or SIGTERM. Raises OSError when the port is not available."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Windows has no loop.add_signal_handler.
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    async with Sandbox(port=port, token=token) as sandbox:
        furnish(sandbox)
        sys.stdout.write(
            f"Page     {sandbox.url}/\n"
            f"REST     {sandbox.api_url}\n"
            f"Gateway  {sandbox.gateway_url}\n"
            f"Token    {sandbox.token}\n"
        )
        sys.stdout.flush()
        await stop.wait()


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0 after a stop, 1 when it can't listen; argparse exits with 2."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="the port to listen on; 0: any free")
    parser.add_argument("--token", default=None, help="the bot's token; made when not given")
    given = parser.parse_args(arguments)
    if not 0 <= given.port <= 65535:
        parser.error(f"--port must lie between 0 and 65535, not {given.port}")
    try:
        asyncio.run(serve(given.port, given.token))
    except OSError as error:
        sys.stderr.write(
            f"The sandbox can't listen on port {given.port}: {error.strerror or error}. "
            "Name another with --port, or leave it out for a free one.\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
