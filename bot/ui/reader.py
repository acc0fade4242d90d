"""The reader: an interview's cover, then question by question, turned by buttons."""

import discord

from bot.i18n import Text
from bot.model import Interview, StoredInterview
from bot.ui import ids
from bot.ui.cards import byline, facts
from bot.ui.ids import COVER, OUTRO, Position
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
from bot.ui.markdown import is_visible, join, link, one_line
from bot.ui.pages import Page, hero, minutes_to_read, page_at

_COVER_TITLE_LIMIT = 300
_RUNNING_TITLE_LIMIT = 120
_RUNNING_URL_LIMIT = 300


def reader_page(
    stored: StoredInterview, position: Position, text: Text, *, menu_page: int | None = None
) -> Layout:
    """The page of an interview at `position`, or the nearest that there is.

    `menu_page` (from 0) chooses which 25 questions the menu offers; by default those around the
    question shown. Withdrawn interviews are the caller's to refuse.
    """
    interview = stored.interview
    page = page_at(interview, position, text)
    at_cover = page.position == COVER
    head = _cover(interview, text) if at_cover else _running_head(interview, page, text)
    galleries = [
        gallery(page.images[start : start + GALLERY_LIMIT])
        for start in range(0, len(page.images), GALLERY_LIMIT)
    ]
    foot = [words(small(_length(interview, text)))] if at_cover else []
    return Layout(
        container(
            *head,
            words(page.body),
            *galleries,
            *foot,
            rule(),
            *_controls(stored, page, text, menu_page),
        )
    )


def _cover(interview: Interview, text: Text) -> list[Item | None]:
    picture = hero(interview)
    return [
        gallery([picture]) if picture else None,
        words(_title(interview, text, "## ")),
        words(byline(interview)),
        words(small(facts(interview))),
        rule(),
    ]


def _title(interview: Interview, text: Text, mark: str) -> str:
    title = interview.title if is_visible(interview.title) else text("card.untitled")
    return mark + link(title, interview.url, _COVER_TITLE_LIMIT)


def _running_head(interview: Interview, page: Page, text: Text) -> list[Item | None]:
    title = interview.title if is_visible(interview.title) else text("card.untitled")
    linked = link(title, interview.url, _RUNNING_TITLE_LIMIT, url_limit=_RUNNING_URL_LIMIT)
    heading = "\n".join(f"### {line}" for line in page.heading.split("\n") if line)
    place = join([_place(interview, page, text), _part(interview, page, text)])
    return [words("\n".join(filter(None, (small(join([place, linked])), heading))))]


def _place(interview: Interview, page: Page, text: Text) -> str:
    total = len(interview.transcript.turns)
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


def _length(interview: Interview, text: Text) -> str:
    turns = len(interview.transcript.turns)
    return join(
        [
            text.plural("card.questions", turns) if turns else None,
            text.plural("reader.minutes", minutes_to_read(interview)),
        ]
    )


def _controls(
    stored: StoredInterview, page: Page, text: Text, menu_page: int | None
) -> list[Item | None]:
    interview = stored.interview
    back = page.back or page.position
    forth = page.forth or page.position
    start = page.position == COVER and bool(interview.transcript.turns) and page.parts == 1
    buttons = row(
        button(
            text("reader.back"),
            ids.TurnPage(stored.id, back, "b").custom_id,
            disabled=page.back is None,
        ),
        button(
            text("reader.start") if start else text("reader.next"),
            ids.TurnPage(stored.id, forth, "n").custom_id,
            style=discord.ButtonStyle.primary,
            disabled=page.forth is None,
        ),
        link_button(text("card.open"), interview.url),
    )
    return [*_menu(stored, page, text, menu_page), buttons]


def _menu(
    stored: StoredInterview, page: Page, text: Text, menu_page: int | None
) -> list[Item | None]:
    turns = stored.interview.transcript.turns
    if not turns:
        return []
    pages = -(-len(turns) // OPTION_LIMIT)
    here = min(page.position.section, len(turns)) - 1
    shown = max(0, here) // OPTION_LIMIT if menu_page is None else min(menu_page, pages - 1)
    first = shown * OPTION_LIMIT
    options = [
        option(
            f"{text.number(number)}. {one_line(turn.question)}"
            if is_visible(turn.question)
            else text("reader.question-untitled", number=text.number(number)),
            ids.position_value(Position(number)),
            default=number == page.position.section,
        )
        for number, turn in enumerate(turns[first : first + OPTION_LIMIT], first + 1)
    ]
    questions = menu(text("reader.jump"), ids.Jump(stored.id).custom_id, options)
    return [questions, _menu_buttons(stored, page, text, shown, pages)]


def _menu_buttons(
    stored: StoredInterview, page: Page, text: Text, shown: int, pages: int
) -> "Item | None":
    def to(other: int, key: str) -> "discord.ui.Button[discord.ui.LayoutView] | None":
        if not 0 <= other < pages:
            return None
        first = other * OPTION_LIMIT + 1
        last = min(first + OPTION_LIMIT - 1, len(stored.interview.transcript.turns))
        label = text(key, first=text.number(first), last=text.number(last))
        return button(label, ids.TurnMenu(stored.id, page.position, other).custom_id)

    return row(to(shown - 1, "reader.menu-earlier"), to(shown + 1, "reader.menu-later"))
