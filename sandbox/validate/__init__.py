"""What clients send, checked by Discord's rules; every refusal is an `ApiError`."""

from sandbox.validate.channels import (
    dm_payload,
    edit_channel_payload,
    edit_thread_payload,
    follow_payload,
    message_thread_payload,
    new_channel_payload,
    overwrite_payload,
    post_payload,
    thread_payload,
    webhook_payload,
)
from sandbox.validate.commands import command_list_payload, command_payload
from sandbox.validate.message import message_payload

__all__ = [
    "command_list_payload",
    "command_payload",
    "dm_payload",
    "edit_channel_payload",
    "edit_thread_payload",
    "follow_payload",
    "message_payload",
    "message_thread_payload",
    "new_channel_payload",
    "overwrite_payload",
    "post_payload",
    "thread_payload",
    "webhook_payload",
]
