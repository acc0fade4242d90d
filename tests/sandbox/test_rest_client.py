"""discord.py, as it comes, against the sandbox's REST."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable
from typing import Any

import discord
import pytest
from discord import ui

from sandbox import Sandbox
from sandbox.entities import Channel, ChannelType, Guild, MessageFlag
from sandbox.faults import Rule
from sandbox.permissions import DEFAULT_BOT, Permission
from sandbox.ratelimit import Limit

P = Permission
MESSAGES = "POST /channels/{channel_id}/messages"
NONE = discord.AllowedMentions.none()


@pytest.fixture
async def client(
    sandbox: Sandbox, point_at: Callable[[Sandbox], None]
) -> AsyncIterator[discord.Client]:
    """Logged in over REST alone."""
    point_at(sandbox)
    async with discord.Client(intents=discord.Intents(guilds=True)) as made:
        await made.login(sandbox.token)
        yield made


@pytest.fixture
def guild(sandbox: Sandbox) -> Guild:
    bits = DEFAULT_BOT | P.MANAGE_WEBHOOKS | P.MANAGE_MESSAGES
    return sandbox.world.add_guild("Fans", bot_permissions=bits)


@pytest.fixture
def channel(sandbox: Sandbox, guild: Guild) -> Channel:
    return sandbox.world.add_channel(guild, "news")


def only(channel: Channel) -> Any:
    (message,) = channel.messages.values()
    return message


class Card(ui.LayoutView):
    """An announcement as a bot would send it."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        heading: ui.Section[Any] = ui.Section(
            ui.TextDisplay("## Mina @everyone"),
            ui.TextDisplay("Singer"),
            accessory=ui.Thumbnail("https://example.org/mina.png", description="Mina"),
        )
        buttons: Any = ui.ActionRow(
            ui.Button(label="Read here", custom_id="read:1", style=discord.ButtonStyle.primary),
            ui.Button(label="Open", url="https://example.org/mina"),
        )
        menu: Any = ui.ActionRow(
            ui.Select(
                custom_id="jump:1",
                placeholder="Jump to",
                options=[discord.SelectOption(label=f"Question {n}") for n in range(1, 26)],
            )
        )
        gallery: ui.MediaGallery[Any] = ui.MediaGallery(
            discord.MediaGalleryItem("https://example.org/hero.jpg")
        )
        self.add_item(
            ui.Container(
                heading, ui.Separator(), gallery, buttons, menu, accent_colour=discord.Colour.pink()
            )
        )


async def test_a_layout_goes_there_and_comes_back(client: discord.Client, channel: Channel) -> None:
    target = client.get_partial_messageable(channel.id)
    sent = await target.send(view=Card(), allowed_mentions=NONE)
    assert sent.flags.components_v2
    assert len(list(ui.LayoutView.from_message(sent).walk_children())) == 12
    stored = only(channel)
    assert (stored.id, stored.mention_everyone) == (sent.id, False)
    assert str(stored.nonce) == str(sent.nonce)
    await sent.edit(view=ui.LayoutView().add_item(ui.TextDisplay("Withdrawn")))
    assert stored.components[0]["content"] == "Withdrawn"
    await sent.delete()
    assert not channel.messages


async def test_an_embed_a_view_and_a_file(client: discord.Client, channel: Channel) -> None:
    embed = discord.Embed(title="Mina", url="https://example.org/", colour=0xE91E63)
    embed.add_field(name="Kind", value="Music").set_image(url="attachment://quote.png")
    embed.set_footer(text="KCrush").set_author(name="Editor")
    embed.timestamp = discord.utils.utcnow()
    view = ui.View().add_item(ui.Button(label="Next", custom_id="next", emoji="➡️"))
    file = discord.File(io.BytesIO(b"PNG"), "quote.png", description="Quote")
    sent = await client.get_partial_messageable(channel.id).send(
        "New", embed=embed, view=view, file=file, suppress_embeds=False, silent=True
    )
    assert sent.embeds[0].fields[0].value == "Music"
    assert sent.attachments[0].description == "Quote"
    assert sent.embeds[0].image.url == sent.attachments[0].url
    assert await sent.attachments[0].read() == b"PNG"
    assert only(channel).flags == MessageFlag.SUPPRESS_NOTIFICATIONS
    edited = await sent.edit(content="Newer", attachments=sent.attachments, embeds=[])
    assert (edited.content, len(edited.attachments), edited.embeds) == ("Newer", 1, [])
    cleared = await edited.edit(attachments=[], view=None)
    assert (cleared.attachments, cleared.components) == ([], [])


async def test_errors_reach_the_library(
    sandbox: Sandbox, client: discord.Client, channel: Channel
) -> None:
    target = client.get_partial_messageable(channel.id)
    with pytest.raises(discord.HTTPException) as caught:
        await target.send("x" * 2001)
    assert "In content: Must be 2000 or fewer in length." in str(caught.value)
    with pytest.raises(discord.HTTPException) as caught:
        await target.send("")
    assert caught.value.code == 50006
    bot = sandbox.world.application.bot.id
    sandbox.world.set_overwrite(channel, bot, deny=P.SEND_MESSAGES)
    with pytest.raises(discord.Forbidden) as forbidden:
        await target.send("x")
    assert forbidden.value.code == 50013
    with pytest.raises(discord.NotFound) as missing:
        await client.fetch_channel(1)
    assert missing.value.code == 10003


async def test_a_token_refused(sandbox: Sandbox, point_at: Callable[[Sandbox], None]) -> None:
    point_at(sandbox)
    async with discord.Client(intents=discord.Intents.none()) as client:
        with pytest.raises(discord.LoginFailure):
            await client.login("nonsense")


