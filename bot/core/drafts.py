"""What an admin is setting up: a subscription and the guild's settings as they will be."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.model import GuildSettings, Subscription

NO_LANGUAGE = "server"
"""Stands in a menu for the guild's own language."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A subscription and its guild's settings as they will be; ``channel_id`` is 0 until one is
    chosen.

    ``base`` and ``base_settings`` are what was stored when the draft began; of a new subscription
    there is no ``base``. ``typed`` is what was typed into a form and could not be taken, by its
    field, and ``problem`` the key and arguments of the sentence that says why.
    """

    subscription: Subscription
    settings: GuildSettings
    base: Subscription | None
    base_settings: GuildSettings
    typed: Mapping[str, str] = field(default_factory=dict)
    problem: tuple[str, Mapping[str, str]] | None = None

    @property
    def has_channel(self) -> bool:
        return self.subscription.channel_id != 0


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """A draft with its id."""

    id: int
    draft: Draft
