"""``subjects_of`` and ``topic_of``. Lines: the title, the tags (parted by ``|``), the opening."""

from collections.abc import Iterator

from bot.core.model import Topic
from bot.core.topics import topic_of
from bot.feed.subjects import NAME_LIMIT, subjects_of
from bot.feed.text import clean, plain_title
from fuzz.finding import require
from tests.feed.cases import fixture_cases
from tests.feed.conversations import CONVERSATIONS

WORDS = (
    "Interview with ", "Q&A with ", "KCrush ", "Kcruch ", "Exclusive: ", "Another ",
    "Sundance 2024 ", "Singer ", "Director of “", "”", " and ", ", ", " & ", " – ", " | ", ": ",
    "(카시)", "[Interview] ", "the Cast of “", " Talks ", "’s Road to ", "Part 2", "배우 ", "Meet ",
)  # fmt: skip


def check(data: bytes) -> None:
    lines = data.decode("utf-8", "surrogateescape").split("\n", 2)
    title, tags, text = (*lines, "", "")[:3]
    title = plain_title(title)
    kinds = [clean(tag) for tag in tags.split("|")]
    found = subjects_of(title, tags=kinds, text=clean(text))
    for subject in found:
        require(subject.name.strip(), "a name")
        require(len(subject.name) <= NAME_LIMIT, f"a long name: {subject.name}")
        require(subject.role is None or subject.role.strip(), "a role or none")
        "".join([subject.name, subject.role or "", *subject.aliases]).encode()
        require(subject.name not in subject.aliases, "aliases besides the name")
    require(topic_of(found, kinds) in Topic, "a kind")


def seeds() -> Iterator[bytes]:
    talks = [talk.title for talk in CONVERSATIONS]
    for title in dict.fromkeys([*talks, *(case.title for case in fixture_cases())]):
        yield f"{title}\nInterviews|Singer|김소연\nKassy (카시) is a Korean singer.".encode()
