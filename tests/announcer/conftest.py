from pathlib import Path

import pytest
from babel.messages.pofile import read_po

PO = Path(__file__).parents[2] / "bot" / "locales" / "en" / "LC_MESSAGES" / "kcrush.po"


@pytest.fixture(scope="session")
def catalogue_keys():
    with PO.open("rb") as file:
        return {message.id for message in read_po(file) if isinstance(message.id, str)}
