"""Following artists: the direct message, the commands' answers, the list of followed artists."""

from collections.abc import Sequence
from typing import Any

import discord
from discord import ButtonStyle

from bot.core.i18n import Text
from bot.core.readers import Follow
from bot.core.text import measure, shorten
from bot.fans.following import FollowList, FollowResult, MessageTest
from bot.ui import ids
from bot.ui.announcing import CONTENT_LIMIT, Announcement, announcement_card, plain_announcement
from bot.ui.artist import name_of
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

FOLLOWS_PER_PAGE = OPTION_LIMIT
"""As many as a menu takes: some 70 characters each of Discord's 4,000."""

NAMED = 4
"""Artists that a direct message names and offers to unfollow; five buttons make a row."""

_NAME_LIMIT = 60


def direct_message(
    announced: Announcement, follows: Sequence[Follow], text: Text, *, plain: bool = False
) -> dict[str, Any]:
    """The arguments of discord.py's ``send`` for one interview, to a person who follows these of
    its artists; with `plain` as words and a link, where Discord refused the card."""
    names = ", ".join(bold(_name(follow.name, text)) for follow in follows[:NAMED])
    why = text("direct.why", names=names) if names else text("direct.why-once")
    if plain:
        link = plain_announcement(announced.interview, text)
        content = f"{why}\n{link}"
        return {"content": content if measure(content) <= CONTENT_LIMIT else link}
    card = announcement_card(announced.interview, text)
    if announced.interview.withdrawn_at:
        return {"view": card}
    missed = text.plural("direct.missed", announced.missed) if announced.missed else None
    unfollow = row(*(_unfollow(one.name, one.artist_id, text) for one in follows[:NAMED]))
    return {"view": Layout(lines(why, missed), *card.children, unfollow)}


def followed_page(result: FollowResult, text: Text) -> Layout:
    """The answer to a person who follows an artist."""
    artist = result.artist
    name = bold(_name(artist.name, text))
    said = text("following.already" if result.already else "following.begun", name=name)
    undo = _unfollow(artist.name, artist.id, text)
    if result.closed:
        return panel(said, text("following.closed"), row(_test_button(text), undo))
    return panel(said, small(text("following.how")), row(undo), colour=CALM)


def unfollowed_page(follow: Follow | None, artist_id: str, text: Text) -> Layout:
    """The answer to a person who unfollows an artist; ``None`` where they did not follow them."""
    if follow is None:
        return panel(text("following.was-not"), colour=CALM)
    again = button(text("following.again"), ids.FollowArtist(artist_id))
    ended = text("following.ended", name=bold(_name(follow.name, text)))
    return panel(ended, row(again), colour=CALM)


def following_page(followed: FollowList, text: Text, *, page: int = 0) -> Layout:
    """One page (from 0; the last one for any beyond) of whom a person follows, newest first: since
    when, a menu to remove one, and whether their direct messages are closed."""
    total = len(followed.follows)
    if not total:
        return panel(text("following.nobody"), colour=CALM)
    page = min(page, (total - 1) // FOLLOWS_PER_PAGE)
    start = page * FOLLOWS_PER_PAGE
    shown = followed.follows[start : start + FOLLOWS_PER_PAGE]
    more = start + FOLLOWS_PER_PAGE < total
    counted = page_of(page, total, FOLLOWS_PER_PAGE, text)
    return panel(
        lines(f"## {text.plural('following.title', total)}", small(counted or "")),
        lines(*(_entry(follow, text) for follow in shown)),
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
    """A followed artist as autocompletion offers one."""
    return shorten(name_of(follow.name, text), OPTION_TEXT_LIMIT)


def _entry(follow: Follow, text: Text) -> str:
    since = text("following.since", when=discord.utils.format_dt(follow.followed_at, "d"))
    return join([bold(_name(follow.name, text)), since])


def _option(follow: Follow, text: Text) -> discord.SelectOption:
    since = text("following.since", when=text.date(follow.followed_at))
    return option(name_of(follow.name, text), follow.artist_id, description=since)


def _unfollow(name: str, artist_id: str, text: Text) -> Button:
    shown = shorten(name_of(name, text), _NAME_LIMIT)
    return button(text("following.unfollow", name=shown), ids.UnfollowArtist(artist_id))


def _test_button(text: Text) -> Button:
    return button(text("following.try"), ids.TryMessages(), ButtonStyle.primary)


def _name(name: str, text: Text) -> str:
    return escape_within(name_of(name, text), _NAME_LIMIT)
