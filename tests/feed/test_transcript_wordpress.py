"""The interviews of a running WordPress, by REST and by every page of its feed."""

import json
import os
import urllib.error
import urllib.request

import pytest

from bot.core.model import Interview
from bot.feed.parse import parse_any, parse_feed

pytestmark = [
    pytest.mark.wordpress,
    pytest.mark.skipif(not os.environ.get("WORDPRESS_URL"), reason="WORDPRESS_URL is not set"),
]


def fetched(path: str) -> bytes:
    url = os.environ["WORDPRESS_URL"].rstrip("/") + path
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - the tester's own site
        body: bytes = answer.read()
    return body


def by_rest() -> dict[str, Interview]:
    (category,) = json.loads(fetched("/wp-json/wp/v2/categories?slug=interviews"))
    posts = fetched(f"/wp-json/wp/v2/posts?categories={category['id']}&per_page=100&_embed")
    return {
        interview.guid: interview for interview in parse_any(posts, os.environ["WORDPRESS_URL"])
    }


def by_feed() -> dict[str, Interview]:
    found: dict[str, Interview] = {}
    for page in range(1, 30):
        path = f"/category/interviews/feed/?paged={page}"
        try:
            body = fetched(path)
        except urllib.error.HTTPError:
            break
        found |= {
            i.guid: i for i in parse_feed(body, url=os.environ["WORDPRESS_URL"] + path).interviews
        }
    return found


def test_every_interview_has_its_turns_and_no_warning() -> None:
    interviews = by_rest()
    assert len(interviews) >= 70
    seeded = [i for i in interviews.values() if i.published_at and i.published_at.year <= 2021]
    assert all(8 <= len(interview.transcript.turns) <= 15 for interview in seeded)
    assert all(not interview.transcript.warnings for interview in seeded)
    assert all(interview.subjects for interview in seeded)


def test_feed_and_rest_tell_the_same_of_every_interview() -> None:
    rest, feed = by_rest(), by_feed()
    assert set(feed) == set(rest)
    for guid, interview in feed.items():
        assert interview.transcript == rest[guid].transcript
        assert interview.title == rest[guid].title
        assert interview.subjects == rest[guid].subjects
