"""Search: passages by words, titles by their beginnings, in any spelling that people use.

    index = SearchIndex.open(folder)
    await index.sync(store)
    results = await index.search("(g)i-dle comeback")

The index is a copy: it can be deleted at any time, and the next sync builds it again.
"""

from bot.search.index import SearchIndex
from bot.search.marking import Mark, Marker
from bot.search.meaning import MeaningSearch, open_meaning
from bot.search.results import Filters, Fragment, Hit, Lookup, SearchResults, UnknownFilter

__all__ = [
    "Filters",
    "Fragment",
    "Hit",
    "Lookup",
    "Mark",
    "Marker",
    "MeaningSearch",
    "SearchIndex",
    "SearchResults",
    "UnknownFilter",
    "open_meaning",
]
