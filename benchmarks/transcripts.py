"""A table of every fixture and markup: turns exact, words kept, speakers right.

python -m benchmarks.transcripts [--failures]
"""

import sys

from bot.feed.transcript import examine
from tests.feed.cases import Case, all_cases, judge, mixed_cases


def main() -> int:
    only_failures = "--failures" in sys.argv[1:]
    rows = [(case, judge(case)) for case in all_cases()]
    width = max(len(case.name) for case, _ in rows)
    print(f"{'markup':<{width}}  turns   words  speakers  questions  rule")
    for case, verdict in rows:
        if only_failures and verdict.perfect:
            continue
        turns = f"{verdict.turns}/{case.turn_count}"
        print(
            f"{case.name:<{width}}  {turns:>6}  {verdict.words:>6.1%}  {verdict.speakers:>8.0%}"
            f"  {verdict.questions:>9.0%}  {_rule(case)}"
        )
    good = sum(verdict.perfect for _, verdict in rows)
    print(f"{good} of {len(rows)} perfect")
    mixed = [(case, judge(case)) for case in mixed_cases()]
    exact = sum(verdict.turns == case.turn_count for case, verdict in mixed)
    print(f"of {len(mixed)} that change their style midway, {exact} with the exact turns")
    return 0 if good == len(rows) else 1


def _rule(case: Case) -> str:
    return examine(case.html, base_url=case.base_url, title=case.title).rule or "no interview"


if __name__ == "__main__":
    sys.exit(main())
