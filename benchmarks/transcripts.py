"""A table of every fixture and markup: turns exact, words kept, speakers right; and sums by kind.

python -m benchmarks.transcripts [--failures]
"""

import sys
from collections import defaultdict

from bot.feed.transcript import examine, transcribe
from tests.feed.cases import Case, Judgement, all_cases, judge, mixed_cases
from tests.feed.interviews import random_interview

RANDOM = 500


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
    _print_kinds(rows)
    good = sum(verdict.perfect for _, verdict in rows)
    print(f"{good} of {len(rows)} perfect")
    mixed = [(case, judge(case)) for case in mixed_cases()]
    exact = sum(verdict.turns == case.turn_count for case, verdict in mixed)
    print(f"of {len(mixed)} that change their style midway, {exact} with the exact turns")
    print(f"of {RANDOM} random interviews, {_exact_random()} with the exact questions and speakers")
    return 0 if good == len(rows) else 1


def _print_kinds(rows: list[tuple[Case, Judgement]]) -> None:
    sums: dict[str, list[bool]] = defaultdict(list)
    for case, verdict in rows:
        sums[_kind(case.name)].append(verdict.perfect)
    print(f"\n{'kind':<40}  perfect")
    for kind, perfect in sums.items():
        print(f"{kind:<40}  {sum(perfect)}/{len(perfect)}")


def _kind(name: str) -> str:
    if " / " in name:
        return "conversations, every markup"
    if name.startswith("mag-"):
        return "articles in the shapes of magazines"
    return "no interviews" if name.startswith("not-") else "single shapes"


def _exact_random() -> int:
    exact = 0
    for seed in range(RANDOM):
        made = random_interview(seed)
        turns = transcribe(made.html, base_url="", title=made.title).turns
        asked = tuple(turn.question for turn in turns)
        spoken = tuple(tuple(a.speaker for a in turn.answers if a.speaker) for turn in turns)
        exact += (asked, spoken) == (made.asked, made.spoken)
    return exact


def _rule(case: Case) -> str:
    return examine(case.html, base_url=case.base_url, title=case.title).rule or "no interview"


if __name__ == "__main__":
    sys.exit(main())
