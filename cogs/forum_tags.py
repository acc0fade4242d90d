"""Tags of forums: those that admins name, and those that posts will get."""

import discord
from discord.app_commands import Choice

from bot.client.channels import usable_tags
from bot.core.errors import UserError
from bot.core.forum_tags import Tag, choose_tags, fold_tag
from bot.core.i18n import Text
from bot.core.model import Subscription
from bot.core.targets import FORUMS
from bot.ui.announcing import Announcement
from bot.ui.markdown import Marked, escape_within
from cogs.channels import read_channel_id
from cogs.options import CHOICES
from cogs.responses import Interaction

TAG_LIMIT = 20
"""Characters of a tag's name (Discord docs, Forum Tag Object)."""


def find_tag(interaction: Interaction, channel_id: int, name: str | None) -> int | None:
    """The id of the forum's tag with this name; ``None`` where no tag is named, and 0 where one
    is named in a channel that is no forum.

    Raises:
        UserError: the forum has no such tag, or only moderators may use it.
    """
    if name is None:
        return None
    forum = _forum(interaction, channel_id)
    if forum is None:
        return 0
    usable = usable_tags(forum)
    folded = fold_tag(name)
    found = next((tag for tag in usable if folded and fold_tag(tag.name) == folded), None)
    found = found or next((tag for tag in usable if tag.name == name.strip()), None)
    if found is None:
        tags = Marked(", ".join(_shown(tag) for tag in usable) or "—")
        channel = Marked(f"<#{channel_id}>")
        raise UserError("error.unknown-tag", tag=name, channel=channel, tags=tags)
    return found.id


def require_usable_tag(interaction: Interaction, channel_id: int) -> None:
    """Refuse a forum that requires a tag and has none that the bot may use.

    Raises:
        UserError: no post can be made in this forum as it is.
    """
    forum = _forum(interaction, channel_id)
    if forum is not None and forum.flags.require_tag and not usable_tags(forum):
        raise UserError("error.no-tag", channel=Marked(f"<#{channel_id}>"))


def describe_tags(interaction: Interaction, one: Subscription, text: Text) -> str | None:
    """Which tags posts will get, as a sentence; ``None`` for what is no forum or has no tags."""
    forum = _forum(interaction, one.channel_id) if one.kind in FORUMS else None
    if forum is None or not forum.available_tags:
        return None
    required = forum.flags.require_tag
    chosen = choose_tags((), usable_tags(forum), required=required, configured=one.tag_id)
    if not chosen:
        return text("options.tags")
    key = "options.tags-chosen" if chosen[0].id == one.tag_id else "options.tags-first"
    return text(key, tag=_shown(chosen[0]))


def post_tags(interaction: Interaction, one: Subscription, announced: Announcement) -> str:
    """The tags that the post of an announcement gets, as sentences show them; "" for none."""
    forum = _forum(interaction, one.channel_id)
    if forum is None:
        return ""
    listed = announced.digest or (announced.interview,)
    names = [tag for stored in listed for tag in stored.interview.tags]
    required, usable = forum.flags.require_tag, usable_tags(forum)
    chosen = choose_tags(names, usable, required=required, configured=one.tag_id)
    return ", ".join(_shown(tag) for tag in chosen)


def tag_names(interaction: Interaction, channel_id: int) -> dict[int, str]:
    """The names of a forum's tags as sentences show them, by their ids; none for what is none."""
    forum = _forum(interaction, channel_id)
    tags = forum.available_tags if forum is not None else []
    return {tag.id: _shown(Tag(tag.id, tag.name)) for tag in tags}


def plain_tag_names(interaction: Interaction, channel_id: int) -> dict[int, str]:
    """The names of the forum's tags that the bot may use, by their ids; none for what is none."""
    forum = _forum(interaction, channel_id)
    return {tag.id: tag.name for tag in usable_tags(forum)} if forum is not None else {}


async def complete_tag(interaction: Interaction, current: str) -> list[Choice[str]]:
    """The usable tags of the forum that the command names so far, for who may manage the guild."""
    named = getattr(interaction.namespace, "channel", None)
    channel_id = read_channel_id(str(getattr(named, "id", named)))
    forum = _forum(interaction, channel_id) if channel_id is not None else None
    if forum is None or not interaction.permissions.manage_guild:
        return []
    wanted = current.strip().casefold()
    names = [tag.name for tag in usable_tags(forum) if wanted in tag.name.casefold()]
    return [Choice(name=name, value=name) for name in names[:CHOICES]]


def _forum(interaction: Interaction, channel_id: int) -> discord.ForumChannel | None:
    known = interaction.guild.get_channel(channel_id) if interaction.guild else None
    return known if isinstance(known, discord.ForumChannel) else None


def _shown(tag: Tag) -> str:
    return f"**{escape_within(tag.name, 2 * TAG_LIMIT)}**"
