"""What only one process may use, according to the settings."""

from pathlib import Path

from bot.core.instance import locks_of_file
from bot.core.settings import Settings
from bot.store import database_file, is_sqlite


def locks_of(settings: Settings) -> dict[str, Path]:
    """The database file and the token; or, with a server's database, which processes share, the
    data folder."""
    url, token = settings.database_url, settings.discord_token
    if not is_sqlite(url):
        return {"folder": settings.data_dir / "kcrush-bot"}
    return locks_of_file(database_file(url), token.get_secret_value() if token else "")
