"""Who is one artist, and who is found by what."""

from collections.abc import Sequence
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.artists import artist_id, artist_key
from bot.core.model import Artist, InterviewSummary, Subject, Topic
from bot.search.artists import OFFERED, ArtistDirectory
from bot.search.results import Lookup
from tests.search.archive import NOON

Written = tuple[str, str | None] | tuple[str, str | None, *tuple[str, ...]]


def directory(*interviews: Sequence[Written], kind: Topic = Topic.OTHER) -> ArtistDirectory:
    """Interviews as lists of (name, role, *aliases), the first the newest, numbered from 1."""
    return ArtistDirectory(
        InterviewSummary(
            number,
            "An interview",
            "u",
            tuple(name for name, *_ in subjects),
            NOON,
            3,
            tuple(Subject(name, role, tuple(aliases)) for name, role, *aliases in subjects),
            kind,
        )
        for number, subjects in enumerate(interviews, 1)
    )


def match_of(found: ArtistDirectory, typed: str) -> Artist:
    match = found.lookup(typed).match
    assert match is not None
    return match


def names(found: tuple[Artist, ...] | list[Artist]) -> list[str]:
    return [artist.name for artist in found]


def interviews(found: ArtistDirectory) -> dict[str, tuple[int, ...]]:
    return {artist.name: artist.interviews for artist in found.artists}


def test_an_artist_is_told_by_the_newest_interview_that_knows() -> None:
    found = directory(
        [("KIM YE-HYUN", None)],
        [("Kim Yehyun", "Fencer", "김예현")],
        [("Kim Ye-hyun", "Singer", "김 예현", "Yehyun")],
    )
    (one,) = found.artists
    assert (one.name, one.aliases) == ("KIM YE-HYUN", ("김예현", "Yehyun"))
    assert (one.role, one.kind, one.interviews) == ("Fencer", Topic.SPORT, (1, 2, 3))
    assert one.id == artist_id("kim yehyun")


def test_what_the_interview_is_about_tells_the_kind_where_no_role_does() -> None:
    (one,) = directory([("KUHN", None)], kind=Topic.MUSIC).artists
    assert one.kind is Topic.MUSIC
    singer, actor = directory([("A", "Singer"), ("B", "Actor")], kind=Topic.ACTING).artists
    assert (singer.kind, actor.kind) == (Topic.MUSIC, Topic.ACTING)


@pytest.mark.parametrize(
    "spelling", ["(G)I-DLE", "gidle", "G-IDLE", "(여자)아이들", "여자아이들", "(g)i dle"]
)
def test_any_spelling_has_an_id_of_the_artist(spelling: str) -> None:
    found = directory([("(G)I-DLE", "Girl Group", "(여자)아이들")], [("KUHN", None)])
    assert found.artist(artist_id(spelling)) == found.artists[0]
    assert found.lookup(spelling) == Lookup(found.artists[0])


@pytest.mark.parametrize(
    "pair",
    [
        ([("Soyeon Kim", None, "김소연")], [("Kim So-yeon", None, "김소연")]),
        ([("Kim Soyun", None, "김소연")], [("Kim So-yeon", None, "김소연")]),
        ([("BTS", None)], [("방탄소년단", None, "BTS")]),
        ([("방탄소년단", None, "BTS")], [("BTS", None)]),
        ([("Jay", None)], [("Jay Park", None, "Jay")]),
        ([("JA$", None)], [("Jas", None)]),
    ],
)
def test_spellings_of_one_artist_are_joined(
    pair: tuple[list[Written], list[Written]],
) -> None:
    assert [one.interviews for one in directory(*pair).artists] == [(1, 2)]


