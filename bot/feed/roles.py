"""What says what somebody is, and what is nobody's name, in the words of titles and tags."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from rapidfuzz.distance import Levenshtein

from bot.feed.transcript.phrases import words as words_of
from bot.feed.transcript.wording import every_word

# A misspelt role noun has at most one letter wrong, and is long enough not to be a name.
_LETTERS_OF_MISSPELT = 7
# First words that look like roles and belong to names; and what a role goes on with: "of ...".
_NAME_TITLES = words_of("name_titles")
_LINKS = words_of("role_links")


@cache
def _generic() -> frozenset[str]:
    years = frozenset(map(str, range(1950, 2050)))
    return every_word("generic") | every_word("interview") | years


def is_generic(name: str) -> bool:
    """Whether no word of it can be a name: genres, formats, months, years."""
    return {word.casefold().strip(".,!’'") for word in name.split()} <= _generic()


def role_behind(words: list[str]) -> tuple[str | None, list[str]]:
    """The role of "Pak Sun Yeong Programmer for Asian Cinema", and the name before it."""
    commas = [place for place, word in enumerate(words) if word.endswith(",")]
    for place in range(2, min([len(words) - 2, *commas]) + 1):
        if is_role_noun(words[place]) and words[place + 1].casefold() in _LINKS:
            return " ".join(words[place:]), words[:place]
    return None, words


@lru_cache(maxsize=1024)
def is_role_noun(word: str) -> bool:
    """Whether a word says what somebody is, a letter wrong or not: "Singer", "Filmaker"."""
    bare = word.casefold().strip(",.:’'!").removesuffix("’s").removesuffix("'s")
    roles = every_word("roles")
    if bare in roles or any(piece in roles for piece in re.split(r"[/&-]", bare)[-2:]):
        return True
    return len(bare) >= _LETTERS_OF_MISSPELT and any(
        Levenshtein.distance(bare, noun, score_cutoff=1) <= 1
        for noun in roles
        if len(noun) >= _LETTERS_OF_MISSPELT
    )


def role_end(words: Sequence[str]) -> int:
    """How many words from the start are the role: up to the last role noun that a name follows.

    All words where the role goes on with "of ...".
    """
    several = [word.casefold() for word in words[1:2]] in (["&"], ["and"])
    if not words or (words[0].casefold() in _NAME_TITLES and not several):
        return 0
    end = 0
    for place, word in enumerate(words):
        if is_role_noun(word):
            end = place + 1
            if words[end : end + 1] and words[end].casefold() in _LINKS:
                name = place >= 2 and not any(map(is_role_noun, words[:place]))
                return 0 if name or end > 4 else len(words)
    return end


def is_role(text: str) -> bool:
    """Whether a phrase says what somebody is: it ends in a role noun, or goes on with "of ..."."""
    words = text.split()
    return bool(words) and role_end(words) == len(words)
