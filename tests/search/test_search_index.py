import asyncio
import logging
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.folding import fold, word_texts
from bot.core.model import Answer, Subject, Transcript, Turn
from bot.search import Fragment, Hit, SearchIndex
from bot.store import Store
from tests.search.archive import ARCHIVE, FOOD, NOON, STAGE, interview

ODD = '(G)I-DLE "방탄소년단"A.C.$1-  \'는의e\u0301ＫyehyunkuhnKIMCHI'

STORED = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


async def found(archive: SimpleNamespace, query: str, **options: object) -> list[str]:
    results = await archive.index.search(query, **options)
    return [archive.keys[hit.interview_id] for hit in results.hits]


def bold(hit: Hit) -> list[str]:
    return [part.text for part in hit.snippet if part.bold]


def shown(hit: Hit) -> str:
    return "".join(part.text for part in hit.snippet)


@pytest.mark.parametrize(
    ("key", "spellings"),
    [
        ("gidle", ["(G)I-DLE", "(g)i-dle", "gidle", "G-IDLE", "g idle", "gi-dle", "GIDL"]),
        ("ace", ["A.C.E", "a.c.e.", "ace", "ACE", "a c e"]),
        ("jas", ["JA$", "ja$", "jas", "JAS"]),
        ("vino", ["V1NO", "v1no", "vino", "VINO", "v1n"]),
        ("yehyun", ["Ye-hyun", "yehyun", "ye hyun", "YEHYUN", "Kim Yehyun", "kimyehyun", "yehy"]),
        (
            "bts",
            ["방탄소년단", "방탄소년단은", "방탄", "소년단", "BTS", "bts는", "방탄소년단의"],
        ),
        ("soyeon", ["박소연", "소연", "소연이", "So-yeon", "soyeon", "so yeon"]),
        ("beyonce", ["beyonse", "BÉYONSÉ", "angstrom", "ångström", "Be\u0301yonse\u0301"]),
        ("kuhn", ["KUHN", "kuhn's", "ＫＵＨＮ", "kuh"]),
        ("choi", ["choi sister", "sisters choi", "CHOI"]),
    ],
)
async def test_a_name_is_found_in_every_spelling(
    archive: SimpleNamespace, key: str, spellings: list[str]
) -> None:
    first = {spelling: (await found(archive, spelling))[:1] for spelling in spellings}
    assert first == {spelling: [key] for spelling in spellings}


@pytest.mark.parametrize(
    ("key", "query"),
    [
        ("kuhn", "khun"),
        ("kuhn", "kuhm"),
        ("choi", "coi sisters"),
        ("yehyun", "yehyum"),
        ("beyonce", "angstorm"),
        ("beyonce", "amgstron"),
        ("bts", "방탄소넌단"),
        ("kuhn", "dnacing"),
    ],
)
async def test_wrong_letters_are_forgiven_and_told(
    archive: SimpleNamespace, key: str, query: str
) -> None:
    results = await archive.index.search(query)
    assert archive.keys[results.hits[0].interview_id] == key
    assert results.exact is False
    assert bold(results.hits[0]) or results.hits[0].turn_number is None


@pytest.mark.parametrize(
    ("key", "query"),
    [
        ("kuhn", "dance"),
        ("kuhn", "danced hungry"),
        ("choi", "performing alone"),
        ("vino", "cook"),
        ("ace", "samg"),
        ("kuhn", "introducing yourself"),
        ("soyeon", "김밥"),
        ("bts", "즐거워"),
        ("none", "festivals"),
    ],
)
async def test_english_is_stemmed_hangul_found_inside_and_the_last_word_begun(
    archive: SimpleNamespace, key: str, query: str
) -> None:
    results = await archive.index.search(query)
    assert archive.keys[results.hits[0].interview_id] == key
    assert results.exact is True


async def test_nearest_words_are_found_when_no_passage_has_them_all(
    archive: SimpleNamespace,
) -> None:
    results = await archive.index.search("kimchi with quantum mechanics for kuhn")
    assert results.exact is False
    assert archive.keys[results.hits[0].interview_id] == "kuhn"
    assert (await archive.index.search("quantum mechanics")).hits == ()


async def test_words_that_are_everywhere_are_still_to_be_found(
    store: Store, index: SearchIndex
) -> None:
    async with store.transaction() as tx:
        spoken = [
            interview(f"i{n}", f"Name{n}", ("So?", f"we went to the sea and the hill number {n}"))
            for n in range(12)
        ]
        other = interview("o", "Other", ("So?", "they rode over hills, a sea of them"))
        ids = [await tx.interviews.insert(one, "d") for one in (*spoken, other)]
    await index.sync(store)
    for query in ("the sea and the hill", "hill sea the to we", "went the sea hill"):
        results = await index.search(query, limit=50)
        assert results.exact
        assert {hit.interview_id for hit in results.hits} == set(ids[:-1])
    results = await index.search("the rode sea hills to")
    assert (results.hits[0].interview_id, results.exact) == (ids[-1], False)


