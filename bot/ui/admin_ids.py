"""custom_ids of what admins press: the panel, the history, the role button."""

from typing import Annotated

from bot.ui.custom_ids import Action, Codec
from bot.ui.ids import ID, Number, Snowflake

RowId = Annotated[int, ID]


class ChangesPage(Action, template="changes:{page}"):
    """Show another page of what admins changed in the list's place."""

    page: Number


class SubscriptionButton(Action, template="sub:{subscription}:{what}:{page}"):
    """A button of the list of announcements, which shows ``page``."""

    subscription: RowId
    what: Annotated[str, Codec("test|pause|resume|remove")]
    page: Number


class UndoRemoval(Action, template="undo:{change}"):
    """Undo a removal, by its place in the history."""

    change: RowId


class OpenSetup(Action, template="setup"):
    """Open the panel that sets up announcements, for the person who pressed, beside the message."""


class EditSetup(Action, template="setup:{subscription}"):
    """Open it for a subscription as it is."""

    subscription: RowId


class SetupButton(Action, template="draft:{draft}:{what}"):
    """A button of the panel: open a form, show the draft as it will be posted, post a test, save
    it, give it up, or show the panel again."""

    draft: RowId
    what: Annotated[str, Codec("what|when|look|after|server|preview|test|save|cancel|back")]


class SetupChannel(Action, template="draft-channel:{draft}"):
    """The panel's menu of channels."""

    draft: RowId


class SetupRoles(Action, template="draft-roles:{draft}"):
    """The panel's menu of roles."""

    draft: RowId


class SetupForm(Action, template="draft-form:{draft}:{form}"):
    """A form of the panel was filled in."""

    draft: RowId
    form: Annotated[str, Codec("what|when|look|after|server")]


class PreviewMenu(Action, template="preview"):
    """The menu of a guild's announcements, of which one is previewed."""


class PostNewest(Action, template="newest:{subscription}"):
    """The menu of how many of the newest interviews a new subscription gets."""

    subscription: RowId


class DeleteTest(Action, template="delete-test"):
    """Delete the test message that bears this button, which is its mark."""


class ImportButton(Action, template="import:{plan}:{what}"):
    """Import what was shown, or don't."""

    plan: RowId
    what: Annotated[str, Codec("do|cancel")]


class ToggleRole(Action, template="role:{role}"):
    """Give the person who pressed the role, or take it off."""

    role: Snowflake


class RegularPostsPage(Action, template="regular:{what}"):
    """Show a guild's regular posts, beside the message or in its place."""

    what: Annotated[str, Codec("beside|here")]


class AddRegularPost(Action, template="regular-add"):
    """The menu of what could be posted regularly: open the form for it."""


class RegularPostButton(Action, template="regular:{post}:{what}"):
    """Show a regular post, open its form, show what it will post, or let it rest, go on or end."""

    post: RowId
    what: Annotated[str, Codec("show|edit|preview|pause|resume|remove")]


class RegularPostForm(Action, template="regular-form:{post}:{form}"):
    """The form of a regular post of this sort was filled in; 0 is a new one."""

    post: RowId
    form: Annotated[str, Codec("on-this-day|quote|archive")]
