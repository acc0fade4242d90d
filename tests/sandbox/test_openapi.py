"""The checker itself: it finds what is wrong, and is silent about what is right."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from sandbox import Sandbox
from sandbox.observe import Exchange, GatewayPayload
from tests.openapi import DOCUMENT, Checker, Spec, observing, watching

pytestmark = pytest.mark.skipif(
    not DOCUMENT.is_file(), reason="Discord's OpenAPI document is not beside the repository"
)


def exchange(method: str = "POST", path: str = "/channels/1/messages", **changes: Any) -> Exchange:
    """A good exchange, with changes."""
    given: dict[str, Any] = {
        "query": {},
        "request_json": {"content": "Hello"},
        "status": 204,
        "response_json": None,
        "headers": {},
        "content_type": "application/json",
    }
    return Exchange(method, path, **(given | changes))


def found(seen: Exchange | GatewayPayload, *, refused: bool = True) -> list[str]:
    checker = observing(refused=refused)
    checker(seen)
    return [one.what for one in checker.violations]


@pytest.fixture(scope="module")
def spec() -> Spec:
    return Spec()


@pytest.mark.parametrize(
    ("method", "path", "template"),
    [
        ("GET", "/users/@me", "/users/@me"),
        ("GET", "/users/5", "/users/{user_id}"),
        ("GET", "/guilds/1/members/5", "/guilds/{guild_id}/members/{user_id}"),
        ("PATCH", "/guilds/1/members/@me", "/guilds/{guild_id}/members/@me"),
        (
            "PATCH",
            "/webhooks/1/token/messages/@original",
            "/webhooks/{webhook_id}/{webhook_token}/messages/@original",
        ),
        (
            "PATCH",
            "/webhooks/1/token/messages/2",
            "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}",
        ),
    ],
)
def test_concrete_segments_go_before_templates(
    spec: Any, method: Any, path: Any, template: Any
) -> None:
    assert spec.operation(method, path).template == template


def test_an_unknown_operation_is_a_violation() -> None:
    assert found(exchange("POST", "/nowhere")) == ["there is no such operation"]
    assert found(exchange("PUT", "/users/@me")) == ["there is no such operation"]
    assert found(exchange("POST", "/nowhere", status=404), refused=False) == []


@pytest.mark.parametrize(
    ("body", "violation"),
    [
        ({"content": 5}, 'content: 5 is not of types "null", "string"'),
        ({"content": "x" * 4001}, "longer than 4000 characters"),
        ({"contents": "x"}, "Additional properties are not allowed ('contents' was unexpected)"),
        ({"nonce": "n" * 26}, "nonce: "),
        ({"embeds": [{"titel": "x"}]}, "embeds/0: Additional properties"),
        ({"embeds": [{"url": "no address"}]}, 'embeds/0/url: "no address" is not a "uri"'),
        ({"flags": "64"}, 'flags: "64" is not of types'),
        ({"allowed_mentions": {"roles": ["abc"]}}, "allowed_mentions/roles/0"),
        (
            {"components": [{"type": 1, "components": [{"type": 2, "style": 1, "label": 5}]}]},
            "components/0/components/0/label: 5 is not of types",
        ),
        (
            {"components": [{"type": 17, "components": [{"type": 10, "text": "x"}]}]},
            'components/0/components/0: "content" is a required property',
        ),
        ({"tts": None, "components": None, "embeds": None}, None),
        ({"allowed_mentions": {"parse": [], "roles": [5]}}, None),
    ],
)
def test_requests_are_held_against_their_schema(body: Any, violation: Any) -> None:
    sent = exchange(request_json=body, status=404, response_json={"code": 1, "message": "x"})
    violations = found(sent)
    if violation is None:
        assert violations == []
    else:
        assert any(violation in one for one in violations), violations


def test_a_missing_or_needless_body_is_a_violation() -> None:
    answer: dict[str, Any] = {"status": 404, "response_json": {"code": 1, "message": "x"}}
    assert found(exchange(request_json=None, **answer)) == ["the body is missing"]
    assert found(exchange("GET", "/users/@me", **answer)) == ["there is to be no body"]


def test_the_bodies_of_uploads_are_checked() -> None:
    answer: dict[str, Any] = {"status": 404, "response_json": {"code": 1, "message": "x"}}
    body = {"content": "x", "attachments": [{"id": 0, "filename": "a.png"}]}
    assert found(exchange(request_json=body, content_type="multipart/form-data", **answer)) == []
    wrong = found(exchange(request_json={"x": 1}, content_type="multipart/form-data", **answer))
    assert "Additional properties" in wrong[0]


@pytest.mark.parametrize(
    ("query", "violation"),
    [
        ({"limit": "50"}, None),
        ({"limit": "101"}, "the query parameter 'limit': (whole): 101"),
        ({"limit": "many"}, "the query parameter 'limit'"),
        ({"before": "123"}, None),
        ({"before": "abc"}, "the query parameter 'before'"),
        ({"until": "5"}, "there is no query parameter 'until'"),
    ],
)
def test_parameters_are_checked(query: Any, violation: Any) -> None:
    seen = exchange(
        "GET", "/channels/1/messages", query=query, request_json=None, status=200, response_json=[]
    )
    violations = found(seen)
    if violation is None:
        assert violations == []
    else:
        assert len(violations) == 1
        assert violation.split(":")[0] in violations[0]


def test_ids_in_the_path_are_checked() -> None:
    seen = exchange("GET", "/channels/abc/messages", request_json=None, status=500)
    assert "the path parameter 'channel_id'" in found(seen)[0]


def test_answers_are_held_against_their_status() -> None:
    me: dict[str, Any] = {"method": "GET", "path": "/users/@me", "request_json": None}
    assert "is a required property" in found(exchange(**me, status=200, response_json={}))[0]
    assert found(exchange(**me, status=200)) == ["the body is missing"]
    assert found(exchange(**me, status=302)) == ["the operation has no such status"]
    error = {"code": 50035, "message": "Invalid Form Body"}
    details = {"content": {"_errors": [{"code": "BASE_TYPE_REQUIRED", "message": "x"}]}}
    assert found(exchange(**me, status=400, response_json=error)) == []
    assert found(exchange(**me, status=400, response_json=error | {"errors": details})) == []
    assert found(exchange(**me, status=400, response_json={"code": "x", "message": "y"})) != []
    limited = {"code": 0, "message": "Slower.", "retry_after": 1.5, "global": False}
    assert found(exchange(**me, status=429, response_json=limited)) == []
    assert found(exchange(**me, status=429, response_json=limited | {"global": 1})) != []
    assert found(exchange(**me, status=500, response_json={"anything": 1})) == []
    assert found(exchange(**me, status=200, response_json={}, undelivered=True)) == []


def test_what_was_refused_may_be_left_alone() -> None:
    wrong = exchange(
        request_json={"contents": 1}, status=400, response_json={"code": 1, "message": "x"}
    )
    assert found(wrong) != []
    assert found(wrong, refused=False) == []


def test_gateway_payloads_are_checked() -> None:
    role = {"role": {"id": "1"}, "guild_id": "1"}
    assert found(GatewayPayload("out", 0, "GUILD_ROLE_CREATE", role)) != []
    assert found(GatewayPayload("out", 0, "UNDESCRIBED", role)) == []
    assert found(GatewayPayload("out", 0, "CHANNEL_CREATE", {"type": 16})) == []
    assert found(GatewayPayload("out", 0, "CHANNEL_CREATE", {"type": 0})) != []
    guild = {"channels": [{"type": 0}], "threads": [], "roles": [], "members": []}
    checker = observing()
    checker(GatewayPayload("out", 0, "GUILD_CREATE", guild))
    assert {v.where for v in checker.violations} == {"GUILD_CREATE", "GUILD_CREATE channels/0"}


def test_violations_are_told_once_and_readably() -> None:
    checker = observing()
    for _ in range(2):
        checker(exchange(request_json={"contents": 1}, status=500))
    with pytest.raises(AssertionError) as raised:
        checker.assert_clean()
    assert str(raised.value) == (
        "1 violation(s) of Discord's OpenAPI document:\n"
        "POST /channels/1/messages request: (whole): Additional properties are not allowed "
        "('contents' was unexpected)"
    )


def test_without_the_document_nothing_is_checked() -> None:
    checker = Checker(None)
    checker(exchange(request_json={"contents": 1}))
    checker.assert_clean()
    assert checker.reason == "openapi.json is not beside the repository"


async def test_every_sandbox_can_be_watched_without_being_told() -> None:
    async def offend() -> None:
        async with Sandbox(page=False) as sandbox, aiohttp.ClientSession() as session:
            address = f"{sandbox.api_url}/users/@me?until=5"
            headers = {"Authorization": f"Bot {sandbox.token}"}
            async with session.get(address, headers=headers) as answer:
                assert answer.status == 200

    wrong = "there is no query parameter 'until'"
    with pytest.raises(AssertionError, match=wrong), watching(observing()):
        await offend()
    unwatched = observing()
    await offend()
    assert unwatched.exchanges == 0
