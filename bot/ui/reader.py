"""The reader: an interview's cover, then question after question, turned by buttons.

Two rows of controls stand below what is read: buttons, and a menu of the questions or of what else
can be done. A phone has room for some 290 pixels in a row, and a button is at least 60 wide, with 8
between two; so most have a sign for a label, and there are four at most.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from discord import ButtonStyle, SelectOption

from bot.core.batching import batched
from bot.core.i18n import Text
from bot.core.model import COVER, END, OUTRO, Interview, Position, Topic
from bot.core.text import is_visible
from bot.core.topics import topic_of
from bot.store import OpenedInterview
from bot.ui import ids
from bot.ui.custom_ids import Action
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

BACK, NEXT = "◀\N{VARIATION SELECTOR-15}", "▶\N{VARIATION SELECTOR-15}"
"""The selector keeps phones from showing an emoji in a box."""
SAVE, MORE, LESS = "\N{BOOKMARK}", "⋯", "✕"

_QUESTION_READ = 1000
"""Characters of a question that are looked at for a menu, which shows a hundred."""

_MENU_PAGE = OPTION_LIMIT - 2
"""Questions in a menu of an interview that has more of them than a menu has options: two are left
for the way to those before and after."""


@dataclass(frozen=True, slots=True)
class ReaderView:
    """How a page is shown.

    ``menu_page`` says which questions the menu offers (from 0; by default those around the question
    shown), and ``more`` that it offers what else can be done; ``limit`` is how many questions can
    be read here (``None``: all), ``note`` a line of markdown for the one person, and ``marker``
    finds the words to mark.
    """

    menu_page: int | None = None
    more: bool = False
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
        asked = position.section in self.page.sections
        self.here = (
            replace(self.page.position, section=position.section) if asked else self.page.position
        )

    @property
    def place(self) -> Position:
        """The position to remember: ``END`` on the last page."""
        return END if self.page.forth is None else self.here

    @cached_property
    def layout(self) -> Layout:
        page, at_cover = self.page, self.page.position == COVER
        return panel(
            *(self._cover() if at_cover else self._running_head()),
            *page.blocks,
            *map(gallery, batched(page.images, GALLERY_LIMIT)),
            captions(page.images),
            small(self.view.note or self._resume_hint()),
            rule(),
            *self._controls(),
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
        first, last = self.page.sections[0], self.page.sections[-1]
        if first == last:
            return question_of(section, self._turn_count, self.text)
        numbers = {"first": first, "last": last, "total": self._turn_count}
        key = "reader.question-pair" if last == first + 1 else "reader.question-range"
        return self.text(key, **{name: self.text.number(one) for name, one in numbers.items()})

    def _part(self) -> str:
        if self.page.parts == 1:
            return ""
        key = "reader.part" if self._turn_count else "reader.page"
        number, total = self.page.position.part + 1, self.page.parts
        return self.text(key, number=self.text.number(number), total=self.text.number(total))

    # ---------------------------------------------------------------- buttons

    def _controls(self) -> list[Item | None]:
        number = self.opened.stored.id
        if self.view.more:
            questions = button(LESS, ids.TurnPage(number, self.here, "q"))
            return [row(questions, self._site_button()), self._more()]
        more = button(MORE, ids.ShowMore(number, self.here))
        buttons = row(*self._turners(), self._save_button(), more)
        return [buttons, row(self._site_button()) if self.page.withheld else self._menu()]

    def _site_button(self) -> Button | None:
        return site_button(self._interview, self.text)

    def _save_button(self) -> Button:
        number = self.opened.stored.id
        asked = self.here.section if self._asked() else COVER.section
        if asked in self.opened.saved:
            action = ids.Unsave(number, self.here)
            return button("✓", action, ButtonStyle.success, emoji=SAVE)
        return button("", ids.Save(number, self.here), emoji=SAVE)

    def _asked(self) -> range:
        """The questions on the page."""
        is_question = 0 < self.here.section <= self._turn_count and not self.page.withheld
        return self.page.sections if is_question else range(0)

    def _turners(self) -> list[Button]:
        """The buttons to the pages before and after; none where the cover is the only page."""
        page, number, text = self.page, self.opened.stored.id, self.text
        at_cover, resume = page.position == COVER, self._resume_position()
        if resume is not None:
            action = ids.TurnPage(number, resume, "c")
            return [button(text("reader.continue"), action, ButtonStyle.primary)]
        if at_cover and page.forth is None:
            return []
        starts = at_cover and self._turn_count and page.parts == 1
        forth = button(
            text("reader.start") if starts else NEXT,
            ids.TurnPage(number, page.forth or page.position, "n"),
            ButtonStyle.primary,
            disabled=page.forth is None,
        )
        if at_cover:
            return [forth]
        return [button(BACK, ids.TurnPage(number, page.back or page.position, "b")), forth]

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

    # ---------------------------------------------------------------- menus

    def _more(self) -> Item | None:
        """What else can be done, with each question of the page."""
        text, number, forth = self.text, self.opened.stored.id, self.page.forth
        resumes = self._resume_position() is not None
        options: list[SelectOption] = []
        if resumes and forth is not None:
            options += [_choice(text("reader.start-again"), ids.TurnPage(number, forth, "n"))]
        options += self._each("reader.share-answer", "reader.share-interview", ids.Share)
        if self._turn_count:
            quote = ids.QuotePicture
            options += self._each("reader.quote-answer", "reader.quote-interview", quote)
        options += [_choice(text("reader.similar"), ids.Similar(number))]
        if self._turn_count:
            questions = ids.TurnPage(number, self.here, "q")
            options += [_choice(text("reader.to-questions"), questions)]
        return menu(text("reader.more"), ids.ShowMore(number, self.here), options)

    def _each(
        self, answer: str, interview: str, action: Callable[[int, int], Action]
    ) -> list[SelectOption]:
        """What can be done with each answer of the page, else with the interview."""
        text, number, turns = self.text, self.opened.stored.id, self._interview.transcript.turns
        return [
            _choice(
                text(answer),
                action(number, asked),
                question_title(asked, turns[asked - 1].question, text),
            )
            for asked in self._asked()
        ] or [_choice(text(interview), action(number, COVER.section))]

    def _menu(self) -> Item | None:
        """The questions to jump to, and where some are withheld the page that says so."""
        text, page, view, number = self.text, self.page, self.view, self.opened.stored.id
        turns = self._interview.transcript.turns[: view.limit]
        if not turns:
            return None
        length = OPTION_LIMIT if len(turns) <= OPTION_LIMIT else _MENU_PAGE
        here = min(self.here.section, len(turns)) - 1
        shown = max(0, here) // length
        if view.menu_page is not None:
            shown = min(view.menu_page, (len(turns) - 1) // length)
        first = shown * length + 1
        options = [
            _question(asked, turn.question[:_QUESTION_READ], text, asked == self.here.section)
            for asked, turn in enumerate(turns[first - 1 : first - 1 + length], first)
        ]
        hidden = first_hidden(self._interview, text, view.limit)
        if hidden is not None:
            rest = ids.position_value(hidden)
            options.append(option(text("reader.withheld"), rest, default=page.withheld))
        before, after = (self._others(one, length, len(turns)) for one in (shown - 1, shown + 1))
        return menu(text("reader.jump"), ids.Jump(number), [*before, *options, *after])

    def _others(self, menu_page: int, length: int, turns: int) -> list[SelectOption]:
        """The way to other questions, where there are any."""
        first = menu_page * length + 1
        if not 1 <= first <= turns:
            return []
        last = min(first + length - 1, turns)
        label = self.text("reader.menu", first=self.text.number(first), last=self.text.number(last))
        return [_choice(label, ids.TurnMenu(self.opened.stored.id, self.here, menu_page))]


# A menu has 25 of them each time that a page is turned.
@lru_cache(maxsize=4096)
def _question(number: int, question: str, text: Text, is_here: bool) -> SelectOption:
    """A question to jump to."""
    value = ids.position_value(Position(number))
    return option(question_title(number, question, text), value, default=is_here)


def _choice(label: str, action: Action, description: str = "") -> SelectOption:
    return option(label, action.custom_id, description=description)


def saved_section(interview: Interview, position: Position, limit: int | None = None) -> int:
    """What is saved on the page at `position`: a question's number, or 0 for the interview."""
    turns = len(interview.transcript.turns)
    readable = turns if limit is None else min(turns, limit)
    return position.section if position.section <= readable else COVER.section
