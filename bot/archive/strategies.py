"""How an archive is read: the REST API, the pages of the feed, or the listing's pages.

A strategy knows whether a site offers it, how to list posts page by page, newest first, and how to
read posts that are listed without their words.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from bot.archive.archive import FeedArchive
from bot.archive.results import SitePost, Term
from bot.archive.site_client import KILLS_AT_MOST
from bot.core.errors import FetchError, ParseError
from bot.core.model import Interview
from bot.feed.identity import digest
from bot.feed.reading import SITE_READER
from bot.store import ArchivePost, ArchiveState, CachedResponse, PostState

logger = structlog.get_logger(__name__)

Plan = Mapping[str, Any]
"""What a strategy has to know of the site to read it again: JSON."""

PAGES_AT_MOST = 5_000
"""Pages that are listed of a site that never ends; ten posts a page."""

READ_AT_ONCE = 20
"""Posts of one REST page with all that they embed: a small host takes seconds for a hundred."""

INDEX_SIZE = 100
"""Posts of one REST page without their words: the most that WordPress gives."""

PAST_THE_END = "rest_post_invalid_page_number"

_READ_INDEX = "bot.archive.posts:read_index"
_READ_POSTS = "bot.archive.posts:read_posts"
_REFUSAL_CODE = "bot.archive.posts:refusal_code"

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
_SMALLER = {READ_AT_ONCE: 5, 5: 1}


class Strategy(ABC):
    """One way to read an archive."""

    page_size = 0
    """A page with fewer posts is the last; 0 where the length of a page does not tell."""

    @abstractmethod
    async def probe(self, archive: FeedArchive) -> tuple[Plan, int | None] | None:
        """The plan, and the number of posts where the site tells it; ``None`` if the site does not
        offer this strategy."""

    @abstractmethod
    async def list_page(self, archive: FeedArchive, plan: Plan, number: int) -> list[SitePost]:
        """The posts of page `number`, counted from 1; none past the end."""

    async def renew(self, archive: FeedArchive, plan: Plan) -> Plan:
        """The plan as the site is by now."""
        del archive
        return plan

    async def read(
        self, archive: FeedArchive, state: ArchiveState, posts: Sequence[ArchivePost]
    ) -> tuple[list[SitePost], list[ArchivePost]]:
        """Read posts that are listed without their words: those that were read, and those to be set
        aside. Both may be empty if the posts are to be tried in another way, which the saved plan
        then says."""
        raise AssertionError("every post is listed with its words")

    async def is_gone(
        self, archive: FeedArchive, plan: Plan, post: ArchivePost, address: str
    ) -> bool:
        """Whether the site says that a post, whose page is at `address`, is no more: that there is
        no such page (404, 410; RFC 9110, 15.5.5, 15.5.11)."""
        del plan, post
        if not archive.site.is_same_site(address):
            return False
        return (await archive.client.get(address)).status in (404, 410)


async def choose(archive: FeedArchive) -> tuple[str, Plan, int | None]:
    """The name of the best strategy that the site offers, its plan and the number of posts.

    Raises:
        FetchError: the site can't be asked now, or offers none (``archive.no-way``).
    """
    for name, strategy in STRATEGIES.items():
        try:
            offer = await strategy.probe(archive)
        except ParseError:
            continue
        except FetchError as error:
            if error.key not in _NOT_OFFERED:
                raise
            continue
        if offer is not None:
            return name, *offer
    raise FetchError("archive.no-way", url=archive.site.feed)


async def list_pages(
    list_page: Callable[[int], Awaitable[list[SitePost]]], page_size: int, first: int = 1
) -> AsyncIterator[tuple[int, list[SitePost], bool]]:
    """The pages from `first`: number, posts, and whether it is the last. A page that is the same
    as the one before is past the end of a site that does not say so."""
    before: list[str] = []
    for number in range(first, PAGES_AT_MOST + 1):
        posts = await list_page(number)
        keys = [post.key for post in posts]
        is_last = not posts or keys == before or len(posts) < page_size or number == PAGES_AT_MOST
        yield number, posts, is_last
        if is_last:
            return
        before = keys


class Rest(Strategy):
    """WordPress's REST API: an index of ids and times, then posts by their ids."""

    page_size = INDEX_SIZE

    async def probe(self, archive: FeedArchive) -> tuple[Plan, int | None] | None:
        site = archive.site
        if not site.is_wordpress:
            return None
        terms: list[int] = []
        if site.taxonomy is not None:
            terms, _ = await self._terms(archive)
            if not terms:
                return None
        plan = {"terms": terms, "size": READ_AT_ONCE}
        response = await archive.client.get(self._index(archive, plan, 1))
        if response.status != 200:
            return None
        await SITE_READER.run(_READ_INDEX, response.body, url=response.url)
        return plan, response.total

    async def renew(self, archive: FeedArchive, plan: Plan) -> Plan:
        """Terms that the site tells in part only are not used: posts of the others would be taken
        for posts of another category."""
        plan = {**plan, "size": READ_AT_ONCE}
        if archive.site.taxonomy is None:
            return plan
        terms, complete = await self._terms(archive)
        return {**plan, "terms": terms} if terms and complete else plan

    async def list_page(self, archive: FeedArchive, plan: Plan, number: int) -> list[SitePost]:
        return await self._page(archive, self._index(archive, plan, number), _READ_INDEX)

    async def read(
        self, archive: FeedArchive, state: ArchiveState, posts: Sequence[ArchivePost]
    ) -> tuple[list[SitePost], list[ArchivePost]]:
        """Posts that are too much for the site, or that kill whoever reads them, are read in
        smaller parts; a single one is left to the next sweep."""
        include = ",".join(post.key for post in posts)
        address = archive.site.rest(
            "posts",
            per_page=len(posts),
            include=include,
            _embed=1,
            **self._filter(archive, state.plan),
        )
        try:
            response = await archive.client.get(address, kills_at_most=KILLS_AT_MOST)
        except FetchError as error:
            if error.key not in _TOO_MUCH:
                raise
            smaller = _SMALLER.get(state.plan["size"])
            if smaller is None:
                logger.warning("archive.post-skipped", feed=archive.site.feed, cause=str(error))
                return [], [_set_aside(post, PostState.GONE) for post in posts]
            await archive.save(replace(state, plan={**state.plan, "size": smaller}))
            return [], []
        _check(response)
        read: list[SitePost] = await SITE_READER.run(_READ_POSTS, response.body, url=response.url)
        keys = {post.key for post in read}
        return read, [_set_aside(post, PostState.GONE) for post in posts if post.key not in keys]

    async def changed(
        self, archive: FeedArchive, plan: Plan, number: int, since: str
    ) -> list[SitePost]:
        """Page `number` of the posts that were modified after `since`, with their words."""
        address = archive.site.rest(
            "posts",
            per_page=READ_AT_ONCE,
            page=number,
            modified_after=since,
            _embed=1,
            **self._filter(archive, plan),
        )
        return await self._page(archive, address, _READ_POSTS)

    async def count(self, archive: FeedArchive, plan: Plan) -> int | None:
        """The number of posts, if the site tells it."""
        query = self._filter(archive, plan)
        address = archive.site.rest("posts", **query, per_page=1, _fields="id")
        response = await archive.client.get(address)
        return response.total if response.status == 200 else None

    async def is_gone(
        self, archive: FeedArchive, plan: Plan, post: ArchivePost, address: str
    ) -> bool:
        """A post is gone if it is deleted, not public any more, or of other categories. Only the
        words of WordPress count: a site that closes its API answers 401 and 404 too."""
        fields = "id,status,categories,tags"
        response = await archive.client.get(archive.site.rest(f"posts/{post.key}", _fields=fields))
        if response.status != 200:
            refusals = {
                (404, "rest_post_invalid_id"),
                (401, "rest_forbidden"),
                (403, "rest_forbidden"),
            }
            code = await SITE_READER.run(_REFUSAL_CODE, response.body)
            return response.status == 410 or (response.status, code) in refusals
        if archive.site.taxonomy is None:
            return False
        terms: frozenset[int] | None = await SITE_READER.run(
            "bot.archive.posts:read_post_terms", response.body, archive.site.taxonomy
        )
        return terms is not None and not set(plan["terms"]) & terms

    async def _page(self, archive: FeedArchive, address: str, read: str) -> list[SitePost]:
        """The posts of one page, which the worker reads by `read`; none past the end."""
        response = await archive.client.get(address)
        if response.status == 400:
            code = await SITE_READER.run(_REFUSAL_CODE, response.body)
            if code == PAST_THE_END:
                return []
        _check(response)
        posts: list[SitePost] = await SITE_READER.run(read, response.body, url=response.url)
        return posts

    def _index(self, archive: FeedArchive, plan: Plan, number: int) -> str:
        query = self._filter(archive, plan)
        return archive.site.rest(
            "posts", **query, per_page=INDEX_SIZE, page=number, _fields="id,modified_gmt"
        )

    def _filter(self, archive: FeedArchive, plan: Plan) -> dict[str, str | int]:
        """The parameter that leaves out posts of other categories."""
        if archive.site.taxonomy is None:
            return {}
        return {archive.site.taxonomy: ",".join(str(term) for term in plan["terms"])}

    async def _terms(self, archive: FeedArchive) -> tuple[list[int], bool]:
        """The ids of the feed's category and of those below it, whose posts its feed has too; and
        whether the site told all of them."""
        site = archive.site
        wanted, kind = site.term or "", site.taxonomy or "categories"
        by = {"include": wanted} if wanted.isascii() and wanted.isdigit() else {"slug": wanted}
        response = await archive.client.get(site.rest(kind, **by))
        if response.status != 200:
            return [], False
        terms = await self._read_terms(response)
        found = [term.id for term in terms if wanted in (term.slug, str(term.id))]
        level, complete = found, True
        while kind == "categories" and level and len(found) < READ_AT_ONCE:
            below: list[int] = []
            for parent in level:
                response = await archive.client.get(site.rest(kind, parent=parent, per_page=100))
                complete = complete and response.status == 200
                if response.status == 200:
                    terms = await self._read_terms(response)
                    below += [term.id for term in terms if term.parent == parent]
            level = [term for term in below if term not in found]
            found = found + level
        return found, complete

    async def _read_terms(self, response: CachedResponse) -> list[Term]:
        terms: list[Term] = await SITE_READER.run(
            "bot.archive.posts:read_terms", response.body, url=response.url
        )
        return terms


