"""The reader: an interview's cover, then question after question, turned by buttons."""

from dataclasses import dataclass
from functools import cached_property

from discord import ButtonStyle

from bot.core.batching import batched
from bot.core.i18n import Text
from bot.core.model import COVER, END, OUTRO, Interview, Position, Topic
from bot.core.text import is_visible
from bot.core.topics import topic_of
from bot.store import OpenedInterview
from bot.ui import ids
from bot.ui.found import WordMarker, found_page
from bot.ui.interviews import (
    byline,
    colour_of,
    date_of,
    heading,
    question_count,
    question_of,
    question_title,
    site_button,
    tags_markdown,
    title_link,
)
from bot.ui.layout import (
    GALLERY_LIMIT,
    OPTION_LIMIT,
    Button,
    Content,
    Item,
    Layout,
    button,
    gallery,
    lines,
    menu,
    option,
    panel,
    row,
    rule,
    small,
)
from bot.ui.markdown import join
from bot.ui.pages import captions, first_hidden, heading_lines, minutes_to_read, page_at

_COVER_TITLE_LIMIT = 250
_COVER_URL_LIMIT = 300
_RUNNING_TITLE_LIMIT = 120
_RUNNING_URL_LIMIT = 300
"""Such that a cover with the longest names and roles, and any page with the longest heading, stay
below Discord's 4,000 characters together with ``BODY_LIMIT``."""


@dataclass(frozen=True, slots=True)
class ReaderView:
    """How a page is shown.

    ``menu_page`` says which 25 questions the menu offers (from 0; by default those around the
    question shown), ``limit`` how many questions can be read here (``None``: all); ``note`` is a
    line of markdown for the one person, ``marker`` finds the words to mark.
    """

    menu_page: int | None = None
    limit: int | None = None
    note: str = ""
    marker: WordMarker | None = None


