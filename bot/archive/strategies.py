"""The ways to an archive, the best first: REST, pages of the feed, the sitemap, listing pages.

Each knows how to find out whether a site offers it, and how to go one step: one page asked for,
and what it brought written down with how far the archive is read then.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

import structlog

from bot.archive.archive import Archive
from bot.archive.pages import (
    Found,
    children,
    is_past_the_end,
    read_article_page,
    read_feed_page,
    read_links,
    read_posts,
    read_sitemap,
    read_terms,
    refusal_code,
)
from bot.archive.pages.site_address import PER_PAGE
from bot.archive.single_request import TWICE
from bot.core.errors import FetchError, ParseError
from bot.feed.dates import iso_date
from bot.feed.identity import digest
from bot.store import Answer, ArchivePost, ArchiveState, PostState

logger = structlog.get_logger(__name__)

Plan = Mapping[str, Any]

MAPS_AT_MOST = 50
LISTINGS_AT_MOST = 2_000
PAGES_AT_MOST = 5_000
"""Bounds for sites that never end; ten posts a page."""

PAST_THE_END = "rest_post_invalid_page_number"

_NOT_OFFERED = frozenset(
    {
        "archive.disallowed",
        "fetch.failing",
        "fetch.unexpected",
        "fetch.too-large",
        "fetch.bad-coding",
        "fetch.too-many-redirects",
        "fetch.bad-redirect",
        "fetch.private-address",
    }
)
_TOO_MUCH = frozenset({"fetch.too-large", "fetch.failing", "fetch.too-slow", "archive.begun"})
_SMALLER = {PER_PAGE: 5, 5: 1}


class Way(Protocol):
    """One way to read an archive."""

    async def offered(self, archive: Archive) -> tuple[Plan, int | None] | None:
        """What going this way needs, and how many posts there are where that is told; ``None``
        where the site does not offer it."""
        ...

    async def again(self, archive: Archive, plan: Plan) -> Plan:
        """What going this way needs by now: a site gets new categories and sitemaps."""
        ...

    async def step(
        self, archive: Archive, state: ArchiveState, since: datetime | None, room: int | None
    ) -> bool:
        """One page further, of posts since `since`, at most `room` of them; whether there may be
        more to do."""
        ...


async def choose(archive: Archive) -> tuple[str, Plan, int | None]:
    """The best way that the site offers.

    Raises:
        FetchError: it can't be asked now, or offers none (``archive.no-way``).
    """
    for name, way in WAYS.items():
        try:
            offered = await way.offered(archive)
        except ParseError:
            continue
        except FetchError as error:
            if error.key not in _NOT_OFFERED:
                raise
            continue
        if offered is not None:
            return name, *offered
    raise FetchError("archive.no-way", url=archive.place.feed)


class Rest:
    """WordPress's REST API."""

    async def offered(self, archive: Archive) -> tuple[Plan, int | None] | None:
        place = archive.place
        if not place.known:
            return None
        terms: list[int] = []
        if place.taxonomy is not None:
            terms, _ = await self._terms(archive)
            if not terms:
                return None
        plan = {"terms": terms, "size": PER_PAGE}
        answer = await archive.asker.get(posts_page(archive, plan, 1))
        if answer.status != 200:
            return None
        await asyncio.to_thread(read_posts, answer.body, url=answer.url)
        return plan, answer.total

    async def again(self, archive: Archive, plan: Plan) -> Plan:
        if archive.place.taxonomy is None:
            return plan
        terms, whole = await self._terms(archive)
        # Half of the categories would make half of the posts those of others.
        return {**plan, "terms": terms} if terms and whole else plan

    async def _terms(self, archive: Archive) -> tuple[list[int], bool]:
        """The ids of the feed's category and of those below it, as its page lists them too; and
        whether the site told them all."""
        place = archive.place
        wanted, kind = place.term or "", place.taxonomy or "categories"
        by = {"include": wanted} if wanted.isascii() and wanted.isdigit() else {"slug": wanted}
        answer = await archive.asker.get(place.rest(kind, **by))
        if answer.status != 200:
            return [], False
        found = read_terms(answer.body, wanted, url=answer.url)
        level, whole = found, True
        while kind == "categories" and level and len(found) < PER_PAGE:
            below: list[int] = []
            for parent in level:
                answer = await archive.asker.get(place.rest(kind, parent=parent, per_page=100))
                whole = whole and answer.status == 200
                if answer.status == 200:
                    below += children(answer.body, [parent], url=answer.url)
            level = [term for term in below if term not in found]
            found = found + level
        return found, whole

    async def step(
        self, archive: Archive, state: ArchiveState, since: datetime | None, room: int | None
    ) -> bool:
        size = int(state.plan["size"])
        page = state.position // size + 1
        try:
            address = posts_page(archive, state.plan, page)
            answer = await archive.asker.get(address, at_most=TWICE)
        except FetchError as error:
            return await self._smaller(archive, state, size, error)
        if answer.status == 400 and refusal_code(answer.body) == PAST_THE_END:
            await archive.take([], _finished(archive, state))
            return False
        _check(answer)
        found = await asyncio.to_thread(read_posts, answer.body, url=answer.url)
        total = answer.total if answer.total is not None else state.total
        position = state.position + size
        after = replace(
            state,
            position=position,
            done=min(position, total or position),
            total=total,
            offered=answer.total,
        )
        if not found if total is None else position >= total:
            after = _finished(archive, after)
        return await _take(archive, found, state, after, since, room)

    async def _smaller(
        self, archive: Archive, state: ArchiveState, size: int, error: FetchError
    ) -> bool:
        """A page too large, or that the site can't make, is asked for in pieces; a single post
        that can't be had is left to the next sweep."""
        if error.key not in _TOO_MUCH:
            raise error
        smaller = _SMALLER.get(size)
        if smaller is None:
            logger.warning("archive.post-skipped", feed=archive.place.feed, cause=str(error))
            await archive.take([], replace(state, position=state.position + 1))
            return True
        plan = {**state.plan, "size": smaller}
        await archive.take([], replace(state, plan=plan))
        return True


