"""docs/security.md names tests that are there; what is installed is pinned; what runs the bot gives
it no more rights than it needs."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests"
LOCKS = ("requirements.lock", "requirements-dev.lock", "docs/requirements.lock")


def rows() -> Iterator[tuple[str, str]]:
    """The risks of the page, each with what shows that it is held."""
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    for line in page.splitlines():
        if line.startswith("| ") and not line.startswith("| risk "):
            risk, *_, shown_by = line.strip("| ").split(" | ")
            yield risk, shown_by


ROWS = dict(rows())


@pytest.mark.parametrize("risk", ROWS)
def test_each_risk_names_tests_that_are_there(risk: str) -> None:
    names = re.findall(r"`([^`]+)`", ROWS[risk])
    named = [TESTS / name for name in names if name.endswith((".py", "/"))]
    assert named, "no test is named"
    assert [str(path) for path in named if not path.exists()] == []
    text = "".join(path.read_text(encoding="utf-8") for path in named if path.is_file())
    tests = [name for name in names if re.fullmatch(r"(test|no)_\w+", name)]
    assert [name for name in tests if f"def {name}(" not in text] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_with_its_hash(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    packages = [line for line in text.splitlines() if line.strip() and line[0] != "#"]
    assert packages
    pinned = re.compile(
        r"[A-Za-z0-9._-]+(\[[\w,-]+\])?==\S+( *;[^#]*?)?( +--hash=sha256:[0-9a-f]{64})+ *"
    )
    assert [line[:60] for line in packages if not pinned.fullmatch(line)] == []


def test_the_container_runs_with_no_more_rights_than_it_needs() -> None:
    steps = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert steps.index("USER kcrush-bot") < next(
        number for number, step in enumerate(steps) if step.startswith("ENTRYPOINT")
    )
    assert sum("pip install" in step for step in steps) == 2
    assert sum("--require-hashes" in step or "--no-deps" in step for step in steps) == 2
    compose = (ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8")
    for line in (
        "read_only: true",
        "cap_drop: [ALL]",
        'security_opt: ["no-new-privileges:true"]',
        '- "127.0.0.1:8080:8080"',
    ):
        assert f"    {line}\n" in compose


def test_the_service_runs_with_no_more_rights_than_it_needs() -> None:
    unit = (ROOT / "deploy" / "kcrush-bot.service").read_text(encoding="utf-8").splitlines()
    assert {
        "CapabilityBoundingSet=",
        "DynamicUser=yes",
        "NoNewPrivileges=yes",
        "PrivateTmp=yes",
        "ProtectHome=yes",
        "ProtectSystem=strict",
        "StateDirectoryMode=0700",
        "SystemCallFilter=~@privileged",
        "UMask=0077",
    } <= set(unit)
