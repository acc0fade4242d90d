"""An article's lines with all that the candidates are judged by, looked at once per line."""

from collections.abc import Sequence
from itertools import accumulate

from bot.feed.transcript import wording
from bot.feed.transcript.blocks import Line
from bot.feed.transcript.labels import is_listed, labels_of, name_key

# Where an article says that it is an interview, if its title does not: its first lines.
_HEAD_LINES = 6


class Evidence:
    """The lines of an article, their labels, and their wording without the labels.

    ``announced`` is 1.0 where the title says that the article is an interview, 0.5 where only its
    first lines do, or it tells of somebody who talks, else 0.0. The lists are by line number.
    """

    def __init__(self, lines: Sequence[Line], title: str) -> None:
        self.lines = lines
        self.labels = labels_of(lines)
        self.texts = [self._without_label(number) for number in range(len(lines))]
        self.title_key = name_key(title)
        self.announced = 1.0
        if not wording.announces(title):
            head = "\n".join(line.text[:1000] for line in lines[:_HEAD_LINES])
            self.announced = 0.5 * (wording.tells_of_talk(title) or wording.announces(head))
        signals = wording.line_signals(self.texts)
        self.own_story = [line.own_story for line in signals]
        self.credits = [line.credit for line in signals]
        self.asks = [
            line.asks and (not self.credits[n] or wording.ends_asking(self.texts[n]))
            for n, line in enumerate(signals)
        ]
        self.weights = [line.weight for line in signals]
        self.addresses = [line.addresses for line in signals]
        self.own = [line.own for line in signals]
        self.sure = [
            line.sure and self.asks[n] and not is_listed(lines, n) for n, line in enumerate(signals)
        ]
        # Whether a line asks, greets or addresses: "Congratulations on your award!".
        self.speaks_to = [
            self.asks[n] or (len(text) < 400 and (self.addresses[n] or wording.greets(text)))
            for n, text in enumerate(self.texts)
        ]
        self.words = [text.count(" ") + 1 for text in self.texts]
        self.missable = [self._missable(number) for number in range(len(lines))]
        self._sums: dict[str, list[float]] = {
            "own": list(accumulate(map(float, self.own), initial=0.0)),
            "addresses": list(accumulate(map(float, self.addresses), initial=0.0)),
            "missable": list(accumulate(self.missable, initial=0.0)),
        }
        # By the lines that ask and the labels of those who do: several marks name the same lines.
        self.scores: dict[tuple[frozenset[int], frozenset[str]], tuple[float, ...]] = {}

    def _without_label(self, number: int) -> str:
        label = self.labels.get(number)
        return self.lines[number].text[label.length if label else 0 :].strip()

    def _missable(self, number: int) -> float:
        """How wrong it would be to leave this line to an answer."""
        if self.sure[number]:
            return 1.0
        text = self.texts[number]
        alone = not self.lines[number].glued and not is_listed(self.lines, number)
        question = alone and self.words[number] <= 40 and wording.ends_asking(text)
        return 0.5 if question and not any(mark in text[:-2] for mark in ".!?") else 0.0

    def total(self, what: str, start: int, end: int) -> float:
        """The sum of "own", "addresses" or "missable" over the lines from `start` to `end`."""
        return self._sums[what][end] - self._sums[what][start]
