"""How interviews are named in messages: title, people, topics, date, length, and the ways to them.

Every card, list and menu is built of these, so that a new fact about an interview is added here.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import discord
from discord import ButtonStyle

from bot.core import colours
from bot.core.artists import artist_key, other_name
from bot.core.i18n import Text
from bot.core.model import COVER, Interview, InterviewSummary, Position, Subject, Topic, Transcript
from bot.core.sentences import split_sentences
from bot.core.text import ELLIPSIS, is_visible, measure, one_line, shorten, unbroken
from bot.core.topics import topic_of
from bot.ui import ids
from bot.ui.layout import (
    OPTION_TEXT_LIMIT,
    Button,
    Item,
    button,
    link_button,
    menu,
    option,
)
from bot.ui.markdown import bold, escape_within, join, link

LIST_TITLE_LIMIT = 100
LIST_URL_LIMIT = 120
LIST_NAMES_LIMIT = 60
"""Of an interview in a list, such that ten of them stay below Discord's 4,000 characters."""

LONG_TITLE = 90
"""Characters beyond which a title is set in a smaller heading: three lines on a phone."""

NAME_LIMIT = 60
NAMES_SHOWN = 6
TAG_LIMIT = 40
TAGS_SHOWN = 3

_BRIEF_NAMES = 3
_BRIEF_NAME_LIMIT = 50


# ---------------------------------------------------------------- title and people


def title_of(interview: Interview | InterviewSummary, text: Text) -> str:
    """The title as one line of plain text, or the word for an interview without one."""
    return title_or_untitled(interview.title, text)


def title_or_untitled(title: str, text: Text) -> str:
    title = one_line(title)
    return title if is_visible(title) else text("card.untitled")


def title_link(
    interview: Interview | InterviewSummary,
    text: Text,
    limit: int = LIST_TITLE_LIMIT,
    url_limit: int = LIST_URL_LIMIT,
) -> str:
    """The title as a link to the article."""
    title = unbroken(title_of(interview, text))
    return link(title, interview.url, limit, url_limit=url_limit)


def heading(interview: Interview, text: Text, limit: int, url_limit: int) -> str:
    """The title as a heading that links to the article."""
    marks = "##" if len(title_of(interview, text)) <= LONG_TITLE else "###"
    return f"{marks} {title_link(interview, text, limit, url_limit)}"


def byline(interview: Interview) -> str:
    """Who speaks, with their roles where known: markdown, "" where nobody is named."""
    named = [subject for subject in interview.subjects if is_visible(subject.name)]
    people = [_with_role(subject) for subject in named[:NAMES_SHOWN]]
    return join([*people, ELLIPSIS if len(named) > NAMES_SHOWN else None])


def _with_role(subject: Subject) -> str:
    other = escape_within(other_name(subject), NAME_LIMIT)
    name = " ".join(filter(None, [bold(escape_within(unbroken(subject.name), NAME_LIMIT)), other]))
    role = escape_within(subject.role or "", NAME_LIMIT)
    return f"{name}, {role}" if is_visible(role) else name


# ---------------------------------------------------------------- facts


def tags_of(interview: Interview, text: Text) -> list[str]:
    """The word for the topic, then the site's tags that say something more: no names, no
    "Interviews", not the site's own name, not the topic again. Plain text, at most
    ``TAGS_SHOWN``."""
    topic = topic_of(interview.subjects, interview.tags)
    word = "" if topic is Topic.OTHER else text(f"kind.{topic}")
    telling = _telling_tags(interview.subjects, interview.tags, topic, word)
    return [*filter(None, [word]), *telling][:TAGS_SHOWN]


# Each channel's announcement has them.
@lru_cache(maxsize=1024)
def _telling_tags(
    subjects: tuple[Subject, ...], tags: tuple[str, ...], topic: Topic, word: str
) -> tuple[str, ...]:
    # The site's tags are English, whatever language the word for the topic is in.
    kind = _words_of(f"{word} {topic} {_ALSO.get(topic, '')}")
    names = {artist_key(name) for one in subjects for name in (one.name, *one.aliases)}
    return tuple(
        tag
        for tag in dict.fromkeys(map(one_line, tags))
        if is_visible(tag)
        and is_visible(said := _SITE.sub(" ", tag))
        and artist_key(said) not in names
        and not _words_of(said) <= kind
    )


_ALSO = {
    Topic.ACTING: "actor actors actress actresses",
    Topic.WEBTOON: "comics and",
    Topic.FILM: "movies",
    Topic.GAME: "gaming",
}
"""What the site's tags also call a kind."""

_SITE = re.compile(
    r"\bk-?crush(?: america)?(?: magazine)?\b|\binterviews?\b|인터뷰|\buncategorized\b",
    re.IGNORECASE,
)
"""What every article of the site might have for a tag."""


def _words_of(text: str) -> set[str]:
    return {word.removesuffix("s") for word in re.findall(r"\w+", text.casefold())}


def tags_markdown(interview: Interview, text: Text) -> list[str]:
    """The same as markdown, each of which stays on one line."""
    return [escape_within(unbroken(tag), TAG_LIMIT) for tag in tags_of(interview, text)]


