"""The reader: an interview's cover, then question by question, turned by buttons."""

from dataclasses import dataclass

import discord

from bot.core.batching import batched
from bot.core.i18n import Text
from bot.core.model import COVER, END, OUTRO, Interview, Position, StoredInterview, Topic
from bot.core.text import is_visible, one_line
from bot.core.topics import topic_of
from bot.store import Opened
from bot.ui import ids
from bot.ui.cards import LONG_TITLE, byline, date_of, kinds
from bot.ui.layout import (
    GALLERY_LIMIT,
    OPTION_LIMIT,
    Item,
    Layout,
    button,
    container,
    gallery,
    link_button,
    menu,
    option,
    row,
    rule,
    small,
    words,
)
from bot.ui.markdown import join, link
from bot.ui.pages import Page, first_hidden, hero, minutes_to_read, page_at

_COVER_TITLE_LIMIT = 250
_COVER_URL_LIMIT = 300
_RUNNING_TITLE_LIMIT = 120
_RUNNING_URL_LIMIT = 300
"""Such that a cover with the longest names and roles, and any page with the longest heading, stay
below Discord's 4,000 characters together with ``BODY_LIMIT``."""


@dataclass(frozen=True, slots=True)
class View:
    """How a page is shown: which 25 questions the menu offers (from 0; by default those around
    the question shown), how many questions can be read here (``None``: all), and a line for the
    one person, as markdown."""

    menu_page: int | None = None
    limit: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReaderPage:
    """A page, and the place to remember for it: ``END`` on the last."""

    layout: Layout
    place: Position


def reader_page(
    stored: StoredInterview, position: Position, text: Text, view: View = View()
) -> Layout:
    """The page of an interview at `position`, or the nearest that there is, as anybody sees it."""
    return opened_page(Opened(stored), position, text, view).layout


def opened_page(opened: Opened, position: Position, text: Text, view: View = View()) -> ReaderPage:
    """The page of an interview at `position`, or the nearest that there is, as the person who
    opened it sees it. Withdrawn interviews are the caller's to refuse.
    """
    interview = opened.stored.interview
    page = page_at(interview, position, text, limit=view.limit)
    at_cover = page.position == COVER
    head = _cover(interview, text) if at_cover else _running_head(interview, page, text)
    galleries = [gallery(images) for images in batched(page.images, GALLERY_LIMIT)]
    layout = Layout(
        container(
            *head,
            words(page.body),
            *galleries,
            words(small(view.note or _stopped(opened, page, text, view))),
            rule(),
            *_menu(opened.stored, page, text, view),
            *_buttons(opened, page, text, view),
        )
    )
    return ReaderPage(layout, END if page.forth is None else page.position)


def _cover(interview: Interview, text: Text) -> list[Item | None]:
    picture = hero(interview)
    return [
        gallery([picture]) if picture else None,
        words("\n".join(filter(None, (_title(interview, text), byline(interview))))),
        words(small(_facts(interview, text))),
        rule() if is_visible(interview.transcript.intro) else None,
    ]


def _title(interview: Interview, text: Text) -> str:
    title = one_line(interview.title)
    title = title if is_visible(title) else text("card.untitled")
    heading = "##" if len(title) <= LONG_TITLE else "###"
    linked = link(title, interview.url, _COVER_TITLE_LIMIT, url_limit=_COVER_URL_LIMIT)
    return f"{heading} {linked}"


def _facts(interview: Interview, text: Text) -> str:
    """Topic, date and length: what one wants to know before one begins."""
    kind = topic_of(interview.subjects, interview.tags)
    turns = len(interview.transcript.turns)
    return join(
        [
            *kinds(interview, text)[: None if kind is Topic.OTHER else 1],
            date_of(interview),
            text.plural("card.questions", turns) if turns else None,
            text.plural("reader.minutes", minutes_to_read(interview)),
        ]
    )


def _running_head(interview: Interview, page: Page, text: Text) -> list[Item | None]:
    title = interview.title if is_visible(interview.title) else text("card.untitled")
    linked = link(title, interview.url, _RUNNING_TITLE_LIMIT, url_limit=_RUNNING_URL_LIMIT)
    heading = "\n".join(f"### {line}" for line in page.heading.split("\n") if line)
    place = join([_place(interview, page, text), _part(interview, page, text)])
    return [words("\n".join(filter(None, (small(join([place, linked])), heading))))]


def _place(interview: Interview, page: Page, text: Text) -> str:
    total = len(interview.transcript.turns)
    if page.withheld:
        return ""
    match page.position.section:
        case 0:
            return text("reader.intro") if total else ""
        case section if section == OUTRO:
            return text("reader.outro")
        case number:
            return text("reader.question", number=text.number(number), total=text.number(total))


def _part(interview: Interview, page: Page, text: Text) -> str:
    if page.parts == 1:
        return ""
    number, total = text.number(page.position.part + 1), text.number(page.parts)
    key = "reader.part" if interview.transcript.turns else "reader.page"
    return text(key, number=number, total=total)


