"""A bot of discord.py alone with the bot's intents: ``python -m benchmarks.bare_client``.

Says ``ready`` on stderr, then does nothing. Imports nothing of the bot.
"""

import os
import sys

import discord
import yarl
from discord.gateway import DiscordWebSocket


def main() -> None:
    discord.http.Route.BASE = os.environ["DISCORD_API_URL"]
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])
    client = discord.AutoShardedClient(
        intents=discord.Intents(guilds=True),
        member_cache_flags=discord.MemberCacheFlags.none(),
        max_messages=None,
        chunk_guilds_at_startup=False,
    )

    @client.event
    async def on_ready() -> None:
        sys.stderr.write("ready\n")

    client.run(os.environ["DISCORD_TOKEN"], log_handler=None)


if __name__ == "__main__":
    main()