async def test_the_library_waits_out_a_429(
    sandbox: Sandbox, client: discord.Client, channel: Channel
) -> None:
    sandbox.limiter.limits[MESSAGES] = Limit(2, 0.2)
    target = client.get_partial_messageable(channel.id)
    sandbox.faults.add(Rule(match="POST .*/messages", times=1, status=429, retry_after=0.1))
    for number in range(5):
        await target.send(str(number))
    assert [message.content for message in channel.messages.values()] == list("01234")
    assert sandbox.limiter.invalid == {429: 1}, "its own pacing by headers avoids any other"


async def test_a_retry_after_a_lost_answer_makes_no_second_message(
    sandbox: Sandbox, client: discord.Client, channel: Channel
) -> None:
    sandbox.faults.add(Rule(match="POST .*/messages", times=1, status=502, when="after"))
    sent = await client.get_partial_messageable(channel.id).send("once")
    assert only(channel).id == sent.id
    assert len([r for r in sandbox.requests if r.path.endswith("/messages")]) == 2


async def test_history_and_search_for_ones_own_message(
    sandbox: Sandbox, client: discord.Client, guild: Guild, channel: Channel
) -> None:
    sandbox.limiter.enabled = False
    found: Any = await client.fetch_channel(channel.id)
    for number in range(120):
        await found.send(str(number))
    read = [message.content async for message in found.history(limit=None)]
    assert read == [str(number) for number in range(119, -1, -1)]
    oldest = [message.content async for message in found.history(limit=3, oldest_first=True)]
    assert oldest == ["0", "1", "2"]


async def test_threads_and_posts(
    sandbox: Sandbox, client: discord.Client, guild: Guild, channel: Channel
) -> None:
    found: Any = await client.fetch_channel(channel.id)
    message = await found.send("New interview")
    thread = await message.create_thread(name="Talk", auto_archive_duration=1440)
    await thread.send("What would you ask?")
    assert thread.id == message.id
    assert [t.id for t in await (await client.fetch_guild(guild.id)).active_threads()] == [
        thread.id
    ]
    forum = sandbox.world.add_channel(
        guild, "interviews", type=ChannelType.FORUM, tags=["Music"], require_tag=True
    )
    board: Any = await client.fetch_channel(forum.id)
    made = await board.create_thread(
        name="Mina", view=Card(), applied_tags=[board.available_tags[0]], allowed_mentions=NONE
    )
    assert made.message.id == made.thread.id
    thread_here = sandbox.world.channels[made.thread.id].thread
    assert thread_here is not None
    assert thread_here.applied_tags == [forum.tags[0].id]
    with pytest.raises(discord.HTTPException) as caught:
        await board.create_thread(name="Mina", content="x")
    assert caught.value.code == 40067


async def test_follow_and_publish(
    sandbox: Sandbox, client: discord.Client, guild: Guild, channel: Channel
) -> None:
    home = sandbox.world.add_channel(guild, "home", type=ChannelType.ANNOUNCEMENT)
    source: Any = await client.fetch_channel(home.id)
    target: Any = await client.fetch_channel(channel.id)
    await source.follow(destination=target)
    message = await source.send(view=Card())
    await message.publish()
    await sandbox.rest.wait_for_background()
    received = [each async for each in target.history()]
    assert received[0].flags.is_crossposted
    assert received[0].reference is not None
    assert received[0].reference.message_id == message.id
    hooks = await target.webhooks()
    assert hooks[0].source_channel is not None
    assert hooks[0].source_channel.id == home.id


async def test_a_direct_message(sandbox: Sandbox, client: discord.Client, guild: Guild) -> None:
    person = sandbox.world.add_user("mina")
    sandbox.world.add_member(guild, person)
    user = await client.create_dm(discord.Object(person.id))
    await user.send("A new interview with your artist")
    person.accepts_dms = False
    with pytest.raises(discord.Forbidden) as caught:
        await user.send("again")
    assert caught.value.code == 50278


async def test_webhooks_of_the_library(
    sandbox: Sandbox, client: discord.Client, channel: Channel
) -> None:
    found: Any = await client.fetch_channel(channel.id)
    hook = await found.create_webhook(name="Magazine")
    assert [each.name for each in await found.webhooks()] == ["Magazine"]
    await hook.delete()
    assert await found.webhooks() == []


async def test_commands_are_synced(client: discord.Client, guild: Guild) -> None:
    tree = discord.app_commands.CommandTree(client)

    @discord.app_commands.default_permissions(manage_guild=True)
    @discord.app_commands.guild_only()
    class Announcements(discord.app_commands.Group):
        """Where announcements go."""

        @discord.app_commands.command()
        @discord.app_commands.choices(how=[discord.app_commands.Choice(name="Each", value="each")])
        async def add(
            self,
            interaction: discord.Interaction,
            channel: discord.TextChannel,
            how: str = "each",
            number: discord.app_commands.Range[int, 1, 25] = 1,
        ) -> None:
            """Add a channel."""

    tree.add_command(Announcements(name="announcements"))
    synced = await tree.sync()
    fetched = await tree.fetch_commands()
    assert [command.id for command in fetched] == [command.id for command in synced]
    options: Any = fetched[0].options[0]
    assert [option.name for option in options.options] == ["channel", "how", "number"]
    assert fetched[0].default_member_permissions == discord.Permissions(manage_guild=True)
    await tree.sync(guild=discord.Object(guild.id))
