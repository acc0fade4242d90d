"""The message whose button gives members the role that announcements ping."""

from discord import ButtonStyle

from bot.core.i18n import Text
from bot.ui.admin_ids import ToggleRole
from bot.ui.layout import Layout, button, panel, row


def role_button_page(role_id: int, text: Text) -> Layout:
    """What the role is for, and the button. The caller sends it with ``AllowedMentions`` of
    nobody."""
    press = button(text("role-button.label"), ToggleRole(role_id), ButtonStyle.primary, emoji="🔔")
    return panel(text("role-button.text", role=f"<@&{role_id}>"), row(press))
