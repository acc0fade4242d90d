"""Message bodies: what is refused and how, and the shape of what is taken."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.entities import Channel, Message, MessageFlag
from sandbox.errors import ApiError
from sandbox.message_json import message_json
from sandbox.messages import create_message, edit_message
from sandbox.validate.message import message_payload
from sandbox.world import World
from tests.openapi import observing
from tests.sandbox.rest_api import error_codes

V2 = int(MessageFlag.IS_COMPONENTS_V2)


def text(content: str = "hello") -> dict[str, Any]:
    return {"type": 10, "content": content}


def button(custom_id: str = "go", **more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": custom_id} | more


def row(*components: Any) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


def select(*values: str, **more: Any) -> dict[str, Any]:
    options = [{"label": value, "value": value} for value in values]
    return {"type": 3, "custom_id": "menu", "options": options} | more


def section(*texts: Any, accessory: Any) -> dict[str, Any]:
    return {"type": 9, "components": list(texts), "accessory": accessory}


def thumbnail(url: str = "https://example.org/a.png", **more: Any) -> dict[str, Any]:
    return {"type": 11, "media": {"url": url}} | more


def gallery(*urls: str) -> dict[str, Any]:
    return {"type": 12, "items": [{"media": {"url": url}} for url in urls]}


def container(*components: Any, **more: Any) -> dict[str, Any]:
    return {"type": 17, "components": list(components)} | more


def v2(*components: Any, **more: Any) -> dict[str, Any]:
    return {"flags": V2, "components": list(components)} | more


def refused(payload: Any, **settings: Any) -> dict[str, str]:
    """The form errors (path to code) with which a payload is refused."""
    with pytest.raises(ApiError) as caught:
        message_payload(World(), payload, **settings)
    assert caught.value.status == 400
    assert caught.value.code == 50035
    assert caught.value.message == "Invalid Form Body"
    return dict(error_codes(caught.value.errors or {}))


REQUIRED = "BASE_TYPE_REQUIRED"
LENGTH = "BASE_TYPE_BAD_LENGTH"
LONG = "BASE_TYPE_MAX_LENGTH"
CHOICES = "BASE_TYPE_CHOICES"

WRONG: dict[str, tuple[Any, dict[str, str]]] = {
    "content too long": ({"content": "x" * 2001}, {"content": LONG}),
    "content no text": ({"content": ["x"]}, {"content": "STRING_TYPE_CONVERT"}),
    "a key nobody knows": ({"content": "x", "contnet": "y"}, {"contnet": "UNKNOWN_FIELD"}),
    "nonce too long": ({"content": "x", "nonce": "n" * 26}, {"nonce": LONG}),
    "tts no boolean": ({"content": "x", "tts": "yes"}, {"tts": "BOOLEAN_TYPE_CONVERT"}),
    "flags no number": ({"content": "x", "flags": "many"}, {"flags": "NUMBER_TYPE_COERCE"}),
    "mentions both ways": (
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        {"allowed_mentions": "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"},
    ),
    "mentions of a kind unknown": (
        {"content": "x", "allowed_mentions": {"parse": ["here"]}},
        {"allowed_mentions.parse.0": CHOICES},
    ),
    "mentions of no id": (
        {"content": "x", "allowed_mentions": {"roles": ["seven"]}},
        {"allowed_mentions.roles.0": "NUMBER_TYPE_COERCE"},
    ),
    "too many mentions": (
        {"content": "x", "allowed_mentions": {"users": [str(n) for n in range(101)]}},
        {"allowed_mentions.users": LONG},
    ),
    "eleven embeds": ({"embeds": [{"title": "x"}] * 11}, {"embeds": LONG}),
    "embed title": ({"embeds": [{"title": "x" * 257}]}, {"embeds.0.title": LONG}),
    "embed description": (
        {"embeds": [{"description": "x" * 4097}]},
        {"embeds.0.description": LONG},
    ),
    "embed field without value": (
        {"embeds": [{"fields": [{"name": "x", "value": " "}]}]},
        {"embeds.0.fields.0.value": LENGTH},
    ),
    "embed with 26 fields": (
        {"embeds": [{"fields": [{"name": "x", "value": "y"}] * 26}]},
        {"embeds.0.fields": LONG},
    ),
    "embeds of 6001 characters": (
        {"embeds": [{"description": "x" * 3000}, {"description": "x" * 3000, "title": "y"}]},
        {"embeds": "MAX_EMBED_SIZE_EXCEEDED"},
    ),
    "embed url of javascript": (
        {"embeds": [{"title": "x", "url": "javascript://host/alert(1)"}]},
        {"embeds.0.url": "URL_TYPE_INVALID_SCHEME"},
    ),
    "embed url of words": (
        {"embeds": [{"title": "x", "url": "see here"}]},
        {"embeds.0.url": "URL_TYPE_INVALID_URL"},
    ),
    "embed colour": (
        {"embeds": [{"title": "x", "color": 1 << 24}]},
        {"embeds.0.color": "NUMBER_TYPE_MAX"},
    ),
    "embed timestamp": (
        {"embeds": [{"title": "x", "timestamp": "yesterday"}]},
        {"embeds.0.timestamp": "DATE_TIME_TYPE_PARSE"},
    ),
    "new components without the flag": (
        {"content": "x", "components": [text()]},
        {"components.0.type": CHOICES},
    ),
    "six rows": (
        {"content": "x", "components": [row(button(str(n))) for n in range(6)]},
        {"components": LONG},
    ),
    "six buttons in a row": (
        {"content": "x", "components": [row(*(button(str(n)) for n in range(6)))]},
        {"components.0.components": LENGTH},
    ),
    "a button beside a select": (
        {"content": "x", "components": [row(select("a"), button())]},
        {"components.0.components": "COMPONENT_LAYOUT_WIDTH_EXCEEDED"},
    ),
    "an empty row": ({"content": "x", "components": [row()]}, {"components.0.components": LENGTH}),
    "label of 81": (
        {"content": "x", "components": [row(button(label="x" * 81))]},
        {"components.0.components.0.label": LONG},
    ),
    "a button without label": (
        {"content": "x", "components": [row(button(label=""))]},
        {"components.0.components.0": "BUTTON_COMPONENT_INVALID_EMPTY"},
    ),
    "custom_id of 101": (
        {"content": "x", "components": [row(button("x" * 101))]},
        {"components.0.components.0.custom_id": LENGTH},
    ),
    "a button without custom_id": (
        {"content": "x", "components": [row({"type": 2, "style": 1, "label": "x"})]},
        {"components.0.components.0.custom_id": REQUIRED},
    ),
    "a link button without url": (
        {"content": "x", "components": [row({"type": 2, "style": 5, "label": "x"})]},
        {"components.0.components.0.url": REQUIRED},
    ),
    "a link button with custom_id": (
        {
            "content": "x",
            "components": [row(button(style=5, url="https://example.org"))],
        },
        {"components.0.components.0.custom_id": "BUTTON_COMPONENT_INVALID_FIELD"},
    ),
    "a link of 513": (
        {
            "content": "x",
            "components": [
                row({"type": 2, "style": 5, "label": "x", "url": "https://a.b/" + "x" * 501})
            ],
        },
        {"components.0.components.0.url": LENGTH},
    ),
    "the same custom_id twice": (
        v2(row(button("a")), row(button("a"))),
        {"components.1.components.0.custom_id": "COMPONENT_CUSTOM_ID_DUPLICATED"},
    ),
    "the same id twice": (
        v2(text() | {"id": 7}, text() | {"id": 7}),
        {"components.1.id": "COMPONENT_ID_DUPLICATED"},
    ),
    "26 options": (
        v2(row(select(*(str(n) for n in range(26))))),
        {"components.0.components.0.options": LENGTH},
    ),
    "the same option twice": (
        v2(row(select("a", "a"))),
        {"components.0.components.0.options.1.value": "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"},
    ),
    "an option label of 101": (
        v2(row(select("a" * 101))),
        {
            "components.0.components.0.options.0.label": LENGTH,
            "components.0.components.0.options.0.value": LENGTH,
        },
    ),
    "more to choose than there is": (
        v2(row(select("a", min_values=2, max_values=2))),
        {"components.0.components.0.options": "SELECT_COMPONENT_INVALID_DEFAULTS"},
    ),
    "content beside the flag": (
        v2(text(), content="x"),
        {"content": "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"},
    ),
    "embeds beside the flag": (
        v2(text(), embeds=[{"title": "x"}]),
        {"embeds": "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"},
    ),
    "41 components, nested ones counted": (
        v2(container(*(text("x") for _ in range(40)))),
        {"components": "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"},
    ),
    "4001 characters in all": (
        v2(text("x" * 2000), container(text("x" * 2001))),
        {"components": "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"},
    ),
    "an empty text": (v2(text("")), {"components.0.content": LENGTH}),
    "a container in a container": (
        v2(container(container(text()))),
        {"components.0.components.0.type": CHOICES},
    ),
    "a section without accessory": (
        v2({"type": 9, "components": [text()]}),
        {"components.0.accessory": REQUIRED},
    ),
    "a section of four texts": (
        v2(section(text(), text(), text(), text(), accessory=thumbnail())),
        {"components.0.components": LENGTH},
    ),
    "a button by itself": (v2(button()), {"components.0.type": CHOICES}),
    "a gallery of eleven": (
        v2(gallery(*(f"https://example.org/{n}.png" for n in range(11)))),
        {"components.0.items": LENGTH},
    ),
    "a picture of no address": (
        v2(gallery("data:image/png;base64,AAAA")),
        {"components.0.items.0.media.url": "URL_TYPE_INVALID_URL"},
    ),
    "an attachment that is not there": (
        v2(gallery("attachment://quote.png")),
        {"components.0.items.0.media.url": "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"},
    ),
    "an attachment described, not sent": (
        {"content": "x", "attachments": [{"id": 0}]},
        {"attachments.0.id": "ATTACHMENT_NOT_FOUND"},
    ),
    "a text input in a message": (
        v2(row({"type": 4, "custom_id": "a", "style": 1, "label": "x"})),
        {"components.0.components.0.type": CHOICES},
    ),
    "spacing of 3": (v2({"type": 14, "spacing": 3}), {"components.0.spacing": CHOICES}),
    "components no list": (v2() | {"components": "x"}, {"components": "LIST_TYPE_CONVERT"}),
    "a component no object": (v2("x"), {"components.0": "MODEL_TYPE_CONVERT"}),
    "a component of no type": (v2({"content": "x"}), {"components.0.type": CHOICES}),
    "a poll": (
        {"content": "x", "poll": {"question": {"text": "?"}, "answers": []}},
        {"poll": "UNKNOWN_FIELD"},
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_refused_with_the_place_and_the_code(name: str) -> None:
    payload, expected = WRONG[name]
    assert refused(payload) == expected


def test_the_error_body_is_discords() -> None:
    with pytest.raises(ApiError) as caught:
        message_payload(World(), {"content": "x", "components": [row(button("x" * 101))]})
    assert caught.value.body() == {
        "message": "Invalid Form Body",
        "code": 50035,
        "errors": {
            "components": {
                "0": {
                    "components": {
                        "0": {
                            "custom_id": {
                                "_errors": [
                                    {
                                        "code": "BASE_TYPE_BAD_LENGTH",
                                        "message": "Must be between 1 and 100 in length.",
                                    }
                                ]
                            }
                        }
                    }
                }
            }
        },
    }


def test_all_errors_are_told_at_once() -> None:
    assert refused({"content": "x" * 2001, "nonce": "n" * 26, "tts": 1}) == {
        "content": LONG,
        "nonce": LONG,
        "tts": "BOOLEAN_TYPE_CONVERT",
    }


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"content": "  \n "},
        {"content": None, "embeds": [], "components": []},
        {"embeds": [{}]},
        {"embeds": [{"color": 5}]},
        {"flags": V2},
        {"flags": V2, "components": []},
        {"components": [row(button())]},
    ],
)
def test_an_empty_message_is_50006(payload: Any) -> None:
    with pytest.raises(ApiError) as caught:
        message_payload(World(), payload)
    assert (caught.value.status, caught.value.code) == (400, 50006)
    assert caught.value.message == "Cannot send an empty message"


def test_just_within_the_limits() -> None:
    payload = v2(
        container(*(text("x" * 100) for _ in range(38)), accent_color=0xFFFFFF),
        text("y" * 200),
    )
    cleaned = message_payload(World(), payload)
    assert len(cleaned["components"][0]["components"]) == 38
    cleaned = message_payload(World(), {"content": "x" * 2000, "nonce": "n" * 25})
    assert (len(cleaned["content"]), cleaned["nonce"]) == (2000, "n" * 25)
    options = row(select(*(f"{n:03}" * 33 for n in range(25)), placeholder="x" * 150))
    link = {"type": 2, "style": 5, "label": "x" * 80, "url": "https://a.b/" + "x" * 500}
    assert message_payload(World(), v2(options, row(link), row(button("x" * 100))))["components"]


def test_content_is_stripped_and_flags_that_bots_may_not_set_are_dropped() -> None:
    cleaned = message_payload(World(), {"content": "  hello \n", "flags": 1 | 1 << 12 | 1 << 6})
    assert cleaned["content"] == "hello"
    assert cleaned["flags"] == 1 << 12
    assert message_payload(World(), {"content": "x", "flags": 64}, interaction=True)["flags"] == 64


def test_components_get_ids_and_defaults() -> None:
    cleaned = message_payload(
        World(),
        v2(
            text() | {"id": 2},
            {"type": 14},
            section(text(), accessory=thumbnail()),
            container(row(select("a", "b"))),
        ),
    )
    first, separator, sect, box = cleaned["components"]
    assert first["id"] == 2
    assert separator == {"type": 14, "id": 1, "spacing": 1, "divider": True}
    ids = [sect["id"], sect["components"][0]["id"], sect["accessory"]["id"], box["id"]]
    assert len({1, 2, *ids}) == 6
    assert (sect["accessory"]["description"], sect["accessory"]["spoiler"]) == (None, False)
    assert (box["accent_color"], box["spoiler"]) == (None, False)
    chosen = box["components"][0]["components"][0]
    assert (chosen["min_values"], chosen["max_values"]) == (1, 1)


# Edits


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def channel(world: World) -> Channel:
    return world.add_channel(world.add_guild("Fans"), "news")


def sent(world: World, channel: Channel, payload: Any) -> Message:
    return create_message(world, channel, world.application.bot, payload)


def test_an_edit_changes_only_what_it_names(world: World, channel: Channel) -> None:
    message = sent(
        world,
        channel,
        {"content": "one", "embeds": [{"title": "t"}], "components": [row(button())]},
    )
    edit_message(world, message, {"content": "two"})
    assert message.content == "two"
    assert message.embeds[0]["title"] == "t"
    assert message.components[0]["components"][0]["label"] == "Go"
    edit_message(world, message, {"embeds": [], "components": None})
    assert (message.content, message.embeds, message.components) == ("two", [], [])
    assert message.edited is not None


def test_an_edit_that_empties_the_message_is_refused(world: World, channel: Channel) -> None:
    message = sent(world, channel, {"content": "one"})
    with pytest.raises(ApiError) as caught:
        edit_message(world, message, {"content": ""})
    assert caught.value.code == 50006
    assert message.content == "one"


def test_a_message_of_components_stays_one(world: World, channel: Channel) -> None:
    message = sent(world, channel, v2(text("one")))
    edit_message(world, message, {"components": [text("two")], "flags": 0})
    assert message.flags & V2
    assert message.components[0]["content"] == "two"
    with pytest.raises(ApiError) as caught:
        edit_message(world, message, {"content": "plain"})
    assert "content" in (caught.value.errors or {})


def test_a_plain_message_becomes_one_of_components_when_emptied(
    world: World, channel: Channel
) -> None:
    message = sent(world, channel, {"content": "one"})
    new = {"flags": V2, "components": [text("two")]}
    with pytest.raises(ApiError):
        edit_message(world, message, new)
    edit_message(world, message, new | {"content": None})
    assert message.flags & V2
    assert message.content == ""


# Anything at all

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
_types = st.integers(0, 24)
_wild_component = st.recursive(
    st.fixed_dictionaries(
        {"type": _types},
        optional={
            "content": st.text(max_size=10) | _json,
            "custom_id": st.text(max_size=10) | _json,
            "label": st.text(max_size=10) | _json,
            "style": st.integers(0, 7) | _json,
            "url": st.text(max_size=10) | _json,
            "options": _json,
            "media": _json,
            "items": _json,
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {"type": _types},
        optional={
            "components": st.lists(inner, max_size=3) | inner,
            "accessory": inner,
            "id": _json,
        },
    ),
    max_leaves=8,
)
_keys = ("content", "embeds", "components", "flags", "allowed_mentions", "nonce", "attachments")
_wild_body = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(_keys, _json)
) | st.fixed_dictionaries(
    {"flags": st.just(V2), "components": st.lists(_wild_component, max_size=4)}
)


@settings(max_examples=120, deadline=None)
@given(body=_wild_body)
def test_any_body_is_taken_or_refused_politely(body: Any) -> None:
    refusal: ApiError | None = None
    cleaned: dict[str, Any] = {}
    try:
        cleaned = message_payload(World(), body)
    except ApiError as error:
        refusal = error
    if refusal is None:
        assert cleaned["content"] or cleaned["embeds"] or cleaned["components"]
    elif refusal.code == 50035:
        assert list(error_codes(refusal.errors or {}))
    else:
        assert (refusal.status, refusal.code) == (400, 50006)


_words = st.text(min_size=1, max_size=30)
_good_text = st.builds(text, _words)
_good_thumbnail = st.builds(thumbnail, spoiler=st.booleans(), description=_words)
_good_button = st.builds(button, st.uuids().map(str), label=_words, disabled=st.booleans())
_good_row = st.lists(_good_button, min_size=1, max_size=5).map(lambda each: row(*each)) | st.lists(
    _words, min_size=1, max_size=25, unique=True
).map(lambda values: row(select(*values)))
_good_section = st.builds(
    lambda texts, accessory: section(*texts, accessory=accessory),
    st.lists(_good_text, min_size=1, max_size=3),
    _good_thumbnail | _good_button,
)
_good_block = (
    _good_text
    | _good_section
    | _good_row
    | st.just(gallery("https://example.org/a.png", "https://example.org/b.png"))
    | st.builds(
        lambda spacing, divider: {"type": 14, "spacing": spacing, "divider": divider},
        st.sampled_from([1, 2]),
        st.booleans(),
    )
)
_good_container = st.builds(
    lambda blocks, colour: container(*blocks, accent_color=colour),
    st.lists(_good_block, min_size=1, max_size=4),
    st.none() | st.integers(0, 0xFFFFFF),
)


def _nested(component: Any) -> Any:
    yield component
    for each in (*component.get("components", ()), *[c for c in [component.get("accessory")] if c]):
        yield from _nested(each)


@settings(max_examples=60, deadline=None)
@given(blocks=st.lists(_good_block | _good_container, min_size=1, max_size=4))
def test_what_is_taken_is_answered_in_discords_shape(blocks: list[Any]) -> None:
    checker = observing()
    if checker.spec is None:
        pytest.skip(str(checker.reason))
    flat = [each for block in blocks for each in _nested(block)]
    custom_ids = [each["custom_id"] for each in flat if "custom_id" in each]
    world = World()
    channel = world.add_channel(world.add_guild("Fans"), "news")
    if len(flat) > 40 or len(set(custom_ids)) < len(custom_ids):
        refused(v2(*blocks))
        return
    message = sent(world, channel, v2(*blocks))
    schema = checker.spec.named("MessageResponse")
    assert checker.spec.errors(schema, message_json(world, message)) == []
