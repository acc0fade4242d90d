"""Did you mean: what is offered, and what never is."""

import logging
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.artists import artist_id
from bot.core.folding import fold, word_texts
from bot.core.model import Topic
from bot.search import Filters, SearchIndex
from bot.search.correcting import nearest, replaced
from bot.search.hangul import typed_in_hangul, typed_in_latin
from bot.search.query import LONGEST_QUERY, MOST_FILTERS, parse_query
from bot.store import Store
from tests.search.archive import interview

LIKE_SYNTAX = (
    *('"', "-", ":", "artist:", "kind:", "year:", "-artist:", 'artist:"', "year:2026", "kind:mu"),
    *(" ", " ", "kuhn", "khun", "방탄", "kimchi", "2019-", "..", "：", "가", "a", "\u0301", "\0"),
)
TYPED = st.one_of(
    st.text(max_size=40), st.lists(st.sampled_from(LIKE_SYNTAX), max_size=14).map("".join)
)
FILTERS = st.builds(
    Filters,
    artist=st.none() | st.frozensets(st.sampled_from([artist_id("kuhn"), "", "\0", "x"])),
    kind=st.none() | st.sampled_from(list(Topic)),
    year=st.none() | st.integers(-(10**12), 10**12),
)


@pytest.mark.parametrize(
    ("query", "meant", "key"),
    [
        ("khun", "kuhn", "kuhn"),
        ("KUHM", "kuhn", "kuhn"),
        ("dnacing every night", "dancing every night", "kuhn"),
        ("samgyopsal", "samgyeopsal", "ace"),
        ("angstorm", "angstrom", "beyonce"),
        ("방탄소넌단", "방탄소년단", "bts"),
        ("choi sistres", "choi sisters", "choi"),
        ('"for kinchi"', '"for kimchi"', "kuhn"),
        ("kinchi kind:other -choi", "kimchi kind:other -choi", "kuhn"),
        ("ye-hyum", "ye-hyun", "yehyun"),
        ("kuhn sanger", "kuhn singer", "kuhn"),
        ("qkdxks", "방탄", "bts"),
        ("qkdxksthsuseks", "방탄소년단", "bts"),
        ("ㅏㅕㅗㅜ", "kuhn", "kuhn"),
    ],
)
async def test_what_was_meant_is_offered_and_searched(
    archive: SimpleNamespace, query: str, meant: str, key: str
) -> None:
    results = await archive.index.search(query)
    assert results.corrected == meant
    assert results.exact is False
    assert archive.keys[results.hits[0].interview_id] == key
    better = await archive.index.search(meant)
    assert (better.hits, better.total, better.exact) == (results.hits, results.total, True)
    assert better.corrected is None


@pytest.mark.parametrize(
    ("typed", "key"),
    [("khun", "kuhn"), ("choi sistres", "choi"), ("ㅏㅕㅗㅜ", "kuhn"), ("방탄소넌단", "bts")],
)
async def test_an_artist_who_is_nearly_called_so_is_no_filter_but_offered(
    archive: SimpleNamespace, typed: str, key: str
) -> None:
    results = await archive.index.search(f'artist:"{typed}"')
    assert (results.hits, results.corrected) == ((), None)
    ((unknown),) = results.unknown
    meant = archive.index.find_artist(unknown.value)
    artists = [meant.match] if meant.match else meant.offers
    assert [artist.interviews for artist in artists] == [(archive.ids[key],)]


@pytest.mark.parametrize(
    "query",
    [
        *(
            "kuhn",
            "kimchi",
            "방탄소년단",
            "gidle",
            "year:2026",
            "artist:kuhn",
            "qqqqqqqq",
            "가힣뷁",
        ),
        *("quantum mechanics", "", "?!", "artist:qqqqqqqq", "kuhn quantum", "-kuhn", "kuh"),
    ],
)
async def test_nothing_is_offered_where_nothing_better_is_known(
    archive: SimpleNamespace, query: str
) -> None:
    assert (await archive.index.search(query)).corrected is None


async def test_another_search_is_offered_where_little_is_exact(
    store: Store, index: SearchIndex
) -> None:
    async with store.transaction() as tx:
        sola = interview("s", "Sola", *[("And then?", f"I sang number {n}.") for n in range(9)])
        shoes = interview("b", "Bora", ("Your shoes?", "One sole came off. I liked the sola."))
        ids = [await tx.interviews.insert(one, "d") for one in (sola, shoes)]
    await index.sync(store)
    results = await index.search("sole")
    assert [hit.interview_id for hit in results.hits] == ids[1:]
    assert (results.exact, results.corrected) == (True, "sola")
    assert (await index.search("sole shoes")).corrected is None
    assert (await index.search("sola")).corrected is None


