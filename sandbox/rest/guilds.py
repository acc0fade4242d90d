"""Endpoints of guilds, users and the application itself."""

from __future__ import annotations

from sandbox import errors, serial, validate
from sandbox.entities import Guild
from sandbox.errors import ApiError
from sandbox.permissions import Permission
from sandbox.ratelimit import Limit
from sandbox.rest.access import need_in_guild
from sandbox.rest.pipeline import NO_CONTENT, Call, Reply, Route, snowflake

P = Permission
MAX_GUILDS = 200


async def gateway(call: Call) -> Reply:
    return Reply({"url": call.rest.gateway()["url"]})


async def gateway_bot(call: Call) -> Reply:
    return Reply(dict(call.rest.gateway()))


async def application(call: Call) -> Reply:
    return Reply(serial.application_json(call.world, call.world.application))


async def me(call: Call) -> Reply:
    return Reply(serial.self_json(call.bot))


async def user(call: Call) -> Reply:
    """Any user; the bot itself also as ``@me``."""
    found = call.world.users.get(call.id("user_id"))
    if found is None:
        raise errors.unknown("User")
    return Reply(serial.user_json(found))


async def my_guilds(call: Call) -> Reply:
    """The bot's guilds by id, 200 a page; `before` and `after` are exclusive."""
    limit = _limit(call, MAX_GUILDS)
    guilds = sorted(call.world.bot_guilds(), key=lambda guild: guild.id)
    if call.query.get("before"):
        mark = snowflake(call.query["before"], "before")
        guilds = [guild for guild in guilds if guild.id < mark][-limit:]
    elif call.query.get("after"):
        mark = snowflake(call.query["after"], "after")
        guilds = [guild for guild in guilds if guild.id > mark]
    counted = _wants_counts(call)
    return Reply([_my_guild(call, guild, counted=counted) for guild in guilds[:limit]])


def _my_guild(call: Call, guild: Guild, *, counted: bool) -> dict[str, object]:
    data = serial.my_guild_json(call.world, guild)
    if counted:
        data |= {
            "approximate_member_count": len(guild.members),
            "approximate_presence_count": len(guild.members),
        }
    return data


def _wants_counts(call: Call) -> bool:
    return call.query.get("with_counts", "").lower() in ("true", "1")


def _limit(call: Call, highest: int) -> int:
    raw = call.query.get("limit", str(highest))
    if raw.isdecimal() and 1 <= int(raw) <= highest:
        return int(raw)
    error = {
        "code": "NUMBER_TYPE_MAX" if raw.isdecimal() else "NUMBER_TYPE_COERCE",
        "message": f"int value should be between 1 and {highest}.",
    }
    raise ApiError(400, 50035, "Invalid Form Body", {"limit": {"_errors": [error]}})


async def leave(call: Call) -> Reply:
    call.world.remove_bot(call.guild())
    return NO_CONTENT


async def open_dm(call: Call) -> Reply:
    """The direct message with a person; opening it tells nothing of whether they take any."""
    body = validate.dm_payload(call.payload)
    target = call.world.users.get(body.get("recipient_id", 0))
    if target is None:
        raise errors.unknown("User")
    if target.bot:
        raise ApiError(400, 50007, "Cannot send messages to this user")
    return Reply(serial.channel_json(call.world, call.world.open_dm(target)))


async def guild(call: Call) -> Reply:
    return Reply(serial.guild_json(call.guild(), with_counts=_wants_counts(call)))


async def guild_channels(call: Call) -> Reply:
    """All channels without threads, those too that the bot can't see."""
    found = call.guild()
    return Reply([serial.channel_json(call.world, each) for each in found.channels.values()])


async def guild_roles(call: Call) -> Reply:
    return Reply([serial.role_json(role) for role in call.guild().roles.values()])


async def guild_role(call: Call) -> Reply:
    role = call.guild().roles.get(call.id("role_id"))
    if role is None:
        raise errors.unknown("Role")
    return Reply(serial.role_json(role))


async def guild_member(call: Call) -> Reply:
    found = call.guild()
    member = found.members.get(call.id("user_id"))
    if member is None:
        raise errors.unknown("User" if call.id("user_id") not in call.world.users else "Member")
    return Reply(serial.member_json(member))


async def guild_members(call: Call) -> Reply:
    """A page of members by id, 1 of them unless `limit` says otherwise, as in the docs."""
    found = call.guild()
    limit = _limit(call, 1000) if "limit" in call.query else 1
    after = snowflake(call.query.get("after", "0"), "after")
    ids = sorted(user_id for user_id in found.members if user_id > after)[:limit]
    return Reply([serial.member_json(found.members[user_id]) for user_id in ids])


async def edit_own_member(call: Call) -> Reply:
    """The bot's nickname, the only thing that it may change of itself here."""
    found = call.guild()
    need_in_guild(call.world, found, P.CHANGE_NICKNAME)
    nick = call.body().get("nick")
    if nick is not None and (not isinstance(nick, str) or len(nick) > 32):
        error = {"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 32 or fewer in length."}
        raise ApiError(400, 50035, "Invalid Form Body", {"nick": {"_errors": [error]}})
    member = found.members[call.bot.id]
    call.world.edit_member(member, nick=nick or None)
    return Reply(serial.member_json(member))


_GUILD = "/guilds/{guild_id}"

ROUTES = (
    Route("GET", "/gateway", gateway, auth="none"),
    Route("GET", "/gateway/bot", gateway_bot, Limit(2, 5.0)),
    Route("GET", "/applications/@me", application),
    Route("GET", "/oauth2/applications/@me", application),
    Route("GET", "/users/@me", me),
    Route("GET", "/users/@me/guilds", my_guilds, Limit(5, 5.0)),
    Route("DELETE", "/users/@me/guilds/{guild_id}", leave),
    Route("POST", "/users/@me/channels", open_dm, Limit(10, 10.0)),
    Route("GET", "/users/{user_id}", user),
    Route("GET", _GUILD, guild),
    Route("GET", _GUILD + "/channels", guild_channels),
    Route("GET", _GUILD + "/roles", guild_roles),
    Route("GET", _GUILD + "/roles/{role_id}", guild_role),
    Route("GET", _GUILD + "/members", guild_members, Limit(10, 10.0)),
    Route("PATCH", _GUILD + "/members/@me", edit_own_member, Limit(5, 5.0)),
    Route("GET", _GUILD + "/members/{user_id}", guild_member),
)
