"""An observer of the sandbox that holds all its traffic against Discord's OpenAPI document.

The document lies beside the repository and may be absent; then nothing is checked and
`Checker.reason` says so. `Checker` is the observer to hand to ``Sandbox(observer=...)``; what it
found wrong is in `Checker.violations`.

Where the document itself is known to be wrong or silent, the exception stands here with its
reason, so that everything else is strict:

* unknown request fields and query parameters are violations;
* ``oneOf`` is read as "at least one" (its branches overlap in places);
* ``int32`` bounds integers; URIs, dates, nonces and snowflakes are checked as formats.
"""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import jsonschema_rs

from sandbox import Sandbox
from sandbox.observe import Exchange, GatewayPayload

Json = dict[str, Any]

DOCUMENT = Path(__file__).resolve().parents[1].parent / "shared" / "discord" / "openapi.json"

_DIALECT = "https://json-schema.org/draft/2020-12/schema"

# Fields of requests that Discord takes, and that its OpenAPI document does not have: `nsfw` is
# in its written documentation, `tts` goes with every edit that discord.py sends.
_TAKEN = {
    "ApplicationCommandCreateRequest": {"nsfw": {"type": "boolean"}},
    "ApplicationCommandUpdateRequest": {"nsfw": {"type": "boolean"}},
    "MessageEditRequestPartial": {"tts": {"type": "boolean"}},
    "IncomingWebhookUpdateRequestPartial": {"tts": {"type": "boolean"}},
    "IncomingWebhookUpdateForInteractionCallbackRequestPartial": {"tts": {"type": "boolean"}},
    # What discord.py puts into posts and their first messages, into every embed, and into an edit
    # of the attachments that stay.
    "CreateForumThreadRequest": {"type": {"const": 11}},
    "MessageAttachmentRequest": {
        "size": {"type": "integer"},
        "url": {"type": "string"},
        "proxy_url": {"type": "string"},
        "content_type": {"type": "string"},
        "spoiler": {"type": "boolean"},
    },
    "BaseCreateMessageCreateRequest": {"tts": {"type": "boolean"}},
    "RichEmbed": {"flags": {"type": "integer"}},
}
# What a command's option may ask for, by the written documentation and in discord.py.
_MEDIA = {"title": "GUILD_MEDIA", "const": 16}
# Query parameters likewise: discord.py's posts in forums ask for their message to be nested.
_TAKEN_QUERY = frozenset({"use_nested_fields"})


# Permissions in requests are strings by Discord's written documentation, integers by the document.
_PERMISSIONS = frozenset({"allow", "deny", "permissions", "default_member_permissions"})
_PERMISSION_TEXT = {"type": "string", "pattern": "^[0-9]{1,20}$"}

_NUMERIC_ID = {"type": "integer", "minimum": 0, "maximum": 2**64 - 1}


@dataclass(frozen=True, slots=True)
class Violation:
    """What does not fit the document: where (`POST /channels/1/messages request`), and how."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of a path of the document; `template` is its path."""

    method: str
    template: str
    spec: Json
    parameters: tuple[Json, ...]

    def request_schema(self, multipart: bool) -> Json | None:
        """The schema of the JSON body; of a multipart body's ``payload_json``."""
        content = self.spec.get("requestBody", {}).get("content", {})
        found = content.get("multipart/form-data" if multipart else "application/json")
        if found is None:
            return None
        schema: Json = found["schema"]
        # The second part of the composition is the files.
        return schema["allOf"][0] if multipart and "allOf" in schema else schema

    def response(self, status: int) -> Json | None:
        """The response object for a status: named exactly, or by its class."""
        responses = self.spec["responses"]
        found: Json | None = responses.get(str(status)) or responses.get(f"{status // 100}XX")
        return found


