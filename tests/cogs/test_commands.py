"""The commands as Discord gets them."""

import json
from pathlib import Path

from bot.client.client import CatalogueTranslator, KcrushClient
from bot.core.i18n import load_messages
from cogs import add_commands

MESSAGES = load_messages()


def payloads() -> dict[str, dict]:
    client = KcrushClient(MESSAGES, lambda: "")
    add_commands(client, None, None, MESSAGES, library=None, following=None, quotes=None)  # type: ignore[arg-type]
    groups = client.tree.get_commands()
    return {group.name: group.to_dict(client.tree) for group in groups}


async def test_discord_gets_the_commands_byte_for_byte() -> None:
    """Whatever changes here changes what people see, or makes every client fetch them anew."""
    client = KcrushClient(MESSAGES, lambda: "")
    add_commands(
        client,
        None,  # type: ignore[arg-type]
        None,  # type: ignore[arg-type]
        MESSAGES,
        library=None,  # type: ignore[arg-type]
        following=None,  # type: ignore[arg-type]
        quotes=None,  # type: ignore[arg-type]
        home_channel_id=1,
    )
    translator = CatalogueTranslator(MESSAGES)
    groups = client.tree.get_commands()
    payload = [await group.get_translated_payload(client.tree, translator) for group in groups]
    golden = Path(__file__).parent / "golden" / "commands.json"
    shown = json.dumps(payload, ensure_ascii=False, indent=1) + "\n"
    assert shown == golden.read_text("utf-8")


async def test_fans_commands_work_everywhere() -> None:
    group = payloads()["interviews"]
    offered = {option["name"] for option in group["options"]}
    assert offered >= {"search", "latest", "today", "random", "read", "artist"}
    assert sorted(group["contexts"]) == [0, 1, 2]
    assert sorted(group["integration_types"]) == [0, 1]
    assert group["default_member_permissions"] is None


async def test_admins_commands_are_for_who_manages_a_guild() -> None:
    group = payloads()["announcements"]
    assert [option["name"] for option in group["options"]] == [
        "add",
        "edit",
        "pause",
        "resume",
        "remove",
        "list",
        "preview",
        "settings",
    ]
    assert group["contexts"] == [0]
    assert group["integration_types"] == [0]
    assert group["default_member_permissions"] == 1 << 5
    channel, role, *others = group["options"][0]["options"]
    # Text, announcement, their threads, forum and media (Discord docs, Channel Types).
    kinds = sorted(channel["channel_types"])
    assert (channel["type"], kinds, channel["required"]) == (7, [0, 5, 10, 11, 12, 15, 16], True)
    assert [option["name"] for option in others if not option["required"]] == [
        "frequency",
        "day",
        "hour",
        "quiet",
        "timezone",
        "crosspost",
        "discussion",
        "tag",
    ]
    assert (role["type"], role["required"]) == (8, False)


async def test_every_description_says_something_in_a_hundred_characters() -> None:
    def check(command: dict) -> None:
        assert 1 <= len(command["description"]) <= 100
        assert "command." not in command["description"]
        for option in command.get("options", []):
            check(option)

    for group in payloads().values():
        check(group)


async def test_names_and_descriptions_can_be_translated() -> None:
    client = KcrushClient(MESSAGES, lambda: "")

    class Shouting:
        async def load(self) -> None: ...
        async def unload(self) -> None: ...
        async def _checked_translate(self, string, locale, context):  # type: ignore[no-untyped-def]
            return string.extras["key"]

    add_commands(client, None, None, MESSAGES, library=None, following=None, quotes=None)  # type: ignore[arg-type]
    (group,) = [one for one in client.tree.get_commands() if one.name == "interviews"]
    payload = await group.get_translated_payload(client.tree, Shouting())  # type: ignore[arg-type]
    assert payload["name_localizations"]["ko"] == "command.interviews.name"
    (search,) = [one for one in payload["options"] if one["name"] == "search"]
    query, _, kind, _ = search["options"]
    assert query["description_localizations"]["ko"] == "command.search.query.description"
    assert kind["choices"][0]["name_localizations"]["ko"] == "kind.music"


async def test_a_search_takes_filters() -> None:
    (search,) = [one for one in payloads()["interviews"]["options"] if one["name"] == "search"]
    query, artist, kind, year = search["options"]
    assert (query["name"], query["type"], query["required"]) == ("query", 3, True)
    assert (query["min_length"], query["max_length"]) == (1, 64)
    assert (artist["name"], artist["type"], artist["autocomplete"]) == ("artist", 3, True)
    assert [choice["value"] for choice in kind["choices"]] == [
        *("music", "acting", "webtoon", "sport", "game", "creator", "film", "other")
    ]
    assert kind["choices"][2]["name"] == "Webtoons and comics"
    assert (year["name"], year["type"], year["autocomplete"]) == ("year", 4, True)
    assert (year["min_value"], year["max_value"]) == (1990, 2100)
    assert not any(option["required"] for option in (artist, kind, year))
