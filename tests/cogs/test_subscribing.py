"""What an announcement needs, decided from permissions alone."""

import discord
import pytest
from discord import ChannelType, Permissions

from bot.subscribing import can_ping, missing_permissions

ALL = Permissions(
    view_channel=True, send_messages=True, send_messages_in_threads=True, embed_links=True
)


def without(name: str) -> Permissions:
    return Permissions(ALL.value & ~Permissions(**{name: True}).value)


@pytest.mark.parametrize("kind", [ChannelType.text, ChannelType.news, ChannelType.public_thread])
def test_nothing_is_missing_where_all_is_allowed(kind: ChannelType) -> None:
    assert missing_permissions(ALL, kind) == ()


@pytest.mark.parametrize(
    ("permissions", "kind", "missing"),
    [
        (without("view_channel"), ChannelType.text, ("view_channel",)),
        (without("send_messages"), ChannelType.news, ("send_messages",)),
        (without("send_messages"), ChannelType.public_thread, ()),
        (
            without("send_messages_in_threads"),
            ChannelType.private_thread,
            ("send_messages_in_threads",),
        ),
        (without("embed_links"), ChannelType.forum, ("embed_links",)),
        (Permissions.none(), ChannelType.text, ("view_channel", "send_messages", "embed_links")),
    ],
)
def test_what_is_missing(
    permissions: Permissions, kind: discord.ChannelType, missing: tuple[str, ...]
) -> None:
    assert missing_permissions(permissions, kind) == missing


@pytest.mark.parametrize(
    ("permissions", "mentionable", "pinged"),
    [
        (Permissions.none(), True, True),
        (Permissions(mention_everyone=True), False, True),
        (ALL, False, False),
    ],
)
def test_whether_a_mention_reaches_a_role(
    permissions: Permissions, mentionable: bool, pinged: bool
) -> None:
    assert can_ping(permissions, role_is_mentionable=mentionable) is pinged
