"""Following artists: the direct message, the answers of the commands, the list of the followed."""

from collections.abc import Sequence
from typing import Any

import discord

from bot.core.i18n import Text
from bot.core.model import Artist, Follow
from bot.core.text import is_visible, measure, one_line, shorten
from bot.ui import ids
from bot.ui.announcing import CONTENT_LIMIT, Announced
from bot.ui.artist import CANDIDATES, artists_page, nobody_page
from bot.ui.cards import announcement_card, plain_announcement
from bot.ui.layout import (
    CALM,
    OPTION_LIMIT,
    OPTION_TEXT_LIMIT,
    WARNING,
    Item,
    Layout,
    button,
    container,
    menu,
    option,
    row,
    rule,
    small,
    words,
)
from bot.ui.lists import page_of, turner
from bot.ui.markdown import bold, escape_within, join

FOLLOWS_PER_PAGE = OPTION_LIMIT
"""As many as a menu takes: some 70 characters each of Discord's 4,000."""

NAMED = 4
"""Artists that a direct message names and offers to follow no more; five buttons make a row."""

_NAME_LIMIT = 60


def direct_message(
    told: Announced, follows: Sequence[Follow], text: Text, *, plain: bool = False
) -> dict[str, Any]:
    """The arguments of discord.py's ``send`` for one interview, to a person who follows these of
    its subjects; `plain` as words and a link, for a Discord that refuses the card."""
    why = _why(follows, text)
    if plain:
        link = plain_announcement(told.interview, text)
        whole = f"{why}\n{link}"
        return {"content": whole if measure(whole) <= CONTENT_LIMIT else link}
    if told.interview.withdrawn_at:
        return {"view": announcement_card(told.interview, text)}
    missed = text.plural("direct.missed", told.missed) if told.missed else ""
    items: list[Item | None] = [
        words(f"{why}\n{missed}".strip()),
        *announcement_card(told.interview, text).children,
        row(*(_unfollow(follow, text) for follow in follows[:NAMED])),
    ]
    return {"view": Layout(*(item for item in items if item is not None))}


def _why(follows: Sequence[Follow], text: Text) -> str:
    names = ", ".join(bold(_shown(follow.name, text)) for follow in follows[:NAMED])
    return text("direct.why", names=names) if names else text("direct.why-once")


def _unfollow(follow: Follow, text: Text) -> "discord.ui.Button[Any]":
    label = text("following.unfollow", name=shorten(_plain(follow.name, text), _NAME_LIMIT))
    return button(label, ids.UnfollowArtist(follow.artist_id).custom_id)


def followed_page(artist: Artist, text: Text, *, already: bool, closed: bool) -> Layout:
    """The answer to who follows an artist; `closed` where their direct messages are."""
    name = bold(_shown(artist.name, text))
    told = text("following.already" if already else "following.begun", name=name)
    undo = button(
        text("following.unfollow", name=shorten(_plain(artist.name, text), _NAME_LIMIT)),
        ids.UnfollowArtist(artist.id).custom_id,
    )
    if closed:
        return Layout(
            container(words(told), words(text("following.closed")), row(_try(text), undo)),
        )
    return Layout(
        container(words(told), words(small(text("following.how"))), row(undo), colour=CALM)
    )


def unfollowed_page(follow: Follow | None, artist_id: str, text: Text) -> Layout:
    """The answer to who follows an artist no more; ``None`` for one who did not."""
    if follow is None:
        return Layout(container(words(text("following.was-not")), colour=CALM))
    again = button(text("following.again"), ids.FollowArtist(artist_id).custom_id)
    told = words(text("following.ended", name=bold(_shown(follow.name, text))))
    return Layout(container(told, row(again), colour=CALM))


def following_page(follows: Sequence[Follow], text: Text, *, closed: bool, page: int = 0) -> Layout:
    """One page (from 0, the last for one beyond) of whom somebody follows, the newest first: since
    when, a menu to remove one, and whether their direct messages are `closed`."""
    if not follows:
        return Layout(container(words(text("following.nobody")), colour=CALM))
    total = len(follows)
    page = min(page, (total - 1) // FOLLOWS_PER_PAGE)
    start = page * FOLLOWS_PER_PAGE
    shown = follows[start : start + FOLLOWS_PER_PAGE]
    head = f"## {text.plural('following.title', total)}"
    lines = [head, small(page_of(page, total, FOLLOWS_PER_PAGE, text) or "")]
    more = start + FOLLOWS_PER_PAGE < total
    return Layout(
        container(
            words("\n".join(line for line in lines if line)),
            words("\n".join(_entry(follow, text) for follow in shown)),
            rule(),
            words(text("following.closed") if closed else small(text("following.open"))),
            row(_try(text)) if closed else None,
            menu(
                text("following.remove"),
                ids.UnfollowChosen(page).custom_id,
                [_option(follow, text) for follow in shown],
            ),
            row(
                turner(text("list.back"), ids.FollowingPage(page - 1) if page else None),
                turner(text("list.next"), ids.FollowingPage(page + 1) if more else None),
            )
            if total > FOLLOWS_PER_PAGE
            else None,
            colour=WARNING if closed else CALM,
        )
    )


def whom_to_follow(wanted: str, artists: Sequence[Artist], text: Text, *, known: bool) -> Layout:
    """Artists that typed words may mean, to follow one of them; `known` is false where nobody is
    called so, and these come nearest."""
    if not artists:
        return nobody_page(wanted, text)
    return artists_page(
        wanted,
        artists[:CANDIDATES],
        text,
        known=known,
        choose=lambda artist: ids.FollowArtist(artist.id),
    )


def closed_word(text: Text) -> Layout:
    """What a person hears beside their next command when Discord refused a direct message."""
    return Layout(
        container(
            words(f"### {text('following.closed-title')}"),
            words(text("following.closed")),
            row(_try(text)),
            colour=WARNING,
        )
    )


def tried_page(outcome: str, text: Text) -> Layout:
    """What came of trying the direct messages again (``bot.fans.following.Tried``)."""
    closed = outcome in ("closed", "waiting")
    return Layout(
        container(
            words(text(f"following.tried-{outcome}")),
            row(_try(text)) if closed else None,
            colour=WARNING if closed else CALM,
        )
    )


def trying_page(text: Text) -> Layout:
    return Layout(container(words(text("following.trying")), colour=CALM))


def follow_choice(follow: Follow, text: Text) -> str:
    """A followed artist as autocompletion offers one."""
    return shorten(_plain(follow.name, text), OPTION_TEXT_LIMIT)


def _entry(follow: Follow, text: Text) -> str:
    since = text("following.since", when=discord.utils.format_dt(follow.followed_at, "d"))
    return join([bold(_shown(follow.name, text)), since])


def _option(follow: Follow, text: Text) -> discord.SelectOption:
    since = text("following.since", when=text.date(follow.followed_at))
    return option(_plain(follow.name, text), follow.artist_id, description=since)


def _try(text: Text) -> "discord.ui.Button[Any]":
    return button(
        text("following.try"), ids.TryMessages().custom_id, style=discord.ButtonStyle.primary
    )


def _plain(name: str, text: Text) -> str:
    name = one_line(name)
    return name if is_visible(name) else text("artist.unnamed")


def _shown(name: str, text: Text) -> str:
    return escape_within(_plain(name, text), _NAME_LIMIT)
