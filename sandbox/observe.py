"""What an observer of the sandbox is told: every REST exchange and every gateway payload."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Exchange:
    """One REST request of the bot and the answer to it.

    `path` begins after ``/api/v10`` and holds no query. `request_json` is the parsed JSON body
    (for multipart its ``payload_json``), None without one; `response_json` is None for an answer
    without a body. `faulted` is true where the answer was made up by a fault rule, `undelivered`
    where the connection was cut instead of answering. `arrived` is when the request came in, in
    seconds on the sandbox's own clock.
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
    """One REST request in `Sandbox.requests`, where it is entered once it was answered.

    `status` is 0 where the connection was cut. `time` is when the request came in, in seconds on
    the sandbox's own clock.
    """

    method: str
    path: str
    json: Any
    status: int
    time: float
    query: Mapping[str, str] = field(default_factory=dict)
