"""Endpoints of guilds, users and the application itself."""

from __future__ import annotations

from sandbox import errors, serial
from sandbox.errors import ApiError
from sandbox.ratelimit import Limit
from sandbox.rest.pipeline import Call, Reply, Route
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
    """404 for a user who is no member (10007), or does not exist (10013)."""
    user_id = call.id("user_id")
    member = call.guild().members.get(user_id)
    if member is None:
        raise errors.unknown("User" if user_id not in call.world.users else "Member")
    return Reply(serial.member_json(member))


_GUILD = "/guilds/{guild_id}"

ROUTES = (
    Route("GET", "/gateway/bot", gateway_bot, Limit(2, 5.0)),
    Route("GET", "/applications/@me", application),
    Route("GET", "/oauth2/applications/@me", application),
    Route("GET", "/users/@me", me),
    Route("POST", "/users/@me/channels", open_dm, Limit(10, 10.0)),
    Route("GET", _GUILD, guild),
    Route("GET", _GUILD + "/channels", guild_channels),
    Route("GET", _GUILD + "/members/{user_id}", guild_member),
)
