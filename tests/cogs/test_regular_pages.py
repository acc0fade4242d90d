"""Regular posts set up by an admin: the page, its form, and what is refused."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.core.model import QuietHours, Subscription, SubscriptionState, Timetable
from bot.core.regular_posts import RegularPost, RegularSort, RegularTimes
from bot.store import ChangeAction
from bot.ui.panel_regular import MOST_POSTS
from sandbox.entities import Channel, ChannelType, Message
from tests.clock import START
from tests.cogs.stage import Stage, finished, interview, labels, read
from tests.cogs.test_newest import posted
from tests.cogs.test_quotes import SEA, quotable
from tests.cogs.test_setup import open_panel, press, saved
from tests.store.test_store_regular_posts import put as put_elsewhere
from tests.ui.limits import walk

SEND_MESSAGES = 1 << 11


async def open_page(stage: Stage) -> Message:
    shown = await stage.ask("announcements list", by=stage.admin)
    return await press(stage, shown, "Regular posts")


async def posts(stage: Stage) -> list[RegularPost]:
    return [one.post for one in await stage.store.regular_posts.of_guild(stage.guild.id)]


async def add(
    stage: Stage, page: Message, sort: str, channel: Channel | None = None, **values: Any
) -> Message:
    """Choose what to add, fill in its form and send it."""
    menu = next(part for part in walk(page.components) if part["type"] == 3)
    opened = await stage.sandbox.choose(stage.admin, page, menu["custom_id"], [sort])
    assert opened.modal is not None
    chosen = {"channel": [channel or stage.channel], "day": ["daily"], "hour": ["18"]}
    filled = {**chosen, "language": ["server"], **values}
    return await finished(await stage.sandbox.submit(stage.admin, opened.modal, filled))


def fields_of(modal: Any) -> dict[str, Any]:
    return {label["component"]["custom_id"]: label["component"] for label in modal.components}


async def form_of_new(stage: Stage, page: Message, sort: str = "quote") -> dict[str, Any]:
    menu = next(part for part in walk(page.components) if part["type"] == 3)
    opened = await stage.sandbox.choose(stage.admin, page, menu["custom_id"], [sort])
    assert opened.modal is not None
    return fields_of(opened.modal)


async def test_three_presses_and_a_form_set_a_post_up(on_stage: Stage) -> None:
    page = await open_page(on_stage)
    assert "Keep the server company between new interviews" in read(page)
    page = await add(on_stage, page, "quote", day=["6"], hour=["9"])
    assert read(page).splitlines()[0] == (
        f"**Done.** Quote of the week comes to <#{on_stage.channel.id}>."
    )
    assert f"**Quote of the week**\n<#{on_stage.channel.id}> · Sundays at 09:00\n" in read(page)
    # The clock begins on a Sunday at noon.
    due = int((START + timedelta(days=6, hours=21)).timestamp())
    assert f"-# Next post <t:{due}:R>" in read(page)
    assert "no time zone yet" in read(page)
    (post,) = await posts(on_stage)
    assert (post.sort, post.times) == (RegularSort.QUOTE, RegularTimes(9, 6))
    assert post.subscription.created_by == on_stage.admin.id


async def test_the_panel_opens_the_page_beside_itself(on_stage: Stage) -> None:
    panel = await open_panel(on_stage)
    page = await press(on_stage, panel, "Regular posts")
    assert page.id != panel.id
    assert read(page).startswith("## Regular posts")


async def test_the_channel_of_the_announcements_is_suggested(on_stage: Stage) -> None:
    await saved(on_stage)
    fields = await form_of_new(on_stage, await open_page(on_stage))
    (suggested,) = fields["channel"]["default_values"]
    assert suggested["id"] == str(on_stage.channel.id)


async def test_it_is_changed_paused_resumed_and_removed(on_stage: Stage) -> None:
    page = await add(on_stage, await open_page(on_stage), "archive")
    shown = await press(on_stage, page, "Change")
    assert labels(shown) == ["Edit", "Preview", "Pause", "Remove", "Back"]
    edit = next(one for one in walk(shown.components) if one.get("label") == "Edit")
    opened = await on_stage.sandbox.press(on_stage.admin, shown, edit["custom_id"])
    assert opened.modal is not None
    assert [*fields_of(opened.modal)] == ["day", "hour", "language"]
    values = {"day": ["0"], "hour": ["7"], "language": ["ko"]}
    page = await finished(await on_stage.sandbox.submit(on_stage.admin, opened.modal, values))
    assert "Mondays at 07:00 · in Korean" in read(page)
    (post,) = await posts(on_stage)
    assert (post.times, post.subscription.style.language) == (RegularTimes(7, 0), "ko")

    shown = await press(on_stage, page, "Change")
    assert "Mondays at 07:00 (UTC) · in Korean" in read(shown)
    shown = await press(on_stage, shown, "Pause")
    assert "⏸️ Paused" in read(shown)
    assert labels(shown) == ["Edit", "Preview", "Resume", "Remove", "Back"]
    (post,) = await posts(on_stage)
    assert post.subscription.state is SubscriptionState.PAUSED
    shown = await press(on_stage, shown, "Resume")
    assert "⏸️ Paused" not in read(shown)
    page = await press(on_stage, shown, "Remove")
    assert read(page).startswith("**Removed.** From the archive no longer comes to <#")
    assert await posts(on_stage) == []
    gone = await on_stage.forge(page, edit["custom_id"], on_stage.admin)
    assert read(gone) == on_stage.client.messages.text()("error.regular.gone")


async def test_the_preview_shows_what_comes_next(on_stage: Stage) -> None:
    next_day = (START + timedelta(days=1)).replace(year=2021)
    await on_stage.publish(
        interview(1, published_at=next_day), quotable(2, SEA, published_at=next_day)
    )
    page = await add(on_stage, await open_page(on_stage), "quote", hour=["9"])
    shown = await press(on_stage, page, "Change")
    preview = await press(on_stage, shown, "Preview")
    assert preview.id != shown.id
    assert read(preview).splitlines()[0] == "-# **Quote of the day**"
    assert len(preview.attachments) == 1
    page = await press(on_stage, shown, "Back")
    page = await add(on_stage, page, "on-this-day", hour=["9"])
    second = [one for one in walk(page.components) if one.get("label") == "Change"][1]
    shown = await finished(await on_stage.sandbox.press(on_stage.admin, page, second["custom_id"]))
    preview = await press(on_stage, shown, "Preview")
    assert read(preview).splitlines()[0] == "-# **On this day, 5 years ago**"
    # Nothing came out on a day after that.
    await on_stage.clock.advance(24 * 3600)
    preview = await press(on_stage, shown, "Preview")
    assert "Nothing would come the next time" in read(preview)
    # And nobody else has seen anything.
    assert posted(on_stage, on_stage.channel) == []


async def test_the_history_says_who_did_what(on_stage: Stage) -> None:
    page = await add(on_stage, await open_page(on_stage), "archive")
    page = await add(on_stage, page, "archive", hour=["7"])
    await press(on_stage, await press(on_stage, page, "Change"), "Pause")
    shown = read(await on_stage.ask("announcements history", by=on_stage.admin))
    changes = await on_stage.store.history.newest(on_stage.guild.id)
    assert [one.action for one in changes] == [
        ChangeAction.POST_PAUSED,
        ChangeAction.POST_EDITED,
        ChangeAction.POST_ADDED,
    ]
    who, where = f"<@{on_stage.admin.id}>", f"<#{on_stage.channel.id}>"
    assert f"{who} paused From the archive in {where}, " in shown
    assert f"{who} changed From the archive in {where}, " in shown
    assert "daily at 18:00 (UTC) → daily at 07:00 (UTC)" in shown
    assert f"{who} set up From the archive in {where}, " in shown


async def test_an_hour_that_never_comes_is_refused(on_stage: Stage) -> None:
    quiet = Timetable(quiet=QuietHours(22 * 60, 8 * 60))
    await on_stage.store.subscriptions.subscribe(
        on_stage.guild.id, on_stage.channel.id, 1, lambda one: replace(one, timetable=quiet)
    )
    told = await add(on_stage, await open_page(on_stage), "quote", hour=["23"])
    assert "the quiet hours are 22:00 to 08:00, so nothing could come at 23:00" in read(told)
    assert await posts(on_stage) == []
    # And where the quiet hours came later, the page says so.
    page = await add(on_stage, await open_page(on_stage), "quote", hour=["21"])
    quiet = Timetable(quiet=QuietHours(20 * 60, 8 * 60))
    (one,) = await on_stage.store.subscriptions.in_channel(on_stage.guild.id, on_stage.channel.id)
    await on_stage.store.subscriptions.edit(
        on_stage.guild.id, one.id, lambda found: replace(found, timetable=quiet)
    )
    page = await open_page(on_stage)
    assert "⚠️ The channel's quiet hours last until the next day" in read(page)


async def test_where_the_bot_may_not_write_it_says_what_to_turn_on(on_stage: Stage) -> None:
    changed = on_stage.client.wait_for("guild_channel_update", timeout=10)
    own_id = on_stage.client.application_id or 0
    on_stage.sandbox.world.set_overwrite(on_stage.channel, own_id, deny=SEND_MESSAGES)
    await changed
    told = await add(on_stage, await open_page(on_stage), "quote")
    assert "I don't have: **Send Messages**" in read(told)
    assert await posts(on_stage) == []


async def test_no_forum_is_offered(on_stage: Stage) -> None:
    fields = await form_of_new(on_stage, await open_page(on_stage))
    offered = set(fields["channel"]["channel_types"])
    assert {int(ChannelType.TEXT), int(ChannelType.PUBLIC_THREAD)} <= offered
    assert offered.isdisjoint({int(ChannelType.FORUM), int(ChannelType.MEDIA)})


async def test_a_server_has_so_many_and_no_more(on_stage: Stage) -> None:
    for number in range(MOST_POSTS):
        new = on_stage.sandbox.world.add_channel(on_stage.guild, f"place-{number}")
        place = Subscription(0, on_stage.guild.id, new.id, None, 1, START)
        await on_stage.store.regular_posts.put(
            RegularPost(place, RegularSort.QUOTE, RegularTimes(18), START)
        )
    page = await open_page(on_stage)
    assert labels(page).count("Change") == MOST_POSTS
    assert not [part for part in walk(page.components) if part["type"] == 3]
    told = await on_stage.forge(page, "kc:regular-add", on_stage.admin, values=["quote"])
    text = on_stage.client.messages.text()
    assert read(told) == text("error.regular.limit", limit=MOST_POSTS)


async def test_another_servers_posts_are_out_of_reach(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    other = await put_elsewhere(on_stage.store)
    page = await open_page(on_stage)
    gone = on_stage.client.messages.text()("error.regular.gone")
    for what in ("show", "edit", "pause", "resume", "remove"):
        custom_id = f"kc:regular:{other.subscription.id}:{what}"
        assert read(await on_stage.forge(page, custom_id, on_stage.admin)) == gone
    assert [one.post for one in await on_stage.store.regular_posts.of_guild(1)] == [other]
