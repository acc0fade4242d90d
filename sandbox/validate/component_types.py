"""Component types, and which of them may appear where.

Source: https://docs.discord.com/developers/components/reference.
"""

from __future__ import annotations

from enum import IntEnum


class ComponentType(IntEnum):
    ACTION_ROW = 1
    BUTTON = 2
    STRING_SELECT = 3
    TEXT_INPUT = 4
    USER_SELECT = 5
    ROLE_SELECT = 6
    MENTIONABLE_SELECT = 7
    CHANNEL_SELECT = 8
    SECTION = 9
    TEXT_DISPLAY = 10
    THUMBNAIL = 11
    MEDIA_GALLERY = 12
    FILE = 13
    SEPARATOR = 14
    CONTAINER = 17
    LABEL = 18
    RADIO_GROUP = 21
    CHECKBOX_GROUP = 22
    CHECKBOX = 23


C = ComponentType

SELECTS = frozenset(
    {C.STRING_SELECT, C.USER_SELECT, C.ROLE_SELECT, C.MENTIONABLE_SELECT, C.CHANNEL_SELECT}
)
IN_ROW = SELECTS | {C.BUTTON}
IN_CONTAINER = frozenset(
    {C.ACTION_ROW, C.SECTION, C.TEXT_DISPLAY, C.MEDIA_GALLERY, C.FILE, C.SEPARATOR}
)
#: At the top of a message with IS_COMPONENTS_V2, and of one without.
TOP_V2 = IN_CONTAINER | {C.CONTAINER}
TOP_V1 = frozenset({C.ACTION_ROW})
IN_MODAL = frozenset({C.ACTION_ROW, C.TEXT_DISPLAY, C.LABEL})
IN_LABEL = SELECTS | {C.TEXT_INPUT, C.RADIO_GROUP, C.CHECKBOX_GROUP, C.CHECKBOX}
