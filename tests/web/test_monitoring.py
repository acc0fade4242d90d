"""What monitors are told: that the bot lives, whether it does its work, and its figures."""

import asyncio
import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.bot_state import BotState, DiscordState, StoredState, readiness
from bot.core.clock import SystemClock
from bot.core.errors import FetchError
from bot.core.feed_state import FeedHealth
from bot.core.model import DeliveryState
from bot.web.metrics import Metrics
from bot.web.server import listening
from tests.clock import START, FakeClock
from tests.cogs.stage import stage
from tests.openapi import Checker
from tests.web.port import ask, samples, site, well

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WELL = well(NOON)
READ = WELL.feeds[0]
NOWHERE = "http://nowhere.example/"
BAD = FeedHealth(
    NOWHERE, NOON, None, failures=1, last_error=FetchError("fetch.no-host", host="hush")
)
QUIET = StoredState(dict.fromkeys(DeliveryState, 0))
ARRIVED, ERRORS = "kcrush_interactions_total", "kcrush_interaction_errors_total"
STUCK = replace(QUIET, overdue=301.0)


# ---------------------------------------------------------------- liveness


async def test_healthz_asks_nothing_that_a_restart_would_not_mend() -> None:
    """Discord, the site and the database may all be down: a bot that is started again and again
    mends none of them."""

    def broken() -> BotState:
        raise RuntimeError("asked")

    async with listening(site(SystemClock(), state=broken), "127.0.0.1", 0) as port:
        base = f"http://127.0.0.1:{port}"
        assert await ask("GET", f"{base}/healthz") == (200, '{"status": "ok"}')
        assert (await ask("GET", f"{base}/readyz"))[0] == 500


async def health_check(**variables: str) -> int:
    """The exit code of the container's health check, as the Dockerfile has it."""
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    (_, *arguments) = json.loads(dockerfile.split("HEALTHCHECK")[1].split("CMD ")[1].split("\n")[0])
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=variables, stderr=asyncio.subprocess.DEVNULL
    )
    return await process.wait()


async def test_the_containers_health_check_asks_the_bot_and_no_proxy() -> None:
    proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY"), "http://127.0.0.1:9")
    async with listening(site(SystemClock()), "127.0.0.1", 0) as port:
        assert await health_check(HTTP_PORT=str(port), **proxies) == 0
    assert await health_check(HTTP_PORT=str(port)) != 0


# ---------------------------------------------------------------- readiness


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, []),
        ({"feeds": (BAD, READ)}, []),
        ({"feeds": ()}, []),
        ({"discord": DiscordState()}, ["Discord: 0 of ? shards are connected"]),
        ({"discord": DiscordState(3, 2)}, ["Discord: 2 of 3 shards are connected"]),
        ({"feeds": (BAD,)}, ["feed http://nowhere.example/: no good poll yet (fetch.no-host)"]),
        (
            {"now": NOON + timedelta(minutes=15, seconds=1)},
            ["feed https://kc.example/feed/: no good poll since 2026-03-01T12:00:00+00:00"],
        ),
        ({"now": NOON + timedelta(minutes=15)}, []),
        ({"stored": None}, ["database: it does not answer; the log's lines store.… say why"]),
        ({"stored": STUCK}, ["outbox: a delivery has been due for 301 s and nothing is sent"]),
        ({"stored": STUCK, "settled": 299.0}, []),
        (
            {"stored": STUCK, "settled": 301.0},
            ["outbox: a delivery has been due for 301 s and nothing is sent"],
        ),
        ({"stored": replace(QUIET, overdue=300.0)}, []),
    ],
)
def test_ready_or_why_not(changes: dict[str, Any], reasons: list[str]) -> None:
    found = readiness(replace(WELL, **changes))
    assert found.body["reasons"] == reasons
    assert found.body["ready"] is not bool(reasons)
    assert found.code == (503 if reasons else 200)
    assert "hush" not in str(found)


def test_readiness_in_full() -> None:
    assert readiness(replace(WELL, feeds=(READ, BAD))).body == {
        "ready": True,
        "reasons": [],
        "discord": {"shards": 2, "connected": 2, "guilds": 7},
        "database": {"ok": True},
        "outbox": {
            "pending": 2,
            "leased": 0,
            "sent": 0,
            "parked": 0,
            "abandoned": 0,
            "superseded": 0,
        },
        "feeds": [
            {
                "url": "https://kc.example/feed/",
                "last_poll": "2026-03-01T12:00:00+00:00",
                "last_success": "2026-03-01T12:00:00+00:00",
                "next_poll": "2026-03-01T12:05:00+00:00",
                "failures": 0,
                "error": None,
            },
            {
                "url": "http://nowhere.example/",
                "last_poll": "2026-03-01T12:00:00+00:00",
                "last_success": None,
                "next_poll": None,
                "failures": 1,
                "error": "fetch.no-host",
            },
        ],
    }


