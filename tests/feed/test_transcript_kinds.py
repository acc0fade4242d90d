"""The kinds of articles that other magazines write, each small, in words of our own."""

import pytest

from bot.feed.transcript import transcribe
from tests.feed.interviews import random_interview

TITLE = "Interview with Juna Sael"
Turns = list[tuple[str, list[str | None]]]


def read(html: str, title: str = TITLE) -> Turns:
    """Each question with who answers it, None for nobody by name."""
    found = transcribe(html, base_url="https://magazine.example/", title=title)
    return [(turn.question, [a.speaker for a in turn.answers]) for turn in found.turns]


def bold(*pairs: tuple[str, str]) -> str:
    return "".join(f"<p><b>{asked}</b></p><p>{said}</p>" for asked, said in pairs)


CASES: dict[str, tuple[str, str, Turns]] = {
    "remarks in bold, a bold I after being asked back": (
        TITLE,
        bold(
            ("Hi, how are you?", "Well! And how are you?"),
            ("Fine, I’m Tess from the paper.", "Good to see you."),
            ("What is the lamp about?", "I broke it on tour."),
            ("Right.", "Can I say one more thing? Glass."),
            ("Was it dear?", "Yes, to me."),
        ),
        [
            ("Hi, how are you?", [None]),
            ("Fine, I’m Tess from the paper.", [None]),
            ("What is the lamp about?", [None]),
            ("Right.", [None]),
            ("Was it dear?", [None]),
        ],
    ),
    "an intro that asks the reader": (
        TITLE,
        "<p>Would you leave home for a drum? Have you ever wanted to?</p><p>Do you know why? Juna"
        " does.</p>" + bold(("Who are you?", "I am Juna."), ("Do you rest?", "I try.")),
        [("Who are you?", [None]), ("Do you rest?", [None])],
    ),
    "one of two names asks, and says more than it asks": (
        TITLE,
        "<p>Tess: How was the night train?</p><p>Juna: Long. Is that bad? I liked it.</p>"
        "<p>Tess: The drums sound like rails.</p><p>Juna: They are rails.</p>"
        "<p>Tess: I heard the whistle, too.</p><p>Juna: That was my aunt.</p>"
        "<p>Tess: Where does it end?</p><p>Juna: At the sea.</p>",
        [
            ("How was the night train?", ["Juna"]),
            ("The drums sound like rails.", ["Juna"]),
            ("I heard the whistle, too.", ["Juna"]),
            ("Where does it end?", ["Juna"]),
        ],
    ),
    "things with a colon that are nobody": (
        TITLE,
        bold(
            ("What is in your bag?", "Two things.</p><p>Host: a small one.</p><p>Editor: Pen."),
            ("And what do you eat?", "I eat bread.</p><ul><li><b>Monday:</b> rye</li>"
                "<li><b>Friday:</b> oat</li></ul><p>"),
            ("What would you like?", "I want a garden."),
        ),
        [
            ("What is in your bag?", [None]),
            ("And what do you eat?", [None]),
            ("What would you like?", [None]),
        ],
    ),
    "credits before the first question": (
        TITLE,
        "<p>Text: Ada Moor</p><p>Photos: Ben Lund</p><p>Interview: Cy Roth</p>"
        + bold(("Who are you?", "I am Juna."), ("Do you rest?", "I try.")),
        [("Who are you?", [None]), ("Do you rest?", [None])],
    ),
    "the magazine names itself once": (
        TITLE,
        bold(
            ("Daily Drum: Who are you?", "I am Juna."),
            ("Do you rest?", "I try."),
            ("What do you hear?", "I hear rain."),
        ),
        [("Who are you?", [None]), ("Do you rest?", [None]), ("What do you hear?", [None])],
    ),
    "names with a dash that bear a colon elsewhere": (
        "Interview with LEA and MOE",
        "<p>Q. Who are you?</p><p>LEA: I am Lea.</p><p>MOE: I am Moe.</p>"
        "<p>Q. How was it?</p><p>LEA - I slept.<br>MOE - I did not.</p>",
        [("Who are you?", ["LEA", "MOE"]), ("How was it?", ["LEA", "MOE"])],
    ),
    "arrows before names": (
        "Interview with PAIR",
        "<p><b>Q. How was it?</b></p><p>&gt;Lea: I slept well. &gt;Moe: I snored.</p>"
        "<p><b>Q. And now?</b></p><p>&gt;Moe: Now I eat. &gt;Uma: So do I.</p>",
        [("How was it?", ["Lea", "Moe"]), ("And now?", ["Moe", "Uma"])],
    ),
    "a heading between a remark and the next question": (
        TITLE,
        "<p><b>Ada:</b> Why drums?</p><p><b>Juna:</b> I had no strings.</p><p><b>Ada:</b> What a"
        " reason!</p><h2>The road</h2><p><b>Ada:</b> Where do you "
        "play?</p><p><b>Juna:</b> On it.</p>",
        [
            ("Why drums?", ["Juna"]),
            ("What a reason!\n\nThe road\n\nWhere do you play?", ["Juna"]),
        ],
    ),
    "a note in parentheses before the first to answer": (
        "Interview with PAIR",
        bold(
            ("What comes next?", "(PAIR moved in May.)</p><p>Lea: I nap.</p><p>Moe: I don’t."),
            ("And then?", "Moe: I said no.</p><p>Lea: He did."),
        ),
        [
            ("What comes next?\n\n(PAIR moved in May.)", ["Lea", "Moe"]),
            ("And then?", ["Moe", "Lea"]),
        ],
    ),
    "names that begin like volumes and episodes": (
        "Interview with EPIRA",
        "<p>KCrush: Who are you?</p><p>EPIRA: We are five.</p><p>Volka: And I am one.</p>"
        "<p>KCrush: What next?</p><p>EPIRA: We rest.</p>",
        [("Who are you?", ["EPIRA", "Volka"]), ("What next?", ["EPIRA"])],
    ),
    "impersonal answers": (
        "Interview with organ builder Tove Ask",
        bold(
            ("What is an organ?", "A box of whistles."),
            ("How old is the oldest?", "Older than the church around it."),
            ("Why do they break?", "The mice are hungry."),
        ),
        [
            ("What is an organ?", [None]),
            ("How old is the oldest?", [None]),
            ("Why do they break?", [None]),
        ],
    ),
    "statements with a dash, answers in quotation marks": (
        "An interview with director Bo Lim",
        "<p>-You laugh a lot.</p><p>“I do. It is my jaw.”</p><p>-The film is quiet.</p>"
        "<p>“My mother is. It is hers.”</p><p>-It was not easy to sell.</p><p>“I gave it away.”</p>"
        "<p>-What do you do next?</p><p>“Laugh.”</p>",
        [
            ("You laugh a lot.", [None]),
            ("The film is quiet.", [None]),
            ("It was not easy to sell.", [None]),
            ("What do you do next?", [None]),
        ],
    ),
    "promotion at the end asks": (
        TITLE,
        bold(("Who are you?", "I am Juna."), ("Do you rest?", "I try."))
        + "<p><b>Interested in more drums?</b></p><p>Visit the shop and follow us.</p>",
        [("Who are you?", [None]), ("Do you rest?", [None])],
    ),
    "pull quotes set as headings": (
        TITLE,
        "<h2>Who are you?</h2><p>I am Juna.</p><h3><em>“I never rest.”</em></h3>"
        "<h2>Do you rest?</h2><p>I said that I never do.</p>",
        [("Who are you?", [None]), ("Do you rest?", [None])],
    ),
    "an article with emphasised questions": (
        "Are Old Drums Better?",
        "<p>We asked a drum maker.</p><p><b>So, old skins? They are "
        "thin.</b></p><p>You can hear it,"
        " and your neighbour can.</p><p><b>I mean, is your jaw on the "
        "floor?</b></p><p>It should be,"
        " sadly.</p><p><b>How did everybody fall for it?</b></p><p>You need to know skins.</p>",
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("title", "html", "turns"), CASES.values(), ids=list(CASES))
def test_kind(title: str, html: str, turns: Turns) -> None:
    assert read(html, title) == turns


def test_remarks_in_brackets_are_no_shortcodes() -> None:
    html = bold(
        ("How are you?", "I froze [connection drops] and [my cat helps] so you lost me."),
        ("And now?", "I row [button broken, sorry] home [gallery] and [tab] back."),
    )
    found = transcribe(html, base_url="", title=TITLE)
    text = " ".join(answer.text for turn in found.turns for answer in turn.answers)
    assert "I froze [connection drops] and [my cat helps] so you lost me." in text
    assert "I row [button broken, sorry] home" in text
    assert "[tab]" in text
    assert found.warnings == ("shortcodes were left out: gallery",)


def test_nearly_every_random_interview_is_read_exactly() -> None:
    wrong = []
    for seed in range(250):
        made = random_interview(seed)
        found = transcribe(made.html, base_url="", title=made.title)
        asked = tuple(turn.question for turn in found.turns)
        spoken = tuple(tuple(a.speaker for a in turn.answers if a.speaker) for turn in found.turns)
        if (asked, spoken) != (made.asked, made.spoken):
            wrong.append((seed, made.kind))
    assert len(wrong) <= 5, wrong
