"""A quote's picture in a message: within Discord's limits, all its words told to who can't see."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.i18n import Text
from bot.core.model import Interview, Position
from bot.quotes.card import Design, Format, Look
from bot.quotes.choosing import Quote
from bot.ui.ids import AnotherQuote, OpenAt, ShareQuote
from bot.ui.quote_ids import ANYBODY, ChangeLook, NextQuote, ShareLook, look_value
from bot.ui.sharing import quote_alt_text, quote_page, shared_quote
from tests.ui.limits import buttons, pictures, selects, shown, units, within_limits
from tests.ui.strategies import TEXT, TEXTS, interviews, stored

QUOTE = Quote(
    "I was afraid of the sea.", "Han Seoyun", "Singer", "Of what?", "An interview", section=2
)
STORED = stored(Interview("guid", "https://kcrush.example/sea/", "An interview"))
quotes = st.builds(Quote, TEXT, TEXT, st.none() | TEXT, TEXT, TEXT, section=st.integers(1, 999_999))
artists = st.none() | st.text("0123456789abcdef", min_size=10, max_size=10)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    interview=interviews(),
    quote=quotes,
    artist=artists,
    name=TEXT,
    look=st.builds(Look, st.sampled_from(Design), st.sampled_from(Format)),
    note=st.sampled_from(["", "A line of ours."]),
    text=TEXTS,
)
def test_any_quote_is_within_discords_limits(
    interview: Interview,
    quote: Quote,
    artist: str | None,
    name: str,
    look: Look,
    note: str,
    text: Text,
) -> None:
    found = stored(interview, 10**18 - 1)
    file = f"kcrush-quote-{found.id}-{quote.section}.jpg"
    page = quote_page(
        found,
        quote,
        file,
        text,
        share=ShareLook(look.design, look.format, found.id, quote.section),
        another=NextQuote(look.design, look.format, found.id, artist),
        change=ChangeLook(found.id, quote.section, artist or ANYBODY),
        look=look,
        note=note,
    )
    for layout in (page, shared_quote(found, quote, file, name, text)):
        within_limits(layout)
        assert pictures(layout) == [f"attachment://{file}"]
    assert 1 <= units(quote_alt_text(quote, text)) <= 1024


def test_all_the_words_and_whose_they_are_stand_for_the_picture(text: Text) -> None:
    long = "저는 노래를 부를 때마다 창문이 떠올라서 외롭지 않아요. " * 9
    told = quote_alt_text(Quote(long, "한서윤", "가수", "", "", 1), text)
    assert " ".join(long.split()) in told
    assert "한서윤, 가수" in told
    assert quote_alt_text(Quote("Words.", "", None, "", "", 1), text) == (
        "“Words.” From KCrush America Magazine"
    )


@pytest.mark.parametrize("another", [AnotherQuote(1), None])
def test_the_ways_on_lead_to_that_question_and_to_other_words(
    another: AnotherQuote | None, text: Text
) -> None:
    share = ShareQuote(STORED.id, 2)
    page = quote_page(STORED, QUOTE, "q.jpg", text, share=share, another=another, note="A note.")
    assert [button.get("custom_id") for button in buttons(page)] == [
        OpenAt(STORED.id, Position(2)).custom_id,
        share.custom_id,
        *([another.custom_id] if another else []),
        None,
    ]
    assert "-# A note." in shown(page)


def test_the_name_of_who_shares_pings_nobody_and_forges_nothing(text: Text) -> None:
    told = shown(shared_quote(STORED, QUOTE, "q.jpg", "@everyone **x** [y](http://z)", text))
    assert "@everyone" not in told
    assert "](http://z)" not in told


@pytest.mark.parametrize("image", [None, "https://kcrush.example/hero.jpg"])
def test_the_looks_to_choose_from_are_those_that_can_be_drawn(
    image: str | None, text: Text
) -> None:
    found = stored(replace(STORED.interview, image_url=image))
    share, change = ShareQuote(STORED.id, 2), ChangeLook(STORED.id, 2)
    look = Look(Design.PAPER, Format.STORY)
    page = quote_page(found, QUOTE, "q.jpg", text, share=share, change=change, look=look)
    (menu,) = selects(page)
    assert [one["label"] for one in menu["options"]] == [
        *(["Photo · Square", "Photo · Story, 9:16"] if image else []),
        "Colour · Square",
        "Colour · Story, 9:16",
        "Paper · Square",
        "Paper · Story, 9:16",
    ]
    assert [one["value"] for one in menu["options"] if one.get("default")] == [look_value(look)]
    assert not selects(quote_page(found, QUOTE, None, text, share=share, change=change))
