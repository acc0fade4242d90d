import pytest

from bot.core.i18n import Text, load_messages

_TEXT = load_messages().text("en")


@pytest.fixture(scope="session")
def text() -> Text:
    """The English catalogue."""
    return _TEXT
