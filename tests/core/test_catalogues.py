"""Every language's catalogue is complete, and says with its placeholders what English says."""

import re
import string
from collections import defaultdict
from functools import cache

import pytest

from tests.catalogues import (
    is_command_name,
    read_catalogue,
    sentences,
    shipped,
    source,
    untranslated,
)

# Discord docs, Application commands, naming.
_NAME = re.compile(r"[-_'\w\u0900-\u097f\u0e00-\u0e7f]{1,32}")
_DESCRIPTION = 100

english = cache(source)


@cache
def translated(locale: str) -> dict[str, tuple[str, ...]]:
    return sentences(read_catalogue(locale))


@pytest.mark.parametrize("locale", shipped())
def test_a_catalogue_is_complete(locale: str) -> None:
    assert list(translated(locale)) == list(english())
    assert untranslated(translated(locale)) == []


@pytest.mark.parametrize("locale", shipped())
def test_plural_forms_are_those_of_the_language(locale: str) -> None:
    forms = read_catalogue(locale).num_plurals
    for key, found in translated(locale).items():
        assert len(found) == (forms if len(english()[key]) > 1 else 1), key


@pytest.mark.parametrize("locale", shipped())
def test_placeholders_are_those_of_english(locale: str) -> None:
    for key, found in translated(locale).items():
        for form in filter(None, found):
            here, there = placeholders(form), placeholders(english()[key][-1])
            # A form for one thing may say it in words.
            assert here == there or (len(english()[key]) > 1 and here <= there), key


@pytest.mark.parametrize("locale", shipped())
def test_only_korean_has_particles(locale: str) -> None:
    for key, found in translated(locale).items():
        for form in filter(None, found):
            for _, name, spec, conversion in string.Formatter().parse(form):
                assert not conversion, key
                assert not spec or (locale == "ko" and name and len(spec.split("/")) == 2), key


def placeholders(sentence: str) -> set[str]:
    """The names of a sentence's placeholders, and the words that it shows in braces."""
    found = {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}
    return found | set(re.findall(r"\{\{\w+\}\}", sentence))


@pytest.mark.parametrize("locale", shipped())
def test_what_is_in_backticks_is_not_translated_but_for_names_of_options(locale: str) -> None:
    options = option_names(locale)
    for key, found in translated(locale).items():
        typed = [options.get(one, {one}) for one in quoted(english()[key][-1])]
        for form in filter(None, found):
            assert set(quoted(form)) <= set().union(*typed), key
            assert all(names & set(quoted(form)) for names in typed), key


def quoted(sentence: str) -> list[str]:
    return re.findall("`([^`]+)`", sentence)


def option_names(locale: str) -> dict[str, set[str]]:
    """What the options of commands are called, by their English names."""
    found: dict[str, set[str]] = defaultdict(set)
    for key, (name, *_) in translated(locale).items():
        # command.announcements.add.frequency.name
        if is_command_name(key) and key.count(".") == OPTION_DOTS:
            found[english()[key][0]].add(name or english()[key][0])
    return found


OPTION_DOTS = 4


@pytest.mark.parametrize("locale", shipped())
def test_names_of_commands_are_what_discord_takes(locale: str) -> None:
    neighbours: dict[str, list[str]] = defaultdict(list)
    for key, (name, *_) in translated(locale).items():
        if is_command_name(key) and key not in MENUS:
            shown = name or english()[key][0]
            assert _NAME.fullmatch(shown), key
            assert shown == shown.lower(), key
            neighbours[key.removesuffix(".name").rpartition(".")[0]].append(shown)
        if key.startswith("command.") and key.endswith(".description"):
            assert 1 <= len(name) <= _DESCRIPTION, key
    for place, names in neighbours.items():
        assert len(names) == len(set(names)), place


MENUS = {"command.read-here.name"}
"""Commands of a message's menu, whose names may have spaces and capitals."""
