"""How an admin's choices change what they are setting up. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from bot.admins.subscriptions import SubscriptionEdits, edit_timetable
from bot.core.drafts import NO_LANGUAGE, Draft
from bot.core.errors import UserError
from bot.core.filters import TermSort, parse_filter
from bot.core.i18n import LOCALE
from bot.core.model import (
    ROLES_LIMIT,
    Doubt,
    Form,
    Frequency,
    QuietHours,
    Subscription,
    TargetKind,
    Topic,
)
from bot.core.targets import TargetOption
from bot.core.text_above import checked_text
from bot.core.timetable import parse_quiet
from bot.core.zones import find_zone

FormValue = str | Sequence[str]
FormValues = Mapping[str, FormValue]
"""What was filled into a form: texts, and lists of what was chosen, by the fields' names."""

NO_QUIET = ("", "off", "none")
"""What people type for no quiet hours."""

CHOSEN = ","
"""Parts what was chosen in a menu, among what was typed."""

_COLOUR = re.compile(r"#?([0-9a-fA-F]{6})")

_COLOURS: Mapping[str, int] = {
    "red": 0xE74C3C,
    "orange": 0xE67E22,
    "yellow": 0xF1C40F,
    "green": 0x2ECC71,
    "blue": 0x3498DB,
    "purple": 0x9B59B6,
    "pink": 0xFF7EB6,
    "white": 0xFFFFFF,
    "black": 0x000000,
}


_DRAFT = TypeAdapter(Draft)


def draft_as_json(draft: Draft) -> Any:
    return _DRAFT.dump_python(draft, mode="json")


def draft_of_json(data: Any) -> Draft:
    """
    Raises:
        UserError: it is of a version that this one doesn't understand.
    """
    try:
        return _DRAFT.validate_python(data)
    except ValidationError as error:
        raise UserError("error.setup.gone") from error


def with_channel(draft: Draft, channel_id: int, kind: TargetKind) -> Draft:
    """The draft of a new subscription, for this channel."""
    if draft.base is not None:
        return draft
    one = replace(draft.subscription, channel_id=channel_id, kind=kind, tag_id=None)
    return replace(draft, subscription=one)


def with_roles(draft: Draft, role_ids: Sequence[int]) -> Draft:
    """The draft with these roles pinged, at most ``ROLES_LIMIT``."""
    one = draft.subscription.with_roles(role_ids[:ROLES_LIMIT])
    return replace(draft, subscription=replace(one, role_lost=False))


def with_form(draft: Draft, form: str, values: FormValues, now: datetime) -> Draft:
    """The draft with what was filled into one of its forms.

    What can't be taken stays as it was; ``problem`` says why, and ``typed`` has the words, so that
    nobody has to type them again.
    """
    typed = {
        name: value if isinstance(value, str) else CHOSEN.join(value)
        for name, value in values.items()
    }
    clean = replace(draft, typed={}, problem=None)
    try:
        return _FORMS[form](clean, values, now)
    except UserError as error:
        shown = {name: str(value) for name, value in error.args_by_name.items()}
        return replace(clean, typed=typed, problem=(error.key, shown))
    except (KeyError, ValueError, IndexError, TypeError) as error:
        raise UserError("error.stale-button") from error


def _with_times(draft: Draft, values: FormValues, now: datetime) -> Draft:
    """
    Raises:
        UserError: the quiet hours can't be understood, or a digest's hour is within them.
    """
    del now
    frequency = Frequency(values["frequency"][0])
    words = str(values["quiet"]).strip()
    quiet: QuietHours | Literal["off"] = "off"
    if words.casefold() not in NO_QUIET:
        quiet = parse_quiet(words)
    edits = SubscriptionEdits(
        frequency=frequency,
        weekday=int(values["weekday"][0]) if frequency is Frequency.WEEKLY else None,
        hour=int(values["hour"][0]) if frequency is not Frequency.EACH else None,
        quiet=quiet,
    )
    timetable = edit_timetable(draft.subscription.timetable, edits)
    if not (0 <= timetable.weekday < 7 and 0 <= timetable.hour < 24):
        raise ValueError(timetable)
    return replace(draft, subscription=replace(draft.subscription, timetable=timetable))


