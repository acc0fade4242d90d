import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.folding import fold, word_texts
from bot.core.model import InterviewSummary
from bot.search import SearchIndex
from bot.search.complete import Choice, Completer
from tests.search.archive import ARCHIVE, NOON, interview


def completions(*titles: tuple[str, str | None]) -> Completer[InterviewSummary]:
    """Of choices as (title, name), the first the newest."""
    return Completer(
        Choice(InterviewSummary(number, title, "u", names, None, 3), title, names)
        for number, (title, name) in enumerate(titles)
        for names in [(name,) if name else ()]
    )


def ids(completed: Sequence[InterviewSummary]) -> list[int]:
    return [one.id for one in completed]


PEOPLE = completions(
    ("Interview with Kim Ye-hyun, Fencer", "Kim Ye-hyun"),
    ("Interview with Vicke Blanka", "Vicke Blanka"),
    ("(G)I-DLE come back", "(G)I-DLE"),
    ("방탄소년단과의 만남", "방탄소년단"),
    ("Another interview with Choi Sisters", "Choi Sisters"),
    ("Kimchi and other dishes", None),
    ("An Interview with Josh Johnson (Lead Designer of KPOP: Becoming an Idol)", "Josh Johnson"),
)


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("v", 1),
        ("vic", 1),
        ("VICKE BL", 1),
        ("blanka", 1),
        ("blanka vicke", 1),
        ("yehyun", 0),
        ("ye hy", 0),
        ("ye-hyun", 0),
        ("hyun kim", 0),
        ("gidle", 2),
        ("(G)I", 2),
        ("g i-d", 2),
        ("방탄", 3),
        ("소년단", 3),
        ("becoming idol", 6),
        ("kpop", 6),
    ],
)
def test_what_is_typed_is_completed(typed: str, best: int) -> None:
    assert ids(PEOPLE.complete(typed, 25))[:1] == [best]


@pytest.mark.parametrize(
    ("typed", "best"),
    [("vikce", 1), ("vicek blanka", 1), ("blnaka", 1), ("yehyum", 0), ("josj john", 6), ("coi", 4)],
)
def test_wrong_letters_are_forgiven(typed: str, best: int) -> None:
    assert best in ids(PEOPLE.complete(typed, 25))[:2]


KOREANS = completions(
    ("Interview with Kim So-yeon", "Kim So-yeon"),
    ("김소나의 노래", "김소나"),
    ("Interview with Park Ji-min, Dancer", "Park Ji-min"),
    ("박서준과의 만남", "박서준"),
    ("손에 손잡고", None),
)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("박", {3, 2}),
        ("박ㅅ", {3}),
        ("박서ㅈ", {3}),
        ("박서주", {3}),
        ("박섲", {3}),
        ("서주", {3}),
        ("김손", {1}),
        ("ㅅ", {4}),
        ("김소연", {0}),
        ("소연", {0}),
        ("박지민", {2}),
        ("seojun", {3}),
        ("sona", {1}),
    ],
)
def test_hangul_is_completed_while_it_is_typed_and_by_its_sound(
    typed: str, found: set[int]
) -> None:
    assert set(ids(KOREANS.complete(typed, 25))) & found == found


def test_what_is_not_the_beginning_of_a_syllable_is_not_completed_to_it() -> None:
    assert KOREANS.complete("박섞", 25) == []
    assert KOREANS.complete("서줄", 25) == []


def test_names_lead_however_many_newer_titles_there_are() -> None:
    many = completions(
        *[(f"Kim is here {number}", "Somebody Else") for number in range(500)], ("Old", "Min Kim")
    )
    assert ids(many.complete("kim", 3)) == [500, 0, 1]
    assert ids(many.complete("kmi", 3)) == [500, 0, 1]


def test_a_word_that_begins_another_is_forgiven_where_nothing_has_them_all() -> None:
    assert ids(PEOPLE.complete("josh johnso lead desiner", 25))[:1] == [6]
    assert ids(PEOPLE.complete("choi sistres", 25))[:1] == [4]


ODD = st.text() | st.text("gidle(-)김소연ㄱㅏ . '$1ｋ\u0301\U0001f3a4\ud800", max_size=40)


