"""What delivery asks of Discord, over REST."""

from collections.abc import Sequence, Set
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

import discord
from discord.http import Route, handle_message_parameters

from bot.client.client import KcrushClient
from bot.core.discord_time import DiscordTime
from bot.core.i18n import Text
from bot.core.model import StoredInterview, Subscription
from bot.core.targets import FORUMS
from bot.delivery.discord.attached_pictures import AttachedPictures
from bot.delivery.discord.direct_channels import DirectChannels
from bot.delivery.discord.forum_posts import ForumPosts
from bot.delivery.discord.guilds import Guilds
from bot.delivery.discord.message_search import (
    announced_after,
    bears_mark,
    find_message,
    is_loading,
    search_start,
)
from bot.delivery.discord.notices_to_admins import NoticesToAdmins
from bot.delivery.discord.picture_choice import PictureChoice
from bot.delivery.discord.regular_contents import RegularContents, edited
from bot.delivery.discord.single_request import created_id, listed, payload_of, request_once
from bot.delivery.outcomes import Sent, is_direct
from bot.delivery.port import EffectUnknownError, nothing_sent_yet
from bot.quotes.service import Quotes
from bot.store import DueNotice, Extra, LeasedDelivery, NewestMessage, SentCard, Store
from bot.ui.announcing import Announcement, Rendering, announcement, rendering_of
from bot.ui.discussion import announced_title, discussion_opener, first_question, post_title
from bot.ui.following import direct_message
from bot.ui.test_mark import marked_as_test

THREAD_ARCHIVED = 50083
"""Writing opens a thread again by itself; editing does not."""

MOVED = frozenset({10003, 50001})
"""What Discord answers when a person's direct messages have another channel now."""

ALREADY_CROSSPOSTED = 40033
THREAD_EXISTS = 160004
"""Discord docs, JSON error codes, as those above."""

ARCHIVE_AFTER: Final = 10080
"""Minutes of silence after which a discussion is archived: a week, the longest there is."""

OPENER_AMONG = 50
"""Messages of a discussion among which its first question is looked for."""

NO_PINGS = discord.AllowedMentions.none()


