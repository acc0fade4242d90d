"""The REST endpoints of interactions: callbacks, the original response, follow-ups.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox import errors
from sandbox.entities import InteractionType, Message, MessageFlag, Upload
from sandbox.errors import ApiError
from sandbox.interactions.lifecycle import ActiveInteraction, Interactions
from sandbox.message_json import message_json
from sandbox.messages import create_message, delete_message, edit_message
from sandbox.outcome import Choice, Modal
from sandbox.ratelimit import Limit
from sandbox.rest.pipeline import NO_CONTENT, Call, Reply, Route
from sandbox.validate.components import modal_components
from sandbox.validate.form import (
    Check,
    Fields,
    Location,
    check_form,
    json_object,
    list_of,
    one_of,
    text,
)

#: Callback types.
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9

#: Of the callbacks of one interaction, and of the messages by one token. Discord documents no
#: numbers; its answers carry these.
CALLBACK_LIMIT = Limit(5, 1.0)
TOKEN_LIMIT = Limit(5, 2.0)

#: "limited to 5 followup messages per interaction" for a user's own application in a guild that
#: does not have it, https://docs.discord.com/developers/interactions/receiving-and-responding.
OUTSIDE_FOLLOWUPS = 5

_MAX_SAFE = 2**53 - 1


def routes(interactions: Interactions) -> list[Route]:
    """The endpoints; paths of webhook form contain the application's id literally."""
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
        self._interactions = interactions
        self._world = interactions.world

    # Callbacks

    async def callback(self, call: Call) -> Reply:
        active = self._awaiting(call)
        kind, data = _envelope(active, call.payload)
        if kind in (MESSAGE, DEFERRED):
            self._reply(active, kind, data, call.files)
        elif kind in (DEFERRED_UPDATE, UPDATE):
            self._update(active, kind, data, call.files)
        elif kind == CHOICES:
            active.response.choices = _choices(active, data)
            active.response.kind = "choices"
        else:
            self._open_modal(active, data)
        self._interactions.acknowledge(active, kind)
        if call.query.get("with_response", "").lower() not in ("1", "true"):
            return NO_CONTENT
        return Reply(self._callback_response(active, kind))

    def _awaiting(self, call: Call) -> ActiveInteraction:
        """The interaction of the path. 404 (10062) when it timed out or never existed, 400 (40060)
        when it was answered already."""
        active = self._interactions.by_token(call.params["interaction_token"])
        if active is None or active.interaction.id != call.id("interaction_id") or active.timed_out:
            raise errors.unknown("interaction")
        if active.interaction.callback_type is not None:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        return active

    def _reply(
        self, active: ActiveInteraction, kind: int, data: Mapping[str, Any], files: Sequence[Upload]
    ) -> None:
        response = active.response
        if kind == DEFERRED:
            response.message = self._loading(active, data)
        else:
            response.message = self._create(active, data, files)
        response.kind = "deferred" if kind == DEFERRED else "message"
        response.deferred = kind == DEFERRED
        response.ephemeral = response.message.ephemeral_for is not None
        active.interaction.message_id = response.message.id

    def _create(
        self,
        active: ActiveInteraction,
        data: Mapping[str, Any],
        files: Sequence[Upload] = (),
        *,
        loading: bool = False,
    ) -> Message:
        ephemeral = not active.invoker.may_answer_publicly or bool(
            _flags(data) & MessageFlag.EPHEMERAL
        )
        message = create_message(
            self._world,
            active.invoker.channel,
            self._world.application.bot,
            data,
            interaction=active.interaction,
            ephemeral_for=active.interaction.user if ephemeral else None,
            files=files,
            loading=loading,
        )
        active.messages[message.id] = message
        return message

    def _loading(self, active: ActiveInteraction, data: Mapping[str, Any]) -> Message:
        allowed = MessageFlag.EPHEMERAL | MessageFlag.IS_COMPONENTS_V2
        flags = _flags(data) & (allowed | MessageFlag.SUPPRESS_NOTIFICATIONS)
        return self._create(active, {"flags": flags}, loading=True)

    def _update(
        self, active: ActiveInteraction, kind: int, data: Mapping[str, Any], files: Sequence[Upload]
    ) -> None:
        source = active.source
        if source is None or not self._exists(source):
            raise errors.unknown("Message")
        if kind == UPDATE:
            edit_message(self._world, source, data, files=files)
        active.response.updated = source
        active.response.kind = "updated" if kind == UPDATE else "deferred_update"
        active.response.deferred = kind == DEFERRED_UPDATE
        active.response.ephemeral = source.ephemeral_for is not None
        active.interaction.message_id = source.id
        active.messages[source.id] = source

    def _exists(self, message: Message) -> bool:
        channel = self._world.channels.get(message.channel_id)
        return message.id in self._world.ephemerals or (
            channel is not None and message.id in channel.messages
        )

    def _open_modal(self, active: ActiveInteraction, data: Mapping[str, Any]) -> None:
        form = Fields(
            {"custom_id": text(1, 100), "title": text(1, 45), "components": modal_components}
        )
        cleaned = check_form(form, dict(data))
        modal = Modal(
            active.interaction.id,
            active.interaction.user.id,
            active.interaction.channel_id,
            cleaned["custom_id"],
            cleaned["title"],
            cleaned["components"],
        )
        active.response.modal = modal
        active.response.kind = "modal"
        self._interactions.open_modal(active, modal)

    def _callback_response(self, active: ActiveInteraction, kind: int) -> dict[str, Any]:
        """The body of the answer to a callback with ``with_response``."""
        interaction: dict[str, Any] = {
            "id": str(active.interaction.id),
            "type": active.interaction.type,
            "channel_id": str(active.interaction.channel_id),
        }
        if active.interaction.guild_id is not None:
            interaction["guild_id"] = str(active.interaction.guild_id)
        report: dict[str, Any] = {"interaction": interaction}
        message = active.original
        if message is None:
            return report
        interaction |= {
            "response_message_id": str(message.id),
            "response_message_loading": bool(message.flags & MessageFlag.LOADING),
            "response_message_ephemeral": message.ephemeral_for is not None,
        }
        # Discord's specification has no resource for deferred types.
        if kind in (MESSAGE, UPDATE):
            body = message_json(self._world, message)
            report["resource"] = {"type": kind, "message": body}
        return report

    # Messages by token

    def _answered(self, call: Call) -> ActiveInteraction:
        """The interaction of the path's token. 401 (50027) for an invalid token, 404 (10015) before
        the callback."""
        active = self._interactions.by_token(call.params["webhook_token"])
        if active is None:
            raise ApiError(401, 50027, "Invalid Webhook Token")
        if (
            active.interaction.callback_type is None
            or active.interaction.type == InteractionType.AUTOCOMPLETE
        ):
            raise errors.unknown("Webhook")
        return active

    async def follow_up(self, call: Call) -> Reply:
        """A further message; the first one after a deferred reply becomes that reply."""
        active = self._answered(call)
        data = call.body()
        if active.response.deferred and active.response.message is not None:
            kept = {key: value for key, value in data.items() if key != "tts"}
            return Reply(self._edit(active, active.response.message, kept, call.files))
        if active.is_outside_guild and len(active.response.followups) >= OUTSIDE_FOLLOWUPS:
            raise ApiError(
                400, 40094, "This interaction has reached the maximum number of follow-up messages"
            )
        message = self._create(active, data, call.files)
        active.response.followups.append(message)
        self._interactions.changes.notify()
        return Reply(message_json(self._world, message))

    def _message(self, call: Call) -> tuple[ActiveInteraction, Message]:
        """The message of the path, if it belongs to this interaction; 404 (10008) otherwise."""
        active = self._answered(call)
        which = call.params["message_id"]
        message = (
            active.original if which == "@original" else active.messages.get(call.id("message_id"))
        )
        if message is None or not self._exists(message):
            raise errors.unknown("Message")
        return active, message

    async def get(self, call: Call) -> Reply:
        _live, message = self._message(call)
        return Reply(message_json(self._world, message))

    async def edit(self, call: Call) -> Reply:
        active, message = self._message(call)
        return Reply(self._edit(active, message, call.body(), call.files))

    def _edit(
        self,
        active: ActiveInteraction,
        message: Message,
        data: Mapping[str, Any],
        files: Sequence[Upload],
    ) -> dict[str, Any]:
        loading = message.flags & MessageFlag.LOADING
        message.flags &= ~MessageFlag.LOADING
        try:
            edit_message(self._world, message, data, files=files)
        except ApiError:
            message.flags |= loading
            raise
        if message is active.original:
            active.response.deferred = False
        self._interactions.changes.notify()
        return message_json(self._world, message)

    async def delete(self, call: Call) -> Reply:
        active, message = self._message(call)
        if message is active.response.message:
            active.response.deferred = False
        delete_message(self._world, message)
        return NO_CONTENT


