"""Every regular expression of the program, and texts on which a bad one takes too long."""

import ast
import gc
import importlib
import pkgutil
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bot

if TYPE_CHECKING:
    # The type stubs know these two by their names of before Python 3.11 only.
    import sre_constants as ops
    import sre_parse as sre
else:
    from re import _constants as ops
    from re import _parser as sre

ROOT = Path(bot.__file__).parent
SIZES = (2_500, 40_000)
"""Characters: of a text, and of one sixteen times as long."""

MOST = 64.0
"""Times that sixteen times the text may take: linear is 16, quadratic 256, and a machine that is
busy with other things changes either by less than the four times between."""

NOTHING = 0.02
"""Seconds that are too few to compare. Quadratic patterns take more for the longer text."""

LONGEST = 0.8
"""Seconds for one text, beyond which nothing is measured any more."""

Pattern = re.Pattern[Any]
"""Of text or of bytes."""

Node = tuple[int, Any]
"""An operation of a parsed pattern, and its argument: a type of its own for each operation."""

_CALLS = frozenset({"search", "match", "fullmatch", "sub", "findall", "finditer", "split"})
_CALLED = re.compile(rf"\bre\s*\.\s*(?:{'|'.join(sorted(_CALLS))})\b")


def all_patterns() -> dict[str, Pattern]:
    """The patterns of all modules of ``bot``, by where they are: compiled ones in whatever a module
    has, and those that are written in a call such as ``re.sub``."""
    found: dict[str, Pattern] = {}
    for info in pkgutil.walk_packages([str(ROOT)], "bot."):
        if ".migrations" in info.name or info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            for number, pattern in enumerate(_compiled(value)):
                found[f"{info.name}.{name}[{number}]"] = pattern
        source = Path(module.__file__ or "").read_text(encoding="utf-8")
        # To take every module's syntax apart was a sixth of all that collecting the tests took.
        if _CALLED.search(source):
            for line, pattern in _called(ast.parse(source)):
                found.setdefault(f"{info.name}:{line}", pattern)
    distinct = {(one.pattern, one.flags): name for name, one in found.items()}
    return {name: found[name] for name in sorted(distinct.values())}


def _compiled(value: object, depth: int = 0) -> Iterator[Pattern]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth < 3 and isinstance(value, dict):
        for one in [*value.keys(), *value.values()]:
            yield from _compiled(one, depth + 1)
    elif depth < 3 and isinstance(value, tuple | list | set | frozenset):
        for one in value:
            yield from _compiled(one, depth + 1)
    elif depth < 3 and type(value).__module__.startswith("bot."):
        for name in getattr(type(value), "__slots__", ()) or vars(value):
            yield from _compiled(getattr(value, name, None), depth + 1)


@cache
def methods() -> dict[tuple[str, int], frozenset[str]]:
    """By pattern, the methods that are called on it, by its name in a module (``NAME.match``) or
    through the module (``wording.NAME.match``): a search tries every place of a text, and a full
    match goes back from its end. One that is only handed on is searched."""
    uses: dict[str, set[str]] = {}
    for path in ROOT.rglob("*.py"):
        module = ".".join(path.relative_to(ROOT.parent).with_suffix("").parts)
        module = module.removesuffix(".__init__")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                uses.setdefault(f"{module}.{node.value.id}", set()).add(node.attr)
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
                uses.setdefault(node.value.attr, set()).add(node.attr)
    found: dict[tuple[str, int], frozenset[str]] = {}
    for imported in [one for name, one in sys.modules.items() if name.startswith("bot.")]:
        for name, value in vars(imported).items():
            if isinstance(value, re.Pattern):
                called = uses.get(f"{imported.__name__}.{name}", set()) | uses.get(name, set())
                key = (str(value.pattern), value.flags)
                found[key] = found.get(key, frozenset()) | (called & _CALLS)
    return {key: called or frozenset({"search"}) for key, called in found.items()}


def _called(tree: ast.AST) -> Iterator[tuple[int, Pattern]]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in _CALLS
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            yield node.lineno, re.compile(node.args[0].value)


