"""What a person typed, as what is to be found. Any text has a meaning. Pure."""

import re
from dataclasses import dataclass

from bot.search.folding import fold, is_paired, spellings, word_texts

LONGEST_QUERY = 300
"""Characters of a query that count."""

MOST_WORDS = 12
"""Words of a query that count."""

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»「」『』＂", '"'))
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
    others = tuple(spellings(folded.strip(_EDGES)))
    if len(parts) > 1 and not others:
        return [Wish((part,)) for part in parts]
    return [Wish(parts, others)]


def _is_word_with_particle(parts: tuple[str, ...]) -> bool:
    """Korean writes its particles onto foreign names, too: BTS는, KCrush의."""
    return (
        len(parts) == 2 and not is_paired(parts[0]) and is_paired(parts[1]) and len(parts[1]) <= 2
    )


def _as_beginning(wish: Wish) -> Wish:
    beginning = wish.others[0] if wish.others else wish.parts[-1]
    return Wish(wish.parts, wish.others, beginning)
