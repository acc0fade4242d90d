"""What an interview is about, judged by the words of roles and tags. Pure."""

import re
from collections.abc import Iterable

from bot.core.folding import fold
from bot.core.model import Subject, Topic
from bot.core.phrases import Phrases

# What somebody works for, but for a film in quotation marks, which its director is about.
_WORK = re.compile(r"\b(?:of|from|at|behind)\s+(?![“\"‘'«<]).*")
_KINDS = {
    Topic(name): pattern for name, pattern in Phrases(__package__, "topics.toml").patterns().items()
}


def topic_of(subjects: Iterable[Subject], kinds: Iterable[str]) -> Topic:
    """What the interview is about.

    A role in the title decides before a tag, and the last tag before the first, for categories come
    first. The name of what somebody works for ("Lead Designer of KPOP: Becoming an Idol") decides
    last.
    """
    roles = [subject.role or "" for subject in subjects]
    own = [_WORK.sub("", role) for role in roles]
    for words in (own, list(reversed(list(kinds))), roles):
        for kind, pattern in _KINDS.items():
            if any(pattern.search(word) for word in words):
                return kind
    return Topic.OTHER


def topic_named(value: str) -> Topic | None:
    """The kind whose name begins with `value`, or that a role belongs to (singer, 배우)."""
    word = fold(value).strip()
    for kind in Topic:
        if word and (kind.startswith(word) or word == f"{kind}s"):
            return kind
    kind = topic_of([Subject("", value)], ())
    return None if kind is Topic.OTHER else kind