async def test_names_lead_questions_and_questions_lead_answers(archive: SimpleNamespace) -> None:
    assert (await found(archive, "kimchi"))[:2] == ["choi", "kuhn"]
    (first, *_) = (await archive.index.search("kuhn")).hits
    assert (archive.keys[first.interview_id], first.turn_number) == ("kuhn", None)


async def test_a_hit_opens_at_the_turn_that_was_found(archive: SimpleNamespace) -> None:
    (hit, *_) = (await archive.index.search("hungry")).hits
    assert (hit.interview_id, hit.turn_number) == (archive.ids["kuhn"], 2)
    assert (hit.title, hit.names) == ("Interview with KUHN", ("KUHN",))
    assert hit.question == STAGE
    assert hit.published_at == ARCHIVE["kuhn"].published_at
    assert hit.snippet == (
        Fragment("KUHN: Dancing every night makes me "),
        Fragment("hungry", bold=True),
        Fragment(" for kimchi and for K-pop."),
    )


async def test_phrases_are_taken_at_their_word_and_a_minus_leaves_out(
    archive: SimpleNamespace,
) -> None:
    assert await found(archive, '"for kimchi"') == ["kuhn"]
    assert await found(archive, '"favorite food" stew') == ["jas"]
    assert await found(archive, "kimchi -choi") == ["kuhn"]
    assert await found(archive, "kimchi -kuhn") == ["choi"]
    assert set(await found(archive, '-"favorite food" food performance')) >= {"kuhn", "choi"}


async def test_found_words_are_bold_in_the_question_too(archive: SimpleNamespace) -> None:
    (hit, *_) = (await archive.index.search("tteokbokki food")).hits
    assert "".join(part.text for part in hit.marked_question) == hit.question == FOOD
    assert [part.text for part in hit.marked_question if part.bold] == ["food"]
    (opening,) = (await archive.index.search("festival")).hits
    assert opening.marked_question == ()


async def test_a_minus_alone_lists_the_interviews_without_the_word(
    archive: SimpleNamespace,
) -> None:
    everything = {*archive.ids}
    assert {*await found(archive, "-kuhn")} == everything - {"kuhn"}
    assert {*await found(archive, "-stew")} == everything - {"jas"}
    assert {*await found(archive, '-"favorite food" -river')} == {"kuhn", "choi", "bts", "none"}
    assert await found(archive, "-zeppelin artist:ace") == ["ace"]


async def test_pages_follow_each_other_without_overlap(archive: SimpleNamespace) -> None:
    everything = await archive.index.search(FOOD, limit=100)
    assert everything.total == len(everything.hits) > 4
    pages = [
        hit
        for offset in range(0, everything.total, 3)
        for hit in (await archive.index.search(FOOD, limit=3, offset=offset)).hits
    ]
    assert pages == list(everything.hits)
    for odd in ({"offset": everything.total}, {"limit": 0}, {"limit": -1}, {"offset": 10**30}):
        results = await archive.index.search(FOOD, **odd)
        assert (results.hits, results.total) == ((), everything.total)
    assert (await archive.index.search(FOOD, limit=100, offset=-5)).hits == everything.hits


async def test_one_interview_does_not_drown_the_others(store: Store, index: SearchIndex) -> None:
    async with store.transaction() as tx:
        long = interview("long", "Talker", *[("More?", f"Kimchi number {n}.") for n in range(30)])
        other = interview("other", "Quiet", ("And you?", "Also kimchi, now and then."))
        talker = await tx.interviews.insert(long, "d")
        quiet = await tx.interviews.insert(other, "d")
    await index.sync(store)
    ids = [hit.interview_id for hit in (await index.search("kimchi")).hits]
    assert ids.count(talker) == 3
    assert quiet in ids
    assert ids == sorted(ids, key=ids.index)


async def test_a_word_deep_in_a_long_answer_is_shown_where_it_is(
    store: Store, index: SearchIndex
) -> None:
    words = " ".join(f"word{number}." for number in range(4_500))
    async with store.transaction() as tx:
        long = interview("long", "Talker", ("Tell us.", f"{words} Then a zeppelin came. {words}"))
        await tx.interviews.insert(long, "d")
    await index.sync(store)
    (hit,) = (await index.search("zeppelin")).hits
    assert hit.turn_number == 1
    assert bold(hit) == ["zeppelin"]
    assert len(shown(hit)) <= 202
    assert shown(hit).startswith("…")
    assert shown(hit).endswith("…")


