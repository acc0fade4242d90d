"""A quote's picture in a message: within Discord's limits, all its words told to who can't see."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.i18n import Text
from bot.core.model import Interview, Position
from bot.quotes.choosing import Quote
from bot.ui.ids import AnotherQuote, OpenAt, ShareQuote
from bot.ui.sharing import quote_alt_text, quote_page, shared_quote
from tests.ui.limits import buttons, pictures, shown, units, within_limits
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
    note=st.sampled_from(["", "A line of ours."]),
    text=TEXTS,
)
def test_any_quote_is_within_discords_limits(
    interview: Interview, quote: Quote, artist: str | None, name: str, note: str, text: Text
) -> None:
    found = stored(interview, 10**18 - 1)
    file = f"kcrush-quote-{found.id}-{quote.section}.jpg"
    another = AnotherQuote(found.id, artist)
    share = ShareQuote(found.id, quote.section)
    page = quote_page(found, quote, file, text, share=share, another=another, note=note)
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
