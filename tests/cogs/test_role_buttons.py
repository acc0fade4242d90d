"""`/announcements role-button`: members give themselves the ping role with a button."""

import asyncio

import discord
import pytest

from bot.admins.role_buttons import DANGEROUS
from sandbox.entities import Message, Role
from sandbox.outcome import Refused
from sandbox.permissions import DEFAULT_BOT, Permission
from tests.cogs.stage import MANAGE_GUILD, Stage, answer, read

ROLES = int(Permission.MANAGE_ROLES)


@pytest.fixture
async def role(on_stage: Stage) -> Role:
    """A harmless role below the bot's own, which may hand out roles."""
    world, guild = on_stage.sandbox.world, on_stage.guild
    made = world.add_role(guild, "Interviews")
    await edited(on_stage, bots(on_stage), permissions=DEFAULT_BOT | ROLES, position=9)
    return made


def bots(stage: Stage) -> Role:
    return next(role for role in stage.guild.roles.values() if role.bot_id)


async def edited(stage: Stage, role: Role, **changes: object) -> None:
    """Edit a role, and wait until the bot's client has heard of it."""
    heard = asyncio.ensure_future(stage.client.wait_for("guild_role_update", timeout=5))
    await asyncio.sleep(0)
    stage.sandbox.world.edit_role(role, **changes)
    await heard


async def post(stage: Stage, role: Role) -> Message:
    told = await stage.ask("announcements role-button", by=stage.admin, role=role)
    assert read(told).startswith("**Posted.**")
    return next(reversed(stage.channel.messages.values()))


async def pressed(stage: Stage, message: Message) -> str:
    return read(answer(await stage.sandbox.press(stage.fan, message, label="Ping me")))


def roles_of_fan(stage: Stage) -> list[int]:
    return stage.guild.members[stage.fan.id].roles


async def test_a_press_gives_the_role_and_the_next_one_takes_it_off(
    on_stage: Stage, role: Role
) -> None:
    message = await post(on_stage, role)
    assert message.ephemeral_for is None
    assert f"<@&{role.id}>" in read(message)
    assert (message.mention_roles, message.mention_everyone) == ([], False)
    assert await pressed(on_stage, message) == (
        f"**You now have <@&{role.id}>.** You'll get a ping for every new interview. "
        "Press the bell again to stop."
    )
    assert roles_of_fan(on_stage) == [role.id]
    assert (await pressed(on_stage, message)).startswith(f"**<@&{role.id}> is gone.**")
    assert roles_of_fan(on_stage) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"managed": True}, "belongs to a bot or an integration"),
        ({"position": 10}, "is above my own highest role"),
        (
            {"permissions": int(Permission.ADMINISTRATOR)},
            "comes with power over others (**Administrator**)",
        ),
        ({"permissions": int(Permission.MENTION_EVERYONE)}, "@\u200bhere and All Roles**)"),
        ({"permissions": MANAGE_GUILD}, "(**Manage Server**)"),
    ],
)
async def test_a_role_that_must_not_be_handed_out_is_refused_now_and_later(
    on_stage: Stage, role: Role, changes: dict[str, int], said: str
) -> None:
    """Also where it was harmless when the button was posted, and the power came after."""
    message = await post(on_stage, role)
    await edited(on_stage, role, **changes)
    told = read(await on_stage.ask("announcements role-button", by=on_stage.admin, role=role))
    assert said in told
    assert said in await pressed(on_stage, message)
    assert roles_of_fan(on_stage) == []


async def test_power_in_a_single_channel_counts(on_stage: Stage, role: Role) -> None:
    world = on_stage.sandbox.world
    heard = asyncio.ensure_future(on_stage.client.wait_for("guild_channel_update", timeout=5))
    await asyncio.sleep(0)
    allow = int(Permission.MANAGE_MESSAGES)
    world.set_overwrite(on_stage.channel, role.id, allow=allow)
    await heard
    told = read(await on_stage.ask("announcements role-button", by=on_stage.admin, role=role))
    assert "(**Manage Messages**)" in told


async def test_without_manage_roles_the_mend_is_said(on_stage: Stage, role: Role) -> None:
    await edited(on_stage, bots(on_stage), permissions=DEFAULT_BOT)
    told = read(await on_stage.ask("announcements role-button", by=on_stage.admin, role=role))
    assert told.startswith("I can't give out roles here because I don't have **Manage Roles**.")


async def test_everyone_and_foreign_roles_are_no_roles_for_a_button(
    on_stage: Stage, role: Role
) -> None:
    everyone = on_stage.guild.roles[on_stage.guild.id]
    told = read(await on_stage.ask("announcements role-button", by=on_stage.admin, role=everyone))
    assert told.startswith("Everyone already has @\u200beveryone, so I didn't post a button.")
    assert len(on_stage.channel.messages) == 0


@pytest.mark.parametrize("own", [ROLES, 0])
async def test_an_admin_hands_out_no_role_that_they_could_not_give_by_hand(
    on_stage: Stage, role: Role, own: int
) -> None:
    """Else Manage Server would be a detour to every role below the bot's."""
    world, guild = on_stage.sandbox.world, on_stage.guild
    helper = world.add_user("helper")
    low = world.add_role(guild, "Helpers", permissions=MANAGE_GUILD | own)
    await edited(on_stage, low, position=1)
    await edited(on_stage, role, position=2)
    world.add_member(guild, helper, [low])
    told = read(await on_stage.ask("announcements role-button", by=helper, role=role))
    expected = "is above your own highest role" if own else "You need **Manage Roles**"
    assert expected in told
    assert len(on_stage.channel.messages) == 0


async def test_a_member_without_manage_server_posts_no_button(on_stage: Stage, role: Role) -> None:
    with pytest.raises(Refused):
        await on_stage.ask("announcements role-button", role=role)


async def test_a_button_that_no_admin_asked_for_gives_nothing(on_stage: Stage, role: Role) -> None:
    """A forged custom_id: another role's, on a message that has no such button."""
    message = await post(on_stage, role)
    other = on_stage.sandbox.world.add_role(on_stage.guild, "Verified")
    await edited(on_stage, other, position=3)
    told = read(await on_stage.forge(message, f"kc:role:{other.id}", on_stage.fan))
    assert told == on_stage.client.messages.text()("error.stale-button")
    assert roles_of_fan(on_stage) == []


async def test_a_role_that_is_gone_is_said_to_be(on_stage: Stage, role: Role) -> None:
    message = await post(on_stage, role)
    heard = asyncio.ensure_future(on_stage.client.wait_for("guild_role_delete", timeout=5))
    await asyncio.sleep(0)
    on_stage.sandbox.world.delete_role(role)
    await heard
    assert (await pressed(on_stage, message)).startswith("That role doesn't exist any more.")


def test_what_discord_counts_as_dangerous_is_dangerous() -> None:
    assert discord.Permissions.elevated() <= DANGEROUS