def slowness(pattern: Pattern, *, folded: bool = False) -> tuple[float, str]:
    """How many times as long sixteen times the text takes at worst, and on which text: the first
    that takes more than ``MOST`` times as long, if there is one.

    `folded` texts have no white space but single blanks, as ``bot.feed.text.clean`` leaves it."""
    worst, example = 0.0, ""
    for before, pump, after in attacks(pattern):
        if folded and (not pump.strip() or "  " in pump * 2 or "\n" in pump):
            continue
        shown = f"{before!r} + {pump!r} * n + {after!r}"
        try:
            ratio = _ratio(pattern, before, pump, after, attempts=1)
            if ratio > MOST:
                # Whatever else the machine did meanwhile, it does not do it five times.
                ratio = _ratio(pattern, before, pump, after, attempts=5)
        except TimeoutError:
            return float("inf"), shown
        if ratio > worst:
            worst, example = ratio, shown
        if worst > MOST:
            break
    return worst, example


def longest(pattern: Pattern, size: int, limit: float) -> tuple[float, str]:
    """Seconds that a text of so many characters takes at worst, and which text that is: the first
    beyond `limit`, if there is one."""
    worst, example = 0.0, ""
    for before, pump, after in attacks(pattern):
        text = _text(before, pump, after, size)
        try:
            seconds = _time(pattern, text, 3)
        except TimeoutError:
            seconds = float("inf")
        if seconds > worst:
            worst, example = seconds, f"{before!r} + {pump!r} * n + {after!r}"
        if worst > limit:
            break
    return worst, example


def _ratio(pattern: Pattern, before: str, pump: str, after: str, *, attempts: int) -> float:
    short, long = (_text(before, pump, after, size) for size in SIZES)
    second = _time(pattern, long, attempts)
    if second < NOTHING:
        return 0.0
    # What is too short to be measured is not taken for less than it may be.
    return second / max(_time(pattern, short, attempts), NOTHING / 64)


def _text(before: str, pump: str, after: str, size: int) -> str:
    return before + pump * (size // len(pump)) + after


def _time(pattern: Pattern, text: str, attempts: int) -> float:
    """Seconds, the least of some attempts.

    Raises:
        TimeoutError: more than ``LONGEST``. Python's engine looks for signals while it matches.
    """
    subject = text.encode("utf-8", "replace") if isinstance(pattern.pattern, bytes) else text
    # Looked up before the time is taken, for the first look reads the whole program.
    called = methods().get((str(pattern.pattern), pattern.flags), frozenset({"search"}))
    best = float("inf")
    previous = signal.signal(signal.SIGVTALRM, _give_up)
    gc.disable()
    try:
        for _ in range(attempts):
            signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST)
            began = time.thread_time()
            if "match" in called:
                pattern.match(subject)
            if "fullmatch" in called:
                pattern.fullmatch(subject)
            if called - {"match", "fullmatch"}:
                # As ``sub`` and ``finditer`` do.
                for _ in pattern.finditer(subject):
                    pass
            best = min(best, time.thread_time() - began)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, previous)
        gc.enable()
    return best


def _give_up(number: int, frame: object) -> None:
    raise TimeoutError


def attacks(pattern: Pattern) -> Iterator[tuple[str, str, str]]:
    """Texts made of a beginning, something repeated, and an end that makes the match fail: for
    each repetition in the pattern what it repeats, what stands before it, and both."""
    source = pattern.pattern
    if isinstance(source, bytes):
        source = source.decode("latin-1")
    tree = sre.parse(
        source, pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags
    )
    seen: set[tuple[str, str]] = set()
    for before, body, rest in _repeats([*tree.data], ""):
        for start, pump in (
            (before, body), ("", before), ("", before + body), (before, body + rest[:3]),
            ("", body), ("", rest), ("", body + rest), (before, rest), ("", before + body + rest),
            (before, " "), (before, "a"), ("", before[:1]), ("", (before + " ")),
        ):  # fmt: skip
            if pump and (start, pump) not in seen:
                seen.add((start, pump))
                for after in ("", "\x00", "!\n"):
                    yield start, pump, after


