"""What came of an attempt to send, and what is written down for it."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import (
    Conclusion,
    Delivery,
    DeliveryState,
    Interview,
    StoredInterview,
    Subscription,
    TargetKind,
)
from bot.delivery.outcomes import (
    Failed,
    FailureKind,
    Outcome,
    Released,
    Sent,
    card_digest,
    conclude,
    hold_delay,
    must_search,
    probe_delay,
)
from bot.store import LeasedDelivery
from tests.clock import START

PENDING, LEASED, SENT, PARKED, ABANDONED = (
    DeliveryState.PENDING,
    DeliveryState.LEASED,
    DeliveryState.SENT,
    DeliveryState.PARKED,
    DeliveryState.ABANDONED,
)
OUTCOMES: dict[str, Outcome] = {
    "sent": Sent(77),
    "released": Released(5.0),
    **{kind.value: Failed(kind, "why") for kind in FailureKind},
}


INTERVIEW = StoredInterview(2, Interview("g", "https://kc.example/2/", "V1NO"), START)


def seconds_until(conclusion: Conclusion) -> float:
    assert conclusion.next_attempt_at is not None
    return (conclusion.next_attempt_at - START).total_seconds()


def row(attempts: int = 1) -> Delivery:
    return Delivery(1, 2, 3, LEASED, attempts, START, "n1", reason="before")


def leased(
    attempts: int = 1, kind: TargetKind = TargetKind.TEXT, probes: int | None = None
) -> LeasedDelivery:
    subscription = Subscription(3, 10, 100, None, 1, START, kind=kind)
    return LeasedDelivery(
        row(attempts), subscription, INTERVIEW, expired_lease=False, probes=probes
    )


@pytest.mark.parametrize(
    ("outcome", "state", "reason"),
    [
        ("sent", SENT, None),
        ("released", PENDING, "before"),
        ("lost", PENDING, "why"),
        ("limited", PENDING, "why"),
        ("shut-out", PENDING, "why"),
        ("unauthorized", PENDING, "why"),
        ("bug", PENDING, "why"),
        ("blocked", PARKED, "why"),
        ("rejected", ABANDONED, "why"),
        ("doubtful", ABANDONED, "why"),
    ],
)
def test_what_becomes_of_a_leased_row(
    outcome: str, state: DeliveryState, reason: str | None
) -> None:
    conclusion = conclude(leased(), OUTCOMES[outcome], START, random.Random(1))
    assert (conclusion.state, conclusion.reason) == (state, reason)
    assert (conclusion.next_attempt_at is not None) is (state in (PENDING, PARKED))


@pytest.mark.parametrize("found", [True, False])
def test_a_sent_message_is_concluded_with_where_and_how_it_stands(found: bool) -> None:
    sent = Sent(77, channel_id=9, plain=True, found=found)
    conclusion = conclude(leased(), sent, START, random.Random(1))
    assert (conclusion.message_id, conclusion.channel_id, conclusion.plain) == (77, 9, True)
    # What a message shows that was found is not known.
    assert conclusion.card_digest == (None if found else card_digest(INTERVIEW))


@pytest.mark.parametrize(
    ("kind", "probes", "least", "most"),
    [
        (TargetKind.TEXT, None, 300, 600),
        (TargetKind.TEXT, 0, 600, 1200),
        (TargetKind.TEXT, 99, 43_200, 86_400),
        (TargetKind.DIRECT, None, 3 * 3600, 6 * 3600),
        (TargetKind.DIRECT, 0, 6 * 3600, 12 * 3600),
        (TargetKind.DIRECT, 99, 302_400, 604_800),
    ],
)
def test_a_blocked_delivery_is_probed_more_and_more_rarely(
    kind: TargetKind, probes: int | None, least: int, most: int
) -> None:
    refused = Failed(FailureKind.BLOCKED, "why")
    waits = [
        conclude(leased(kind=kind, probes=probes), refused, START, random.Random(seed))
        for seed in range(50)
    ]
    seconds = [seconds_until(conclusion) for conclusion in waits]
    assert least <= min(seconds) < max(seconds) <= most


BEFORE = START - timedelta(hours=1)


@pytest.mark.parametrize(
    ("outcome", "before", "after"),
    [
        (Sent(77), BEFORE, None),
        (Released(5.0), None, None),
        (Released(5.0), BEFORE, BEFORE),
        (Failed(FailureKind.LOST, "why", maybe_sent=True), None, START),
        (Failed(FailureKind.LOST, "why", maybe_sent=True), BEFORE, BEFORE),
        (Failed(FailureKind.LOST, "why"), None, None),
        (Failed(FailureKind.LOST, "why"), BEFORE, BEFORE),
        (Failed(FailureKind.LIMITED, "why"), None, None),
        (Failed(FailureKind.BLOCKED, "why"), None, None),
        (Failed(FailureKind.BLOCKED, "why"), BEFORE, BEFORE),
        (Failed(FailureKind.DOUBTFUL, "why", maybe_sent=True), BEFORE, BEFORE),
    ],
)
def test_a_doubt_begins_with_the_lease_and_stays_until_it_is_cleared(
    outcome: Sent | Released | Failed, before: datetime | None, after: datetime | None
) -> None:
    held = replace(leased(), delivery=replace(row(), maybe_sent_at=before, leased_at=START))
    end = START + timedelta(seconds=90)
    assert conclude(held, outcome, end, random.Random(1)).maybe_sent_at == after


@pytest.mark.parametrize(
    ("age", "has_nonce", "search"),
    [
        (None, True, False),
        (None, False, False),
        (119, True, False),
        (120, True, True),
        (0, False, True),
        (119, False, True),
        (10**6, True, True),
    ],
)
def test_the_channel_is_searched_when_the_nonce_may_be_forgotten(
    age: int | None, has_nonce: bool, search: bool
) -> None:
    since = None if age is None else START - timedelta(seconds=age)
    doubtful = replace(row(), maybe_sent_at=since)
    assert must_search(doubtful, START, 120.0, has_nonce=has_nonce) is search


def test_probes_go_from_ten_minutes_to_a_day() -> None:
    delays = [[probe_delay(n, random.Random(seed)) for seed in range(50)] for n in (0, 1, 99)]
    assert 300 <= min(delays[0]) < max(delays[0]) <= 600
    assert 600 <= min(delays[1]) < max(delays[1]) <= 1200
    assert 43_200 <= min(delays[2]) < max(delays[2]) <= 86_400


def wait_of(failure: Failed, attempts: int = 1, seed: int = 1) -> float:
    conclusion = conclude(leased(attempts=attempts), failure, START, random.Random(seed))
    return seconds_until(conclusion)


@pytest.mark.parametrize(
    ("kind", "attempts", "least", "most"),
    [
        (FailureKind.LOST, 1, 0.25, 0.5),
        (FailureKind.LOST, 2, 0.5, 1),
        (FailureKind.LOST, 8, 32, 64),
        (FailureKind.LOST, 9, 64, 128),
        (FailureKind.LOST, 10**9, 150, 300),
        (FailureKind.LIMITED, 1, 0.25, 0.5),
        (FailureKind.BUG, 1, 0.25, 0.5),
        (FailureKind.BUG, 20, 1800, 3600),
    ],
)
def test_retries_back_off_with_jitter(
    kind: FailureKind, attempts: int, least: float, most: float
) -> None:
    waits = [wait_of(Failed(kind, "why"), attempts, seed) for seed in range(50)]
    assert least <= min(waits) < max(waits) <= most


def test_discords_own_wish_goes_before_ours_within_reason() -> None:
    assert wait_of(Failed(FailureKind.LIMITED, "why", retry_after=60.5)) == 60.5
    assert wait_of(Failed(FailureKind.LOST, "why", retry_after=0.001)) >= 0.25
    assert wait_of(Failed(FailureKind.LIMITED, "why", retry_after=1e12)) == 86_400


def test_a_released_row_waits_as_told() -> None:
    again = conclude(leased(), Released(5.0), START, random.Random(1)).next_attempt_at
    assert again == START + timedelta(seconds=5)


def test_holds_grow_up_to_an_hour_and_honour_discords_wish() -> None:
    refused = Failed(FailureKind.UNAUTHORIZED, "why")
    assert 15 <= hold_delay(refused, 1, random.Random(1)) <= 30
    assert 30 <= hold_delay(refused, 2, random.Random(1)) <= 60
    assert 1800 <= hold_delay(refused, 500, random.Random(1)) <= 3600
    banned = Failed(FailureKind.SHUT_OUT, "why", retry_after=7000)
    assert hold_delay(banned, 1, random.Random(1)) == 7000


@given(
    st.sampled_from(list(FailureKind)),
    st.one_of(st.none(), st.floats(0, 1e15)),
    st.integers(1, 10**12),
    st.integers(0, 100),
)
def test_a_wait_is_never_shorter_than_a_moment_and_never_longer_than_a_day(
    kind: FailureKind, retry_after: float | None, attempts: int, seed: int
) -> None:
    failure = Failed(kind, "why", retry_after)
    conclusion = conclude(leased(attempts=attempts), failure, START, random.Random(seed))
    if conclusion.state is PENDING:
        assert 0.25 <= seconds_until(conclusion) <= 86_400
