"""Transcripts: every fixture and every markup to the word, and hostile HTML to the second."""

import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.model import Transcript
from bot.feed.transcript import examine, transcribe
from tests.feed.cases import (
    FIXTURES,
    Case,
    fixture_cases,
    judge,
    markup_cases,
    mixed_cases,
    read_fixture,
    speakers_of,
    told_words,
    words_lost,
)

BASE = "https://magazine.example/interview/"


def named(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", list(fixture_cases()), ids=named)
def test_fixture_is_read_as_a_person_reads_it(case: Case) -> None:
    transcript = judge(case).transcript
    lost, added = words_lost(case.words, told_words(transcript), case.marks)
    speakers = {word for name in case.speakers for word in re.findall(r"\w+", name)}
    assert len(transcript.turns) == case.turn_count
    assert speakers_of(transcript) == case.speakers
    assert not lost
    assert set(added) <= speakers
    assert [turn.number for turn in transcript.turns] == list(range(1, case.turn_count + 1))


@pytest.mark.parametrize("case", list(fixture_cases()), ids=named)
def test_fixture_facts(case: Case) -> None:
    transcript = transcribe(case.html, base_url=case.base_url, title=case.title)
    for key, values in ((key, values) for key, values in case.facts.items() if values):
        value = values[0].replace("\\n", "\n")
        name, _, number = key.partition(" ")
        if name == "question":
            assert transcript.turns[int(number) - 1].question == value
        elif name == "answer":
            answers = transcript.turns[int(number) - 1].answers
            assert "|".join(answer.text for answer in answers) == value
        elif key == "asked":
            questions = [turn.question for turn in transcript.turns]
            begins = [begin.strip() for begin in value.split("|")]
            assert [q[: len(begin)] for q, begin in zip(questions, begins, strict=True)] == begins
        elif key == "spoken":
            assert [
                [a.speaker for a in turn.answers if a.speaker] for turn in transcript.turns
            ] == [
                [name.strip() for name in names.split(",") if name.strip()]
                for names in value.split("|")
            ]
        elif key in ("intro", "outro"):
            assert getattr(transcript, key) == value
        elif name == "image":
            assert [
                image.url.rpartition("/")[2] for image in transcript.turns[int(number) - 1].images
            ] == [value]
        elif key == "images":
            assert len(images_of(transcript)) == int(value)
        elif key == "videos":
            assert len(transcript.videos) == int(value)
        elif key == "kept":
            assert value in text_of(transcript)


def images_of(transcript: Transcript) -> list[str]:
    found = [*transcript.images, *(image for turn in transcript.turns for image in turn.images)]
    return [image.url for image in found]


def text_of(transcript: Transcript) -> str:
    answers = [answer.text for turn in transcript.turns for answer in turn.answers]
    questions = [turn.question for turn in transcript.turns]
    return "\n".join([transcript.intro, *questions, *answers, transcript.outro])


@pytest.mark.parametrize("case", list(markup_cases()), ids=named)
def test_every_markup_gives_the_conversation_back(case: Case) -> None:
    verdict = judge(case)
    asked = tuple(turn.question for turn in verdict.transcript.turns)
    assert asked == case.questions
    assert verdict.words == 1
    assert speakers_of(verdict.transcript) == case.speakers


def test_an_article_in_two_styles_is_nearly_always_read_right() -> None:
    judged = {case.name: judge(case) for case in mixed_cases()}
    counts = {case.name: case.turn_count for case in mixed_cases()}
    wrong = [name for name, verdict in judged.items() if verdict.turns != counts[name]]
    torn = [name for name, verdict in judged.items() if verdict.words < 1]
    assert len(judged) >= 80
    assert len(wrong) <= 0.05 * len(judged), wrong
    assert len(torn) <= 0.02 * len(judged), torn


# ---------------------------------------------------------------- single rules


def turns(
    html: str, title: str = "Interview with Kassy"
) -> list[tuple[str, list[tuple[str | None, str]]]]:
    transcript = transcribe(html, base_url=BASE, title=title)
    return [
        (turn.question, [(a.speaker, a.text) for a in turn.answers]) for turn in transcript.turns
    ]


def test_a_label_with_a_remark_keeps_the_remark_in_the_words() -> None:
    html = (
        "<p>KCrush: How are you?</p><p>Kassy (laughs): Fine, I think.</p>"
        "<p>KCrush: And your cat?</p><p>Kassy: My cat is asleep.</p>"
    )
    assert turns(html) == [
        ("How are you?", [("Kassy", "(laughs) Fine, I think.")]),
        ("And your cat?", [("Kassy", "My cat is asleep.")]),
    ]


def test_what_is_said_after_an_answer_s_mark_is_a_name_only_where_it_is_one() -> None:
    html = (
        "<p>Q. How is it without an audience?</p><p>A. It’s strange: you bow to a lens.</p>"
        "<p>Q. And with one?</p><p>A. (laughs) I forget the words.</p>"
        "<p>Q. Who remembers them?</p><p>A. (Mikako) I do.</p><p>(Hina) So do I.</p>"
    )
    assert [answers for _, answers in turns(html)] == [
        [(None, "It’s strange: you bow to a lens.")],
        [(None, "(laughs) I forget the words.")],
        [("Mikako", "I do."), ("Hina", "So do I.")],
    ]


def test_remarks_in_brackets_are_nobody_s_name() -> None:
    html = "<p>(Laughs) I said so.</p><p>(Laughs) I did.</p><p>[smiles] Me too.</p>"
    html = f"<p><b>Did you say so?</b></p>{html}<p><b>And you, what do you say?</b></p>{html}"
    assert {speaker for _, answers in turns(html) for speaker, _ in answers} == {None}


def test_a_time_of_day_and_an_address_are_no_labels() -> None:
    html = (
        "<p><b>When do you get up?</b></p><p>6:40 a.m. every day. My page is"
        " https://kassy.example: look.</p>"
        "<p><b>And when do you go to bed?</b></p><p>12:30, if I can.</p>"
    )
    assert [answers for _, answers in turns(html)] == [
        [(None, "6:40 a.m. every day. My page is https://kassy.example: look.")],
        [(None, "12:30, if I can.")],
    ]


def test_a_question_that_nobody_answers_stays_a_question_where_it_is_labelled() -> None:
    html = "<p>Q. How are you?</p><p>A. Fine.</p><p>Q. And what about your cat?</p>"
    found = transcribe(html, base_url=BASE)
    assert [turn.question for turn in found.turns] == ["How are you?", "And what about your cat?"]
    assert found.turns[1].answers == ()
    assert "questions without an answer: 2" in found.warnings


def test_a_picture_belongs_to_the_turn_in_which_it_stands() -> None:
    html = (
        '<p><img src="a.jpg" alt="A"></p><p><b>Who are you?</b></p><p>I am Kassy.</p>'
        '<figure><img src="b-300x200.jpg" srcset="b-300x200.jpg 300w, b.jpg 1200w">'
        "<figcaption>In <b>Busan</b></figcaption></figure>"
        '<figure><img src="b.jpg"></figure>'
        "<p><b>Where do you live?</b></p><p>I live in Busan.</p><hr><p>Thanks!</p>"
    )
    found = transcribe(html, base_url=BASE)
    assert [image.url for image in found.images] == [f"{BASE}a.jpg"]
    assert [(i.url, i.caption) for i in found.turns[0].images] == [
        (f"{BASE}b-300x200.jpg", "In Busan")
    ]
    assert found.turns[1].images == ()
    assert found.outro == "Thanks!"
    assert examine(html, base_url=BASE).pictures[0] == found.images[0]


def test_a_picture_has_the_article_s_own_alternative_text() -> None:
    """As much of it as Discord shows: 1,024 characters (Component Reference, Media Gallery)."""
    long = ("words " * 170).strip()
    html = f'<p><img src="a.jpg" alt="A red door"><img src="b.jpg" alt="{long} and {long}"></p>'
    door, other = transcribe(html, base_url=BASE).images
    assert door.alt == "A red door"
    assert len(long) < len(other.alt) <= 1024


@pytest.mark.parametrize(
    ("html", "video"),
    [
        (
            '<iframe src="https://www.youtube.com/embed/aB3dE6gH9jK?feature=oembed"></iframe>',
            "https://www.youtube.com/watch?v=aB3dE6gH9jK",
        ),
        (
            '<iframe data-src="//www.youtube-nocookie.com/embed/aB3dE6gH9jK" src="about:blank">'
            "</iframe>",
            "https://www.youtube.com/watch?v=aB3dE6gH9jK",
        ),
        ("<p>https://youtu.be/aB3dE6gH9jK?t=3</p>", "https://www.youtube.com/watch?v=aB3dE6gH9jK"),
        (
            '<div class="wp-block-embed__wrapper">https://www.youtube.com/shorts/aB3dE6gH9jK</div>',
            "https://www.youtube.com/watch?v=aB3dE6gH9jK",
        ),
        ('<iframe src="https://player.vimeo.com/video/12345"></iframe>', "https://vimeo.com/12345"),
        ('<video><source src="/v/clip.mp4"></video>', "https://magazine.example/v/clip.mp4"),
        (
            "[embed]https://www.youtube.com/watch?v=aB3dE6gH9jK[/embed]",
            "https://www.youtube.com/watch?v=aB3dE6gH9jK",
        ),
        (
            '<lite-youtube videoid="aB3dE6gH9jK"></lite-youtube>',
            "https://www.youtube.com/watch?v=aB3dE6gH9jK",
        ),
    ],
)
def test_videos_however_they_are_embedded(html: str, video: str) -> None:
    found = transcribe(f"<p>Watch this:</p>{html}", base_url=BASE)
    assert found.videos == (video,)
    assert found.intro == "Watch this:"


def test_links_are_absolute_and_of_the_web() -> None:
    html = (
        '<p><a href="/shop">shop</a> <a href="javascript:alert(1)">x</a>'
        ' <a href="data:text/html,y">y</a> <a href="mailto:a@b.example">m</a>'
        ' <a href="https://a.example/x y">z</a> <a href="big.jpg"><img src="small.jpg"></a></p>'
    )
    found = transcribe(html, base_url=BASE)
    assert found.links == ("https://magazine.example/shop", "https://a.example/x%20y")
    assert found.intro == "shop x y m z"


def test_lines_of_a_list_and_of_a_paragraph_stay_lines() -> None:
    found = transcribe("<p>One<br>two</p><ul><li>a</li><li>b</li></ul><p>End</p>", base_url=BASE)
    assert found.intro == "One\ntwo\n\na\nb\n\nEnd"


def test_headings_inside_the_article_are_known_as_such() -> None:
    html = (
        "<p>She sings.</p><h2>On rain</h2><p><strong>Why do you sing?</strong></p><p>Because.</p>"
        "<h3>A new album</h3><p>It comes soon.</p><h3><em>“I sing.”</em></h3>"
        "<p><strong>Where do you live?</strong></p><p>In Busan.</p>"
    )
    found = transcribe(html, base_url="https://kcrush.example/", title="Interview with Seoyun")
    assert {"On rain", "A new album"} >= set(found.headings) >= {"A new album"}


def test_what_a_browser_hides_is_not_read() -> None:
    html = (
        '<p>Seen</p><p hidden>No</p><p style="DISPLAY : none">No</p><template>No</template>'
        '<p class="sr-only">No</p>'
    )
    assert transcribe(html, base_url=BASE).intro == "Seen"


# ---------------------------------------------------------------- whatever comes

PIECES = st.sampled_from(
    (  # noqa: SIM905 - pieces as one reads them
        "<p> </p> <b> </b> <i> </i> <h3> </h3> <br> <ul> <li> </ul> <blockquote> </blockquote> "
        "<hr> <div> </div> <table> <tr> <td> </table> <script> </script> <!-- --> [caption] "
        "[/caption] <img/src=a.jpg> <figure> <figcaption> </figure> <a/href=x> </a> &amp; &#0; "
        "&lt; < > ' * Q. A. KCrush: Kassy: 1. 2. - – (x) <span/style=color:red> </span> [a_b] "
        "you? tell 안녕하세요? 저는 I me \x00 \ud800 \u202e"
    ).split(" ")
)


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(st.lists(PIECES, max_size=40).map(" ".join), st.text(max_size=200)),
    st.text(max_size=30),
)
@example("<figure><img src=a.jpg><figcaption>x", "")
@example("<p>...</p><p>.</p>", "")
@example("Q. A? Q. B?", "")
@example("Q. <p> Q.", "")
def test_any_html_gives_a_transcript(html: str, title: str) -> None:
    found = transcribe(html, base_url=BASE, title=title)
    assert [turn.number for turn in found.turns] == list(range(1, len(found.turns) + 1))
    assert all(turn.question for turn in found.turns)
    assert all(answer.text or answer.speaker for turn in found.turns for answer in turn.answers)
    assert text_of(found).encode()


