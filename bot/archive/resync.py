"""Runs through an archive: the first reading, the hourly look at changes, the weekly sweep."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from bot.archive.archive import FeedArchive, is_recent
from bot.archive.results import SitePost
from bot.archive.strategies import READ_AT_ONCE, REST, STRATEGIES, Plan, Strategy, list_pages
from bot.core.errors import FetchError, ParseError
from bot.core.model import Interview
from bot.feed.dates import iso_date
from bot.store import ArchivePost, ArchiveState, PostState

logger = structlog.get_logger(__name__)

OVERLAP = timedelta(hours=1)
"""The site's clock may differ from ours, and ``modified_after`` leaves out its own second."""

NEWEST = 50
"""Interviews, the newest, that may be gone from the site before the archive ever listed them."""

LISTED = "listed"
"""In a plan: whether all pages were listed."""

SWEEPING = "sweeping"
"""In a plan: since when a sweep is under way."""


async def read_archive(
    archive: FeedArchive, *, since: datetime | None = None, limit: int | None = None
) -> None:
    """Read what was not read yet, newest first: posts published since `since`, about `limit` of
    them. A later call continues where this one ended.

    Raises:
        FetchError, ParseError, StoreError: as ``Backfill.fill``.
    """
    strategy = STRATEGIES[(await archive.state()).way or ""]
    if await _list_new(archive, strategy, since, limit):
        left = None if limit is None else limit - archive.report.seen
        if await _read_waiting(archive, strategy, since, left):
            state = await archive.state()
            if state.plan.get(LISTED):
                now = archive.clock.now()
                total = state.done if state.offered is None else state.total
                await archive.save(replace(state, total=total, finished_at=now, swept_at=now))


async def _list_new(
    archive: FeedArchive, strategy: Strategy, since: datetime | None, limit: int | None
) -> bool:
    """List pages, from where an earlier run stopped to the end or until `limit` posts are known;
    false if posts with their words came to `since` or `limit` before."""
    state = await archive.state()
    if state.plan.get(LISTED):
        return True
    list_page = partial(strategy.list_page, archive, state.plan)
    async for number, posts, is_last in list_pages(
        list_page, strategy.page_size, state.position + 1
    ):
        left = None if limit is None else max(0, limit - archive.report.seen)
        whole = [post for post in posts if post.interview is not None]
        wanted = _since(whole, since)[:left]
        if len(wanted) < len(whole):
            # The page is listed again by the run that continues.
            await archive.save(state, wanted)
            return False
        plan = {**state.plan, LISTED: True} if is_last else state.plan
        state = replace(state, plan=plan, position=number, done=state.done + len(whole))
        if whole or not posts:
            await archive.save(state, whole)
        else:
            new = [ArchivePost(post.key, mark=post.mark or None) for post in posts]
            state = await archive.queue_new(new, state)
        if left is not None and len(await archive.waiting(left + 1)) >= left:
            break
    return True


async def _read_waiting(
    archive: FeedArchive,
    strategy: Strategy,
    since: datetime | None = None,
    limit: int | None = None,
) -> bool:
    """Read queued posts, newest first; whether all of them were read, rather than those published
    since `since` or `limit` of them."""
    while True:
        state = await archive.state()
        size = int(state.plan.get("size", 1))
        posts = await archive.waiting(size if limit is None else min(size, limit))
        if not posts:
            return limit is None or limit > 0
        read, set_aside = await strategy.read(archive, state, posts)
        wanted = _since(read, since)
        if wanted or set_aside:
            done = state.done + len(wanted) + len(set_aside)
            await archive.save(replace(state, done=done), wanted, set_aside)
        if len(wanted) < len(read):
            return False
        if limit is not None:
            limit -= len(wanted) + len(set_aside)


async def sync(archive: FeedArchive) -> None:
    """Read posts that changed since the last time, and sweep if the site's number of posts changed.
    Only the REST API can be asked that; archives read in other ways are swept only.

    Raises:
        FetchError, ParseError, StoreError: as ``Backfill.fill``.
    """
    state = await archive.state()
    if state.way != "rest" or state.synced_at is None:
        return
    started = archive.clock.now()
    since = f"{(state.synced_at - OVERLAP).astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"
    changed = partial(REST.changed, archive, state.plan, since=since)
    async for _, posts, _ in list_pages(changed, READ_AT_ONCE):
        await archive.save(await archive.state(), posts)
    count = await REST.count(archive, state.plan)
    await archive.save(replace(await archive.state(), synced_at=started))
    if count is not None and count != state.offered:
        await sweep(archive)
    else:
        await _withdraw_unlisted(archive)


