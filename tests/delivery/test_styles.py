"""How announcements look by a subscription's style, from the delivery to what stands in Discord."""

import random
from typing import Any

import pytest

from bot.core.model import Form, Frequency, Style, Timetable
from bot.delivery.discord.rest_port import RestPort
from bot.delivery.editor import Editor
from sandbox.entities import ChannelType, Message, MessageFlag
from tests.cogs.stage import interview, read
from tests.delivery.stage import AtOnce, Stage, spoken
from tests.ui.limits import walk

BRAND = 0xE5487A


def parts(message: Message, kind: int) -> list[dict[str, Any]]:
    return [part for part in walk(message.components) if part["type"] == kind]


async def sent(
    stage: Stage, style: Style, kind: ChannelType = ChannelType.TEXT, **options: Any
) -> Message:
    channel = stage.channel(kind)
    await stage.subscribe(channel, style=style, **options)
    await stage.publish()
    await stage.deliver()
    (place, *_) = [one for one in stage.guild.threads.values() if one.parent_id] or [channel]
    (message,) = spoken(place)
    return message


async def test_without_a_choice_all_of_the_card_comes(on_stage: Stage) -> None:
    message = await sent(on_stage, Style())
    (container,) = parts(message, 17)
    (gallery,) = parts(message, 12)
    assert container["accent_color"] == BRAND
    assert not gallery["items"][0]["spoiler"]
    assert "She sings about rooms." in read(message)
    assert not message.flags & MessageFlag.SUPPRESS_NOTIFICATIONS


@pytest.mark.parametrize("kind", [ChannelType.TEXT, ChannelType.FORUM])
async def test_a_colour_a_covered_picture_and_no_notification(
    on_stage: Stage, kind: ChannelType
) -> None:
    style = Style(colour=0x123456, spoiler=True, silent=True)
    message = await sent(on_stage, style, kind)
    (container,) = parts(message, 17)
    (gallery,) = parts(message, 12)
    assert container["accent_color"] == 0x123456
    assert gallery["items"][0]["spoiler"]
    assert message.flags & MessageFlag.SUPPRESS_NOTIFICATIONS


async def test_a_compact_card_is_a_title_beside_a_small_picture(on_stage: Stage) -> None:
    message = await sent(on_stage, Style(Form.COMPACT, spoiler=True))
    (picture,) = parts(message, 11)
    assert picture["spoiler"]
    assert parts(message, 12) == []
    assert "Interview No. 1 with Han Seoyun" in read(message)
    assert "She sings about rooms." not in read(message)
    assert [part["custom_id"] for part in parts(message, 2) if "custom_id" in part] == ["kc:read:1"]


async def test_a_link_is_words_of_which_discord_draws_a_preview(on_stage: Stage) -> None:
    message = await sent(on_stage, Style(Form.LINK, silent=True))
    assert message.components == []
    assert message.content == (
        "**Interview No. 1 with Han Seoyun**\nhttps://kcrush.example/interview-1/"
    )
    assert message.flags & MessageFlag.SUPPRESS_NOTIFICATIONS


@pytest.mark.parametrize(
    ("style", "image", "thumbnail"),
    [
        (Style(colour=0x123456), True, False),
        (Style(Form.COMPACT, colour=0x123456), False, True),
        # An embed's picture can't be covered.
        (Style(colour=0x123456, spoiler=True), False, False),
    ],
)
async def test_what_is_published_to_followers_has_the_style_too(
    on_stage: Stage, style: Style, *, image: bool, thumbnail: bool
) -> None:
    message = await sent(on_stage, style, ChannelType.ANNOUNCEMENT, crosspost=True)
    (embed,) = message.embeds
    assert embed["color"] == 0x123456
    assert ("image" in embed, "thumbnail" in embed) == (image, thumbnail)
    assert ("She sings about rooms." in embed["description"]) == (style.form is Form.FULL)


async def test_a_correction_keeps_the_look(on_stage: Stage) -> None:
    """Also the form of words, which no edit can make a card of."""
    card, words = on_stage.channel(ChannelType.TEXT), on_stage.channel(ChannelType.TEXT)
    await on_stage.subscribe(card, style=Style(Form.COMPACT, colour=0x123456))
    await on_stage.subscribe(words, style=Style(Form.LINK))
    number = await on_stage.publish()
    await on_stage.deliver()
    async with on_stage.store.transaction() as tx:
        await tx.interviews.update(number, interview(1, title="A better title"), "another digest")
    port = RestPort(on_stage.client, None, on_stage.attached)
    editor = Editor(on_stage.store, port, on_stage.clock, random.Random(3), AtOnce())
    assert await editor.edit_due() == 2
    (made,) = spoken(card)
    (said,) = spoken(words)
    assert "A better title" in read(made)
    assert parts(made, 17)[0]["accent_color"] == 0x123456
    assert len(parts(made, 11)) == 1
    assert said.content.startswith("**A better title**\n")
    assert said.components == []


