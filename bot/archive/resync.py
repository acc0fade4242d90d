"""An archive kept in step with its site: what changed, what came, what went."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, timedelta

import orjson
import structlog

from bot.archive.archive import Archive, is_recent
from bot.archive.pages import Found, Listed, read_index, read_posts, refusal_code
from bot.archive.pages.site_address import PER_PAGE
from bot.archive.strategies import (
    PAGES_AT_MOST,
    PAST_THE_END,
    WAYS,
    Plan,
    feed_page,
    listing_links,
    map_posts,
    posts_page,
    term_filter,
)
from bot.core.batching import batched
from bot.core.errors import FetchError, ParseError
from bot.feed.dates import iso_date
from bot.store import Answer, ArchivePost, ArchiveState, PostState

logger = structlog.get_logger(__name__)

OVERLAP = timedelta(hours=1)
"""The site's clock and ours may differ, and ``modified_after`` leaves out its own second."""

LOOKED_AT = 50
"""Interviews, the newest, of which one may be gone before the archive ever saw it."""

SWEEPING = "sweeping"
"""In a plan: since when a sweep of article pages is under way."""

INDEX_SIZE = 100
"""Ids of a REST page: the most that WordPress gives."""


async def sync(archive: Archive) -> None:
    """Posts that changed since the last time; and a sweep where the site's number of posts is not
    what it was. Only REST can be asked so; other ways are swept.

    Raises:
        FetchError, ParseError, StoreError: as ``Backfill.fill``.
    """
    state = await archive.state()
    if state.way != "rest" or state.synced_at is None:
        return
    started = archive.clock.now()
    since = (state.synced_at - OVERLAP).astimezone(UTC)
    plan = {**state.plan, "size": PER_PAGE}
    page = 1
    while True:
        address = posts_page(archive, plan, page, modified_after=f"{since:%Y-%m-%dT%H:%M:%S}Z")
        found = await _posts(archive, address)
        await archive.take(found, await archive.state())
        if len(found) < PER_PAGE:
            break
        page += 1
    await archive.store.archives.save(replace(await archive.state(), synced_at=started))
    count = await archive.asker.get(
        archive.place.rest("posts", **term_filter(archive, state.plan), per_page=1, _fields="id")
    )
    await archive.take([], await archive.state())
    if count.status == 200 and count.total is not None and count.total != state.offered:
        await sweep(archive)
    else:
        await _withdraw_unlisted(archive)


async def sweep(archive: Archive) -> None:
    """Look through all that the site offers: what is new or changed is read, what is missing is
    asked for by itself and withdrawn where the site says that it is gone.

    Raises:
        FetchError, ParseError, StoreError: as ``Backfill.fill``.
    """
    state = await archive.state()
    begun = iso_date(str(state.plan.get(SWEEPING, "")), [])
    started = begun or archive.clock.now()
    # What a sweep that was killed asked, the site may answer otherwise now.
    await archive.store.archives.forget_answers(archive.place.feed)
    state = replace(state, plan=await _plan_again(archive, state))
    if state.way == "rest":
        await archive.store.archives.save(state)
        offered = await _sweep_rest(archive, state)
    elif state.way == "paged":
        offered = await _sweep_pages(archive)
    else:
        plan = {**state.plan, SWEEPING: started.isoformat()}
        state = replace(state, plan=plan)
        offered = await _sweep_articles(archive, state, resumed=begun is not None)
    await _withdraw_unlisted(archive)
    state = await archive.state()
    plan = {name: value for name, value in state.plan.items() if name != SWEEPING}
    after = replace(state, plan=plan, swept_at=started, synced_at=started)
    await archive.take([], replace(after, total=offered, offered=offered, done=offered))


async def _plan_again(archive: Archive, state: ArchiveState) -> Plan:
    """Where the site does not tell, what was known stays."""
    try:
        return await WAYS[state.way or ""].again(archive, state.plan)
    except (ParseError, FetchError) as error:
        logger.info("archive.plan-kept", feed=archive.place.feed, cause=str(error))
        return state.plan


# ---------------------------------------------------------------- REST


async def _sweep_rest(archive: Archive, state: ArchiveState) -> int:
    listed = await _index(archive, state)
    known = await archive.store.archives.posts(archive.place.feed)
    changed = [one.key for one in listed.values() if _to_read(known.get(one.key), one.mark)]
    for some in batched(changed, PER_PAGE):
        plan = {**state.plan, "size": PER_PAGE}
        found = await _posts(archive, posts_page(archive, plan, 1, include=",".join(some)))
        await archive.take(found, await archive.state())
    for post in _missing(known, listed):
        if await _is_gone_from_rest(archive, state, post):
            await archive.withdraw(post)
    return len(listed)


async def _index(archive: Archive, state: ArchiveState) -> dict[str, Listed]:
    """Every post that the site offers, without its words. A post that moves to another page
    meanwhile may be missed; that it is gone is asked for by itself."""
    listed: dict[str, Listed] = {}
    for page in range(1, PAGES_AT_MOST):
        answer = await archive.asker.get(
            archive.place.rest(
                "posts",
                **term_filter(archive, state.plan),
                per_page=INDEX_SIZE,
                page=page,
                _fields="id,modified_gmt",
            )
        )
        if answer.status == 400 and refusal_code(answer.body) == PAST_THE_END:
            break
        _check(answer)
        some = await asyncio.to_thread(read_index, answer.body, url=answer.url)
        listed.update({one.key: one for one in some})
        if len(some) < INDEX_SIZE:
            break
    return listed