class ReaderPage:
    """The page of an interview at a position, or the nearest one, as the person who opened it sees
    it. The caller refuses withdrawn interviews."""

    def __init__(
        self,
        opened: OpenedInterview,
        position: Position,
        text: Text,
        view: ReaderView = ReaderView(),
    ) -> None:
        self.opened = opened
        self.text = text
        self.view = view
        if view.marker is None:
            self.page = page_at(self._interview, position, text, limit=view.limit)
        else:
            self.page = found_page(self._interview, position.section, view.marker, text, view.limit)

    @property
    def place(self) -> Position:
        """The position to remember: ``END`` on the last page."""
        return END if self.page.forth is None else self.page.position

    @cached_property
    def layout(self) -> Layout:
        page, at_cover = self.page, self.page.position == COVER
        return panel(
            *(self._cover() if at_cover else self._running_head()),
            page.body,
            *map(gallery, batched(page.images, GALLERY_LIMIT)),
            captions(page.images),
            small(self.view.note or self._resume_hint()),
            rule(),
            *self._menu(),
            *self._buttons(),
            colour=colour_of(self._interview),
        )

    @property
    def _interview(self) -> Interview:
        return self.opened.stored.interview

    @property
    def _turn_count(self) -> int:
        return len(self._interview.transcript.turns)

    # ---------------------------------------------------------------- what is read

    def _cover(self) -> list[Content]:
        interview, text = self._interview, self.text
        topic, lead = topic_of(interview.subjects, interview.tags), interview.lead_image
        facts = [
            *tags_markdown(interview, text)[: None if topic is Topic.OTHER else 1],
            date_of(interview),
            question_count(self._turn_count, text),
            text.plural("reader.minutes", minutes_to_read(interview)),
        ]
        title = heading(interview, text, _COVER_TITLE_LIMIT, _COVER_URL_LIMIT)
        return [
            gallery([lead]),
            captions([lead] if lead else []),
            lines(title, byline(interview)),
            small(join(facts)),
            rule() if is_visible(interview.transcript.intro) else None,
        ]

    def _running_head(self) -> list[Content]:
        title = title_link(self._interview, self.text, _RUNNING_TITLE_LIMIT, _RUNNING_URL_LIMIT)
        place = join([self._section(), self._part(), title])
        return [lines(small(place), heading_lines(self.page.heading))]

    def _section(self) -> str:
        section = self.page.position.section
        if self.page.withheld or (section == COVER.section and not self._turn_count):
            return ""
        if section == COVER.section:
            return self.text("reader.intro")
        if section == OUTRO:
            return self.text("reader.outro")
        return question_of(section, self._turn_count, self.text)

    def _part(self) -> str:
        if self.page.parts == 1:
            return ""
        key = "reader.part" if self._turn_count else "reader.page"
        number, total = self.page.position.part + 1, self.page.parts
        return self.text(key, number=self.text.number(number), total=self.text.number(total))

    # ---------------------------------------------------------------- buttons

    def _buttons(self) -> list[Item | None]:
        """The rows of buttons, each at most some 270 pixels wide, as a phone has room for."""
        text, number = self.text, self.opened.stored.id
        section = self.page.position.section
        is_question = 0 < section <= self._turn_count and not self.page.withheld
        asked = section if is_question else COVER.section
        save = self._save_button(asked)
        share = button(text("reader.share"), ids.Share(number, asked))
        similar = button(text("reader.similar"), ids.Similar(number))
        picture = ids.QuotePicture(number, asked)
        quote = button(text("reader.quote"), picture) if self._turn_count else None
        site = site_button(self._interview, text)
        resume = self._resume_position()
        if resume is None:
            return [row(*self._turners(), save), row(share, similar, quote), row(site)]
        start = ids.TurnPage(number, self.page.forth or self.page.position, "n")
        return [
            row(
                button(
                    text("reader.continue"),
                    ids.TurnPage(number, resume, "c"),
                    ButtonStyle.primary,
                ),
                button(text("reader.start-again"), start),
            ),
            row(save, share, similar),
            row(quote, site),
        ]

    def _save_button(self, asked: int) -> Button:
        number, shown = self.opened.stored.id, self.page.position
        if asked in self.opened.saved:
            return button(self.text("reader.saved"), ids.Unsave(number, shown), ButtonStyle.success)
        return button(self.text("reader.save"), ids.Save(number, shown))

    def _turners(self) -> list[Button]:
        """The buttons to the pages before and after; none where the cover is the only page."""
        page, number, text = self.page, self.opened.stored.id, self.text
        at_cover = page.position == COVER
        if at_cover and page.forth is None:
            return []
        starts = at_cover and self._turn_count and page.parts == 1
        forth = button(
            text("reader.start" if starts else "reader.next"),
            ids.TurnPage(number, page.forth or page.position, "n"),
            ButtonStyle.primary,
            disabled=page.forth is None,
        )
        if at_cover:
            return [forth]
        back = ids.TurnPage(number, page.back or page.position, "b")
        return [button(text("reader.back"), back), forth]

    def _resume_position(self) -> Position | None:
        """Where the person stopped in the interview on whose cover they are."""
        place = self.opened.place
        if place is None or self.page.position != COVER or self.page.forth is None:
            return None
        hidden = first_hidden(self._interview, self.text, self.view.limit)
        if place.position in {COVER, END} or (hidden is not None and place.position >= hidden):
            return None
        return place.position

    def _resume_hint(self) -> str:
        """At which question that was."""
        position, turns = self._resume_position(), self._turn_count
        if position is None or not 0 < position.section <= turns:
            return ""
        number, total = self.text.number(position.section), self.text.number(turns)
        return self.text("reader.stopped", number=number, total=total)

    # ---------------------------------------------------------------- menu of questions

    def _menu(self) -> list[Item | None]:
        """The questions to jump to, 25 at a time, and where some are withheld the page that says
        so."""
        text, page, view = self.text, self.page, self.view
        turns = self._interview.transcript.turns[: view.limit]
        if not turns:
            return []
        here = min(page.position.section, len(turns)) - 1
        shown = max(0, here) // OPTION_LIMIT
        if view.menu_page is not None:
            shown = min(view.menu_page, (len(turns) - 1) // OPTION_LIMIT)
        first = shown * OPTION_LIMIT + 1
        options = [
            option(
                question_title(number, turn.question, text),
                ids.position_value(Position(number)),
                default=number == page.position.section,
            )
            for number, turn in enumerate(turns[first - 1 : first - 1 + OPTION_LIMIT], first)
        ]
        hidden = first_hidden(self._interview, text, view.limit)
        if hidden is not None:
            rest = ids.position_value(hidden)
            options.append(option(text("reader.withheld"), rest, default=page.withheld))
        buttons = row(
            self._menu_button(shown - 1, len(turns), "reader.menu-earlier"),
            self._menu_button(shown + 1, len(turns), "reader.menu-later"),
        )
        return [menu(text("reader.jump"), ids.Jump(self.opened.stored.id), options), buttons]

    def _menu_button(self, menu_page: int, turns: int, key: str) -> Button | None:
        first = menu_page * OPTION_LIMIT + 1
        if not 1 <= first <= turns:
            return None
        last = min(first + OPTION_LIMIT - 1, turns)
        label = self.text(key, first=self.text.number(first), last=self.text.number(last))
        action = ids.TurnMenu(self.opened.stored.id, self.page.position, menu_page)
        return button(label, action)


def saved_section(interview: Interview, position: Position, limit: int | None = None) -> int:
    """What is saved on the page at `position`: a question's number, or 0 for the interview."""
    turns = len(interview.transcript.turns)
    readable = turns if limit is None else min(turns, limit)
    return position.section if position.section <= readable else COVER.section
