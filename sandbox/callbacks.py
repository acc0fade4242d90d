"""The REST side of interactions: callbacks, the original response, follow-ups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox import errors, serial
from sandbox.entities import Message, MessageFlag, Upload
from sandbox.errors import ApiError
from sandbox.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, SUBMIT, Interactions, Live
from sandbox.messages import create_message, delete_message, edit_message
from sandbox.outcome import Choice, Modal
from sandbox.ratelimit import Limit
from sandbox.rest.pipeline import NO_CONTENT, Call, Reply, Route
from sandbox.validate.components import modal_components
from sandbox.validate.form import Check, Fields, Spot, check_form, choice, listing, text

#: Callback types.
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9

#: Callbacks of one interaction, and messages by one token: Discord documents no numbers, and
#: its answers carry 5 requests in 1 and in 2 seconds at the time of writing.
CALLBACK_LIMIT = Limit(5, 1.0)
TOKEN_LIMIT = Limit(5, 2.0)

#: "limited to 5 followup messages per interaction" for a user's own application in a guild that
#: does not have it, https://docs.discord.com/developers/interactions/receiving-and-responding.
OUTSIDE_FOLLOWUPS = 5

_MAX_SAFE = 2**53 - 1


def routes(interactions: Interactions) -> list[Route]:
    """The endpoints. The application's id stands in their paths literally, so that they go
    before those of webhooks, which have the same shape."""
    handlers = _Handlers(interactions)
    token = f"/webhooks/{interactions.world.application.id}/{{webhook_token}}"
    one = f"{token}/messages/{{message_id}}"
    return [
        Route(
            "POST",
            "/interactions/{interaction_id}/{interaction_token}/callback",
            handlers.callback,
            CALLBACK_LIMIT,
            auth="none",
        ),
        Route("POST", token, handlers.follow_up, TOKEN_LIMIT, auth="none"),
        Route("GET", one, handlers.get, TOKEN_LIMIT, auth="none"),
        Route("PATCH", one, handlers.edit, TOKEN_LIMIT, auth="none"),
        Route("DELETE", one, handlers.delete, TOKEN_LIMIT, auth="none"),
    ]


class _Handlers:
    def __init__(self, interactions: Interactions) -> None:
        self._all = interactions
        self._world = interactions.world

    # The callback

    async def callback(self, call: Call) -> Reply:
        live = self._awaiting(call)
        kind, data = _envelope(live, call.payload)
        if kind in (MESSAGE, DEFERRED):
            self._reply(live, kind, data, call.files)
        elif kind in (DEFERRED_UPDATE, UPDATE):
            self._update(live, kind, data, call.files)
        elif kind == CHOICES:
            live.response.choices = _choices(live, data)
            live.response.kind = "choices"
        else:
            self._open_modal(live, data)
        self._all.acknowledge(live, kind)
        if call.query.get("with_response", "").lower() not in ("1", "true"):
            return NO_CONTENT
        return Reply(self._report(live, kind))

    def _awaiting(self, call: Call) -> Live:
        """The interaction, still waiting for its callback. 404 (10062) too late or never sent,
        400 (40060) answered already."""
        live = self._all.by_token(call.params["interaction_token"])
        if live is None or live.interaction.id != call.id("interaction_id") or live.over:
            raise errors.unknown("interaction")
        if live.interaction.callback_type is not None:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        return live

    def _reply(
        self, live: Live, kind: int, data: Mapping[str, Any], files: Sequence[Upload]
    ) -> None:
        response = live.response
        if kind == DEFERRED:
            response.message = self._loading(live, data)
        else:
            response.message = self._create(live, data, files)
        response.kind = "deferred" if kind == DEFERRED else "message"
        response.deferred = kind == DEFERRED
        response.ephemeral = response.message.ephemeral_for is not None
        live.interaction.message_id = response.message.id
        live.interaction.ephemeral = response.ephemeral

    def _create(
        self,
        live: Live,
        data: Mapping[str, Any],
        files: Sequence[Upload] = (),
        *,
        loading: bool = False,
    ) -> Message:
        ephemeral = live.private or bool(_flags(data) & MessageFlag.EPHEMERAL)
        message = create_message(
            self._world,
            live.place.channel,
            self._world.application.bot,
            data,
            interaction=live.interaction,
            ephemeral_for=live.interaction.user if ephemeral else None,
            files=files,
            loading=loading,
        )
        live.messages[message.id] = message
        return message

    def _loading(self, live: Live, data: Mapping[str, Any]) -> Message:
        allowed = MessageFlag.EPHEMERAL | MessageFlag.IS_COMPONENTS_V2
        flags = _flags(data) & (allowed | MessageFlag.SUPPRESS_NOTIFICATIONS)
        return self._create(live, {"flags": flags}, loading=True)

    def _update(
        self, live: Live, kind: int, data: Mapping[str, Any], files: Sequence[Upload]
    ) -> None:
        source = live.source
        if source is None or not self._exists(source):
            raise errors.unknown("Message")
        if kind == UPDATE:
            edit_message(self._world, source, data, files=files)
        live.response.updated = source
        live.response.kind = "updated" if kind == UPDATE else "deferred_update"
        live.response.deferred = kind == DEFERRED_UPDATE
        live.response.ephemeral = source.ephemeral_for is not None
        live.interaction.message_id = source.id
        live.messages[source.id] = source

    def _exists(self, message: Message) -> bool:
        channel = self._world.channels.get(message.channel_id)
        return message.id in self._world.ephemerals or (
            channel is not None and message.id in channel.messages
        )

    def _open_modal(self, live: Live, data: Mapping[str, Any]) -> None:
        form = Fields(
            {"custom_id": text(1, 100), "title": text(1, 45), "components": modal_components}
        )
        cleaned = check_form(form, dict(data))
        modal = Modal(
            live.interaction.id,
            live.interaction.user.id,
            live.interaction.channel_id,
            cleaned["custom_id"],
            cleaned["title"],
            cleaned["components"],
        )
        live.response.modal = modal
        live.response.kind = "modal"
        live.interaction.callback_data = cleaned
        self._all.show(live, modal)

    def _report(self, live: Live, kind: int) -> dict[str, Any]:
        """The body for ``with_response``."""
        interaction: dict[str, Any] = {
            "id": str(live.interaction.id),
            "type": live.interaction.type,
            "channel_id": str(live.interaction.channel_id),
        }
        if live.interaction.guild_id is not None:
            interaction["guild_id"] = str(live.interaction.guild_id)
        report: dict[str, Any] = {"interaction": interaction}
        message = live.original
        if message is None:
            return report
        interaction |= {
            "response_message_id": str(message.id),
            "response_message_loading": bool(message.flags & MessageFlag.LOADING),
            "response_message_ephemeral": message.ephemeral_for is not None,
        }
        # For the deferred kinds Discord's own specification has no resource.
        if kind in (MESSAGE, UPDATE):
            body = serial.message_json(self._world, message)
            report["resource"] = {"type": kind, "message": body}
        return report

    # The token

    def _answered(self, call: Call) -> Live:
        """The interaction of a token. 401 (50027) for one that died or never lived, 404 (10015)
        before the callback."""
        live = self._all.by_token(call.params["webhook_token"])
        if live is None:
            raise ApiError(401, 50027, "Invalid Webhook Token")
        if live.interaction.callback_type is None or live.interaction.type == AUTOCOMPLETE:
            raise errors.unknown("Webhook")
        return live

    async def follow_up(self, call: Call) -> Reply:
        """A further message; "directly after" a deferred reply it becomes that reply instead."""
        live = self._answered(call)
        data = _body(call.payload)
        if live.response.deferred and live.response.message is not None:
            kept = {key: value for key, value in data.items() if key != "tts"}
            return Reply(self._edit(live, live.response.message, kept, call.files))
        if live.outside and len(live.interaction.followup_ids) >= OUTSIDE_FOLLOWUPS:
            raise ApiError(
                400, 40094, "This interaction has reached the maximum number of follow-up messages"
            )
        message = self._create(live, data, call.files)
        live.interaction.followup_ids.append(message.id)
        live.response.followups.append(message)
        self._all.changes.ring()
        return Reply(serial.message_json(self._world, message))

    def _message(self, call: Call) -> tuple[Live, Message]:
        """The message of the path, if it is one of this interaction's; 404 (10008) otherwise."""
        live = self._answered(call)
        which = call.params["message_id"]
        message = (
            live.original if which == "@original" else live.messages.get(call.id("message_id"))
        )
        if message is None or not self._exists(message):
            raise errors.unknown("Message")
        return live, message

    async def get(self, call: Call) -> Reply:
        _live, message = self._message(call)
        return Reply(serial.message_json(self._world, message))

    async def edit(self, call: Call) -> Reply:
        live, message = self._message(call)
        return Reply(self._edit(live, message, _body(call.payload), call.files))

    def _edit(
        self, live: Live, message: Message, data: Mapping[str, Any], files: Sequence[Upload]
    ) -> dict[str, Any]:
        loading = message.flags & MessageFlag.LOADING
        message.flags &= ~MessageFlag.LOADING
        try:
            edit_message(self._world, message, data, files=files)
        except ApiError:
            message.flags |= loading
            raise
        if message is live.original:
            live.response.deferred = False
        self._all.changes.ring()
        return serial.message_json(self._world, message)

    async def delete(self, call: Call) -> Reply:
        live, message = self._message(call)
        if message is live.response.message:
            live.response.deferred = False
        delete_message(self._world, message)
        return NO_CONTENT


