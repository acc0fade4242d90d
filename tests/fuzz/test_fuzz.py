"""Fuzzing itself: every target takes its seeds and its words, and a finding is told."""

import subprocess
import sys
from pathlib import Path

import pytest

from fuzz.__main__ import main
from fuzz.bounds import TooSlowError, bounded
from fuzz.finding import Finding
from fuzz.targets import NAMES, Target, target

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", NAMES)
def test_what_a_target_begins_with_is_no_finding(name: str) -> None:
    found = target(name)
    seeds = list(found.seeds())
    assert seeds
    for data in (*seeds[:10], b"", " ".join(found.words).encode("utf-8", "surrogateescape")):
        bounded(found.check, data)


def test_an_input_that_takes_too_long_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fuzz.bounds.SECONDS", -1.0)
    with pytest.raises(TooSlowError, match="for 3 bytes"):
        bounded(lambda data: None, b"abc")


def test_a_single_input_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(data: bytes) -> None:
        raise Finding(data.decode())

    file = tmp_path / "crash-1"
    file.write_bytes(b"words lost")
    assert main(["ping", "--input", str(file)]) == 0
    monkeypatch.setattr("fuzz.__main__.target", lambda name: Target(name, broken, list, ()))
    with pytest.raises(Finding, match="words lost"):
        main(["ping", "--input", str(file)])


def test_without_atheris_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["ping"]) == 2
    assert "Fuzzing needs atheris" in capsys.readouterr().err


def test_an_unknown_target_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["pong"])
    assert "there is no target 'pong'; there are feed" in capsys.readouterr().err


def test_a_second_of_fuzzing_finds_nothing_in_a_ping() -> None:
    pytest.importorskip("atheris", reason="atheris is for Linux and Python before 3.14")
    ran = subprocess.run(
        [sys.executable, "-m", "fuzz", "ping", "--seconds", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert ran.stdout.startswith("ping: ")
    assert "inputs in 1 s, 0 found" in ran.stdout
