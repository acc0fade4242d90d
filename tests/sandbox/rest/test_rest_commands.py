"""Application commands: list and bulk overwrite."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.entities import Guild
from tests.sandbox.rest_api import Api


def command(name: str = "interviews", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "Interviews", "type": 1} | more


@pytest.fixture
def commands(sandbox: Sandbox) -> str:
    return f"/applications/{sandbox.world.application.id}/commands"


async def test_a_bulk_overwrite_keeps_what_stays(api: Api, commands: str) -> None:
    first = (await api("PUT", commands, [command("a"), command("b")])).json
    second = (await api("PUT", commands, [command("b"), command("c", description="New")])).json
    assert [each["name"] for each in second] == ["b", "c"]
    assert (second[0]["id"], second[0]["version"]) == (first[1]["id"], first[1]["version"])
    listed = (await api("GET", commands)).json
    assert [each["name"] for each in listed] == ["b", "c"]
    wrong = await api("PUT", commands, [command("a"), command("B")])
    assert wrong.at("1.name") == ["APPLICATION_COMMAND_INVALID_NAME"]
    assert len((await api("GET", commands)).json) == 2


async def test_localizations_are_listed_when_asked_for(api: Api, commands: str) -> None:
    await api("PUT", commands, [command(name_localizations={"ko": "인터뷰"})])
    assert "name_localizations" not in (await api("GET", commands)).json[0]
    full = await api("GET", commands, params={"with_localizations": "true"})
    assert full.json[0]["name_localizations"] == {"ko": "인터뷰"}


async def test_guild_commands(sandbox: Sandbox, api: Api, guild: Guild, commands: str) -> None:
    path = f"/applications/{sandbox.world.application.id}/guilds/{guild.id}/commands"
    (made,) = (await api("PUT", path, [command()])).json
    assert made["guild_id"] == str(guild.id)
    assert (await api("GET", commands)).json == []
    strange = path.replace(str(guild.id), "1")
    refused = await api("GET", strange)
    assert (refused.status, refused.code) == (403, 50001)
    other = await api("GET", "/applications/1/commands")
    assert (other.status, other.code) == (403, 20012)


async def test_a_hundred_commands_and_no_more(api: Api, commands: str) -> None:
    full = [command(f"c{number}") for number in range(100)]
    assert (await api("PUT", commands, full)).status == 200
    over = await api("PUT", commands, [*full, command("one-more")])
    assert (over.status, over.code) == (400, 30032)
    assert len((await api("GET", commands)).json) == 100