SENTENCE = st.lists(
    st.sampled_from(["rain", "ferry", "salt", "song", "river", "lamp", "moon", "bread", "seven"]),
    min_size=1,
    max_size=8,
).map(" ".join)
ASKED = st.tuples(
    st.sampled_from(["How do you like", "Could you tell us about", "What do you think of"]),
    SENTENCE,
).map(lambda both: f"{both[0]} {both[1]}?")
SPOKEN = SENTENCE.map(lambda text: f"I remember {text}.")
BLOCKS = st.one_of(
    SPOKEN.map(lambda text: f"<p>{text}</p>"),
    ASKED.map(lambda text: f"<p><b>{text}</b></p>"),
    ASKED.map(lambda text: f"<h3>{text}</h3>"),
    ASKED.map(lambda text: f"<p>{text}</p>"),
    st.tuples(ASKED, SPOKEN).map(lambda both: f"<p><em>{both[0]}</em><br>{both[1]}</p>"),
    st.tuples(ASKED, SPOKEN).map(lambda both: f"<p>Q. {both[0]}</p><p>A. {both[1]}</p>"),
    st.tuples(SENTENCE, SPOKEN).map(lambda both: f"<p><b>Kassy:</b> {both[0]} {both[1]}</p>"),
    st.lists(SENTENCE, min_size=1, max_size=3).map(
        lambda texts: "<ul>" + "".join(f"<li>{t}</li>" for t in texts) + "</ul>"
    ),
    SPOKEN.map(lambda text: f"<blockquote><p>{text}</p></blockquote>"),
    SENTENCE.map(
        lambda text: f'<div class="x"><span style="color:#a00">{text}</span> {text}</div>'
    ),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(BLOCKS, max_size=14))
