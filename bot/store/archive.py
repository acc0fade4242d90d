"""How far the archive of each feed was read, and what stands in it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.batching import batched
from bot.store.codec import storable, storable_or_none
from bot.store.engine import Database, whole
from bot.store.tables import archive_answers, archive_posts, archives, interviews

_CHUNK = 500


class PostState(StrEnum):
    """Waiting is to be read yet; ``other`` belongs to another category or is no article,
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
class Answer:
    """What the site answered to a request whose outcome is not written down yet."""

    status: int
    body: bytes
    url: str
    total: int | None = None


class Archives:
    """Questions, and the changes that stand alone. Raises StoreError as ``Store`` does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def state(self, url: str) -> ArchiveState:
        """How far the archive of the feed at `url` was read; a fresh state for a new one."""
        rows = await self._database.fetch(_STATE, {"url": storable(url)})
        if not rows:
            return ArchiveState(url)
        values = dict(rows[0]._mapping)
        return replace(ArchiveState(**{**values, "plan": values["plan"] or {}}), url=url)

    async def save(self, state: ArchiveState) -> None:
        await self._database.change(lambda connection: _save(connection, state))

    async def answer(self, url: str, address: str) -> Answer | None:
        """The answer kept for `address`, if one is."""
        values = {"feed": storable(url), "address": storable(address)}
        rows = await self._database.fetch(_ANSWER, values)
        return Answer(rows[0].status, rows[0].body, rows[0].url, rows[0].total) if rows else None

    async def keep_answer(self, url: str, address: str, answer: Answer) -> None:
        """Keep an answer until what follows from it is written down, so that it need not be asked
        for again by a process that comes after this one."""
        values = {
            "feed": storable(url),
            "address": storable(address),
            "status": answer.status,
            "body": answer.body,
            "url": storable(answer.url),
            "total": answer.total,
        }

        async def keep(connection: AsyncConnection) -> None:
            await connection.execute(
                archive_answers.delete().where(
                    archive_answers.c.feed == values["feed"],
                    archive_answers.c.address == values["address"],
                )
            )
            await connection.execute(archive_answers.insert().values(values))

        await self._database.change(keep)

    async def forget_answers(self, url: str) -> None:
        """Let go of all answers that are kept: they are to be asked for anew."""
        await self._database.change(
            lambda connection: connection.execute(
                archive_answers.delete().where(archive_answers.c.feed == storable(url))
            )
        )

    async def waiting(self, url: str, limit: int = 100) -> list[ArchivePost]:
        """The posts to be read, in the order in which they were found."""
        rows = await self._database.fetch(_WAITING, {"feed": storable(url), "limit": limit})
        return [_post(row) for row in rows]

    async def posts(self, url: str) -> dict[str, ArchivePost]:
        """Everything known of a feed's archive by its keys: a few dozen bytes a post."""
        rows = await self._database.fetch(_POSTS, {"feed": storable(url)})
        return {row.key: _post(row) for row in rows}


class ArchiveWrite:
    """The archive's part of a ``Store.write`` transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def posts(self, url: str, keys: Collection[str]) -> dict[str, ArchivePost]:
        """Those of the posts with these keys that are known."""
        found: dict[str, ArchivePost] = {}
        for chunk in batched(map(storable, keys), _CHUNK):
            rows = await whole(
                self._connection.execute(
                    sa.select(archive_posts).where(
                        archive_posts.c.feed == storable(url), archive_posts.c.key.in_(chunk)
                    )
                )
            )
            found.update({row.key: _post(row) for row in rows})
        return found

    async def save_posts(self, url: str, posts: Sequence[ArchivePost]) -> None:
        """Write down what is known of posts."""
        await whole(_save_posts(self._connection, storable(url), posts))

    async def add_waiting(self, url: str, posts: Sequence[ArchivePost]) -> int:
        """Add posts that are to be read; those that are known stay as they are. How many came."""
        known = await self.posts(url, [post.key for post in posts])
        new = list({post.key: post for post in posts if storable(post.key) not in known}.values())
        await self.save_posts(url, new)
        return len(new)

    async def save(self, state: ArchiveState) -> None:
        """Remember how far the archive was read; the answers kept until now are done with, but
        for those of posts that are to be read yet."""
        await whole(_save(self._connection, state))
        await whole(self._connection.execute(_ANSWERS_USED, {"feed_": storable(state.url)}))

    async def withdrawn(self, interview_id: int) -> bool:
        """Whether the interview is withdrawn, or not there at all."""
        found = await whole(
            self._connection.execute(
                sa.select(interviews.c.withdrawn_at).where(interviews.c.id == interview_id)
            )
        )
        row = found.one_or_none()
        return row is None or row.withdrawn_at is not None


_STATE = sa.select(archives).where(archives.c.url == sa.bindparam("url"))
_ANSWER = sa.select(archive_answers).where(
    archive_answers.c.feed == sa.bindparam("feed"),
    archive_answers.c.address == sa.bindparam("address"),
)
_ANSWERS_USED = archive_answers.delete().where(
    archive_answers.c.feed == sa.bindparam("feed_"),
    ~sa.exists().where(
        archive_posts.c.feed == archive_answers.c.feed,
        archive_posts.c.key == archive_answers.c.address,
        archive_posts.c.state == PostState.WAITING,
    ),
)
_POSTS = sa.select(archive_posts).where(archive_posts.c.feed == sa.bindparam("feed"))
_WAITING = (
    _POSTS.where(archive_posts.c.state == PostState.WAITING)
    .order_by(archive_posts.c.id)
    .limit(sa.bindparam("limit", type_=sa.BigInteger))
)


def _post(row: Any) -> ArchivePost:
    return ArchivePost(row.key, PostState(row.state), row.mark, row.interview_id)


async def _save(connection: AsyncConnection, state: ArchiveState) -> None:
    url = storable(state.url)
    values = {
        "way": state.way,
        "plan": dict(state.plan),
        "position": state.position,
        "done": state.done,
        "total": state.total,
        "offered": state.offered,
        "started_at": state.started_at,
        "finished_at": state.finished_at,
        "synced_at": state.synced_at,
        "swept_at": state.swept_at,
        "robots": storable_or_none(state.robots),
        "robots_at": state.robots_at,
    }
    updated = await connection.execute(
        archives.update().where(archives.c.url == url).values(values)
    )
    if updated.rowcount == 0:
        await connection.execute(archives.insert().values(url=url, **values))


async def _save_posts(connection: AsyncConnection, feed: str, posts: Sequence[ArchivePost]) -> None:
    for post in posts:
        key = storable(post.key)
        values = {"state": post.state, "mark": post.mark, "interview_id": post.interview_id}
        updated = await connection.execute(
            archive_posts.update()
            .where(archive_posts.c.feed == feed, archive_posts.c.key == key)
            .values(values)
        )
        if updated.rowcount == 0:
            await connection.execute(archive_posts.insert().values(feed=feed, key=key, **values))
