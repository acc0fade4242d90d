"""The commands as Discord gets them."""

from bot.client import KcrushClient
from bot.i18n import load_messages
from cogs import add_commands

MESSAGES = load_messages()


def payloads() -> dict[str, dict]:
    client = KcrushClient(MESSAGES, lambda: "")
    add_commands(client, None, None, MESSAGES)  # type: ignore[arg-type]
    groups = client.tree.get_commands()
    return {group.name: group.to_dict(client.tree) for group in groups}


async def test_fans_commands_work_everywhere() -> None:
    group = payloads()["interviews"]
    assert [option["name"] for option in group["options"]] == ["latest", "search", "random", "read"]
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

    add_commands(client, None, None, MESSAGES)  # type: ignore[arg-type]
    (group,) = [one for one in client.tree.get_commands() if one.name == "interviews"]
    payload = await group.get_translated_payload(client.tree, Shouting())  # type: ignore[arg-type]
    assert payload["name_localizations"]["ko"] == "command.interviews.name"
    search = payload["options"][1]["options"][0]
    assert search["description_localizations"]["ko"] == "command.search.query.description"
