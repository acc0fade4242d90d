"""The RSS feed, with the tags and whitespace of WordPress (wp-includes/feed-rss2.php)."""

import re
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape

from sandbox.site.library import Library, Term
from sandbox.site.posts import SAMPLE, Post, excerpt_of

PER_PAGE = 10
"""Settings, Reading: "Syndication feeds show the most recent" 10 items."""

TITLE = "KCrush Magazine"
TAGLINE = "Interviews with people who do not exist (the sample site of kcrush-bot)"
GENERATOR = "https://wordpress.org/?v=6.8"

_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff☀☁☔☕⚡⚽⛄✨❄❤✌⭐]"
    "(?:[\ufe0f\U0001f3fb-\U0001f3ff]|\u200d[\U0001f300-\U0001faff☀-➿])*"
)

_HEAD = (SAMPLE / "theme" / "feed-head.xml").read_text(encoding="utf-8")
_ITEM = (SAMPLE / "theme" / "feed-item.xml").read_text(encoding="utf-8")
_TAIL = "\t</channel>\n</rss>\n"


def rss(
    library: Library, posts: Sequence[Post], *, url: str, path: str, heading: str | None
) -> str:
    """A feed of `posts`, newest first. `path` is its own; `heading` names the category or tag."""
    built = max((post.modified for post in posts), default=library.last_modified())
    title = f"{heading} – {TITLE}" if heading else TITLE
    head = _HEAD.format(
        title=text(title).replace("–", "&#8211;"),
        self=f"{url}{path}",
        url=url,
        tagline=text(TAGLINE),
        built=rfc822(built),
        generator=GENERATOR,
    )
    return head + "".join(_item(library, post, url) for post in posts) + _TAIL


def _item(library: Library, post: Post, url: str) -> str:
    terms: list[Term] = [*library.terms_of(post, "category"), *library.terms_of(post, "post_tag")]
    categories = "\n\t\t".join(f"<category>{_cdata(term.name)}</category>" for term in terms)
    return _ITEM.format(
        title=text(post.title),
        link=f"{url}{post.path}",
        author=_inside(post.author),
        date=rfc822(post.date),
        categories=categories,
        guid=text(post.guid),
        excerpt=_inside(excerpt_of(post)),
        body=_inside(emoji_images(absolute(post.body, url))),
    )


def absolute(html: str, url: str) -> str:
    """`html` with addresses relative to the site's root made absolute."""
    whole = re.sub(r"""((?:src|href|data-src|srcset)=["'])/(?!/)""", rf"\g<1>{url}/", html)
    return re.sub(r"(?<=, )/wp-content/", f"{url}/wp-content/", whole)


def emoji_images(html: str) -> str:
    """`html` with each emoji replaced by an image, as in WordPress's feeds (wp_staticize_emoji)."""

    def image(found: re.Match[str]) -> str:
        sign = found[0]
        name = "-".join(f"{ord(part):x}" for part in sign if part != "\ufe0f")
        return (
            f'<img src="https://s.w.org/images/core/emoji/15.1.0/72x72/{name}.png" '
            f'alt="{sign}" class="wp-smiley" style="height: 1em; max-height: 1em;" />'
        )

    return _EMOJI.sub(image, html)


def rfc822(moment: datetime) -> str:
    """``Tue, 16 Mar 2021 14:00:00 +0000``."""
    return format_datetime(moment)


def text(value: str) -> str:
    """`value` escaped as WordPress does it: ``&`` is ``&#038;``."""
    return escape(value, quote=False).replace("&amp;", "&#038;")


def _inside(value: str) -> str:
    return value.replace("]]>", "]]&gt;")


def _cdata(value: str) -> str:
    return f"<![CDATA[{_inside(value)}]]>"
