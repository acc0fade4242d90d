"""Folding, clauses, passages and marks: the pure parts of search."""

import sys
import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.folding import (
    compounds,
    fold,
    folded_with_origins,
    joined_names,
    spaced_units,
    spellings,
    squashed,
    unit_text,
    units,
    word_texts,
    words,
)
from bot.search import Fragment
from bot.search.fields import stemmer
from bot.search.marking import SNIPPET, Marker, snippet
from bot.search.passages import PASSAGE, pieces
from bot.search.queries import Leniency
from bot.search.query import MOST_WORDS, parse_query

STEMMER = stemmer()


def stems(some: Sequence[str]) -> list[str]:
    return STEMMER.analyze(" ".join(some))


def marked(query: str, text: str, leniency: Leniency = Leniency.EXACT) -> tuple[Fragment, ...]:
    misspelled = frozenset({0}) if leniency is Leniency.MISSPELLED else frozenset()
    return snippet(Marker(parse_query(query), leniency, stems, misspelled), text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("KUHN", "kuhn"),
        ("Béyoncé", "beyonce"),
        ("Be\u0301", "be"),
        ("Ｋｕｈｎ", "kuhn"),
        ("STRASSE straße", "strasse strasse"),
        ("Łukasz Ørsted Æ ı İ", "lukasz orsted ae i i"),
        ("it’s `so` ‑ –", "it's 'so' - -"),
        ("김소연", "김소연"),
        ("\u1100\u1175\u11b7", "김"),
        ("ㅏㅑㅅㄷ ㄱ\u1161 ㉠\u1161 ﾡ", "ㅏㅑㅅㄷ ㄱ\u1161 ㄱ\u1161 ㄱ"),
        ("ガ が か\u3099", "ガ が が"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@example("ㄱ\u1161 ㉠\u1161 ﾡ\u1161")
@given(st.text())
def test_folding_twice_changes_nothing_more_and_every_character_knows_its_origin(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    folded, origins = folded_with_origins(text)
    assert folded == fold(text)
    assert len(origins) == len(folded)
    assert list(origins) == sorted(origins)
    assert word_texts(fold(folded)) == word_texts(folded)


@given(st.text())
def test_words_are_the_same_with_and_without_their_places(text: str) -> None:
    folded = fold(text)
    there = list(words(folded))
    assert [word for word, _, _ in there] == word_texts(folded)
    assert all(word for word, _, _ in there)
    assert all(0 <= start < end <= len(folded) for _, start, end in there)
    assert all(unit and " " not in unit for word, _, _ in there for unit in units(word))
    assert all(0 <= start < end <= len(folded) for start, end, _ in compounds(folded))


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("(G)I-DLE", ["gidle"]),
        ("A.C.E", ["ace"]),
        ("JA$의", ["jas"]),
        ("V1NO", ["vino"]),
        ("K-pop", ["kpop"]),
        ("Kim Ye-hyun is here", ["yehyun"]),
        ("P!nk and Ke$ha", ["pnk", "pink", "keha", "kesha"]),
        ("(여자)아이들", ["여자아이들"]),
        ("IZ*ONE, f(x), fromis_9", ["izone", "fx", "fromis9"]),
        ("Well...I think—no. Yes, 24/7 or 1990-2000", ["247", "19902000"]),
        ("nothing special 2PM 4minute", []),
        ("a.very.long.chain.of.many.words", []),
        ("https://www.kcrush.example/a/b/c/d/e/f/g", []),
    ],
)
def test_compounds_are_found_as_one_word_too(text: str, others: list[str]) -> None:
    assert squashed(fold(text)) == others


def test_a_name_is_found_as_one_word_from_any_of_its_words() -> None:
    assert joined_names(["Kim So Yeon"]) == ["kimso", "kimsoyeon", "soyeon"]


def test_korean_is_cut_into_pairs_and_its_last_syllable() -> None:
    assert units("방탄소년단") == ["방탄", "탄소", "소년", "년단", "단"]
    assert units("빈") == ["빈"]
    assert units("kuhn") == ["kuhn"]
    assert word_texts(fold("BTS는 KCrush의")) == ["bts", "는", "kcrush", "의"]


@given(st.text())
def test_every_text_means_something_bounded(text: str) -> None:
    meant = parse_query(text)
    clauses = [*meant.clauses, *meant.excluded]
    assert sum(len(clause.parts) for clause in clauses) <= MOST_WORDS
    assert all(part for clause in clauses for part in clause.parts)
    is_asked = any(c.isalnum() for c in fold(text[:300]) if c != "_")
    assert is_asked <= bool(meant.clauses or meant.narrows)


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=4 * PASSAGE))
def test_passages_lose_nothing_and_stay_short(text: str) -> None:
    cut = pieces(text)
    assert "".join(cut) == text or not text.strip()[-1:] or text.startswith("".join(cut))
    assert "".join(cut).strip() == text.strip() or "".join(cut) == text
    assert all(len(piece) <= PASSAGE for piece in cut)
    assert cut


def test_passages_end_with_sentences() -> None:
    text = "This is a sentence that is said again. " * 100
    assert all(piece.endswith(". ") for piece in pieces(text))


