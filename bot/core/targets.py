"""What each kind of channel offers, and which permissions announcing there needs. Pure.

| kind | an announcement is | options |
|---|---|---|
| text | a message | a discussion thread under it |
| announcement | a message | publishing it to followers, a discussion thread |
| thread | a message; Discord reopens an archived thread by itself | none |
| forum, media | a post, which is its own discussion | a tag |
| direct | a direct message | none |
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.core.model import Subscription, TargetKind


class TargetOption(StrEnum):
    CROSSPOST = "crosspost"
    DISCUSSION = "discussion"
    TAG = "tag"


OPTIONS: Mapping[TargetKind, frozenset[TargetOption]] = {
    TargetKind.TEXT: frozenset({TargetOption.DISCUSSION}),
    TargetKind.ANNOUNCEMENT: frozenset({TargetOption.CROSSPOST, TargetOption.DISCUSSION}),
    TargetKind.THREAD: frozenset(),
    TargetKind.FORUM: frozenset({TargetOption.TAG}),
    TargetKind.MEDIA: frozenset({TargetOption.TAG}),
    TargetKind.DIRECT: frozenset(),
}

_WRITE = ("view_channel", "send_messages", "embed_links")
_DISCUSS = ("read_message_history", "create_public_threads", "send_messages_in_threads")

_PERMISSIONS: Mapping[TargetKind, tuple[str, ...]] = {
    TargetKind.TEXT: _WRITE,
    TargetKind.ANNOUNCEMENT: _WRITE,
    TargetKind.THREAD: ("view_channel", "send_messages_in_threads", "embed_links"),
    # Before a post is made a second time, it is looked for.
    TargetKind.FORUM: (*_WRITE, "read_message_history"),
    # A post in a media channel shows its attachment.
    TargetKind.MEDIA: (*_WRITE, "attach_files", "read_message_history"),
    TargetKind.DIRECT: (),
}


FORUMS = frozenset(kind for kind, options in OPTIONS.items() if TargetOption.TAG in options)
"""The kinds of channels in which an announcement is a post."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where and how announcements appear.

    ``crosspost`` publishes them to the followers of an announcement channel, ``discussion`` opens
    a thread under each, ``tag_id`` is the tag of a forum's posts where none fits.
    """

    kind: TargetKind = TargetKind.TEXT
    crosspost: bool = False
    discussion: bool = False
    tag_id: int | None = None


def unsupported_options(target: Target) -> tuple[TargetOption, ...]:
    """The options of `target` that its kind of channel has not."""
    chosen = {
        TargetOption.CROSSPOST: target.crosspost,
        TargetOption.DISCUSSION: target.discussion,
        TargetOption.TAG: target.tag_id is not None,
    }
    return tuple(
        option for option, is_on in chosen.items() if is_on and option not in OPTIONS[target.kind]
    )


def supported(target: Target) -> Target:
    """`target` without the options that its kind of channel has not."""
    options = OPTIONS[target.kind]
    return Target(
        kind=target.kind,
        crosspost=target.crosspost and TargetOption.CROSSPOST in options,
        discussion=target.discussion and TargetOption.DISCUSSION in options,
        tag_id=target.tag_id if TargetOption.TAG in options else None,
    )


def target_of(subscription: Subscription) -> Target:
    """Where and how a subscription's announcements appear."""
    return supported(
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
    needed = _PERMISSIONS[target.kind]
    return (*needed, *_DISCUSS) if supported(target).discussion else needed
