"""The documentation: links that lead somewhere, a site with every page, texts within limits."""

import re
import tomllib
from pathlib import Path

import pytest

from bot.cli import build_cli
from bot.core.i18n import load_messages

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(
    [*DOCS.glob("*.md"), *ROOT.glob("*.md"), *(ROOT / ".github").rglob("*.md")],
    key=lambda path: path.name,
)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def prose(page: Path) -> str:
    return FENCE.sub("", page.read_text())


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ +(.+)$", prose(page), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.strip().replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_and_headings_that_are_there(page: Path) -> None:
    for link in LINK.findall(prose(page)):
        # The page of a workflow is below the repository's address at GitHub.
        if link.startswith(("https://", "mailto:", "../../actions/")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{page.name}: {link}"
        assert not anchor or anchor in anchors(target), f"{page.name}: {link}"


def test_the_site_has_every_page_once() -> None:
    listed = re.findall(
        r"^ *- (?:[^:\n]+: )?([\w-]+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE
    )
    assert sorted(listed) == sorted(path.name for path in DOCS.glob("*.md"))


def test_what_is_shown_outside_the_repository_links_to_addresses_alone() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    shown = (ROOT / project["readme"]).read_text()
    assert [link for link in LINK.findall(shown) if not link.startswith("https://")] == []


def test_the_app_directorys_texts_keep_its_limits() -> None:
    texts = dict(
        re.findall(
            r"^## (\w+)\n.*?^```\n(.*?)\n```",
            (DOCS / "app-directory.md").read_text(),
            re.MULTILINE | re.DOTALL,
        )
    )
    assert set(texts) == {"Summary", "Description", "Tags"}
    assert 0 < len(texts["Summary"]) <= 200
    assert 0 < len(texts["Description"]) <= 400
    assert len(set(texts["Tags"].split("\n"))) == 5


def test_what_is_told_to_be_typed_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    pages = [*PAGES, ROOT / ".github" / "workflows" / "ci.yml", ROOT / ".ci" / "run"]
    text = "\n".join(page.read_text() for page in pages)
    fenced = "\n".join(FENCE.findall(text))
    said = re.findall(r"`make ([a-z]+)`|run: make ([a-z]+)(?: ([a-z]+))?$", text, re.MULTILINE)
    said += [(word,) for word in re.findall(r"^make ([a-z]+)", fenced, re.MULTILINE)]
    words = {word for found in said for word in found if word}
    assert {"run", "test", "lint", "docs"} <= words <= targets


def test_the_readme_names_every_command() -> None:
    (line,) = re.findall(r"`python -m bot ([a-z |]+)`", (ROOT / "README.md").read_text())
    assert set(line.split(" | ")) == set(build_cli(load_messages()).commands)
