"""REST v10 of the local Discord.

`Rest(world, ...).routes([*more, *TABLE])` gives aiohttp's routes; each `Route` goes through token,
rate limits, faults and observer (`sandbox.rest.pipeline`).
"""

from sandbox.errors import ApiError
from sandbox.rest.body import Upload
from sandbox.rest.messages import create_message, delete_message, edit_message
from sandbox.rest.pipeline import NO_CONTENT, PREFIX, Call, Reply, Rest, Route
from sandbox.rest.table import TABLE

__all__ = [
    "NO_CONTENT",
    "PREFIX",
    "TABLE",
    "ApiError",
    "Call",
    "Reply",
    "Rest",
    "Route",
    "Upload",
    "create_message",
    "delete_message",
    "edit_message",
]
