"""Interviews, filters and what these decide, for the pure decision and for ``why``."""

from bot.core.filters import Cause
from bot.core.model import Answer, Interview, Subject, Transcript, Turn


def _made(key: str, title: str, subject: Subject, tag: str, *answers: str) -> Interview:
    turns = tuple(
        Turn(number, f"Question {number}?", (Answer(subject.name, answer),))
        for number, answer in enumerate(answers, 1)
    )
    return Interview(
        f"https://kcrush.example/?p={key}",
        f"https://kcrush.example/{key}/",
        title,
        (subject,),
        (tag,) if tag else (),
        excerpt="About cafés and the stage.",
        transcript=Transcript("Welcome back.", turns, "Thank you."),
    )


INTERVIEWS = {
    "idol": _made(
        "idol",
        "A talk with (G)I-DLE’s Soyeon",
        Subject("(G)I-DLE", "K-pop group", ("여자아이들",)),
        "Music",
        "We eat tteokbokki, 떡볶이를 매일 먹어요.",
        "The rice cooker is broken. K-pop never sleeps.",
    ),
    "fencer": _made(
        "fencer", "Ban Jun fences", Subject("Ban Jun", "Fencer"), "Sport", "My sword is heavy."
    ),
    "actor": _made(
        "actor",
        "Do Mi-ra on her new drama",
        Subject("Do Mi-ra", "Actress", ("도미라",)),
        "",
        "I watch BTS concerts. Rice is life, cooker or not.",
    ),
    "plain": _made("plain", "BTS", Subject("BTS"), "", "Hello."),
}

YES, OUT, KIND, ARTIST, WORDS = None, Cause.EXCLUDED, Cause.KIND, Cause.ARTIST, Cause.WORDS

CASES: list[tuple[str, str, Cause | None]] = [
    ("", "idol", YES),
    ("", "plain", YES),
    # Kinds.
    ("kind:music", "idol", YES),
    ("kind:music", "fencer", KIND),
    ("KIND:MUSIC", "idol", YES),
    ("kind:mus", "idol", YES),
    ("kind:singer", "idol", YES),
    ("kind:가수", "idol", YES),
    ("kind:sport", "fencer", YES),
    ("kind:sports", "fencer", YES),
    ("kind:acting", "actor", YES),
    ("kind:배우", "actor", YES),
    ("kind:other", "plain", YES),
    ("kind:music kind:sport", "idol", YES),
    ("kind:music kind:sport", "fencer", YES),
    ("kind:music kind:sport", "actor", KIND),
    ("-kind:music", "idol", OUT),
    ("-kind:music", "fencer", YES),
    ("-kind:other", "plain", OUT),
    ("kind：music", "idol", YES),
    # Artists, by any spelling.
    ("artist:gidle", "idol", YES),
    ("artist:(G)I-DLE", "idol", YES),
    ('artist:"g idle"', "idol", YES),
    ("artist:여자아이들", "idol", YES),
    ("artist:여자아이들", "fencer", ARTIST),
    ('artist:"do mira"', "actor", YES),
    ('artist:"DO MI RA"', "actor", YES),
    ("artist:domira", "actor", YES),
    ("artist:도미라", "actor", YES),
    ("artist:도미라", "actor", YES),  # Hangul taken apart, as macOS writes names of files.
    ("artist:mira", "actor", ARTIST),
    ("artist:bts", "plain", YES),
    ("artist:ＢＴＳ", "plain", YES),
    ("artist:BTS", "actor", ARTIST),
    ("artist:bts artist:gidle", "idol", YES),
    ("artist:bts artist:gidle", "fencer", ARTIST),
    ('artist:"Not Yet Known"', "idol", ARTIST),
    ("-artist:gidle", "idol", OUT),
    ("-artist:gidle", "actor", YES),
    ("-artist:bts", "actor", YES),
    # Words, wherever they stand.
    ("tteokbokki", "idol", YES),
    ("TTEOKBOKKI", "idol", YES),
    ("tteok", "idol", WORDS),
    ("떡볶이", "idol", YES),
    ("떡볶", "idol", YES),
    ("lasagne", "idol", WORDS),
    ("cafe", "fencer", WORDS),
    ("CAFÉS", "fencer", YES),
    ("cafes", "fencer", YES),
    ("k-pop", "idol", YES),
    ("kpop", "idol", YES),
    ("gidle", "idol", YES),
    ("soyeon", "idol", YES),
    ("rice cooker", "idol", YES),
    ("rice cooker", "actor", YES),
    ("rice sword", "idol", WORDS),
    ("-bts", "actor", OUT),
    ("-bts", "idol", YES),
    ("-sword", "fencer", OUT),
    ("-sword -rice", "idol", OUT),
    ("welcome", "plain", YES),
    ("drama", "actor", YES),
    # Phrases.
    ('"rice cooker"', "idol", YES),
    ('"rice cooker"', "actor", WORDS),
    ('"RICE   Cooker"', "idol", YES),
    ("“rice cooker”", "idol", YES),
    ('"cooker is"', "idol", YES),
    ('"broken k-pop"', "idol", YES),
    ('"매일 먹어요"', "idol", YES),
    ('"welcome back about"', "plain", WORDS),
    ('"hello thank you"', "plain", WORDS),
    ('-"rice cooker"', "idol", OUT),
    ('-"rice cooker"', "actor", YES),
    # Together: all sorts have to be met, and an exclusion beats everything.
    ("kind:music artist:gidle tteokbokki", "idol", YES),
    ("kind:sport artist:gidle", "idol", KIND),
    ("kind:music artist:bts", "idol", ARTIST),
    ("kind:music lasagne", "idol", WORDS),
    ("kind:music -tteokbokki", "idol", OUT),
    ("kind:sport -artist:gidle", "idol", OUT),
    ("-kind:sport -artist:bts -lasagne", "idol", YES),
]
