"""An announcement as the arguments of discord.py's ``send``: which rendering goes where."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.core.i18n import Text
from bot.core.model import StoredInterview
from bot.ui.cards import announcement_card, plain_announcement, role_mention
from bot.ui.digest import digest_card
from bot.ui.layout import lines
from bot.ui.published import digest_buttons, published_buttons, published_digest, published_embed

CONTENT_LIMIT = 2000
"""Characters of a message's text (Discord docs, Create Message)."""

_MORE_LIMIT = 200
"""Characters of the line that counts the interviews of a digest for which there is no room."""


class Rendering(StrEnum):
    """How an announcement is written: usually as a card, as an embed where it is published to
    following channels, and as plain text where Discord refused the components."""

    CARD = "card"
    PUBLISHED = "published"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is announced: an interview, or the interviews of a ``digest``.

    ``more`` counts the interviews that the digest has no room for, ``missed`` the other interviews
    that were not announced.
    """

    interview: StoredInterview
    digest: Sequence[StoredInterview] = ()
    more: int = 0
    missed: int = 0


def announcement(
    announced: Announcement, text: Text, rendering: Rendering, *, role_id: int | None = None
) -> dict[str, Any]:
    """The arguments of ``send`` that make the message, without ``allowed_mentions``."""
    if rendering is Rendering.PLAIN:
        return {"content": _plain(announced, text, role_id)}
    if rendering is Rendering.PUBLISHED:
        return _published(announced, text, role_id)
    if announced.digest:
        return {"view": digest_card(announced.digest, announced.more, text, role_id=role_id)}
    missed = announced.missed
    return {"view": announcement_card(announced.interview, text, role_id=role_id, missed=missed)}


def _plain(announced: Announcement, text: Text, role_id: int | None) -> str:
    """Words and links; of a digest as many interviews as fit, and how many more there are."""
    first, *others = announced.digest or (announced.interview,)
    content, unnamed = plain_announcement(first, text, role_id=role_id), len(others)
    for other in others:
        added = f"\n\n{plain_announcement(other, text)}"
        if len(content) + len(added) > CONTENT_LIMIT - _MORE_LIMIT:
            break
        content += added
        unnamed -= 1
    more = announced.more + unnamed
    return lines(content, text.plural("digest.more", more) if more else None)


def _published(announced: Announcement, text: Text, role_id: int | None) -> dict[str, Any]:
    digest, missed = announced.digest, announced.missed
    above = lines(
        role_mention(role_id, text, "digest.mention" if digest else "card.mention"),
        text.plural("card.missed", missed) if missed else None,
    )
    if digest:
        embed = published_digest(digest, announced.more, text)
        return {"content": above or None, "embed": embed, "view": digest_buttons(digest, text)}
    return {
        "content": above or None,
        "embed": published_embed(announced.interview, text),
        "view": published_buttons(announced.interview, text),
    }
