"""What a search found, as it is shown."""

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.i18n import Text
from bot.core.model import Artist, Topic
from bot.fans.results import HitGroup, SearchRequest, SearchResultPage
from bot.search import Fragment, Hit, UnknownFilter
from bot.ui.ids import query_key, short_query
from bot.ui.layout import Layout
from bot.ui.search_results import search_page, unknown_artist
from tests.ui.limits import buttons, shown, texts, within_limits
from tests.ui.samples import ARTIST, ENTRY, SUMMARY, artists, summaries
from tests.ui.strategies import NOW, TEXT, TEXTS

patient = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))

FRAGMENTS = st.lists(st.builds(Fragment, TEXT, st.booleans()), max_size=6).map(tuple)


def hit(number: int | None, question: str, *fragments: Fragment) -> Hit:
    return Hit(7, number, SUMMARY.title, SUMMARY.names, NOW, question, fragments, 1.0)


def results(request: SearchRequest, found: list[HitGroup], **changes: Any) -> SearchResultPage:
    return SearchResultPage(request, tuple(found), **{"page": 0, "total": 0} | changes)


@st.composite
def groups(draw: st.DrawFn) -> list[HitGroup]:
    found = draw(summaries(5))
    left = 5
    made = []
    for summary in found:
        count = draw(st.integers(1, max(1, left - len(found) + 1)))
        numbers = draw(
            st.lists(
                st.one_of(st.none(), st.integers(1, 300)),
                min_size=1,
                max_size=min(count, left),
                unique=True,
            )
        )
        if not left:
            break
        left -= len(numbers)
        hits = tuple(hit(number, draw(TEXT), *draw(FRAGMENTS)) for number in numbers)
        made.append(HitGroup(summary, hits))
    return made


ASKED = st.builds(
    SearchRequest,
    TEXT.map(lambda query: short_query(query) or "x"),
    st.none() | artists,
    st.none() | st.sampled_from(Topic),
    st.none() | st.integers(1990, 2100),
)


@patient
@given(
    found=groups(),
    asked=ASKED,
    page=st.integers(0, 999),
    exact=st.booleans(),
    corrected=st.none() | TEXT,
    meaning=st.booleans(),
    text=TEXTS,
)
def test_any_results_are_within_discords_limits(
    found: list[HitGroup],
    asked: SearchRequest,
    page: int,
    exact: bool,
    corrected: str | None,
    meaning: bool,
    text: Text,
) -> None:
    shape = {"exact": exact, "corrected": corrected, "by_meaning": meaning}
    if not asked.is_narrowed:
        shape["has_other_way"] = True
    within_limits(search_page(results(asked, found, page=page, total=99, **shape), text))


COUNTS = st.dictionaries(
    st.sampled_from(["artist", "kind", "year", "all"]), st.integers(0, 10**6), max_size=4
)


@patient
@given(asked=ASKED, less=COUNTS, text=TEXTS)
def test_any_search_for_nothing_is_within_discords_limits(
    asked: SearchRequest, less: dict[str, int], text: Text
) -> None:
    within_limits(search_page(results(asked, [], hits_without=less), text))
    within_limits(search_page(results(asked, [], page=3), text))


def test_what_was_found_is_in_bold_and_everything_else_literal(text: Text) -> None:
    found = hit(
        2,
        "What *do* you eat?",
        Fragment("… eat "),
        Fragment("떡"),
        Fragment("볶이", bold=True),
        Fragment("를 *daily* "),
        Fragment(" rice ", bold=True),
        Fragment("#1"),
    )
    layout = search_page(
        results(SearchRequest("떡볶이"), [HitGroup(SUMMARY, (found,))], page=0, total=1), text
    )
    assert texts(layout) == [
        "## Results for “떡볶이”\n-# 1 passage found",
        ENTRY,
        "2\\. What \\*do\\* you eat?\n> … eat 떡**볶이**를 \\*daily\\* **rice** \\#1",
    ]


def test_neighbouring_words_that_were_found_are_one(text: Text) -> None:
    found = hit(2, "Why?", Fragment("a", bold=True), Fragment("b", bold=True))
    layout = search_page(
        results(SearchRequest("x"), [HitGroup(SUMMARY, (found,))], page=0, total=1), text
    )
    assert "> **ab**" in shown(layout)


def test_a_snippet_that_is_cut_says_so(text: Text) -> None:
    """Words in bold need room for their marks, so that what follows them may have none."""
    rain = Fragment("rain", bold=True)
    cut = [[rain, Fragment(" on the roof, ")] * words for words in range(1, 60)]
    cut += [[Fragment(f"{'o' * letters} "), rain] for letters in range(200, 240)]
    for fragments in cut:
        found = hit(2, "Why?", *fragments, Fragment(" and no end"))
        layout = search_page(
            results(SearchRequest("rain"), [HitGroup(SUMMARY, (found,))], page=0, total=1), text
        )
        said = shown(layout).rstrip()
        assert said.endswith(("and no end", "…"))
        assert not said.endswith(" …")


