from string import Formatter

import pytest

from bot.core.i18n import Text, load_messages
from bot.ui.markdown import Marked
from bot.ui.panels import error_panel, notice
from tests.catalogues import read_catalogue, sentences, shipped
from tests.ui.limits import shown, within_limits


def test_an_error_says_what_is_wrong_and_what_to_do(text: Text) -> None:
    panel = error_panel(text, "error.interview-gone")
    assert shown(panel) == (
        "This interview has been deleted. Find others with `/interviews latest`."
    )
    within_limits(panel)


def test_an_unforeseen_error_names_its_reference(text: Text) -> None:
    assert "**K7F2**" in shown(error_panel(text, "error.unexpected", "K7F2"))


def test_what_a_person_typed_is_shown_literally_and_shortly(text: Text) -> None:
    panel = error_panel(text, "error.not-subscribed", channel="@everyone **x** " * 1000)
    assert "@\u200beveryone \\*\\*x\\*\\*" in shown(panel)
    assert "@everyone" not in shown(panel)
    within_limits(panel)


def test_our_own_markdown_is_kept(text: Text) -> None:
    panel = error_panel(text, "error.not-subscribed", channel=Marked("<#5>"))
    assert shown(panel).startswith("<#5> doesn't get announcements")


def test_a_notice_has_room_for_a_small_line(text: Text) -> None:
    panel = notice("**Done.**", detail="See it beforehand.")
    assert shown(panel) == "**Done.**\n-# See it beforehand."
    within_limits(panel)


@pytest.mark.parametrize("locale", ["en", *shipped()])
def test_every_error_in_every_language_is_within_discords_limits(locale: str) -> None:
    text = load_messages().text(locale)
    keys = [key for key in sentences(read_catalogue("en")) if key.startswith("error.")]
    assert len(keys) > 80
    for key in keys:
        names = {name for _, name, _, _ in Formatter().parse(text.unfilled(key)) if name}
        names.discard("reference")
        within_limits(error_panel(text, key, "K7F2QM", **dict.fromkeys(names, "한W" * 60)))
