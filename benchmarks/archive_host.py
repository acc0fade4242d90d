"""A WordPress of so many interviews, in a process of its own: REST pages and a feed, made once.

``python -m benchmarks.archive_host COUNT`` prints its address, then answers until stdin ends.
"""

import asyncio
import contextlib
import random
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

NEWEST = datetime(2024, 12, 31, 12, tzinfo=UTC)
QUESTIONS = 10
FEED_ITEMS = 10
WORDS = [
    "song",
    "stage",
    "album",
    "voice",
    "dance",
    "train",
    "night",
    "light",
    "first",
    "dream",
    "write",
    "chorus",
    "tour",
    "fans",
    "city",
    "camera",
    "story",
    "drama",
    "role",
    "home",
    "morning",
    "coffee",
    "travel",
    "band",
    "guitar",
    "drum",
    "studio",
    "lyric",
]
TERM = [{"id": 2, "slug": "interviews", "name": "Interviews", "parent": 0, "count": 1}]
FIRST_ID = 100_000
ETAG = '"unchanged"'


def sentence(rng: random.Random, words: int) -> str:
    return " ".join(rng.choices(WORDS, k=words)).capitalize()


def body(number: int) -> str:
    """Ten questions and answers of five kilobytes, the same for the same number."""
    rng = random.Random(number)
    turns = (
        f"<p><strong>{sentence(rng, 9)}?</strong></p>\n<p>{sentence(rng, 70)}.</p>"
        for _ in range(QUESTIONS)
    )
    return f"<p>{sentence(rng, 40)}.</p>\n" + "\n".join(turns)


@cache
def post(root: str, number: int) -> dict[str, Any]:
    when = f"{NEWEST - timedelta(hours=7 * number):%Y-%m-%dT%H:%M:%S}"
    title = f"KCrush Interview with Artist {number} (Singer)"
    return {
        "id": FIRST_ID - number,
        "date": when,
        "date_gmt": when,
        "modified": when,
        "modified_gmt": when,
        "guid": {"rendered": f"{root}/?p={FIRST_ID - number}"},
        "link": f"{root}/interview-{number}/",
        "slug": f"interview-{number}",
        "status": "publish",
        "type": "post",
        "title": {"rendered": title},
        "content": {"rendered": body(number), "protected": False},
        "excerpt": {"rendered": f"<p>{title}</p>", "protected": False},
        "categories": [2],
        "tags": [],
    }


def feed(root: str) -> bytes:
    items = "".join(
        f"<item><title>{escape(one['title']['rendered'])}</title><link>{one['link']}</link>"
        f'<guid isPermaLink="false">{one["guid"]["rendered"]}</guid>'
        f"<pubDate>{format_datetime(NEWEST - timedelta(hours=7 * number))}</pubDate>"
        f"<category>Interviews</category>"
        f"<content:encoded><![CDATA[{one['content']['rendered']}]]></content:encoded></item>"
        for number in range(FEED_ITEMS)
        for one in [post(root, number)]
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>Interviews</title><link>{root}</link>{items}</channel></rss>"
    ).encode()


class Host:
    """Answers from what was made before it was asked, so that its own work counts little."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.root = ""
        self.feed = b""

    async def start(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.root = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self.feed = feed(self.root)
        return server

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                writer.write(self.answer(head.split(" ", 2)[1], head))
                await writer.drain()
        writer.close()

    def answer(self, target: str, head: str) -> bytes:
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path.endswith("/feed/"):
            if ETAG in head:
                return _response("304 Not Modified", b"", f"ETag: {ETAG}\r\n")
            return _response(
                "200 OK", self.feed, f"ETag: {ETAG}\r\nContent-Type: application/rss+xml\r\n"
            )
        if parts.path.endswith("/categories"):
            return _json("200 OK", [] if "parent" in query else TERM)
        if not parts.path.endswith("/posts"):
            return _response("404 Not Found", b"", "")
        size, page = int(query.get("per_page", "10")), int(query.get("page", "1"))
        numbers: Sequence[int] = range((page - 1) * size, min(page * size, self.count))
        if "include" in query:
            numbers = [FIRST_ID - int(id_) for id_ in query["include"].split(",")]
        if not numbers:
            past = {"code": "rest_post_invalid_page_number", "data": {"status": 400}}
            return _json("400 Bad Request", past)
        posts = [post(self.root, number) for number in numbers]
        if "_fields" in query:
            fields = query["_fields"].split(",")
            posts = [{name: one[name] for name in fields} for one in posts]
        return _json("200 OK", posts, f"X-WP-Total: {self.count}\r\n")


def _json(status: str, value: Any, more: str = "") -> bytes:
    return _response(status, orjson.dumps(value), f"Content-Type: application/json\r\n{more}")


def _response(status: str, content: bytes, headers: str) -> bytes:
    length = "" if status.startswith("304") else f"Content-Length: {len(content)}\r\n"
    return f"HTTP/1.1 {status}\r\n{length}{headers}\r\n".encode("latin-1") + content


async def main(count: int) -> None:
    host = Host(count)
    server = await host.start()
    sys.stdout.write(host.root + "\n")
    sys.stdout.flush()
    async with server:
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
