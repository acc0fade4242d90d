"""Endpoints of guilds, users and the application itself."""

from __future__ import annotations

from sandbox import errors, serial
from sandbox.entities import Member, Role
from sandbox.errors import ApiError
from sandbox.permissions import Permission, guild_permissions
from sandbox.ratelimit import Limit
from sandbox.rest.pipeline import NO_CONTENT, Call, Reply, Route
from sandbox.validate.channels import DM


async def gateway_bot(call: Call) -> Reply:
    return Reply(call.rest.gateway_info())


async def application(call: Call) -> Reply:
    return Reply(serial.application_json(call.world, call.world.application))


async def me(call: Call) -> Reply:
    return Reply(serial.self_json(call.bot))


async def open_dm(call: Call) -> Reply:
    """The direct message channel with a user, whether or not they accept direct messages."""
    target = call.world.users.get(call.checked(DM).get("recipient_id", 0))
    if target is None:
        raise errors.unknown("User")
    if target.bot:
        raise ApiError(400, 50007, "Cannot send messages to this user")
    return Reply(serial.channel_json(call.world, call.world.open_dm(target)))


async def guild(call: Call) -> Reply:
    return Reply(serial.guild_json(call.guild()))


async def guild_channels(call: Call) -> Reply:
    """All channels without threads, also those that the bot can't see."""
    channels = call.guild().channels.values()
    return Reply([serial.channel_json(call.world, channel) for channel in channels])


async def guild_member(call: Call) -> Reply:
    return Reply(serial.member_json(_member(call)))


def _member(call: Call) -> Member:
    """The member of the path; 404 for a user who is none (10007), or does not exist (10013)."""
    user_id = call.id("user_id")
    member = call.guild().members.get(user_id)
    if member is None:
        raise errors.unknown("User" if user_id not in call.world.users else "Member")
    return member


async def add_role(call: Call) -> Reply:
    call.world.set_roles(_member(call), add=_grantable_role(call))
    return NO_CONTENT


async def remove_role(call: Call) -> Reply:
    call.world.set_roles(_member(call), remove=_grantable_role(call))
    return NO_CONTENT


def _grantable_role(call: Call) -> Role:
    """The role of the path; 404 (10011) for none, 403 (50013) without Manage Roles and for one that
    is managed or not below the bot's highest, docs, "Permission Hierarchy"."""
    guild, me = call.guild(), call.guild().members[call.bot.id]
    role = guild.roles.get(call.id("role_id"))
    if role is None:
        raise errors.unknown("Role")
    granted = guild_permissions(guild, me, now=call.world.clock())
    highest = max((guild.roles[each].position for each in me.roles), default=0)
    if not granted & Permission.MANAGE_ROLES or role.managed or role.id == guild.id:
        raise errors.missing_permissions()
    if role.position >= highest:
        raise errors.missing_permissions()
    return role


async def audit_log(call: Call) -> Reply:
    """Who added the bot; the sandbox writes down nothing else. 403 (50013) without View Audit
    Log."""
    guild = call.guild()
    granted = guild_permissions(guild, guild.members[call.bot.id], now=call.world.clock())
    if not granted & Permission.VIEW_AUDIT_LOG:
        raise errors.missing_permissions()
    person = guild.bot_added_by
    kind = call.query.get("action_type", str(BOT_ADD))
    entries = []
    if person is not None and kind == str(BOT_ADD):
        entry = {
            "id": str(call.world.snowflake()),
            "user_id": str(person.id),
            "target_id": str(call.bot.id),
            "action_type": BOT_ADD,
        }
        entries.append(entry)
    empty = ("application_commands", "auto_moderation_rules", "guild_scheduled_events")
    names = (*empty, "integrations", "threads", "webhooks")
    body: dict[str, list[object]] = {name: [] for name in names}
    users = [serial.user_json(each) for each in (person, call.bot) if each is not None]
    return Reply({**body, "audit_log_entries": entries, "users": users})


#: https://docs.discord.com/developers/resources/audit-log#audit-log-entry-object
BOT_ADD = 28

_GUILD = "/guilds/{guild_id}"
_ROLE = _GUILD + "/members/{user_id}/roles/{role_id}"

ROUTES = (
    Route("GET", "/gateway/bot", gateway_bot, Limit(2, 5.0)),
    Route("GET", "/applications/@me", application),
    Route("GET", "/oauth2/applications/@me", application),
    Route("GET", "/users/@me", me),
    Route("POST", "/users/@me/channels", open_dm, Limit(10, 10.0)),
    Route("GET", _GUILD, guild),
    Route("GET", _GUILD + "/channels", guild_channels),
    Route("GET", _GUILD + "/members/{user_id}", guild_member),
    Route("GET", _GUILD + "/audit-logs", audit_log),
    Route("PUT", _ROLE, add_role),
    Route("DELETE", _ROLE, remove_role),
)