@settings(max_examples=200)
@given(typed=ODD, limit=st.integers(-1, 30))
def test_every_text_completes_within_the_limit(typed: str, limit: int) -> None:
    for some in (PEOPLE, KOREANS, completions()):
        found = ids(some.complete(typed, limit))
        assert len(found) == len(set(found)) <= max(0, limit)
        assert typed not in some.similar(typed)


@settings(max_examples=100)
@given(titles=st.lists(st.tuples(ODD, st.none() | ODD), max_size=6), place=st.integers(0))
def test_whatever_the_titles_a_word_of_one_finds_it(
    titles: list[tuple[str, str | None]], place: int
) -> None:
    some = completions(*titles)
    for number, (title, name) in enumerate(titles):
        for written in (title, name or ""):
            pieces = [piece for piece in written.split() if word_texts(fold(piece))]
            if pieces:
                assert number in ids(some.complete(pieces[place % len(pieces)], 25))


def test_nothing_typed_gives_the_newest() -> None:
    assert ids(PEOPLE.complete("", 3)) == [0, 1, 2]
    assert ids(PEOPLE.complete("  ?!", 3)) == [0, 1, 2]


def test_names_come_before_titles_and_whole_words_before_beginnings() -> None:
    assert ids(PEOPLE.complete("kim", 25)) == [0, 5]
    assert ids(PEOPLE.complete("choi interview", 25))[0] == 4


@pytest.mark.parametrize(
    "typed",
    ["zeppelin", "vicke blanka zeppelin", "interview with zeppelin", "kim zeppelin", "voice"],
)
def test_what_no_choice_has_completes_to_nothing(typed: str) -> None:
    assert PEOPLE.complete(typed, 25) == []


@pytest.mark.parametrize("typed", ["J!AN", "V.B.", "C-S", "JE$", "M!N-K!T", "V!B blanka"])
def test_a_name_written_with_signs_is_no_two_beginnings(typed: str) -> None:
    assert PEOPLE.complete(typed, 25) == []


@pytest.mark.parametrize(
    ("typed", "best"), [("josh-lead", [6]), ("kimchi-dishes", [5]), ("ye-hyun's", [0])]
)
def test_the_parts_of_a_compound_count_apart(typed: str, best: list[int]) -> None:
    assert ids(PEOPLE.complete(typed, 25)) == best


def test_twenty_five_at_most_and_none_twice() -> None:
    many = completions(*[(f"Interview {n} with Kim Kim", "Kim Kim") for n in range(300)])
    assert ids(many.complete("kim", 25)) == list(range(25))
    assert ids(many.complete("interview kim", 25)) == list(range(25))
    assert len(many.complete("kimkim", 400)) <= 300
    assert many.complete("kim", 0) == []


async def test_completion_follows_the_store(archive: SimpleNamespace) -> None:
    assert [one.id for one in await archive.index.complete("")][:2] == [
        archive.ids["gidle"],
        archive.ids["ace"],
    ]
    async with archive.store.transaction() as tx:
        newest = await tx.interviews.insert(interview("newest", "Zed"), "d")
        oldest = await tx.interviews.insert(interview("oldest", "Old", age=4000), "d")
        undated = interview("undated", "Undated", age=-30_000)
        first_seen_now = await tx.interviews.insert(undated, "d")
    await archive.index.sync(archive.store)
    everything = [one.id for one in await archive.index.complete("", 100)]
    assert set(everything[:2]) == {newest, first_seen_now}
    assert everything[-1] == oldest
    assert everything == [one.id for one in await archive.store.interviews.latest(100)]
    (summary,) = await archive.index.complete("zed")
    assert summary == (await archive.store.interviews.summaries([newest]))[0]


async def test_a_fresh_process_completes_in_the_same_order(
    archive: SimpleNamespace, open_index: Callable[..., SearchIndex]
) -> None:
    async with archive.store.transaction() as tx:
        for key, age in (("undated", None), ("future", -9)):
            one = interview(key, key.title(), age=age or 0)
            published_at = NOON - timedelta(days=age) if age else None
            await tx.interviews.insert(replace(one, published_at=published_at), "d")
    await archive.index.sync(archive.store)
    fresh = open_index()
    await fresh.sync(archive.store)
    orders = await asyncio.gather(fresh.complete("", 100), archive.index.complete("", 100))
    listed = [one.id for one in await archive.store.interviews.latest(100)]
    assert [[one.id for one in order] for order in orders] == [listed, listed]
    assert len(listed) == len(ARCHIVE) + 2
