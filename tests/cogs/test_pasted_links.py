"""A link to an article, pasted where a title is asked for."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sandbox.entities import Message
from sandbox.messages import create_message
from tests.cogs.stage import Stage, finished, interview, read

PLACE = "https://www.kcrush.example/2026/interview-han-seoyun"


async def furnish(stage: Stage) -> None:
    await stage.publish(replace(interview(1), url=f"{PLACE}/"), interview(2))


@pytest.mark.parametrize(
    "pasted",
    [
        f"{PLACE}/",
        PLACE,
        f"{PLACE}/?utm_source=ig&fbclid=x1#comments",
        "http://kcrush.example/2026/interview-han-seoyun/",
        "www.kcrush.example/2026/interview-han-seoyun/",
        "HTTPS://WWW.KCRUSH.EXAMPLE/2026/interview-han-seoyun/",
        f"<{PLACE}/>",
        f"[look here]({PLACE}/).",
        f"have you read {PLACE}/ ?",
        f"https://elsewhere.example/a and {PLACE}/",
    ],
)
async def test_a_pasted_link_opens_its_interview(on_stage: Stage, pasted: str) -> None:
    await furnish(on_stage)
    assert "Interview No. 1 with" in read(await on_stage.ask("interviews read", interview=pasted))


async def test_a_post_s_short_link_opens_its_interview(on_stage: Stage) -> None:
    found = replace(interview(1), guid="https://www.kcrush.example/?p=41")
    await on_stage.publish(found, interview(2))
    shown = await on_stage.ask("interviews read", interview="https://www.kcrush.example/?p=41")
    assert "Interview No. 1 with" in read(shown)


@pytest.mark.parametrize(
    "pasted",
    [
        "https://www.kcrush.example/2026/some-news/",
        "https://evil.example/2026/interview-han-seoyun/",
        "https://",
        "https://[::1",
        "www.",
        f"{PLACE}/{'a' * 900}",
    ],
)
async def test_another_link_opens_nothing(on_stage: Stage, pasted: str) -> None:
    await furnish(on_stage)
    shown = read(await on_stage.ask("interviews read", interview=pasted))
    assert "Interview No. 1 with" not in shown
    assert "@" not in shown


async def test_an_unknown_link_is_answered_with_what_to_do(on_stage: Stage) -> None:
    await furnish(on_stage)
    shown = await on_stage.ask("interviews read", interview="https://www.kcrush.example/news/")
    assert read(shown).startswith("I don't know an interview at that link.")


async def test_a_withdrawn_article_s_link_says_so(on_stage: Stage) -> None:
    await furnish(on_stage)
    async with on_stage.store.transaction() as tx:
        await tx.interviews.withdraw(1, datetime(2026, 3, 1, tzinfo=UTC))
    shown = read(await on_stage.ask("interviews read", interview=PLACE))
    assert shown == read(await on_stage.ask("interviews read", interview="kc:1"))


async def test_a_pasted_link_is_completed_to_its_interview(on_stage: Stage) -> None:
    await furnish(on_stage)
    choices = await on_stage.sandbox.autocomplete(
        on_stage.fan, on_stage.channel, "interviews read", focused="interview", interview=PLACE
    )
    assert [choice.value for choice in choices] == ["kc:1"]
    assert (
        await on_stage.sandbox.autocomplete(
            on_stage.fan,
            on_stage.channel,
            "interviews read",
            focused="interview",
            interview="https://elsewhere.example/",
        )
        == []
    )


# ---------------------------------------------------------------- a command of a message's menu

MENU = "Read interview here"


def say(stage: Stage, words: str) -> Message:
    return create_message(stage.sandbox.world, stage.channel, stage.fan, {"content": words})


async def test_a_message_s_link_is_read_here(on_stage: Stage) -> None:
    await furnish(on_stage)
    said = say(on_stage, f"Have you read this? <{PLACE}/> 😭")
    opened = await finished(await on_stage.sandbox.apply(on_stage.fan, said, MENU))
    assert "Interview No. 1 with" in read(opened)
    assert opened.ephemeral_for == on_stage.fan.id


async def test_an_announcement_s_own_link_is_read_here(on_stage: Stage) -> None:
    await furnish(on_stage)
    shown = await on_stage.ask("interviews read", interview="kc:1")
    opened = await finished(await on_stage.sandbox.apply(on_stage.fan, shown, MENU))
    assert "Interview No. 1 with" in read(opened)


@pytest.mark.parametrize("words", ["no link", "https://elsewhere.example/", "https://["])
async def test_a_message_without_a_link_is_answered_with_what_to_do(
    on_stage: Stage, words: str
) -> None:
    await furnish(on_stage)
    said = say(on_stage, words)
    answered = read(await finished(await on_stage.sandbox.apply(on_stage.fan, said, MENU)))
    assert answered.startswith("That message has no link to an interview.")