@settings(max_examples=200)
@example("1 日", "\u33e0", Leniency.EXACT)
@given(
    query=st.text(max_size=12),
    text=st.text(max_size=600),
    leniency=st.sampled_from(list(Leniency)),
)
def test_a_snippet_is_a_piece_of_the_text(query: str, text: str, leniency: Leniency) -> None:
    fragments = marked(query, text, leniency)
    line = " ".join(unicodedata.normalize("NFC", text).split())
    shown = "".join(part.text for part in fragments)
    assert len(shown) <= SNIPPET + len("… …")
    plain = shown.removeprefix("…") if not line.startswith("…") else shown
    assert plain in line or plain.removesuffix("…") in line
    assert all(part.text for part in fragments)


@pytest.mark.parametrize(
    ("query", "text", "bold"),
    [
        ("kuhn", "I am Kuhn. KUHN'S song, not kuhnish.", ["Kuhn", "KUHN'S", "kuhnish"]),
        ('"kuhn"', "I am Kuhn, not kuhnish.", ["Kuhn"]),
        ("dance", "They danced and are dancing.", ["danced", "dancing"]),
        ("gidle", "We love (G)I-DLE의 song", ["(G)I-DLE"]),
        ("(g)i-dle", "We love (G)I-DLE and gidle", ["(G)I-DLE", "gidle"]),
        ("kpop", "K-pop and kpop", ["K-pop", "kpop"]),
        ("ja$", "JA$ is here", ["JA$"]),
        ("방탄소년단", "우리는 방탄소년단의 팬", ["방탄소년단"]),
        ("방탄소년단은", "우리는 방탄소년단의 팬", ["방탄소년단"]),
        ("beyonce", "Be\u0301yonce\u0301 sang", ["B\u00e9yonc\u00e9"]),
        ("strasse", "Straße", ["Straße"]),
        ("perf", "A performance", ["performance"]),
        ("-kuhn food", "Kuhn likes food", ["food"]),
        ("nothing", "Kuhn likes food", []),
    ],
)
def test_found_words_are_bold(query: str, text: str, bold: list[str]) -> None:
    assert [part.text for part in marked(query, text) if part.bold] == bold


def test_misspelled_words_are_bold_where_letters_were_forgiven() -> None:
    fragments = marked("kinchi", "We eat kimchi.", Leniency.MISSPELLED)
    assert [part.text for part in fragments if part.bold] == ["kimchi"]
    assert not any(part.bold for part in marked("kinchi", "We eat kimchi."))


def test_the_richest_place_is_shown() -> None:
    filler = "Nothing to see here at all. " * 20
    text = f"{filler}kimchi {filler}kimchi with bibimbap {filler}"
    fragments = marked("kimchi bibimbap", text)
    assert [part.text for part in fragments if part.bold] == ["kimchi", "bibimbap"]
    assert fragments[0].text == fragments[-1].text == "…"


def test_an_ellipsis_is_no_fourth_full_stop() -> None:
    ends = {
        "".join(one.text for one in marked("kimchi", f"kimchi {'x' * filler}. {'More. ' * 80}"))[
            -3:
        ]
        for filler in range(8)
    }
    assert ". …" in ends
    assert not any(end.endswith(".…") for end in ends)


def test_no_text_is_remembered_because_it_looks_like_one_long_name() -> None:
    hostile = "-".join(["ab"] * 50_000)
    before = sys.getrefcount(hostile)
    assert spellings("(g)i-dle") == ("gidle",)
    assert spellings(hostile) == ()
    assert sys.getrefcount(hostile) == before


def test_every_word_of_a_stem_is_bold() -> None:
    """Whatever the stemmer makes of a word, for a mark is looked for by its first letters."""
    families = (
        ("die", "dying died dies"),
        ("happy", "happiness happily happy"),
        ("sky", "skies sky"),
        ("hop", "hopping hopped hops"),
        ("hope", "hoping hoped hopes"),
        ("relate", "relational relation related"),
        ("sensible", "sensibility sensibly"),
        ("ability", "ability abilities"),
        ("argue", "arguing argued argues"),
        ("university", "universities universal"),
    )
    for query, text in families:
        same = [word for word in text.split() if stems([word]) == stems([query])]
        assert len(same) > 1 or query == "university"
        assert [part.text for part in marked(f'"{query}"', text) if part.bold] == same


@example("'boy's' it's 's x's's dogs' rock'n'roll 'so' '")
@example("a''b boy's''")
@example(f"{'x' * 40} {'y' * 41} z")
@example(f"{'z' * 30}'s{'z' * 30}")
@settings(max_examples=300)
@example("bts's는 는's don't는 bts'는 '는' 는'는")
@example("“K‑pop”…とJ・POPの漢字・ひらがな〇 ครับ ไม่ ж\u0301 \ud800x")
@given(
    st.text("as' .-1\n가é")
    | st.text("as'", min_size=30)
    | st.text("a'1 가나の・“ก็Ж\u3099")
    | st.text()
)
def test_a_text_that_is_not_taken_apart_has_the_units_of_its_words(text: str) -> None:
    folded = fold(text)
    assert spaced_units(folded).split() == unit_text(word_texts(folded)).split()


@settings(max_examples=150)
@given(text=st.text("kiuhn'’ .-(가e\u0301", max_size=40), place=st.integers(0))
def test_every_word_of_a_text_is_found_in_it(text: str, place: int) -> None:
    there = word_texts(fold(unicodedata.normalize("NFC", " ".join(text.split()))))
    if there:
        word = there[place % len(there)]
        assert any(part.bold for part in marked(f'"{word}"', text))
