"""Following: the direct message, the commands' answers, the list of what is followed."""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import discord
from discord import ButtonStyle, ui

from bot.core.i18n import Text
from bot.core.model import Topic
from bot.core.readers import Follow, FollowRequest, FollowSort
from bot.core.text import measure, one_line, shorten
from bot.fans.following import FollowList, FollowResult, MessageTest
from bot.ui import ids
from bot.ui.announcing import CONTENT_LIMIT, Announcement, announcement_card, plain_announcement
from bot.ui.artist import name_of, nobody_page
from bot.ui.layout import (
    CALM,
    OPTION_LIMIT,
    OPTION_TEXT_LIMIT,
    WARNING,
    Button,
    Layout,
    button,
    lines,
    menu,
    option,
    page_buttons,
    panel,
    row,
    rule,
    small,
)
from bot.ui.lists import back_next, page_of
from bot.ui.markdown import bold, escape_within, join
from bot.ui.personal_ids import FollowKind

FOLLOWS_PER_PAGE = OPTION_LIMIT
"""As many as a menu takes: some 70 characters each of Discord's 4,000."""

NAMED = 4
"""Reasons that a direct message names and offers to unfollow; five buttons make a row."""

_NAME_LIMIT = 60

_PHRASE = re.compile('"([^"]*)"')

_ORDER = {sort: place for place, sort in enumerate(FollowSort)}


def follow_name(follow: Follow | FollowRequest, text: Text) -> str:
    """What is followed as one line of plain text."""
    if follow.sort is FollowSort.KIND and follow.name in set(Topic):
        return text(f"kind.{follow.name}")
    if follow.sort is FollowSort.WORDS:
        phrase = _PHRASE.fullmatch(follow.name)
        return text("following.words", words=one_line(phrase[1] if phrase else follow.name))
    if follow.sort is FollowSort.ALL:
        return text("following.everything")
    return name_of(follow.name, text)


def direct_message(
    announced: Announcement, follows: Sequence[Follow], text: Text, *, plain: bool = False
) -> dict[str, Any]:
    """The arguments of discord.py's ``send`` for one interview, to a person who follows this of
    it; with `plain` as words and a link, where Discord refused the card."""
    reasons = _in_order(follows)[:NAMED]
    names = text.all_of([_bold(follow, text) for follow in reasons])
    why = text("direct.why", names=names) if names else text("direct.why-once")
    if plain:
        link = plain_announcement(announced.interview, text)
        content = f"{why}\n{link}"
        return {"content": content if measure(content) <= CONTENT_LIMIT else link}
    card = announcement_card(announced.interview, text)
    if announced.interview.withdrawn_at:
        return {"view": card}
    missed = text.plural("direct.missed", announced.missed) if announced.missed else None
    unfollow = row(*(_unfollow(one, text) for one in reasons))
    return {"view": Layout(lines(why, missed), *card.children, unfollow)}


def followed_page(result: FollowResult, text: Text) -> Layout:
    """The answer to a person who follows something."""
    followed = result.followed
    key = f"following.begun-{followed.sort}" if result.known else "following.begun-unknown"
    said = text("following.already" if result.already else key, name=_bold(followed, text))
    undo = _unfollow(followed, text)
    if result.closed:
        return panel(said, text("following.closed"), row(_test_button(text), undo))
    return panel(said, small(text("following.how")), row(undo), colour=CALM)


def unfollowed_page(follow: Follow | None, text: Text) -> Layout:
    """The answer to a person who unfollows something; ``None`` where they did not follow it."""
    if follow is None:
        return panel(text("following.was-not"), colour=CALM)
    again = follow_button(text("following.again"), follow.sort, follow.name)
    if again is None and follow.sort is FollowSort.ARTIST:
        again = button(text("following.again"), ids.FollowArtist(follow.id))
    ended = text("following.ended", name=_bold(follow, text))
    return panel(ended, row(again), colour=CALM)


def start_page(text: Text) -> Layout:
    """What to do, for a person who did not say what to follow; a kind or everything at a press."""
    kinds = [option(text(f"kind.{kind}"), kind) for kind in Topic]
    everything = text("following.follow", name=text("following.everything"))
    return panel(
        text("following.start"),
        menu(text("following.start-kind"), FollowKind(), kinds),
        row(follow_button(everything, FollowSort.ALL, "")),
        colour=CALM,
    )


