"""An artist as the commands show one."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.i18n import Text
from bot.core.model import Artist, InterviewSummary, Topic
from bot.fans.results import INTERVIEWS_PER_ARTIST_PAGE, ArtistProfile, Quoted
from bot.quotes.choosing import Quote
from bot.ui.artist import artist_choice, artist_page, artists_page, nobody_page
from bot.ui.ids import ArtistPage, SearchPage
from tests.ui.limits import buttons, shown, texts, units, within_limits
from tests.ui.samples import ARTIST, SUMMARY, artists, summaries
from tests.ui.strategies import TEXT, TEXTS

patient = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))

QUOTED = st.tuples(
    summaries(1).map(lambda found: found[0]),
    st.builds(Quote, TEXT, TEXT, st.none(), TEXT, TEXT, st.integers(1, 200)),
)


@patient
@given(
    artist=artists,
    found=summaries(INTERVIEWS_PER_ARTIST_PAGE),
    page=st.integers(0, 999),
    quoted=st.none() | QUOTED,
    text=TEXTS,
)
def test_any_artist_is_within_discords_limits(
    artist: Artist,
    found: list[InterviewSummary],
    page: int,
    quoted: Quoted,
    text: Text,
) -> None:
    within_limits(artist_page(ArtistProfile(artist, tuple(found), page, quoted), text))


@patient
@given(
    found=st.lists(artists, min_size=1, max_size=12, unique_by=lambda artist: artist.id),
    wanted=TEXT,
    known=st.booleans(),
    text=TEXTS,
)
def test_any_candidates_are_within_discords_limits(
    found: list[Artist], wanted: str, known: bool, text: Text
) -> None:
    query = wanted[:60] or "x"
    layout = artists_page(
        wanted, found, text, exact=known, choose=lambda one: SearchPage(0, query, one.id)
    )
    within_limits(layout)
    within_limits(nobody_page(wanted, text))


@patient
@given(artist=artists)
def test_any_artist_is_offered_within_discords_limit(artist: Artist, text: Text) -> None:
    name = artist_choice(artist, text)
    assert 1 <= units(name) <= 100
    assert name.strip()


@pytest.mark.parametrize(
    ("artist", "choice"),
    [
        (ARTIST, "O.V (오브이) · Singer · 1 interview"),
        (replace(ARTIST, aliases=(), role=None), "O.V · 1 interview"),
        (replace(ARTIST, role="R" * 90), "O.V (오브이) · 1 interview"),
        (replace(ARTIST, aliases=("방" * 90,)), "O.V · Singer · 1 interview"),
        (replace(ARTIST, interviews=(7, 8)), "O.V (오브이) · Singer · 2 interviews"),
    ],
)
def test_a_choice_says_as_much_as_there_is_room_for(
    artist: Artist, choice: str, text: Text
) -> None:
    assert artist_choice(artist, text) == choice


def test_an_artist_with_an_answer_and_interviews(text: Text) -> None:
    quoted = (SUMMARY, Quote("I love rain.\nEvery day.", "OV", None, "Why *rain*?", "", 3))
    layout = artist_page(ArtistProfile(ARTIST, (SUMMARY,), 0, quoted), text)
    assert texts(layout) == [
        "## O.V\nSinger · Music\n-# Also known as 오브이, OV",
        "> I love rain. Every day.\n"
        "-# They were asked: “Why \\*rain\\*?” · [Interview with O.V](https://kcrush.example/ov/)",
        "**1 interview**",
        "**Interview with O.V**\n-# November 2026 · 14 questions",
    ]
    assert [(one["label"], one["custom_id"]) for one in buttons(layout)] == [
        ("Read", "kc:read:7"),
        ("Follow", "kc:follow:0123456789"),
        ("Quote", "kc:quote:7:3"),
    ]


def test_who_answered_is_named_where_it_is_another(text: Text) -> None:
    quoted = (SUMMARY, Quote("I love rain.", "Minji", None, "", "", 3))
    layout = artist_page(ArtistProfile(ARTIST, (SUMMARY,), 0, quoted), text)
    assert "-# Minji · [Interview with O.V](https://kcrush.example/ov/)" in shown(layout)


def test_only_who_else_speaks_makes_a_list_name_anybody(text: Text) -> None:
    together = replace(SUMMARY, names=("O.V", "Minji"))
    assert "**O.V, Minji**\n" in shown(artist_page(ArtistProfile(ARTIST, (together,), 0), text))


def test_a_kind_that_the_role_says_is_not_said_twice(text: Text) -> None:
    director = replace(ARTIST, role="Film Director", kind=Topic.FILM)
    assert "## O.V\nFilm Director\n" in shown(
        artist_page(ArtistProfile(director, (SUMMARY,), 0), text)
    )


def test_many_interviews_are_paged(text: Text) -> None:
    busy = replace(ARTIST, interviews=tuple(range(20)))
    layout = artist_page(ArtistProfile(busy, (SUMMARY,), 1), text)
    assert "**20 interviews** · page 2 of 4" in shown(layout)
    assert [one["custom_id"] for one in buttons(layout)] == [
        "kc:read:7",
        "kc:artist:0123456789:0",
        "kc:artist:0123456789:2",
        "kc:follow:0123456789",
    ]


def test_candidates_tell_themselves_apart(text: Text) -> None:
    other = Artist("9876543210", "O.V", (), "Webtoon Artist", Topic.WEBTOON, (8, 9))
    layout = artists_page(
        "o.v", [ARTIST, other], text, exact=True, choose=lambda one: ArtistPage(one.id)
    )
    assert texts(layout) == [
        "## Which “o.v”?",
        "**O.V**\n-# 오브이 · Singer · Music · 1 interview",
        "**O.V**\n-# Webtoon Artist · Webtoons and comics · 2 interviews",
    ]
    assert [one["custom_id"] for one in buttons(layout)] == [
        "kc:artist:0123456789:0",
        "kc:artist:9876543210:0",
    ]
