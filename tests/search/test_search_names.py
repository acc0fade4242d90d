"""Every name by every spelling: as people write it, as they don't, in Hangul and romanised."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Answer, Interview, Subject, Transcript, Turn
from bot.search import SearchIndex
from bot.search.romanising import (
    LONGEST_NAME,
    MOST_READINGS,
    MOST_SPELLINGS,
    hangul_readings,
    romanisations,
    surname_and_given_name,
)
from bot.store import Store
from tests.search.archive import FOOD, STAGE, interview


def said(key: str, name: str, answer: str, aliases: tuple[()] = ()) -> Interview:
    """An interview in which somebody else is spoken of in an answer."""
    return Interview(
        guid=f"https://kcrush.example/?p={key}",
        url=f"https://kcrush.example/{key}/",
        title=f"Interview with {name}",
        subjects=(Subject(name, None, aliases),),
        transcript=Transcript("", (Turn(1, STAGE, (Answer(None, answer),)),), ""),
    )


ARCHIVE = {
    "gidle": interview("gidle", "(G)I-DLE", (FOOD, "Tteokbokki.")),
    "ace": interview("ace", "A.C.E", (FOOD, "Stew.")),
    "jas": interview("jas", "JA$", (FOOD, "Noodles.")),
    "vino": interview("vino", "V1NO", (FOOD, "Rice.")),
    "kpop": interview("kpop", "Mara", ("Since when?", "K-pop was always on at home.")),
    "yehyun": interview("yehyun", "Kim Ye-hyun", (FOOD, "Soup.")),
    "bts": interview("bts", "방탄소년단", (STAGE, "방탄소년단의 무대는 언제나 즐거워요.")),
    "bina": interview("bina", "빈아", (FOOD, "빵이요.")),
    "soyeon": interview("soyeon", "Kim So-yeon", (FOOD, "Cake.")),
    "hangul": interview("hangul", "박준희", (FOOD, "떡이요.")),
    "lee": interview("lee", "Yi Seung-woo", (FOOD, "Figs.")),
    "jung": interview("jung", "Jung Eun-young", (FOOD, "Melon.")),
    "said": said("said", "Tara", "My teacher Choi Min-su told me to breathe."),
    "apart": said("apart", "Zed", "I was with Han Ji Ho on the stage."),
    "korean": said("korean", "Quill", "저는 윤서현 선생님을 존경해요."),
    "alias": interview("alias", "KITEHAWK", (FOOD, "Plums."), aliases=("솔개매",)),
}

SPELLINGS = {
    "gidle": ["(G)I-DLE", "(g)i-dle", "gidle", "g idle", "G-IDLE", "GIDLE", "gi-dle", "GIDL"],
    "ace": ["A.C.E", "a.c.e.", "ace", "ACE", "a c e"],
    "jas": ["JA$", "ja$", "jas", "JAS"],
    "vino": ["V1NO", "v1no", "vino", "VINO", "v1n"],
    "kpop": ["K-pop", "kpop", "KPOP", "k pop", "K‑Pop"],
    "yehyun": [
        *("Kim Ye-hyun", "kim yehyun", "yehyun", "ye hyun", "Ye-hyun", "YEHYUN", "ye-hyeon"),
        *("김예현", "예현", "예현이", "gim ye hyeon", "yehyeon kim", "yehyum", "yehun"),
    ],
    "bts": [
        "방탄소년단",
        "방탄 소년단",
        "방탄",
        "소년단",
        "방탄소년단의",
        "방탄소년단은",
        "방탄소넌단",
    ],
    "bina": ["빈아", "빈아의", "bina", "bin-a", "been ah"],
    "soyeon": [
        *("김소연", "소연", "소연이", "kim soyeon", "Kim So Yeon", "kimsoyeon", "so yeon kim"),
        *("Kim So-youn", "soyoun", "gim soyeon", "soyeom", "sooyeon", "김소언"),
    ],
    "hangul": [
        *(
            "박준희",
            "준희",
            "park junhee",
            "Park Jun-hee",
            "joon hee",
            "Bak Jun-hui",
            "junhee park",
        ),
        *("PARK JOON HEE", "박준히"),
    ],
    "lee": ["lee seungwoo", "Rhee Seung-woo", "yi sungwoo", "이승우", "승우", "seung woo lee"],
    "jung": ["jeong eunyoung", "Chung Eun-yeong", "정은영", "은영", "jung un young", "eunyeong"],
    "said": ["최민수", "민수", "choi minsoo", "Choe Min Soo", "minsu"],
    "apart": ["한지호", "지호", "jiho", "han jiho", "Ji-ho"],
    "korean": ["윤서현", "yoon seohyun", "Yun Seo-hyeon", "seohyun yoon", "서현", "Youn Suh Hyun"],
    "alias": ["kitehawk", "솔개매", "kite hawk", "kitehauk", "솔개"],
}


@pytest.fixture
async def people(store: Store, index: SearchIndex) -> SimpleNamespace:
    async with store.transaction() as tx:
        keys = {await tx.interviews.insert(one, "d"): key for key, one in ARCHIVE.items()}
    await index.sync(store)

    async def first(query: str) -> str | None:
        results = await index.search(query, limit=3)
        return next((keys[hit.interview_id] for hit in results.hits), None)

    return SimpleNamespace(first=first, index=index, keys=keys)


async def test_every_name_is_found_by_every_spelling(people: SimpleNamespace) -> None:
    spelled = [(key, one) for key, spellings in SPELLINGS.items() for one in spellings]
    missed = {one: found for key, one in spelled if (found := await people.first(one)) != key}
    assert missed == {}


async def test_every_name_narrows_by_every_right_spelling(people: SimpleNamespace) -> None:
    wrong = {"방탄소넌단", "yehyum", "yehun", "soyeom", "sooyeon", "김소언", "박준히", "kitehauk"}
    missed = {}
    for key in sorted(SPELLINGS.keys() - {"kpop", "said", "apart", "korean"}):
        for spelling in SPELLINGS[key]:
            results = await people.index.search(f'artist:"{spelling}"')
            found = {people.keys[hit.interview_id] for hit in results.hits}
            if spelling in wrong:
                offers = people.index.find_artist(spelling).offers
                offered = {people.keys[number] for one in offers for number in one.interviews}
                if found or key not in offered:
                    missed[spelling] = (found, offered)
            elif found != {key} or not results.exact:
                missed[spelling] = (found, results.corrected)
    assert missed == {}


async def test_the_other_spelling_is_bold(people: SimpleNamespace) -> None:
    for query, bold in {
        "최민수": ["Choi Min-su"],
        "한지호": ["Han Ji Ho"],
        "yoon seohyun": ["윤서현"],
    }.items():
        (hit, *_) = (await people.index.search(query)).hits
        marked = " ".join(part.text for part in hit.snippet if part.bold)
        assert marked == " ".join(bold)


async def test_a_sound_is_not_taken_for_another_name(people: SimpleNamespace) -> None:
    for query in ("이하준", "kim jaewon", "민지", "so young", "장미란"):
        results = await people.index.search(query)
        assert not results.hits or not results.exact, query


@pytest.mark.parametrize(
    ("hangul", "usual"),
    [
        ("소연", ["soyeon", "soyoun", "soyun"]),
        ("승우", ["seungwoo", "sungwoo", "seungwu"]),
        ("은영", ["eunyoung", "eunyeong", "unyoung"]),
        ("현희", ["hyunhee", "hyeonhui"]),
        ("준수", ["junsu", "joonsoo"]),
        ("정국", ["jungkook", "jeongguk"]),
        ("태형", ["taehyung", "taehyeong"]),
        ("지수", ["jisoo", "jisu"]),
        ("우빈", ["woobin"]),
        ("아름", ["areum", "ahreum"]),
        ("시우", ["siwoo", "shiwoo"]),
        ("별", ["byul", "byeol"]),
    ],
)
def test_usual_romanisations_a_name(hangul: str, usual: list[str]) -> None:
    spellings = romanisations(hangul)
    assert set(usual) <= set(spellings)
    if len(hangul) > 1:
        assert all(hangul in hangul_readings(spelling) for spelling in usual)


@pytest.mark.parametrize(
    ("hangul", "usual"),
    [
        ("김", ["kim", "gim"]),
        ("이", ["lee", "yi", "rhee"]),
        ("박", ["park", "bak"]),
        ("최", ["choi", "choe"]),
        ("정", ["jung", "jeong", "chung"]),
        ("우", ["woo", "wu"]),
        ("임", ["lim", "im", "yim"]),
        ("남궁", ["namgung", "namkoong"]),
    ],
)
def test_usual_romanisations_a_family(hangul: str, usual: list[str]) -> None:
    assert set(usual) <= set(romanisations(hangul, surname=True))
    assert all(hangul in hangul_readings(spelling, surname=True) for spelling in usual)


def test_a_full_name_has_its_parts() -> None:
    assert surname_and_given_name("김소연") == ("김", "소연")
    assert surname_and_given_name("남궁민수") == ("남궁", "민수")
    assert surname_and_given_name("이준") == ("이", "준")
    for none in ("연", "방탄소년단", "kim", "", "틱톡이"):
        assert surname_and_given_name(none) is None


@given(st.text())
def test_any_text_has_few_spellings_and_readings(text: str) -> None:
    assert len(romanisations(text)) <= MOST_SPELLINGS
    assert len(hangul_readings(text)) <= MOST_READINGS
    assert all(2 <= len(reading) <= LONGEST_NAME for reading in hangul_readings(text))


@given(st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1, max_size=4))
def test_any_syllables_have_spellings_in_plain_letters(hangul: str) -> None:
    assert romanisations(hangul)
    assert all(one.isascii() and one.isalpha() and one.islower() for one in romanisations(hangul))


@given(st.text(st.sampled_from("aeiouyngkmshjwl"), max_size=60))
def test_any_letters_are_read_in_bounded_time(latin: str) -> None:
    assert all(2 <= len(one) <= LONGEST_NAME for one in hangul_readings(latin))