class Pages:
    """The feed's ``?paged=N``."""

    async def offered(self, archive: Archive) -> tuple[Plan, int | None] | None:
        first = await archive.asker.get(archive.place.paged(1))
        if first.status != 200:
            return None
        newest = await asyncio.to_thread(read_feed_page, first.body, url=first.url)
        second = await archive.asker.get(archive.place.paged(2))
        if second.status == 404 and is_past_the_end(second.body, url=second.url):
            return {}, len(newest)
        if second.status != 200:
            return None
        older = await asyncio.to_thread(read_feed_page, second.body, url=second.url)
        ignored = {one.key for one in newest} & {one.key for one in older}
        return None if not older or len(ignored) == len(older) else ({}, None)

    async def again(self, archive: Archive, plan: Plan) -> Plan:
        return plan

    async def step(
        self, archive: Archive, state: ArchiveState, since: datetime | None, room: int | None
    ) -> bool:
        found = await feed_page(archive, state.position + 1)
        if not found or state.position >= PAGES_AT_MOST:
            await archive.take([], _finished(archive, replace(state, total=state.done)))
            return False
        done = state.done + len(found)
        after = replace(state, position=state.position + 1, done=done)
        return await _take(archive, found, state, after, since, room)


class Sitemaps:
    """The sitemap, and the article pages that it lists; these tell their categories."""

    async def offered(self, archive: Archive) -> tuple[Plan, int | None] | None:
        place = archive.place
        named = [url for url in (await archive.asker.robots()).sitemaps if place.is_here(url)]
        for address in dict.fromkeys((*named, *place.sitemaps)):
            answer = await archive.asker.get(address)
            if answer.status != 200:
                continue
            read = await asyncio.to_thread(read_sitemap, answer.body, url=answer.url)
            maps = [url for url in read.maps if place.is_here(url)][:MAPS_AT_MOST]
            if not maps and read.pages:
                maps = [address]
            if maps and await self._tells_categories(archive, maps[0]):
                return {"maps": maps, "slugs": await self._slugs(archive, read.terms)}, None
        return None

    async def again(self, archive: Archive, plan: Plan) -> Plan:
        offered = await self.offered(archive)
        return plan if offered is None else {**plan, **offered[0]}

    async def _slugs(self, archive: Archive, maps: Sequence[str]) -> list[str]:
        """The feed's category and those below it, which the site's sitemaps may list."""
        place = archive.place
        if place.taxonomy != "categories":
            return [place.term] if place.term is not None else []
        slugs = dict.fromkeys([place.term or ""])
        for address in [url for url in maps if place.is_here(url)][:MAPS_AT_MOST]:
            answer = await archive.asker.get(address)
            if answer.status == 200:
                read = await asyncio.to_thread(read_sitemap, answer.body, url=answer.url)
                for url, _ in read.pages:
                    slugs.update(dict.fromkeys(place.terms_below(url)))
        return list(slugs)

    async def _tells_categories(self, archive: Archive, address: str) -> bool:
        place = archive.place
        if not place.known or (place.listing is None and place.taxonomy == "categories"):
            # Pages tell slugs, and an address with ``?cat=2`` an id.
            return False
        if place.taxonomy is None:
            return True
        answer = await archive.asker.get(address)
        read = await asyncio.to_thread(read_sitemap, answer.body, url=answer.url)
        # The first may be the front page.
        for url, _ in [page for page in read.pages if place.is_here(page[0])][:3]:
            page = await archive.asker.get(url)
            try:
                article = await asyncio.to_thread(read_article_page, page.body, place, url=page.url)
            except ParseError:
                continue
            return article.terms is not None
        return False

    async def step(
        self, archive: Archive, state: ArchiveState, since: datetime | None, room: int | None
    ) -> bool:
        maps = state.plan["maps"]
        if state.position >= len(maps):
            return await _read_article(archive, state, since, by_terms=True)
        posts = await map_posts(archive, str(maps[state.position]))
        if since is not None:
            posts = [post for post in posts if not _older(iso_date(post.mark, []), since)]
        await archive.queue(posts, replace(state, position=state.position + 1))
        return True


