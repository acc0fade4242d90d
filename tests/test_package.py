"""The package that ``pip install`` gives: everything is in it, and the demo needs no checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel holds, unpacked as pip does."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("package")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "dist")],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = (folder / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_holds_every_file_of_the_packages(installed: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "bot", "cogs", "sandbox"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    ).stdout.split()
    if not listed:
        pytest.skip("this is no git checkout")

    assert [name for name in listed if not (installed / name).is_file()] == []


def test_the_installed_demo_plays_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    demo = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--no-page", "--exit-after", "0"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (demo.returncode, demo.stdout) == (
        0,
        "The sandbox has ended; nothing of it was kept.\n",
    ), demo.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_container_copies_only_what_is_there() -> None:
    steps = (ROOT / "deploy" / "Dockerfile").read_text().splitlines()
    copied = [step.split()[1:-1] for step in steps if step.startswith("COPY ")]
    sources = {name for names in copied for name in names if not name.startswith("--from")}
    from_the_build = {name for name in sources if name.startswith("/")}

    assert from_the_build == {"/opt/kcrush-bot"}
    assert [name for name in sources - from_the_build if not (ROOT / name).exists()] == []
    assert {"bot", "cogs", "sandbox", "data/sample", "requirements.lock"} <= sources
