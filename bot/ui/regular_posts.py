"""A regular post as its channel sees it: a line that says why, and the card or the quote."""

from typing import Any

from bot.core.i18n import Text
from bot.core.model import StoredInterview
from bot.core.regular_posts import RegularContent, RegularSort, years_between
from bot.quotes.choosing import Quote
from bot.ui.announcing import announcement_card, interview_card, plain_announcement
from bot.ui.layout import Layout, lines, small
from bot.ui.markdown import bold
from bot.ui.sharing import quote_card


def regular_post(stored: StoredInterview, content: RegularContent, text: Text) -> Layout:
    """The interview's card below what it is posted for; a withdrawn one's says so instead."""
    if stored.withdrawn_at:
        return announcement_card(stored, text)
    head = small(bold(_head(stored, content, text)))
    return Layout(head, interview_card(stored, text))


def regular_quote(
    stored: StoredInterview, quote: Quote, file: str | None, content: RegularContent, text: Text
) -> Layout:
    """The picture `file`, attached to the same message, or with ``None`` the words."""
    head = small(bold(_head(stored, content, text)))
    return Layout(head, quote_card(stored, quote, file, text))


def plain_regular_post(
    stored: StoredInterview, content: RegularContent, text: Text
) -> dict[str, Any]:
    """The same as words and a link, for a channel where Discord refuses the card."""
    return {"content": lines(_head(stored, content, text), plain_announcement(stored, text))}


def _head(stored: StoredInterview, content: RegularContent, text: Text) -> str:
    if content.sort is RegularSort.ARCHIVE:
        return text("regular.head.archive")
    if content.sort is RegularSort.QUOTE:
        often = "day" if content.times.weekday is None else "week"
        return text(f"regular.head.quote-{often}")
    years = years_between(stored.interview.published_at, content.day)
    return text.plural("regular.head.on-this-day", years)