async def _is_gone_from_rest(archive: Archive, state: ArchiveState, post: ArchivePost) -> bool:
    """Whether the site says that a post is deleted, not public any more, or of other categories.

    Only WordPress's own words count: a site that closes its API answers 401 and 404 too.
    """
    fields = "id,status,categories,tags"
    answer = await archive.asker.get(archive.place.rest(f"posts/{post.key}", _fields=fields))
    code = refusal_code(answer.body)
    if answer.status != 200:
        refusals = {(404, "rest_post_invalid_id"), (401, "rest_forbidden"), (403, "rest_forbidden")}
        return answer.status == 410 or (answer.status, code) in refusals
    try:
        told = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return False
    kind = archive.place.taxonomy
    terms = told.get(kind) if isinstance(told, dict) and kind else None
    return isinstance(terms, list) and not set(state.plan["terms"]) & set(terms)


async def _posts(archive: Archive, address: str) -> list[Found]:
    answer = await archive.asker.get(address)
    if answer.status == 400 and refusal_code(answer.body) == PAST_THE_END:
        return []
    _check(answer)
    return await asyncio.to_thread(read_posts, answer.body, url=answer.url)


# ---------------------------------------------------------------- feed pages, article pages


async def _sweep_pages(archive: Archive) -> int:
    known = await archive.store.archives.posts(archive.place.feed)
    listed: dict[str, Listed] = {}
    for number in range(1, PAGES_AT_MOST):
        found = await feed_page(archive, number)
        new = [one for one in found if one.key not in listed]
        if not new:
            break
        listed.update({one.key: Listed(one.key, one.mark) for one in new})
        await archive.take(new, await archive.state())
    await _withdraw_missing(archive, _missing(known, listed))
    return len(listed)


async def _sweep_articles(archive: Archive, state: ArchiveState, *, resumed: bool) -> int:
    """Read the pages that changed; where the site does not tell when, all of them. Which are still
    to be read is written down: a sweep that was interrupted (`resumed`) reads none again."""
    known = await archive.store.archives.posts(archive.place.feed)
    listed = await _addresses(archive, state)
    again: list[ArchivePost] = []
    for one in listed.values():
        post = known.get(one.key, ArchivePost(one.key))
        untold = not one.mark and post.state is PostState.TAKEN and not resumed
        if untold or _to_read(known.get(one.key), one.mark):
            mark = one.mark or post.mark
            again.append(replace(post, state=PostState.WAITING, mark=mark))
    async with archive.store.write() as write:
        await write.archive.save_posts(archive.place.feed, again)
        await write.archive.save(replace(state, done=max(0, state.done - len(again))))
    way = WAYS[state.way or ""]
    while await archive.store.archives.waiting(archive.place.feed, 1):
        await way.step(archive, await archive.state(), None, None)
    known = await archive.store.archives.posts(archive.place.feed)
    await _withdraw_missing(archive, _missing(known, listed))
    known = await archive.store.archives.posts(archive.place.feed)
    return sum(post.state is PostState.TAKEN for post in known.values())


async def _addresses(archive: Archive, state: ArchiveState) -> dict[str, Listed]:
    listed: dict[str, Listed] = {}
    if state.way == "sitemap":
        for address in state.plan["maps"]:
            posts = await map_posts(archive, str(address))
            listed.update({post.key: Listed(post.key, post.mark or "") for post in posts})
        return listed
    for number in range(1, PAGES_AT_MOST):
        links = [url for url in await listing_links(archive, number) if url not in listed]
        if not links:
            break
        listed.update({url: Listed(url, "") for url in links})
    return listed


async def _withdraw_missing(archive: Archive, missing: Sequence[ArchivePost]) -> None:
    """Withdraw what is gone by the word of its own page (404, 410; RFC 9110, 15.5.5, 15.5.11)."""
    ids = [post.interview_id for post in missing if post.interview_id is not None]
    addresses = {one.id: one.url for one in await archive.store.summaries(ids)}
    for post in missing:
        address = addresses.get(post.interview_id or 0)
        if address is None or not archive.place.is_here(address):
            continue
        try:
            answer = await archive.asker.get(address)
        except FetchError as error:
            logger.info("archive.not-checked", url=address, cause=str(error))
            continue
        if answer.status in (404, 410):
            await archive.withdraw(post)


async def _withdraw_unlisted(archive: Archive) -> None:
    """Withdraw what the feed told and the site took down again before the archive had seen it, as
    happens to what is published by mistake."""
    known = await archive.store.archives.posts(archive.place.feed)
    seen = {post.interview_id for post in known.values()}
    now = archive.clock.now()
    unlisted = [
        ArchivePost(one.url, interview_id=one.id)
        for one in await archive.store.latest(LOOKED_AT)
        if one.id not in seen and is_recent(one.published_at, now)
    ]
    await _withdraw_missing(archive, unlisted)


def _to_read(known: ArchivePost | None, mark: str) -> bool:
    if known is None or known.state in (PostState.HELD, PostState.GONE):
        return True
    return known.mark != mark and bool(mark)


def _missing(known: Mapping[str, ArchivePost], listed: Mapping[str, Listed]) -> list[ArchivePost]:
    taken = [post for post in known.values() if post.state is PostState.TAKEN]
    return [post for post in taken if post.key not in listed]


def _check(answer: Answer) -> None:
    if answer.status != 200:
        raise FetchError("fetch.refused", status=answer.status)
