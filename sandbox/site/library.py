"""What the site holds and how it changes; no HTTP."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sandbox.site.posts import Post, slugify

Taxonomy = Literal["category", "post_tag"]

GUID_HOST = "http://www.kcrush.example"
"""GUIDs keep the host of the day a post was made; this site has moved since, so its posts have
the same GUIDs whatever port it is served on."""

_FIRST_TAG_ID = 1000


class NoSuchPost(LookupError):
    """No post, or no post in the state that the change needs."""


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

    `clock` gives seconds since 1970. WordPress counts in whole seconds, so two changes within one
    second would share one ETag and the second would stay unseen; here each change is dated at
    least a second after the one before it.
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
            self._keep(post)

    # -- asking

    def published(self, term: Term | None = None) -> list[Post]:
        """Public posts, newest first, of one category or tag or of all."""
        posts = (post for post in self._posts.values() if post.status == "publish")
        if term is not None:
            posts = (post for post in posts if term.name in _names(post, term.taxonomy))
        return sorted(posts, key=lambda post: (post.date, post.id), reverse=True)

    def later(self) -> list[Post]:
        """Posts that wait to be published, the next one first."""
        waiting = (post for post in self._posts.values() if post.status == "draft")
        return sorted(waiting, key=lambda post: post.later)

    def last_modified(self) -> datetime:
        """When anything that is public now was last changed (WordPress, get_lastpostmodified)."""
        times = (post.modified for post in self._posts.values() if post.status == "publish")
        return max(times, default=datetime.fromtimestamp(0, UTC))

    def by_id(self, post_id: int) -> Post | None:
        return self._posts.get(post_id)

    def by_slug(self, slug: str) -> Post | None:
        return next((post for post in self._posts.values() if post.slug == slug), None)

    def moved(self, slug: str) -> Post | None:
        """The public post that once had this slug."""
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

    # -- changing

    def publish(self, slug: str | None = None) -> Post:
        """Publish the post `slug` that was kept for later, or the next one; dated now."""
        waiting = self.later()
        chosen = [post for post in waiting if slug is None or post.slug == slug]
        if not chosen:
            names = ", ".join(post.slug for post in waiting) or "none is left"
            raise NoSuchPost(f"nothing to publish as {slug or 'the next post'}; waiting: {names}")
        now = self._now()
        return self._keep(replace(chosen[0], status="publish", date=now, modified=now))

    def publish_new(self, post: Callable[[int, datetime], Post]) -> Post:
        """Publish what `post` makes of the next id and the present moment; a slug that is taken
        gets a number, as WordPress does."""
        new = post(self._next_id + 1, self._now())
        return self._keep(replace(new, slug=self._free(new.slug or str(new.id), new.id)))

    def edit(self, slug: str, *, new_slug: str | None = None, **changes: Any) -> Post:
        """Change fields of a public post: its GUID, date and place stay, `modified` moves on, and
        an old slug keeps leading to it."""
        post = self._public(slug)
        if new_slug is not None and new_slug != slug:
            changes["slug"] = self._free(new_slug, post.id)
            self._old_slugs[slug] = post.id
            self._old_slugs.pop(changes["slug"], None)
        return self._keep(replace(post, modified=self._now(), **changes))

    def trash(self, slug: str) -> Post:
        """Take a public post away; it can be restored."""
        return self._keep(replace(self._public(slug), status="trash"))

    def restore(self, slug: str) -> Post:
        """Bring a trashed post back as it was."""
        post = self.by_slug(slug)
        if post is None or post.status != "trash":
            raise NoSuchPost(f"no post {slug} in the trash")
        return self._keep(replace(post, status="publish", modified=self._now()))

    def delete(self, slug: str) -> Post:
        """Take a post away for good."""
        post = self.by_slug(slug)
        if post is None:
            raise NoSuchPost(f"no post {slug}")
        return self._posts.pop(post.id)

    def _public(self, slug: str) -> Post:
        post = self.by_slug(slug)
        if post is None or post.status != "publish":
            raise NoSuchPost(f"no public post {slug}")
        return post

    def _free(self, slug: str, post_id: int) -> str:
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

    def _keep(self, post: Post) -> Post:
        self._posts[post.id] = post
        self._next_id = max(self._next_id, post.id + 1)
        self.terms_of(post, "category")
        self.terms_of(post, "post_tag")
        return post


def _names(post: Post, taxonomy: Taxonomy) -> tuple[str, ...]:
    return post.categories if taxonomy == "category" else post.tags
