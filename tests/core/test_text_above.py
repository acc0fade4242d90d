"""What admins may write above an announcement."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import UserError
from bot.core.text_above import LONGEST_TEXT, PLACEHOLDERS, checked_text, filled_text

VALUES = dict.fromkeys(PLACEHOLDERS, "") | {"title": "T{link}", "link": "L", "roles": "R"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("New: {title}", "R New: T{link}"),
        ("{roles}, look", "R, look"),
        ("look, {roles}: {link}", "look, R: L"),
        ("plain { brace", "R plain { brace"),
    ],
)
def test_placeholders_are_filled_once(text: str, shown: str) -> None:
    assert filled_text(checked_text(text), VALUES) == shown


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("{titel}", "error.text.placeholder"),
        ("{}", "error.text.placeholder"),
        ("{Title}", "error.text.placeholder"),
        ("{0.__class__}", "error.text.placeholder"),
        ("{title} {title}", "error.text.twice"),
        ("a" * (LONGEST_TEXT + 1), "error.text.long"),
    ],
)
def test_mistakes_are_named(text: str, key: str) -> None:
    with pytest.raises(UserError) as raised:
        checked_text(text)
    assert raised.value.key == key
    assert not str(raised.value).startswith("error.")


@given(st.text(max_size=400))
def test_any_text_is_stored_as_it_is_or_refused(text: str) -> None:
    try:
        stored = checked_text(text)
    except UserError:
        return
    assert checked_text(stored) == stored
    filled_text(stored, VALUES)
