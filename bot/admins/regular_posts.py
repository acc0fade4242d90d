"""What admins decide about regular posts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.admins.subscriptions import SubscriptionService
from bot.core.errors import UserError
from bot.core.model import (
    GuildSettings,
    Mode,
    StoredInterview,
    Style,
    Subscription,
    SubscriptionState,
    TargetKind,
)
from bot.core.regular_posts import (
    RegularContent,
    RegularPost,
    RegularSort,
    RegularTimes,
    day_end,
    is_silenced,
    next_moment,
)
from bot.core.timetable import clock_face, zone_of
from bot.quotes.regular_choice import RegularChoice
from bot.quotes.service import Quotes
from bot.store import ChangeAction, PlannedPost, Store
from bot.store.subscriptions import PAUSED, REMOVED
from bot.ui.markdown import Marked
from bot.ui.panel_regular import MOST_POSTS

_CHANGES = {
    SubscriptionState.PAUSED: (ChangeAction.POST_PAUSED, PAUSED),
    SubscriptionState.ACTIVE: (ChangeAction.POST_RESUMED, None),
    SubscriptionState.ENDED: (ChangeAction.POST_REMOVED, REMOVED),
}


class RegularPostService:
    """The regular posts of guilds. Its methods raise ``StoreError`` as the store does."""

    def __init__(self, subscriptions: SubscriptionService, quotes: Quotes) -> None:
        self._subscriptions = subscriptions
        self._quotes = quotes

    @property
    def _store(self) -> Store:
        return self._subscriptions.store

    def now(self) -> datetime:
        return self._subscriptions.now()

    async def of_guild(self, guild_id: int) -> tuple[Sequence[PlannedPost], GuildSettings]:
        """A guild's regular posts, oldest first, and its settings."""
        planned = await self._store.regular_posts.of_guild(guild_id)
        return planned, await self._store.guilds.settings(guild_id)

    async def get(self, guild_id: int, id_: int) -> PlannedPost:
        """
        Raises:
            UserError: the guild has no such post (any more).
        """
        for one in await self._store.regular_posts.of_guild(guild_id):
            if one.post.subscription.id == id_:
                return one
        raise UserError("error.regular.gone")

    async def preview(
        self, guild_id: int, id_: int
    ) -> tuple[StoredInterview, RegularContent] | None:
        """What a post will show the next time, as far as is known now; ``None`` for nothing.

        Raises:
            UserError: the guild has no such post (any more).
        """
        one = await self.get(guild_id, id_)
        zone, post = zone_of(one.time_zone), one.post
        day = next_moment(post.times, self.now(), zone, one.quiet).astimezone(zone).date()
        candidates = await self._store.regular_posts.candidates()
        choice = RegularChoice(self._store, self._quotes.of)
        chosen, section = await choice.choose(post, day, candidates)
        stored = await self._store.interviews.get(chosen) if chosen is not None else None
        if stored is None:
            return None
        content = RegularContent(post.sort, post.times, day, section, day_end(day, zone))
        return stored, content

    async def suggested_channel(self, guild_id: int) -> int:
        """Where a new post is likely to go: where the newest one does, or the first announcements;
        0 where there are none."""
        planned = await self._store.regular_posts.of_guild(guild_id)
        if planned:
            return planned[-1].post.subscription.channel_id
        overviews = await self._subscriptions.overviews(guild_id)
        return overviews[0].subscription.channel_id if overviews else 0

    async def require_room(self, guild_id: int) -> None:
        """
        Raises:
            UserError: the guild has as many posts as it may.
        """
        if len(await self._store.regular_posts.of_guild(guild_id)) >= MOST_POSTS:
            raise UserError("error.regular.limit", limit=MOST_POSTS)

    async def put(
        self,
        sort: RegularSort,
        times: RegularTimes,
        place: Subscription,
        *,
        by: int,
    ) -> PlannedPost:
        """Add a post, or change the channel's of this sort, whatever its state.

        Raises:
            UserError: the guild has too many, or its hour never comes for the quiet hours there;
                nothing was changed.
        """
        guild_id, channel_id = place.guild_id, place.channel_id
        async with self._store.transaction() as tx:
            there = {
                (one.post.subscription.channel_id, one.post.sort): one.post
                for one in await tx.regular_posts.of_guild(guild_id)
            }
            before = there.get((channel_id, sort))
            if before is None and len(there) >= MOST_POSTS:
                raise UserError("error.regular.limit", limit=MOST_POSTS)
            id_ = await tx.regular_posts.put(RegularPost(place, sort, times, self.now()))
            planned = await tx.regular_posts.of_guild(guild_id)
            after = next(one for one in planned if one.post.subscription.id == id_)
            _require_heard(after)
            action = ChangeAction.POST_ADDED if before is None else ChangeAction.POST_EDITED
            await tx.history.add(by, action, before, after.post)
        return after

    async def change_state(
        self, guild_id: int, id_: int, state: SubscriptionState, *, by: int
    ) -> RegularPost:
        """Let a post rest, go on or end; as it was.

        Raises:
            UserError: the guild has no such post (any more).
        """
        action, reason = _CHANGES[state]
        async with self._store.transaction() as tx:
            found = await tx.regular_posts.change_state(guild_id, id_, state, reason)
            if found is None:
                raise UserError("error.regular.gone")
            ended = state is SubscriptionState.ENDED
            one = replace(found.subscription, state=state, reason=reason)
            after = None if ended else replace(found, subscription=one)
            await tx.history.add(by, action, found, after)
        return found


def place_of(
    guild_id: int, channel_id: int, kind: TargetKind, language: str | None, by: int, now: datetime
) -> Subscription:
    """A post's place in a channel, which is not stored yet."""
    style = Style(language=language)
    return Subscription(
        0, guild_id, channel_id, None, by, now, mode=Mode.REGULAR, kind=kind, style=style
    )


def _require_heard(one: PlannedPost) -> None:
    """
    Raises:
        UserError: the channel's quiet hours last from the post's hour to the end of the day.
    """
    times, quiet = one.post.times, one.quiet
    if quiet is not None and is_silenced(times, quiet):
        raise UserError(
            "error.regular.quiet",
            channel=Marked(f"<#{one.post.subscription.channel_id}>"),
            hour=clock_face(times.hour * 60),
            start=clock_face(quiet.start),
            until=clock_face(quiet.until),
        )