def _repeats(nodes: list[Node], before: str) -> Iterator[tuple[str, str, str]]:
    for at, (op, value) in enumerate(nodes):
        rest = "".join(map(_sample, nodes[at + 1 :]))
        here = before + "".join(map(_sample, nodes[:at]))
        if op in _REPEATS:
            _, most, body = value
            for sample in _samples(list(body)):
                if most == ops.MAXREPEAT or most > 20:
                    yield here, sample, rest
            yield from _repeats(list(body), here)
        elif op is ops.SUBPATTERN:
            yield from (
                (one, two, three + rest) for one, two, three in _repeats(list(value[-1]), here)
            )
        elif op is ops.BRANCH:
            for branch in value[1]:
                yield from (
                    (one, two, three + rest) for one, two, three in _repeats(list(branch), here)
                )
        elif op in (ops.ASSERT, ops.ASSERT_NOT):
            yield from _repeats(list(value[1]), here)
        elif op is ops.ATOMIC_GROUP:
            yield from _repeats(list(value), here)


_REPEATS = {ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT}


def _samples(nodes: list[Node]) -> Iterator[str]:
    """Texts that a sequence matches; of a set of characters several."""
    if len(nodes) == 1 and nodes[0][0] is ops.IN:
        yield from dict.fromkeys(_of_set(nodes[0][1]))
    elif len(nodes) == 1 and nodes[0][0] is ops.SUBPATTERN:
        yield from _samples(list(nodes[0][1][-1]))
    elif len(nodes) == 1 and nodes[0][0] is ops.BRANCH:
        for branch in nodes[0][1][1]:
            yield from _samples(list(branch))
    else:
        yield "".join(map(_sample, nodes))


def _sample(node: Node) -> str:
    op, value = node
    if op is ops.LITERAL:
        return chr(value)
    if op is ops.NOT_LITERAL:
        return "a" if value != ord("a") else "b"
    if op is ops.ANY:
        return "a"
    if op is ops.IN:
        return _of_set(value)[0]
    if op in _REPEATS:
        least, most, body = value
        times: int = max(least, 1 if most else 0)
        return "".join(map(_sample, body)) * times
    if op is ops.SUBPATTERN:
        return "".join(map(_sample, value[-1]))
    if op is ops.BRANCH:
        return "".join(map(_sample, value[1][0]))
    if op is ops.ATOMIC_GROUP:
        return "".join(map(_sample, value))
    return ""


_PROBES = "a 0<>\"'/=.-_\n가é\u0301[(:;,!?&#%s"


def _of_set(items: list[Node]) -> list[str]:
    negated = bool(items) and items[0][0] is ops.NEGATE
    inside: list[str] = []
    found = [probe for probe in _PROBES if _contains(items, probe)]
    for op, value in items:
        if op is ops.LITERAL and not negated:
            inside.append(chr(value))
        elif op is ops.RANGE and not negated:
            inside.append(chr(value[0]))
    return [*inside[:4], *found[:4]] or ["a"]


def _contains(items: list[Node], probe: str) -> bool:
    negated = bool(items) and items[0][0] is ops.NEGATE
    return any(_is_of(op, value, probe) for op, value in items) is not negated


def _is_of(op: int, value: Any, probe: str) -> bool:
    if op is ops.LITERAL:
        return ord(probe) == int(value)
    if op is ops.RANGE:
        least, most = value
        return int(least) <= ord(probe) <= int(most)
    if op is ops.CATEGORY:
        tests: dict[int, Callable[[str], bool]] = {
            ops.CATEGORY_SPACE: str.isspace,
            ops.CATEGORY_DIGIT: str.isdigit,
            ops.CATEGORY_WORD: lambda one: one.isalnum() or one == "_",
            ops.CATEGORY_NOT_SPACE: lambda one: not one.isspace(),
            ops.CATEGORY_NOT_DIGIT: lambda one: not one.isdigit(),
            ops.CATEGORY_NOT_WORD: lambda one: not (one.isalnum() or one == "_"),
        }
        return tests[value](probe)
    return False
