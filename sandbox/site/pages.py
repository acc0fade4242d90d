"""The site's HTML: article and listing pages with the furniture that magazines put around them."""

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

_ARTICLE = Template("""<article id="post-$id" class="post-$id post type-post status-publish \
format-standard has-post-thumbnail hentry $classes">
<header class="entry-header">
<p class="entry-kicker">$kicker</p>
<h1 class="entry-title">$title</h1>
<p class="entry-meta"><time class="entry-date published" datetime="$iso">$date</time> \
<span class="sep">|</span> <span class="post-views">$visits Visits</span> \
<span class="sep">|</span> <span class="byline">by $author</span></p>
</header>
$share
<div class="entry-content">
$body
</div>
$share
<footer class="entry-footer"><p class="tags-links">Tags: $tags</p></footer>
<div id="jp-relatedposts" class="jp-relatedposts"><h3 class="jp-relatedposts-headline">\
<em>Related</em></h3><ul>$related</ul></div>
</article>""")

_SHARE = Template("""<div class="sharedaddy sd-sharing-enabled"><div class="robots-nocontent \
sd-block sd-social"><h3 class="sd-title">Share this:</h3><ul>
<li class="share-facebook"><a rel="nofollow noopener" class="share-facebook sd-button" \
href="https://www.facebook.com/sharer.php?u=$link">Facebook</a></li>
<li class="share-x"><a rel="nofollow noopener" class="share-x sd-button" \
href="https://x.com/intent/post?url=$link&amp;text=$title">X</a></li>
<li class="share-email"><a rel="nofollow noopener" class="share-email sd-button" \
href="mailto:?subject=$title&amp;body=$link">E-mail</a></li>
</ul></div></div>""")

_CARD = Template("""<article id="post-$id" class="post-$id post type-post card">
<a class="post-thumbnail" href="$link">$image</a>
<h2 class="entry-title"><a href="$link" rel="bookmark">$title</a></h2>
<p class="entry-meta"><time datetime="$iso">$date</time> <span class="sep">|</span> \
<span class="post-views">$visits Visits</span></p>
<div class="entry-summary"><p>$excerpt</p></div>
<a class="more-link" href="$link">Read More</a>
</article>""")


class Pages:
    """Renders pages; `url` tells the site's address, `theme` holds ``page.html``, their frame."""

    def __init__(self, library: Library, url: Callable[[], str], theme: Path) -> None:
        self._library = library
        self._url = url
        self._frame = Template((theme / "page.html").read_text(encoding="utf-8"))

    def article(self, post: Post) -> str:
        link = f"{self._url()}{post.path}"
        share = _SHARE.substitute(link=quote_plus(link), title=quote_plus(post.title))
        tags = self._library.terms_of(post, "post_tag")
        categories = self._library.terms_of(post, "category")
        content = _ARTICLE.substitute(
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
            content += self._desk()
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
        return self._frame.substitute(
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
        return _CARD.substitute(
            _facts(post),
            link=f"{self._url()}{post.path}",
            image=image if post.image else "",
            excerpt=escape(excerpt_of(post)).replace("&amp;#8230;", "&hellip;"),
        )

    def _desk(self) -> str:
        """The front page's button for a person who tries the bot out."""
        waiting = self._library.later()
        if not waiting:
            return ""
        return (
            '<form class="desk" method="post" action="/sample/publish"><p>'
            f"Next in the drawer: <strong>{escape(waiting[0].title)}</strong></p>"
            "<button>Publish it now</button></form>"
        )

    def _related(self, post: Post) -> list[Post]:
        others = [other for other in self._library.published() if other.id != post.id]
        others.sort(key=lambda other: len(set(other.tags) & set(post.tags)), reverse=True)
        return others[:3]


def _facts(post: Post) -> dict[str, object]:
    """What article and card both say of a post. Visits are made up, but the same every time."""
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


def sitemap_index(url: str) -> str:
    """``/wp-sitemap.xml``."""
    entry = f"<sitemap><loc>{url}/wp-sitemap-posts-post-1.xml</loc></sitemap>"
    return f'{_XML}<sitemapindex xmlns="{_SITEMAPS}">{entry}</sitemapindex>\n'


def sitemap_posts(library: Library, url: str) -> str:
    """``/wp-sitemap-posts-post-1.xml``: every post's address and its last change."""
    entries = "".join(
        f"<url><loc>{url}{post.path}</loc><lastmod>{post.modified.isoformat()}</lastmod></url>"
        for post in library.published()
    )
    return f'{_XML}<urlset xmlns="{_SITEMAPS}">{entries}</urlset>\n'


def robots(url: str) -> str:
    """``/robots.txt`` as WordPress makes it up when there is no such file."""
    return (
        "User-agent: *\nDisallow: /wp-admin/\nAllow: /wp-admin/admin-ajax.php\n\n"
        f"Sitemap: {url}/wp-sitemap.xml\n"
    )


_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
