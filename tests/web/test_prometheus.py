"""Figures, alerts and dashboard fit together, and a real Prometheus takes them."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from bot.web.metrics import Metrics
from sandbox import Sandbox
from sandbox.site import SampleSite
from tests.clock import START, FakeClock
from tests.process import running
from tests.web.port import free_port, well
from tests.web.prometheus import DEPLOY, needs_promtool, promtool, rules, scraping
from tests.web.test_push import ready, settings

ROOT = Path(__file__).parents[2]
DASHBOARD: Any = json.loads((ROOT / "docs" / "grafana.json").read_text(encoding="utf-8"))
RULES = rules()
PANELS = {
    f"{panel['title']} {target['refId']}": target["expr"]
    for panel in DASHBOARD["panels"]
    for target in panel["targets"]
}
EXPRESSIONS = PANELS | {rule["alert"]: rule["expr"] for rule in RULES}

_SUFFIXES = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"], "gauge": [""]}


def figures() -> set[str]:
    """The names under which Prometheus knows the figures."""
    return {"up"} | {
        family.name + suffix
        for family in Metrics(FakeClock()).registry.collect()
        for suffix in _SUFFIXES[family.type]
    }


@pytest.mark.parametrize("where", EXPRESSIONS)
def test_whatever_is_asked_for_is_a_figure_of_the_bot(where: str) -> None:
    asked = re.findall(r"\b(?:kcrush|process)_\w+|\bup\b", EXPRESSIONS[where])
    assert asked
    assert set(asked) <= figures()


def test_every_figure_of_ours_is_shown_or_watched() -> None:
    everything = "\n".join(EXPRESSIONS.values())
    families = [family.name for family in Metrics(FakeClock()).registry.collect()]
    ours = [name for name in families if name.startswith("kcrush_")]
    assert [name for name in ours if name not in everything] == []


def test_every_alert_says_what_to_do_and_so_does_the_manual() -> None:
    manual = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    for rule in RULES:
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"].keys() == {"summary", "action"}
        assert f"| `{rule['alert']}` |" in manual


# ---------------------------------------------------------------- the dashboard

_SOURCE = {
    "type": "object",
    "required": ["type", "uid"],
    "properties": {"type": {"const": "prometheus"}, "uid": {"const": "${datasource}"}},
    "additionalProperties": False,
}
_GRID = {
    "type": "object",
    "required": ["h", "w", "x", "y"],
    "properties": {
        "h": {"type": "integer", "minimum": 1},
        "w": {"type": "integer", "minimum": 1, "maximum": 24},
        "x": {"type": "integer", "minimum": 0, "maximum": 23},
        "y": {"type": "integer", "minimum": 0},
    },
    "additionalProperties": False,
}
_FIELDS = {
    "type": "object",
    "required": ["unit"],
    "properties": {
        "unit": {"type": "string", "minLength": 1},
        "mappings": {"type": "array"},
        "thresholds": {
            "type": "object",
            "required": ["mode", "steps"],
            "properties": {
                "mode": {"enum": ["absolute", "percentage"]},
                "steps": {"type": "array", "items": {"required": ["color"]}},
            },
        },
    },
    "additionalProperties": False,
}
_TARGET = {
    "type": "object",
    "required": ["refId", "expr", "datasource", "legendFormat"],
    "properties": {"datasource": _SOURCE, "refId": {"pattern": "^[A-Z]$"}},
}
_PANEL = {
    "type": "object",
    "required": ["id", "type", "title", "gridPos", "datasource", "targets", "fieldConfig"],
    "properties": {
        "id": {"type": "integer", "minimum": 1},
        "type": {"enum": ["stat", "timeseries"]},
        "title": {"type": "string", "minLength": 1},
        "description": {"type": "string"},
        "datasource": _SOURCE,
        "gridPos": _GRID,
        "options": {"type": "object"},
        "targets": {"type": "array", "items": _TARGET, "minItems": 1},
        "fieldConfig": {
            "type": "object",
            "required": ["defaults", "overrides"],
            "properties": {"defaults": _FIELDS, "overrides": {"type": "array"}},
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "required": ["uid", "title", "schemaVersion", "panels", "templating", "time"],
    "properties": {
        "id": {"type": "null"},
        "uid": {"type": "string", "minLength": 8, "maxLength": 40},
        "title": {"type": "string", "minLength": 1},
        "description": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "timezone": {"enum": ["browser", "utc"]},
        "editable": {"type": "boolean"},
        "graphTooltip": {"enum": [0, 1, 2]},
        "time": {"type": "object", "required": ["from", "to"]},
        "refresh": {"type": "string"},
        "schemaVersion": {"const": 36},
        "version": {"type": "integer", "minimum": 0},
        "links": {"type": "array"},
        "annotations": {"type": "object"},
        "templating": {
            "type": "object",
            "properties": {
                "list": {
                    "type": "array",
                    "items": {
                        "required": ["name", "type"],
                        "properties": {"type": {"enum": ["query", "datasource"]}},
                    },
                }
            },
        },
        "panels": {"type": "array", "items": _PANEL},
    },
    "additionalProperties": False,
}
"""What Grafana describes (kinds/dashboard/dashboard_kind.cue, schemaVersion 36), held to the parts
that are used. The data source is a variable: a dashboard that names another Grafana's shows
nothing."""


def test_the_dashboard_is_one_that_grafana_describes() -> None:
    jsonschema_rs.validate(SCHEMA, DASHBOARD)
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    cells = [
        (x, y)
        for panel in DASHBOARD["panels"]
        for grid in [panel["gridPos"]]
        for x in range(grid["x"], grid["x"] + grid["w"])
        for y in range(grid["y"], grid["y"] + grid["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24


# ---------------------------------------------------------------- with Debian's package


@needs_promtool
async def test_promtool_finds_no_fault() -> None:
    rendered = Metrics(FakeClock()).render(well(START))
    assert await promtool("check", "metrics", stdin=rendered) == (0, "")
    code, said = await promtool("check", "config", str(DEPLOY / "prometheus.yml"))
    assert (code, f"{len(RULES)} rules found" in said) == (0, True)


FIRING = {
    "KcrushBotDown": {"up": "0x60"},
    "KcrushDisconnected": {"kcrush_shards": "2x60", "kcrush_shards_connected": "1x60"},
    "KcrushFeedUnread": {"kcrush_last_good_poll_timestamp_seconds": "-10000x60"},
    "KcrushDatabaseDown": {"kcrush_database_up": "0x60"},
    "KcrushOutboxStalled": {
        "kcrush_outbox_overdue_seconds": "601x60",
        'kcrush_settled_deliveries_total{state="sent"}': "7x60",
    },
    "KcrushDeliverySlow": {
        'kcrush_delivery_latency_seconds_bucket{le="300"}': "0+1x60",
        'kcrush_delivery_latency_seconds_bucket{le="900"}': "0+2x60",
        'kcrush_delivery_latency_seconds_bucket{le="+Inf"}': "0+2x60",
    },
    "KcrushInvalidResponses": {"kcrush_discord_invalid_responses": "2001x60"},
    "KcrushIdentifiesLow": {"kcrush_discord_identifies_left": "49x60"},
    "KcrushInteractionsFail": {
        'kcrush_interactions_total{command="interviews help"}': "0+10x60",
        'kcrush_interaction_errors_total{command="interviews help",error="failed"}': "0+1x60",
    },
    "KcrushEventLoopLags": {
        'kcrush_event_loop_lag_seconds_bucket{le="0.5"}': "0+1x60",
        'kcrush_event_loop_lag_seconds_bucket{le="1.0"}': "0+2x60",
        'kcrush_event_loop_lag_seconds_bucket{le="+Inf"}': "0+2x60",
    },
    "KcrushMemoryGrows": {"process_resident_memory_bytes": "600000000x60"},
}
"""Series, a value a minute, with which each alert goes off."""

WELL = {
    "up": "1x60",
    "kcrush_shards": "2x60",
    "kcrush_shards_connected": "2x60",
    "kcrush_last_good_poll_timestamp_seconds": "0+60x60",
    "kcrush_database_up": "1x60",
    "kcrush_outbox_overdue_seconds": "601x60",
    'kcrush_settled_deliveries_total{state="sent"}': "0+1x60",
    'kcrush_settled_deliveries_total{state="parked"}': "3x60",
    'kcrush_delivery_latency_seconds_bucket{le="300"}': "0+2x60",
    'kcrush_delivery_latency_seconds_bucket{le="+Inf"}': "0+2x60",
    "kcrush_discord_invalid_responses": "2000x60",
    "kcrush_discord_identifies_left": "499x60",
    'kcrush_interactions_total{command="interviews help"}': "0+10x60",
    'kcrush_interaction_errors_total{command="interviews help",error="refused"}': "0+9x60",
    'kcrush_event_loop_lag_seconds_bucket{le="0.5"}': "0+2x60",
    'kcrush_event_loop_lag_seconds_bucket{le="+Inf"}': "0+2x60",
    "process_resident_memory_bytes": "150000000x60",
}


def _with_labels(series: str) -> str:
    name, _, labels = series.partition("{")
    return f'{name}{{job="kcrush-bot",instance="a"{"," + labels if labels else "}"}'


def _case(series: dict[str, str], firing: str | None) -> dict[str, Any]:
    alerts = [
        {
            "eval_time": "60m",
            "alertname": rule["alert"],
            "exp_alerts": [
                {
                    "exp_labels": {"severity": rule["labels"]["severity"]},
                    "exp_annotations": rule["annotations"],
                }
            ]
            if rule["alert"] == firing
            else [],
        }
        for rule in RULES
    ]
    return {
        "interval": "1m",
        "input_series": [
            {"series": _with_labels(name), "values": values} for name, values in series.items()
        ],
        "alert_rule_test": alerts,
    }


@needs_promtool
async def test_each_alert_goes_off_when_it_should_and_none_for_a_bot_that_is_well(
    tmp_path: Path,
) -> None:
    assert FIRING.keys() == {rule["alert"] for rule in RULES}
    cases = [_case(WELL, None), *(_case(series, name) for name, series in FIRING.items())]
    for case in cases[1:]:
        for one in case["alert_rule_test"]:
            for alert in one["exp_alerts"]:
                alert["exp_labels"] |= {"job": "kcrush-bot", "instance": "a"}
    test = {"rule_files": [str(DEPLOY / "alerts.yml")], "tests": cases}
    (tmp_path / "test.yml").write_text(json.dumps(test), encoding="utf-8")
    code, said = await promtool("test", "rules", str(tmp_path / "test.yml"))
    assert code == 0, said


@needs_promtool
async def test_prometheus_scrapes_the_bot_and_its_rules_work(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    port = free_port()
    async with running(tmp_path, settings(discord_here, sample_site.feed_url, port)) as bot:
        await ready(discord_here, bot.log)
        async with scraping(tmp_path, port) as prometheus:
            await prometheus.until('rate(kcrush_polls_total{job="kcrush-bot"}[1m])')
            for where, expression in PANELS.items():
                whole = expression.replace("$job", "kcrush-bot")
                found = await prometheus.value(whole.replace("$__rate_interval", "1m"))
                assert found or where.startswith(("Interactions that failed", "Discord's")), where
            (group,) = (await prometheus.get("rules"))["groups"]
            assert [(rule["name"], rule["health"]) for rule in group["rules"]] == [
                (rule["alert"], "ok") for rule in RULES
            ]
            assert [rule["annotations"] for rule in group["rules"]] == [
                rule["annotations"] for rule in RULES
            ]
            assert [rule["state"] for rule in group["rules"]] == ["inactive"] * len(RULES)
        assert await bot.stop() == 0