def test_a_result_leads_to_its_question(text: Text) -> None:
    hits = (hit(12, "Why?", Fragment("so")), hit(None, "", Fragment("intro", bold=True)))
    layout = search_page(
        results(SearchRequest("so"), [HitGroup(SUMMARY, hits)], page=1, total=12), text
    )
    assert "12 passages found · page 2 of 3" in shown(layout)
    assert [(found["label"], found["custom_id"]) for found in buttons(layout)] == [
        ("Read", "kc:found:7:12:so"),
        ("Read", "kc:found:7:0:so"),
        ("Back", "kc:seek:0::::so"),
        ("Next", "kc:seek:2::::so"),
    ]


def test_where_only_the_title_has_the_words_nothing_else_is_quoted(text: Text) -> None:
    found = hit(None, "", Fragment("An introduction."))
    layout = search_page(
        results(SearchRequest("o.v"), [HitGroup(SUMMARY, (found,))], page=0, total=1), text
    )
    assert texts(layout)[1:] == [ENTRY]
    assert [one["custom_id"] for one in buttons(layout)] == ["kc:read:7"]


def by_meaning(text: Text, query: str = "ask of it", **changes: Any) -> Layout:
    hits = (hit(2, "Why?", Fragment("… "), Fragment("So it is.")), hit(None, "", Fragment("Hi.")))
    groups = [HitGroup(SUMMARY, hits)]
    shape = {"total": 9, "exact": False, "by_meaning": True} | changes
    return search_page(results(SearchRequest(query), groups, **shape), text)


def test_what_was_found_by_meaning_says_so_and_marks_nothing(text: Text) -> None:
    layout = by_meaning(text)
    head, entry, *found = texts(layout)
    assert head == (
        "## Results for “ask of it”\n"
        "Nothing has these words. By meaning, these may be about it:\n"
        "-# 9 passages found · page 1 of 2"
    )
    assert entry == ENTRY
    assert found == ["2\\. Why?\n> … So it is.", "Read from the start\n> Hi."]
    assert "%" not in shown(layout)
    assert [(one["label"], one["custom_id"]) for one in buttons(layout)] == [
        ("Read", "kc:at:7:2.0"),
        ("Read", "kc:read:7"),
        ("Next", "kc:mean:1:ask of it"),
    ]


def test_one_way_of_searching_leads_to_the_other(text: Text) -> None:
    meant = by_meaning(text, "why", exact=True, has_other_way=True)
    assert "By meaning, these may be about it:" in shown(meant)
    assert "Nothing has" not in shown(meant)
    assert ("By words", "kc:seek:0::::why") in [
        (one["label"], one["custom_id"]) for one in buttons(meant)
    ]
    long = "a line that somebody remembers from an answer, and that is far too long for a button"
    for query, custom_id in (
        ("why", "kc:mean:0:why"),
        (long, f"kc:sense:0:{query_key(long)}"),
    ):
        one = HitGroup(SUMMARY, (hit(2, "Why?", Fragment("so")),))
        for found in ([one], []):
            page = results(SearchRequest(query), found, has_other_way=True)
            assert ("By meaning", custom_id) in [
                (each["label"], each["custom_id"]) for each in buttons(search_page(page, text))
            ]


def test_words_found_in_a_question_are_in_bold(text: Text) -> None:
    asked = (Fragment("Does *the* "), Fragment("rain", bold=True), Fragment(" stop?"))
    found = replace(hit(2, "Does *the* rain stop?", Fragment("No.")), marked_question=asked)
    layout = search_page(
        results(SearchRequest("rain"), [HitGroup(SUMMARY, (found,))], page=0, total=1), text
    )
    assert texts(layout)[2] == "2\\. Does \\*the\\* **rain** stop?\n> No."


def unmet(text: Text, name: str, value: str, *offers: Artist) -> Layout:
    asked = SearchRequest(f"rain {name}:{value}")
    unknown = (UnknownFilter(name, value, "rain"),)
    return search_page(replace(results(asked, []), unknown=unknown, offers=offers), text)


def test_a_filter_that_nothing_meets_is_named(text: Text) -> None:
    layout = unmet(text, "kind", "xyz")
    assert shown(layout).startswith(
        "**There's no kind called “xyz”.** Choose from: `music`, `acting`"
    )
    assert [(one["label"], one["custom_id"]) for one in buttons(layout)] == [
        ("Search without this filter", "kc:seek:0::::rain")
    ]
    assert "**Nothing found for the year “soon”.**" in shown(unmet(text, "year", "soon"))
    nobody = unmet(text, "artist", "nosuchone")
    assert shown(nobody) == "**No interview with “nosuchone” yet.**"
    offered = unmet(text, "artist", "o.w", ARTIST)
    assert shown(offered) == "**No interview with “o.w” yet.** Did you mean one of these?"
    assert [(one["label"], one["custom_id"]) for one in buttons(offered)] == [
        ("O.V", "kc:seek:0:::0123456789:rain"),
        ("Search without this filter", "kc:seek:0::::rain"),
    ]
    many = [replace(ARTIST, id=f"{n:010x}", name="_" * 300) for n in range(25)]
    for name in ("kind", "year", "artist"):
        within_limits(unmet(text, name, "*" * 200, *many))


