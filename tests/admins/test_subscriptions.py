"""What admins' edits make of a subscription, without Discord and without the store."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from discord import Permissions

from bot.admins.subscriptions import (
    SubscriptionEdits,
    can_ping,
    edit_subscription,
    edit_timetable,
)
from bot.core.errors import UserError
from bot.core.model import Frequency, Mode, QuietHours, Subscription, TargetKind, Timetable

EACH, DAILY, WEEKLY = Frequency
NIGHT = QuietHours(22 * 60, 8 * 60)
ONE = Subscription(1, 2, 3, 4, 5, datetime(2026, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("permissions", "mentionable", "pinged"),
    [
        (Permissions.none(), True, True),
        (Permissions(mention_everyone=True), False, True),
        (Permissions(send_messages=True), False, False),
    ],
)
def test_whether_a_mention_reaches_a_role(
    permissions: Permissions, mentionable: bool, pinged: bool
) -> None:
    assert can_ping(permissions, role_is_mentionable=mentionable) is pinged


@pytest.mark.parametrize(
    ("before", "edits", "after"),
    [
        (Timetable(), SubscriptionEdits(), Timetable()),
        (Timetable(), SubscriptionEdits(frequency=DAILY), Timetable(DAILY)),
        (
            Timetable(),
            SubscriptionEdits(frequency=WEEKLY, weekday=4, hour=9),
            Timetable(WEEKLY, 4, 9),
        ),
        (Timetable(WEEKLY, 4, 9), SubscriptionEdits(hour=7), Timetable(WEEKLY, 4, 7)),
        (Timetable(WEEKLY, 4, 9), SubscriptionEdits(frequency=EACH), Timetable(EACH, 4, 9)),
        (Timetable(), SubscriptionEdits(quiet=NIGHT), Timetable(quiet=NIGHT)),
        (
            Timetable(DAILY, quiet=NIGHT),
            SubscriptionEdits(hour=8),
            Timetable(DAILY, hour=8, quiet=NIGHT),
        ),
        (
            Timetable(DAILY, quiet=NIGHT),
            SubscriptionEdits(quiet="off", hour=3),
            Timetable(DAILY, 0, 3),
        ),
        (Timetable(hour=3), SubscriptionEdits(quiet=NIGHT), Timetable(hour=3, quiet=NIGHT)),
    ],
)
def test_what_is_named_changes_and_the_rest_stays(
    before: Timetable, edits: SubscriptionEdits, after: Timetable
) -> None:
    assert edit_timetable(before, edits) == after


@pytest.mark.parametrize(
    ("before", "edits"),
    [
        (Timetable(), SubscriptionEdits(frequency=DAILY, hour=22, quiet=NIGHT)),
        (Timetable(WEEKLY, hour=7), SubscriptionEdits(quiet=NIGHT)),
        (Timetable(hour=0, quiet=NIGHT), SubscriptionEdits(frequency=WEEKLY)),
    ],
)
def test_a_digest_within_the_quiet_hours_is_refused(
    before: Timetable, edits: SubscriptionEdits
) -> None:
    with pytest.raises(UserError, check=lambda error: error.key == "error.digest-in-quiet-hours"):
        edit_timetable(before, edits)


@pytest.mark.parametrize(
    ("edits", "after"),
    [
        (SubscriptionEdits(hour=9), Timetable(DAILY, hour=9)),
        (SubscriptionEdits(weekday=4), Timetable(WEEKLY, 4)),
        (SubscriptionEdits(weekday=4, hour=9), Timetable(WEEKLY, 4, 9)),
    ],
)
def test_an_hour_or_a_day_says_what_a_new_subscription_is_like(
    edits: SubscriptionEdits, after: Timetable
) -> None:
    assert edit_timetable(Timetable(), edits, is_new=True) == after
    assert edit_subscription(replace(ONE, id=0), edits).timetable == after
    following = replace(ONE, mode=Mode.FOLLOW, webhook_id=9)
    assert edit_subscription(following, edits) == replace(ONE, timetable=after)


ROLE = "error.role-and-no-role()"
DISCUSSION = "error.discussion-in-digest()"
DAY = "error.day-without-weekly()"
HOUR = "error.hour-without-digest()"


@pytest.mark.parametrize(
    ("before", "edits", "error"),
    [
        (Timetable(), SubscriptionEdits(role_id=5, no_role=True), ROLE),
        (Timetable(), SubscriptionEdits(frequency=EACH, weekday=3), DAY),
        (Timetable(), SubscriptionEdits(frequency=DAILY, weekday=3), DAY),
        (Timetable(WEEKLY), SubscriptionEdits(frequency=DAILY, weekday=3), DAY),
        (Timetable(DAILY), SubscriptionEdits(weekday=3), DAY),
        (Timetable(), SubscriptionEdits(weekday=3), DAY),
        (Timetable(), SubscriptionEdits(frequency=EACH, hour=9), HOUR),
        (Timetable(), SubscriptionEdits(hour=9), HOUR),
        (Timetable(WEEKLY), SubscriptionEdits(frequency=EACH, hour=9), HOUR),
        (Timetable(DAILY), SubscriptionEdits(discussion=True), DISCUSSION),
        (
            Timetable(),
            SubscriptionEdits(frequency=WEEKLY, discussion=True),
            DISCUSSION,
        ),
    ],
)
def test_options_that_contradict_each_other_are_refused_by_name(
    before: Timetable, edits: SubscriptionEdits, error: str
) -> None:
    with pytest.raises(UserError) as refused:
        edit_subscription(replace(ONE, timetable=before), edits)
    assert f"{refused.value.key}({_arguments(refused.value)})" == error


def _arguments(error: UserError) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in error.args_by_name.items())


def test_what_was_chosen_before_contradicts_nothing() -> None:
    talking = replace(ONE, discussion=True)
    assert edit_subscription(talking, SubscriptionEdits(frequency=DAILY)).discussion
    weekly = replace(ONE, timetable=Timetable(WEEKLY, 4, 9))
    each = edit_subscription(weekly, SubscriptionEdits(frequency=EACH))
    assert each.timetable == Timetable(EACH, 4, 9)


def test_a_subscription_keeps_what_is_not_named() -> None:
    changed = edit_subscription(
        ONE, SubscriptionEdits(crosspost=True, discussion=True, kind=TargetKind.ANNOUNCEMENT)
    )
    assert (changed.role_id, changed.crosspost, changed.discussion) == (4, True, True)
    again = edit_subscription(changed, SubscriptionEdits(no_role=True, crosspost=False))
    assert (again.role_id, again.crosspost, again.discussion) == (None, False, True)
    assert again.kind is TargetKind.ANNOUNCEMENT
    assert edit_subscription(again, SubscriptionEdits()) == again
