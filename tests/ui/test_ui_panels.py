from bot.core.i18n import Text
from bot.ui.markdown import Marked
from bot.ui.panels import error_panel, notice
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
