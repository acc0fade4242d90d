"""Identifies an artist across interviews and spellings. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

from bot.core.model import Artist, Subject
from bot.core.text import is_visible, one_line

ID_LENGTH = 10
"""Characters of an artist's id: 40 bits, so that two of 100,000 names share an id in one of 200
archives, and a custom_id has room for other fields."""


def artist_key(name: str) -> str:
    """A form of a name that its obvious spellings share: case, accents, width, hyphens, spaces and
    punctuation are ignored, and JA$ is Jas. "" for a name without a letter or digit."""
    if name.isascii():
        return "".join(filter(str.isalnum, name.replace("$", "s").lower()))
    # Some letters have a case only when their style is taken off: 𝘈 is A, then a.
    plain = unicodedata.normalize("NFKD", name).replace("$", "s").casefold()
    apart = unicodedata.normalize("NFKD", plain)
    letters = "".join(char for char in apart if char.isalnum())
    return unicodedata.normalize("NFKC", letters)


def artist_id(name: str) -> str:
    """A short id of a name's key, the same in every process and release: ``ID_LENGTH`` hex digits.

    Each spelling of an artist has its own id; the search index knows all of them.
    """
    key = artist_key(name).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(key, digest_size=ID_LENGTH // 2).hexdigest()


def artist_ids(subjects: Iterable[Subject]) -> frozenset[str]:
    """The ids of all names and aliases that an interview gives of its subjects."""
    return frozenset(
        artist_id(name)
        for subject in subjects
        for name in (subject.name, *subject.aliases)
        if artist_key(name)
    )


def is_called(artist: Artist, name: str) -> bool:
    """Whether `name` is one of the artist's spellings."""
    return artist_key(name) in map(artist_key, (artist.name, *artist.aliases))


def other_name(subject: Subject) -> str:
    """The name in the other script as one line of plain text: in Hangul, or of a name in Hangul
    how it is romanised; "" where that is not known."""
    is_hangul = _HANGUL.search(subject.name) is not None
    others = (one_line(alias) for alias in subject.aliases if is_visible(alias))
    return next((one for one in others if (_HANGUL.search(one) is None) == is_hangul), "")


_HANGUL = re.compile("[\uac00-\ud7a3]")
