"""An announcement as what a request to Discord takes: which rendering goes where."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import discord

from bot.core.i18n import Text
from bot.core.model import StoredInterview
from bot.ui.cards import announcement_card, plain_announcement
from bot.ui.digest import digest_card
from bot.ui.published import digest_buttons, published_buttons, published_digest, published_embed


class Rendering(StrEnum):
    """The card is the rule; an embed where it is published to followers; words where Discord
    refused either."""

    CARD = "card"
    PUBLISHED = "published"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Announced:
    """What is announced: an interview, or those of a `digest` and how many `more`."""

    interview: StoredInterview
    digest: Sequence[StoredInterview] = ()
    more: int = 0
    missed: int = 0


def announcement(
    told: Announced, text: Text, rendering: Rendering, *, role_id: int | None = None
) -> dict[str, Any]:
    """The arguments of discord.py's ``send`` that make the message, but for whom it may ping."""
    if rendering is Rendering.PLAIN:
        return {"content": _plain(told, text, role_id)}
    if rendering is Rendering.PUBLISHED:
        return _published(told, text, role_id)
    if told.digest:
        return {"view": digest_card(told.digest, told.more, text, role_id=role_id)}
    return {"view": announcement_card(told.interview, text, role_id=role_id, missed=told.missed)}


def _plain(told: Announced, text: Text, role_id: int | None) -> str:
    first, *rest = told.digest or (told.interview,)
    lines = [plain_announcement(first, text, role_id=role_id)]
    lines += [plain_announcement(one, text) for one in rest]
    shown = ""
    for line in lines:
        if len(shown) + len(line) + 2 > CONTENT_LIMIT:
            break
        shown = f"{shown}\n\n{line}".strip()
    return shown


CONTENT_LIMIT = 2000
"""Characters of a message's words (Discord docs, Create Message)."""


def _published(told: Announced, text: Text, role_id: int | None) -> dict[str, Any]:
    above = []
    if role_id is not None:
        key = "digest.mention" if told.digest else "card.mention"
        above.append(text(key, role=f"<@&{role_id}>"))
    if told.missed:
        above.append(text.plural("card.missed", told.missed))
    if told.digest:
        embed: discord.Embed = published_digest(told.digest, told.more, text)
        view = digest_buttons(told.digest, text)
    else:
        embed = published_embed(told.interview, text)
        view = published_buttons(told.interview, text)
    return {"content": "\n".join(above) or None, "embed": embed, "view": view}
