"""The page's server side, asked without a browser: what it gives, hides and refuses."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import aiohttp
import pytest

from sandbox import Sandbox
from sandbox.entities import Channel, Guild, Overwrite, User
from sandbox.interactions.lifecycle import OpenModal
from sandbox.messages import create_message
from sandbox.outcome import Modal
from sandbox.page_api import ACTION_BYTES
from sandbox.permissions import Permission
from sandbox.site import SampleSite


@dataclass
class Place:
    sandbox: Sandbox
    session: aiohttp.ClientSession
    guild: Guild
    open_room: Channel
    secret_room: Channel
    admin: User
    fan: User

    async def get(self, path: str, who: User | None = None, **query: Any) -> tuple[int, Any]:
        values = {name: str(value) for name, value in query.items()}
        if who is not None:
            values["user"] = str(who.id)
        async with self.session.get(f"/page/{path}", params=values) as answer:
            return answer.status, await answer.json()

    async def act(self, who: User, kind: Any, **body: Any) -> tuple[int, Any]:
        sent = {"user": str(who.id), "kind": kind, **body}
        async with self.session.post("/page/act", json=sent) as answer:
            return answer.status, await answer.json()


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with (
        Sandbox(interaction_timeout=0.05) as sandbox,
        aiohttp.ClientSession(sandbox.url) as session,
    ):
        world = sandbox.world
        admin, fan = world.add_user("Mina"), world.add_user("Jisoo")
        guild = world.add_guild("KCrush Fans", owner=admin)
        world.add_member(guild, fan)
        open_room = world.add_channel(guild, "general")
        hidden = Overwrite(guild.id, 0, deny=int(Permission.VIEW_CHANNEL))
        secret = world.add_channel(guild, "staff", overwrites=[hidden])
        yield Place(sandbox, session, guild, open_room, secret, admin, fan)


async def test_the_page_runs_no_script_but_its_own(place: Place) -> None:
    async with place.session.get("/") as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "text/html" in answer.headers["Content-Type"]
        html = await answer.text()
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in html
    for name, kind in (("app.js", "text/javascript"), ("style.css", "text/css")):
        async with place.session.get(f"/{name}") as answer:
            assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/nothing.js", "/..%2fpage_api.py", "/%2e%2e/world.py", "/py.typed"]
)
async def test_nothing_but_the_pages_files_is_served(place: Place, path: str) -> None:
    async with place.session.get(path) as answer:
        assert answer.status == 404


async def test_one_sees_what_one_may_see(place: Place) -> None:
    create_message(place.sandbox.world, place.secret_room, place.admin, {"content": "psst"})
    for who, rooms in ((place.admin, ["general", "staff"]), (place.fan, ["general"])):
        _, state = await place.get("state", who)
        assert state["viewer"]["id"] == str(who.id)
        assert [room["name"] for room in state["guilds"][0]["channels"]] == rooms
        assert place.sandbox.token not in json.dumps(state)
    status, body = await place.get("messages", place.fan, channel=place.secret_room.id)
    assert (status, body) == (404, {"error": "This channel does not exist, or you can't see it."})
    _, body = await place.get("messages", place.admin, channel=place.secret_room.id)
    assert [message["content"] for message in body["messages"]] == ["psst"]


async def test_people_are_found_by_id_and_name(place: Place) -> None:
    assert (await place.get("state"))[1]["viewer"]["username"] == "Mina"
    assert (await place.get("state", user="jisoo"))[1]["viewer"]["username"] == "Jisoo"
    assert await place.get("state", user="nobody") == (
        404,
        {"error": "There is nobody called 'nobody' in this sandbox."},
    )
    bot = place.sandbox.world.application.bot
    assert (await place.get("state", bot))[0] == 404


async def test_messages_come_page_by_page(place: Place) -> None:
    world = place.sandbox.world
    sent = [
        create_message(world, place.open_room, place.admin, {"content": str(number)}).id
        for number in range(5)
    ]
    private = create_message(
        world, place.open_room, world.application.bot, {"content": "eyes"}, ephemeral_for=place.fan
    )

    async def ids(who: User, **query: Any) -> list[int]:
        _, body = await place.get("messages", who, channel=place.open_room.id, **query)
        return [int(message["id"]) for message in body["messages"]]

    assert await ids(place.admin) == sent
    assert await ids(place.fan) == [*sent, private.id]
    assert await ids(place.fan, limit=2) == [sent[-1], private.id]
    assert await ids(place.fan, limit=2, before=sent[2]) == sent[:2]


async def stream(place: Place, who: User, count: int) -> list[dict[str, Any]]:
    """The next `count` events of that person's stream."""
    told: list[dict[str, Any]] = []
    async with place.session.get("/page/events", params={"user": str(who.id)}) as answer:
        async for raw in answer.content:
            line = raw.decode().strip()
            if line == "event: ready":
                ready.set()
            elif line.startswith('data: {"t"'):
                told.append(json.loads(line.removeprefix("data: ")))
                if len(told) == count:
                    break
    return told


