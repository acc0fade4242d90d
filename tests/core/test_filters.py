"""What filters let through, case by case; their text form, with whatever people type."""

import time
import unicodedata
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.artists import artist_key
from bot.core.errors import UserError
from bot.core.filters import (
    MOST_TERMS,
    Cause,
    Filter,
    FilterTerm,
    InterviewFacts,
    TermSort,
    decide,
    decides,
    lets_through,
    parse_filter,
)
from bot.core.model import Answer, Interview, Subject, Subscription, Topic, Transcript, Turn
from tests.core.filter_cases import CASES, INTERVIEWS

SUBSCRIPTION = Subscription(1, 1, 1, None, 1, datetime(2026, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize(("text", "key", "expected"), CASES)
def test_cases(text: str, key: str, expected: Cause | None) -> None:
    decision = decides(replace(SUBSCRIPTION, filter=text), INTERVIEWS[key])
    assert decision.cause is expected
    assert bool(decision) is (expected is None)
    assert lets_through(text, InterviewFacts.of(INTERVIEWS[key])) is (expected is None)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["-", "-artist:", "-ARTIST:"]),
            st.sampled_from(
                [
                    "rice",
                    "Gidle",
                    "cooker",
                    "kpop",
                    "\u212apop",
                    "BTS",
                    "pizza",
                    "mira",
                    "banjun",
                    "domira",
                    "year",
                    "artist",
                    "r2",
                ]
            ),
        ),
        min_size=1,
        max_size=MOST_TERMS + 2,
    ),
    st.sampled_from(sorted(INTERVIEWS)),
)
def test_plain_exclusions_are_decided_as_any_filter_is(
    terms: list[tuple[str, str]], key: str
) -> None:
    facts = InterviewFacts.of(INTERVIEWS[key])
    # Quoted, they are read term by term.
    quoted = " ".join(f'{begin}"{value}"' for begin, value in terms)
    plain = " ".join(f"{begin}{value}" for begin, value in terms)
    assert lets_through(plain, facts) is bool(decide(quoted, facts))


@given(
    st.from_regex(r"\A[a-zA-Z]{1,3}[0-9]{0,3}\Z") | st.sampled_from(["rice", "BTS", "r2", "V1NO"])
)
def test_a_plain_word_is_decided_as_when_it_is_quoted(word: str) -> None:
    for interview in INTERVIEWS.values():
        facts = InterviewFacts.of(interview)
        assert lets_through(word, facts) is bool(decide(f'"{word}"', facts))


def test_a_refusal_names_the_terms() -> None:
    facts = InterviewFacts.of(INTERVIEWS["idol"])
    assert decide("kind:music -artist:gidle", facts).terms == parse_filter("-artist:gidle").terms
    assert decide("kind:sport kind:game", facts).terms == parse_filter("kind:sport kind:game").terms
    assert decide("tteokbokki lasagne pizza", facts).terms == parse_filter("lasagne pizza").terms


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("k-pop", "Kpop"),
        ("kpop", "K-Pop"),
        ("v1no", "Vino"),
        ("vino", "V1NO"),
        ("caf\u00e9", "cafe\u0301"),
        ("cafe\u0301", "CAF\u00c9"),
        (unicodedata.normalize("NFD", "도미라"), "도미라"),
        ("도미라", unicodedata.normalize("NFD", "도미라는")),
        ("don't", "don\u2019t"),
    ],
)
def test_one_word_in_two_spellings(typed: str, written: str) -> None:
    """As reported against bcongdon/rssfilter (38: case) and rclone/rclone (7757: normal forms)."""
    one = replace(INTERVIEWS["plain"], title=f"On {written} today")
    assert decide(typed, InterviewFacts.of(one))
    assert not decide(f"-{typed}", InterviewFacts.of(one))


def test_an_interview_without_anything_is_decided() -> None:
    """As reported against DIYgod/RSSHub (710): a missing description turned exclusions off."""
    bare = Interview("g", "u", "")
    assert decide("-bts -kind:music -artist:bts", InterviewFacts.of(bare))
    assert decide("bts", InterviewFacts.of(bare)).cause is Cause.WORDS
    titled = replace(bare, title="BTS")
    assert decide("-bts", InterviewFacts.of(titled)).cause is Cause.EXCLUDED


@pytest.mark.parametrize("pattern", ["(a+)+$", ".*", "[a-z]+", "b.s"])
def test_what_looks_like_a_pattern_is_words(pattern: str) -> None:
    """As reported against obsidian-tasks-group/obsidian-tasks (3944): patterns that hang."""
    facts = InterviewFacts.of(replace(INTERVIEWS["plain"], title="a" * 5000 + "!"))
    with suppress(UserError):
        assert not decide(pattern, facts)