class RestPort:
    """Implements ``DiscordPort``; needs a logged-in client, but no gateway."""

    def __init__(
        self,
        client: KcrushClient,
        time: DiscordTime | None = None,
        pictures: AttachedPictures | None = None,
        quotes: Quotes | None = None,
        store: Store | None = None,
    ) -> None:
        self._client = client
        self._time = time
        self._guilds = Guilds(client, store)
        self._pictures = PictureChoice(client, self._guilds, pictures)
        self._regular = RegularContents(quotes, self._pictures) if quotes is not None else None
        self._posts = ForumPosts(client, self._guilds)
        self._direct = DirectChannels(client)
        self._notices = NoticesToAdmins(client, self._guilds)

    def now(self) -> datetime | None:
        """Discord's time; ``None`` where it is not known yet."""
        return self._time.now() if self._time is not None else None

    # ---------------------------------------------------------------- announcements

    async def announced_after(self, newest: NewestMessage) -> list[int]:
        """The ids of the interviews that were announced in a channel after the message."""
        if newest.subscription.kind in FORUMS:
            return await self._posts.announced_after(newest)
        return await announced_after(self._client, newest)

    async def send(self, leased: LeasedDelivery, *, plain: bool = False) -> Sent:
        """Send what the delivery announces, as its channel takes it.

        The row's own nonce goes with ``enforce_nonce`` (which discord.py always sets): within the
        few minutes that Discord remembers nonces, sending again gives the first message back
        (Discord docs, Create Message). Nobody is pinged but the configured role.
        """
        if is_direct(leased):
            return await self._send_direct(leased, plain=plain)
        subscription = leased.subscription
        rendering = Rendering.PLAIN if plain else rendering_of(subscription)
        with nothing_sent_yet():
            leased, content = await self._content(leased, rendering)
            content["allowed_mentions"] = _only(subscription.role_ids)
            if subscription.style.silent:
                content["flags"] = _silent()
        return await self._post(leased, content, rendering)

    async def send_test(self, leased: LeasedDelivery) -> Sent:
        """Send the same with the mark of a test, to be settled nowhere; nobody is notified."""
        rendering = rendering_of(leased.subscription)
        with nothing_sent_yet():
            leased, content = await self._content(leased, rendering)
            content = marked_as_test(content, await self._text_of(leased.subscription))
            content |= {"allowed_mentions": NO_PINGS, "flags": _silent()}
        return await self._post(leased, content, rendering)

    async def _content(
        self, leased: LeasedDelivery, rendering: Rendering
    ) -> tuple[LeasedDelivery, dict[str, Any]]:
        """The delivery with the picture that goes with it, and the arguments of ``send``."""
        if leased.regular is not None and self._regular is not None:
            text = await self._text_of(leased.subscription)
            return await self._regular.of(leased, leased.regular, rendering, text)
        leased, files = await self._pictures.attach(leased, rendering)
        subscription = leased.subscription
        content = announcement(
            _announced(leased),
            await self._text_of(subscription),
            rendering,
            role_ids=subscription.role_ids,
            style=subscription.style,
        )
        return leased, content | files

    async def _post(
        self, leased: LeasedDelivery, content: dict[str, Any], rendering: Rendering
    ) -> Sent:
        subscription = leased.subscription
        if subscription.kind in FORUMS:
            with nothing_sent_yet():
                made = handle_message_parameters(**content)
                title = await self._title(leased)
            tags = [tag for stored in leased.interviews for tag in stored.interview.tags]
            with made:
                post = await self._posts.create(subscription, title, tags, made)
            return replace(post, plain=rendering is Rendering.PLAIN)
        sent = await self._create(subscription.channel_id, leased, content)
        return replace(sent, channel_id=None, plain=rendering is Rendering.PLAIN)

    async def _create(
        self, channel_id: int, leased: LeasedDelivery, content: dict[str, Any]
    ) -> Sent:
        """Create the message under the delivery's nonce.

        Raises:
            EffectUnknownError: the answer is not Discord's, or names another message, which a
                nonce of the same value created.
        """
        with nothing_sent_yet():
            made = handle_message_parameters(**content, nonce=leased.delivery.nonce)
        with made:
            answer = await self._client.http.send_message(channel_id, params=made)
        message_id = created_id(answer)
        for stored in leased.interviews:
            if bears_mark(payload_of(made), stored) and not bears_mark(answer, stored):
                raise EffectUnknownError(HTTPStatus.OK)
        return Sent(message_id, channel_id, loading=is_loading(answer))

    async def is_loading(self, channel_id: int, message_id: int) -> bool:
        """Whether Discord has not loaded yet the pictures that a message shows."""
        return is_loading(await self._client.http.get_message(channel_id, message_id))

    async def find(
        self, leased: LeasedDelivery, since: datetime, known: Set[int] = frozenset()
    ) -> Sent | None:
        """The announcement, if it stands in the channel already and is none of the `known`
        messages.

        Raises:
            HistoryUnreadableError: that can't be found out.
        """
        subscription = leased.subscription
        after = search_start(leased, since)
        if is_direct(leased):
            channel_id = await self._direct.channel_of(subscription.channel_id, leased.addressee)
            return await find_message(self._client, leased, after, known, channel_id)
        if subscription.kind in FORUMS:
            newest, title = leased.interviews[0], await self._title(leased)
            return await self._posts.find(subscription, newest, title, after, known)
        return await find_message(self._client, leased, after, known)

    async def edit(self, card: SentCard) -> None:
        """Bring a sent announcement up to its interview. An edit notifies nobody; the role that was
        pinged stays marked as such."""
        edit = card.edit
        text = await self._text(edit.guild_id, edit.style.language)
        shown, files = await self._pictures.of_edit(card)
        announced = Announcement(shown, missed=edit.missed)
        if edit.regular is not None:
            post = edited(shown, edit.regular, text, plain=edit.plain)
            if post is None:
                return
            content = post
        elif edit.direct:
            content = direct_message(announced, card.addressee.follows, text, plain=edit.plain)
        else:
            rendering = Rendering.PUBLISHED if edit.published else Rendering.CARD
            rendering = Rendering.PLAIN if edit.plain else rendering
            content = announcement(
                announced, text, rendering, role_ids=edit.role_ids, style=edit.style
            )
        # A person's direct messages belong to no guild.
        guild_id = None if edit.direct else edit.guild_id
        channel = self._client.get_partial_messageable(edit.channel_id, guild_id=guild_id)
        message = channel.get_partial_message(edit.message_id)
        content |= {"allowed_mentions": _only(() if edit.direct else edit.role_ids), **files}
        try:
            await message.edit(**content)
        except discord.HTTPException as error:
            if error.code != THREAD_ARCHIVED:
                raise
            await self._client.http.edit_channel(edit.channel_id, archived=False)
            for file in files.get("attachments", []):
                file.reset()
            await message.edit(**content)

    async def _send_direct(self, leased: LeasedDelivery, *, plain: bool) -> Sent:
        """Send to a person; where the channel of their messages is not what it was, to the one
        that Discord names now."""
        user_id, addressee = leased.subscription.channel_id, leased.addressee
        channel_id = await self._direct.channel_of(user_id, addressee)
        with nothing_sent_yet():
            text = await self._text_of(leased.subscription)
            rendering = Rendering.PLAIN if plain else Rendering.CARD
            leased, files = await self._pictures.attach(leased, rendering)
            content = direct_message(_announced(leased), addressee.follows, text, plain=plain)
            content |= {"allowed_mentions": NO_PINGS, **files}
        try:
            return replace(await self._create(channel_id, leased, content), plain=plain)
        except discord.HTTPException as error:
            if error.code not in MOVED:
                raise
        channel_id = await self._direct.open(user_id)
        for file in files.values():
            # The refused request has read it to its end.
            file.reset()
        return replace(await self._create(channel_id, leased, content), plain=plain)

    async def _text(self, guild_id: int, language: str | None = None) -> Text:
        """The words of what is posted in a guild: in this language, else in the guild's."""
        language = language or await self._guilds.language(guild_id)
        return self._client.messages.text(language)

    async def _text_of(self, subscription: Subscription) -> Text:
        return await self._text(subscription.guild_id, subscription.style.language)

    async def _title(self, leased: LeasedDelivery) -> str:
        return announced_title(_announced(leased), await self._text_of(leased.subscription))

    # ---------------------------------------------------------------- what follows a message

    async def crosspost(self, extra: Extra) -> None:
        """Publish a message to the followers of its channel; one that is published stays so."""
        route = Route(
            "POST",
            "/channels/{channel_id}/messages/{message_id}/crosspost",
            channel_id=extra.channel_id,
            message_id=extra.message_id,
        )
        try:
            created_id(await request_once(self._client, route))
        except discord.HTTPException as error:
            if error.code != ALREADY_CROSSPOSTED:
                raise

    async def open_discussion(self, extra: Extra, stored: StoredInterview) -> int:
        """Open a message's thread with a first question; the thread's id.

        A message has one thread at most, and its id is the message's (Discord docs, Start Thread
        from Message): that there is one already is as good as having made it. The first question
        has a nonce of its own, and is looked for before a second attempt.
        """
        text = await self._text(extra.guild_id, extra.language)
        thread_id = extra.message_id
        try:
            thread = await self._client.http.start_thread_with_message(
                extra.channel_id,
                extra.message_id,
                name=post_title(stored.interview, text),
                auto_archive_duration=ARCHIVE_AFTER,
            )
            created_id(thread)
        except discord.HTTPException as error:
            if error.code != THREAD_EXISTS:
                raise
        if extra.attempts and await self._has_opener(thread_id):
            return thread_id
        channel = self._client.get_partial_messageable(thread_id, guild_id=extra.guild_id)
        await channel.send(
            view=discussion_opener(stored, first_question(stored.interview), text),
            nonce=f"{extra.nonce}d",
            allowed_mentions=NO_PINGS,
        )
        return thread_id

    async def _has_opener(self, thread_id: int) -> bool:
        """Whether the bot wrote in the thread; Discord's own notes in its name don't count."""
        found = listed(await self._client.http.logs_from(thread_id, OPENER_AMONG, after=thread_id))
        own = str(self._client.user.id) if self._client.user else ""
        return any(
            message["author"]["id"] == own and message.get("type", 0) == 0 for message in found
        )

    async def notify_admin(self, notices: Sequence[DueNotice], nonce: str) -> bool:
        """Send notices to the person who set these up; where they take no messages of the bot, to
        the guild's system channel; false where that is closed as well."""
        return await self._notices.send(notices, nonce)


def _announced(leased: LeasedDelivery) -> Announcement:
    return Announcement(leased.interview, leased.digest, leased.more, leased.delivery.missed)


def _silent() -> discord.MessageFlags:
    """Anew for each message: discord.py changes the flags that it sends with components."""
    return discord.MessageFlags(suppress_notifications=True)


def _only(role_ids: Sequence[int]) -> discord.AllowedMentions:
    roles: Any = [discord.Object(id_) for id_ in role_ids] or False
    return discord.AllowedMentions(everyone=False, users=False, replied_user=False, roles=roles)
