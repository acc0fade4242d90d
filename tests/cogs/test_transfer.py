"""`/announcements export` and `import`: there and back, and every file that is refused."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.admins.guild_file import LARGEST, GuildFile, read_file
from bot.core.errors import UserError
from bot.core.model import Form, Frequency, SubscriptionState
from bot.core.regular_posts import RegularSort, RegularTimes
from sandbox.entities import ChannelType, Message, Upload
from tests.cogs.stage import Stage, labels, read
from tests.cogs.test_regular_pages import add as add_post
from tests.cogs.test_regular_pages import open_page
from tests.cogs.test_setup import choose, fill, open_panel, press, saved, stored


async def export(stage: Stage) -> dict[str, Any]:
    message = await stage.ask("announcements export", by=stage.admin)
    (attachment,) = message.attachments
    _, _, content = stage.sandbox.world.files[int(attachment["id"])]
    file: dict[str, Any] = json.loads(content)
    return file


async def imported(stage: Stage, file: Any, *, raw: bytes | None = None) -> Message:
    data = json.dumps(file).encode() if raw is None else raw
    upload = Upload(0, "settings.json", "application/json", data)
    return await stage.ask("announcements import", by=stage.admin, file=upload)


async def furnish(stage: Stage) -> None:
    role = stage.sandbox.world.add_role(stage.guild, "Fans", mentionable=True)
    panel = await choose(stage, await open_panel(stage), "channel", stage.channel)
    panel = await choose(stage, panel, "roles", role)
    panel = await fill(stage, panel, "when", frequency=["weekly"], weekday=["6"], quiet="22-8")
    panel = await fill(stage, panel, "look", form=["compact"], colour="purple", switches=["silent"])
    panel = await fill(stage, panel, "server", zone="Seoul")
    await press(stage, panel, "Save")


async def test_there_and_back_all_is_as_it_was(on_stage: Stage) -> None:
    await furnish(on_stage)
    before, file = await stored(on_stage), await export(on_stage)
    assert before is not None
    assert str(on_stage.admin.id) not in json.dumps(file), "there is nobody in it"
    same = await imported(on_stage, file)
    assert "There's nothing to import." in read(same)
    assert labels(same) == ["Cancel"]
    channel = str(on_stage.channel.id)
    await on_stage.ask("announcements remove", by=on_stage.admin, channel=channel)
    await on_stage.ask("announcements settings", by=on_stage.admin, timezone="Europe/Berlin")
    page = await imported(on_stage, file)
    assert f"**<#{channel}>** · new" in read(page)
    assert "- Europe/Berlin (CET, CEST in summer) → Asia/Seoul" in read(page)
    assert await stored(on_stage) is None
    done = await press(on_stage, page, "Import")
    assert read(done).startswith("**Imported.**")
    after = await stored(on_stage)
    assert after is not None
    assert (after.role_ids, after.timetable, after.style) == (
        before.role_ids,
        before.timetable,
        before.style,
    )
    guild = await on_stage.store.guilds.settings(on_stage.guild.id)
    assert guild.time_zone == "Asia/Seoul"
    told = read(await on_stage.ask("announcements history", by=on_stage.admin))
    assert told.count(f"set up <#{channel}>") == 2


async def test_filters_and_texts_come_back_to_their_own(on_stage: Stage) -> None:
    """As reported against QuiteRSS/quiterss (585): filters that an import gave to others."""

    async def do(command: str, **options: object) -> None:
        options.setdefault("channel", str(on_stage.channel.id))
        await on_stage.ask(f"announcements {command}", by=on_stage.admin, **options)

    async def there() -> list[tuple[str, str]]:
        own = await on_stage.store.subscriptions.in_channel(on_stage.guild.id, on_stage.channel.id)
        return [(one.filter, one.style.text_above) for one in own]

    await furnish(on_stage)
    await do("filter", filter="kind:music")
    await do("text", text="Fresh: {title}")
    await do("filter", filter='-kind:music -"world tour"', beside=True)
    before, file = await there(), await export(on_stage)
    assert [one[1] for one in before] == ["Fresh: {title}", ""]
    assert "There's nothing to import." in read(await imported(on_stage, file))
    for one in await on_stage.store.subscriptions.in_channel(
        on_stage.guild.id, on_stage.channel.id
    ):
        await do("remove", channel=f"{one.channel_id}/{one.id}")
    assert await there() == []
    await press(on_stage, await imported(on_stage, file), "Import")
    assert await there() == before
    file["subscriptions"][0]["filter"] = "kind:fish"
    assert "subscriptions.0.filter: kind:fish" in read(await imported(on_stage, file))


async def test_regular_posts_come_back_too(on_stage: Stage) -> None:
    async def there() -> list[tuple[RegularSort, RegularTimes, str | None]]:
        posts = await on_stage.store.regular_posts.of_guild(on_stage.guild.id)
        return [
            (one.post.sort, one.post.times, one.post.subscription.style.language) for one in posts
        ]

    page = await add_post(on_stage, await open_page(on_stage), "quote", day=["6"], language=["ko"])
    page = await add_post(on_stage, page, "on-this-day", hour=["7"])
    before, file = await there(), await export(on_stage)
    channel = str(on_stage.channel.id)
    assert file["regular"][0] == {
        "channel": channel,
        "sort": "quote",
        "hour": 18,
        "weekday": 6,
        "language": "ko",
    }
    assert "There's nothing to import." in read(await imported(on_stage, file))
    file["regular"][1]["hour"] = 8
    changes = await imported(on_stage, file)
    assert f"**<#{channel}>** · On this day\n- daily at 07:00 (UTC) → daily at 08:00 (UTC)" in read(
        changes
    )
    for one in await on_stage.store.regular_posts.of_guild(on_stage.guild.id):
        await on_stage.store.regular_posts.change_state(
            on_stage.guild.id, one.post.subscription.id, SubscriptionState.ENDED, None
        )
    # What was shown is not so any more: it is shown anew, and nothing is changed yet.
    again = await press(on_stage, changes, "Import")
    assert f"**<#{channel}>** · Quote of the week · new" in read(again)
    assert await there() == []
    await press(on_stage, again, "Import")
    assert await there() == [before[0], (before[1][0], RegularTimes(8), None)]

    file["regular"][0]["channel"] = "77"
    assert "names a channel (77)" in read(await imported(on_stage, file))
    file["regular"] = [file["regular"][1]] * 2
    assert "That file isn't one of mine" in read(await imported(on_stage, file))


async def test_what_the_file_does_not_name_stays_and_a_pause_too(on_stage: Stage) -> None:
    other = on_stage.sandbox.world.add_channel(on_stage.guild, "other")
    await saved(on_stage)
    await saved(on_stage, channel=other)
    await on_stage.ask("announcements pause", by=on_stage.admin, channel=str(on_stage.channel.id))
    file = {"subscriptions": [{"channel": str(on_stage.channel.id), "form": "link"}]}
    page = await imported(on_stage, file)
    assert "- full card → title and link" in read(page)
    await press(on_stage, page, "Import")
    one, rest = await stored(on_stage), await stored(on_stage, other)
    assert one is not None
    assert rest is not None
    assert (one.style.form, one.state) == (Form.LINK, SubscriptionState.PAUSED)
    assert rest.style.form is Form.FULL


async def test_what_changed_since_is_shown_and_asked_again(on_stage: Stage) -> None:
    await saved(on_stage)
    channel = str(on_stage.channel.id)
    page = await imported(on_stage, {"subscriptions": [{"channel": channel, "form": "link"}]})
    await on_stage.ask(
        "announcements edit", by=on_stage.admin, channel=channel, frequency="A daily digest"
    )
    again = await press(on_stage, page, "Import")
    assert "Someone changed the announcements in the meantime" in read(again)
    assert "- daily at 18:00 → each interview right away" in read(again)
    one = await stored(on_stage)
    assert one is not None
    assert one.timetable.frequency is Frequency.DAILY
    await press(on_stage, again, "Import")
    after = await stored(on_stage)
    assert after is not None
    assert (after.timetable.frequency, after.style.form) == (Frequency.EACH, Form.LINK)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"channel": "1"}, "The file names a channel (1) that I can't see in this server."),
        ({"roles": ["77"]}, "The file names a role (77) that this server doesn't have."),
        ({"tag": "77"}, "The file names a forum tag (77) that I can't use there."),
        ({"hour": 24}, "the value at subscriptions.0.hour: 24 is missing or isn't one I know"),
        ({"hour": "9"}, "the value at subscriptions.0.hour: 9 "),
        ({"colour": "red"}, "subscriptions.0.colour: red"),
        ({"channel": "1e3"}, "subscriptions.0.channel: 1e3"),
        ({"extra": 1}, "subscriptions.0.extra: 1"),
        ({"quiet": {"start": 5, "until": 5}}, "the value at subscriptions.0.quiet is missing"),
        ({"frequency": "daily", "quiet": {"start": 1000, "until": 1200}}, "quiet hours"),
        ({"roles": [str(n) for n in range(1, 8)]}, "the value at subscriptions.0.roles is missing"),
    ],
)
async def test_a_file_that_cannot_be_used_says_why_and_changes_nothing(
    on_stage: Stage, change: dict[str, Any], said: str
) -> None:
    one = {"channel": str(on_stage.channel.id), **change}
    told = read(await imported(on_stage, {"subscriptions": [one]}))
    assert said in told.replace("\\", "")
    assert "Nothing was changed" in told
    assert await stored(on_stage) is None


async def test_a_file_of_another_server_is_refused(on_stage: Stage) -> None:
    world = on_stage.sandbox.world
    elsewhere = world.add_channel(world.add_guild("Elsewhere"), "news")
    told = read(await imported(on_stage, {"subscriptions": [{"channel": str(elsewhere.id)}]}))
    assert "A file only works in the server it came from" in told
    assert await on_stage.store.subscriptions.overview(elsewhere.guild_id or 0) == []


async def test_nobody_has_everyone_pinged_by_a_file(on_stage: Stage) -> None:
    one = {"channel": str(on_stage.channel.id), "roles": [str(on_stage.guild.id)]}
    page = await imported(on_stage, {"subscriptions": [one]})
    assert read(page) == on_stage.client.messages.text()("error.role-everyone")
    assert (page.mention_everyone, page.mention_roles) == (False, [])


async def test_what_could_not_be_posted_is_refused(on_stage: Stage) -> None:
    world = on_stage.sandbox.world
    forum = world.add_channel(on_stage.guild, "forum", type=ChannelType.FORUM)
    world.set_overwrite(forum, world.application.bot.id, deny=1 << 16)
    await on_stage.client.wait_for("guild_channel_update", timeout=5)
    told = read(await imported(on_stage, {"subscriptions": [{"channel": str(forum.id)}]}))
    assert "**Read Message History**" in told
    assert await stored(on_stage, forum) is None


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "That file isn't one of mine."),
        (b"\xff\xfe", "That file isn't one of mine."),
        (b"[1, 2]", "That file isn't one of mine."),
        (b"[" * 60_000, "That file isn't one of mine."),
        (b'{"kcrush": 2}', "I can read version 1."),
        (b'{"time_zone": "Mars/Olympus"}', "Mars/Olympus is missing"),
        (b" " * (LARGEST + 1), "That file is too big. Mine are 64 KiB at most."),
    ],
)
async def test_what_is_no_such_file_is_refused(on_stage: Stage, raw: bytes, said: str) -> None:
    told = read(await imported(on_stage, None, raw=raw))
    assert said in told
    assert "Nothing was changed." in told


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.binary(max_size=300)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["kcrush", "subscriptions", "channel", "roles", "quiet", "x"]),
                inner,
            )
        ),
        max_leaves=12,
    ).map(lambda value: json.dumps(value).encode())
)
def test_any_bytes_are_a_file_or_refused(data: bytes) -> None:
    try:
        file = read_file(data)
    except UserError:
        return
    assert GuildFile.model_validate_json(file.model_dump_json()) == file


async def test_a_member_neither_exports_nor_imports(on_stage: Stage) -> None:
    await saved(on_stage)
    channel = str(on_stage.channel.id)
    page = await imported(on_stage, {"subscriptions": [{"channel": channel, "form": "link"}]})
    plan = "kc:import:2:do"
    told = await on_stage.forge(page, plan, on_stage.fan)
    assert read(told) == on_stage.client.messages.text()("error.not-allowed")
    cancelled = await press(on_stage, page, "Cancel")
    assert read(cancelled).startswith("**Nothing was imported.**")
    gone = await on_stage.forge(page, plan, on_stage.admin)
    assert read(gone).startswith("This panel is closed")
    one = await stored(on_stage)
    assert one is not None
    assert one.style.form is Form.FULL


async def test_a_draft_of_the_panel_is_no_import_and_the_other_way_round(on_stage: Stage) -> None:
    panel = await open_panel(on_stage)
    gone = "This panel is closed"
    assert read(await on_stage.forge(panel, "kc:import:1:do", on_stage.admin)).startswith(gone)
    await imported(on_stage, {"subscriptions": [{"channel": str(on_stage.channel.id)}]})
    assert read(await on_stage.forge(panel, "kc:draft:2:save", on_stage.admin)).startswith(gone)
    assert await stored(on_stage) is None
