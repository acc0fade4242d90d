"""What admins decide: which channels of a guild get announcements, and whether they can."""

from dataclasses import dataclass, replace
from enum import StrEnum

import discord

from bot.model import Mode, Subscription, SubscriptionState
from bot.store import Store, SubscriptionOverview

_THREADS = frozenset(
    {
        discord.ChannelType.public_thread,
        discord.ChannelType.private_thread,
        discord.ChannelType.news_thread,
    }
)


class Outcome(StrEnum):
    """What adding a channel came to."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Added:
    """`resumed` says that the subscription had been parked or ended, and is active again."""

    subscription: Subscription
    outcome: Outcome
    resumed: bool


def missing_permissions(
    permissions: discord.Permissions, kind: discord.ChannelType
) -> tuple[str, ...]:
    """What an announcement in a channel of this kind needs and the bot lacks.

    Names are discord.py's flags, in the order of Discord's own list (Discord docs, Permissions).
    """
    send = "send_messages_in_threads" if kind in _THREADS else "send_messages"
    needed = ("view_channel", send, "embed_links")
    return tuple(name for name in needed if not getattr(permissions, name))


def can_ping(permissions: discord.Permissions, *, role_is_mentionable: bool) -> bool:
    """Whether a mention of the role reaches its members (Discord docs, Allowed Mentions)."""
    return role_is_mentionable or permissions.mention_everyone


class Subscribing:
    """The admins' service over the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(
        self, guild_id: int, channel_id: int, role_id: int | None, created_by: int
    ) -> Added:
        """Announce in a channel, or change the role that its announcements ping."""
        before = await self._find(guild_id, channel_id)
        subscription, created = await self._store.add_subscription(
            guild_id, channel_id, role_id, created_by
        )
        if created or before is None:
            return Added(subscription, Outcome.ADDED, resumed=False)
        same = before.role_id == role_id
        return Added(
            subscription,
            Outcome.SAME if same else Outcome.CHANGED,
            resumed=before.state is not SubscriptionState.ACTIVE,
        )

    async def _find(self, guild_id: int, channel_id: int) -> Subscription | None:
        overviews = await self._store.subscriptions(guild_id)
        found = (overview.subscription for overview in overviews)
        return next((one for one in found if one.channel_id == channel_id), None)

    async def overviews(self, guild_id: int) -> list[SubscriptionOverview]:
        return await self._store.subscriptions(guild_id)

    async def remove(self, guild_id: int, channel_id: int) -> bool:
        """Stop the announcements of a channel; false when it had none."""
        return await self._store.remove_subscription(guild_id, channel_id)

    async def find(self, guild_id: int, channel_id: int) -> Subscription | None:
        """The subscription of a guild's channel that has not ended."""
        return await self._store.subscription(guild_id, channel_id)

    async def follow(
        self, guild_id: int, channel_id: int, created_by: int, webhook_id: int
    ) -> Subscription:
        """Note that a channel follows the home channel through one of Discord's webhooks: we post
        nothing there ourselves."""

        def following(one: Subscription) -> Subscription:
            blank = Subscription(one.id, guild_id, channel_id, None, one.created_by, one.created_at)
            return replace(blank, mode=Mode.FOLLOW, webhook_id=webhook_id)

        subscription, _ = await self._store.subscribe(guild_id, channel_id, created_by, following)
        return subscription
