"""Messages that an earlier version posted: every button and menu of theirs still answers."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox import Response
from sandbox.entities import Message
from tests.cogs.stage import Stage, interview, read
from tests.ui.limits import walk

POSTED: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parent / "golden" / "posted_messages.json").read_text("utf-8")
)
"""The components of messages as the bot posted them on 2026-11-26, by what they were."""

FAILURES = ("is too old", "Something went wrong")


def usable(components: Any) -> list[dict[str, Any]]:
    return [part for part in walk(components) if part.get("custom_id") and not part.get("disabled")]


@pytest.mark.parametrize("posted", POSTED)
async def test_what_was_posted_before_still_answers(on_stage: Stage, posted: str) -> None:
    await on_stage.publish(*(interview(number) for number in range(1, 12)))
    parts = usable(POSTED[posted])
    assert parts
    for part in parts:
        message = await on_stage.ask("interviews latest")
        message.components = POSTED[posted]
        answered = read(await use(on_stage, message, part))
        assert answered
        assert not [failure for failure in FAILURES if failure in answered]


async def use(stage: Stage, message: Message, part: dict[str, Any]) -> Message:
    """What a person sees after they pressed the button, or chose the menu's last option."""
    response: Response
    if part["type"] == 3:
        value = part["options"][-1]["value"]
        response = await stage.sandbox.choose(stage.fan, message, part["custom_id"], [value])
    else:
        response = await stage.sandbox.press(stage.fan, message, part["custom_id"])
    return response.updated or await response.finished()
