"""The catalogue: every key that the code names is there, and none is left over."""

import ast
import datetime
import io
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bot.core.i18n import Messages, load_messages

ROOT = Path(__file__).parents[2]
ENGLISH = ROOT / "bot" / "locales" / "en" / "LC_MESSAGES"
OPERATORS_ALONE = ("cli.", "config.", "fetch.", "error.parse.", "ping.", "store.", "archive.")


def catalogue(domain: str = "*") -> dict[str, list[str]]:
    """The sentences of one of the two files, or of both."""
    entries: dict[str, list[str]] = {}
    messages = [
        message
        for path in ENGLISH.glob(f"{domain}.po")
        for message in read_po(io.BytesIO(path.read_bytes()), abort_invalid=True)
    ]
    for message in messages:
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            assert message.string is not None
            forms = [message.string] if isinstance(message.string, str) else list(message.string)
            assert key not in entries
            entries[key] = forms
    return entries


def strings_in_code() -> set[str]:
    found: set[str] = set()
    for path in [*(ROOT / "bot").rglob("*.py"), *(ROOT / "cogs").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def keys_built_from_parts() -> set[str]:
    """Prefixes of f-strings such as ``f"permission.{name}"``."""
    found: set[str] = set()
    for path in [*(ROOT / "bot").rglob("*.py"), *(ROOT / "cogs").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                prefix = str(node.values[0].value)
                if prefix.endswith((".", "-")):
                    found.add(prefix)
    return found


def test_no_sentence_is_left_over() -> None:
    used, prefixes = strings_in_code(), keys_built_from_parts()
    unused = [
        key
        for key in catalogue()
        if key not in used and not any(key.startswith(prefix) for prefix in prefixes)
    ]
    assert unused == []


def test_every_key_that_the_code_names_is_there() -> None:
    known = catalogue()
    sections = {key.split(".")[0] for key in known}
    missing = []
    for path in [*(ROOT / "bot").rglob("*.py"), *(ROOT / "cogs").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[0]
            if (
                (name in {"text", "t", "plural"} or name.endswith("Error"))
                and isinstance(first, ast.Constant)
                and isinstance(first.value, str)
                and first.value.split(".")[0] in sections
                and "." in first.value
                and " " not in first.value
                and first.value not in known
            ):
                missing.append(f"{path.name}:{node.lineno} {first.value}")
    assert missing == []


def test_placeholders_are_plain_names() -> None:
    for key, forms in catalogue().items():
        for form in forms:
            for _, name, spec, conversion in string.Formatter().parse(form):
                assert name is None or name.isidentifier(), f"{key}: {name}"
                assert not spec, f"{key}: {spec}"
                assert not conversion, f"{key}: {conversion}"


def test_every_sentence_is_written() -> None:
    assert [key for key, forms in catalogue().items() if not all(forms)] == []


def test_translators_have_only_what_people_in_discord_read() -> None:
    assert [key for key in catalogue("kcrush") if key.startswith(OPERATORS_ALONE)] == []


@pytest.fixture(scope="module")
def messages() -> Messages:
    return load_messages()


def test_an_unknown_locale_reads_english(messages: Messages) -> None:
    assert messages.text("xx-YY").locale == "en"
    assert messages.text(None).locale == "en"
    assert messages.text("en-GB").locale == "en"


def test_a_language_is_spoken_wherever_it_is(messages: Messages) -> None:
    assert messages.text("es-419").locale == "es-ES"
    assert messages.text("pt-PT").locale == "pt-BR"


def test_a_missing_key_is_loud(messages: Messages) -> None:
    with pytest.raises(KeyError):
        messages.text()("no.such.key")
    with pytest.raises(KeyError):
        messages.text().plural("no.such.key", 2)


def test_values_are_never_taken_for_placeholders(messages: Messages) -> None:
    text = messages.text()
    line = text("config.not-a-choice", choices="{value}", value="{choices}")
    assert line == 'must be one of {value}, not "{choices}".'


def test_plurals_dates_and_numbers(messages: Messages) -> None:
    text = messages.text("en-US")
    assert text.plural("cli.poll.sent", 1) == "1 announcement sent."
    assert text.plural("cli.poll.sent", 1200) == "1,200 announcements sent."
    assert text.date(datetime.date(2021, 3, 16)) == "Mar 16, 2021"
    assert text.day(2, 29) == "February 29"
