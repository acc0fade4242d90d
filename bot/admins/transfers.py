"""Export and import of a guild's settings: what would change is shown before it does."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pydantic import ValidationError

from bot.admins.drafts import has_changed
from bot.admins.guild_file import (
    GuildFile,
    imported,
    imported_post,
    imported_settings,
    write_file,
)
from bot.admins.regular_posts import place_of
from bot.admins.subscriptions import SubscriptionService
from bot.core.errors import UserError
from bot.core.model import GuildSettings, Mode, Subscription, TargetKind
from bot.core.regular_posts import RegularPost
from bot.store import ChangeAction, Repositories, Store
from bot.store.history import as_json, settings_of_json, subscription_of_json
from bot.ui.panel_regular import MOST_POSTS

Kinds = Mapping[int, TargetKind]
"""The kinds of the guild's channels that a file names, by their ids."""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import changes: each subscription as it is (``None``: there is none) and as it will
    be, and the guild's settings and regular ``posts`` likewise. ``moved`` says that something
    changed since the plan was shown."""

    id: int
    subscriptions: tuple[tuple[Subscription | None, Subscription], ...]
    settings: tuple[GuildSettings, GuildSettings]
    posts: tuple[tuple[RegularPost | None, RegularPost], ...] = ()
    moved: bool = False


class TransferService:
    """Its methods raise ``StoreError`` as the store does."""

    def __init__(self, subscriptions: SubscriptionService) -> None:
        self._subscriptions = subscriptions

    @property
    def _store(self) -> Store:
        return self._subscriptions.store

    async def export(self, guild_id: int) -> bytes:
        """A guild's settings as a file."""
        overviews = await self._store.subscriptions.overview(guild_id)
        settings = await self._store.guilds.settings(guild_id)
        posts = [one.post for one in await self._store.regular_posts.of_guild(guild_id)]
        return write_file(settings, [overview.subscription for overview in overviews], posts)

    async def plan(self, guild_id: int, user_id: int, file: GuildFile, kinds: Kinds) -> ImportPlan:
        """What importing the file would change; stored for ``apply``.

        Raises:
            UserError: a channel's announcements are carried by Discord, a digest's hour is within
                its quiet hours, or there were too many regular posts.
        """
        async with self._store.transaction() as tx:
            plan = await self._plan(tx, guild_id, user_id, file, kinds)
            id_ = await tx.drafts.create(guild_id, user_id, _as_data(file, plan))
        return replace(plan, id=id_)

    async def file_of(self, id_: int, guild_id: int, user_id: int) -> GuildFile:
        """The file of a plan.

        Raises:
            UserError: the person has no such plan here (any more).
        """
        return _file_of(await self._store.drafts.find(id_, guild_id, user_id))

    async def apply(self, id_: int, guild_id: int, user_id: int, kinds: Kinds) -> ImportPlan:
        """Do what was planned, all of it in one transaction; where something changed since, only
        plan anew.

        Raises:
            UserError: see ``plan`` and ``file_of``; nothing was changed.
        """
        async with self._store.transaction() as tx:
            data = await tx.drafts.find(id_, guild_id, user_id)
            file = _file_of(data)
            plan = await self._plan(tx, guild_id, user_id, file, kinds)
            if _has_moved(data, plan):
                await tx.drafts.edit(id_, guild_id, user_id, lambda _: _as_data(file, plan))
                return replace(plan, id=id_, moved=True)
            await _write(tx, plan, guild_id, user_id)
            await tx.drafts.delete(id_, guild_id, user_id)
        self._subscriptions.wake()
        return replace(plan, id=id_)

    async def cancel(self, id_: int, guild_id: int, user_id: int) -> None:
        await self._store.drafts.delete(id_, guild_id, user_id)

    async def _plan(
        self, tx: Repositories, guild_id: int, user_id: int, file: GuildFile, kinds: Kinds
    ) -> ImportPlan:
        pairs = []
        named = Counter(one.channel for one in file.subscriptions)
        for one in file.subscriptions:
            channel_id = int(one.channel)
            there = await tx.subscriptions.in_channel(guild_id, channel_id)
            if any(stored.mode is Mode.FOLLOW for stored in there):
                raise UserError("error.follow.no-options")
            stored = next((stored for stored in there if stored.filter == one.filter), None)
            if stored is None and len(there) == 1 and named[one.channel] == 1:
                stored = there[0]
            now = self._subscriptions.now()
            blank = Subscription(0, guild_id, channel_id, None, user_id, now)
            pairs.append((stored, imported(one, stored or blank, kinds[channel_id])))
        settings = await tx.guilds.settings(guild_id)
        posts = await self._planned_posts(tx, guild_id, user_id, file, kinds)
        return ImportPlan(0, tuple(pairs), (settings, imported_settings(file, settings)), posts)

    async def _planned_posts(
        self, tx: Repositories, guild_id: int, user_id: int, file: GuildFile, kinds: Kinds
    ) -> tuple[tuple[RegularPost | None, RegularPost], ...]:
        there = {
            (one.post.subscription.channel_id, one.post.sort): one.post
            for one in await tx.regular_posts.of_guild(guild_id)
        }
        pairs, now = [], self._subscriptions.now()
        for one in file.regular:
            channel_id = int(one.channel)
            stored = there.get((channel_id, one.sort))
            place = place_of(guild_id, channel_id, kinds[channel_id], None, user_id, now)
            pairs.append((stored, imported_post(one, stored, place, now)))
        if len(there) + sum(stored is None for stored, _ in pairs) > MOST_POSTS:
            raise UserError("error.regular.limit", limit=MOST_POSTS)
        return tuple(pairs)


