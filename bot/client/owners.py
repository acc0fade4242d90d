"""Whom the application belongs to, as Discord says."""

import discord

from bot.client.client import KcrushClient
from bot.core.clock import Clock
from bot.core.errors import UserError

KNOWN_FOR = 600.0
"""Seconds until Discord is asked again: who was removed from the team is no owner for longer."""

_ROLES = frozenset({discord.TeamMemberRole.admin, discord.TeamMemberRole.developer})


class Owners:
    """The application's owner, or of a team its owner, and those of its members who accepted and
    may change the application (Discord docs, Teams).

    discord.py's ``is_owner`` also counts who was invited and has not accepted, and never asks
    again.
    """

    def __init__(self, client: KcrushClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._ids: frozenset[int] = frozenset()
        self._asked_at = float("-inf")

    async def include(self, user_id: int) -> bool:
        """
        Raises:
            discord.HTTPException, aiohttp.ClientError, OSError: Discord could not be asked.
        """
        now = self._clock.monotonic()
        if now - self._asked_at >= KNOWN_FOR:
            self._ids = _owners(await self._client.application_info())
            self._asked_at = now
        return user_id in self._ids

    async def require(self, user_id: int) -> None:
        """
        Raises:
            UserError: the person is none of them; otherwise as ``include``.
        """
        if not await self.include(user_id):
            raise UserError("error.owners-only")


def _owners(application: discord.AppInfo) -> frozenset[int]:
    team = application.team
    if team is None:
        return frozenset({application.owner.id})
    members = {
        member.id
        for member in team.members
        if member.role in _ROLES and member.membership_state is discord.TeamMembershipState.accepted
    }
    return frozenset(members | ({team.owner_id} if team.owner_id else set()))