@pytest.mark.parametrize(
    "query",
    [
        *("", " ", "\0", '"', '""', "-", "--", '-"', "*", "(", ")", "((((((", "AND", "OR NOT"),
        *("title:kuhn", "kuhn^9", "kuhn~2", "[a TO z]", "{", "\\", "/re.*/", "+", "🎉", "ㅋ"),
        *("IN []", "a" * 6000, "가" * 6000, "a " * 3000, "- - -", '"a', "e\u0301", "\u0301"),
        *("\ud800", "1", "$", "a$", "_", "．", "％", "a\u200bb", "ﷺ", "İ", "ß", '-"" -\''),
        *("\u202e", "a OR", "don't", "x" * 41, "-x -y", "kuhn -", "\u1107\u1161", "'s"),
    ],
)
async def test_nothing_that_can_be_typed_fails(
    archive: SimpleNamespace, query: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        results = await archive.index.search(query)
        await archive.index.complete(query)
    assert len(results.hits) <= 10
    assert not caplog.records


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    query=st.one_of(
        st.text(max_size=40),
        st.text(st.sampled_from(ODD), max_size=30),
    ),
    limit=st.integers(-5, 60),
    offset=st.integers(-5, 60),
)
async def test_no_text_fails(
    archive: SimpleNamespace, query: str, limit: int, offset: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        results = await archive.index.search(query, limit=limit, offset=offset)
        completed = await archive.index.complete(query, limit)
    assert not caplog.records
    assert len(results.hits) <= max(0, limit)
    assert len(completed) <= max(0, limit)
    for hit in results.hits:
        assert hit.interview_id in archive.keys
        assert all(part.text for part in hit.snippet)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(words=st.lists(STORED, min_size=1, max_size=8), name=STORED)
async def test_any_text_is_indexed_and_found_by_its_words(
    store: Store, index: SearchIndex, words: list[str], name: str
) -> None:
    one = interview("any", name, *[(word, word) for word in words], title=name)
    async with store.transaction() as tx:
        known = await tx.interviews.known([one.guid], [])
        if known:
            await tx.interviews.update(known[0].id, one, "d")
        else:
            await tx.interviews.insert(one, "d")
    await index.sync(store)
    for text in [*words, name]:
        for word in word_texts(fold(text)):
            assert (await index.search(word)).hits, word


async def test_two_hundred_at_once_get_their_own(archive: SimpleNamespace) -> None:
    asked = ["gidle", "a.c.e", "ja$", "vino", "yehyun", "방탄소년단", "kuhn", "choi"] * 25
    answers = await asyncio.gather(*(archive.index.search(query) for query in asked))
    first = [archive.keys[results.hits[0].interview_id] for results in answers]
    assert first == ["gidle", "ace", "jas", "vino", "yehyun", "bts", "kuhn", "choi"] * 25


async def test_an_edit_replaces_what_was_found(archive: SimpleNamespace) -> None:
    edited = replace(
        ARCHIVE["kuhn"],
        title="Interview with LUNA",
        subjects=(Subject("LUNA"),),
        transcript=Transcript("", (Turn(1, "Hello?", (Answer(None, "Bibimbap."),)),), ""),
    )
    async with archive.store.transaction() as tx:
        await tx.interviews.update(archive.ids["kuhn"], edited, "new")
    assert await found(archive, "hungry") == ["kuhn"]
    assert await archive.index.sync(archive.store) == 1
    assert await found(archive, "hungry") == []
    assert await found(archive, "bibimbap") == ["kuhn"]
    assert [one.title for one in await archive.index.complete("lun")] == ["Interview with LUNA"]
    assert await archive.index.complete("kuhn") == []


async def test_a_withdrawn_interview_is_forgotten_until_it_is_back(
    archive: SimpleNamespace,
) -> None:
    async with archive.store.transaction() as tx:
        await tx.interviews.withdraw(archive.ids["kuhn"], NOON)
    await archive.index.sync(archive.store)
    assert "kuhn" not in await found(archive, "kuhn")
    assert await archive.index.complete("kuhn") == []
    async with archive.store.transaction() as tx:
        await tx.interviews.update(archive.ids["kuhn"], ARCHIVE["kuhn"], "d")
    await archive.index.sync(archive.store)
    assert (await found(archive, "kuhn"))[0] == "kuhn"
    assert [one.id for one in await archive.index.complete("kuhn")] == [archive.ids["kuhn"]]


async def test_a_whole_name_leads_one_that_begins_like_it(store: Store, index: SearchIndex) -> None:
    async with store.transaction() as tx:
        longer = await tx.interviews.insert(interview("l", "MAIL 1", (FOOD, "Figs.")), "d")
        whole = await tx.interviews.insert(interview("w", "MAIL", (FOOD, "Figs.")), "d")
        longest = await tx.interviews.insert(interview("m", "Mailroom Choir", (FOOD, "Figs.")), "d")
    await index.sync(store)
    order = dict.fromkeys(hit.interview_id for hit in (await index.search("mail")).hits)
    assert next(iter(order)) == whole
    assert set(order) == {whole, longer, longest}
    assert (await index.search("mail 1")).hits[0].interview_id == longer
