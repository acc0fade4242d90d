"""The fields of the index, and how their texts are cut."""

from tantivy import Filter, Schema, SchemaBuilder, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

WEIGHTS = {"title": 3.0, "head": 3.0, "question": 2.0, "answer": 1.0}
"""The fields with positions, and what a word counts in each. Others are there to be looked up."""


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
