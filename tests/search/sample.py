"""The sample magazine as a feed tells it, all of its posts published."""

from functools import cache

from bot.core.model import Interview
from bot.feed.parse import parse_feed
from sandbox.site import SAMPLE, Library, load_posts
from sandbox.site.feed import rss

_URL = "https://magazine.example"
_PUBLISHED = 1_780_000_000
"""Seconds since 1970, in 2026: when the posts that were kept for later are published."""


@cache
def sample_interviews() -> dict[str, Interview]:
    """By slug, newest first."""
    library = Library(load_posts(SAMPLE), clock=lambda: _PUBLISHED)
    while library.drafts():
        library.publish()
    posts = library.published()
    body = rss(library, posts, url=_URL, path="/feed/", heading=None).encode()
    interviews = parse_feed(body, url=f"{_URL}/feed/").interviews
    return dict(zip((post.slug for post in posts), interviews, strict=True))
