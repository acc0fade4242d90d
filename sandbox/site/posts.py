"""The posts in the sample folder: files with ``key: value`` lines, then HTML."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Literal
from urllib.parse import quote

_CHECKOUT = Path(__file__).resolve().parents[2] / "data" / "sample"
_INSTALLED = Path(__file__).resolve().parents[1] / "sample"

SAMPLE = _CHECKOUT if _CHECKOUT.is_dir() else _INSTALLED
"""The sample magazine: in ``data`` of a checkout, within this package where it is installed."""

SITE_ZONE = timezone(timedelta(hours=-5))
"""The site's time zone. It is not UTC, so that ``date`` and ``date_gmt`` differ."""

Status = Literal["publish", "draft", "trash"]

_WORD = re.compile(r"[^\W_]+", re.UNICODE)


class SampleError(ValueError):
    """A file of the sample folder that can't be read; the text names it and the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post. Times are aware and in UTC, whole seconds, as WordPress keeps them."""

    id: int
    slug: str
    title: str
    body: str
    """HTML as the editor saved it; addresses on the site itself begin with ``/``."""
    date: datetime
    modified: datetime
    guid: str
    """Never changes, also when the slug or the host does."""
    author: str = "Kcrush Staff"
    categories: tuple[str, ...] = ("Interviews",)
    tags: tuple[str, ...] = ()
    excerpt: str = ""
    """Plain text; when it is empty, the excerpt is the beginning of the body."""
    image: str | None = None
    """Path of the featured image from the site's root."""
    alt: str = ""
    status: Status = "publish"
    later: int = 0
    """The order of publishing while the site runs: 1, 2, 3 ...; 0: published at start."""
    turns: int | None = None
    """The number of questions in the body; None when it was not counted."""

    @property
    def path(self) -> str:
        return f"/{self.slug}/"

    @property
    def image_id(self) -> int:
        """The attachment's id: WordPress numbers posts and uploads in one sequence."""
        return self.id - 1 if self.image else 0


def load_posts(folder: Path = SAMPLE) -> list[Post]:
    """Every post of ``folder/posts``, oldest file first.

    Raises SampleError for a file that can't be read, or for two with one slug, id or GUID.
    """
    posts = [read_post(file) for file in sorted((folder / "posts").glob("*.html"))]
    if not posts:
        raise SampleError(f"no posts in {folder / 'posts'}")
    for name in ("id", "slug", "guid"):
        values = [getattr(post, name) for post in posts]
        twice = {value for value in values if values.count(value) > 1}
        if twice:
            raise SampleError(f"two posts have the {name} {twice.pop()}")
    return posts


def read_post(file: Path) -> Post:
    """The post in `file`; SampleError names the file and the line of the head that is wrong."""
    head, rule, body = file.read_text(encoding="utf-8").partition("\n---\n")
    if not rule:
        raise SampleError(f"{file.name}: no line '---' between the head and the body")
    fields: dict[str, str] = {}
    for number, line in enumerate(head.splitlines(), start=1):
        key, colon, value = line.partition(":")
        if not colon or key not in _READERS:
            raise SampleError(f"{file.name}, line {number}: expected 'key: value', got {line!r}")
        fields[key] = value.strip()
    missing = {"id", "slug", "title", "date", "guid"} - fields.keys()
    if missing:
        raise SampleError(f"{file.name}: no {', '.join(sorted(missing))}")
    fields.setdefault("modified", fields["date"])
    try:
        values = {key: _READERS[key](value) for key, value in fields.items()}
    except ValueError as error:
        raise SampleError(f"{file.name}: {error}") from error
    if values.get("later"):
        values["status"] = "draft"
    return Post(body=body.strip() + "\n", **values)  # type: ignore[arg-type]


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment.astimezone(UTC)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


_READERS: dict[str, Callable[[str], object]] = {
    "id": int,
    "slug": str,
    "title": str,
    "date": _moment,
    "modified": _moment,
    "guid": str,
    "author": str,
    "categories": _names,
    "tags": _names,
    "excerpt": str,
    "image": str,
    "alt": str,
    "later": int,
    "turns": int,
}


def slugify(text: str) -> str:
    """A slug as WordPress makes it: accents dropped, words joined by hyphens, other scripts
    percent-encoded in lower case. Empty when there is no letter or digit."""
    flat = unicodedata.normalize("NFKD", text.lower())
    flat = "".join(sign for sign in flat if not unicodedata.combining(sign))
    words = _WORD.findall(unicodedata.normalize("NFC", flat).replace("’", "").replace("'", ""))
    return quote("-".join(words), safe="-").lower()


def plain(html: str) -> str:
    """The text of `html` without tags; entities are not decoded."""
    text = re.sub(r"(?s)<(script|style|noscript)\b.*?</\1>", " ", html)
    return " ".join(re.sub(r"(?s)<!--.*?-->|<[^>]*>", " ", text).split())


def excerpt_of(post: Post) -> str:
    """The hand-written excerpt, or the body's first 55 words and ``[&#8230;]``
    (WordPress, wp_trim_excerpt)."""
    if post.excerpt:
        return post.excerpt
    words = plain(post.body).split()
    return " ".join(words[:55]) + (" [&#8230;]" if len(words) > 55 else "")
