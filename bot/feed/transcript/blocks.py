"""HTML to lines: the text as it stands on the page, with what marks each piece of it.

A line is what stands between two breaks: a paragraph, or a part of one parted by ``<br>``. Marks
are the words that later rules speak: ``bold``, ``italic``, ``underline``, ``color:#e02b20``,
``h3``, ``heading``, ``li``, ``blockquote``, ``class:question``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from bot.core.model import Image
from bot.feed.html import BLOCKS, LARGEST, parse_html
from bot.feed.identity import web_url
from bot.feed.text import scrub, shorten
from bot.feed.transcript import media
from bot.feed.transcript.furniture import is_furniture, is_hidden
from bot.feed.transcript.marks import (
    MARKS_OF_TAG,
    NO_MARKS,
    Attributes,
    Marks,
    marks_of_attributes,
)
from bot.feed.transcript.phrases import words
from bot.feed.transcript.shortcodes import strip_shortcodes

# Text that is no part of the page as a reader sees it.
_SILENT = words("silent_elements")
_MEDIA = frozenset(
    {"img", "amp-img", "iframe", "amp-iframe", "amp-video", "embed", "object", "video", "source"}
)
# Elements that stand for a YouTube player, and the attribute that names the video.
_PLAYERS = {"lite-youtube": "videoid", "amp-youtube": "data-videoid"}
_SETTING = re.compile(r'youtube_url"\s*:\s*"([^"]+)"')
_PICTURE_FILE = re.compile(r"(?i)\.(?:jpe?g|png|gif|webp|avif)(?:$|\?)")

_SPACE = re.compile(r"\s{2,}|[^\S ]")

# A question in bold may name a work that is not: "Tell us about *Parasite*".
PREVAILING = 0.75
CAPTION_LIMIT = 500
# Lines and pictures; the longest interviews have some hundred.
ITEMS_AT_MOST = 20_000
LINKS_AT_MOST = 100

_PARAGRAPHS = re.compile(r"\n[ \t\r]*\n\s*")
_MARKUP_PARTS = re.compile(r"(?i)<(?:p|br)")
_NEWLINE_IS_MARKUP = re.compile(
    r"(?:[^\s<>]|</(?:b|strong|i|em|u|span|a|font)>)[ \t]*\r?\n[ \t\r]*\n", re.IGNORECASE
)


class TextRun(NamedTuple):
    """A piece of a line with one set of marks."""

    text: str
    marks: Marks


@dataclass(slots=True)
class Line:
    """One line. Lines of one paragraph share `block`.

    ``marks`` are those of nearly all its words; ``glued`` says that it was cut from the line before
    it, with which it stands on one line of the page; ``list_item`` tells list items apart.
    """

    runs: list[TextRun]
    block: int
    glued: bool = False
    after_rule: bool = False
    list_item: int = 0
    text: str = field(init=False)
    marks: Marks = field(init=False)

    def __post_init__(self) -> None:
        self.runs = _spaced(self.runs)
        self.text = "".join(run.text for run in self.runs)
        self.marks = _prevailing(self.runs)


def _prevailing(runs: Sequence[TextRun]) -> Marks:
    """The marks of the first word that hold for nearly all letters: a title may stand out."""
    if len(runs) == 1:
        return runs[0].marks
    sizes = [(sum(map(str.isalnum, run.text)), run.marks) for run in runs]
    whole = sum(size for size, _ in sizes)
    first = next((marks for size, marks in sizes if size), runs[0].marks if runs else NO_MARKS)
    if not whole:
        return first
    return frozenset(
        mark
        for mark in first
        if sum(size for size, marks in sizes if mark in marks) >= PREVAILING * whole
    )


def _spaced(runs: list[TextRun]) -> list[TextRun]:
    """White space as a browser shows it: one blank between words, none at either end."""
    spaced: list[TextRun] = []
    at_blank = True
    for run in runs:
        text = run.text
        # No other white space than the blank is printable.
        if not text.isprintable() or "  " in text:
            text = _SPACE.sub(" ", text)
        if at_blank:
            text = text.lstrip()
        if text:
            at_blank = text.endswith(" ")
            spaced.append(TextRun(text, run.marks))
    while spaced and spaced[-1].text.endswith(" "):
        last = spaced.pop()
        if last.text != " ":
            spaced.append(TextRun(last.text[:-1], last.marks))
    return spaced


Item = Line | Image


@dataclass(slots=True)
class ArticleBody:
    """A body in reading order, with its media and links beside it."""

    items: list[Item] = field(default_factory=list)
    videos: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    simplified: bool = False
    shortcodes: tuple[str, ...] = ()

    def lines(self) -> list[Line]:
        return [item for item in self.items if isinstance(item, Line)]


def read_page(html: str, base_url: str) -> ArticleBody:
    """The lines, pictures, videos and links of a body. Total, and linear in its length."""
    cut = len(html) > LARGEST
    stripped = strip_shortcodes(html[:LARGEST])
    html = stripped.html
    tree, simplified = parse_html(html)
    reader = _Reader(base_url, raw_newlines=newline_is_markup(html))
    if tree.body is not None:
        reader.read(tree.body)
    for address in stripped.addresses:
        reader.video(address)
    reader.page.shortcodes = tuple(sorted(stripped.names))
    reader.page.simplified |= simplified or cut
    return reader.page


def newline_is_markup(html: str) -> bool:
    """Whether line ends are all that parts the paragraphs: the classic editor's raw text."""
    if _MARKUP_PARTS.search(html):
        return False
    return bool(_NEWLINE_IS_MARKUP.search(html)) or ("<" not in html and "\n" in html)


