"""A feed page to interviews, all our steps, against feedparser alone on the same bytes."""

import gc
import html
import time
from collections.abc import Callable
from pathlib import Path

import feedparser

from benchmarks.figures import Figure, Report, seconds
from bot.feed.parse import parse_feed
from tests.feed.cases import all_cases

MOST = 2.0
RECORDED = Path(__file__).parents[2] / "shared" / "wordpress" / "recorded" / "interviews-feed.xml"
URL = "https://magazine.example/category/interviews/feed/"
CONTENT_TYPE = "application/rss+xml; charset=UTF-8"
OWN_SIZE = 52_000
"""Bytes of our own page, which stands in for the recorded one: as many as that has."""

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content='
    '"http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<channel><title>Interviews</title><link>https://magazine.example/</link>"
)


async def measure(*, small: bool, command: str) -> Report:
    """The benchmark ``parse``; with `small` fewer rounds of the same page."""
    rounds = 5 if small else 60
    recorded = RECORDED.is_file()
    body = RECORDED.read_bytes() if recorded else own_page()
    ours, alone = _fastest(
        rounds,
        lambda: parse_feed(body, url=URL, content_type=CONTENT_TYPE),
        lambda: feedparser.parse(body),
    )
    parsed = parse_feed(body, url=URL, content_type=CONTENT_TYPE)
    turns = sum(len(interview.transcript.turns) for interview in parsed.interviews)
    page = "that a real WordPress answered" if recorded else "of invented interviews"
    return Report(
        "parse",
        "Parsing a feed page",
        f"A page of {len(body):,} bytes {page} to {len(parsed.interviews)} interviews with {turns} "
        "turns, subjects, pictures and excerpts. Baseline: feedparser on the same bytes, which "
        f"makes entries of it and no transcripts. Processor time, the fastest of {rounds}.",
        command,
        [
            Figure(
                "bytes to interviews",
                seconds(ours),
                seconds(alone),
                f"{ours / alone:.2f}",
                f"at most {MOST:g}",
                good=ours / alone <= MOST,
                value=ours / alone,
                judged="ratio",
            )
        ],
        [] if recorded else ["the recorded page is not beside the project; an own one stands in"],
    )


def own_page() -> bytes:
    """A page of the size of the recorded one, of our own fixtures."""
    items: list[str] = []
    size = 0
    for number, case in enumerate(case for case in all_cases() if case.turn_count):
        if size > OWN_SIZE:
            break
        items.append(
            f"<item><title>{html.escape(case.title)}</title><link>{URL}{number}/</link>"
            f"<guid isPermaLink='false'>{URL}?p={number}</guid><dc:creator>Mina</dc:creator>"
            "<pubDate>Tue, 16 Mar 2021 10:00:00 +0000</pubDate><category>Interviews</category>"
            f"<description><![CDATA[<p>{html.escape(case.html[:200])}</p>]]></description>"
            f"<content:encoded><![CDATA[{case.html}]]></content:encoded></item>"
        )
        size += len(items[-1].encode())
    return f"{_HEAD}{''.join(items)}</channel></rss>".encode()


def _fastest(rounds: int, *tasks: Callable[[], object]) -> list[float]:
    """Seconds of the processor that each task takes at its fastest, the tasks taking turns."""
    best = [float("inf")] * len(tasks)
    gc.collect()
    for _ in range(rounds):
        for place, task in enumerate(tasks):
            started = time.process_time()
            task()
            best[place] = min(best[place], time.process_time() - started)
    return best