@pytest.mark.parametrize(
    "strangers",
    [
        [[("Jay Park", None, "Jay")], [("Jay Kim", None, "Jay")]],
        [[("Jay", None)], [("Jay Park", None, "Jay")], [("Jay Kim", None, "Jay")]],
        [[("Jungkook", None, "방탄소년단")], [("Jimin", None, "방탄소년단")]],
        [[("Kim Min", None)], [("Kim Minji", None)]],
        [[(name, None, "케이팝")] for name in ("Vicke", "KUHN", "MAIL", "V1NO", "Kassy")],
    ],
)
def test_strangers_who_share_a_spelling_stay_apart(
    strangers: list[list[Written]],
) -> None:
    found = directory(*strangers)
    assert [one.interviews for one in found.artists] == [
        (number,) for number in range(1, len(strangers) + 1)
    ]
    assert all(not one.aliases for one in found.artists)


def test_a_shared_spelling_leads_to_all_who_have_it() -> None:
    found = directory(
        [("Jay Kim", None, "Jay")], [("Jay Park", None, "Jay", "박재범")], [("Jay", None)]
    )
    meant = found.lookup("jay")
    assert (meant.match, meant.exact) == (None, True)
    assert names(meant.offers) == ["Jay", "Jay Kim", "Jay Park"]
    jay, park = found.artist(artist_id("JAY")), found.artist(artist_id("박재범"))
    assert jay is not None
    assert jay.name == "Jay"
    assert park is not None
    assert park.aliases == ("박재범",)


def test_several_subjects_of_one_interview_are_several_artists() -> None:
    found = directory([("HMLT", None), ("KEI-LI", None)], [("Kei-Li", None), ("Kei Li", None)])
    assert interviews(found) == {"HMLT": (1,), "KEI-LI": (1, 2)}


def test_who_has_no_letter_in_the_name_is_no_artist() -> None:
    assert directory([("★", None, "♥")], [("", None)]).artists == ()
    assert directory([("★", None)]).artist(artist_id("★")) is None
    assert directory().lookup("") == Lookup()


PEOPLE = directory(
    [("Kim Ye-hyun", "Fencer", "김예현")],
    [("Vicke Blanka", "Singer-songwriter")],
    [("(G)I-DLE", "Girl Group", "(여자)아이들")],
    [("방탄소년단", None, "BTS")],
    [("JA$", None)],
    [("V1NO", "K-HipHop Artist")],
    [("A.C.E", None)],
    [("Kim Ye-hyun", None)],
)


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("v", "Vicke Blanka"),
        ("blan", "Vicke Blanka"),
        ("vikce", "Vicke Blanka"),
        ("yehyun", "Kim Ye-hyun"),
        ("ye hy", "Kim Ye-hyun"),
        ("김예", "Kim Ye-hyun"),
        ("예현", "Kim Ye-hyun"),
        ("yehyum", "Kim Ye-hyun"),
        ("gidle", "(G)I-DLE"),
        ("아이들", "(G)I-DLE"),
        ("bts", "방탄소년단"),
        ("방탄", "방탄소년단"),
        ("jas", "JA$"),
        ("vino", "V1NO"),
        ("ace", "A.C.E"),
    ],
)
def test_what_is_typed_is_completed(typed: str, best: str) -> None:
    assert names(PEOPLE.complete(typed, 25))[:1] == [best]


def test_nothing_typed_gives_the_artists_of_the_newest_interviews() -> None:
    assert names(PEOPLE.complete("", 3)) == ["Kim Ye-hyun", "Vicke Blanka", "(G)I-DLE"]
    assert len(PEOPLE.complete("", 25)) == 7


@pytest.mark.parametrize("near", ["vicke blnaka", "vicke", "blanka", "vick"])
def test_who_is_only_nearly_called_so_is_offered(near: str) -> None:
    meant = PEOPLE.lookup(near)
    assert (meant.match, meant.exact) == (None, False)
    assert names(meant.offers) == ["Vicke Blanka"]


def test_few_are_offered_and_nobody_whose_name_is_not_like_the_words() -> None:
    many = directory(*[[(f"Kim {n}", None)] for n in range(40)])
    assert len(many.lookup("kim").offers) == OFFERED
    for stranger in ("zeppelin", "vicke zeppelin", "blaze", "kim zico"):
        assert PEOPLE.lookup(stranger) == Lookup()