class Listings:
    """The pages that list the feed's articles, and the article pages that they link to."""

    async def offered(self, archive: Archive) -> tuple[Plan, int | None] | None:
        links = await listing_links(archive, 1) if archive.place.listing else []
        return ({"listed": False}, None) if links else None

    async def again(self, archive: Archive, plan: Plan) -> Plan:
        return plan

    async def step(
        self, archive: Archive, state: ArchiveState, since: datetime | None, room: int | None
    ) -> bool:
        if state.plan["listed"]:
            return await _read_article(archive, state, since, by_terms=False)
        links = await listing_links(archive, state.position + 1)
        after = replace(state, position=state.position + 1)
        added = await archive.queue([ArchivePost(url) for url in links], after)
        waiting = await archive.store.archives.waiting(archive.place.feed, 1 + (room or 0))
        enough = room is not None and len(waiting) >= room
        if enough:
            return await _read_article(archive, await archive.state(), since, by_terms=False)
        if not added or after.position >= LISTINGS_AT_MOST:
            state = await archive.state()
            plan = {**state.plan, "listed": True}
            await archive.store.archives.save(replace(state, plan=plan))
        return True


WAYS: Mapping[str, Way] = {
    "rest": Rest(),
    "paged": Pages(),
    "sitemap": Sitemaps(),
    "listing": Listings(),
}


# ---------------------------------------------------------------- pages, also for keeping in step


def posts_page(archive: Archive, plan: Plan, page: int, **query: str | int) -> str:
    """The address of a page of posts over REST, with all that they embed."""
    return archive.place.rest(
        "posts", **term_filter(archive, plan), per_page=plan["size"], page=page, _embed=1, **query
    )


def term_filter(archive: Archive, plan: Plan) -> dict[str, str | int]:
    """What keeps posts of other categories out."""
    if archive.place.taxonomy is None:
        return {}
    return {archive.place.taxonomy: ",".join(str(term) for term in plan["terms"])}


async def feed_page(archive: Archive, number: int) -> list[Found]:
    """The posts of the feed's page `number`; none past its end."""
    answer = await archive.asker.get(archive.place.paged(number))
    if answer.status == 404 and number > 1:
        return []
    _check(answer)
    return await asyncio.to_thread(read_feed_page, answer.body, url=answer.url)


