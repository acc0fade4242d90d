"""The posts and terms of the site, and how they change."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sandbox.site.posts import Post, slugify

Taxonomy = Literal["category", "post_tag"]

GUID_HOST = "http://www.kcrush.example"
"""The host in GUIDs. WordPress never changes GUIDs, so they do not depend on the port either."""

_FIRST_TAG_ID = 1000


class NoSuchPost(LookupError):
    """There is no such post, or it is not in the state that a change needs."""


@dataclass(frozen=True, slots=True)
class Term:
    """A category or a tag."""

    id: int
    name: str
    slug: str
    taxonomy: Taxonomy

    @property
    def path(self) -> str:
        return f"/{'category' if self.taxonomy == 'category' else 'tag'}/{self.slug}/"


class Library:
    """Posts, terms and old slugs.

    `clock` returns seconds since the epoch. WordPress counts whole seconds, so that of two changes
    within one second readers would not notice the second. Here each change is dated at least one
    second after the one before.
    """

    def __init__(self, posts: Iterable[Post], *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._posts: dict[int, Post] = {}
        self._terms: dict[tuple[Taxonomy, str], Term] = {}
        self._old_slugs: dict[str, int] = {}
        self._last_change = datetime.min.replace(tzinfo=UTC)
        self._next_id = 1
        self.term("category", "Interviews")
        self.term("category", "News")
        for post in posts:
            self._save(post)

    def published(self, term: Term | None = None) -> list[Post]:
        """Public posts, newest first, of one category or tag or of all."""
        posts = (post for post in self._posts.values() if post.status == "publish")
        if term is not None:
            posts = (post for post in posts if term.name in _names(post, term.taxonomy))
        return sorted(posts, key=lambda post: (post.date, post.id), reverse=True)

    def drafts(self) -> list[Post]:
        """Unpublished posts, the next one to publish first."""
        waiting = (post for post in self._posts.values() if post.status == "draft")
        return sorted(waiting, key=lambda post: post.later)

    def last_modified(self) -> datetime:
        """The latest change of any public post (WordPress, get_lastpostmodified)."""
        times = (post.modified for post in self._posts.values() if post.status == "publish")
        return max(times, default=datetime.fromtimestamp(0, UTC))

    def by_id(self, post_id: int) -> Post | None:
        return self._posts.get(post_id)

    def by_slug(self, slug: str) -> Post | None:
        return next((post for post in self._posts.values() if post.slug == slug), None)

    def moved(self, slug: str) -> Post | None:
        """The public post that formerly had this slug."""
        post = self._posts.get(self._old_slugs.get(slug, 0))
        return post if post is not None and post.status == "publish" else None

    def terms(self, taxonomy: Taxonomy) -> list[Term]:
        return [term for term in self._terms.values() if term.taxonomy == taxonomy]

    def terms_of(self, post: Post, taxonomy: Taxonomy) -> list[Term]:
        """Terms of one post, by name, as WordPress lists them."""
        return [self.term(taxonomy, name) for name in sorted(_names(post, taxonomy))]

    def term_by_slug(self, taxonomy: Taxonomy, slug: str) -> Term | None:
        wanted = (term for term in self.terms(taxonomy) if term.slug == slug)
        return next(wanted, None)

    def term(self, taxonomy: Taxonomy, name: str) -> Term:
        """The term of that name, made when there is none yet."""
        known = self._terms.get((taxonomy, name))
        if known is not None:
            return known
        first = 2 if taxonomy == "category" else _FIRST_TAG_ID
        term_id = first + len(self.terms(taxonomy))
        slug = slugify(name) or f"tag-{term_id}"
        if self.term_by_slug(taxonomy, slug) is not None:
            slug = f"{slug}-{term_id}"
        term = self._terms[taxonomy, name] = Term(term_id, name, slug, taxonomy)
        return term

    # Changes

    def publish(self, slug: str | None = None) -> Post:
        """Publish the draft `slug`, or the next one; dated now. Raises NoSuchPost."""
        waiting = self.drafts()
        chosen = [post for post in waiting if slug is None or post.slug == slug]
        if not chosen:
            names = ", ".join(post.slug for post in waiting) or "none is left"
            raise NoSuchPost(f"nothing to publish as {slug or 'the next post'}; waiting: {names}")
        now = self._now()
        return self._save(replace(chosen[0], status="publish", date=now, modified=now))

    def publish_new(
        self,
        title: str,
        body: str,
        *,
        slug: str | None = None,
        date: datetime | None = None,
        guid: str | None = None,
        **fields: Any,
    ) -> Post:
        """Publish a new post; `fields` are further fields of `Post`.

        A slug that is taken gets a number, as in WordPress. With a `date` (aware) the post was also
        modified then, as importers do it: no feed header changes.
        """
        number, now = self._next_id + 1, self._now()
        post = Post(
            id=number,
            slug=self._free_slug(slug or slugify(title)[:200] or str(number), number),
            title=title,
            body=body,
            date=date or now,
            modified=date or now,
            guid=guid or f"{GUID_HOST}/?p={number}",
            **fields,
        )
        return self._save(post)

    def edit(self, slug: str, *, new_slug: str | None = None, **changes: Any) -> Post:
        """Change fields of a public post; GUID and date stay, and `modified` is now.

        After a `new_slug` the old slug still leads to the post.
        """
        post = self._public(slug)
        if new_slug is not None and new_slug != slug:
            changes["slug"] = self._free_slug(new_slug, post.id)
            self._old_slugs[slug] = post.id
            self._old_slugs.pop(changes["slug"], None)
        return self._save(replace(post, modified=self._now(), **changes))

    def trash(self, slug: str) -> Post:
        """Move a public post to the trash."""
        return self._save(replace(self._public(slug), status="trash"))

    def restore(self, slug: str) -> Post:
        """Publish a trashed post again, otherwise unchanged."""
        post = self.by_slug(slug)
        if post is None or post.status != "trash":
            raise NoSuchPost(f"no post {slug} in the trash")
        return self._save(replace(post, status="publish", modified=self._now()))

    def delete(self, slug: str) -> Post:
        """Delete a post permanently."""
        post = self.by_slug(slug)
        if post is None:
            raise NoSuchPost(f"no post {slug}")
        return self._posts.pop(post.id)

    def _public(self, slug: str) -> Post:
        post = self.by_slug(slug)
        if post is None or post.status != "publish":
            raise NoSuchPost(f"no public post {slug}")
        return post

    def _free_slug(self, slug: str, post_id: int) -> str:
        taken = {post.slug for post in self._posts.values() if post.id != post_id}
        number, free = 2, slug
        while free in taken:
            free, number = f"{slug}-{number}", number + 1
        return free

    def _now(self) -> datetime:
        now = datetime.fromtimestamp(self._clock(), UTC).replace(microsecond=0)
        latest = max(self._last_change, self.last_modified())
        self._last_change = max(now, latest + timedelta(seconds=1))
        return self._last_change

    def _save(self, post: Post) -> Post:
        self._posts[post.id] = post
        self._next_id = max(self._next_id, post.id + 1)
        self.terms_of(post, "category")
        self.terms_of(post, "post_tag")
        return post


def _names(post: Post, taxonomy: Taxonomy) -> tuple[str, ...]:
    return post.categories if taxonomy == "category" else post.tags
