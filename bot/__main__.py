"""``python -m bot VERB`` and the console script ``kcrush-bot``."""

import gc
import sys

from bot.cli import build_cli
from bot.core.i18n import load_messages


def main() -> None:
    """Run the program; the exit code is 0 done, 1 failed, 2 wrong usage, 78 configuration."""
    # Nothing that is imported is garbage; to look for it takes a sixth of the time.
    gc.disable()
    for stream in (sys.stdout, sys.stderr):
        # A pipe may be ASCII: titles in Hangul must not end the program there.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    build_cli(load_messages())(prog_name="kcrush-bot")


if __name__ == "__main__":
    main()
