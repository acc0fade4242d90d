"""Who is the same artist."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.artists import ID_LENGTH, artist_id, artist_ids, artist_key, other_name
from bot.core.model import Subject


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("(G)I-DLE", "gidle"),
        ("A.C.E", "ace"),
        ("Kim Ye-hyun", "kim yehyun"),
        ("JA$", "jas"),
        ("ＭＣＮＤ", "mcnd"),
        ("𝘔𝘊𝘕𝘋", "mcnd"),
        ("ＪＡ＄", "jas"),
        ("Beyoncé", "beyonce"),
        ("방탄 소년단", "방탄소년단"),
    ],
)
def test_obvious_spellings_are_one(one: str, other: str) -> None:
    assert artist_key(one) == artist_key(other)
    assert artist_id(one) == artist_id(other)


def test_other_names_are_others() -> None:
    assert artist_id("Kassy") != artist_id("Kasi")
    assert artist_key("★") == ""


def test_an_interview_has_the_ids_of_all_its_spellings() -> None:
    subjects = (Subject("Kim Ye-hyun", "Fencer", ("김예현", "!")), Subject("V1NO"))
    expected = {artist_id("Kim Ye-hyun"), artist_id("김예현"), artist_id("V1NO")}
    assert artist_ids(subjects) == expected


@given(st.text())
def test_any_text_has_an_id_that_knows_its_key_again(text: str) -> None:
    assert len(artist_id(text)) == ID_LENGTH
    assert artist_key(artist_key(text)) == artist_key(text)
    assert artist_id(artist_key(text)) == artist_id(text)


@pytest.mark.parametrize(
    ("name", "aliases", "other"),
    [
        ("Han Seoyun", ("SEOYUN", "한서윤"), "한서윤"),
        ("한서윤", ("서윤", "Han  Seoyun"), "Han Seoyun"),
        ("TXT 투바투", ("TXT",), "TXT"),
        ("Han Seoyun", ("SEOYUN", " "), ""),
        ("한서윤", ("\u3164",), ""),
    ],
)
def test_a_name_in_the_other_script(name: str, aliases: tuple[str, ...], other: str) -> None:
    assert other_name(Subject(name, None, aliases)) == other
