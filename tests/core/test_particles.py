"""Korean particles after any name."""

import gettext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.i18n import Text
from bot.core.mentions import Mentions
from bot.core.particles import ParticleFormatter, particle

FORMATTER = ParticleFormatter()


@pytest.mark.parametrize(
    ("name", "topic", "towards"),
    [
        ("방탄소년단", "은", "으로"),
        ("아이유", "는", "로"),
        ("르세라핌", "은", "으로"),
        ("서울", "은", "로"),
        ("BTS", "는", "로"),
        ("NCT 127", "은", "로"),
        ("2NE1", "은", "로"),
        ("SF9", "는", "로"),
        ("B1A4", "는", "로"),
        ("100", "은", "으로"),
        ("Red Velvet", "은", "으로"),
        ("Stray Kids", "는", "로"),
        ("BLACKPINK", "는", "로"),
        ("TWICE", "는", "로"),
        ("Seventeen", "은", "으로"),
        ("Jungkook", "은", "으로"),
        ("Han Seoyun", "은", "으로"),
        ("Kim So-yeon", "은", "으로"),
        ("NELL", "은", "로"),
        ("Apple", "은", "로"),
        ("EXO", "는", "로"),
        ("SM", "은", "으로"),
        ("**한서윤**", "은", "으로"),
        ("“아이유”", "는", "로"),
        ("(여자)아이들", "은", "로"),
        ("아이유 💜", "는", "로"),
    ],
)
def test_the_particle_follows_the_last_sound(name: str, topic: str, towards: str) -> None:
    assert particle(name, "은", "는") == topic
    assert particle(name, "으로", "로") == towards


@pytest.mark.parametrize("name", ["<#123>", "<@&5>", "<t:9:D>", "💜", "", "あい", "李"])
def test_where_the_sound_is_unknown_both_stand_there(name: str) -> None:
    assert particle(name, "은", "는") == "은(는)"
    assert particle(name, "으로", "로") == "(으)로"
    assert particle(name, "이라는", "라는") == "(이)라는"


def test_a_sentence_names_the_pair() -> None:
    assert FORMATTER.format("{name:이/가} {n}개", name="아이유", n=3) == "아이유가 3개"
    assert FORMATTER.format("{{name}} {name:을/를}", name="Han") == "{name} Han을"


@given(st.text(), st.sampled_from([("은", "는"), ("으로", "로"), ("과", "와")]))
def test_any_name_has_one(name: str, pair: tuple[str, str]) -> None:
    assert particle(name, *pair) in {*pair, f"{pair[0]}({pair[1]})", "(으)로"}


class OneSentence(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return "{name:이/가} 있어요"


def test_the_korean_catalogue_is_filled_with_particles() -> None:
    assert Text("ko", OneSentence(), Mentions())("any.key", name="아이유") == "아이유가 있어요"
