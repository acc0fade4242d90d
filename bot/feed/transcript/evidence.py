"""What the rules are judged by: how each line of an article sounds, looked at once."""

import re
from collections.abc import Sequence
from functools import cache

from bot.feed.transcript import wording
from bot.feed.transcript.blocks import Line
from bot.feed.transcript.labels import ANSWERS, voices_of

_INTERVIEW_WORDS = re.compile(
    r"(?i)\binterview|\bq\s?&\s?a\b|\bwe (?:asked|talked|spoke|sat down|caught up|chatted"
    r"|quizzed)|\bspoke (?:with|to) us|\b(?:questions|minutes|conversation|chat) with\b"
    r"|인터뷰|インタビュー|entretien|entrevista|访谈|専访"
)


class Evidence:
    """What the rules are judged by: each line's wording, looked at once."""

    def __init__(self, lines: Sequence[Line], title: str) -> None:
        self.lines = lines
        hear = cache(wording.hear)
        self.voices = voices_of(lines, title, hear)
        self.texts = [self._said(number) for number in range(len(lines))]
        head = title + "\n" + "\n".join(line.text for line in lines[:6])
        self.announced = bool(_INTERVIEW_WORDS.search(head[:6000]))

        self.heard = heard = [hear(text) for text in self.texts]
        self.asks = [sounds.asks for sounds in heard]
        self.weights = [sounds.weight for sounds in heard]
        self.sure = [sounds.sure and self._may_ask(number) for number, sounds in enumerate(heard)]

    def _said(self, number: int) -> str:
        label = self.voices.label.get(number)
        return self.lines[number].text[label.length if label else 0 :]

    def addressed(self, number: int) -> bool:
        """An interviewer's words that are no question: "Congratulations on your award!"."""
        text = self.texts[number]
        return len(text) < 400 and (self.heard[number].addresses or wording.greets(text))

    def _may_ask(self, number: int) -> bool:
        return not self.is_answer(number) and not self.is_listed(number)

    def is_listed(self, number: int) -> bool:
        """One of a list's items, as titles of songs are, which may sound like questions."""
        item = self.lines[number].list_item
        beside = self.lines[max(0, number - 1) : number + 2]
        return "li" in self.lines[number].marks and any(
            "li" in line.marks and line.list_item != item for line in beside
        )

    def is_emphasis(self, number: int) -> bool:
        """Words that stand out within an answer: "**I was terrified!** My tent had ..."."""
        if self.asks[number] or self.addressed(number):
            return False
        return self.lines[number].glued or self.heard[number].own_story

    def is_answer(self, number: int) -> bool:
        return self.voices.role.get(number) == ANSWERS
