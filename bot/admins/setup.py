"""The set-up of announcements in one panel: drafts, and saving them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.admins.drafts import draft_as_json, draft_of_json, has_changed, merged
from bot.admins.several import require_distinct
from bot.admins.subscriptions import (
    SubscriptionChange,
    SubscriptionService,
)
from bot.core.drafts import Draft, OpenDraft
from bot.core.errors import UserError
from bot.core.model import GuildSettings, Mode, Subscription
from bot.store import Change, ChangeAction, Repositories, Store


@dataclass(frozen=True, slots=True)
class Conflict:
    """What was stored meanwhile, by somebody else, in the place of what a draft began with.

    ``stored`` is ``None`` where it was removed; ``change`` is the newest change of that channel,
    where it is still known.
    """

    opened: OpenDraft
    stored: Subscription | None
    change: Change | None


class SetupService:
    """Drafts of one person each. Its methods raise ``StoreError`` as the store does."""

    def __init__(self, subscriptions: SubscriptionService) -> None:
        self._subscriptions = subscriptions

    @property
    def _store(self) -> Store:
        return self._subscriptions.store

    async def begin(self, guild_id: int, user_id: int, subscription_id: int = 0) -> OpenDraft:
        """A draft of a subscription as it is, or of a new one.

        Raises:
            UserError: there is no such subscription (any more), or Discord carries it.
        """
        settings = await self._store.guilds.settings(guild_id)
        base = None
        if subscription_id:
            base = await self._store.subscriptions.by_id(guild_id, subscription_id)
            if base is None:
                raise UserError("error.setup.removed")
            if base.mode is Mode.FOLLOW:
                raise UserError("error.follow.no-options")
        now = self._subscriptions.now()
        one = base or Subscription(0, guild_id, 0, None, user_id, now)
        draft = Draft(one, settings, base, settings)
        id_ = await self._store.drafts.create(guild_id, user_id, draft_as_json(draft))
        return OpenDraft(id_, draft)

    async def get(self, id_: int, guild_id: int, user_id: int) -> OpenDraft:
        """
        Raises:
            UserError: the person has no such draft here (any more).
        """
        return _opened(id_, await self._store.drafts.find(id_, guild_id, user_id))

    async def change(
        self, id_: int, guild_id: int, user_id: int, edit: Callable[[Draft], Draft]
    ) -> OpenDraft:
        """Change a draft; one question to the store.

        Raises:
            UserError: the person has no such draft here (any more).
        """
        data = await self._store.drafts.edit(
            id_, guild_id, user_id, lambda data: draft_as_json(edit(draft_of_json(data)))
        )
        return _opened(id_, data)

    async def cancel(self, id_: int, guild_id: int, user_id: int) -> None:
        await self._store.drafts.delete(id_, guild_id, user_id)

    async def save(self, id_: int, guild_id: int, user_id: int) -> SubscriptionChange | Conflict:
        """Make the draft what is stored, in one transaction; or where somebody else changed that
        since the draft began, change nothing but the draft, which then begins with theirs: saving
        again is the answer to the question.

        Raises:
            UserError: the person has no such draft here (any more), no channel is chosen, or
                Discord carries the channel's announcements.
        """
        async with self._store.transaction() as tx:
            opened = _opened(id_, await tx.drafts.find(id_, guild_id, user_id))
            draft = opened.draft
            if not draft.has_channel:
                raise UserError("error.setup.no-channel")
            stored = await _stored(tx, draft)
            if stored is not None and stored.mode is Mode.FOLLOW:
                raise UserError("error.follow.no-options")
            if has_changed(draft.base, stored):
                return await _ask(tx, opened, stored, user_id)
            after, before = await _write(tx, draft, user_id)
            await require_distinct(tx, after)
            await tx.history.add(
                user_id, ChangeAction.EDITED if before else ChangeAction.ADDED, before, after
            )
            settings, settings_before = await _write_settings(tx, draft, user_id)
            await tx.drafts.delete(id_, guild_id, user_id)
        return self._subscriptions.changed(after, before, settings, settings_before)


async def _ask(
    tx: Repositories, opened: OpenDraft, stored: Subscription | None, user_id: int
) -> Conflict:
    """Let the draft begin with what is stored, and say what that is."""
    draft, guild_id = opened.draft, opened.draft.settings.id
    one = replace(draft.subscription, id=stored.id if stored else 0)
    moved = replace(draft, base=stored, subscription=one)
    await tx.drafts.edit(opened.id, guild_id, user_id, lambda _: draft_as_json(moved))
    changes = await tx.history.newest(guild_id)
    channel_id = draft.subscription.channel_id
    change = next((one for one in changes if one.channel_id == channel_id), None)
    return Conflict(opened, stored, change)


async def _write(
    tx: Repositories, draft: Draft, user_id: int
) -> tuple[Subscription, Subscription | None]:
    guild_id, channel_id = draft.settings.id, draft.subscription.channel_id
    if draft.base is not None:
        found = await tx.subscriptions.edit(
            guild_id, draft.base.id, lambda stored: merged(draft, stored)
        )
        if found is not None:
            return found
    return await tx.subscriptions.subscribe(
        guild_id,
        channel_id,
        user_id,
        lambda stored: merged(draft, stored),
        filtered=draft.subscription.filter,
    )


async def _stored(tx: Repositories, draft: Draft) -> Subscription | None:
    """What is stored in the place of the draft: of a new one, what its channel has for the same
    filter, or what Discord carries there."""
    guild_id, one = draft.settings.id, draft.subscription
    if draft.base is not None:
        return await tx.subscriptions.by_id(guild_id, draft.base.id)
    there = await tx.subscriptions.in_channel(guild_id, one.channel_id)
    return next(
        (other for other in there if other.mode is Mode.FOLLOW or other.filter == one.filter), None
    )


async def _write_settings(
    tx: Repositories, draft: Draft, user_id: int
) -> tuple[GuildSettings, GuildSettings]:
    """Change the settings that the draft changed, and leave the others as they are by now."""
    mine, base = draft.settings, draft.base_settings
    changed = {
        name: getattr(mine, name)
        for name in ("time_zone", "doubt")
        if getattr(mine, name) != getattr(base, name)
    }
    if not changed:
        settings = await tx.guilds.settings(mine.id)
        return settings, settings
    after, before = await tx.guilds.edit(mine.id, lambda guild: replace(guild, **changed))
    await tx.history.add(user_id, ChangeAction.SETTINGS, before, after)
    return after, before


def _opened(id_: int, data: object) -> OpenDraft:
    if data is None:
        raise UserError("error.setup.gone")
    return OpenDraft(id_, draft_of_json(data))
