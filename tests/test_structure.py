"""The shape of the code: unique names, imports without cycles, modules of a readable size."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "cogs", "sandbox")
MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 60


def modules() -> dict[str, Path]:
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = path
    return found


MODULES = modules()


def parsed(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def imports(tree: ast.Module, known: Mapping[str, Path]) -> Iterator[str]:
    """The modules of `known` that a module imports anywhere: at its top, in functions, and under
    ``TYPE_CHECKING``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in known else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def cycles(graph: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The groups of modules that reach one another, each in the order of its names."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = list(graph[start])
        while waiting:
            module = waiting.pop()
            if module not in seen:
                seen.add(module)
                waiting.extend(graph[module])
        return seen

    reach = {module: reached(module) for module in graph}
    groups = {
        frozenset(other for other in reach[module] if module in reach[other])
        for module in graph
        if module in reach[module]
    }
    return sorted(sorted(group) for group in groups)


def test_a_cycle_is_found_wherever_the_import_stands() -> None:
    graph = {"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"], "e": []}
    assert cycles(graph) == [["a", "b", "c"]]
    source = "if TYPE_CHECKING:\n    from x import y\ndef f() -> None:\n    import z\n"
    assert set(imports(ast.parse(source), {"x.y": Path()})) == {"x.y", "z"}


def test_no_module_imports_itself_by_a_detour() -> None:
    graph = {
        name: [
            found
            for found in set(imports(parsed(name), MODULES))
            if found in MODULES and found != name and not name.startswith(f"{found}.")
        ]
        for name in MODULES
    }
    assert cycles(graph) == []


def test_a_running_bot_imports_no_parser_and_no_sandbox() -> None:
    reached, waiting = set(), ["bot.__main__", "bot.cli.run"]
    while waiting:
        module = waiting.pop()
        if module not in reached:
            reached.add(module)
            tree = parsed(module) if module in MODULES else ast.Module([], [])
            tree.body = [one for one in tree.body if isinstance(one, ast.Import | ast.ImportFrom)]
            waiting += imports(tree, MODULES)
            waiting.append(module.rpartition(".")[0] or module)
    only_elsewhere = {"PIL", "alembic", "feedparser", "ftfy", "sandbox", "selectolax"}
    assert only_elsewhere & reached == set()
    assert {"discord", "sqlalchemy", "bot.feed.watcher", "bot.quotes.renderer"} <= reached


def test_what_a_worker_process_runs_is_there() -> None:
    named = {
        node.value
        for name in MODULES
        for node in ast.walk(parsed(name))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"bot\.[a-z_.]+:\w+", node.value)
    }
    assert len(named) > 10
    for one in named:
        module, _, function = one.partition(":")
        names = {node.name for node in parsed(module).body if isinstance(node, ast.FunctionDef)}
        assert function in names, one


def test_a_class_name_means_one_thing() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for name in MODULES:
        if name.startswith("sandbox"):
            continue
        for node in parsed(name).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(name)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


@pytest.mark.parametrize("name", MODULES)
def test_modules_and_functions_are_of_a_readable_size(name: str) -> None:
    source = MODULES[name].read_text(encoding="utf-8")
    assert len(source.splitlines()) <= MAX_MODULE_LINES
    long = {
        node.name: lines
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > MAX_FUNCTION_LINES
    }
    assert long == {}
