"""Help, and what is kept of a person, as the commands show them."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.i18n import Text, load_messages
from bot.core.model import Position
from bot.core.readers import Follow, Place, Saved
from bot.fans.library import PersonalData
from bot.store import DatedCount, ListedInterview, SavedItem, StartedInterview
from bot.ui.about import SECTIONS, forget_page, help_page, privacy_page
from tests.ui.limits import buttons, shown, texts, within_limits
from tests.ui.samples import SUMMARY
from tests.ui.strategies import NOW, TEXT, TEXTS

patient = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))

NOTHING = PersonalData(DatedCount(0), DatedCount(0), ())


def kept(title: str, question: str, names: list[str], number: int) -> PersonalData:
    summary = replace(SUMMARY, title=title)
    return PersonalData(
        DatedCount(number, NOW, NOW),
        DatedCount(number, NOW, NOW),
        [Follow("0123456789", name, NOW) for name in names],
        StartedInterview(Place(7, Position(3), NOW), summary),
        SavedItem(Saved(7, 3, NOW), ListedInterview(summary, withdrawn=False), question),
    )


@patient
@given(
    title=TEXT,
    question=TEXT,
    names=st.lists(TEXT, max_size=40),
    number=st.integers(1, 10**6),
    text=TEXTS,
)
def test_whatever_is_kept_is_within_discords_limits(
    title: str, question: str, names: list[str], number: int, text: Text
) -> None:
    found = kept(title, question, names, number)
    within_limits(privacy_page(found, text))
    within_limits(forget_page(found, text))


def test_what_is_kept_is_told_with_examples(text: Text) -> None:
    layout = privacy_page(kept("A *Talk*", "Why?", ["O.V", "#1"], 2), text)
    assert texts(layout)[:4] == [
        "## What I store about you",
        "**Your places in 2 interviews**\n-# Last: A \\*Talk\\*, <t:1795348800:R>",
        "**2 saved items**\n-# Last: Why?, <t:1795348800:R>",
        "**2 things you follow**\n-# O.V, \\#1\n"
        "-# I also remember your language, so that I can message you in it.",
    ]
    assert [(one["label"], one["custom_id"]) for one in buttons(layout)] == [
        ("Delete everything", "kc:forget:ask")
    ]


def test_of_a_stranger_nothing_is_kept(text: Text) -> None:
    layout = privacy_page(NOTHING, text)
    assert "\nNothing. Once you read an interview" in shown(layout)
    assert buttons(layout) == []


def test_many_follows_are_counted(text: Text) -> None:
    layout = privacy_page(kept("T", "Q", [f"N{n}" for n in range(12)], 1), text)
    assert "N8, N9 and 2 more" in shown(layout)


def test_before_it_is_deleted_a_person_is_asked(text: Text) -> None:
    layout = forget_page(kept("T", "Q", ["O.V"], 2), text)
    assert "Your places in 2 interviews, 2 saved items, and 1 thing you follow." in shown(layout)
    assert [(one["label"], one["custom_id"]) for one in buttons(layout)] == [
        ("Yes, delete everything", "kc:forget:yes"),
        ("No, keep it", "kc:kept"),
    ]


def test_help_tells_only_what_there_is(text: Text) -> None:
    layout = help_page({"search", "privacy"}, text, for_admin=False)
    assert texts(layout)[1:] == [
        "**Find**\n`/interviews search` Search every answer",
        "**You**\n`/interviews privacy` What I store about you",
    ]


def test_all_of_the_help_is_one_screen_of_commands_to_press() -> None:
    messages = load_messages().for_application()
    messages.mentions.learn({"interviews": 10**18, "announcements": 10**18 + 1})
    everything = {name for commands in SECTIONS.values() for name in commands}
    layout = help_page(everything, messages.text(), for_admin=True)
    within_limits(layout)
    assert shown(layout).count("</interviews ") == len(everything)
    assert f"</announcements setup:{10**18 + 1}>" in shown(layout)
    assert len(shown(layout)) < 2000
