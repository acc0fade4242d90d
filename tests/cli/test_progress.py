"""What a long command shows on a terminal: a bar with numbers, rate and time left."""

import io
import sys

import pytest

from bot.cli.progress import show_progress
from bot.core.i18n import load_messages
from tests.clock import FakeClock


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


async def test_a_terminal_shows_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, clock = Terminal(), FakeClock()
    monkeypatch.setattr(sys, "stderr", terminal)
    with show_progress(load_messages().text(), "Reading", clock) as progress:
        progress(500, 1000)
        await clock.advance(10)
        progress(700, 1000)
        *_, shown = terminal.getvalue().split("\r")
        progress(1000, None)
    assert "Reading" in shown
    assert "###" in shown
    assert "700/1000" in shown
    assert "20.0/s" in shown