def unknown_artist_page(typed: str, text: Text) -> Layout:
    """Words that no artist's name resembles: to be searched for, or followed as a name."""
    page = nobody_page(typed, text)
    label = text("following.follow", name=shorten(f"“{one_line(typed)}”", _NAME_LIMIT))
    follow = row(follow_button(label, FollowSort.ARTIST, typed))
    if follow is not None:
        page.add_item(follow)
    return page


def follow_button(label: str, sort: FollowSort, name: str) -> Button | None:
    """A button that follows what is called so; ``None`` for a name that is too long for it."""
    action = ids.FollowNamed(sort, name)
    whole = ids.short_query(name) == one_line(name)
    return button(label, action) if whole else None


def anyway_row(name: str, text: Text) -> "ui.ActionRow[Any] | None":
    """A button below artists with similar names: to follow this one, who is none of them."""
    label = text("following.anyway", name=shorten(one_line(name), _NAME_LIMIT))
    return row(follow_button(label, FollowSort.ARTIST, name))


def following_page(followed: FollowList, text: Text, *, page: int = 0) -> Layout:
    """One page (from 0; the last one for any beyond) of what a person follows, by sorts and the
    newest first: since when, a menu to remove one, and whether their direct messages are closed."""
    total = len(followed.follows)
    if not total:
        return panel(text("following.nobody"), colour=CALM)
    page = min(page, (total - 1) // FOLLOWS_PER_PAGE)
    start = page * FOLLOWS_PER_PAGE
    shown = _in_order(followed.follows)[start : start + FOLLOWS_PER_PAGE]
    more = start + FOLLOWS_PER_PAGE < total
    counted = page_of(page, total, FOLLOWS_PER_PAGE, text)
    return panel(
        lines(f"## {text.plural('following.title', total)}", small(counted or "")),
        *(_section(sort, [*group], text) for sort, group in groupby(shown, lambda one: one.sort)),
        rule(),
        text("following.closed") if followed.closed else small(text("following.open")),
        row(_test_button(text)) if followed.closed else None,
        menu(
            text("following.remove"),
            ids.UnfollowChosen(page),
            [_option(follow, text) for follow in shown],
        ),
        row(*page_buttons(page, more, ids.FollowingPage, back_next(text))),
        colour=WARNING if followed.closed else CALM,
    )


def closed_notice(text: Text) -> Layout:
    """What a person reads beside another answer after Discord refused a direct message to them."""
    title = f"### {text('following.closed-title')}"
    return panel(title, text("following.closed"), row(_test_button(text)), colour=WARNING)


def message_test_page(result: MessageTest, text: Text) -> Layout:
    """What came of trying a person's direct messages again."""
    closed = result in {MessageTest.CLOSED, MessageTest.WAITING}
    return panel(
        text(f"following.tried-{result}"),
        row(_test_button(text)) if closed else None,
        colour=WARNING if closed else CALM,
    )


def message_test_started(text: Text) -> Layout:
    return panel(text("following.trying"), colour=CALM)


def follow_choice(follow: Follow, text: Text) -> str:
    """Something followed as autocompletion offers it."""
    return shorten(follow_name(follow, text), OPTION_TEXT_LIMIT)


def _in_order(follows: Sequence[Follow]) -> list[Follow]:
    """By sorts, each in the order that it had."""
    return sorted(follows, key=lambda one: _ORDER[one.sort])


def _section(sort: FollowSort, follows: Sequence[Follow], text: Text) -> str:
    return lines(
        small(text(f"following.sort-{sort}")), *(_entry(follow, text) for follow in follows)
    )


def _entry(follow: Follow, text: Text) -> str:
    since = text("following.since", when=discord.utils.format_dt(follow.followed_at, "d"))
    return join([_bold(follow, text), since])


def _option(follow: Follow, text: Text) -> discord.SelectOption:
    since = text("following.since", when=text.date(follow.followed_at))
    return option(follow_name(follow, text), follow.id, description=since)


def _unfollow(follow: Follow | FollowRequest, text: Text) -> Button:
    shown = shorten(follow_name(follow, text), _NAME_LIMIT)
    return button(text("following.unfollow", name=shown), ids.UnfollowArtist(follow.id))


def _test_button(text: Text) -> Button:
    return button(text("following.try"), ids.TryMessages(), ButtonStyle.primary)


def _bold(follow: Follow | FollowRequest, text: Text) -> str:
    return bold(escape_within(follow_name(follow, text), _NAME_LIMIT))