def test_no_word_is_lost_or_made_up_or_moved(blocks: list[str]) -> None:
    html = "\n".join(blocks)
    found = transcribe(html, base_url=BASE, title="Interview with Kassy")
    expected = tuple(re.findall(r"\w+", re.sub(r"<[^>]+>", " ", html)))
    lost, added = words_lost(expected, told_words(found), frozenset({"q", "a"}))
    assert not lost
    assert not added
    assert not any("missing" in warning for warning in found.warnings)


def test_words_that_are_lost_are_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "bot.feed.transcript.assemble._asked_text", lambda line, number, verdict: "?"
    )
    found = transcribe("<p>Q. Who?</p><p>A. Me.</p><p>Q. You?</p><p>A. Yes.</p>", base_url=BASE)
    assert "some words of the text are missing or not where they were" in found.warnings


SIZE = 400_000
HOSTILE = {
    "nested blocks": "<div>",
    "nested formatting": "<b>",
    "formatting and paragraphs": "<b class=x><p>",
    "lists": "<ul><li>x",
    "tables": "<table><tr><td>",
    "breaks": "a<br>",
    "angles": "<",
    "ampersands": "&",
    "question marks": "? ",
    "long numbers": f"<p>{'1' * 200}a</p>",
    "networks": f"<p>{'share' * 40}d</p>",
    "labels": "<p>Kassy: why?</p>",
    "pleading": "please ",
    "colons": "A: ",
    "open captions": "[caption ",
    "open shortcodes": '[a_b x="',
    "closing shortcodes": "[/a]",
    "open comments": "<!--",
    "open scripts": "<script>",
    "emphasis": "<b>Yes? </b>no. ",
    "mojibake": "â€™",
    "zalgo": "a" + "\u0301" * 40,
    "raw lines": "a\n\n",
    "captions": "<figure><img src=a.png><figcaption>c</figcaption></figure>",
    "attributes": "<p a=b c='d",
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_html_ends_in_bounded_time(piece: str) -> None:
    """400 kB of it: a second or so alone, and thirty at the very most on a busy machine."""
    started = time.process_time()
    transcribe(piece * (SIZE // len(piece)), base_url=BASE, title="Interview")
    assert time.process_time() - started < 30


def test_ten_mebibytes_of_nested_tags() -> None:
    started = time.process_time()
    found = transcribe("<p>Hello.</p>" + "<div>" * (10 * 1024 * 1024 // 5), base_url=BASE)
    assert time.process_time() - started < 30
    assert found.intro == "Hello."
    assert "too large or too deeply nested" in found.warnings[0]


def test_different_attributes_without_end() -> None:
    started = time.process_time()
    transcribe("<p " + " ".join(f"a{n}=b" for n in range(100_000)) + ">x</p>", base_url=BASE)
    assert time.process_time() - started < 30


def test_there_are_thirty_fixtures_and_none_is_like_another() -> None:
    rules = [examine(case.html, base_url=BASE, title=case.title).rule for case in fixture_cases()]
    assert len(rules) >= 30
    assert len(set(rules)) >= 12
    assert read_fixture(FIXTURES / "mojibake.html").facts["mend"] == ["yes"]


@pytest.mark.parametrize("line", ["질문", "질문: >"])
@pytest.mark.parametrize("after", ["?", "\udc97"])
def test_a_korean_mark_where_nothing_is_asked_names_nobody(line: str, after: str) -> None:
    """Found by fuzzing: it was named "Q", which stands nowhere in the article."""
    html = f"<div class=p><div>가요<p>답변:저는<p>{line}</div>{after}</div><"
    transcript = transcribe(html, base_url=BASE, title="")
    assert not any("missing" in warning for warning in transcript.warnings)
    said = [one for turn in transcript.turns for one in turn.answers]
    assert all(one.speaker is None for one in said)
    assert line in "".join(one.text for one in said)
