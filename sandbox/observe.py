"""Records of the bot's traffic: REST exchanges and gateway payloads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Exchange:
    """One REST request of the bot and the answer to it, as an observer receives it.

    Attributes:
        path: begins after ``/api/v10``, without the query.
        request_json: the parsed JSON body, or ``payload_json`` of a multipart one; None without.
        response_json: None for an answer without a body.
        faulted: whether the answer was made up by a fault rule.
        undelivered: whether the connection was cut instead of answering.
        arrived: when the request came in, seconds on the sandbox's clock.
    """

    method: str
    path: str
    query: Mapping[str, str]
    request_json: Any
    status: int
    response_json: Any
    headers: Mapping[str, str]
    content_type: str = ""
    faulted: bool = False
    undelivered: bool = False
    arrived: float = 0.0


@dataclass(frozen=True, slots=True)
class GatewayPayload:
    """One gateway payload; `name` is the event of a dispatch (op 0), empty otherwise."""

    direction: Literal["in", "out"]
    op: int
    name: str
    data: Any


Observer = Callable[[Exchange | GatewayPayload], None]


@dataclass(frozen=True, slots=True)
class Request:
    """One answered REST request in `Sandbox.requests`.

    `status` is 0 where the connection was cut. `time` is when the request came in, in seconds on
    the sandbox's clock.
    """

    method: str
    path: str
    json: Any
    status: int
    time: float
    query: Mapping[str, str] = field(default_factory=dict)
