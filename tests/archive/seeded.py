"""What a seeded WordPress's own database says of its posts: the truth that no parser made."""

import html
import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pytest

from bot.core.model import Interview, Transcript
from bot.feed.identity import url_key

SOCKET = Path(os.environ.get("WP_DIR", "")) / "run" / "mariadbd.sock"
CLIENT = shutil.which("mariadb")
needs_database = pytest.mark.skipif(
    CLIENT is None or "WP_DIR" not in os.environ or not SOCKET.exists(),
    reason="WP_DIR names no folder of a running WordPress, or there is no MariaDB client",
)

QUERY = """
SELECT JSON_OBJECT('slug', p.post_name, 'title', p.post_title, 'status', p.post_status,
                   'words', p.post_content, 'turns', t.meta_value, 'category', c.slug)
  FROM wp_posts p
  JOIN wp_postmeta k ON k.post_id = p.ID AND k.meta_key = '_seed_key'
  LEFT JOIN wp_postmeta t ON t.post_id = p.ID AND t.meta_key = '_fixture_turns'
  JOIN wp_term_relationships r ON r.object_id = p.ID
  JOIN wp_term_taxonomy x ON x.term_taxonomy_id = r.term_taxonomy_id AND x.taxonomy = 'category'
  JOIN wp_terms c ON c.term_id = x.term_id
 WHERE p.post_type = 'post'
"""

_LABEL = re.compile(
    r"^(?:<p>)?(?:<strong>(?P<strong>[^<>]{1,40}):</strong>|<b>(?P<b>[^<>]{1,40})</b>:"
    r"|A\. \((?P<answer>[^()]{1,40})\)) ",
    re.MULTILINE,
)
"""The ways in which the seeded posts label who speaks, each at the start of a line."""

_HOUSE = "kcrush"
_MARKUP = re.compile(r"<!--.*?-->|<[^<>]*>|\[/?caption[^]]*\]|https?://\S+", re.DOTALL)
_ASKS = re.compile(r"^\*|^Q\. |^A\. ", re.MULTILINE)
_OPENING = 24
"""Letters by which an answer is known."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """A post as it was written: ``turns`` counts questions, ``said`` are the labels of its answers
    and how each begins, none where it labels nobody; ``words`` are all but its labels."""

    slug: str
    title: str
    turns: int
    said: tuple[tuple[str, str], ...]
    words: Counter[str]


def seeded() -> tuple[dict[str, Seeded], list[Seeded]]:
    """The public interviews by slug, and the posts that a reader of interviews must never see."""
    command = [CLIENT or "", "--no-defaults", "-u", "root", "-S", str(SOCKET), "-N", "-B", "--raw"]
    out = subprocess.run(
        [*command, "--default-character-set=utf8mb4", "wordpress", "-e", QUERY],
        capture_output=True,
        check=True,
        timeout=30,
    )
    wanted: dict[str, Seeded] = {}
    others: list[Seeded] = []
    for line in out.stdout.decode().splitlines():
        row = json.loads(line)
        said, words = _said(row["words"]), _words(_ASKS.sub("", _LABEL.sub("", row["words"])))
        post = Seeded(unquote(row["slug"]), row["title"], int(row["turns"] or 0), said, words)
        if (row["category"], row["status"]) == ("interviews", "publish"):
            wanted[post.slug] = post
        else:
            others.append(post)
    return wanted, others


def slug_of(interview: Interview) -> str:
    return unquote(url_key(interview.url)).rpartition("/")[2]


def letters(text: str) -> str:
    """A text without what WordPress sets otherwise (quotes, dashes, entities, emoji)."""
    return re.sub(r"[\W_]", "", html.unescape(_MARKUP.sub("", text))).casefold()


def said_in(transcript: Transcript) -> tuple[tuple[str, str], ...]:
    """The named answers and how each begins, as ``Seeded.said``."""
    answers = [answer for turn in transcript.turns for answer in turn.answers]
    return tuple(
        (answer.speaker, letters(answer.text)[:_OPENING])
        for answer in answers
        if answer.speaker is not None
    )


def words_of(transcript: Transcript) -> Counter[str]:
    """All words that a reader can come to."""
    parts = [transcript.intro, transcript.outro]
    pictures = list(transcript.images)
    for turn in transcript.turns:
        parts += [turn.question, *(answer.text for answer in turn.answers)]
        pictures += turn.images
    return _words("\n".join([*parts, *(picture.caption or "" for picture in pictures)]))


def _said(content: str) -> tuple[tuple[str, str], ...]:
    said: list[tuple[str, str]] = []
    for found in _LABEL.finditer(content):
        name = html.unescape(next(filter(None, found.groups())))
        if name.lower() != _HOUSE:
            line = content[found.end() :].partition("\n")[0]
            said.append((name, letters(line)[:_OPENING]))
    return tuple(said)


def _words(text: str) -> Counter[str]:
    plain = html.unescape(_MARKUP.sub(" ", text)).casefold()
    return Counter(re.findall(r"[^\W_]+", plain))


@dataclass(frozen=True, slots=True)
class Tally:
    """How well one way brought the interviews. ``kept`` counts those with every word and without
    a warning, ``wrong`` names what is not as it was written."""

    way: str
    stored: int
    turns: int
    speakers: int
    labelled: int
    kept: int
    wrong: tuple[str, ...]

    def row(self) -> str:
        speakers = f"{self.speakers} of {self.labelled}"
        return f"{self.way:<8} {self.stored:>10} {self.turns:>12} {speakers:>15} {self.kept:>11}"


HEADING = (
    f"{'way':<8} {'interviews':>10} {'turns exact':>12} {'speakers right':>15} {'words kept':>11}"
)


def tally(way: str, stored: Sequence[Interview], wanted: Mapping[str, Seeded]) -> Tally:
    """Compare what was stored with what was written."""
    turns = speakers = labelled = kept = 0
    wrong: list[str] = []
    for interview in stored:
        post, transcript = wanted[slug_of(interview)], interview.transcript
        exact = len(transcript.turns) == post.turns
        right = said_in(transcript) == post.said
        lost = post.words - words_of(transcript)
        whole = not lost and not transcript.warnings
        turns, kept = turns + exact, kept + whole
        labelled += bool(post.said)
        speakers += right and bool(post.said)
        if not (exact and right and whole):
            facts = (exact, right, dict(lost), transcript.warnings)
            wrong.append(f"{post.slug}: {facts}")
    return Tally(way, len(stored), turns, speakers, labelled, kept, tuple(wrong))