def test_an_unknown_artist_leaves_a_way_on(text: Text) -> None:
    layout = unknown_artist(SearchRequest("tour", None, Topic.FILM, 2024), "*nobody*", text)
    within_limits(layout)
    assert "**No interview with “\\*nobody\\*” yet**" in shown(layout)
    assert [(one["label"], one["custom_id"]) for one in buttons(layout)] == [
        ("Search all artists", "kc:seek:0:f:2024::tour")
    ]


def test_near_results_say_that_they_are(text: Text) -> None:
    hits = (hit(1, "Why?", Fragment("so")),)
    near = search_page(
        results(SearchRequest("so"), [HitGroup(SUMMARY, hits)], page=0, total=1, exact=False), text
    )
    assert "Nothing has all of these words, but these come closest." in shown(near)


def plain(text: Text, asked: SearchRequest, **changes: Any) -> tuple[str, list[tuple[str, str]]]:
    """The head of a list with one hit, and its buttons."""
    hits = (hit(1, "Why?", Fragment("so")),)
    given: dict[str, Any] = {"page": 0, "total": 1} | changes
    layout = search_page(results(asked, [HitGroup(SUMMARY, hits)], **given), text)
    found = [(one["label"], one["custom_id"]) for one in buttons(layout)]
    return texts(layout)[0], found


def test_the_filters_are_named_and_every_page_keeps_them(text: Text) -> None:
    asked = SearchRequest("tour", ARTIST, Topic.MUSIC, 2024)
    head, found = plain(text, asked, page=1, total=12)
    assert head == (
        "## Results for “tour”\nOnly **O.V** · **Music** · **2024**\n"
        "-# 12 passages found · page 2 of 3"
    )
    assert found == [
        ("Read", "kc:found:7:1:tour"),
        ("Back", "kc:seek:0:m:2024:0123456789:tour"),
        ("Next", "kc:seek:2:m:2024:0123456789:tour"),
        ("Search everywhere", "kc:seek:0::::tour"),
    ]


def test_a_corrected_search_says_what_it_shows(text: Text) -> None:
    head, found = plain(text, SearchRequest("teokbokki"), exact=False, corrected="tteokbokki *")
    assert head == (
        "## Results for “teokbokki”\n"
        "No exact matches. Here are results for “tteokbokki \\*”.\n"
        "-# 1 passage found"
    )
    assert found == [("Read", "kc:found:7:1:tteokbokki *")]


def test_few_results_come_with_another_search(text: Text) -> None:
    head, found = plain(text, SearchRequest("rain", kind=Topic.FILM), corrected="train")
    assert head == (
        "## Results for “rain”\nDid you mean “train”?\nOnly **Film**\n-# 1 passage found"
    )
    assert found[-1] == ("Search for “train”", "kc:seek:0:f:::train")


def test_nothing_found_says_which_filter_to_drop(text: Text) -> None:
    asked = SearchRequest("tour", ARTIST, Topic.FILM, 2024)
    layout = search_page(results(asked, [], hits_without={"artist": 3, "kind": 0, "year": 1}), text)
    assert texts(layout) == [
        (
            "**Nothing found for “tour”** with these filters: **O.V** · **Film** · "
            "**2024**.\nRemove a filter and there are results:"
        )
    ]
    assert [(one["label"], one["custom_id"]) for one in buttons(layout)] == [
        ("Any artist (3)", "kc:seek:0:f:2024::tour"),
        ("Any year (1)", "kc:seek:0:f::0123456789:tour"),
    ]


def test_nothing_found_until_all_filters_are_dropped(text: Text) -> None:
    layout = search_page(
        results(
            SearchRequest("tour", ARTIST, Topic.FILM), [], hits_without={"artist": 0, "all": 9}
        ),
        text,
    )
    assert shown(layout).endswith("Remove the filters and there are results:")
    assert [(one["label"], one["custom_id"]) for one in buttons(layout)] == [
        ("Everywhere (9)", "kc:seek:0::::tour")
    ]


def test_nothing_found_with_filters_in_the_words_says_to_leave_them_out(text: Text) -> None:
    advice = "- Or remove a filter: `artist:`, `kind:` or `year:`."
    assert shown(search_page(results(SearchRequest("rain Year:1999"), []), text)).endswith(
        f"\n{advice}"
    )
    assert advice not in shown(search_page(results(SearchRequest("my birthyear: 1999"), []), text))


def test_nothing_found_even_without_filters(text: Text) -> None:
    layout = search_page(
        results(SearchRequest("xyzzy", kind=Topic.FILM), [], hits_without={"kind": 0}), text
    )
    assert "Removing the filters doesn't help either." in shown(layout)
    assert buttons(layout) == []


def test_beyond_the_last_page_the_first_is_a_press_away(text: Text) -> None:
    layout = search_page(results(SearchRequest("tour", year=2024), [], page=3), text)
    assert "That's all for “tour”." in shown(layout)
    assert [one["custom_id"] for one in buttons(layout)] == ["kc:seek:0::2024::tour"]