def test_spellings_that_the_archive_knows_count() -> None:
    one = INTERVIEWS["plain"]
    subscribed = replace(SUBSCRIPTION, filter="artist:방탄소년단")
    assert not decides(subscribed, one)
    assert decides(subscribed, one, ["방탄소년단"])


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("kind:fish", "error.filter.kind"),
        ("kind:", "error.filter.value"),
        ("-artist:", "error.filter.value"),
        ("artist:?!", "error.filter.nothing"),
        ('artist:""', "error.filter.nothing"),
        ("year:2021", "error.filter.year"),
        ("tag:music", "error.filter.name"),
        ("https://kcrush.example", "error.filter.name"),
        ('say "hello', "error.filter.quote"),
        ("say “hello", "error.filter.quote"),
        ('artist:"kim', "error.filter.quote"),
        ("...", "error.filter.nothing"),
        ("-", "error.filter.nothing"),
        ('""', "error.filter.nothing"),
        ("idol -IDOL", "error.filter.both"),
        ("kind:music -kind:singer", "error.filter.both"),
        ("artist:(G)I-DLE -artist:gidle", "error.filter.both"),
        (" ".join(f"word{number}" for number in range(41)), "error.filter.many"),
        ("a" * 1001, "error.filter.long"),
    ],
)
def test_mistakes_are_named(text: str, key: str) -> None:
    with pytest.raises(UserError) as raised:
        parse_filter(text)
    assert raised.value.key == key
    assert not str(raised.value).startswith("error.")


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("", ""),
        ("  ", ""),
        ("kind:singer", "kind:music"),
        ("KIND：Music", "kind:music"),
        ("artist: Do Mira", "Mira artist:Do"),
        ('idol "rice  cooker" -"a" artist:"Do  Mira"', 'artist:"Do Mira" idol "rice cooker" -a'),
        ("-word kind:music", "kind:music -word"),
        ("kind:music KIND:music idol Idol", "kind:music idol"),
        ("「rice cooker」", '"rice cooker"'),
        ('"9:30"', '"9:30"'),
        ('"-minus"', '"-minus"'),
        ("a\0b", "ab"),
    ],
)
def test_the_written_form(typed: str, written: str) -> None:
    expected = sorted(written.split()) if "Mira" in written and '"' not in written else written
    found = str(parse_filter(typed))
    assert (sorted(found.split()) if isinstance(expected, list) else found) == expected


_VALUES = st.text(min_size=1, max_size=20)


@given(st.one_of(st.text(max_size=80), st.from_regex(r'\A(-?(kind|artist|"|:|\s|\w|-)){1,12}\Z')))
def test_any_text_is_a_filter_or_one_error(text: str) -> None:
    try:
        made = parse_filter(text)
    except UserError:
        return
    again = parse_filter(str(made))
    assert again == made
    assert str(again) == str(made)
    facts = InterviewFacts.of(INTERVIEWS["idol"])
    decision = decide(str(made), facts)
    assert decision.cause in {None, *Cause}
    assert lets_through(str(made), facts) is bool(decision)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([TermSort.ARTIST, TermSort.WORDS]),
            _VALUES,
        ),
        max_size=5,
    ),
    st.lists(st.sampled_from(list(Topic)), max_size=3, unique=True),
)
def test_what_is_formatted_is_parsed_to_the_same(
    chosen: list[tuple[TermSort, str]], kinds: list[Topic]
) -> None:
    terms = [FilterTerm(TermSort.KIND, kind.value) for kind in kinds]
    for sort, value in chosen:
        try:
            parsed = parse_filter(str(FilterTerm(sort, value))).terms
        except UserError:
            continue
        terms += parsed
    unique = {(term.sort, artist_key(term.value) or term.value): term for term in terms}
    try:
        made = parse_filter(str(Filter(tuple(unique.values()))))
    except UserError as error:
        assert error.key in {"error.filter.many", "error.filter.long"}  # noqa: PT017
        return
    assert parse_filter(str(made)) == made


@pytest.mark.parametrize("unit", ['"', "-", "artist:", "a:", "(a)-", "ㄱ", "’s", "a.b-", '" -"'])
def test_hostile_text_takes_no_time(unit: str) -> None:
    began = time.process_time()
    for text in (unit * 20_000, (unit * 1000)[:1000]):
        with suppress(UserError):
            parse_filter(text)
    assert time.process_time() - began < 0.5


def test_a_thousand_filters_of_ten_terms_take_twenty_milliseconds() -> None:
    words = [f"word{number}" for number in range(100)]
    turns = tuple(
        Turn(number, " ".join(words), (Answer(None, " ".join(words)),)) for number in range(1, 21)
    )
    one = Interview("g", "https://x.example/1", "A", (Subject("Han Seoyun"),), ("Music",))
    facts = InterviewFacts.of(replace(one, transcript=Transcript("", turns, "")))
    texts = [
        f'kind:music artist:"Han Seoyun" artist:"Number {number}" -artist:gidle -no{number} '
        f'-nothing -"no such {number}" word1 word2 "word3 word4"'
        for number in range(1000)
    ]
    assert {decide(text, facts).cause for text in texts} == {None}
    took = []
    for _ in range(3):
        began = time.process_time()
        for text in texts:
            decide(text, facts)
        took.append(time.process_time() - began)
    assert min(took) <= 0.02
