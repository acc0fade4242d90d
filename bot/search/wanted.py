"""What a person typed, as what is to be found. Any text has a meaning. Pure."""

import re
from dataclasses import dataclass

from bot.search.folding import fold, is_paired, spellings, word_texts

LONGEST_QUERY = 300
"""Characters of a query that count."""

MOST_WORDS = 12
"""Words of a query that count."""

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»「」『』＂", '"'))
# Korean particles, longer ones first.
_PARTICLES = (
    *("에서는", "에게서", "으로는", "이라고"),
    *(
        "에서",
        "에게",
        "한테",
        "께서",
        "으로",
        "이랑",
        "까지",
        "부터",
        "처럼",
        "보다",
        "이나",
        "라고",
    ),
    *("은", "는", "이", "가", "을", "를", "의", "에", "와", "과", "도", "만", "로", "랑"),
)
_EDGES = "()[]{}.,:;!?/-'"
_PIECE = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<quoted>[^"]*)"|(?P<plain>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Wish:
    """One word, or one compound of several, as typed; or the words of a phrase.

    ``parts`` stand next to each other in that order; ``others`` are single words that mean the
    same. ``prefix`` is the word that was perhaps not typed to its end, "" for none.
    """

    parts: tuple[str, ...]
    others: tuple[str, ...] = ()
    prefix: str = ""
    phrase: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """``wishes`` are all to be found in a passage, ``unwanted`` none of them."""

    wishes: tuple[Wish, ...]
    unwanted: tuple[Wish, ...] = ()

    @property
    def empty(self) -> bool:
        return not self.wishes


def wanted(query: str) -> Wanted:
    """The meaning of a query: words, "phrases", -without; a query of signs only wants nothing.

    The last word counts as a beginning, unless it is in quotes. A minus before everything there
    is would want nothing, and is taken literally.
    """
    text = query[:LONGEST_QUERY].translate(_QUOTES)
    found: list[Wish] = []
    unwanted: list[Wish] = []
    room = MOST_WORDS
    for match in _PIECE.finditer(text):
        wishes = _phrase(match["quoted"]) if match["quoted"] is not None else _word(match["plain"])
        for wish in wishes:
            if len(wish.parts) > room:
                break
            room -= len(wish.parts)
            (unwanted if match["minus"] else found).append(wish)
    if not found:
        found, unwanted = unwanted, []
    if found and not found[-1].phrase:
        found[-1] = _as_beginning(found[-1])
    return Wanted(tuple(found), tuple(unwanted))


def _phrase(text: str) -> list[Wish]:
    parts = tuple(word_texts(fold(text)))[:MOST_WORDS]
    return [Wish(parts, phrase=True)] if parts else []


def _word(text: str) -> list[Wish]:
    folded = fold(text)
    parts = tuple(word_texts(folded))
    if not parts:
        return []
    if _is_word_with_particle(parts):
        return [Wish(parts[:1])]
    others = (*spellings(folded.strip(_EDGES)), *_without_particle(parts[-1]))
    if len(parts) > 1 and not others:
        return [Wish((part,)) for part in parts]
    return [Wish(parts, others)]


def _is_word_with_particle(parts: tuple[str, ...]) -> bool:
    """Korean writes its particles onto foreign names, too: BTS는, KCrush의."""
    return (
        len(parts) == 2 and not is_paired(parts[0]) and is_paired(parts[1]) and len(parts[1]) <= 2
    )


def _without_particle(word: str) -> list[str]:
    """A Korean word as the text may have it with another particle, or none: 방탄소년단은."""
    return [
        word.removesuffix(particle)
        for particle in _PARTICLES
        if word.endswith(particle) and len(word) >= len(particle) + 2
    ][:1]


def _as_beginning(wish: Wish) -> Wish:
    beginning = wish.parts[-1] if is_paired(wish.parts[-1]) else [*wish.others, wish.parts[-1]][0]
    return Wish(wish.parts, wish.others, beginning)
