"""What an announcement becomes in each kind of channel. Pure: no Discord, no store.

| kind | an announcement is | beside it |
|---|---|---|
| text | a message | a discussion thread under it |
| announcement | a message | published to followers, a discussion thread |
| thread | a message; Discord reopens an archived thread by itself | nothing |
| forum, media | a post: title, tags, first message | nothing: the post is the discussion |
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.model import Interview, Subscription, TargetKind, Turn
from bot.core.text import is_visible, one_line, shorten

TITLE_LIMIT = 100
"""Characters of the name of a thread or post (Discord docs, Start Thread in Forum Channel)."""

TAGS_LIMIT = 5
"""Tags of a post (Discord docs, Channel Object, `applied_tags`)."""

QUESTION_LIMIT = 300
"""Characters of a question that opens a discussion: one that is read at a glance."""

POSTS = frozenset({TargetKind.FORUM, TargetKind.MEDIA})
STREAMS = frozenset({TargetKind.TEXT, TargetKind.ANNOUNCEMENT})


@dataclass(frozen=True, slots=True)
class Target:
    """Where and how announcements appear; what its kind of channel has not is left out.

    ``crosspost`` publishes them to the followers of an announcement channel; ``discussion`` opens
    a thread under each; ``tag_id`` is the tag of a forum's posts where none fits.
    """

    kind: TargetKind = TargetKind.TEXT
    crosspost: bool = False
    discussion: bool = False
    tag_id: int | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that a forum offers. Only moderators may give a ``moderated`` one."""

    id: int
    name: str
    moderated: bool = False


class TagChoice(StrEnum):
    """Why a post gets the tags that it gets."""

    MATCHED = "matched"
    CONFIGURED = "configured"
    FIRST = "first"
    NONE = "none"
    IMPOSSIBLE = "impossible"
    """The forum requires a tag, and there is none that the bot may give."""


@dataclass(frozen=True, slots=True)
class Tagging:
    tags: tuple[Tag, ...]
    choice: TagChoice


def offered(target: Target) -> Target:
    """The target without what its kind of channel has not."""
    return Target(
        kind=target.kind,
        crosspost=target.crosspost and target.kind is TargetKind.ANNOUNCEMENT,
        discussion=target.discussion and target.kind in STREAMS,
        tag_id=target.tag_id if target.kind in POSTS else None,
    )


def target_of(subscription: Subscription) -> Target:
    """Where and how a subscription's announcements appear."""
    return offered(
        Target(
            subscription.kind,
            subscription.crosspost,
            subscription.discussion,
            subscription.tag_id,
        )
    )


def needed_permissions(target: Target) -> tuple[str, ...]:
    """The permissions that announcing to `target` needs, as discord.py names them.

    In a forum, Send Messages is what lets one create posts; a thread from a message needs Create
    Public Threads and the message to be readable (Discord docs, Permissions). Publishing one's own
    message needs no more than sending it (Discord docs, Crosspost Message).
    """
    if target.kind is TargetKind.THREAD:
        return ("view_channel", "send_messages_in_threads", "embed_links")
    needed = ["view_channel", "send_messages", "embed_links"]
    if target.kind in POSTS:
        # Whether a post is there already is looked up before it is made a second time.
        needed.append("read_message_history")
    if offered(target).discussion:
        needed += ["read_message_history", "create_public_threads", "send_messages_in_threads"]
    return tuple(needed)


def post_title(interview: Interview, untitled: str) -> str:
    """The name of the interview's post or thread, within ``TITLE_LIMIT``."""
    title = one_line(interview.title)
    return shorten(title if is_visible(title) else untitled, TITLE_LIMIT)


def choose_tags(
    kinds: Iterable[str],
    available: Sequence[Tag],
    *,
    required: bool,
    configured: int | None = None,
    moderator: bool = False,
) -> Tagging:
    """The tags of a post: those named like one of the interview's kinds, at most ``TAGS_LIMIT``.

    Where none is, the configured one; where one is required, else the first that the bot may give.
    """
    usable = [tag for tag in available if moderator or not tag.moderated]
    wanted = dict.fromkeys(folded for kind in kinds if (folded := fold(kind)))
    by_name = {fold(tag.name): tag for tag in reversed(usable)}
    matched = [by_name[name] for name in wanted if name in by_name]
    if matched:
        return Tagging(tuple(matched[:TAGS_LIMIT]), TagChoice.MATCHED)
    chosen = next((tag for tag in usable if tag.id == configured), None)
    if chosen is not None:
        return Tagging((chosen,), TagChoice.CONFIGURED)
    if not required:
        return Tagging((), TagChoice.NONE)
    if not usable:
        return Tagging((), TagChoice.IMPOSSIBLE)
    return Tagging((usable[0],), TagChoice.FIRST)


def fold(name: str) -> str:
    """A kind's or tag's name such that spellings of the same agree: "K-Pop" and "kpop ", "Drama"
    and "Dramas". Emoji and signs count for nothing."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    letters = "".join(char for char in plain if char.isalnum())
    return letters[:-1] if len(letters) > 3 and letters.endswith("s") else letters


def first_question(interview: Interview) -> Turn | None:
    """The question with which a discussion opens; ``None`` where the interview has none.

    Preferred is one that asks, is short enough to be read at a glance, and is not the first: that
    one is nearly always "please introduce yourself".
    """
    turns = [turn for turn in interview.transcript.turns if is_visible(turn.question)]
    asking = [turn for turn in turns if _asks(turn.question)]
    later = [turn for turn in asking if turn.number > 1]
    return next(iter((*later, *asking, *turns)), None)


def _asks(question: str) -> bool:
    line = one_line(question)
    return line.endswith(("?", "？")) and len(line) <= QUESTION_LIMIT
