"""A table of an article's candidates and their scores, for whoever asks why it was read so."""

from collections.abc import Sequence

from bot.feed.transcript.candidates import Candidate
from bot.feed.transcript.classify import Verdict
from bot.feed.transcript.scoring import WEIGHTS, groups_of

_ROWS = 12


def explanation(title: str, found: Sequence[Candidate], verdict: Verdict | None) -> str:
    """The best candidates, best first: each part of the score, the total, the questions."""
    rows = [f"{title}: {verdict.rule if verdict else 'no interview'}"]
    rows.append(
        f"  {'candidate':<28}{''.join(f'{name:>11}' for name in WEIGHTS)}  total  questions"
    )
    weights = "".join(f"{weight:>11.2f}" for weight in WEIGHTS.values())
    rows.append(f"  {'weight':<28}{weights}")
    for one in found[:_ROWS]:
        parts = "".join(f"{getattr(one.score, name):>11.2f}" for name in WEIGHTS)
        count = len(groups_of(one.asked))
        rows.append(f"  {one.name[:27]:<28}{parts}  {one.score.total:.3f}  {count:>9}")
    return "\n".join(rows)
