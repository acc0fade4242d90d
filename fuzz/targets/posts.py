"""JSON: REST's posts, terms and errors, and JSON Feed."""

import contextlib
from collections.abc import Callable, Iterator

import orjson

from bot.archive.posts import (
    is_past_the_end,
    read_index,
    read_posts,
    read_terms,
    refusal_code,
)
from bot.core.errors import ParseError
from bot.feed.parse import parse_any
from fuzz.targets.shown import BASE, examine_interview, fixtures

WORDS = (
    '"id":1', '"status":"publish"', '"title":{"rendered":"', '"content":{"rendered":"',
    '"guid":{"rendered":"', '"_embedded":{', '"wp:term":[[', '"wp:featuredmedia":[',
    '"taxonomy":"category"', '"name":"', '"source_url":"', '"date_gmt":"2024-01-02T03:04:05"',
    '"modified_gmt":"', '"slug":"interviews"', '"parent":2', '"protected":true', "\\ud800", "null",
    '"code":"rest_forbidden"', "1e999", "[[[[", "{}", '"items":[', '"tags":[', '"authors":[',
)  # fmt: skip


def check(data: bytes) -> None:
    refusal_code(data).encode()
    is_past_the_end(data, url=BASE)
    with contextlib.suppress(ParseError):
        for interview in parse_any(data, BASE):
            examine_interview(interview)
    readers: tuple[Callable[[], object], ...] = (
        lambda: _read_posts(data),
        lambda: read_index(data, url=BASE),
        lambda: read_terms(data, url=BASE),
    )
    for read in readers:
        with contextlib.suppress(ParseError):
            read()


def _read_posts(data: bytes) -> None:
    for post in read_posts(data, url=BASE):
        if post.interview is not None:
            examine_interview(post.interview)


def seeds() -> Iterator[bytes]:
    for number, body in enumerate(fixtures()[:10]):
        post = {
            "id": number,
            "status": "publish",
            "link": f"https://magazine.example/{number}/",
            "guid": {"rendered": f"https://magazine.example/?p={number}"},
            "date_gmt": "2024-01-02T03:04:05",
            "modified_gmt": "2024-01-02T03:04:05",
            "title": {"rendered": "KCrush Interview with Kassy"},
            "content": {"rendered": body, "protected": False},
            "excerpt": {"rendered": "<p>Short</p>"},
            "_embedded": {
                "author": [{"name": "Mina"}],
                "wp:featuredmedia": [{"source_url": "https://magazine.example/a.jpg"}],
                "wp:term": [[{"taxonomy": "category", "name": "Interviews"}]],
            },
        }
        yield orjson.dumps([post])
    yield b'[{"id":1,"slug":"interviews","parent":0},{"id":2,"slug":"music","parent":1}]'
    yield b'{"code":"rest_forbidden","message":"Sorry","data":{"status":401}}'
