"""A guild's settings as a small JSON file: written, read, and what importing one changes. Pure.

The file has no person in it. Its ids are those of one guild's channels, roles and tags.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from bot.admins.subscriptions import SubscriptionEdits, edit_timetable
from bot.core.errors import UserError
from bot.core.filters import parse_filter
from bot.core.i18n import LOCALE
from bot.core.model import (
    ROLES_LIMIT,
    Doubt,
    Form,
    Frequency,
    GuildSettings,
    Mode,
    QuietHours,
    Style,
    Subscription,
    TargetKind,
    Timetable,
)
from bot.core.regular_posts import RegularPost, RegularSort, RegularTimes
from bot.core.text_above import checked_text
from bot.ui.panel_regular import MOST_POSTS

VERSION = 1
LARGEST = 64 * 1024
"""Bytes of a file: some 150 subscriptions."""

SUBSCRIPTIONS_LIMIT = 100

Id = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,18}$")]
Minute = Annotated[int, Field(ge=0, lt=24 * 60, strict=True)]
Flag = Annotated[bool, Field(strict=True)]


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("no time zone of the IANA database")
    return name


def _known_filter(text: str) -> str:
    try:
        return str(parse_filter(text))
    except UserError as error:
        raise ValueError(str(error)) from error


def _checked_text(text: str) -> str:
    try:
        return checked_text(text)
    except UserError as error:
        raise ValueError(str(error)) from error


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class QuietFile(_Strict):
    """Quiet hours, in minutes of the local day; the two differ."""

    start: Minute
    until: Minute

    @model_validator(mode="after")
    def _differ(self) -> "QuietFile":
        if self.start == self.until:
            raise ValueError("quiet hours that begin when they end")
        return self


class SubscriptionFile(_Strict):
    """One channel's announcements."""

    channel: Id
    roles: Annotated[tuple[Id, ...], Field(max_length=ROLES_LIMIT)] = ()
    frequency: Frequency = Frequency.EACH
    weekday: Annotated[int, Field(ge=0, le=6, strict=True)] = 0
    hour: Annotated[int, Field(ge=0, le=23, strict=True)] = 18
    quiet: QuietFile | None = None
    form: Form = Form.FULL
    colour: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")] | None = None
    spoiler: Flag = False
    silent: Flag = False
    crosspost: Flag = False
    discussion: Flag = False
    tag: Id | None = None
    filter: Annotated[str, AfterValidator(_known_filter)] = ""
    text_above: Annotated[str, AfterValidator(_checked_text)] = ""
    language: Annotated[str, StringConstraints(pattern=f"^{LOCALE.pattern}$")] | None = None


class RegularPostFile(_Strict):
    """A regular post of a channel; without a weekday it comes every day."""

    channel: Id
    sort: RegularSort
    hour: Annotated[int, Field(ge=0, le=23, strict=True)]
    weekday: Annotated[int, Field(ge=0, le=6, strict=True)] | None = None
    language: Annotated[str, StringConstraints(pattern=f"^{LOCALE.pattern}$")] | None = None


class GuildFile(_Strict):
    """All that admins chose in a guild. ``kcrush`` is the version of the file's form."""

    kcrush: Literal[1] = 1
    time_zone: Annotated[str, AfterValidator(_known_zone)] | None = None
    doubt: Doubt = Doubt.RATHER_ONCE
    subscriptions: Annotated[
        tuple[SubscriptionFile, ...], Field(max_length=SUBSCRIPTIONS_LIMIT)
    ] = ()
    regular: Annotated[tuple[RegularPostFile, ...], Field(max_length=MOST_POSTS)] = ()

    @model_validator(mode="after")
    def _once(self) -> "GuildFile":
        if len({(one.channel, one.sort) for one in self.regular}) != len(self.regular):
            raise ValueError("a channel has two regular posts of one sort")
        channels = [(one.channel, one.filter) for one in self.subscriptions]
        if len(set(channels)) != len(channels):
            raise ValueError("a channel stands there twice with one filter")
        return self