async def map_posts(archive: Archive, address: str) -> list[ArchivePost]:
    """The pages that a sitemap lists, the latest changed first where it tells."""
    answer = await archive.asker.get(address)
    _check(answer)
    read = await asyncio.to_thread(read_sitemap, answer.body, url=answer.url)
    pages = sorted(read.pages, key=lambda page: page[1], reverse=True)
    return [ArchivePost(url, mark=mark) for url, mark in pages if archive.place.is_here(url)]


async def listing_links(archive: Archive, number: int) -> list[str]:
    """The articles that the listing's page `number` links to; none past its end."""
    answer = await archive.asker.get(archive.place.listed(number))
    if answer.status in (404, 410):
        return []
    _check(answer)
    return await asyncio.to_thread(read_links, answer.body, archive.place, url=answer.url)


# ---------------------------------------------------------------- within


async def _take(
    archive: Archive,
    found: list[Found],
    state: ArchiveState,
    after: ArchiveState,
    since: datetime | None,
    room: int | None,
) -> bool:
    """Store a page's posts as far as they are wanted; a page not taken whole is read again when
    more is wanted."""
    wanted = [one for one in found if not _older(one.interview.published_at, since)]
    older = len(wanted) < len(found)
    if room is not None:
        wanted = wanted[:room]
    whole = len(wanted) == len(found)
    await archive.take(wanted, after if whole else state)
    return not older and after.finished_at is None


async def _read_article(
    archive: Archive, state: ArchiveState, since: datetime | None, *, by_terms: bool
) -> bool:
    waiting = await archive.store.archives.waiting(archive.place.feed, 1)
    if not waiting:
        await archive.take([], _finished(archive, state))
        return False
    post = waiting[0]
    place = archive.place
    after = replace(state, done=state.done + 1)
    try:
        answer = await archive.asker.get(post.key)
    except FetchError as error:
        if error.key not in _NOT_OFFERED:
            raise
        logger.warning("archive.article-skipped", url=post.key, cause=str(error))
        await _put_aside(archive, post, PostState.GONE, after)
        return True
    try:
        _check(answer)
        article = await asyncio.to_thread(read_article_page, answer.body, place, url=answer.url)
    except (ParseError, FetchError) as error:
        logger.info("archive.no-article", url=post.key, cause=str(error))
        there = answer.status == 200
        await _put_aside(archive, post, PostState.OTHER if there else PostState.GONE, after)
        return True
    if by_terms and place.term is not None:
        wanted = set(state.plan.get("slugs") or [place.term])
        if not wanted & (article.terms or frozenset()):
            if post.interview_id is not None and article.terms:
                await archive.withdraw(post)
            else:
                await _put_aside(archive, post, PostState.OTHER, after)
            return True
    if _older(article.interview.published_at, since):
        return False
    mark = post.mark if is_time(post.mark) else digest(article.interview)
    await archive.take([Found(post.key, mark or "", article.interview)], after)
    return True


async def _put_aside(
    archive: Archive, post: ArchivePost, state: PostState, after: ArchiveState
) -> None:
    """Leave a post that could not be read; one that was read before stays as it was. What is gone,
    or can't be had now, is asked for again by the next sweep, what is no article is not."""
    kept = state if post.interview_id is None else PostState.TAKEN
    await archive.put_aside([replace(post, state=kept)], after)


def is_time(mark: str | None) -> bool:
    """Whether a post's mark is the time of change that its site tells, and no digest."""
    return bool(mark) and iso_date(mark or "", []) is not None


def _check(answer: Answer) -> None:
    if answer.status != 200:
        key = "fetch.missing" if answer.status in (404, 410) else "fetch.refused"
        raise FetchError(key if answer.status != 400 else "fetch.unexpected", status=answer.status)


def _finished(archive: Archive, state: ArchiveState) -> ArchiveState:
    now = archive.clock.now()
    return replace(state, finished_at=now, swept_at=now)


def _older(when: datetime | None, since: datetime | None) -> bool:
    return when is not None and since is not None and when < since