class Spec:
    """The document: operations, and validators compiled when first needed."""

    def __init__(self, path: Path = DOCUMENT) -> None:
        document = json.loads(path.read_text("utf-8"))
        self._responses: Json = document["components"]["responses"]
        self._operations = sorted(_operations(document["paths"]), key=_concreteness)
        schemas = document["components"]["schemas"]
        schemas["ChannelTypes"]["oneOf"].append(_MEDIA)
        # Made like forums (discord.py's ``create_forum(media=True)``).
        made = schemas["CreateGuildChannelRequest"]["properties"]["type"]["oneOf"]
        made[1]["enum"].append(_MEDIA["const"])
        self._registry = jsonschema_rs.Registry(
            [
                ("urn:response", _document(_relaxed(schemas))),
                ("urn:request", _document(_strict(schemas))),
            ],
            draft=jsonschema_rs.Draft202012,
        )
        self._validators: dict[str, Any] = {}
        self._names = frozenset(schemas)

    def operation(self, method: str, path: str) -> Operation | None:
        """The operation of a path, concrete segments before templates."""
        segments = path.strip("/").split("/")
        for operation in self._operations:
            if operation.method == method and _fits(operation.template, segments):
                return operation
        return None

    def errors(self, schema: Json, value: Any, *, request: bool = False) -> list[str]:
        """What is wrong with a value, one readable line each."""
        base = "urn:request" if request else "urn:response"
        key = base + json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            transform = _close if request else _open
            local = json.loads(
                json.dumps(transform(schema)).replace('"#/components', f'"{base}#/components')
            )
            self._validators[key] = jsonschema_rs.Draft202012Validator(
                local,
                registry=self._registry,
                validate_formats=True,
                formats={"nonce": lambda text: len(text) <= 25, "snowflake": _is_snowflake},
            )
        return [line for error in self._validators[key].iter_errors(value) for line in _say(error)]

    def named(self, name: str) -> Json:
        """The schema of that name, by reference."""
        if name not in self._names:
            raise KeyError(name)
        return {"$ref": f"#/components/schemas/{name}"}

    def resolve(self, response: Json) -> Json:
        """A response object, its reference followed."""
        reference = response.get("$ref")
        return response if reference is None else self._responses[reference.rsplit("/", 1)[-1]]


def _document(schemas: Json) -> Json:
    return {"$schema": _DIALECT, "components": {"schemas": schemas}}


def _operations(paths: Json) -> Iterator[Operation]:
    for template, methods in paths.items():
        shared = tuple(methods.get("parameters", ()))
        for method, spec in methods.items():
            if method != "parameters":
                own = tuple(spec.get("parameters", ()))
                yield Operation(method.upper(), template, spec, shared + own)


def _concreteness(operation: Operation) -> tuple[bool, ...]:
    return tuple(part.startswith("{") for part in operation.template.strip("/").split("/"))


def _fits(template: str, segments: list[str]) -> bool:
    parts = template.strip("/").split("/")
    return len(parts) == len(segments) and all(
        part == segment or (part.startswith("{") and segment != "")
        for part, segment in zip(parts, segments, strict=True)
    )