def write_file(
    settings: GuildSettings, subscriptions: list[Subscription], posts: Sequence[RegularPost] = ()
) -> bytes:
    """The settings as a file; without channels whose announcements Discord carries."""
    posted = [one for one in subscriptions if one.mode is Mode.POST]
    file = GuildFile(
        time_zone=settings.time_zone,
        doubt=settings.doubt,
        subscriptions=tuple(_as_file(one) for one in posted[:SUBSCRIPTIONS_LIMIT]),
        regular=tuple(
            RegularPostFile(
                channel=str(one.subscription.channel_id),
                sort=one.sort,
                hour=one.times.hour,
                weekday=one.times.weekday,
                language=one.subscription.style.language,
            )
            for one in posts[:MOST_POSTS]
        ),
    )
    return file.model_dump_json(indent=1).encode()


def _as_file(one: Subscription) -> SubscriptionFile:
    times, quiet, style = one.timetable, one.timetable.quiet, one.style
    return SubscriptionFile(
        channel=str(one.channel_id),
        roles=tuple(map(str, one.role_ids)),
        frequency=times.frequency,
        weekday=times.weekday,
        hour=times.hour,
        quiet=QuietFile(start=quiet.start, until=quiet.until) if quiet else None,
        form=style.form,
        colour=None if style.colour is None else f"#{style.colour:06X}",
        spoiler=style.spoiler,
        silent=style.silent,
        crosspost=one.crosspost,
        discussion=one.discussion,
        tag=None if one.tag_id is None else str(one.tag_id),
        filter=one.filter,
        text_above=style.text_above,
        language=style.language,
    )


def read_file(data: bytes) -> GuildFile:
    """
    Raises:
        UserError: it is too big, of another version, or no such file; where and why.
    """
    if len(data) > LARGEST:
        raise UserError("error.import.too-big", limit=LARGEST // 1024)
    try:
        return GuildFile.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        where, value = ".".join(map(str, first["loc"])), first["input"]
        if not where:
            raise UserError("error.import.not-ours") from error
        if where == "kcrush":
            raise UserError("error.import.version", version=VERSION) from error
        if isinstance(value, str | int | float | bool):
            where = f"{where}: {value}"
        raise UserError("error.import.unreadable", where=where) from error


def imported(one: SubscriptionFile, stored: Subscription, kind: TargetKind) -> Subscription:
    """The subscription as the file has it; what the file does not name stays.

    Raises:
        UserError: the hour of a digest is within the quiet hours.
    """
    quiet = QuietHours(one.quiet.start, one.quiet.until) if one.quiet else None
    timetable = Timetable(one.frequency, one.weekday, one.hour, quiet)
    edit_timetable(timetable, SubscriptionEdits())
    colour = None if one.colour is None else int(one.colour[1:], 16)
    after = replace(
        stored,
        role_lost=False,
        timetable=timetable,
        style=Style(
            one.form, colour, one.spoiler, one.silent, one.text_above, language=one.language
        ),
        crosspost=one.crosspost,
        discussion=one.discussion and not timetable.is_digest,
        tag_id=None if one.tag is None else int(one.tag),
        kind=kind,
        filter=one.filter,
    )
    return after.with_roles(map(int, one.roles))


def imported_post(
    one: RegularPostFile, stored: RegularPost | None, place: Subscription, now: datetime
) -> RegularPost:
    """The post as the file has it; `stored` itself, where that is so, and else in its `place`."""
    times = RegularTimes(one.hour, one.weekday)
    kept = stored.subscription if stored is not None else place
    planned = RegularPost(
        replace(kept, style=replace(kept.style, language=one.language)), one.sort, times, now
    )
    same = stored is not None and replace(planned, since=stored.since) == stored
    return stored if stored is not None and same else planned


def imported_settings(file: GuildFile, stored: GuildSettings) -> GuildSettings:
    """The guild's settings as the file has them."""
    return replace(stored, time_zone=file.time_zone, doubt=file.doubt)