class FeedPages(Strategy):
    """The feed's ``?paged=N``, which lists posts with their words."""

    async def probe(self, archive: FeedArchive) -> tuple[Plan, int | None] | None:
        first = await archive.client.get(archive.site.feed_page(1))
        if first.status != 200:
            return None
        newest = await self._read(first)
        second = await archive.client.get(archive.site.feed_page(2))
        if second.status == 404 and await SITE_READER.run(
            "bot.archive.posts:is_past_the_end", second.body, url=second.url
        ):
            return {}, len(newest)
        if second.status != 200:
            return None
        older = await self._read(second)
        ignores_paging = {one.key for one in older} <= {one.key for one in newest}
        return None if ignores_paging else ({}, None)

    async def list_page(self, archive: FeedArchive, plan: Plan, number: int) -> list[SitePost]:
        response = await archive.client.get(archive.site.feed_page(number))
        if response.status == 404 and number > 1:
            return []
        _check(response)
        return await self._read(response)

    async def _read(self, response: CachedResponse) -> list[SitePost]:
        posts: list[SitePost] = await SITE_READER.run(
            "bot.archive.posts:read_feed_page", response.body, url=response.url
        )
        return posts


class Listing(Strategy):
    """The pages that list the feed's articles, and the article pages to which they link."""

    async def probe(self, archive: FeedArchive) -> tuple[Plan, int | None] | None:
        has_links = archive.site.listing and await self.list_page(archive, {}, 1)
        return ({}, None) if has_links else None

    async def list_page(self, archive: FeedArchive, plan: Plan, number: int) -> list[SitePost]:
        response = await archive.client.get(archive.site.listing_page(number))
        if response.status in (404, 410):
            return []
        _check(response)
        links: list[str] = await SITE_READER.run(
            "bot.archive.articles:read_links", response.body, archive.site, url=response.url
        )
        return [SitePost(link) for link in links]

    async def read(
        self, archive: FeedArchive, state: ArchiveState, posts: Sequence[ArchivePost]
    ) -> tuple[list[SitePost], list[ArchivePost]]:
        (post,) = posts
        try:
            response = await archive.client.get(post.key)
        except FetchError as error:
            if error.key not in _NOT_OFFERED:
                raise
            logger.warning("archive.article-skipped", url=post.key, cause=str(error))
            return [], [_set_aside(post, PostState.GONE)]
        try:
            _check(response)
            article: Interview = await SITE_READER.run(
                "bot.archive.articles:read_article_page",
                response.body,
                archive.site,
                url=response.url,
            )
        except (ParseError, FetchError) as error:
            logger.info("archive.no-article", url=post.key, cause=str(error))
            skipped = PostState.OTHER if response.status == 200 else PostState.GONE
            return [], [_set_aside(post, skipped)]
        return [SitePost(post.key, digest(article), article)], []


REST = Rest()
STRATEGIES: Mapping[str, Strategy] = {"rest": REST, "paged": FeedPages(), "listing": Listing()}


def _set_aside(post: ArchivePost, state: PostState) -> ArchivePost:
    """A post that could not be read: one that was read before stays as it was. The next sweep
    requests it again, unless it is no article (``OTHER``)."""
    return replace(post, state=state if post.interview_id is None else PostState.TAKEN)


def _check(response: CachedResponse) -> None:
    if response.status != 200:
        key = {404: "fetch.missing", 410: "fetch.missing", 400: "fetch.unexpected"}
        raise FetchError(key.get(response.status, "fetch.refused"), status=response.status)
