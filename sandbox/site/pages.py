"""The site's HTML: article and listing pages, with the parts that magazines put around them.

The templates are in the theme's folder.
"""

import zlib
from collections.abc import Callable, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import quote_plus

from sandbox.site.feed import PER_PAGE, TAGLINE, TITLE, absolute
from sandbox.site.library import Library
from sandbox.site.posts import SITE_ZONE, Post, excerpt_of, plain


class Pages:
    """Renders pages; `url` returns the site's address, `theme` is the folder of the templates."""

    def __init__(self, library: Library, url: Callable[[], str], theme: Path) -> None:
        self._library = library
        self._url = url
        self._templates = {
            file.stem: Template(file.read_text(encoding="utf-8").rstrip("\n"))
            for file in theme.glob("*.html")
        }

    def article(self, post: Post) -> str:
        link = f"{self._url()}{post.path}"
        share = self._templates["share"].substitute(
            link=quote_plus(link), title=quote_plus(post.title)
        )
        tags = self._library.terms_of(post, "post_tag")
        categories = self._library.terms_of(post, "category")
        content = self._templates["article"].substitute(
            _facts(post),
            classes=escape(" ".join(f"category-{term.slug}" for term in categories)),
            kicker=escape(" · ".join(term.name for term in categories)),
            author=escape(post.author),
            share=share,
            body=absolute(post.body, self._url()),
            tags=", ".join(
                f'<a href="{self._url()}{tag.path}" rel="tag">{escape(tag.name)}</a>'
                for tag in tags
            ),
            related="".join(
                f'<li><a href="{self._url()}{other.path}">{escape(other.title)}</a></li>'
                for other in self._related(post)
            ),
        )
        head = [
            f'<meta name="description" content="{escape(plain(excerpt_of(post)))}" />',
            f'<link rel="canonical" href="{link}" />',
            f'<link rel="shortlink" href="{self._url()}/?p={post.id}" />',
            '<meta property="og:type" content="article" />',
            f'<meta property="og:title" content="{escape(post.title)}" />',
            f'<meta property="article:published_time" content="{post.date.isoformat()}" />',
        ]
        if post.image:
            image = f"{self._url()}{escape(post.image)}"
            head.append(f'<meta property="og:image" content="{image}" />')
        return self._page(
            post.title, content, "\n".join(head), f"single single-post postid-{post.id}"
        )

    def listing(self, heading: str, path: str, posts: Sequence[Post], page: int) -> str | None:
        """Page `page` (from 1) of a listing at `path`; None past its end."""
        pages = max(1, -(-len(posts) // PER_PAGE))
        if not 1 <= page <= pages:
            return None
        shown = posts[(page - 1) * PER_PAGE : page * PER_PAGE]
        cards = "\n".join(self._card(post) for post in shown)
        links = []
        if page > 1:
            before = path if page == 2 else f"{path}page/{page - 1}/"
            links.append(f'<a class="prev page-numbers" href="{self._url()}{before}">Newer</a>')
        links.append(f'<span class="page-numbers current">Page {page} of {pages}</span>')
        if page < pages:
            after = f"{path}page/{page + 1}/"
            links.append(f'<a class="next page-numbers" href="{self._url()}{after}">Older</a>')
        content = (
            f'<header class="page-header"><h1 class="page-title">{escape(heading)}</h1></header>\n'
            f'<div class="cards">{cards}</div>\n'
            f'<nav class="pagination">{" ".join(links)}</nav>'
        )
        if path == "/":
            content += self._publish_form()
        head = (
            f'<link rel="alternate" type="application/rss+xml" href="{self._url()}{path}feed/" />'
        )
        return self._page(heading, content, head, "archive" if path != "/" else "home blog")

    def missing(self) -> str:
        content = (
            '<section class="error-404 not-found"><h1 class="page-title">Nothing here</h1>'
            "<p>This page was moved, taken down, or never written. "
            f'<a href="{self._url()}/category/interviews/">All interviews</a></p></section>'
        )
        return self._page("Page not found", content, "", "error404")

    def _page(self, title: str, content: str, head: str, kind: str) -> str:
        newest = "".join(
            f'<li><a href="{self._url()}{post.path}">{escape(post.title)}</a></li>'
            for post in self._library.published()[:4]
        )
        return self._templates["page"].substitute(
            url=self._url(),
            site=escape(TITLE),
            tagline=escape(TAGLINE),
            title=escape(title),
            head=head,
            kind=kind,
            content=content,
            newest=newest,
        )

    def _card(self, post: Post) -> str:
        source = f'src="{self._url()}{post.image}" alt="{escape(post.alt)}"'
        image = f'<img loading="lazy" width="1200" height="675" {source} />'
        return self._templates["card"].substitute(
            _facts(post),
            link=f"{self._url()}{post.path}",
            image=image if post.image else "",
            excerpt=escape(excerpt_of(post)).replace("&amp;#8230;", "&hellip;"),
        )

    def _publish_form(self) -> str:
        """The front page's button that publishes the next draft."""
        waiting = self._library.drafts()
        if not waiting:
            return ""
        return (
            '<form class="desk" method="post" action="/sample/publish"><p>'
            f"Next draft: <strong>{escape(waiting[0].title)}</strong></p>"
            "<button>Publish it now</button></form>"
        )

    def _related(self, post: Post) -> list[Post]:
        others = [other for other in self._library.published() if other.id != post.id]
        others.sort(key=lambda other: len(set(other.tags) & set(post.tags)), reverse=True)
        return others[:3]


def _facts(post: Post) -> dict[str, object]:
    """The values that article and card templates share. Visits are invented, but stable."""
    return {
        "id": post.id,
        "title": escape(post.title, quote=False),
        "iso": post.date.astimezone(SITE_ZONE).isoformat(),
        "date": _day(post.date),
        "visits": f"{900 + zlib.crc32(post.slug.encode()) % 20_000:,}",
    }


def _day(moment: datetime) -> str:
    local = moment.astimezone(SITE_ZONE)
    return f"{local:%B} {local.day}, {local.year}"


ROBOTS = "User-agent: *\nDisallow: /wp-admin/\nAllow: /wp-admin/admin-ajax.php\n"
"""``/robots.txt`` as WordPress generates it when there is no such file, without a sitemap."""