async def _write(tx: Repositories, plan: ImportPlan, guild_id: int, user_id: int) -> None:
    for stored, planned in plan.subscriptions:
        if stored == planned:
            continue
        becomes = partial(_planned, planned)
        if stored is None:
            after, before = await tx.subscriptions.subscribe(
                guild_id, planned.channel_id, user_id, becomes, filtered=planned.filter
            )
        else:
            await tx.subscriptions.edit(guild_id, stored.id, becomes)
            after, before = planned, stored
        action = ChangeAction.ADDED if before is None else ChangeAction.EDITED
        await tx.history.add(user_id, action, before, after)
    for post, new in plan.posts:
        if post != new:
            await tx.regular_posts.put(new)
            changed = ChangeAction.POST_ADDED if post is None else ChangeAction.POST_EDITED
            await tx.history.add(user_id, changed, post, new)
    before_settings, after_settings = plan.settings
    if before_settings != after_settings:
        await tx.guilds.edit(guild_id, lambda _: after_settings)
        await tx.history.add(user_id, ChangeAction.SETTINGS, before_settings, after_settings)


def _planned(planned: Subscription, stored: Subscription) -> Subscription:
    """What is stored, as it is planned."""
    return replace(planned, id=stored.id, state=stored.state, reason=stored.reason)


def _as_data(file: GuildFile, plan: ImportPlan) -> Any:
    """What is stored of a plan: the file, and what stood there when it was shown."""
    return {
        "file": file.model_dump(mode="json"),
        "stored": [as_json(stored) for stored, _ in plan.subscriptions],
        "settings": as_json(plan.settings[0]),
        "posts": [as_json(stored) for stored, _ in plan.posts],
    }


def _file_of(data: Any) -> GuildFile:
    try:
        return GuildFile.model_validate_json(json.dumps(data["file"]))
    except (ValidationError, KeyError, TypeError) as error:
        raise UserError("error.setup.gone") from error


def _has_moved(data: Any, plan: ImportPlan) -> bool:
    bases = [None if one is None else subscription_of_json(one) for one in data["stored"]]
    changed = any(
        has_changed(base, stored)
        for base, (stored, _) in zip(bases, plan.subscriptions, strict=True)
    )
    posts = [as_json(stored) for stored, _ in plan.posts]
    changed = changed or data.get("posts", []) != posts
    return changed or settings_of_json(data["settings"]) != plan.settings[0]
