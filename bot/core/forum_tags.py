"""Which of a forum's tags a post gets. Pure."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

TAGS_LIMIT = 5
"""Tags of a post (Discord docs, Channel Object, `applied_tags`)."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of a forum."""

    id: int
    name: str


def choose_tags(
    names: Iterable[str], usable: Sequence[Tag], *, required: bool, configured: int | None = None
) -> tuple[Tag, ...]:
    """The tags of a post about an interview whose own categories and tags are `names`: those of
    the `usable` ones that are named alike, at most ``TAGS_LIMIT``.

    Where none is, the tag whose id is `configured`; without that, the first, where the forum
    requires one.
    """
    by_name = {fold_tag(tag.name): tag for tag in reversed(usable)}
    folded = dict.fromkeys(fold_tag(name) for name in names)
    matched = [by_name[name] for name in folded if name and name in by_name]
    if matched:
        return tuple(matched[:TAGS_LIMIT])
    chosen = [tag for tag in usable if tag.id == configured]
    return tuple(chosen or (usable[:1] if required else ()))


def fold_tag(name: str) -> str:
    """A tag's name such that spellings of the same agree: "K-Pop" and "kpop ", "Drama" and
    "Dramas". Emoji and signs count for nothing."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    letters = "".join(char for char in plain if char.isalnum())
    return letters[:-1] if len(letters) > 3 and letters.endswith("s") else letters
