import itertools
import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Delivery, DeliveryState
from bot.delivery.machine import (
    TRANSITIONS,
    Event,
    Failed,
    Kind,
    Released,
    Sent,
    conclude,
    hold,
    must_look,
    probe_delay,
    step,
)
from tests.clock import START

PENDING, LEASED, SENT, PARKED, ABANDONED, SUPERSEDED = (
    DeliveryState.PENDING,
    DeliveryState.LEASED,
    DeliveryState.SENT,
    DeliveryState.PARKED,
    DeliveryState.ABANDONED,
    DeliveryState.SUPERSEDED,
)
STAYS = None

# One line an event, one column a state: pending, leased, sent, parked, abandoned, superseded.
TABLE = {
    Event.LEASE: (LEASED, LEASED, STAYS, STAYS, STAYS, STAYS),
    Event.SENT: (STAYS, SENT, STAYS, STAYS, STAYS, STAYS),
    Event.RETRY: (STAYS, PENDING, STAYS, STAYS, STAYS, STAYS),
    Event.RELEASE: (STAYS, PENDING, STAYS, STAYS, STAYS, STAYS),
    Event.PARK: (PARKED, PARKED, STAYS, STAYS, STAYS, STAYS),
    Event.REJECT: (STAYS, ABANDONED, STAYS, STAYS, STAYS, STAYS),
    Event.REVIVE: (STAYS, STAYS, STAYS, PENDING, STAYS, STAYS),
    Event.END: (ABANDONED, STAYS, STAYS, ABANDONED, STAYS, STAYS),
    Event.WITHDRAW: (SUPERSEDED, STAYS, STAYS, SUPERSEDED, STAYS, STAYS),
}
STATES = (PENDING, LEASED, SENT, PARKED, ABANDONED, SUPERSEDED)
OUTCOMES = {
    "sent": Sent(77),
    "released": Released(5.0),
    **{kind.value: Failed(kind, "why") for kind in Kind},
}


def row(state=LEASED, attempts=1):
    return Delivery(1, 2, 3, state, attempts, START, "n1", reason="before")


@pytest.mark.parametrize(("event", "state"), list(itertools.product(Event, DeliveryState)))
def test_every_step(event, state):
    assert step(state, event) is TABLE[event][STATES.index(state)]


def test_the_table_knows_every_state_and_event():
    assert set(STATES) == set(DeliveryState)
    assert set(TABLE) == set(Event)
    assert len(TRANSITIONS) == sum(after is not None for line in TABLE.values() for after in line)


@pytest.mark.parametrize(("outcome", "state"), list(itertools.product(OUTCOMES, DeliveryState)))
def test_only_a_leased_row_is_concluded(outcome, state):
    conclusion = conclude(row(state), OUTCOMES[outcome], START, random.Random(1))
    assert (conclusion is None) is (state is not LEASED)


@pytest.mark.parametrize(
    ("outcome", "event", "state", "reason"),
    [
        ("sent", Event.SENT, SENT, None),
        ("released", Event.RELEASE, PENDING, "before"),
        ("lost", Event.RETRY, PENDING, "why"),
        ("limited", Event.RETRY, PENDING, "why"),
        ("shut-out", Event.RETRY, PENDING, "why"),
        ("unauthorized", Event.RETRY, PENDING, "why"),
        ("bug", Event.RETRY, PENDING, "why"),
        ("blocked", Event.PARK, PARKED, "why"),
        ("rejected", Event.REJECT, ABANDONED, "why"),
        ("doubtful", Event.REJECT, ABANDONED, "why"),
    ],
)
def test_what_becomes_of_a_leased_row(outcome, event, state, reason):
    conclusion = conclude(row(), OUTCOMES[outcome], START, random.Random(1))
    assert (conclusion.event, conclusion.state, conclusion.reason) == (event, state, reason)
    assert (conclusion.next_attempt_at is not None) is (state is PENDING)


BEFORE = START - timedelta(hours=1)