def _allowed(live: Live) -> tuple[int, ...]:
    """The callback types that fit the interaction."""
    allowed = {
        COMMAND: (MESSAGE, DEFERRED, MODAL),
        COMPONENT: (MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL),
        AUTOCOMPLETE: (CHOICES,),
        SUBMIT: (MESSAGE, DEFERRED),
    }[live.interaction.type]
    if live.interaction.type == SUBMIT and live.source is not None:
        return (*allowed, DEFERRED_UPDATE, UPDATE)
    return allowed


def _envelope(live: Live, payload: Any) -> tuple[int, dict[str, Any]]:
    """The callback's type and its data ({} for none); 400 for what does not fit."""
    form = Fields({"type": choice(*_allowed(live))}, {"data": _object})
    cleaned = check_form(form, payload)
    kind: int = cleaned["type"]
    data: dict[str, Any] = cleaned.get("data") or {}
    if kind in (MODAL, CHOICES) and "data" not in cleaned:
        missing = {"code": "BASE_TYPE_REQUIRED", "message": "This field is required"}
        raise ApiError(400, 50035, "Invalid Form Body", {"data": {"_errors": [missing]}})
    return kind, data


def _object(value: Any, spot: Spot) -> Any:
    if isinstance(value, dict):
        return value
    return spot.error("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")


