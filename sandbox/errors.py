"""Errors as Discord's REST API answers them.

Codes: https://docs.discord.com/developers/topics/opcodes-and-status-codes#json.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ApiError(Exception):
    """An answer other than success.

    Attributes:
        status, code, message: HTTP status, and JSON error code and message.
        errors: the tree of field errors of code 50035.
        headers: added to the response.
        extra: further keys of the JSON body.
        via: False omits the ``Via`` header, which tells Discord's answers from Cloudflare's.
    """

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        errors: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
        via: bool = True,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors
        self.headers = dict(headers or {})
        self.extra = extra or {}
        self.via = via

    def body(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        body = {"message": self.message, "code": self.code, **self.extra}
        return body | {"errors": dict(self.errors)} if self.errors else body


def missing_access() -> ApiError:
    return ApiError(403, 50001, "Missing Access")


def missing_permissions() -> ApiError:
    return ApiError(403, 50013, "Missing Permissions")


def wrong_channel_type() -> ApiError:
    return ApiError(400, 50024, "Cannot execute action on this channel type")


def unknown(what: str) -> ApiError:
    """404 for something that does not exist; `what` is one of the names in Discord's list."""
    return ApiError(404, _UNKNOWN[what], f"Unknown {what}")


def invalid_form(field: str, code: str, message: str) -> ApiError:
    """400 (50035) for one field of a body or query; an empty name means the whole body."""
    errors: dict[str, Any] = {"_errors": [{"code": code, "message": message}]}
    return ApiError(400, 50035, "Invalid Form Body", {field: errors} if field else errors)


_UNKNOWN = {
    "Channel": 10003,
    "Guild": 10004,
    "Member": 10007,
    "Message": 10008,
    "Role": 10011,
    "User": 10013,
    "Webhook": 10015,
    "interaction": 10062,
    "application command": 10063,
    "Tag": 10087,
}
