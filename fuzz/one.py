"""One target under atheris, in a process of its own: libFuzzer ends the process it runs in.

python -m fuzz.one TARGET [libFuzzer's arguments]
"""

import sys

import atheris  # type: ignore[import-untyped,import-not-found,unused-ignore]

from fuzz.bounds import bounded


def main() -> None:
    name = sys.argv.pop(1)
    with atheris.instrument_imports(include=["bot", "feedparser"]):
        from fuzz.targets import target

        found = target(name)
    atheris.Setup(sys.argv, lambda data: bounded(found.check, data))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
