"""Every sentence that people read, by key, from gettext catalogues.

Catalogues are ``bot/locales/<locale>/LC_MESSAGES/kcrush.po``, named after Discord's locales
(Discord docs, Reference, Locales). A msgid is a key such as ``reader.start``, the msgstr is the
sentence, placeholders are ``{name}`` (``str.format``). They are compiled in memory at start, so
that a translator's edit needs no build step. What only whoever runs the bot reads is in English
alone, in ``operator.po`` beside it.

Names and descriptions of commands stand in the code in English; other catalogues have them under
the keys that ``bot.client`` gives them. A language is added by adding its catalogue.
"""

import gettext
import io
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from importlib import resources

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from bot.core.mentions import Mentions
from bot.core.particles import ParticleFormatter

DEFAULT_LOCALE = "en"
DOMAIN = "kcrush"

LOCALE = re.compile(r"[a-z]{2}(?:-[A-Z0-9]{2,3})?")
"""How Discord names languages (Discord docs, Reference, Locales)."""
OPERATOR_DOMAIN = "operator"

_LEAP_YEAR = 2000


# A menu of questions formats 25 numbers each time that a page is turned.
@lru_cache(maxsize=4096)
def _format_number(value: int, locale: Locale) -> str:
    return format_decimal(value, locale=locale)


class Text:
    """The messages of one locale. Calling it with a key gives the sentence, with the commands in
    it as mentions.

    A key that the locale lacks falls back to English. One that English lacks too raises
    ``KeyError``.
    """

    def __init__(
        self, locale: str, translations: gettext.NullTranslations, mentions: Mentions
    ) -> None:
        self.locale = locale
        self._translations = translations
        self._mentions = mentions
        self._babel = _babel_locale(locale)
        # Only Korean has particles, and str.format is the faster one.
        self._fill = ParticleFormatter().format if locale == "ko" else str.format

    def __call__(self, key: str, /, **args: object) -> str:
        return self._fill(self.unfilled(key), **args)

    def unfilled(self, key: str) -> str:
        """The sentence with its placeholders, as the catalogue has it."""
        message = self._translations.gettext(key)
        if message == key:
            raise KeyError(key)
        return self._mentions.within(message)

    def plural(self, key: str, n: int, /, **args: object) -> str:
        """The form of `key` for `n` things; ``{n}`` is the number with the locale's separators."""
        message = self._translations.ngettext(key, key, n)
        if message == key:
            raise KeyError(key)
        return self._fill(self._mentions.within(message), n=self.number(n), **args)

    def command(self, path: str) -> str:
        """A slash command by its full name ("interviews search"), as markdown."""
        return self._mentions.of(path)

    def all_of(self, parts: Sequence[str]) -> str:
        """The parts within a sentence ("A, B, and C" or the like)."""
        return format_list(parts, locale=self._babel) if parts else ""

    def listed(self, parts: Sequence[str]) -> str:
        """The parts one after another ("A, B, C" or the like)."""
        return self("list.separator").join(parts)

    def date(self, when: date | datetime) -> str:
        """A date in the locale's medium form ("16 Mar 2021" or the like)."""
        return _medium_date(when.date() if isinstance(when, datetime) else when, self._babel)

    def day(self, month: int, day: int) -> str:
        """A day of any year ("March 16" or the like)."""
        when = datetime(_LEAP_YEAR, month, day, tzinfo=UTC)
        return format_skeleton("MMMMd", when, locale=self._babel)

    def month(self, when: datetime) -> str:
        """The month of a date, with its year ("March 2021" or the like)."""
        return _month(when.year, when.month, self._babel)

    def language(self, locale: str) -> str:
        """The name of a language of Discord's ("Korean" or the like), as in a list."""
        return _babel_locale(locale).get_display_name(self._babel) or locale

    def number(self, value: int) -> str:
        """A number with the locale's separators ("1,200" or the like)."""
        return _format_number(value, self._babel)


class Messages:
    """All catalogues, by locale. ``mentions`` has the commands of the application in whose messages
    they stand."""

    def __init__(self, translations: Mapping[str, gettext.NullTranslations]) -> None:
        self._translations = translations
        self.mentions = Mentions()
        self._texts = {
            locale: Text(locale, found, self.mentions) for locale, found in translations.items()
        }
        self._languages = {locale.partition("-")[0]: text for locale, text in self._texts.items()}

    @property
    def locales(self) -> tuple[str, ...]:
        return tuple(sorted(self._texts))

    def names(self) -> dict[str, str]:
        """Each locale with the name that its language has for itself ("한국어" or the like)."""
        return {locale: text.language(locale) for locale, text in sorted(self._texts.items())}

    def for_application(self) -> "Messages":
        """The same messages, with the commands of one application."""
        return Messages(self._translations)

    def text(self, locale: str | None = None) -> Text:
        """The messages of a Discord locale ("en-US", "ko"), else of its language wherever it is
        spoken (es-ES for es-419), else English."""
        if locale in self._texts:
            return self._texts[locale]
        language = (locale or "").partition("-")[0]
        return self._languages.get(language, self._texts[DEFAULT_LOCALE])


@cache
def load_messages() -> Messages:
    """Every catalogue that the package ships, compiled at the first call.

    Raises:
        ValueError: a catalogue is no valid .po file.
    """
    root = resources.files("bot") / "locales"
    catalogues = {
        folder.name: (folder / "LC_MESSAGES" / f"{DOMAIN}.po").read_bytes()
        for folder in root.iterdir()
        if folder.is_dir()
    }
    default = _compile(catalogues.pop(DEFAULT_LOCALE), DEFAULT_LOCALE)
    operator = root / DEFAULT_LOCALE / "LC_MESSAGES" / f"{OPERATOR_DOMAIN}.po"
    default.add_fallback(_compile(operator.read_bytes(), DEFAULT_LOCALE))
    compiled: dict[str, gettext.NullTranslations] = {DEFAULT_LOCALE: default}
    for locale, source in catalogues.items():
        compiled[locale] = _compile(source, locale)
        compiled[locale].add_fallback(default)
    return Messages(compiled)


def _compile(source: bytes, locale: str) -> gettext.GNUTranslations:
    catalogue = read_po(io.BytesIO(source), locale=locale.replace("-", "_"), abort_invalid=True)
    binary = io.BytesIO()
    write_mo(binary, catalogue)
    binary.seek(0)
    return gettext.GNUTranslations(binary)


@lru_cache(maxsize=10_000)
def _medium_date(when: date, locale: Locale) -> str:
    # Twenty-five of them stand in a list of choices that is made for each keystroke.
    return format_date(when, format="medium", locale=locale)


@lru_cache(maxsize=10_000)
def _month(year: int, month: int, locale: Locale) -> str:
    return format_skeleton("yMMMM", datetime(year, month, 1, tzinfo=UTC), locale=locale)


def _babel_locale(locale: str) -> Locale:
    try:
        return Locale.parse(locale, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(DEFAULT_LOCALE)