async def test_several_roles_are_pinged_and_nobody_else(on_stage: Stage) -> None:
    world = on_stage.sandbox.world
    roles = [world.add_role(on_stage.guild, name, mentionable=True) for name in "abc"]
    ids = [role.id for role in roles]
    message = await sent(on_stage, Style(), role_id=ids[0], more_role_ids=(ids[1],))
    assert sorted(message.mention_roles) == ids[:2]
    assert f"<@&{ids[0]}> <@&{ids[1]}>" in read(message)


async def test_a_role_that_is_deleted_leaves_the_others(on_stage: Stage) -> None:
    one = await on_stage.subscribe(
        on_stage.channel(ChannelType.TEXT), role_id=5, more_role_ids=(6, 7)
    )
    subscriptions = on_stage.store.subscriptions
    assert await subscriptions.roles() == {one.guild_id: {5, 6, 7}}
    assert await subscriptions.lose_roles(one.guild_id, [5, 7]) == 1
    left = await subscriptions.find(one.guild_id, one.channel_id)
    assert left is not None
    assert (left.role_ids, left.role_lost) == ((6,), True)
    assert await subscriptions.lose_roles(one.guild_id, [5]) == 0
    assert await subscriptions.lose_roles(one.guild_id, [6]) == 1
    alone = await subscriptions.find(one.guild_id, one.channel_id)
    assert alone is not None
    assert alone.role_ids == ()


@pytest.mark.parametrize("form", list(Form))
async def test_a_text_above_is_filled_and_pings_only_the_chosen_roles(
    on_stage: Stage, form: Form
) -> None:
    world = on_stage.sandbox.world
    role = world.add_role(on_stage.guild, "Fans", mentionable=True)
    other = world.add_role(on_stage.guild, "Others", mentionable=True)
    text = f"@everyone <@&{other.id}> {{artist}}: *{{kind}}*, {{count}} at {{link}}"
    channel = on_stage.channel(ChannelType.TEXT)
    await on_stage.subscribe(channel, style=Style(form, text_above=text), role_id=role.id)
    await on_stage.publish(title="[@everyone](https://evil.example) **loud**")
    await on_stage.deliver()
    (message,) = spoken(channel)
    said = message.content or read(message)
    address = interview(1).url
    assert said.startswith(
        f"<@&{role.id}> @everyone <@&{other.id}> Han Seoyun: *Music*, 1 at {address}"
    )
    assert message.mention_roles == [role.id]
    assert not message.mention_everyone


async def test_a_hostile_title_in_a_text_above_is_shown_as_it_is(on_stage: Stage) -> None:
    channel = on_stage.channel(ChannelType.TEXT)
    await on_stage.subscribe(channel, style=Style(text_above="{title} {roles}"))
    await on_stage.publish(title="**loud** [x](https://evil.example) {link} @here")
    await on_stage.deliver()
    (message,) = spoken(channel)
    first = read(message).splitlines()[0]
    assert first.startswith(r"\*\*loud")
    assert "](https" not in first
    assert "kcrush.example" not in first
    assert not message.mention_everyone


async def test_a_text_above_a_digest_counts_and_names(on_stage: Stage) -> None:
    daily = Timetable(Frequency.DAILY, hour=18)
    channel = on_stage.channel(ChannelType.TEXT)
    style = Style(text_above="{title}: {count} with {artist}")
    await on_stage.subscribe(channel, style=style, timetable=daily)
    for _ in range(2):
        await on_stage.publish()
    await on_stage.clock.advance(6 * 3600)
    await on_stage.deliver()
    (message,) = spoken(channel)
    assert read(message).splitlines()[0] == "2 new interviews: 2 with Han Seoyun"


async def test_an_edit_leaves_the_text_above(on_stage: Stage) -> None:
    message = await sent(on_stage, Style(text_above="Look: {title}"))
    async with on_stage.store.transaction() as tx:
        changed = interview(1, title="Another title")
        await tx.interviews.update(on_stage.numbers[0], changed, "new digest")
    port = RestPort(on_stage.client, None, on_stage.attached)
    editor = Editor(on_stage.store, port, on_stage.clock, random.Random(3), AtOnce())
    assert await editor.edit_due() == 1
    (place,) = [one for one in on_stage.guild.channels.values() if message.id in one.messages]
    (message,) = spoken(place)
    assert read(message).splitlines()[0] == "Look: Another title"
