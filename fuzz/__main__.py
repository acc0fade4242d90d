"""``python -m fuzz [TARGET ...] [--seconds N]``, ``python -m fuzz TARGET --input FILE``."""

import argparse
import hashlib
import importlib.util
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from fuzz.bounds import LONGEST, SECONDS, bounded
from fuzz.targets import NAMES, Target, target

FINDINGS = Path(__file__).parents[1] / "build" / "fuzz"
"""Git ignores it."""

GREATEST = 1024
"""MiB that a target's process may have in all; what it keeps of its corpus counts as well."""

_RUNS = re.compile(r"number_of_executed_units:\s*(\d+)")
_MISSING = (
    "Fuzzing needs atheris, which is there for Linux and Python before 3.14 and is left out"
    " elsewhere. A single input can be tried anywhere: python -m fuzz TARGET --input FILE"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where nothing was found, 1 where something was, 2 for wrong use or without atheris."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"any of {', '.join(NAMES)}")
    parser.add_argument("--seconds", type=int, default=60, help="of all targets together (60)")
    parser.add_argument("--input", type=Path, help="try this file with the one target named")
    given = parser.parse_args(arguments)
    unknown = [name for name in given.targets if name not in NAMES]
    if unknown:
        parser.error(f"there is no target {unknown[0]!r}; there are {', '.join(NAMES)}")
    if given.input is not None:
        if len(given.targets) != 1:
            parser.error("--input needs the name of one target")
        bounded(target(given.targets[0]).check, given.input.read_bytes())
        _say(f"{given.input}: nothing wrong")
        return 0
    if importlib.util.find_spec("atheris") is None:
        sys.stderr.write(f"{_MISSING}\n")
        return 2
    names = given.targets or NAMES
    share = max(1, given.seconds // len(names))
    return max([fuzz(target(name), share) for name in names])


def fuzz(found: Target, seconds: int, folder: Path = FINDINGS) -> int:
    """Runs one target for so many seconds; 1 where an input was found, which is told."""
    home = folder / found.name
    corpus = home / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in found.seeds():
        (corpus / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    words = home / "words.txt"
    words.write_text("".join(f'"{_quoted(word)}"\n' for word in found.words), encoding="ascii")
    before = set(home.glob("*-*"))
    log = home / "log.txt"
    with log.open("wb") as told:
        ended = subprocess.run(  # noqa: S603 - our own interpreter and module
            [
                *(sys.executable, "-m", "fuzz.one", found.name, str(corpus)),
                *(f"-max_total_time={seconds}", f"-timeout={int(4 * SECONDS)}"),
                *(f"-max_len={LONGEST}", f"-rss_limit_mb={GREATEST}", f"-dict={words}"),
                *(f"-artifact_prefix={home}/", "-print_final_stats=1"),
            ],
            cwd=Path(__file__).parents[1],
            stdout=told,
            stderr=subprocess.STDOUT,
            check=False,
        )
    said = log.read_text(encoding="utf-8", errors="replace")
    runs = _RUNS.search(said)
    inputs = sorted(set(home.glob("*-*")) - before)
    tried = f"{int(runs[1]):,} inputs" if runs else "no count of inputs"
    _say(f"{found.name}: {tried} in {seconds} s, {len(inputs)} found")
    if not inputs and ended.returncode == 0:
        return 0
    _say(_last_words(said))
    for path in inputs:
        _say(f"  try it again: {sys.executable} -m fuzz {found.name} --input {path}")
    return 1


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _quoted(word: str) -> str:
    """A dictionary's entry (libFuzzer: printable ASCII, all else as ``\\xAB``)."""
    plain = (
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02X}"
        for byte in word.encode("utf-8", "surrogateescape")
    )
    return "".join(plain)


def _last_words(said: str) -> str:
    """The traceback, or libFuzzer's own last lines."""
    start = said.find("=== Uncaught Python exception")
    lines = said[start:].splitlines() if start >= 0 else said.splitlines()[-30:]
    return "\n".join(f"  {line}" for line in lines[:40])


if __name__ == "__main__":
    sys.exit(main())
