"""Interviews and artists as lists show them: one of each, and as nobody would print them."""

from hypothesis import strategies as st

from bot.core.model import Artist, InterviewSummary, Subject, Topic
from tests.ui.strategies import NOW, TEXT, URL

BACK, NEXT, SAVE, MORE, QUESTIONS = "◀\ufe0e", "▶\ufe0e", "🔖", "⋯", "✕"
"""What stands on the reader's buttons."""

SUMMARY = InterviewSummary(7, "Interview with O.V", "https://kcrush.example/ov/", ("O.V",), NOW, 14)
ENTRY = "**O.V**\n-# November 2026 · 14 questions"
ARTIST = Artist("0123456789", "O.V", ("오브이", "OV"), "Singer", Topic.MUSIC, (7,))


def summaries(size: int) -> st.SearchStrategy[list[InterviewSummary]]:
    return st.lists(
        st.builds(
            InterviewSummary,
            st.integers(1, 10**18 - 1),
            TEXT,
            URL,
            st.lists(TEXT, max_size=4).map(tuple),
            st.one_of(st.none(), st.just(NOW)),
            st.integers(0, 300),
            st.lists(st.builds(Subject, TEXT, st.none() | TEXT, st.tuples(TEXT)), max_size=2).map(
                tuple
            ),
            st.sampled_from(Topic),
            st.none() | URL,
        ),
        min_size=1,
        max_size=size,
        unique_by=lambda summary: summary.id,
    )


artists = st.builds(
    Artist,
    st.text("0123456789abcdef", min_size=10, max_size=10),
    TEXT,
    st.lists(TEXT, max_size=4).map(tuple),
    st.none() | TEXT,
    st.sampled_from(Topic),
    st.integers(1, 300).map(lambda count: tuple(range(1, count + 1))),
)
