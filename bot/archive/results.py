"""What the worker process finds in an archive's pages, apart from the code that only it imports."""

from dataclasses import dataclass

from bot.core.model import Interview


@dataclass(frozen=True, slots=True)
class SitePost:
    """A post that the site lists.

    ``key`` identifies it within its archive: a REST id, a GUID or an address. ``mark`` changes
    when the post changes: its time of modification, a digest of its words, or "" if the site tells
    neither. ``interview`` is ``None`` where the site lists the post without its words.
    """

    key: str
    mark: str = ""
    interview: Interview | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A category or tag. ``slug`` is decoded; ``parent`` is 0 for a category at the top."""

    id: int
    slug: str
    parent: int
