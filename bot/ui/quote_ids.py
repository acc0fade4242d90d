"""custom_ids below a quote's picture, which carry how it looks."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Final, TypeVar

from bot.core.errors import UserError
from bot.quotes.card import Design, Format, Look
from bot.ui.custom_ids import Action, Codec
from bot.ui.ids import ARTIST, AnyArtist, InterviewId, Number

E = TypeVar("E", bound=StrEnum)


def _read(kind: type[E]) -> Callable[[str], E]:
    def read(text: str) -> E:
        try:
            return kind(text)
        except ValueError:
            raise UserError("error.quote-look") from None

    return read


AnyDesign = Annotated[Design, Codec("[a-z]{1,12}", _read(Design))]
AnyFormat = Annotated[Format, Codec("[a-z]{1,12}", _read(Format))]

ANYBODY: Final = "any"
Others = Annotated[str, Codec(f"(?:{ANYBODY}|{ARTIST.pattern})?")]
"""Of whom the next quote is: ``ANYBODY``, an artist, or "" where there is no button for one."""


class ChangeLook(Action, template="look:{interview}:{section}:{others}"):
    """A menu of looks; its values are ``look_value``s. The quote is drawn anew in its message."""

    interview: InterviewId
    section: Number
    others: Others = ""


class NextQuote(Action, template="quote-next:{design}:{format}:{than}:{artist}"):
    """As ``AnotherQuote``, with the look of the picture that it replaces."""

    design: AnyDesign
    format: AnyFormat
    than: InterviewId
    artist: AnyArtist = None


class ShareLook(Action, template="quote-share:{design}:{format}:{interview}:{section}"):
    """As ``ShareQuote``, in this look."""

    design: AnyDesign
    format: AnyFormat
    interview: InterviewId
    section: Number


def look_value(look: Look) -> str:
    """A menu's value for a look."""
    return f"{look.design}.{look.format}"


def parse_look_value(value: str) -> Look:
    """
    Raises:
        UserError: there is no such look.
    """
    design, _, format_ = value.partition(".")
    return Look(_read(Design)(design), _read(Format)(format_))
