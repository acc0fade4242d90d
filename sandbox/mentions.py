"""Whom a message pings.

Source: https://docs.discord.com/developers/resources/message#allowed-mentions-object.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.entities import Role
from sandbox.permissions import Permission

_USER = re.compile(r"<@!?([0-9]{1,20})>")
_ROLE = re.compile(r"<@&([0-9]{1,20})>")
_EVERYONE = re.compile(r"@(?:everyone|here)")
_CODE = re.compile(r"```.*?```|``.*?``|`[^`]*`", re.DOTALL)

TEXT_DISPLAY = 10


@dataclass(frozen=True, slots=True)
class Pings:
    """Ids of the users and roles pinged, each once and in order, and whether everyone was."""

    users: list[int]
    roles: list[int]
    everyone: bool


def resolve(
    texts: Iterable[str],
    allowed: Mapping[str, Any] | None,
    *,
    users: Container[int],
    roles: Mapping[int, Role],
    permissions: int,
) -> Pings:
    """Who is pinged by `texts` under the body's `allowed_mentions` (None: it has none).

    A role that is not mentionable, and @everyone, need MENTION_EVERYONE among `permissions`. Text
    in code is never a mention.
    """
    text = "\n".join(_CODE.sub(" ", each) for each in texts)
    may_all = bool(permissions & Permission.MENTION_EVERYONE)
    named_users = [int(found) for found in _USER.findall(text)]
    named_roles = [int(found) for found in _ROLE.findall(text)]
    pinged = [each for each in named_users if each in users and _allows(allowed, "users", each)]
    return Pings(
        users=list(dict.fromkeys(pinged)),
        roles=[
            each
            for each in dict.fromkeys(named_roles)
            if (role := roles.get(each)) is not None
            and role.id != role.guild_id
            and (role.mentionable or may_all)
            and _allows(allowed, "roles", each)
        ],
        everyone=may_all and bool(_EVERYONE.search(text)) and _allows(allowed, "everyone", 0),
    )


def _allows(allowed: Mapping[str, Any] | None, kind: str, target: int) -> bool:
    if allowed is None or kind in allowed.get("parse", ()):
        return True
    return kind != "everyone" and target in allowed.get(kind, ())


def displayed(components: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    """The texts of all text displays in the components, nested ones included."""
    for component in components:
        if component.get("type") == TEXT_DISPLAY:
            yield component.get("content", "")
        yield from displayed(component.get("components", ()))