def _with_filter(draft: Draft, values: FormValues, now: datetime) -> Draft:
    """
    Raises:
        UserError: see ``parse_filter``.
    """
    del now
    kinds = [f"kind:{Topic(value)}" for value in values["kinds"]]
    artists = [f'artist:"{name}"' for name in _parts(values["artists"])]
    words = [f'"{part}"' for part in _parts(values["words"])]
    without = []
    for part in _parts(values["without"]):
        name, _, value = part.replace("：", ":").partition(":")
        is_named = name.strip().casefold() in _NAMED and value.strip()
        without.append(f'-{name.strip()}:"{value.strip()}"' if is_named else f'-"{part}"')
    chosen = parse_filter(" ".join([*kinds, *artists, *words, *without]))
    return replace(draft, subscription=replace(draft.subscription, filter=str(chosen)))


_NAMED = (TermSort.KIND, TermSort.ARTIST)


def _parts(typed: FormValue) -> list[str]:
    """What is parted by commas or lines."""
    parts = re.split(r"[,\n、，]", str(typed).replace('"', " "))
    return [" ".join(part.split()) for part in parts if part.strip()]


def _with_look(draft: Draft, values: FormValues, now: datetime) -> Draft:
    """
    Raises:
        UserError: the colour is none, or see ``checked_text``.
    """
    del now
    chosen = values["switches"]
    style = replace(
        draft.subscription.style,
        form=Form(values["form"][0]),
        colour=_colour(str(values["colour"])),
        spoiler="spoiler" in chosen,
        silent="silent" in chosen,
        text_above=checked_text(str(values["above"])),
        language=_language(values["language"][0]),
    )
    return replace(draft, subscription=replace(draft.subscription, style=style))


def _language(chosen: str) -> str | None:
    if chosen == NO_LANGUAGE:
        return None
    if LOCALE.fullmatch(chosen) is None:
        raise ValueError(chosen)
    return chosen


def _colour(words: str) -> int | None:
    words = words.strip().casefold()
    if not words:
        return None
    match = _COLOUR.fullmatch(words)
    if match is None and words not in _COLOURS:
        raise UserError("error.setup.colour", typed=words)
    return int(match[1], 16) if match is not None else _COLOURS[words]


def _with_options(draft: Draft, values: FormValues, now: datetime) -> Draft:
    del now
    one, chosen = draft.subscription, values.get("switches", ())
    tag = next(iter(values.get("tag", ())), "0")
    after = replace(
        one,
        crosspost=TargetOption.CROSSPOST in chosen,
        discussion=TargetOption.DISCUSSION in chosen,
        tag_id=int(tag) or None,
    )
    return replace(draft, subscription=after)


def _with_settings(draft: Draft, values: FormValues, now: datetime) -> Draft:
    """
    Raises:
        UserError: there is no such time zone, or there are several.
    """
    words = str(values["zone"]).strip()
    zone = find_zone(words, now) if words else None
    settings = replace(draft.settings, time_zone=zone, doubt=Doubt(values["doubt"][0]))
    return replace(draft, settings=settings)


_FORMS = {
    "what": _with_filter,
    "when": _with_times,
    "look": _with_look,
    "after": _with_options,
    "server": _with_settings,
}


def merged(draft: Draft, stored: Subscription) -> Subscription:
    """The stored subscription with all that the draft chose; a digest has no discussion."""
    one = draft.subscription
    return replace(
        stored,
        role_id=one.role_id,
        more_role_ids=one.more_role_ids,
        role_lost=one.role_lost,
        timetable=one.timetable,
        style=one.style,
        crosspost=one.crosspost,
        discussion=one.discussion and not one.timetable.is_digest,
        tag_id=one.tag_id,
        kind=one.kind,
        mode=one.mode,
        webhook_id=None,
        filter=one.filter,
    )


def has_changed(base: Subscription | None, stored: Subscription | None) -> bool:
    """Whether somebody changed what admins choose since the draft began."""
    if base is None or stored is None:
        return base is not stored
    return replace(stored, state=base.state, reason=base.reason, kind=base.kind) != base