@pytest.mark.parametrize("role", ["fencer", "Girl Group", "group", "songwriter", "hiphop artist"])
def test_a_role_is_nobodys_name(role: str) -> None:
    assert PEOPLE.lookup(role) == Lookup()
    assert PEOPLE.complete(role, 25) == []


def test_a_name_is_found_by_its_sound_where_no_alias_tells() -> None:
    found = directory([("Kim So-yeon", None)], [("박서준", None)], [("Vicke Blanka", None)])
    for typed in ("김소연", "김 소연"):
        assert match_of(found, typed).name == "Kim So-yeon"
    for typed in ("park seojun", "Seo-joon Park", "Bak Seojun"):
        assert match_of(found, typed).name == "박서준"
    assert names(found.complete("소연", 25)) == ["Kim So-yeon"]
    assert names(found.complete("park seojun", 25)) == ["박서준"]


def test_a_name_in_hangul_is_nobodys_who_writes_another_one() -> None:
    found = directory([("Kim Sun-young", None, "김선영")])
    assert found.lookup("김순영").match is None
    assert found.lookup("김선영").match is found.artists[0]
    assert found.lookup("kim seonyeong").match is found.artists[0]


def test_a_romanisation_that_several_have_is_asked_about() -> None:
    found = directory([("김순영", None)], [("김선영", None)])
    meant = found.lookup("Kim Sun-young")
    assert (meant.match, meant.exact) == (None, True)
    assert set(meant.offers) == set(found.artists)


NAMES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["Jay", "Jay Park", "jay-park", "김소연", "Kim So-yeon", "Soyeon Kim", "BTS"]),
)
SUBJECTS = st.lists(
    st.tuples(NAMES, st.none() | st.just("Singer"), NAMES, NAMES), max_size=2, unique=True
)


@settings(max_examples=150)
@given(written=st.lists(SUBJECTS, max_size=8), typed=NAMES)
def test_whatever_the_names_everybody_is_somebody_and_can_be_completed(
    written: list[list[tuple[str, str | None, str, str]]], typed: str
) -> None:
    found = directory(*written)
    for number, subjects in enumerate(written, 1):
        for name, _, *aliases in subjects:
            if not artist_key(name):
                continue
            (one,) = [one for one in found.artists if _is_called(one, name)]
            assert number in one.interviews
            assert found.artist(artist_id(name)) == one
            meant = found.lookup(name)
            assert one == meant.match or (one in meant.offers and meant.exact)
            for alias in filter(artist_key, aliases):
                assert found.artist(artist_id(alias)) is not None
    assert len(found.complete(typed, 5)) <= 5
    assert all(list(one.interviews) == sorted(set(one.interviews)) for one in found.artists)
    keys = [artist_key(name) for one in found.artists for name in (one.name, *one.aliases)]
    assert len(keys) == len(set(keys))


def _is_called(artist: Artist, name: str) -> bool:
    return artist_key(name) in map(artist_key, (artist.name, *artist.aliases))


async def test_artists_and_days_follow_the_store(archive: SimpleNamespace) -> None:
    index = archive.index
    assert index.complete_artists("bts")[0].interviews == (archive.ids["bts"],)
    assert index.artist(artist_id("박소연")).name == "Park So-yeon"
    assert index.find_artist("g idle").match.name == "(G)I-DLE"
    assert [one.id for one in index.on_day(2, 28)] == [archive.ids["gidle"]]
    assert index.on_day(2, 30) == ()
    assert [one.id for one in index.listed()] == [
        one.id for one in await archive.store.interviews.latest(99)
    ]
    assert [one.id for one in index.listed(Topic.SPORT)] == [archive.ids["yehyun"]]
    assert index.listed(Topic.GAME) == ()
    async with archive.store.transaction() as tx:
        await tx.interviews.withdraw(archive.ids["bts"], NOON)
    await index.sync(archive.store)
    assert index.artist(artist_id("bts")) is None
    assert index.complete_artists("방탄") == []
