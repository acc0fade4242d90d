"""One way from what a site says of a post to an ``Interview``, whatever format said it."""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.core.model import Image, Interview, Transcript
from bot.feed.formats import Post
from bot.feed.identity import canonical_url, web_url
from bot.feed.subjects import subjects_of
from bot.feed.text import clean, plain_title, shorten
from bot.feed.transcript import examine, plain_text

# A feed of WordPress holds ten entries, a REST page a hundred; thousands are a mistake.
ENTRIES_AT_MOST = 1000
TITLE_LIMIT = 1000
EXCERPT_LIMIT = 300
KIND_LIMIT = 100
KINDS_AT_MOST = 50
GUID_LIMIT = 1000
AUTHOR_LIMIT = 200

# The web is younger than its oldest absurd date; a feed scheduled further ahead is a mistake.
EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
LATEST = datetime(2090, 1, 1, tzinfo=UTC)

_TRAILER = re.compile(
    r"(?is)\s*(?:\bthe post\b.{1,1200}?\bappeared first on\b.{1,300}"
    r"|(?:continue reading|read (?:the )?(?:more|full (?:article|interview|story)))\b[^.!?]{0,300}"
    r"|\(?more…?\)?)[\s.…»→>]*$"
)


def interview_of(post: Post) -> Interview:
    """The interview that `post` is. Total: whatever is missing or absurd becomes a warning."""
    warnings = list(post.warnings)
    base = web_url(post.base_url)
    url = canonical_url(web_url(post.url, base) or web_url(post.guid))
    if not url:
        warnings.append("the entry has no web address; the feed's own stands in for it")
        url = canonical_url(base)
    title = _title(post, url, warnings)
    examined = examine(post.body, base_url=base or url, title=title)
    transcript = examined.transcript
    published = _sane(post.published_at, "publication", warnings)
    updated = _sane(post.updated_at, "modification", warnings)
    tags = _distinct(post.tags)
    interview = Interview(
        guid=_guid(post, url, title),
        url=url,
        title=title,
        subjects=subjects_of(title, tags=tags, text=_opening(transcript)),
        tags=tags,
        author=shorten(plain_title(post.author), AUTHOR_LIMIT) or None,
        published_at=published,
        updated_at=updated,
        excerpt=excerpt_of(post.summary, transcript),
        image_url=_hero(post.pictures, examined.lead, base),
        transcript=transcript,
    )
    if not warnings:
        return interview
    told = (*warnings, *transcript.warnings)
    return replace(interview, transcript=replace(transcript, warnings=told))


def collect(posts: Iterable[Post], warnings: list[str]) -> tuple[Interview, ...]:
    """Each post as an interview; of those with one GUID the first, which feeds put newest."""
    kept: dict[str, Interview] = {}
    for number, post in enumerate(posts):
        if number == ENTRIES_AT_MOST:
            warnings.append(f"more than {ENTRIES_AT_MOST} entries; the rest is left out")
            break
        interview = interview_of(post)
        if interview.guid in kept:
            warnings.append(f"two entries have the GUID {interview.guid!r}; the first is kept")
            continue
        kept[interview.guid] = interview
    return tuple(kept.values())


def excerpt_of(summary: str, transcript: Transcript) -> str:
    """The site's summary, or else how the article begins: at most ``EXCERPT_LIMIT`` characters."""
    text = _TRAILER.sub("", plain_text(summary)) if summary else ""
    if not text.strip(" .…[]"):
        text = transcript.intro or _first_turn(transcript) or transcript.outro
    return shorten(text, EXCERPT_LIMIT)


def _first_turn(transcript: Transcript) -> str:
    if not transcript.turns:
        return ""
    first = transcript.turns[0]
    return " ".join([first.question, *(answer.text for answer in first.answers)])


def _title(post: Post, url: str, warnings: list[str]) -> str:
    title = plain_title(post.title)
    if len(title) > TITLE_LIMIT:
        warnings.append(f"the title has {len(title)} characters; cut to {TITLE_LIMIT}")
        return shorten(title, TITLE_LIMIT)
    if title:
        return title
    warnings.append("the entry has no title")
    slug = url.rstrip("/").rpartition("/")[2] if url.count("/") > 3 else ""
    words = "" if "=" in slug or "%" in slug else slug.replace("-", " ").replace("_", " ")
    title = words.strip().capitalize() or shorten(plain_text(post.body or post.summary), 80) or url
    return shorten(title, TITLE_LIMIT)


def _guid(post: Post, url: str, title: str) -> str:
    guid = clean(post.guid)
    if guid:
        return shorten(guid, GUID_LIMIT)
    # Entries without address share the feed's: the title tells them apart.
    return url if web_url(post.url, web_url(post.base_url)) else f"{url}#{title}"


def _sane(when: datetime | None, what: str, warnings: list[str]) -> datetime | None:
    if when is None:
        return None
    when = when.astimezone(UTC)
    if not EARLIEST <= when < LATEST:
        warnings.append(f"the {what} date {when:%Y-%m-%d} is hardly true")
    return when


def _distinct(kinds: Iterable[str]) -> tuple[str, ...]:
    """Cleaned, in their order, none twice (in other case), bounded in number and length."""
    seen: dict[str, str] = {}
    for kind in kinds:
        name = shorten(plain_title(kind), KIND_LIMIT)
        if name and name.casefold() not in seen:
            seen[name.casefold()] = name
            if len(seen) == KINDS_AT_MOST:
                break
    return tuple(seen.values())


def _opening(transcript: Transcript) -> str:
    """Where names in Hangul stand beside the romanised: intro, first answers, outro."""
    turns = [answer.text for turn in transcript.turns[:3] for answer in turn.answers]
    return "\n".join([transcript.intro, *turns, transcript.outro])[:20_000]


def _hero(pictures: Sequence[str], lead: Image | None, base: str) -> str | None:
    """The site's own choice, else the body's first picture."""
    named = (web_url(html.unescape(picture), base) for picture in pictures)
    return next(filter(None, named), lead.url if lead else None)