ready = asyncio.Event()


async def test_the_stream_tells_each_person_their_own(place: Place) -> None:
    ready.clear()
    world, bot = place.sandbox.world, place.sandbox.world.application.bot
    listening = asyncio.create_task(stream(place, place.fan, 3))
    async with asyncio.timeout(10):
        await ready.wait()
        create_message(world, place.secret_room, place.admin, {"content": "hidden"})
        create_message(world, place.open_room, bot, {"content": "hers"}, ephemeral_for=place.admin)
        create_message(world, place.open_room, bot, {"content": "his"}, ephemeral_for=place.fan)
        world.add_channel(place.guild, "new")
        create_message(world, place.open_room, bot, {"content": "all"})
        told = await listening
    assert [event["t"] for event in told] == ["MESSAGE_CREATE", "CHANNEL_CREATE", "MESSAGE_CREATE"]
    assert [event["d"] and event["d"]["content"] for event in told] == ["his", None, "all"]


async def test_what_cannot_be_done_is_said_in_words(place: Place) -> None:
    room = str(place.open_room.id)
    world = place.sandbox.world
    world.set_overwrite(place.open_room, place.fan.id, deny=int(Permission.SEND_MESSAGES))
    answers = [
        await place.act(place.fan, "dance"),
        await place.act(place.fan, ["command"]),
        await place.act(place.fan, "message", channel=room, content="hi"),
        await place.act(place.admin, "message", channel=room, content=""),
        await place.act(place.fan, "message", channel=str(place.secret_room.id), content="hi"),
        await place.act(place.fan, "message", channel="'; drop", content="hi"),
        await place.act(place.fan, "command", channel=room, command="nothing", options=[1]),
        await place.act(place.fan, "command", channel=room, command="nothing"),
        await place.act(place.fan, "press", message="1", custom_id="x"),
        await place.act(place.fan, "choose", message="1", custom_id="x", values="y"),
        await place.act(place.fan, "submit", modal="1", values={}),
    ]
    known = "command, autocomplete, press, choose, submit, message, dm, locale, publish"
    assert [(status, body["error"]) for status, body in answers] == [
        (400, f"The page knows no act 'dance'; it knows {known}."),
        (400, f"The page knows no act ['command']; it knows {known}."),
        (403, "You do not have permission to send messages in this channel."),
        (400, "Cannot send an empty message."),
        (404, "This channel does not exist, or you can't see it."),
        (400, 'Channel has to be a number, not "\'; drop".'),
        (400, "Options has to be an object."),
        (422, "There is no command 'nothing'."),
        (422, "Jisoo sees no message 1."),
        (400, "A choice needs its list of values."),
        (410, "This form is no longer open. Ask for it again."),
    ]


async def test_the_magazines_next_interviews_are_published_until_none_is_left(
    place: Place, sample_site: SampleSite
) -> None:
    waiting = [post.title for post in sample_site.drafts]
    async with (
        Sandbox(magazine=sample_site) as sandbox,
        aiohttp.ClientSession(sandbox.url) as session,
    ):
        owner = sandbox.world.add_user("Mina")
        there = replace(place, sandbox=sandbox, session=session)
        for left, title in zip(range(len(waiting))[::-1], waiting, strict=True):
            assert (await there.get("state", owner))[1]["drafts"] == left + 1
            answer = await there.act(owner, "publish")
            assert answer == (200, {"title": title, "drafts": left})
            async with session.get(sample_site.feed_url) as feed:
                assert f"<title>{escape(title)}</title>" in await feed.text()
        refusal = (409, {"error": "No interview is left to publish."})
        assert await there.act(owner, "publish") == refusal
    assert (await place.get("state", place.admin))[1]["drafts"] is None
    assert await place.act(place.admin, "publish") == refusal


async def test_a_form_belongs_to_the_person_who_opened_it(place: Place) -> None:
    modal = Modal(77, place.admin.id, place.open_room.id, "m", "Title", [])
    place.sandbox.interactions.modals[77] = OpenModal(modal, place.admin, None)
    status, _ = await place.act(place.fan, "submit", modal="77", values={})
    assert status == 410


@pytest.mark.parametrize(
    ("body", "kind", "status", "words"),
    [
        ("{}", "text/plain", 415, "An act is sent as application/json."),
        ("{", "application/json", 400, "An act is one JSON object."),
        ("[]", "application/json", 400, "An act is one JSON object."),
        ("[" * 100_000, "application/json", 400, "An act is one JSON object."),
        (
            " " * (ACTION_BYTES + 1),
            "application/json",
            413,
            "That is more text than any command or form takes.",
        ),
    ],
    ids=["form", "broken", "list", "deep", "long"],
)
async def test_acts_are_small_json_objects(
    place: Place, body: str, kind: str, status: int, words: str
) -> None:
    async with place.session.post("/page/act", data=body, headers={"Content-Type": kind}) as answer:
        assert (answer.status, await answer.json()) == (status, {"error": words})
