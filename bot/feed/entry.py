"""One way from what a site says of a post to an ``Interview``, whatever format said it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.core.model import Interview, Transcript
from bot.feed.formats import Post
from bot.feed.identity import canonical_url, web_url
from bot.feed.pictures import main_picture
from bot.feed.subjects import subjects_of
from bot.feed.text import clean, plain_title, shorten
from bot.feed.transcript import examine, plain_text

# A feed of WordPress holds ten entries, a REST page a hundred; thousands are a mistake.
ENTRIES_AT_MOST = 1000
TITLE_LIMIT = 1000
EXCERPT_LIMIT = 300
KIND_LIMIT = 100
KINDS_AT_MOST = 50
NO_GUIDS = frozenset({"n/a", "na", "none", "null", "nil", "undefined", "guid", "id", "-", "0"})
"""What sites write where they have no GUID."""

GUID_LIMIT = 1000
AUTHOR_LIMIT = 200

# The web is younger than its oldest absurd date; a feed scheduled further ahead is a mistake.
EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
LATEST = datetime(2090, 1, 1, tzinfo=UTC)

_TRAILER_LENGTH = 1500
"""Characters at the end of a summary in which WordPress's own words are looked for."""

_POST, _APPEARED = "the post ", " appeared first on "
_READ_ON = (
    "continue reading",
    "read more",
    "read the more",
    *(
        f"read {the}full {what}"
        for the in ("", "the ")
        for what in ("article", "interview", "story")
    ),
)
_AROUND_TRAILER = " \t\n\r\xa0.…»→>"


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
        image_url=main_picture(post.pictures, examined.pictures, base),
        transcript=transcript,
    )
    if not warnings:
        return interview
    told = (*warnings, *transcript.warnings)
    return replace(interview, transcript=replace(transcript, warnings=told))


def collect(posts: Iterable[Post], warnings: list[str]) -> tuple[Interview, ...]:
    """Each post as an interview, without those that repeat one: feeds put the newest first."""
    found: list[Interview] = []
    for number, post in enumerate(posts, 1):
        if number > ENTRIES_AT_MOST:
            warnings.append(f"more than {ENTRIES_AT_MOST} entries; the rest is left out")
            break
        try:
            found.append(interview_of(post))
        except Exception as error:  # noqa: BLE001 - one entry is no reason to lose the others
            warnings.append(f"entry {number} can't be read: {error!r}"[:300])
    by_guid: dict[str, Interview] = {}
    for interview in _identified(found, warnings):
        if interview.guid in by_guid:
            warnings.append(f"two entries have the GUID {interview.guid!r}; the first is kept")
        by_guid.setdefault(interview.guid, interview)
    return tuple(by_guid.values())


def _identified(interviews: Sequence[Interview], warnings: list[str]) -> list[Interview]:
    """The interviews with GUIDs that tell them apart: one that visibly different entries share, or
    that stands for none, is not believed. Their addresses are, or else title and date."""
    by_guid: dict[str, list[Interview]] = {}
    for interview in interviews:
        by_guid.setdefault(interview.guid, []).append(interview)
    shared = {guid for guid, group in by_guid.items() if _is_shared(guid, group)}
    addresses = Counter(interview.url for interview in interviews)
    warnings += [
        f"the GUID {guid!r} does not identify an entry; it is not used" for guid in sorted(shared)
    ]
    return [
        replace(one, guid=one.url if addresses[one.url] == 1 else _title_and_date(one))
        if one.guid in shared
        else one
        for one in interviews
    ]


def _is_shared(guid: str, group: Sequence[Interview]) -> bool:
    """Whether entries of one GUID are different: by their addresses, or by title and date."""
    if guid.strip().casefold() in NO_GUIDS or len({one.url for one in group}) > 1:
        return True
    dates = [one.published_at for one in group]
    titles = {one.title for one in group}
    return len(group) > 1 and len(titles) == len(set(dates)) == len(group) and None not in dates


def _title_and_date(interview: Interview) -> str:
    date = interview.published_at
    return f"{interview.url}#{interview.title}" + (f" {date:%Y-%m-%d}" if date else "")


def excerpt_of(summary: str, transcript: Transcript) -> str:
    """The site's summary, or else how the article begins: at most ``EXCERPT_LIMIT`` characters."""
    text = _without_trailer(plain_text(summary)) if summary else ""
    if not text.strip(" .…[]"):
        text = transcript.intro or _first_turn(transcript) or transcript.outro
    return shorten(text, EXCERPT_LIMIT)


def _without_trailer(text: str) -> str:
    """A summary without what themes and feeds add at its end: "The post … appeared first on …",
    "Continue reading …", "(more…)"."""
    start = max(0, len(text) - _TRAILER_LENGTH)
    tail = text[start:].lower()
    if len(tail) != len(text) - start:
        return text
    appeared = tail.rfind(_APPEARED)
    post = tail.find(_POST, 0, max(appeared, 0))
    if post >= 0 and len(tail) - appeared <= 320:
        return text[: start + post].rstrip()
    words = tail.rstrip(_AROUND_TRAILER)
    sentence = max(words.rfind(mark) for mark in ".!?") + 1
    found = (words.find(words_, max(sentence, len(words) - 320)) for words_ in _READ_ON)
    at = min((one for one in found if one >= 0), default=-1)
    if at >= 0:
        return text[: start + at].rstrip()
    for ending in ("(more…)", "(more)", "(more", "more…", "more"):
        if tail.rstrip(" \t\n\r\xa0.»→>").endswith(ending) or words.endswith(ending):
            cut = max(tail.rfind(ending), 0)
            return text[: start + cut].rstrip()
    return text


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