def _is_snowflake(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 20


# The document's schemas, made to say what they mean.


def _open(schema: Any) -> Any:
    return _transformed(schema, closed=False)


def _close(schema: Any) -> Any:
    return _transformed(schema, closed=True)


def _relaxed(schemas: Json) -> Json:
    relaxed: Json = _open(schemas)
    # The codes inside `errors` are names ("BASE_TYPE_REQUIRED"); the document says integer.
    one = copy.deepcopy(relaxed["Error"])
    one["properties"]["code"] = {"type": ["string", "integer"]}
    relaxed["InnerErrors"]["properties"]["_errors"]["items"] = one
    return relaxed


def _strict(schemas: Json) -> Json:
    strict = copy.deepcopy(schemas)
    for name, more in _TAKEN.items():
        strict[name]["properties"] |= more
    for schema in strict.values():
        for name, kind in schema.get("properties", {}).items():
            if name in _PERMISSIONS and _is_integer(kind.get("type")):
                schema["properties"][name] = {"anyOf": [kind, _PERMISSION_TEXT]}
    # Sent to Discord, ids may be numbers as well; discord.py's mostly are.
    strict["SnowflakeType"] = {"anyOf": [strict["SnowflakeType"], _NUMERIC_ID]}
    closed: Json = _close(strict)
    return closed


def _transformed(node: Any, *, closed: bool) -> Any:
    if isinstance(node, list):
        return [_transformed(item, closed=closed) for item in node]
    if not isinstance(node, dict):
        return node
    made = {
        ("anyOf" if key == "oneOf" and isinstance(value, list) else key): _transformed(
            value, closed=closed
        )
        for key, value in node.items()
    }
    if node.get("format") == "int32" and _is_integer(node.get("type")):
        made.setdefault("minimum", -(2**31))
        made.setdefault("maximum", 2**31 - 1)
    if closed and node.get("type") == "object" and isinstance(node.get("properties"), dict):
        made.setdefault("additionalProperties", False)
    return made


def _is_integer(kind: Any) -> bool:
    return kind == "integer" or (isinstance(kind, list) and "integer" in kind)


# Errors, readable.


def _say(error: Any) -> Iterator[str]:
    """An error as lines. Of a union that fits nowhere, the branch that was meant speaks: the
    one whose ``type`` fits, and of those the one with the fewest errors."""
    branches = getattr(error.kind, "context", None)
    if not branches:
        path = "/".join(str(step) for step in error.instance_path) or "(whole)"
        yield f"{path}: {_short(error.message)}"
        return
    own = [*error.instance_path, "type"]

    def distance(branch: Any) -> tuple[bool, bool, int]:
        wrong_kind = any(e.instance_path == own for e in branch)
        whole = any(
            e.instance_path == error.instance_path and "of type" in e.message for e in branch
        )
        return wrong_kind, whole, len(branch)

    for inner in min(branches, key=distance):
        yield from _say(inner)


def _short(message: str, limit: int = 300) -> str:
    return (
        message if len(message) <= limit else f"{message[: limit // 2]} … {message[-limit // 2 :]}"
    )


# The observer.

# Gateway events whose data, or a part of it, the document describes: event, way to the part
# ("*" goes through a list), schema. A channel of a type that the schema does not have (media
# channels) is left alone.
_EVENTS: tuple[tuple[str, str, str], ...] = (
    ("READY", "user", "UserPIIResponse"),
    ("MESSAGE_CREATE", "", "MessageResponse"),
    ("MESSAGE_UPDATE", "", "MessageResponse"),
    ("CHANNEL_CREATE", "", "GuildChannelResponse"),
    ("CHANNEL_UPDATE", "", "GuildChannelResponse"),
    ("CHANNEL_DELETE", "", "GuildChannelResponse"),
    ("THREAD_CREATE", "", "ThreadResponse"),
    ("THREAD_UPDATE", "", "ThreadResponse"),
    ("GUILD_CREATE", "", "GuildResponse"),
    ("GUILD_CREATE", "channels/*", "GuildChannelResponse"),
    ("GUILD_CREATE", "threads/*", "ThreadResponse"),
    ("GUILD_CREATE", "members/*", "GuildMemberResponse"),
    ("GUILD_CREATE", "roles/*", "GuildRoleResponse"),
    ("GUILD_UPDATE", "", "GuildResponse"),
    ("GUILD_ROLE_CREATE", "role", "GuildRoleResponse"),
    ("GUILD_ROLE_UPDATE", "role", "GuildRoleResponse"),
    ("GUILD_MEMBER_ADD", "", "GuildMemberResponse"),
    ("GUILD_MEMBER_UPDATE", "", "GuildMemberResponse"),
    ("GUILD_MEMBER_REMOVE", "user", "UserResponse"),
    ("GUILD_MEMBERS_CHUNK", "members/*", "GuildMemberResponse"),
    ("INTERACTION_CREATE", "message", "MessageResponse"),
    ("INTERACTION_CREATE", "user", "UserResponse"),
    ("INTERACTION_CREATE", "member", "GuildMemberResponse"),
    ("INTERACTION_CREATE", "data/resolved/users/*", "UserResponse"),
    ("INTERACTION_CREATE", "data/resolved/roles/*", "GuildRoleResponse"),
    ("INTERACTION_CREATE", "data/resolved/messages/*", "MessageResponse"),
)

_DESCRIBED_CHANNELS = frozenset({0, 2, 4, 5, 13, 14, 15})


@dataclass
class Checker:
    """The observer. Judges each exchange and payload as it passes.

    `refused` False leaves alone what the bot sent where the answer was 400: for tests that send
    wrong requests on purpose. `reason` says why nothing is checked, None when it is.
    """

    spec: Spec | None
    refused: bool = True
    violations: list[Violation] = field(default_factory=list)
    exchanges: int = 0
    payloads: int = 0

    @property
    def reason(self) -> str | None:
        return None if self.spec else f"{DOCUMENT.name} is not beside the repository"

    def __call__(self, seen: Exchange | GatewayPayload) -> None:
        if self.spec is None:
            return
        if isinstance(seen, Exchange):
            self.exchanges += 1
            self._exchange(self.spec, seen)
        else:
            self.payloads += 1
            self._payload(self.spec, seen)

    def assert_clean(self) -> None:
        """Fail with every distinct violation, readable."""
        lines = list(dict.fromkeys(str(one) for one in self.violations))
        if lines:
            raise AssertionError(
                f"{len(lines)} violation(s) of Discord's OpenAPI document:\n" + "\n".join(lines)
            )

    def _add(self, where: str, errors: Iterable[str]) -> None:
        self.violations.extend(Violation(where, error) for error in errors)

    def _exchange(self, spec: Spec, seen: Exchange) -> None:
        name = f"{seen.method} {seen.path}"
        operation = spec.operation(seen.method, seen.path)
        if operation is None:
            if self.refused or seen.status not in (404, 405):
                self._add(name, ["there is no such operation"])
            return
        if self.refused or seen.status != 400:
            self._add(f"{name} request", _request_errors(spec, operation, seen))
        if not seen.undelivered and seen.status < 500 and not _is_media_channel(seen):
            self._add(f"{name} {seen.status}", _response_errors(spec, operation, seen))

    def _payload(self, spec: Spec, seen: GatewayPayload) -> None:
        if seen.direction != "out" or seen.op != 0:
            return
        for event, way, schema in _EVENTS:
            if event == seen.name:
                for path, part in _parts(seen.data, way.split("/") if way else []):
                    if schema != "GuildChannelResponse" or part["type"] in _DESCRIBED_CHANNELS:
                        where = f"{event} {path}".rstrip()
                        self._add(where, spec.errors(spec.named(schema), part))


def _is_media_channel(seen: Exchange) -> bool:
    """The document describes no answer with a media channel (type 16), nor a list of channels with
    one, although guilds have them."""
    answer = seen.response_json
    channels = answer if isinstance(answer, list) else [answer]
    return any(
        isinstance(one, dict) and one.get("type") == 16 and "guild_id" in one for one in channels
    )


def _parts(data: Any, way: list[str], so_far: str = "") -> Iterator[tuple[str, Any]]:
    """The parts of `data` at the end of the way, with their paths; none where it breaks off."""
    if not way:
        yield so_far, data
    elif way[0] == "*":
        items = data.items() if isinstance(data, dict) else enumerate(data)
        for key, item in items:
            yield from _parts(item, way[1:], f"{so_far}/{key}")
    elif isinstance(data, dict) and data.get(way[0]) is not None:
        yield from _parts(data[way[0]], way[1:], f"{so_far}/{way[0]}".strip("/"))


def _request_errors(spec: Spec, operation: Operation, seen: Exchange) -> Iterator[str]:
    yield from _parameter_errors(spec, operation, seen)
    schema = operation.request_schema(seen.content_type.startswith("multipart/"))
    if seen.request_json is None:
        if schema is not None and operation.spec["requestBody"].get("required"):
            yield "the body is missing"
        return
    if schema is None:
        if seen.request_json != {}:
            yield "there is to be no body"
        return
    yield from spec.errors(schema, seen.request_json, request=True)


def _parameter_errors(spec: Spec, operation: Operation, seen: Exchange) -> Iterator[str]:
    parts = operation.template.strip("/").split("/")
    segments = seen.path.strip("/").split("/")
    path = {
        part.strip("{}"): segment
        for part, segment in zip(parts, segments, strict=True)
        if part.startswith("{")
    }
    known = {(p["in"], p["name"]): p for p in operation.parameters}
    for name in seen.query:
        if ("query", name) not in known and name not in _TAKEN_QUERY:
            yield f"there is no query parameter {name!r}"
    for (place, name), parameter in known.items():
        given = {"path": path, "query": seen.query}.get(place, {}).get(name)
        if given is None:
            if parameter.get("required") and place != "header":
                yield f"the {place} parameter {name!r} is missing"
            continue
        readings = [_read(given, kind) for kind in (str, int, bool)]
        if all(spec.errors(parameter["schema"], r, request=True) for r in readings):
            errors = spec.errors(parameter["schema"], given, request=True)
            yield f"the {place} parameter {name!r}: {errors[0]}"


def _read(text: str, kind: type) -> Any:
    """A parameter's text as the type that its schema may ask for; itself where it can't be."""
    if kind is bool:
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)
    if kind is int and text.lstrip("-").isdecimal():
        return int(text)
    return text


def _response_errors(spec: Spec, operation: Operation, seen: Exchange) -> Iterator[str]:
    found = operation.response(seen.status)
    if found is None:
        yield "the operation has no such status"
        return
    content: Mapping[str, Any] = spec.resolve(found).get("content", {})
    if "application/json" not in content:
        if seen.response_json is not None and not content:
            yield "there is to be no body"
        return
    if seen.response_json is None:
        yield "the body is missing"
        return
    yield from spec.errors(content["application/json"]["schema"], seen.response_json)


@cache
def _spec() -> Spec | None:
    return Spec(DOCUMENT) if DOCUMENT.is_file() else None


def observing(*, refused: bool = True) -> Checker:
    """A new observer; the document is read once a process."""
    return Checker(_spec(), refused)


@contextlib.contextmanager
def watching(checker: Checker) -> Iterator[Checker]:
    """Hand `checker` to every sandbox made inside that was given no observer of its own; check
    at the end that it found nothing."""
    begin = Sandbox.__init__

    def watched(self: Sandbox, **options: Any) -> None:
        begin(self, **{"observer": checker, **options})

    with mock.patch.object(Sandbox, "__init__", watched):
        yield checker
    checker.assert_clean()
