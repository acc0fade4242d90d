"""REST v10 of the local Discord."""

from sandbox.errors import ApiError
from sandbox.rest.messages import create_message, delete_message, edit_message

__all__ = ["ApiError", "create_message", "delete_message", "edit_message"]
