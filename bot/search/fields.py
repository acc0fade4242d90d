"""The fields of the index, and how their texts are cut."""

from typing import Protocol

from tantivy import (
    Filter,
    Query,
    Schema,
    SchemaBuilder,
    TextAnalyzer,
    TextAnalyzerBuilder,
    Tokenizer,
)

WEIGHTS = {"title": 3.0, "head": 3.0, "question": 2.0, "answer": 1.0}
"""The fields with positions, and what a word counts in each. Others are there to be looked up."""


class Lexicon(Protocol):
    """What the building of queries asks of the words that there are."""

    def frequency(self, word: str) -> int:
        """In how many passages a word is."""
        ...

    def beginning_with(self, prefix: str, limit: int) -> list[str]:
        """The most frequent words that begin so."""
        ...

    def similar(self, word: str) -> list[str]:
        """Words of titles and names that `word` may be a misspelling of, nearest first."""
        ...

    def passages_with(self, fact: str) -> int:
        """In how many passages' interviews a fact is."""
        ...

    def finds(self, query: Query) -> bool:
        """Whether a query finds anything."""
        ...

    @property
    def newest_years(self) -> list[str]:
        """The facts of some of the newest years, together a small share of all passages."""
        ...

    @property
    def passages(self) -> int:
        """How many passages there are."""
        ...


def stemmer() -> TextAnalyzer:
    """Cuts at spaces and stems English, as the fields with positions do."""
    return TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stemmer("english")).build()


def plain_analyzer() -> TextAnalyzer:
    return TextAnalyzerBuilder(Tokenizer.whitespace()).build()


def schema() -> Schema:
    """The fields of a document: of a passage, ``passage`` being what is shown of it as JSON, or of
    the one document that has a ``state``.
    """
    builder = SchemaBuilder()
    for name in WEIGHTS:
        builder.add_text_field(name, tokenizer_name="stemmed", index_option="position")
    for name in ("words", "names"):
        builder.add_text_field(name, tokenizer_name="plain", index_option="basic")
    builder.add_text_field("facts", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("interview", indexed=True, fast=True)
    builder.add_unsigned_field("turn", fast=True)
    builder.add_integer_field("listed_at", fast=True)
    builder.add_bytes_field("passage", stored=True)
    builder.add_text_field("state", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()
