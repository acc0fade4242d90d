"""Which roles a button may give to members, and take from them. Pure.

A button that hands out a role is as strong as the role: it must be harmless in all of the guild
and in each of its channels, now and at every press, and the admin must be one who may hand it out
without the bot.
"""

from typing import Final

import discord

from bot.core.errors import PermissionNames, UserError
from bot.ui.markdown import Marked

DANGEROUS: Final = discord.Permissions(
    discord.Permissions.elevated().value
    | discord.Permissions(
        mention_everyone=True,
        mute_members=True,
        deafen_members=True,
        move_members=True,
        manage_nicknames=True,
        view_audit_log=True,
        manage_events=True,
    ).value
)
"""Permissions over other people or the guild: those for which Discord wants two-factor
authentication, and those to moderate, to ping everyone and to read what moderators did."""


def require_grantable(role: discord.Role | None, *, by: discord.Member | None = None) -> None:
    """Refuse a role that the bot can't or must not hand out at a press; `by` is the admin who asks
    for the button.

    Raises:
        UserError: the role is gone, @everyone's, managed or dangerous; the bot lacks Manage Roles
            or stands below it; or the admin may not hand it out themselves.
    """
    if role is None:
        raise UserError("error.role-button.gone")
    shown = Marked(role.mention)
    if role.is_default():
        raise UserError("error.role-button.everyone")
    if role.managed:
        raise UserError("error.role-button.managed", role=shown)
    me: discord.Member | None = role.guild.me
    if me is None or not me.guild_permissions.manage_roles:
        raise UserError("error.role-button.no-permission")
    if role >= me.top_role:
        raise UserError("error.role-button.too-high", role=shown)
    if by is not None and by.id != role.guild.owner_id:
        _require_allowed(by, role, shown)
    dangers = _dangers(role)
    if dangers.names:
        raise UserError("error.role-button.dangerous", role=shown, permission=dangers)


def _require_allowed(by: discord.Member, role: discord.Role, shown: Marked) -> None:
    """Refuse a role that the person could not hand out without the bot."""
    if not by.guild_permissions.manage_roles:
        raise UserError("error.role-button.yours", role=shown)
    if role >= by.top_role:
        raise UserError("error.role-button.above-you", role=shown)


def _dangers(role: discord.Role) -> PermissionNames:
    """The dangerous permissions that the role carries in the guild or a channel."""
    allowed = role.permissions.value
    for channel in role.guild.channels:
        allowed |= channel.overwrites_for(role).pair()[0].value
    found = discord.Permissions(allowed & DANGEROUS.value)
    return PermissionNames(tuple(name for name, is_on in found if is_on))
