"""Which picture an announcement shows: by its address or attached, the article's or a drawn one."""

from dataclasses import replace
from typing import Any

import discord

from bot.client.channels import own_permissions
from bot.client.client import KcrushClient
from bot.core.model import Form, StoredInterview, Style, TargetKind
from bot.core.regular_posts import QuestionContent, RegularSort
from bot.delivery.discord.attached_pictures import AttachedPictures, attached, showing
from bot.delivery.discord.guilds import Guilds
from bot.store import LeasedDelivery, SentCard
from bot.ui.announcing import Rendering


class PictureChoice:
    """Attaches pictures where that is wanted and possible; without `pictures` nowhere."""

    def __init__(
        self, client: KcrushClient, guilds: Guilds, pictures: AttachedPictures | None
    ) -> None:
        self._client = client
        self._guilds = guilds
        self._pictures = pictures

    async def attach(
        self, leased: LeasedDelivery, rendering: Rendering
    ) -> tuple[LeasedDelivery, dict[str, Any]]:
        """The delivery with its picture attached where that is wanted and can be had, and the
        arguments of ``send`` that attach it."""
        first, one = leased.interviews[0], leased.subscription
        file = None
        if one.kind is TargetKind.MEDIA and self._pictures is not None:
            file = await self._pictures.file(first, required=True)
        elif rendering is Rendering.CARD:
            has_banner = not leased.digest and _has_banner(first, one.style)
            file = await self._file(first, one.kind, (one.guild_id, one.channel_id), has_banner)
        if file is None:
            return leased, {}
        shown = showing(first, file.filename)
        digest = (shown, *leased.digest[1:]) if leased.digest else ()
        interview = leased.interview if leased.digest else shown
        return replace(leased, interview=interview, digest=digest), {"file": file}

    async def _file(
        self, stored: StoredInterview, kind: TargetKind, place: tuple[int, int], has_banner: bool
    ) -> discord.File | None:
        """The picture that a card is sent with, outside media channels."""
        is_wanted = self._pictures is not None and (has_banner or self._pictures.everywhere)
        if self._pictures is None or not is_wanted or not await self.may_attach(kind, *place):
            return None
        if has_banner:
            return await self._pictures.banner(stored)
        return await self._pictures.file(stored, required=False)

    async def of_edit(self, card: SentCard) -> tuple[StoredInterview, dict[str, Any]]:
        """The interview with the picture that its message is to show, and the arguments of ``edit``
        for that. A banner is drawn anew, for the names on it may have changed, and goes when there
        is a picture; any other that is attached and is still the interview's stays."""
        edit, stored = card.edit, card.interview
        is_words = isinstance(edit.regular, QuestionContent) or (
            edit.regular is not None and edit.regular.sort is RegularSort.QUOTE
        )
        if edit.plain or edit.published or is_words:
            return stored, {}
        is_everywhere = self._pictures is not None and self._pictures.everywhere
        is_media = edit.kind is TargetKind.MEDIA
        if not is_media and _has_banner(stored, edit.style):
            place = edit.guild_id, edit.target_id
            file = await self._file(stored, edit.kind, place, has_banner=True)
            if file is not None:
                return showing(stored, file.filename), {"attachments": [file]}
        elif is_media or (is_everywhere and not stored.withdrawn_at):
            message: Any = await self._client.http.get_message(edit.channel_id, edit.message_id)
            shown = attached(stored, message)
            if is_media or shown is not stored:
                return shown, {}
        return stored, {"attachments": []}

    async def may_attach(self, kind: TargetKind, guild_id: int, channel_id: int) -> bool:
        """Whether the bot may attach files there, as far as it knows."""
        if kind is TargetKind.DIRECT:
            return True
        channel = await self._guilds.channel(guild_id, channel_id)
        may = own_permissions(channel) if channel is not None else None
        return may is not None and may.attach_files


def _has_banner(stored: StoredInterview, style: Style) -> bool:
    """Whether the interview's card has the drawn banner: beside a compact one's title it would be
    cropped."""
    has_picture = stored.interview.lead_image is not None
    return not has_picture and not stored.withdrawn_at and style.form is not Form.COMPACT
