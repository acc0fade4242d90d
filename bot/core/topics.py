"""What an interview is about, judged by the words of roles and tags. Pure."""

import re
from collections.abc import Iterable

from bot.core.model import Subject, Topic

# What somebody works for, but for a film in quotation marks, which its director is about.
_WORK = re.compile(r"\b(?:of|from|at|behind)\s+(?![“\"‘'«<]).*")
_KINDS: tuple[tuple[Topic, re.Pattern[str]], ...] = (
    (Topic.WEBTOON, re.compile(r"(?i)webtoon|manhwa|comic|manga|cartoonist|웹툰")),
    (
        Topic.GAME,
        re.compile(
            r"(?i)\b(?:video |board )?games?\b|(?:game|lead|level) ?design|\bgam(?:er|ing)\b"
            r"|e-?sports?|게임"
        ),
    ),
    (
        Topic.SPORT,
        re.compile(
            r"(?i)sport|athlete|fenc(?:er|ing)|skat(?:er|ing)|runner|swimm|archer|golf|football"
            r"|soccer|baseball|basketball|volleyball|tennis|boxer|boxing|taekwondo|judo|climb"
            r"|surf|cyclist|olympi|wrestl|gymnast|marathon|breaking|스포츠|선수"
        ),
    ),
    (
        Topic.FILM,
        re.compile(
            r"(?i)\bfilms?\b|\bmovies?\b|cinema|film-?maker|screenwriter|documentar|sundance"
            r"|director of [“\"‘'«<]|영화"
        ),
    ),
    (
        Topic.ACTING,
        re.compile(
            r"(?i)\bact(?:or|ress|ors|resses|ing)\b|\bdramas?\b|k-?drama|theat(?:er|re)"
            r"|musicals?\b|배우|드라마"
        ),
    ),
    (
        Topic.CREATOR,
        re.compile(
            r"(?i)youtub|creator|vlogg|influencer|blogger|streamer|tik ?tok|podcast|asmr|유튜버"
            r"|크리에이터"
        ),
    ),
    (
        Topic.MUSIC,
        re.compile(
            r"(?i)music|sing(?:er|ers|ing)\b|song|rapp?(?:er|ers)?\b|k-?pop|j-?pop|hip-?hop|r&b"
            r"|band\b|boy group|girl group|vocal|producer|\bdj\b|guitar|pian|drumm|cell|violin"
            r"|trot|ballad|indie|jazz|idol|pansori|gayageum|compos|beatbox|rising star|soul"
            r"|가수|음악"
        ),
    ),
)


def topic_of(subjects: Iterable[Subject], kinds: Iterable[str]) -> Topic:
    """What the interview is about.

    A role in the title decides before a tag, and the last tag before the first, for categories come
    first. The name of what somebody works for ("Lead Designer of KPOP: Becoming an Idol") decides
    last.
    """
    roles = [subject.role or "" for subject in subjects]
    own = [_WORK.sub("", role) for role in roles]
    for words in (own, list(reversed(list(kinds))), roles):
        for kind, pattern in _KINDS:
            if any(pattern.search(word) for word in words):
                return kind
    return Topic.OTHER
