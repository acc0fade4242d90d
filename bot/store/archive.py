"""How far the archive of each feed was read, and what is in it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from bot.core.batching import batched
from bot.store.codec import CHUNK, storable, storable_or_none
from bot.store.session import Repository, Transaction, transactional
from bot.store.tables import archive_posts, archive_responses, archives


class PostState(StrEnum):
    """``waiting`` is still to be read; ``other`` belongs to another category or is no article,
    ``held`` is new and left to the feed for now."""

    WAITING = "waiting"
    TAKEN = "taken"
    OTHER = "other"
    GONE = "gone"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class ArchiveState:
    """How far a feed's archive was read.

    ``way`` is how it is read, ``plan`` what that needs; both are chosen once. ``position`` counts
    posts (REST) or pages; ``done`` and ``total`` are for showing. ``synced_at`` is up to when edits
    are known, ``swept_at`` when all of it was last looked through. ``offered`` is how many posts
    the site last said there were. ``robots`` is the site's robots.txt of ``robots_at``.
    """

    url: str
    way: str | None = None
    plan: Mapping[str, Any] = field(default_factory=dict)
    position: int = 0
    done: int = 0
    total: int | None = None
    offered: int | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    synced_at: datetime | None = None
    swept_at: datetime | None = None
    robots: str | None = None
    robots_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ArchivePost:
    """One post of an archive: ``key`` is its REST id or its address.

    ``mark`` changes when the site changes the post: its time of modification, or a digest.
    """

    key: str
    state: PostState = PostState.WAITING
    mark: str | None = None
    interview_id: int | None = None


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """What the site answered to a request whose outcome is not written down yet."""

    status: int
    body: bytes
    url: str
    total: int | None = None


_STATE = sa.select(archives).where(archives.c.url == sa.bindparam("url"))
_RESPONSE = sa.select(archive_responses).where(
    archive_responses.c.feed == sa.bindparam("feed"),
    archive_responses.c.address == sa.bindparam("address"),
)
_POSTS = sa.select(archive_posts).where(archive_posts.c.feed == sa.bindparam("feed"))
_WAITING = (
    _POSTS.where(archive_posts.c.state == PostState.WAITING)
    .order_by(archive_posts.c.id)
    .limit(sa.bindparam("limit", type_=sa.BigInteger))
)


class ArchiveRepository(Repository):
    """The archives of the feeds, by the URL of the feed."""

    async def state(self, url: str) -> ArchiveState:
        """How far the archive of the feed at `url` was read; a fresh state for a new one."""
        for row in await self._session.read(_STATE, {"url": storable(url)}):
            return ArchiveState(**{**row._mapping, "url": url})
        return ArchiveState(url)

    @transactional
    async def save(self, tx: Transaction, state: ArchiveState) -> None:
        """Remember how far the archive was read."""
        texts = {"url": storable(state.url), "robots": storable_or_none(state.robots)}
        await tx.upsert(archives, ["url"], asdict(state) | texts)

    @transactional
    async def save_progress(self, tx: Transaction, state: ArchiveState) -> None:
        """``save``, and forget the responses cached until now, but for those of posts that are
        still to be read."""
        await ArchiveRepository(tx).save(state)
        still_needed = sa.exists().where(
            archive_posts.c.feed == archive_responses.c.feed,
            archive_posts.c.key == archive_responses.c.address,
            archive_posts.c.state == PostState.WAITING,
        )
        theirs = archive_responses.c.feed == storable(state.url)
        await tx.execute(archive_responses.delete().where(theirs, ~still_needed))

    async def cached_response(self, url: str, address: str) -> CachedResponse | None:
        """The response cached for `address`, if one is."""
        values = {"feed": storable(url), "address": storable(address)}
        rows = await self._session.read(_RESPONSE, values)
        return CachedResponse(*rows[0][2:]) if rows else None

    @transactional
    async def cache_response(
        self, tx: Transaction, url: str, address: str, response: CachedResponse
    ) -> None:
        """Keep a response until what follows from it is written down, so that a later process
        need not ask for it again."""
        values = asdict(response) | {
            "feed": storable(url),
            "address": storable(address),
            "url": storable(response.url),
        }
        await tx.upsert(archive_responses, ["feed", "address"], values)

    @transactional
    async def clear_responses(self, tx: Transaction, url: str) -> None:
        """Forget all cached responses: their addresses are to be asked for anew."""
        theirs = archive_responses.c.feed == storable(url)
        await tx.execute(archive_responses.delete().where(theirs))

    async def waiting(self, url: str, limit: int = 100) -> list[ArchivePost]:
        """The posts that are to be read, in the order in which they were found."""
        rows = await self._session.read(_WAITING, {"feed": storable(url), "limit": limit})
        return [_post(row) for row in rows]

    async def posts(self, url: str, keys: Collection[str] | None = None) -> dict[str, ArchivePost]:
        """What is known of a feed's archive by key: all of it (a few dozen bytes a post), or the
        posts with one of `keys`."""
        feed = {"feed": storable(url)}
        if keys is None:
            rows = list(await self._session.read(_POSTS, feed))
        else:
            rows = []
            for chunk in batched(map(storable, keys), CHUNK):
                rows += await self._session.read(_POSTS.where(archive_posts.c.key.in_(chunk)), feed)
        return {row.key: _post(row) for row in rows}

    @transactional
    async def save_posts(self, tx: Transaction, url: str, posts: Sequence[ArchivePost]) -> None:
        """Write down what is known of posts."""
        rows = [asdict(post) | {"feed": storable(url), "key": storable(post.key)} for post in posts]
        await tx.upsert(archive_posts, ["feed", "key"], *rows)

    @transactional
    async def add_waiting(self, tx: Transaction, url: str, posts: Sequence[ArchivePost]) -> int:
        """Add posts that are to be read; those that are known stay as they are. How many came."""
        repository = ArchiveRepository(tx)
        known = await repository.posts(url, [post.key for post in posts])
        new = {post.key: post for post in posts if storable(post.key) not in known}
        await repository.save_posts(url, list(new.values()))
        return len(new)


def _post(row: Any) -> ArchivePost:
    return ArchivePost(row.key, PostState(row.state), row.mark, row.interview_id)