def _body(payload: Any) -> dict[str, Any]:
    if not isinstance(payload, dict):
        return {}
    return payload


def _flags(data: Mapping[str, Any]) -> int:
    flags = data.get("flags")
    return flags if isinstance(flags, int) else 0


def _choices(live: Live, data: dict[str, Any]) -> list[Choice]:
    """At most 25 choices of the focused option's own type."""
    option = live.option or {}
    one = Fields(
        {"name": text(1, 100), "value": _value(option.get("type"))},
        {"name_localizations": _object},
    )
    form = Fields(optional={"choices": listing(one, 0, 25)})
    locale = live.interaction.user.locale
    chosen = check_form(form, data).get("choices") or []
    return [
        Choice((each.get("name_localizations") or {}).get(locale) or each["name"], each["value"])
        for each in chosen
    ]


def _value(kind: Any) -> Check:
    def check(value: Any, spot: Spot) -> Any:
        if kind == 3:
            if not isinstance(value, str):
                wrong = f'Could not interpret "{value}" as string.'
                return spot.error("STRING_TYPE_CONVERT", wrong)
            return text(1, 100)(value, spot)
        numeric = int if kind == 4 else int | float
        if isinstance(value, bool) or not isinstance(value, numeric):
            return spot.error("NUMBER_TYPE_COERCE", f'Value "{value}" is not a number.')
        if abs(value) > _MAX_SAFE:
            return spot.error("NUMBER_TYPE_MAX", f"Must lie within {_MAX_SAFE} of zero.")
        return value

    return check
