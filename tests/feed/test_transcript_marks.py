"""Typography that articles state in CSS, with values that are none."""

import pytest

from bot.feed.parse import parse_article

PAGE = """<!DOCTYPE html><html><head><title>Interview with Kite</title></head><body><article>
<h1>Interview with Kite</h1>
<p><span style="font-weight:{weight}">How are you today?</span></p><p>Fine, thank you.</p>
<p><span style="font-weight:{weight}">And what comes next?</span></p><p>A new album.</p>
</article></body></html>"""


@pytest.mark.parametrize(
    ("weight", "questions"), [("700", 2), ("bold", 2), ("²", 0), ("٧٠٠", 0), ("9" * 5000, 0)]
)
def test_a_weight_that_is_no_number_is_no_weight(weight: str, questions: int) -> None:
    found = parse_article(PAGE.format(weight=weight).encode(), url="https://m.example/kite/")
    bold = parse_article(PAGE.format(weight="400").encode(), url="https://m.example/kite/")
    assert len(found.transcript.turns) == (questions or len(bold.transcript.turns))