class _Reader:
    """Walks a tree once, in document order, without recursion."""

    def __init__(self, base_url: str, *, raw_newlines: bool) -> None:
        self.page = ArticleBody()
        self._base = base_url
        self._raw = raw_newlines
        self._runs: list[TextRun] = []
        self._block = 0
        self._empty_breaks = 0
        self._after_rule = False
        self._pictures: set[str] = set()
        self._source_sets: dict[str, str] = {}
        self._size = 0
        self._list_item = 0

    def read(self, root: LexborNode) -> None:
        self._size = len(root.text(deep=True))
        # Nodes and the marks of their text; None is where a block ends.
        stack: list[tuple[LexborNode | None, Marks]] = [(root.child, NO_MARKS)]
        while stack and len(self.page.items) < ITEMS_AT_MOST:
            node, marks = stack.pop()
            if node is None:
                self._end_block()
                continue
            if following := node.next:
                stack.append((following, marks))
            tag = node.tag or ""
            if tag == "-text":
                self._text(node.text_content or "", marks)
            elif tag not in _SILENT and not tag.startswith("-"):
                inner = self._enter(node, tag, marks)
                if inner is not None:
                    if tag in BLOCKS:
                        stack.append((None, marks))
                    if child := node.child:
                        stack.append((child, inner))
        self.page.simplified = bool(stack)
        self._end_block()

    def video(self, url: str | None) -> None:
        watched = media.embedded_video(url or "", self._base)
        if watched and watched not in self.page.videos:
            self.page.videos.append(watched)

    # ---- elements

    def _enter(self, node: LexborNode, tag: str, marks: Marks) -> Marks | None:
        """The marks of an element's children; None where there is nothing to read inside."""
        if tag == "br":
            self._break()
            return None
        if tag == "hr":
            self._end_block()
            self._after_rule = True
            return None
        attributes = node.attributes
        if tag in _MEDIA:
            self._media(tag, attributes, marks)
            return marks if tag == "video" else None
        if attributes:
            if is_hidden(attributes) or is_furniture(node, attributes, self._size):
                self._media_inside(node)
                return None
            marks = marks_of_attributes(attributes, marks)
            self._facade(tag, attributes)
        marks = marks | MARKS_OF_TAG.get(tag, NO_MARKS)
        if tag == "li":
            self._list_item += 1
        elif tag == "td":
            marks = marks | {f"cell:{_cell_number(node)}"}
        elif tag == "a":
            self._link(attributes)
        if tag in BLOCKS:
            self._end_block()
        return marks

    def _media(self, tag: str, attributes: Attributes, marks: Marks) -> None:
        if tag in ("img", "amp-img"):
            character = media.emoji(attributes)
            if character is not None:
                self._runs.append(TextRun(scrub(character), marks))
            else:
                self._picture({**self._source_sets, **attributes})
            self._source_sets = {}
        else:
            if tag == "source":
                self._source_sets = media.with_source_set(self._source_sets, attributes)
            source = _source(attributes)
            before = len(self.page.videos)
            self.video(source)
            known = web_url(source, self._base)
            if "iframe" in tag and known and len(self.page.videos) == before:
                self._add_link(known)

    def _media_inside(self, node: LexborNode) -> None:
        """A widget may be a frame around an embed; of what is skipped, the embedded video stays."""
        for frame in node.css("iframe")[:5]:
            self.video(_source(frame.attributes))

    def _facade(self, tag: str, attributes: Attributes) -> None:
        """Lazy players: an element that stands for a video until it is clicked."""
        if tag in _PLAYERS:
            self.video(f"https://www.youtube.com/embed/{attributes.get(_PLAYERS[tag])}")
        elif "youtube_url" in (settings := attributes.get("data-settings") or ""):
            found = _SETTING.search(settings)
            self.video(found[1].replace("\\/", "/") if found else None)
        elif tag == "div" and attributes.get("data-src"):
            self.video(attributes["data-src"])

    def _picture(self, attributes: Attributes) -> None:
        image = media.picture(attributes, self._base)
        if image is None or media.same_picture(image.url) in self._pictures:
            return
        self._pictures.add(media.same_picture(image.url))
        self._flush()
        self.page.items.append(image)

    def _link(self, attributes: Attributes) -> None:
        url = web_url(attributes.get("href") or "", self._base)
        if url and not _PICTURE_FILE.search(url):
            self._add_link(url)

    def _add_link(self, url: str) -> None:
        if url not in self.page.links and len(self.page.links) < LINKS_AT_MOST:
            self.page.links.append(url)

    # ---- text

    def _text(self, text: str, marks: Marks) -> None:
        if not self._raw and "pre" not in marks:
            if self._runs or not text.isspace():
                self._runs.append(TextRun(scrub(text), marks))
            return
        for number, paragraph in enumerate(_PARAGRAPHS.split(text)):
            if number:
                self._end_block()
            if len(self.page.items) > ITEMS_AT_MOST:
                return
            for part, line in enumerate(paragraph.split("\n")):
                if part:
                    self._break()
                self._runs.append(TextRun(scrub(line), marks))

    def _break(self) -> None:
        """``<br>`` ends a line; a second one with nothing between ends the paragraph."""
        if not self._flush():
            self._empty_breaks += 1
            if self._empty_breaks == 2:
                self._block += 1
        else:
            self._empty_breaks = 1

    def _end_block(self) -> None:
        self._flush()
        self._block += 1
        self._empty_breaks = 0

    def _flush(self) -> bool:
        """Whether there was a line."""
        if not self._runs:
            return False
        runs, self._runs = self._runs, []
        line = Line(runs, self._block, after_rule=self._after_rule, list_item=self._list_item)
        if not line.text:
            return False
        self._empty_breaks = 0
        video = media.bare_video(line.text)
        if video:
            self.video(video)
        elif "caption" in line.marks and self._caption(line.text):
            pass
        else:
            self.page.items.append(line)
            self._after_rule = False
        return True

    def _caption(self, text: str) -> bool:
        """Gives a caption to the picture before it; whether there is one."""
        if not self.page.items or not isinstance(image := self.page.items[-1], Image):
            return False
        whole = f"{image.caption[:CAPTION_LIMIT]} {text}".strip()
        self.page.items[-1] = replace(image, caption=shorten(whole, CAPTION_LIMIT))
        return True


def _source(attributes: Attributes) -> str:
    names = ("data-src", "data-lazy-src", "src", "data")
    return next((value for name in names if (value := attributes.get(name))), "")


def _cell_number(cell: LexborNode) -> int:
    number, before = 0, cell.prev
    while before is not None and number < 10:
        number += before.tag == "td"
        before = before.prev
    return number
