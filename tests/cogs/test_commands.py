"""The commands as Discord gets them."""

import gettext
import json
from pathlib import Path
from typing import Any

from discord import app_commands

from bot.client.client import KcrushClient
from bot.client.command_sync import CatalogueTranslator
from bot.core.i18n import DEFAULT_LOCALE, Messages, load_messages
from bot.ui.custom_ids import Action
from cogs import FanServices, add_cogs
from cogs.components import ComponentRouter

MESSAGES = load_messages()


async def commanded(**options: Any) -> KcrushClient:
    """A client with all commands, whose services are never called."""
    client = KcrushClient(MESSAGES, lambda: "")
    nothing: Any = None
    await add_cogs(client, FanServices(*[nothing] * 5), nothing, nothing, **options)
    return client


def groups_of(client: KcrushClient) -> "list[app_commands.Group]":
    return [one for one in client.tree.get_commands() if isinstance(one, app_commands.Group)]


async def payloads() -> dict[str, dict[str, Any]]:
    client = await commanded()
    return {group.name: group.to_dict(client.tree) for group in groups_of(client)}


async def test_discord_gets_the_pinned_commands_byte_for_byte() -> None:
    """Whatever changes here changes what people see, or makes every client fetch them anew."""
    client = await commanded(home_channel_id=1)
    # What each language adds stands in its catalogue.
    translator = CatalogueTranslator(Messages({"en": gettext.NullTranslations()}))
    groups = groups_of(client)
    payload = [await group.get_translated_payload(client.tree, translator) for group in groups]
    golden = (Path(__file__).parent / "golden" / "commands.json").read_text("utf-8")
    known = {
        group["name"]: {one["name"] for one in group["options"]} for group in json.loads(golden)
    }
    for group in payload:
        # New commands may stand beside those that were pinned.
        names = known.get(group["name"], set())
        group["options"] = [one for one in group["options"] if one["name"] in names]
    assert json.dumps(payload, ensure_ascii=False, indent=1) + "\n" == golden


async def test_fans_commands_work_everywhere() -> None:
    group = (await payloads())["interviews"]
    offered = {option["name"] for option in group["options"]}
    assert offered >= {"search", "latest", "today", "random", "read", "artist"}
    assert sorted(group["contexts"]) == [0, 1, 2]
    assert sorted(group["integration_types"]) == [0, 1]
    assert group["default_member_permissions"] is None


async def test_admins_commands_are_for_who_manages_a_guild() -> None:
    group = (await payloads())["announcements"]
    offered = {option["name"] for option in group["options"]}
    assert offered >= {"add", "edit", "pause", "resume", "remove", "list", "preview", "settings"}
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


async def test_a_message_s_menu_offers_to_read_it_here_wherever_fans_are() -> None:
    client = await commanded()
    (menu,) = [one for one in client.tree.get_commands() if one not in groups_of(client)]
    payload = menu.to_dict(client.tree)
    assert (payload["name"], payload["type"]) == ("Read interview here", 3)
    assert sorted(payload["contexts"]) == [0, 1, 2]
    assert sorted(payload["integration_types"]) == [0, 1]
    assert payload["default_member_permissions"] is None


async def test_every_description_says_something_in_a_hundred_characters() -> None:
    def check(command: dict[str, Any]) -> None:
        assert 1 <= len(command["description"]) <= 100
        assert "command." not in command["description"]
        for option in command.get("options", []):
            check(option)

    for group in (await payloads()).values():
        check(group)


KOREAN = {
    "command.interviews.name": "인터뷰",
    "command.interviews.search.name": "검색",
    "command.interviews.search.description": "모든 질문과 답에서 찾기",
    "command.interviews.search.query.name": "검색어",
    "command.interviews.search.query.description": "단어나 이름",
    "command.announcements.edit.no_role.name": "역할_없음",
    "command.announcements.follow.description": "채널 팔로우",
    "kind.music": "음악",
    "command.read-here.name": "여기서 인터뷰 읽기",
}


class Korean(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return KOREAN.get(message, message)


async def test_other_languages_are_found_by_the_qualified_name() -> None:
    client = await commanded(home_channel_id=1)
    translator = CatalogueTranslator(Messages({"en": gettext.NullTranslations(), "ko": Korean()}))
    interviews, announcements = [
        await group.get_translated_payload(client.tree, translator) for group in groups_of(client)
    ]
    (menu,) = [one for one in client.tree.get_commands() if one not in groups_of(client)]
    read_here = await menu.get_translated_payload(client.tree, translator)
    assert read_here["name_localizations"] == {"ko": "여기서 인터뷰 읽기"}
    assert interviews["name_localizations"] == {"ko": "인터뷰"}
    assert interviews["description_localizations"] == {}
    (search,) = [one for one in interviews["options"] if one["name"] == "search"]
    assert search["name_localizations"] == {"ko": "검색"}
    assert search["description_localizations"] == {"ko": "모든 질문과 답에서 찾기"}
    query, _, kind, _ = search["options"]
    assert query["name_localizations"] == {"ko": "검색어"}
    assert query["description_localizations"] == {"ko": "단어나 이름"}
    assert kind["choices"][0]["name_localizations"] == {"ko": "음악"}
    (edit,) = [one for one in announcements["options"] if one["name"] == "edit"]
    (no_role,) = [one for one in edit["options"] if one["name"] == "no_role"]
    assert no_role["name_localizations"] == {"ko": "역할_없음"}
    (follow,) = [one for one in announcements["options"] if one["name"] == "follow"]
    assert follow["description_localizations"] == {"ko": "채널 팔로우"}


async def test_each_description_is_there_in_every_language() -> None:
    client = await commanded(home_channel_id=1)
    translator = CatalogueTranslator(MESSAGES)
    unread: list[Any] = [
        await group.get_translated_payload(client.tree, translator) for group in groups_of(client)
    ]
    while unread:
        described = unread.pop()
        unread.extend(described.get("options", []))
        languages = {DEFAULT_LOCALE, *described["description_localizations"]}
        assert languages >= set(MESSAGES.locales), described["name"]


async def test_every_action_of_a_custom_id_has_a_handler() -> None:
    router = (await commanded()).get_cog("ComponentRouter")
    assert isinstance(router, ComponentRouter)
    assert set(router.handlers) == set(Action.__subclasses__())


async def test_a_search_takes_filters() -> None:
    (search,) = [
        one for one in (await payloads())["interviews"]["options"] if one["name"] == "search"
    ]
    query, artist, kind, year = search["options"]
    assert (query["name"], query["type"], query["required"]) == ("query", 3, True)
    assert (query["min_length"], query["max_length"]) == (1, 200)
    assert (artist["name"], artist["type"], artist["autocomplete"]) == ("artist", 3, True)
    assert [choice["value"] for choice in kind["choices"]] == [
        *("music", "acting", "webtoon", "sport", "game", "creator", "film", "other")
    ]
    assert kind["choices"][2]["name"] == "Webtoons and comics"
    assert (year["name"], year["type"], year["autocomplete"]) == ("year", 4, True)
    assert (year["min_value"], year["max_value"]) == (1990, 2100)
    assert not any(option["required"] for option in (artist, kind, year))
