"""A small archive of invented people, in the spellings that the field is full of."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.model import Answer, Interview, Subject, Transcript, Turn

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

FOOD = "What is your favorite food?"
STAGE = "How do you prepare for a performance?"


def interview(
    key: str,
    name: str,
    *turns: tuple[str, str],
    aliases: tuple[str, ...] = (),
    title: str = "",
    intro: str = "",
    role: str | None = None,
    age: int = 0,
    **more: Any,
) -> Interview:
    """An interview with `name`; each of `turns` is a question and its answer."""
    return Interview(
        guid=f"https://kcrush.example/?p={key}",
        url=f"https://kcrush.example/{key}/",
        title=title or f"Interview with {name}",
        subjects=(Subject(name, role, aliases),) if name else (),
        published_at=NOON - timedelta(days=age),
        transcript=Transcript(
            intro,
            tuple(
                Turn(number, question, (Answer(name or None, answer),))
                for number, (question, answer) in enumerate(turns, 1)
            ),
            "",
        ),
        **more,
    )


ARCHIVE = {
    "gidle": interview("gidle", "(G)I-DLE", (FOOD, "Tteokbokki."), age=1),
    "ace": interview("ace", "A.C.E", (FOOD, "Samgyeopsal after practice."), age=2),
    "jas": interview("jas", "JA$", (FOOD, "My mother's stew."), age=3),
    "vino": interview("vino", "V1NO", (FOOD, "I was cooking all summer."), age=4),
    "yehyun": interview(
        "yehyun", "Kim Ye-hyun", (STAGE, "I run along the river."), role="Fencer", age=5
    ),
    "bts": interview(
        "bts",
        "방탄소년단",
        (STAGE, "방탄소년단의 무대는 언제나 즐거워요."),
        aliases=("BTS",),
        age=6,
    ),
    "soyeon": interview("soyeon", "Park So-yeon", (FOOD, "김밥!"), aliases=("박소연",), age=7),
    "beyonce": interview("beyonce", "Béyonsé Ångström", (FOOD, "Crêpes."), age=8),
    "kuhn": interview(
        "kuhn",
        "KUHN",
        ("Please introduce yourself.", "I am Kuhn, a singer from Seoul."),
        (STAGE, "Dancing every night makes me hungry for kimchi and for K-pop."),
        age=9,
    ),
    "choi": interview(
        "choi",
        "Choi Sisters",
        ("Do you like kimchi?", "We do, with everything."),
        (STAGE, "We never performed alone."),
        age=10,
    ),
    "none": interview("none", "", intro="A report from the festival, without questions.", age=11),
}