async def sweep(archive: FeedArchive) -> None:
    """List all posts of the site, read the new and the changed ones, and withdraw those that the
    site does not list any more and says to be gone. A sweep that was interrupted lists the posts
    again, but reads none twice.

    Raises:
        FetchError, ParseError, StoreError: as ``Backfill.fill``.
    """
    state = await archive.state()
    strategy = STRATEGIES[state.way or ""]
    begun = iso_date(str(state.plan.get(SWEEPING, "")), [])
    started = begun or archive.clock.now()
    # The site may answer otherwise than it did to a sweep that was killed.
    await archive.store.archives.clear_responses(archive.site.feed)
    plan = {**await _renewed(archive, strategy, state.plan), SWEEPING: started.isoformat()}
    await archive.save(state := replace(state, plan=plan))
    marks, changed = await _list_all(archive, strategy, state, resumed=begun is not None)
    await archive.queue(changed, replace(state, done=max(0, state.done - len(changed))))
    await _read_waiting(archive, strategy)
    await _withdraw(archive, strategy, state.plan, _unlisted(await archive.posts(), marks))
    await _withdraw_unlisted(archive)
    state = await archive.state()
    plan = {name: value for name, value in state.plan.items() if name != SWEEPING}
    state = replace(state, plan=plan, swept_at=started, synced_at=started)
    await archive.save(replace(state, total=len(marks), offered=len(marks), done=len(marks)))


async def _renewed(archive: FeedArchive, strategy: Strategy, plan: Plan) -> Plan:
    """The plan as the site is by now, or the old one if the site does not tell."""
    try:
        return await strategy.renew(archive, plan)
    except (ParseError, FetchError) as error:
        logger.info("archive.plan-kept", feed=archive.site.feed, cause=str(error))
        return plan


async def _list_all(
    archive: FeedArchive, strategy: Strategy, state: ArchiveState, *, resumed: bool
) -> tuple[Mapping[str, str], list[ArchivePost]]:
    """The marks of all posts that the site lists, by key, and the posts that are to be read. Posts
    listed with their words are saved. One that moves to another page meanwhile may be missed."""
    known = await archive.posts()
    marks: dict[str, str] = {}
    changed: list[ArchivePost] = []
    list_page = partial(strategy.list_page, archive, state.plan)
    async for _, posts, _ in list_pages(list_page, strategy.page_size):
        new = [post for post in posts if post.key not in marks]
        marks.update({post.key: post.mark for post in new})
        whole = [post for post in new if post.interview is not None]
        if whole:
            await archive.save(state, whole)
            continue
        for post in new:
            before = known.get(post.key)
            if _is_to_be_read(before, post.mark, resumed=resumed):
                before = before or ArchivePost(post.key)
                changed.append(replace(before, mark=post.mark or before.mark))
    return marks, changed


def _is_to_be_read(known: ArchivePost | None, mark: str, *, resumed: bool) -> bool:
    """Without marks every page is read, except by a sweep that is resumed: what it has not read
    yet is queued."""
    if known is None or known.state in (PostState.HELD, PostState.GONE):
        return True
    if not mark:
        return known.state is PostState.TAKEN and not resumed
    return known.mark != mark


def _unlisted(known: Mapping[str, ArchivePost], marks: Mapping[str, str]) -> list[ArchivePost]:
    """Posts that were read before and are not listed now, nor listed under another key."""
    taken = [post for post in known.values() if post.state is PostState.TAKEN]
    listed = {post.interview_id for post in taken if post.key in marks}
    return [post for post in taken if post.key not in marks and post.interview_id not in listed]


async def _withdraw(
    archive: FeedArchive, strategy: Strategy, plan: Plan, posts: Sequence[ArchivePost]
) -> None:
    """Withdraw those of `posts` that the site says to be gone."""
    ids = [post.interview_id for post in posts if post.interview_id is not None]
    addresses = {one.id: one.url for one in await archive.store.interviews.summaries(ids)}
    for post in posts:
        address = addresses.get(post.interview_id or 0, "")
        try:
            is_gone = await strategy.is_gone(archive, plan, post, address)
        except FetchError as error:
            logger.info("archive.not-checked", url=address, cause=str(error))
            continue
        if is_gone:
            await archive.withdraw(post)


async def _withdraw_unlisted(archive: FeedArchive) -> None:
    """Withdraw what was taken down before the archive listed it, as happens to posts that were
    published by mistake."""
    seen = {post.interview_id for post in (await archive.posts()).values()}
    now = archive.clock.now()
    unlisted = [
        ArchivePost(one.url, interview_id=one.id)
        for one in await archive.store.interviews.latest(NEWEST)
        if one.id not in seen and is_recent(one.published_at, now)
    ]
    await _withdraw(archive, STRATEGIES["listing"], {}, unlisted)


def _since(posts: Sequence[SitePost], since: datetime | None) -> list[SitePost]:
    """The posts without those that were published before `since`."""
    return [post for post in posts if not _is_older(post.interview, since)]


def _is_older(interview: Interview | None, since: datetime | None) -> bool:
    published = interview.published_at if interview is not None else None
    return since is not None and published is not None and published < since
