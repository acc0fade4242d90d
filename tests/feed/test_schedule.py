import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feed.schedule import next_poll

seconds = st.one_of(st.none(), st.floats(min_value=0, max_value=1e12))
intervals = st.floats(min_value=1, max_value=86_400)
jitters = st.floats(min_value=0, max_value=1)


@pytest.mark.parametrize(
    ("site", "expected"),
    [
        ({}, 300),
        ({"max_age": 60}, 300),
        ({"max_age": 900}, 900),
        ({"max_age": 86_400}, 3600),
        ({"ttl": 1800}, 1800),
        ({"ttl": 86_400}, 3600),
        ({"retry_after": 7200}, 7200),
        ({"retry_after": 1e9}, 86_400),
        ({"retry_after": 400, "max_age": 500, "ttl": 600}, 600),
    ],
)
def test_after_an_answer_the_site_may_ask_for_more_time(
    site: dict[str, float], expected: int
) -> None:
    assert next_poll(300, failures=0, jitter=0.7, **site) == expected


@pytest.mark.parametrize(
    ("failures", "shortest", "longest"),
    [
        (1, 30, 60),
        (2, 60, 120),
        (3, 120, 240),
        (6, 960, 1920),
        (7, 1800, 3600),
        (8, 1800, 3600),
        (10**9, 1800, 3600),
    ],
)
def test_failures_double_the_wait_up_to_an_hour(failures: int, shortest: int, longest: int) -> None:
    assert next_poll(300, failures=failures, jitter=0.0) == shortest
    assert next_poll(300, failures=failures, jitter=1.0) == longest


def test_a_short_interval_backs_off_from_itself() -> None:
    assert next_poll(1, failures=1, jitter=1.0) == 1
    assert next_poll(1, failures=4, jitter=1.0) == 8


def test_a_failure_honours_retry_after() -> None:
    assert next_poll(300, failures=1, jitter=0.5, retry_after=600) == 600
    assert next_poll(300, failures=9, jitter=1.0, retry_after=600) == 3600


@given(intervals, st.integers(0, 10**12), jitters, seconds, seconds, seconds)
def test_never_sooner_than_half_the_first_retry_and_never_later_than_the_caps(
    interval: float,
    failures: int,
    jitter: float,
    retry_after: float | None,
    max_age: float | None,
    ttl: float | None,
) -> None:
    delay = next_poll(
        interval,
        failures=failures,
        jitter=jitter,
        retry_after=retry_after,
        max_age=max_age,
        ttl=ttl,
    )
    assert min(interval, 60) / 2 <= delay <= max(interval, 3600, min(retry_after or 0, 86_400))


@given(intervals, st.integers(1, 40), jitters)
def test_more_failures_never_shorten_the_longest_wait(
    interval: float, failures: int, jitter: float
) -> None:
    sooner = next_poll(interval, failures=failures, jitter=jitter)
    assert next_poll(interval, failures=failures + 1, jitter=jitter) >= sooner
