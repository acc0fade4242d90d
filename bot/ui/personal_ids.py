"""custom_ids of what is a person's own: their lists, what to follow, what is stored of them."""

from enum import StrEnum
from typing import Annotated

from bot.ui.custom_ids import Action, Codec, optional
from bot.ui.ids import NUMBER


class PersonalList(StrEnum):
    """The lists that a person has, in the order of their buttons."""

    READING = "reading"
    SAVED = "saved"
    FOLLOWING = "following"
    FINISHED = "finished"


class ShowMine(Action, template="mine:{tab}{page}"):
    """Show a list of the person's, or another page of it, in the list's place. Without a page it
    is the button on another list."""

    tab: Annotated[PersonalList, Codec("|".join(PersonalList), PersonalList)]
    page: Annotated[int | None, optional(NUMBER, ":")] = None


class FollowKind(Action, template="follow-kind"):
    """A menu of kinds to follow; its values are ``Topic``s."""


class ShowPersonalData(Action, template="kept"):
    """Show what is stored about the person who pressed, in the place of the question."""


class ForgetMe(Action, template="forget:{sure}"):
    """Delete all that is stored about the person who pressed, or ask whether they are sure."""

    sure: Annotated[bool, Codec("yes|ask", "yes".__eq__, {True: "yes", False: "ask"}.__getitem__)]
