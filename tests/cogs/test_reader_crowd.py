"""Two hundred people at once, each at an interview of their own."""

import asyncio
import random
import re

from bot.core.model import Interview, Transcript
from sandbox.entities import Message, User
from tests.cogs.stage import Stage, asked, finished, interview, read
from tests.ui.limits import walk
from tests.ui.samples import NEXT

CROWD = 200
STEPS = 4
SIGN = re.compile(r"sign-(\d+)-(\d+)")


def marked(number: int) -> Interview:
    """An interview that carries its number on each of its pages."""
    turns = tuple(
        asked(n, f"Question {n}, sign-{number}-{n}?", f"Yes, sign-{number}-{n}.")
        for n in range(1, STEPS + 2)
    )
    return interview(number, transcript=Transcript(f"Hello, sign-{number}-0.", turns, ""))


async def test_nobody_is_ever_shown_a_page_of_anothers_interview(on_stage: Stage) -> None:
    sandbox, world = on_stage.sandbox, on_stage.sandbox.world
    ids = await on_stage.publish(*(marked(number) for number in range(1, CROWD + 1)))
    people = [world.add_user(f"reader {number}") for number in range(CROWD)]
    for person in people:
        world.add_member(on_stage.guild, person)
    sandbox.interactions.timeout = 60.0
    seen: list[tuple[User, Message]] = []

    async def reading(number: int, person: User, rng: random.Random) -> None:
        def shows(message: Message, page: int) -> None:
            signs = set(SIGN.findall(read(message)))
            assert signs == {(str(number), str(page))}
            assert message.ephemeral_for == person.id

        where = ids[number - 1]
        message = await on_stage.ask("interviews read", by=person, interview=f"kc:{where}")
        seen.append((person, message))
        shows(message, 0)
        for page in range(1, STEPS + 1):
            if rng.random() < 0.5:
                label = "Start reading" if page == 1 else NEXT
                turned = await on_stage.press(message, label, by=person)
            else:
                response = await sandbox.choose(person, message, f"kc:jump:{where}", [f"{page}.0"])
                turned = await finished(response)
            assert turned.id == message.id
            shows(message, page)

    await asyncio.gather(
        *(reading(number, person, random.Random(number)) for number, person in enumerate(people, 1))
    )
    assert len({message.id for _, message in seen}) == CROWD
    for number, (person, message) in enumerate(sorted(seen, key=lambda one: one[0].id), 1):
        assert message.ephemeral_for == person.id
        pressed = {part["custom_id"] for part in walk(message.components) if part.get("custom_id")}
        assert {custom_id.split(":")[2] for custom_id in pressed} == {str(ids[number - 1])}