async def test_what_filters_leave_out_is_not_offered(archive: SimpleNamespace) -> None:
    none = Filters(year=1999)
    for query in ("khun", "kinchi", "방탄소넌단"):
        results = await archive.index.search(query, filters=none)
        assert (results.hits, results.corrected) == ((), None)


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(query=TYPED, filters=FILTERS, limit=st.integers(0, 20), offset=st.integers(0, 40))
async def test_no_text_fails_with_or_without_filters(
    archive: SimpleNamespace,
    query: str,
    filters: Filters,
    limit: int,
    offset: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        results = await archive.index.search(query, limit=limit, offset=offset, filters=filters)
    assert not caplog.records
    assert len(results.hits) <= limit
    assert len(results.hits) <= results.total
    if results.corrected is not None:
        assert results.total
        assert word_texts(fold(results.corrected)) != word_texts(fold(query))


@given(TYPED)
def test_every_text_narrows_by_a_few_things_at_most(text: str) -> None:
    meant = parse_query(text)
    for filters in (meant.only, meant.without):
        assert len(filters.artists) + len(filters.topics) + len(filters.years) <= MOST_FILTERS
        assert all(1000 <= first <= last <= 9999 for first, last in filters.years)
        assert all(clause.parts for clause in filters.artists)
    for clause in (*meant.clauses, *meant.excluded, *meant.only.artists):
        start, end = clause.span
        assert 0 <= start < end <= min(len(text), LONGEST_QUERY)


@pytest.mark.parametrize(
    ("latin", "hangul"),
    [
        ("rlathdus", "김소연"),
        ("qkrthdus", "박소연"),
        ("Thsl", "쏘니"),
        ("rhksdP", "관예"),
        ("ekfrwhddl", "닭종이"),
        ("dkswk", "안자"),
        ("dkswdk", "앉아"),
        ("Qkfrkd", "빨강"),
        ("dml", "의"),
    ],
)
def test_keys_of_the_other_keyboard(latin: str, hangul: str) -> None:
    assert typed_in_hangul(latin) == hangul
    assert typed_in_latin(hangul) == latin.lower()


def test_what_makes_no_syllables_is_not_of_the_other_keyboard() -> None:
    for none in ("kite", "music", "", "r", "rr", "김소연", "a1", "qkd!", "k" * 50):
        assert typed_in_hangul(none) is None
    for none in ("", "kite", "ㅏa", "漢字", "ㅏ" * 50):
        assert typed_in_latin(none) is None
    assert typed_in_latin("ㅏㅑㅅㄷ") == "kite"


@given(st.text(st.sampled_from("가나닭라몫봐산앉최캔털퓨학젊의쉬뷁넋괜읊"), min_size=1, max_size=8))
def test_syllables_without_shift_are_their_keys_and_back(hangul: str) -> None:
    latin = typed_in_latin(hangul)
    assert latin is not None
    assert typed_in_hangul(latin) == hangul


@given(st.text(max_size=50))
def test_any_text_may_be_of_the_other_keyboard(text: str) -> None:
    for other in (typed_in_hangul(text), typed_in_latin(text)):
        assert other is None or other


def test_only_words_in_their_pieces_are_replaced() -> None:
    assert replaced("kinchi -kinchi", {"kinchi": "kimchi"}, [(0, 6)]) == "kimchi -kinchi"
    assert replaced("artist:Khun khun", {"khun": "kuhn"}, [(7, 11)]) == "artist:kuhn khun"
    assert replaced("(Kínchi)!", {"kinchi": "kimchi"}, [(0, 9)]) == "(kimchi)!"
    assert replaced("Ye-hyum's", {"yehyum": "yehyun"}, [(0, 9)]) == "yehyun"
    assert replaced("same", {"other": "word"}, [(0, 4)]) == "same"


@given(st.text(max_size=60), st.dictionaries(st.text(max_size=5), st.text(max_size=5)))
def test_any_text_is_replaced_without_an_error(text: str, meant: dict[str, str]) -> None:
    changed = replaced(text, meant, [(0, len(text))])
    assert changed == replaced(text, meant, [(0, len(text)), (1, 2)])
    assert replaced(text, {}, []) == text


def test_a_name_is_nearer_than_a_word_and_one_letter_nearer_than_two() -> None:
    words = {"kimchi": 50, "kimono": 3, "kitchen": 9}

    def frequency(word: str) -> int:
        return words.get(word, 0)

    assert nearest("kinchi", frequency, lambda _: []) == "kimchi"
    assert nearest("kimchy", frequency, lambda _: ["kimchu"]) == "kimchu"
    assert nearest("kimchy", frequency, lambda _: ["kimahy"]) == "kimahy"
    assert nearest("kinchy", frequency, lambda _: ["kimchee"]) == "kimchee"
    assert nearest("kitchne", frequency, lambda _: ["kimchee"]) == "kitchen"
    assert nearest("zzzzzzz", frequency, lambda _: []) is None
    assert nearest("ki", frequency, lambda _: ["kim"]) is None
