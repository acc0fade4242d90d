"""Whom a message pings."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.entities import Channel, Guild, MessageFlag
from sandbox.permissions import Permission
from tests.sandbox.rest_api import Api, deny, post

P = Permission

V2 = int(MessageFlag.IS_COMPONENTS_V2)

EVERYTHING = "@everyone @here <@{user}> <@!{user}> <@&{role}> <@&{closed}>"


async def pings(
    sandbox: Sandbox, api: Api, guild: Guild, channel: Channel, payload: Any
) -> tuple[list[str], list[str], bool]:
    """Names of the users and roles that a message of `payload` pings, and whether everyone."""
    world = sandbox.world
    user = world.add_user("mina")
    world.add_member(guild, user)
    role = world.add_role(guild, "fans", mentionable=True)
    closed = world.add_role(guild, "staff")
    text = EVERYTHING.format(user=user.id, role=role.id, closed=closed.id)
    names = {str(role.id): "fans", str(closed.id): "staff"}
    filled = _filled(payload, text, {"user": user.id, "role": role.id, "closed": closed.id})
    answer = await post(api, channel, filled)
    assert answer.status == 200, answer.json
    return (
        [each["username"] for each in answer.json["mentions"]],
        [names[each] for each in answer.json["mention_roles"]],
        answer.json["mention_everyone"],
    )


def _filled(node: Any, text: str, ids: dict[str, int]) -> Any:
    if isinstance(node, dict):
        return {key: _filled(value, text, ids) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, text, ids) for value in node]
    if node == "TEXT":
        return text
    return str(ids[node]) if node in ids else node


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [
        (None, (["mina"], ["fans", "staff"], True)),
        ({"parse": []}, ([], [], False)),
        ({}, ([], [], False)),
        ({"parse": ["users"]}, (["mina"], [], False)),
        ({"parse": ["roles"]}, ([], ["fans", "staff"], False)),
        ({"parse": ["everyone"]}, ([], [], True)),
        ({"roles": ["role"]}, ([], ["fans"], False)),
        ({"users": ["user"], "roles": ["closed"]}, (["mina"], ["staff"], False)),
        ({"users": ["1"]}, ([], [], False)),
    ],
)
async def test_allowed_mentions(
    sandbox: Sandbox, api: Api, guild: Guild, channel: Channel, allowed: Any, expected: Any
) -> None:
    payload = {"content": "TEXT", "allowed_mentions": allowed}
    assert await pings(sandbox, api, guild, channel, payload) == expected


async def test_without_mention_everyone_only_open_roles(
    sandbox: Sandbox, api: Api, guild: Guild, channel: Channel
) -> None:
    deny(sandbox, channel, P.MENTION_EVERYONE)
    assert await pings(sandbox, api, guild, channel, {"content": "TEXT"}) == (
        ["mina"],
        ["fans"],
        False,
    )


async def test_texts_in_components_ping_and_embeds_do_not(
    sandbox: Sandbox, api: Api, guild: Guild, channel: Channel
) -> None:
    nested = {"type": 17, "components": [{"type": 10, "content": "TEXT"}]}
    found = await pings(sandbox, api, guild, channel, {"flags": V2, "components": [nested]})
    assert found == (["mina"], ["fans", "staff"], True)
    found = await pings(sandbox, api, guild, channel, {"embeds": [{"description": "TEXT"}]})
    assert found == ([], [], False)


async def test_code_is_not_a_mention(
    sandbox: Sandbox, api: Api, guild: Guild, channel: Channel
) -> None:
    answer = await post(api, channel, {"content": "`@everyone` ```<@1>\n@here```"})
    assert answer.json["mention_everyone"] is False