def _allowed(active: ActiveInteraction) -> tuple[int, ...]:
    """The callback types that the interaction accepts."""
    allowed = {
        InteractionType.COMMAND: (MESSAGE, DEFERRED, MODAL),
        InteractionType.COMPONENT: (MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL),
        InteractionType.AUTOCOMPLETE: (CHOICES,),
        InteractionType.SUBMIT: (MESSAGE, DEFERRED),
    }[active.interaction.type]
    if active.interaction.type == InteractionType.SUBMIT and active.source is not None:
        return (*allowed, DEFERRED_UPDATE, UPDATE)
    return allowed


def _envelope(active: ActiveInteraction, payload: Any) -> tuple[int, dict[str, Any]]:
    """The callback's type and data ({} without data); 400 for a type that does not fit."""
    form = Fields({"type": one_of(*_allowed(active))}, {"data": json_object})
    cleaned = check_form(form, payload)
    kind: int = cleaned["type"]
    data: dict[str, Any] = cleaned.get("data") or {}
    if kind in (MODAL, CHOICES) and "data" not in cleaned:
        raise errors.invalid_form("data", "BASE_TYPE_REQUIRED", "This field is required")
    return kind, data


def _flags(data: Mapping[str, Any]) -> int:
    flags = data.get("flags")
    return flags if isinstance(flags, int) else 0


def _choices(active: ActiveInteraction, data: dict[str, Any]) -> list[Choice]:
    """At most 25 choices, of the focused option's type."""
    option = active.option or {}
    one = Fields(
        {"name": text(1, 100), "value": _value(option.get("type"))},
        {"name_localizations": json_object},
    )
    form = Fields(optional={"choices": list_of(one, 0, 25)})
    locale = active.interaction.user.locale
    return [
        Choice((each.get("name_localizations") or {}).get(locale) or each["name"], each["value"])
        for each in check_form(form, data).get("choices") or []
    ]


def _value(kind: Any) -> Check:
    def check(value: Any, at: Location) -> Any:
        if kind == 3:
            if not isinstance(value, str):
                wrong = f'Could not interpret "{value}" as string.'
                return at.error("STRING_TYPE_CONVERT", wrong)
            return text(1, 100)(value, at)
        numeric = int if kind == 4 else int | float
        if isinstance(value, bool) or not isinstance(value, numeric):
            return at.error("NUMBER_TYPE_COERCE", f'Value "{value}" is not a number.')
        if abs(value) > _MAX_SAFE:
            return at.error("NUMBER_TYPE_MAX", f"Must lie within {_MAX_SAFE} of zero.")
        return value

    return check
