"""``python -m bot``, with the sandboxes that it makes held against Discord's OpenAPI document.

What does not fit is printed, and the exit code is 3.
"""

import sys
from pathlib import Path


def run() -> int:
    sys.path[0] = str(Path(__file__).parents[1])
    from bot.__main__ import main
    from tests.openapi import observing, watching

    checker = observing()
    code = 0
    try:
        with watching(checker):
            try:
                main()
            except SystemExit as end:
                code = int(end.code or 0)
    except AssertionError as found:
        print(found, file=sys.stderr)  # noqa: T201
        return 3
    return code


if __name__ == "__main__":
    sys.exit(run())