async def test_the_state_is_asked_for_and_rendered_once_a_second_whoever_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, looks, renders = FakeClock(), [], []
    render = Metrics.render

    def look() -> BotState:
        looks.append(clock.now())
        return well(clock.now())

    def counted(metrics: Metrics, state: BotState) -> bytes:
        renders.append(clock.now())
        return render(metrics, state)

    monkeypatch.setattr(Metrics, "render", counted)
    async with listening(site(clock, state=look), "127.0.0.1", 0) as port:
        base = f"http://127.0.0.1:{port}"
        paths = ["readyz", "metrics"] * 5
        answers = await asyncio.gather(*(ask("GET", f"{base}/{path}") for path in paths))
        assert {status for status, _ in answers} == {200}
        assert (len(looks), len(renders)) == (1, 1)
        await clock.advance(1)
        await ask("GET", f"{base}/metrics")
    assert (len(looks), len(renders)) == (2, 2)


# ---------------------------------------------------------------- figures


@pytest.mark.parametrize(
    "accept",
    ["", "*/*", "text/html", "text/plain;version=x", "application/openmetrics-text; version=9;q=-"],
)
async def test_figures_come_in_the_text_format_whatever_is_asked_for(accept: str) -> None:
    async with listening(site(FakeClock()), "127.0.0.1", 0) as port:
        url = f"http://127.0.0.1:{port}/metrics"
        status, text = await ask("GET", url, headers={"Accept": accept})
    assert status == 200
    found = samples(text)
    assert found["kcrush_guilds", ()] == 7
    assert found["kcrush_shards_connected", ()] == 2
    assert found["kcrush_deliveries", ("pending",)] == 2
    assert found["kcrush_discord_invalid_responses", ()] == 3
    assert found["kcrush_interviews", ()] == 10
    assert found["kcrush_database_up", ()] == 1


def test_figures_without_a_database() -> None:
    metrics = Metrics(FakeClock())
    metrics.render(WELL)
    found = samples(metrics.render(replace(WELL, stored=None)).decode())
    assert found["kcrush_database_up", ()] == 0
    assert not [name for name, _ in found if name == "kcrush_deliveries"]


def test_the_age_of_polls_begins_with_the_bot_and_goes_by_the_slowest_feed() -> None:
    clock = FakeClock()
    metrics, name = Metrics(clock), ("kcrush_last_good_poll_timestamp_seconds", ())
    never = replace(WELL, feeds=(READ, BAD))
    assert samples(metrics.render(never).decode())[name] == START.timestamp()
    later = replace(READ, succeeded_at=START + timedelta(hours=2))
    both = replace(WELL, feeds=(later, replace(later, succeeded_at=START + timedelta(hours=1))))
    found = samples(metrics.render(both).decode())
    assert found[name] == (START + timedelta(hours=1)).timestamp()


async def test_no_label_takes_a_name_from_outside(
    folder: Path, monkeypatch: pytest.MonkeyPatch, strict_checker: Checker
) -> None:
    async with stage(folder, monkeypatch, strict_checker) as on_stage:
        metrics, handling = Metrics(on_stage.clock), on_stage.client.handling
        handling.on_arrival, handling.on_handled = metrics.note_arrived, metrics.note_handled
        await on_stage.sandbox.autocomplete(
            on_stage.fan, on_stage.channel, "interviews artist", name="x", focused="name"
        )
        shown = await on_stage.ask("interviews help")
        await on_stage.ask("interviews search", query="rain")
        on_stage.client.tree.remove_command("interviews")
        gone = await on_stage.ask("interviews help")
        found = samples(metrics.render(WELL).decode())
    assert (shown.ephemeral_for, gone.ephemeral_for) == (on_stage.fan.id, on_stage.fan.id)
    kind = "application_command"
    assert {labels: n for (name, labels), n in found.items() if name == ARRIVED} == {
        ("interviews artist", "autocomplete"): 1,
        ("interviews help", kind): 1,
        ("interviews search", kind): 1,
        ("unknown", kind): 1,
    }
    handled = "kcrush_interaction_duration_seconds_count"
    assert {labels: n for (name, labels), n in found.items() if name == handled} == {
        ("interviews artist", "autocomplete"): 1,
        ("interviews help", kind): 1,
    }
    assert {labels: n for (name, labels), n in found.items() if name == ERRORS} == {
        ("interviews search", "refused", kind): 1,
        ("unknown", "refused", kind): 1,
    }