def _buttons(opened: Opened, page: Page, text: Text, view: View) -> list["Item | None"]:
    """What there is to press: some 270 pixels a row, what a phone leaves between its margins."""
    number, turns = opened.stored.id, opened.stored.interview.transcript.turns
    section = page.position.section
    asked = section if 0 < section <= len(turns) and not page.withheld else COVER.section
    shown = Position(section, page.position.part)
    share = button(text("reader.share"), ids.Share(number, asked).custom_id)
    if asked in opened.saved:
        dropped = ids.Unsave(number, shown).custom_id
        save = button(text("reader.saved"), dropped, style=discord.ButtonStyle.success)
    else:
        save = button(text("reader.save"), ids.Save(number, shown).custom_id)
    similar = button(text("reader.similar"), ids.Similar(number).custom_id)
    quote = (
        button(text("reader.quote"), ids.QuotePicture(number, asked).custom_id) if turns else None
    )
    site = link_button(text("card.open"), opened.stored.interview.url)
    place = _begun(opened, page, text, view)
    if place is None:
        turners = _turners(number, page, text, starts=bool(turns))
        return [row(*turners, save), row(share, similar, quote), row(site)]
    goes_on = ids.TurnPage(number, place, "c").custom_id
    begun = row(
        button(text("reader.continue"), goes_on, style=discord.ButtonStyle.primary),
        button(
            text("reader.start-again"),
            ids.TurnPage(number, page.forth or page.position, "n").custom_id,
        ),
    )
    return [begun, row(save, share, similar), row(quote, site)]


def _turners(
    number: int, page: Page, text: Text, *, starts: bool
) -> "list[discord.ui.Button[discord.ui.LayoutView]]":
    """Back and on; there is nothing before the cover, and sometimes nothing but the cover."""
    forth = ids.TurnPage(number, page.forth or page.position, "n").custom_id
    at_cover = page.position == COVER
    if at_cover and page.forth is None:
        return []
    onwards = button(
        text("reader.start") if at_cover and starts and page.parts == 1 else text("reader.next"),
        forth,
        style=discord.ButtonStyle.primary,
        disabled=page.forth is None,
    )
    if at_cover:
        return [onwards]
    back = ids.TurnPage(number, page.back or page.position, "b").custom_id
    return [button(text("reader.back"), back), onwards]


def _begun(opened: Opened, page: Page, text: Text, view: View) -> Position | None:
    """Where a person stopped in the interview on whose cover they are."""
    if opened.place is None or page.position != COVER or page.forth is None:
        return None
    place = opened.place.position
    hidden = first_hidden(opened.stored.interview, text, view.limit)
    if place in {COVER, END} or (hidden is not None and place >= hidden):
        return None
    return place


def _stopped(opened: Opened, page: Page, text: Text, view: View) -> str:
    """At which question that was."""
    place, turns = _begun(opened, page, text, view), opened.stored.interview.transcript.turns
    if place is None or not 0 < place.section <= len(turns):
        return ""
    return text("reader.stopped", number=text.number(place.section), total=text.number(len(turns)))


def saved_section(interview: Interview, position: Position, limit: int | None = None) -> int:
    """What is saved on the page at `position`: a question's number, or 0 for the interview."""
    turns = len(interview.transcript.turns)
    readable = turns if limit is None else min(turns, limit)
    return position.section if position.section <= readable else COVER.section


def _menu(stored: StoredInterview, page: Page, text: Text, view: View) -> list[Item | None]:
    """The questions to jump to, 25 at a time; where they are withheld, the page that says so."""
    turns = stored.interview.transcript.turns
    if not turns:
        return []
    shown_turns = turns if view.limit is None else turns[: view.limit]
    pages = -(-len(shown_turns) // OPTION_LIMIT)
    here = min(page.position.section, len(shown_turns)) - 1
    shown = max(0, here) // OPTION_LIMIT
    if view.menu_page is not None:
        shown = min(view.menu_page, pages - 1)
    first = shown * OPTION_LIMIT
    options = [
        option(
            f"{text.number(number)}. {one_line(turn.question)}"
            if is_visible(turn.question)
            else text("reader.question-untitled", number=text.number(number)),
            ids.position_value(Position(number)),
            default=number == page.position.section,
        )
        for number, turn in enumerate(shown_turns[first : first + OPTION_LIMIT], first + 1)
    ]
    hidden = first_hidden(stored.interview, text, view.limit)
    if hidden is not None:
        rest = ids.position_value(hidden)
        options.append(option(text("reader.withheld"), rest, default=page.withheld))
    questions = menu(text("reader.jump"), ids.Jump(stored.id).custom_id, options)
    return [questions, _menu_buttons(stored.id, len(shown_turns), page, text, shown)]


def _menu_buttons(interview: int, turns: int, page: Page, text: Text, shown: int) -> "Item | None":
    def to(other: int, key: str) -> "discord.ui.Button[discord.ui.LayoutView] | None":
        first = other * OPTION_LIMIT + 1
        if not 1 <= first <= turns:
            return None
        last = min(first + OPTION_LIMIT - 1, turns)
        label = text(key, first=text.number(first), last=text.number(last))
        return button(label, ids.TurnMenu(interview, page.position, other).custom_id)

    return row(to(shown - 1, "reader.menu-earlier"), to(shown + 1, "reader.menu-later"))
