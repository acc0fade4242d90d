"""The package that ``pip install`` gives: everything is in it, and the demo needs no checkout."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def built(sources: Path, what: str, folder: Path) -> list[Path]:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", what, "-d", str(folder)],
        cwd=sources,
        check=True,
        capture_output=True,
    )
    return [path for path in folder.iterdir() if path.suffix in (".whl", ".gz")]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel holds, unpacked as pip does."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("package")
    (wheel,) = built(ROOT, "wheel", folder / "dist")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]


def wheel_of(folder: Path) -> set[str]:
    """The files of the wheel that is built from the sources in `folder`."""
    (wheel,) = built(folder, "wheel", folder / "dist")
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith(".pyc")}


def test_the_source_distribution_builds_the_same_wheel(installed: Path, tmp_path: Path) -> None:
    (packed,) = built(ROOT, "sdist", tmp_path)
    shutil.unpack_archive(packed, tmp_path, filter="data")

    (unpacked,) = (path for path in tmp_path.iterdir() if path.is_dir())
    assert wheel_of(unpacked) == {
        str(path.relative_to(installed)) for path in files_below(installed)
    }


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


def test_the_container_is_built_from_what_its_steps_copy(installed: Path, tmp_path: Path) -> None:
    steps = (ROOT / "deploy" / "Dockerfile").read_text().splitlines()
    for step in steps:
        if not step.startswith("COPY ") or "--from" in step:
            continue
        *sources, target = step.split()[1:]
        for source in sources:
            copied = tmp_path / target
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, copied)
            else:
                copied = copied / Path(source).name if target.endswith(("/", ".")) else copied
                copied.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / source, copied)

    assert wheel_of(tmp_path) == {
        str(path.relative_to(installed)) for path in files_below(installed)
    }
    assert (tmp_path / "requirements.lock").is_file()
