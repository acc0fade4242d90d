"""`/announcements setup`: the panel, from its opening to what is stored and then posted."""

import asyncio
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import discord
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.discord_time import DiscordTime
from bot.core.model import Doubt, Form, Frequency, QuietHours, Style, Subscription, TargetKind
from bot.core.targets import Target, needed_permissions
from bot.delivery.announcer import Announcer
from bot.delivery.discord.rest_port import RestPort
from sandbox import Refused
from sandbox.entities import Channel, ChannelType, Message, Role, User
from tests.cogs.stage import MANAGE_GUILD, Stage, connected, finished, interview, labels, read
from tests.delivery.stage import AtOnce, spoken
from tests.ui.limits import walk

SELECT = {"channel": 8, "roles": 6}


async def open_panel(stage: Stage, *, by: User | None = None) -> Message:
    return await stage.ask("announcements setup", by=by or stage.admin)


async def choose(stage: Stage, panel: Message, what: str, *objects: Any) -> Message:
    menu = next(part for part in walk(panel.components) if part["type"] == SELECT[what])
    chosen = await stage.sandbox.choose(stage.admin, panel, menu["custom_id"], objects)
    return await finished(chosen)


async def fill(stage: Stage, panel: Message, part: str, **fields: Any) -> Message:
    """Open a form of the panel, fill it in and send it."""
    button = next(
        one for one in walk(panel.components) if str(one.get("custom_id")).endswith(f":{part}")
    )
    opened = await stage.sandbox.press(stage.admin, panel, button["custom_id"])
    assert opened.modal is not None
    values = {**defaults(opened.modal.components), **fields}
    return await finished(await stage.sandbox.submit(stage.admin, opened.modal, values))


