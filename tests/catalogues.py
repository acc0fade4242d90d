"""``make i18n``: brings every catalogue up to date with the English one, and reports what it lacks.

An entry that is new stands untranslated, with its English as a comment; one that English has no
more goes. ``make i18n LANGUAGE=de`` begins a catalogue of that language, by Discord's name of it.
"""

import asyncio
import io
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from discord import Locale, app_commands

from bot.client.client import KcrushClient
from bot.client.command_sync import translation_key
from bot.core.i18n import DEFAULT_LOCALE, load_messages
from cogs import FanServices, add_cogs

LOCALES = Path(__file__).parents[1] / "bot" / "locales"

Sentences = Mapping[str, tuple[str, ...]]
"""The forms of each message by its key; more than one where it has a plural."""


def sentences(catalogue: Catalog) -> dict[str, tuple[str, ...]]:
    """What a catalogue has, in its order; an entry that is not translated has empty forms."""
    found: dict[str, tuple[str, ...]] = {}
    for message in catalogue:
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            forms = message.string or ""
            found[key] = (forms,) if isinstance(forms, str) else tuple(forms)
    return found


def read_catalogue(locale: str) -> Catalog:
    path = LOCALES / locale / "LC_MESSAGES" / "kcrush.po"
    return read_po(io.BytesIO(path.read_bytes()), locale=babel_name(locale), abort_invalid=True)


def babel_name(locale: str) -> str:
    return locale.replace("-", "_")


def shipped() -> list[str]:
    """The languages beside English that have a catalogue."""
    return sorted(one.name for one in LOCALES.iterdir() if one.is_dir() and one.name != "en")


async def command_sentences() -> dict[str, tuple[str, ...]]:
    """The English names and descriptions of all commands, which stand in the code, by key."""
    client = KcrushClient(load_messages(), lambda: "")
    nothing: Any = None
    await add_cogs(client, FanServices(*[nothing] * 5), nothing, nothing, home_channel_id=1)
    recorder = _Recorder()
    for command in client.tree.get_commands():
        await command.get_translated_payload(client.tree, recorder)
    return recorder.found


class _Recorder(app_commands.Translator):
    def __init__(self) -> None:
        self.found: dict[str, tuple[str, ...]] = {}

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: Locale,
        context: app_commands.TranslationContextTypes,
    ) -> None:
        self.found.setdefault(translation_key(string, context), (string.message,))


def source() -> dict[str, tuple[str, ...]]:
    """All that a catalogue translates, with its English."""
    english = sentences(read_catalogue(DEFAULT_LOCALE))
    return {**asyncio.run(command_sentences()), **english}


def untranslated(found: Sentences) -> list[str]:
    """The keys that lack a translation. A command's name may: it is then the English one."""
    return [key for key, forms in found.items() if not all(forms) and not is_command_name(key)]


def is_command_name(key: str) -> bool:
    return key.startswith("command.") and key.endswith(".name")


def updated(locale: str, old: Sentences, english: Sentences) -> Catalog:
    """The catalogue with an entry for each of `english`, and no other."""
    catalogue = Catalog(locale=babel_name(locale))
    for key, forms in english.items():
        plural = len(forms) > 1
        blank = ("",) * (catalogue.num_plurals if plural else 1)
        new = old.get(key, blank)
        new = new if len(new) == len(blank) else blank
        catalogue.add(
            (key, key) if plural else key,
            new if plural else new[0],
            auto_comments=[] if all(new) else [forms[-1].replace("\n", "\\n")],
        )
    return catalogue


def header(catalogue: Catalog, locale: str) -> str:
    return (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {locale}\\n"\n"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )


def main(begun: list[str]) -> None:
    english = source()
    for locale in [*shipped(), *(one for one in begun if one not in shipped())]:
        path = LOCALES / locale / "LC_MESSAGES" / "kcrush.po"
        old = sentences(read_catalogue(locale)) if path.exists() else {}
        catalogue = updated(locale, old, english)
        body = io.BytesIO()
        write_po(body, catalogue, width=0, omit_header=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            header(catalogue, locale) + body.getvalue().decode("utf-8").strip() + "\n", "utf-8"
        )
        lacking = Counter(key.split(".")[0] for key in untranslated(sentences(catalogue)))
        told = ", ".join(f"{section} {number}" for section, number in lacking.most_common())
        report = f"{lacking.total()} to translate: {told}" if lacking else "complete"
        sys.stdout.write(f"{locale}: {report}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
