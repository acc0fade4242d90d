"""Interviews as nobody would print them: long, empty, in one alphabet, full of marks."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from bot.core.i18n import load_messages
from bot.core.model import Answer, Image, Interview, StoredInterview, Subject, Transcript, Turn
from tests.catalogues import shipped

TEXTS = st.sampled_from([load_messages().text(one) for one in ("en", *shipped())])
"""The catalogue of each language, English first."""

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

HOSTILE = [
    "@everyone",
    "@here",
    "<@123456789012345678>",
    "<@!123456789012345678>",
    "<@&123456789012345678>",
    "<#123456789012345678>",
    "</interviews read:123456789012345678>",
    "<t:1700000000:R>",
    "<:kimchi:123456789012345678>",
    "<a:kimchi:123456789012345678>",
    "<id:customize>",
    "[press me](https://evil.example)",
    "**bold** *it* __under__ ~~struck~~ ||spoiler|| `code`",
    "```\ncode\n```",
    "# heading\n## heading\n### heading\n-# small",
    "> quote\n>>> quote",
    "- item\n* item\n1. item",
    ":smile:",
    "\\*",
    "https://evil.example/@everyone",
    "https://kcrush.example/a_b_c?d=*e*",
    "\u202egnp.exe\u202c",
    "Z\u0351\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307a",
    "\ud800",
    "\x00\x1b[31m",
]

HANGUL = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), max_size=400)
EMOJI = st.lists(st.sampled_from(["😀", "👩‍👩‍👧‍👦", "🇰🇷", "❤️", "👍🏽", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"]), max_size=400).map(
    "".join
)
MARKS = st.text("*_~|`<>[]()#-\\@:\n 1.", max_size=600)
PROSE = st.lists(
    st.sampled_from(
        [
            "We met in 2013.",
            "Really?",
            "Yes, at TBN. ",
            "한국에서 왔어요.",
            "Mr. Kim said so.\n\n",
            "—",
        ]
    ),
    max_size=400,
).map(" ".join)
ENDLESS = st.tuples(st.text(min_size=1, max_size=6), st.integers(1, 6000)).map(
    lambda pair: pair[0] * pair[1]
)
TEXT = st.one_of(
    st.just(""),
    st.text(max_size=200),
    st.sampled_from(HOSTILE),
    st.lists(st.sampled_from(HOSTILE), max_size=60).map(" ".join),
    HANGUL,
    EMOJI,
    MARKS,
    PROSE,
    ENDLESS,
)
URL = st.one_of(
    st.sampled_from(
        [
            "https://kcrush.example/interview-with-seoyun/",
            "https://kcrush.example/인터뷰/(서윤)?a=[1]#x",
            "http://münchen.example/ä b",
            "javascript:alert(1)",
            "https://user@evil.example/",
            "//kcrush.example/x",
            "https://[::1",
            "",
            "https://kcrush.example/" + "a" * 600,
            "https://kcrush.example/a?" + "b" * 600,
        ]
    ),
    st.text(max_size=60).map("https://kcrush.example/".__add__),
    st.text(max_size=30),
)
IMAGE = st.builds(Image, URL, alt=TEXT, caption=TEXT)
ANSWER = st.builds(Answer, st.one_of(st.none(), TEXT), TEXT)


@st.composite
def interviews(draw: st.DrawFn) -> Interview:
    count = draw(st.one_of(st.integers(0, 4), st.sampled_from([25, 26, 60, 200])))
    turns = draw(
        st.lists(
            st.builds(
                Turn,
                st.just(0),
                TEXT,
                st.lists(ANSWER, max_size=3).map(tuple),
                st.lists(IMAGE, max_size=3).map(tuple),
            ),
            min_size=min(count, 3),
            max_size=3,
        )
    )
    filled = tuple(
        Turn(number, turn.question, turn.answers, turn.images)
        for number in range(1, count + 1)
        for turn in [turns[number % len(turns)]]
    )
    return Interview(
        guid="x",
        url=draw(URL),
        title=draw(TEXT),
        subjects=tuple(
            draw(st.lists(st.builds(Subject, TEXT, st.one_of(st.none(), TEXT)), max_size=8))
        ),
        tags=tuple(draw(st.lists(TEXT, max_size=6))),
        published_at=draw(
            st.one_of(
                st.none(),
                st.integers(0, 4_070_908_800).map(lambda s: datetime.fromtimestamp(s, UTC)),
            )
        ),
        excerpt=draw(TEXT),
        image_url=draw(st.one_of(st.none(), URL)),
        transcript=Transcript(
            draw(TEXT), filled, draw(TEXT), images=tuple(draw(st.lists(IMAGE, max_size=45)))
        ),
    )


def stored(interview: Interview, number: int = 417) -> StoredInterview:
    return StoredInterview(number, interview, NOW)