def defaults(components: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What a form holds when it opens."""
    found: dict[str, Any] = {}
    for label in components:
        one = label["component"]
        if one["type"] == 4:
            found[one["custom_id"]] = one.get("value") or ""
        else:
            options = one["options"]
            found[one["custom_id"]] = [each["value"] for each in options if each.get("default")]
    return found


async def stored(stage: Stage, channel: Channel | None = None) -> Subscription | None:
    place = channel or stage.channel
    return await stage.store.subscriptions.find(stage.guild.id, place.id)


async def press(stage: Stage, panel: Message, label: str) -> Message:
    return await stage.press(panel, label, by=stage.admin)


async def saved(stage: Stage, *roles: Role, channel: Channel | None = None) -> Subscription:
    """A subscription that was set up on the panel, with all else as it comes."""
    panel = await choose(stage, await open_panel(stage), "channel", channel or stage.channel)
    if roles:
        panel = await choose(stage, panel, "roles", *roles)
    await press(stage, panel, "Save")
    one = await stored(stage, channel)
    assert one is not None
    return one


async def post_newest(stage: Stage) -> None:
    """Publish an interview and send it as the running bot would."""
    await stage.publish(interview(1))
    async with stage.store.transaction() as tx:
        (newest,) = await tx.interviews.latest(1)
        await tx.outbox.enqueue(newest.id, stage.clock.now())
    await drain(stage)


async def drain(stage: Stage) -> None:
    """Send what is due as the running bot would."""
    port = RestPort(stage.client, DiscordTime(stage.clock))
    announcer = Announcer(stage.store, port, stage.clock, random.Random(3), AtOnce())
    await announcer.drain()


def shape(components: Any) -> Any:
    """Components without the numbers that Discord gives them."""
    if isinstance(components, list):
        return [shape(one) for one in components]
    if isinstance(components, dict):
        return {key: shape(one) for key, one in components.items() if key != "id"}
    return components


async def test_three_presses_set_a_channel_up(on_stage: Stage) -> None:
    panel = await open_panel(on_stage)
    assert read(panel).startswith("## Set up announcements\n-# Nothing is saved until you press")
    assert "Save" not in labels(panel)
    panel = await choose(on_stage, panel, "channel", on_stage.channel)
    assert await stored(on_stage) is None
    done = await press(on_stage, panel, "Save")
    assert read(done).startswith(
        f"**Done.** I'll announce new interviews in <#{on_stage.channel.id}> as soon as they"
    )
    assert await stored(on_stage) is not None


async def test_every_part_of_the_panel_is_stored_as_it_was_said(on_stage: Stage) -> None:
    world = on_stage.sandbox.world
    roles = [world.add_role(on_stage.guild, name, mentionable=True) for name in "ab"]
    news = world.add_channel(on_stage.guild, "news", type=ChannelType.ANNOUNCEMENT)
    panel = await choose(on_stage, await open_panel(on_stage), "channel", news)
    panel = await choose(on_stage, panel, "roles", *roles)
    panel = await fill(
        on_stage, panel, "when", frequency=["weekly"], weekday=["6"], hour=["9"], quiet="22-8"
    )
    assert "Sundays at 09:00 · quiet 22:00 to 08:00" in read(panel)
    look = {"form": ["compact"], "colour": "purple", "switches": ["silent"], "language": ["en"]}
    panel = await fill(on_stage, panel, "look", **look)
    assert "in English" in read(panel)
    panel = await fill(on_stage, panel, "after", switches=["crosspost"])
    panel = await fill(on_stage, panel, "server", zone="Seoul", doubt=["rather-twice"])
    assert "Asia/Seoul · Better to get one twice than miss it" in read(panel)
    await press(on_stage, panel, "Save")
    one = await stored(on_stage, news)
    assert one is not None
    assert one.role_ids == tuple(role.id for role in roles)
    times = one.timetable
    assert (times.frequency, times.weekday, times.hour) == (Frequency.WEEKLY, 6, 9)
    assert times.quiet == QuietHours(22 * 60, 8 * 60)
    assert one.style == Style(Form.COMPACT, 0x9B59B6, silent=True, language="en")
    assert (one.crosspost, one.discussion) == (True, False)
    guild = await on_stage.store.guilds.settings(on_stage.guild.id)
    assert (guild.time_zone, guild.doubt) == ("Asia/Seoul", Doubt.RATHER_TWICE)


@pytest.mark.parametrize(
    ("kind", "offered"),
    [
        (ChannelType.TEXT, ["discussion"]),
        (ChannelType.ANNOUNCEMENT, ["crosspost", "discussion"]),
        (ChannelType.FORUM, ["tag"]),
        (ChannelType.MEDIA, ["tag"]),
        (ChannelType.PUBLIC_THREAD, []),
    ],
)
async def test_a_kind_of_channel_is_asked_only_what_it_can_do(
    on_stage: Stage, kind: ChannelType, offered: list[str]
) -> None:
    world = on_stage.sandbox.world
    if kind is ChannelType.PUBLIC_THREAD:
        channel = world.add_thread(on_stage.channel, "talk", on_stage.admin)
    else:
        channel = world.add_channel(on_stage.guild, "there", type=kind, tags=["Music", "Film"])
    await on_stage.client.wait_for("thread_create" if channel.is_thread else "guild_channel_create")
    panel = await choose(on_stage, await open_panel(on_stage), "channel", channel)
    has_part = any(str(one.get("custom_id")).endswith(":after") for one in walk(panel.components))
    assert has_part == bool(offered)
    if offered == ["tag"]:
        panel = await fill(on_stage, panel, "after", tag=[str(channel.tags[1].id)])
        assert "Tag **Film**" in read(panel)
    elif offered:
        panel = await fill(on_stage, panel, "after", switches=offered)
    await press(on_stage, panel, "Save")
    one = await stored(on_stage, channel)
    assert one is not None
    if offered == ["tag"]:
        assert one.tag_id == channel.tags[1].id
    else:
        assert [name for name in ("crosspost", "discussion") if getattr(one, name)] == offered


@pytest.mark.parametrize(
    ("part", "field", "typed", "said"),
    [
        ("when", "quiet", "whenever", "whenever"),
        ("look", "above", "{nobody} is here", "{nobody}"),
        ("look", "colour", "puurple", "I don't know the colour “puurple”."),
        ("server", "zone", "Atlantis", "Atlantis"),
    ],
)
async def test_what_cannot_be_taken_is_said_and_stays_typed(
    on_stage: Stage, part: str, field: str, typed: str, said: str
) -> None:
    panel = await choose(on_stage, await open_panel(on_stage), "channel", on_stage.channel)
    panel = await fill(on_stage, panel, part, **{field: typed})
    assert said in read(panel)
    assert "What you typed is still in the form." in read(panel)
    button = next(
        one for one in walk(panel.components) if str(one.get("custom_id")).endswith(f":{part}")
    )
    again = await on_stage.sandbox.press(on_stage.admin, panel, button["custom_id"])
    assert again.modal is not None
    assert defaults(again.modal.components)[field] == typed
    await press(on_stage, panel, "Save")
    one = await stored(on_stage)
    assert one is not None
    assert (one.timetable.quiet, one.style.colour) == (None, None)


async def test_what_comes_is_chosen_on_the_panel(on_stage: Stage) -> None:
    panel = await choose(on_stage, await open_panel(on_stage), "channel", on_stage.channel)
    panel = await fill(
        on_stage,
        panel,
        "what",
        kinds=["music", "acting"],
        artists="Kim So-yeon, O.V",
        words='world tour, "encore"',
        without="kind:sport, Artist: BTS, spoiler alert",
    )
    shown = read(panel)
    assert "**What to announce**\nOnly Music, Acting" in shown
    await press(on_stage, panel, "Save")
    one = await stored(on_stage)
    assert one is not None
    assert one.filter == (
        'kind:music kind:acting artist:"Kim So-yeon" artist:O.V "world tour" encore '
        '-kind:sport -artist:BTS -"spoiler alert"'
    )
    page = await on_stage.forge(panel, f"kc:setup:{one.id}", on_stage.admin)
    opened = await on_stage.sandbox.press(on_stage.admin, page, "kc:draft:2:what")
    assert opened.modal is not None
    held = defaults(opened.modal.components)
    assert held == {
        "kinds": ["music", "acting"],
        "artists": "Kim So-yeon, O.V",
        "words": "world tour, encore",
        "without": "kind:sport, artist:BTS, spoiler alert",
    }
    page = await finished(await on_stage.sandbox.submit(on_stage.admin, opened.modal, held))
    await press(on_stage, page, "Save")
    assert await stored(on_stage) == one


async def test_a_form_that_cannot_be_taken_keeps_what_was_chosen_in_it(on_stage: Stage) -> None:
    panel = await choose(on_stage, await open_panel(on_stage), "channel", on_stage.channel)
    panel = await fill(on_stage, panel, "what", kinds=["music"], without="kind:musik")
    assert "There's no kind called “musik”." in read(panel)
    opened = await on_stage.sandbox.press(on_stage.admin, panel, "kc:draft:1:what")
    assert opened.modal is not None
    assert defaults(opened.modal.components)["kinds"] == ["music"]
    panel = await fill(
        on_stage, panel, "look", form=["link"], colour="puurple", switches=["silent"]
    )
    opened = await on_stage.sandbox.press(on_stage.admin, panel, "kc:draft:1:look")
    assert opened.modal is not None
    held = defaults(opened.modal.components)
    assert (held["form"], held["switches"]) == (["link"], ["silent"])


@pytest.mark.parametrize(
    "look",
    [
        {"form": ["full"]},
        {"form": ["full"], "colour": "#123456", "switches": ["spoiler", "silent"]},
        {"form": ["compact"], "switches": ["spoiler"]},
        {"form": ["link"], "above": "{roles}: *{title}* by {artist}"},
        {"form": ["full"], "above": "{artist} @everyone {kind} {count}"},
    ],
)
@pytest.mark.parametrize("crosspost", [True, False])
async def test_the_preview_is_what_is_sent_component_for_component(
    on_stage: Stage, look: dict[str, Any], *, crosspost: bool
) -> None:
    world = on_stage.sandbox.world
    role = world.add_role(on_stage.guild, "Fans", mentionable=True)
    news = world.add_channel(on_stage.guild, "news", type=ChannelType.ANNOUNCEMENT)
    await post_newest(on_stage)
    panel = await choose(on_stage, await open_panel(on_stage), "channel", news)
    panel = await choose(on_stage, panel, "roles", role)
    panel = await fill(on_stage, panel, "look", **look)
    if crosspost:
        panel = await fill(on_stage, panel, "after", switches=["crosspost"])
    shown = await press(on_stage, panel, "Preview")
    assert shown.ephemeral_for == on_stage.admin.id
    assert shown.mention_roles == []
    assert await stored(on_stage, news) is None
    await press(on_stage, panel, "Save")
    async with on_stage.store.transaction() as tx:
        (newest,) = await tx.interviews.latest(1)
        await tx.outbox.enqueue(newest.id, on_stage.clock.now())
    port = RestPort(on_stage.client, DiscordTime(on_stage.clock))
    announcer = Announcer(on_stage.store, port, on_stage.clock, random.Random(3), AtOnce())
    await announcer.drain()
    (sent,) = spoken(news)
    assert sent.mention_roles == [role.id]
    assert shape(sent.components) == shape(shown.components)
    assert (sent.content, sent.embeds) == (shown.content, shown.embeds)


async def test_editing_says_before_and_after(on_stage: Stage) -> None:
    one = await saved(on_stage)
    panel = await open_panel(on_stage)
    page = await on_stage.forge(panel, f"kc:setup:{one.id}", on_stage.admin)
    assert read(page).startswith(f"## Announcements in <#{on_stage.channel.id}>")
    page = await fill(on_stage, page, "when", frequency=["daily"], hour=["20"])
    done = await press(on_stage, page, "Save")
    assert "- each interview right away → daily at 20:00" in read(done)
    assert labels(done) == ["Test", "Edit", "See all"]
    again = await on_stage.forge(panel, "kc:draft:3:save", on_stage.admin)
    assert read(again).startswith("This panel is closed")


async def helper_of(stage: Stage) -> User:
    world = stage.sandbox.world
    helper = world.add_user("helper")
    role = world.add_role(stage.guild, "Helpers", permissions=MANAGE_GUILD)
    world.add_member(stage.guild, helper, [role])
    return helper


async def test_the_second_of_two_admins_is_told_and_asked(on_stage: Stage) -> None:
    one, helper = await saved(on_stage), await helper_of(on_stage)
    panel = await on_stage.forge(await open_panel(on_stage), f"kc:setup:{one.id}", on_stage.admin)
    panel = await fill(on_stage, panel, "look", form=["compact"])
    channel = str(on_stage.channel.id)
    await on_stage.ask("announcements edit", by=helper, channel=channel, frequency="A daily digest")
    asked = await press(on_stage, panel, "Save")
    assert read(asked).split("\n") == [
        f"**<@{helper.id}> changed the announcements in <#{channel}> while you were editing.**",
        "- each interview right away → daily at 18:00",
        "With your changes:",
        "- daily at 18:00 → each interview right away",
        "- full card → compact card",
    ]
    now = await stored(on_stage)
    assert now is not None
    assert now.timetable.is_digest
    await on_stage.ask("announcements edit", by=helper, channel=channel, discussion=False, hour=7)
    asked = await press(on_stage, asked, "Save mine")
    assert "while you were editing" in read(asked), "a third change is asked about again"
    await press(on_stage, asked, "Save mine")
    after = await stored(on_stage)
    assert after is not None
    assert (after.timetable.is_digest, after.style.form) == (False, Form.COMPACT)


async def test_a_channel_that_has_announcements_is_not_overwritten_unasked(
    on_stage: Stage,
) -> None:
    await saved(on_stage)
    panel = await choose(on_stage, await open_panel(on_stage), "channel", on_stage.channel)
    panel = await fill(on_stage, panel, "look", form=["link"])
    asked = await press(on_stage, panel, "Save")
    assert "already has announcements" in read(asked)
    one = await stored(on_stage)
    assert one is not None
    assert one.style.form is Form.FULL


async def test_what_was_removed_meanwhile_is_asked_about(on_stage: Stage) -> None:
    one = await saved(on_stage)
    panel = await on_stage.forge(await open_panel(on_stage), f"kc:setup:{one.id}", on_stage.admin)
    await on_stage.ask("announcements remove", by=on_stage.admin, channel=str(on_stage.channel.id))
    asked = await press(on_stage, panel, "Save")
    assert "removed the announcements" in read(asked)
    assert await stored(on_stage) is None
    await press(on_stage, asked, "Save mine")
    assert await stored(on_stage) is not None


async def test_a_pause_is_no_change_of_the_settings(on_stage: Stage) -> None:
    one = await saved(on_stage)
    panel = await on_stage.forge(await open_panel(on_stage), f"kc:setup:{one.id}", on_stage.admin)
    panel = await fill(on_stage, panel, "look", form=["compact"])
    await on_stage.ask("announcements pause", by=on_stage.admin, channel=str(on_stage.channel.id))
    done = await press(on_stage, panel, "Save")
    assert "They stay paused until" in read(done)


async def test_a_draft_outlives_a_day_and_no_more(on_stage: Stage) -> None:
    panel = await choose(on_stage, await open_panel(on_stage), "channel", on_stage.channel)
    await on_stage.clock.advance(timedelta(hours=23).total_seconds())
    panel = await fill(on_stage, panel, "look", form=["compact"])
    await on_stage.clock.advance(timedelta(hours=25).total_seconds())
    closed = await press(on_stage, panel, "Save")
    assert read(closed).startswith("This panel is closed")
    assert await stored(on_stage) is None


async def test_cancel_forgets_it(on_stage: Stage) -> None:
    panel = await choose(on_stage, await open_panel(on_stage), "channel", on_stage.channel)
    assert read(await press(on_stage, panel, "Cancel")).startswith("**Nothing was changed.**")
    assert await stored(on_stage) is None


KINDS = {
    TargetKind.TEXT: ChannelType.TEXT,
    TargetKind.ANNOUNCEMENT: ChannelType.ANNOUNCEMENT,
    TargetKind.THREAD: ChannelType.PUBLIC_THREAD,
    TargetKind.FORUM: ChannelType.FORUM,
    TargetKind.MEDIA: ChannelType.MEDIA,
}
TARGETS = [
    *(Target(kind) for kind in KINDS),
    Target(TargetKind.TEXT, discussion=True),
    Target(TargetKind.ANNOUNCEMENT, crosspost=True, discussion=True),
]


@pytest.mark.parametrize(
    ("target", "lacked"),
    [(target, name) for target in TARGETS for name in needed_permissions(target)],
)
async def test_what_the_bot_lacks_is_said_at_once_and_saves_nothing(
    on_stage: Stage, target: Target, lacked: str
) -> None:
    """Each permission in turn, for each kind of channel and its options."""
    world, parent = on_stage.sandbox.world, on_stage.channel
    channel = parent
    if target.kind is TargetKind.THREAD:
        channel = world.add_thread(parent, "talk", on_stage.admin)
    elif target.kind is not TargetKind.TEXT:
        kind = KINDS[target.kind]
        channel = parent = world.add_channel(on_stage.guild, "there", type=kind)
    denied = discord.Permissions(**{lacked: True}).value
    world.set_overwrite(parent, world.application.bot.id, deny=denied)
    await on_stage.client.wait_for("guild_channel_update", timeout=5)
    panel = await choose(on_stage, await open_panel(on_stage), "channel", channel)
    options = {"crosspost": target.crosspost, "discussion": target.discussion}
    chosen = [name for name, is_on in options.items() if is_on]
    if chosen:
        panel = await fill(on_stage, panel, "after", switches=chosen)
    named = on_stage.client.messages.text()(f"permission.{lacked}")
    assert f"⚠️ In <#{channel.id}> I don't have: **{named}**." in read(panel)
    refused = await press(on_stage, panel, "Save")
    assert f"**{named}**" in read(refused)
    assert await stored(on_stage, channel) is None
    world.set_overwrite(parent, world.application.bot.id)
    await on_stage.client.wait_for("guild_channel_update", timeout=5)
    await press(on_stage, panel, "Save")
    assert await stored(on_stage, channel) is not None
    world.set_overwrite(parent, world.application.bot.id, deny=denied)
    await on_stage.client.wait_for("guild_channel_update", timeout=5)
    told = read(await on_stage.ask("announcements doctor", by=on_stage.admin))
    assert f"⚠️ In <#{channel.id}> I" in told
    assert f"**{named}**" in told


async def test_a_role_that_is_deleted_meanwhile_is_in_no_menu(on_stage: Stage) -> None:
    world = on_stage.sandbox.world
    roles = [world.add_role(on_stage.guild, name, mentionable=True) for name in "ab"]
    panel = await choose(on_stage, await open_panel(on_stage), "channel", on_stage.channel)
    panel = await choose(on_stage, panel, "roles", *roles)
    heard = asyncio.ensure_future(on_stage.client.wait_for("guild_role_delete", timeout=5))
    await asyncio.sleep(0)
    world.delete_role(roles[0])
    await heard
    panel = await fill(on_stage, panel, "look", form=["compact"])
    assert "One of the roles has been deleted in the meantime." in read(panel)
    menu = next(part for part in walk(panel.components) if part["type"] == SELECT["roles"])
    assert [one["id"] for one in menu["default_values"]] == [str(roles[1].id)]
    refused = await press(on_stage, panel, "Save")
    assert read(refused).startswith("One of the roles has been deleted in the meantime.")
    panel = await choose(on_stage, panel, "roles", roles[1])
    await press(on_stage, panel, "Save")
    one = await stored(on_stage)
    assert one is not None
    assert one.role_ids == (roles[1].id,)


async def test_a_panel_goes_on_after_a_restart(on_stage: Stage) -> None:
    """Views that a library holds in memory would say "This interaction failed"."""
    panel = await choose(on_stage, await open_panel(on_stage), "channel", on_stage.channel)
    opened = await on_stage.sandbox.press(on_stage.admin, panel, "kc:draft:1:look")
    assert opened.modal is not None
    await on_stage.client.close()
    roused = asyncio.Event()
    async with connected(
        on_stage.sandbox, on_stage.store, on_stage.index, on_stage.clock, roused, seed=2
    ):
        values = {**defaults(opened.modal.components), "form": ["compact"]}
        filled = await on_stage.sandbox.submit(on_stage.admin, opened.modal, values)
        await press(on_stage, await finished(filled), "Save")
    one = await stored(on_stage)
    assert one is not None
    assert one.style.form is Form.COMPACT


async def test_a_role_that_cannot_be_pinged_is_said_at_once(on_stage: Stage) -> None:
    world = on_stage.sandbox.world
    role = world.add_role(on_stage.guild, "Fans")
    world.set_overwrite(on_stage.channel, world.application.bot.id, deny=1 << 17)
    await on_stage.client.wait_for("guild_channel_update", timeout=5)
    panel = await choose(on_stage, await open_panel(on_stage), "channel", on_stage.channel)
    panel = await choose(on_stage, panel, "roles", role)
    assert f"I can't ping <@&{role.id}>" in read(panel)
    everyone = on_stage.guild.roles[on_stage.guild.id]
    told = await choose(on_stage, panel, "roles", everyone)
    assert told.id != panel.id


async def test_a_member_opens_no_panel_and_presses_none(on_stage: Stage) -> None:
    with pytest.raises(Refused):
        await open_panel(on_stage, by=on_stage.fan)
    panel = await choose(on_stage, await open_panel(on_stage), "channel", on_stage.channel)
    refusal = on_stage.client.messages.text()("error.not-allowed")
    for part in walk(panel.components):
        if "custom_id" in part:
            values = {"values": ["1"]} if part["type"] in SELECT.values() else {}
            told = await on_stage.forge(panel, part["custom_id"], on_stage.fan, **values)
            assert read(told) == refusal
    assert await stored(on_stage) is None


async def test_an_admin_without_the_permission_any_more_is_refused(on_stage: Stage) -> None:
    helper = await helper_of(on_stage)
    panel = await open_panel(on_stage, by=helper)
    member = on_stage.guild.members[helper.id]
    member.roles.clear()
    told = await on_stage.forge(panel, "kc:draft:1:cancel", helper)
    assert read(told) == on_stage.client.messages.text()("error.not-allowed")


async def foreign_drafts(stage: Stage) -> list[Any]:
    drafts = stage.store.drafts
    return [await drafts.find(1, 77, 5), await drafts.find(2, stage.guild.id, 5)]


NUMBERS = st.integers(0, 10**19)
FORGED = (
    st.builds(
        lambda id_, what: f"kc:draft:{id_}:{what}",
        NUMBERS,
        st.sampled_from(["when", "look", "after", "server", "preview", "save", "cancel", "back"]),
    )
    | st.builds(lambda id_: f"kc:draft-channel:{id_}", NUMBERS)
    | st.builds(lambda id_: f"kc:draft-roles:{id_}", NUMBERS)
    | st.builds(lambda id_: f"kc:setup:{id_}", NUMBERS)
    | st.builds(lambda id_: f"kc:role:{id_}", NUMBERS)
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(custom_id=FORGED, values=st.lists(NUMBERS.map(str) | st.text(max_size=4), max_size=3))
async def test_forged_and_foreign_ids_change_nothing(
    on_stage: Stage, custom_id: str, values: list[str]
) -> None:
    """An admin of one guild, with the ids of another's draft and subscription among others."""
    store, stranger = on_stage.store, on_stage.admin
    if await store.subscriptions.find(77, 78) is None:
        await store.subscriptions.subscribe(77, 78, 5, lambda one: one)
        await store.drafts.create(77, 5, {"a": 1})
        await store.drafts.create(on_stage.guild.id, 5, {"a": 1})
        await open_panel(on_stage)
    panel = next(iter(on_stage.sandbox.world.ephemerals.values()))
    before = await store.subscriptions.find(77, 78)
    others = await foreign_drafts(on_stage)
    data = {"values": values} if "draft-" in custom_id else {}
    told = await on_stage.forge(panel, custom_id, stranger, **data)
    assert told.ephemeral_for == stranger.id
    assert await store.subscriptions.find(77, 78) == before
    assert await foreign_drafts(on_stage) == others
    assert await store.subscriptions.overview(on_stage.guild.id) == []
    assert on_stage.guild.members[stranger.id].roles == []


async def test_the_panel_asks_the_store_once_a_press(
    on_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = await choose(on_stage, await open_panel(on_stage), "channel", on_stage.channel)
    asked: list[str] = []
    database = on_stage.store.database
    transact, reads = database.transact, database.read

    async def counted(*args: Any, **named: Any) -> Any:
        asked.append("transaction")
        return await transact(*args, **named)

    async def counted_read(*args: Any, **named: Any) -> Any:
        asked.append("read")
        return await reads(*args, **named)

    monkeypatch.setattr(database, "transact", counted)
    monkeypatch.setattr(database, "read", counted_read)
    await choose(on_stage, panel, "channel", on_stage.channel)
    assert asked == ["transaction"]
