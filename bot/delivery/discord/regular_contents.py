"""What a regular post's message holds: an interview's card, or a quote as a picture."""

import io
from typing import Any

import discord
import structlog

from bot.core.errors import UserError
from bot.core.i18n import Text
from bot.core.model import StoredInterview
from bot.core.regular_posts import QuestionContent, RegularSort, ScheduledContent
from bot.delivery.discord.picture_choice import PictureChoice
from bot.quotes.card import has_typeface
from bot.quotes.service import ChosenQuote, Quotes
from bot.store import LeasedDelivery
from bot.ui.announcing import Rendering
from bot.ui.reading_threads import thread_question
from bot.ui.regular_posts import plain_regular_post, regular_post, regular_quote

logger = structlog.get_logger(__name__)


class RegularContents:
    """Makes the arguments of ``send``, without mentions."""

    def __init__(self, quotes: Quotes, pictures: PictureChoice) -> None:
        self._quotes = quotes
        self._pictures = pictures

    async def of(
        self,
        leased: LeasedDelivery,
        content: ScheduledContent,
        rendering: Rendering,
        text: Text,
    ) -> tuple[LeasedDelivery, dict[str, Any]]:
        """The delivery with the picture that goes with it, and the message. A quote is a picture
        where files may be attached and it can be drawn.

        Raises:
            UserError: the interview has no quote any more.
        """
        if isinstance(content, QuestionContent):
            return leased, {"view": thread_question(leased.interview, content, text)}
        if rendering is Rendering.PLAIN:
            return leased, plain_regular_post(leased.interview, content, text)
        if content.sort is not RegularSort.QUOTE:
            leased, files = await self._pictures.attach(leased, rendering)
            return leased, {"view": regular_post(leased.interview, content, text), **files}
        one = leased.subscription
        chosen = await self._quotes.of(leased.interview, content.section)
        place = one.guild_id, one.channel_id
        may_attach = await self._pictures.may_attach(one.kind, *place)
        file = await self._picture(chosen) if may_attach and has_typeface() else None
        name = file.filename if file is not None else None
        view = regular_quote(leased.interview, chosen.quote, name, content, text)
        return leased, {"view": view, **({"file": file} if file is not None else {})}

    async def _picture(self, chosen: ChosenQuote) -> discord.File | None:
        try:
            picture = await self._quotes.picture(chosen)
        except UserError as error:
            logger.info("regular-post.not-drawn", interview=chosen.stored.id, cause=str(error))
            return None
        name = f"kcrush-quote-{chosen.stored.id}-{chosen.quote.section}.jpg"
        return discord.File(io.BytesIO(picture), name)


def edited(
    stored: StoredInterview, content: ScheduledContent, text: Text, *, plain: bool
) -> dict[str, Any] | None:
    """What a post shows when its interview has changed; ``None`` where that is what it shows
    already: words that were quoted stay as they were said, until they are withdrawn."""
    if isinstance(content, QuestionContent):
        # Which of its questions a message shows is not written down; they stand as they were read.
        return None
    if plain:
        return plain_regular_post(stored, content, text)
    if content.sort is RegularSort.QUOTE and not stored.withdrawn_at:
        return None
    return {"view": regular_post(stored, content, text)}