def excerpt_of(interview: Interview, limit: int) -> str:
    """What the interview is about, as markdown: the site's excerpt, unless that is how the article
    begins, cut anywhere; then the intro, or the first question as a quotation; "" where there is
    none of these. Of prose that is too long, the sentences that fit."""
    transcript, excerpt = interview.transcript, one_line(interview.excerpt)
    question = one_line(transcript.turns[0].question) if transcript.turns else ""
    if not is_visible(excerpt) or _is_beginning(excerpt, transcript.intro, question):
        opening = _opening(transcript)
        if not is_visible(opening) and is_visible(question):
            return f"> {escape_within(unbroken(question), limit - 2)}"
        limit = min(limit, OPENING_LIMIT)
        excerpt = opening or excerpt
    return escape_within(unbroken(_sentences(excerpt, limit)), limit) if is_visible(excerpt) else ""


def _is_beginning(excerpt: str, intro: str, question: str) -> bool:
    """Whether an excerpt is the article's beginning: part of the intro, or run on into the
    questions."""
    begins, intro = excerpt.rstrip(_CUT), one_line(intro[: 2 * len(excerpt)]).rstrip(_CUT)
    if is_visible(intro) and (intro.startswith(begins) or begins.startswith(intro)):
        return True
    asked = question[:_RECOGNISED]
    is_long = len(asked) == _RECOGNISED
    return is_visible(asked) and (excerpt.startswith(asked) or (is_long and asked in excerpt))


def _opening(transcript: Transcript) -> str:
    """The intro without its headings, as one line."""
    lines = transcript.intro[:_OPENING_READ].split("\n")
    return one_line(" ".join(line for line in lines if line not in transcript.headings))


def _sentences(prose: str, limit: int) -> str:
    """As many sentences as have at most `limit` characters, or the first one cut."""
    if len(prose) <= limit:
        return prose
    end = 0
    for sentence in split_sentences(prose):
        if end and end + len(sentence.rstrip()) > limit:
            break
        end += len(sentence)
    return shorten(prose[:end].rstrip(), limit)


OPENING_LIMIT = 300
"""Characters of an intro: as many as of an excerpt of the site's."""

_OPENING_READ = 2000
_RECOGNISED = 30
"""Characters of a question by which it is recognised within an excerpt."""

_CUT = " .…[]"


def colour_of(interview: Interview) -> discord.Colour:
    """The edge of its card, by its kind."""
    return _colour(interview.subjects, interview.tags)


# Every page of the reader has it.
@lru_cache(maxsize=1024)
def _colour(subjects: tuple[Subject, ...], tags: tuple[str, ...]) -> discord.Colour:
    return discord.Colour(colours.colour_of(topic_of(subjects, tags)))


def date_of(interview: Interview | InterviewSummary) -> str | None:
    """Discord's own timestamp: each reader sees the date in their language and time zone."""
    when = interview.published_at
    return discord.utils.format_dt(when, "D") if when else None


def question_count(number: int, text: Text) -> str | None:
    """ "14 questions"; ``None`` for an interview that is prose."""
    return text.plural("card.questions", number) if number else None


def names_of(names: Iterable[str]) -> str:
    """The names that can be seen, as markdown for a list."""
    shown = ", ".join(filter(is_visible, map(one_line, names)))
    return escape_within(unbroken(shown), LIST_NAMES_LIMIT)


def question_title(number: int, question: str, text: Text) -> str:
    """ "12. Why?" in plain text, or "Question 12" where the question is empty."""
    question, shown = one_line(question), text.number(number)
    if not is_visible(question):
        return text("reader.question-untitled", number=shown)
    return f"{shown}. {question}"


def question_of(number: int, total: int, text: Text) -> str:
    """ "Question 3 of 14"."""
    return text("reader.question", number=text.number(number), total=text.number(total))


# ---------------------------------------------------------------- in lists and menus


def interview_menu(
    summaries: Sequence[InterviewSummary], text: Text, placeholder: str
) -> Item | None:
    """A menu that opens one of these interviews; nothing for none."""
    options = {
        ids.place_value(summary.id): option(
            title_of(summary, text),
            ids.place_value(summary.id),
            description=join([*summary.names[:_BRIEF_NAMES], _plain_date(summary, text)]),
        )
        for summary in summaries
    }
    return menu(text(placeholder), ids.OpenChosen(), list(options.values()))


def interview_choice(summary: InterviewSummary, text: Text) -> str:
    """An interview as autocompletion offers it: title and date within 100 characters."""
    date = _plain_date(summary, text)
    tail = f" · {date}" if date else ""
    return shorten(title_of(summary, text), OPTION_TEXT_LIMIT - measure(tail)) + tail


def _plain_date(summary: InterviewSummary, text: Text) -> str | None:
    return text.date(summary.published_at) if summary.published_at else None


# ---------------------------------------------------------------- buttons


def read_action(interview_id: int, position: Position = COVER) -> ids.OpenReader | ids.OpenAt:
    """What opens the reader, on the cover or at a position."""
    if position == COVER:
        return ids.OpenReader(interview_id)
    return ids.OpenAt(interview_id, position)


def read_button(
    interview_id: int, text: Text, style: ButtonStyle = ButtonStyle.primary, key: str = "card.read"
) -> Button:
    """The button that opens the reader."""
    return button(text(key), ids.OpenReader(interview_id), style)


def site_button(interview: Interview, text: Text) -> Button | None:
    """The button to the article, where its address can be opened."""
    return link_button(text("card.open"), interview.url)