@pytest.mark.parametrize(
    ("outcome", "before", "after"),
    [
        (Sent(77), BEFORE, None),
        (Released(5.0), None, None),
        (Released(5.0), BEFORE, BEFORE),
        (Failed(Kind.LOST, "why", maybe_sent=True), None, START),
        (Failed(Kind.LOST, "why", maybe_sent=True), BEFORE, BEFORE),
        (Failed(Kind.LOST, "why"), None, None),
        (Failed(Kind.LOST, "why"), BEFORE, BEFORE),
        (Failed(Kind.LIMITED, "why"), None, None),
        (Failed(Kind.BLOCKED, "why"), None, None),
        (Failed(Kind.BLOCKED, "why"), BEFORE, BEFORE),
        (Failed(Kind.DOUBTFUL, "why", maybe_sent=True), BEFORE, BEFORE),
    ],
)
def test_a_doubt_begins_with_the_lease_and_stays_until_it_is_cleared(outcome, before, after):
    leased = replace(row(), maybe_sent_at=before, leased_at=START)
    end = START + timedelta(seconds=90)
    assert conclude(leased, outcome, end, random.Random(1)).maybe_sent_at == after


@pytest.mark.parametrize(
    ("age", "remembered", "look"),
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
def test_the_channel_is_searched_when_the_nonce_may_be_forgotten(age, remembered, look):
    since = None if age is None else START - timedelta(seconds=age)
    doubtful = replace(row(), maybe_sent_at=since)
    assert must_look(doubtful, START, 120.0, remembered=remembered) is look


def test_probes_go_from_ten_minutes_to_a_day():
    delays = [[probe_delay(n, random.Random(seed)) for seed in range(50)] for n in (0, 1, 99)]
    assert 300 <= min(delays[0]) < max(delays[0]) <= 600
    assert 600 <= min(delays[1]) < max(delays[1]) <= 1200
    assert 43_200 <= min(delays[2]) < max(delays[2]) <= 86_400


def wait_of(failure, attempts=1, seed=1):
    conclusion = conclude(row(attempts=attempts), failure, START, random.Random(seed))
    return (conclusion.next_attempt_at - START).total_seconds()


@pytest.mark.parametrize(
    ("kind", "attempts", "least", "most"),
    [
        (Kind.LOST, 1, 0.25, 0.5),
        (Kind.LOST, 2, 0.5, 1),
        (Kind.LOST, 8, 32, 64),
        (Kind.LOST, 9, 64, 128),
        (Kind.LOST, 10**9, 150, 300),
        (Kind.LIMITED, 1, 0.25, 0.5),
        (Kind.BUG, 1, 0.25, 0.5),
        (Kind.BUG, 20, 1800, 3600),
    ],
)
def test_retries_back_off_with_jitter(kind, attempts, least, most):
    waits = [wait_of(Failed(kind, "why"), attempts, seed) for seed in range(50)]
    assert least <= min(waits) < max(waits) <= most


def test_discords_own_wish_goes_before_ours_within_reason():
    assert wait_of(Failed(Kind.LIMITED, "why", retry_after=60.5)) == 60.5
    assert wait_of(Failed(Kind.LOST, "why", retry_after=0.001)) >= 0.25
    assert wait_of(Failed(Kind.LIMITED, "why", retry_after=1e12)) == 86_400


def test_a_released_row_waits_as_told():
    again = conclude(row(), Released(5.0), START, random.Random(1)).next_attempt_at
    assert again == START + timedelta(seconds=5)


@pytest.mark.parametrize("kind", list(Kind))
def test_only_what_concerns_everything_holds_everything(kind):
    held = hold(Failed(kind, "why"), 1, random.Random(1))
    assert (held > 0) is (kind in (Kind.SHUT_OUT, Kind.UNAUTHORIZED))


def test_holds_grow_up_to_an_hour_and_honour_discords_wish():
    refused = Failed(Kind.UNAUTHORIZED, "why")
    assert 15 <= hold(refused, 1, random.Random(1)) <= 30
    assert 30 <= hold(refused, 2, random.Random(1)) <= 60
    assert 1800 <= hold(refused, 500, random.Random(1)) <= 3600
    banned = Failed(Kind.SHUT_OUT, "why", retry_after=7000)
    assert hold(banned, 1, random.Random(1)) == 7000


@given(
    st.sampled_from(list(Kind)),
    st.one_of(st.none(), st.floats(0, 1e15)),
    st.integers(1, 10**12),
    st.integers(0, 100),
)
def test_a_wait_is_never_shorter_than_a_moment_and_never_longer_than_a_day(
    kind, retry_after, attempts, seed
):
    failure = Failed(kind, "why", retry_after)
    conclusion = conclude(row(attempts=attempts), failure, START, random.Random(seed))
    if conclusion.next_attempt_at is not None:
        assert 0.25 <= (conclusion.next_attempt_at - START).total_seconds() <= 86_400
