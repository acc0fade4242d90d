"""Names of commands from the catalogue, in a form that a translator can take further."""

from discord.app_commands import locale_str

from bot.core.i18n import Text


class Naming:
    """``naming("command.latest.name")``: the English words, with their key for other locales."""

    def __init__(self, text: Text) -> None:
        self._text = text

    def __call__(self, key: str) -> locale_str:
        return locale_str(self._text(key), key=key)
