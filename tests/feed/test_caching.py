from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.feed_state import Validators
from bot.feed.caching import conditions, read_max_age, read_validators

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DATE = "Sun, 01 Mar 2026 11:00:00 GMT"


def at(seconds: int) -> str:
    return format_datetime(parsedate_to_datetime(DATE) + timedelta(seconds=seconds), usegmt=True)


def asked(form: Mapping[str, str]) -> tuple[str | None, str | None]:
    return form.get("If-None-Match"), form.get("If-Modified-Since")


@pytest.mark.parametrize(
    ("etag", "date", "forms"),
    [
        (None, None, []),
        ('"a"', None, [('"a"', None)]),
        ('"a"', DATE, [('"a"', DATE), (None, DATE)]),
        (None, DATE, [(None, DATE)]),
        ('"a-gzip"', DATE, [('"a"', DATE), ('"a-gzip"', DATE), (None, DATE)]),
        ('"a--gzip"', None, [('"a"', None), ('"a--gzip"', None)]),
        ('"a;gz"', None, [('"a"', None), ('"a;gz"', None)]),
        ('"a-br"', None, [('"a"', None), ('"a-br"', None)]),
        ('W/"a"', DATE, [('"a"', DATE), ('W/"a"', DATE), (None, DATE)]),
        ('W/"a-gzip"', None, [('"a"', None), ('W/"a-gzip"', None)]),
        ('"my-gzip-page"', None, [('"my-gzip-page"', None)]),
        ("unquoted-gzip", None, [("unquoted", None), ("unquoted-gzip", None)]),
    ],
)
def test_forms_of_asking(
    etag: str | None, date: str | None, forms: list[tuple[str | None, str | None]]
) -> None:
    assert [asked(form) for form in conditions(Validators(etag, date))] == forms


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, Validators()),
        ({"ETag": ' W/"x" ', "Last-Modified": DATE}, Validators('W/"x"', DATE)),
        ({"ETag": '"' + "x" * 600 + '"'}, Validators()),
        ({"ETag": '"caf\u00e9"'}, Validators()),
        ({"ETag": '"a\r\nX: y"'}, Validators()),
        ({"ETag": ""}, Validators()),
        ({"Last-Modified": "yesterday"}, Validators()),
        ({"ETag": '"a"', "Last-Modified": DATE, "Date": DATE}, Validators()),
        ({"ETag": '"a"', "Last-Modified": DATE, "Date": at(1)}, Validators()),
        ({"ETag": '"a"', "Last-Modified": DATE, "Date": at(2)}, Validators('"a"', DATE)),
        ({"ETag": '"a"', "Last-Modified": DATE, "Date": at(-1)}, Validators('"a"', DATE)),
        ({"ETag": '"a"', "Date": DATE}, Validators('"a"', None)),
        ({"ETag": '"a"', "Last-Modified": DATE, "Date": "now"}, Validators('"a"', DATE)),
        ({"Last-Modified": "Sun, 99 Foo 2026 25:61:00 GMT"}, Validators()),
    ],
)
def test_only_usable_validators_are_kept(headers: dict[str, str], expected: Validators) -> None:
    assert read_validators(headers) == expected


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Cache-Control": "public, max-age=600"}, 600),
        ({"Cache-Control": 'MAX-AGE="600"'}, 600),
        ({"Cache-Control": "max-age=600", "Age": "100"}, 500),
        ({"Cache-Control": "max-age=600", "Age": "1000"}, 0),
        ({"Cache-Control": "no-cache, max-age=600"}, None),
        ({"Cache-Control": "max-age=600, no-store"}, None),
        ({"Cache-Control": "max-age=-1"}, None),
        ({"Cache-Control": "s-maxage=600"}, None),
        ({"Cache-Control": "max-age=60, max-age=900"}, 60),
        ({"Cache-Control": "x," * 10_000 + "max-age=5"}, None),
    ],
)
def test_max_age(headers: dict[str, str], seconds: int | None) -> None:
    assert read_max_age(headers) == seconds


@given(
    st.dictionaries(
        st.sampled_from(["ETag", "Last-Modified", "Date", "Cache-Control", "Age"]),
        st.text(max_size=80),
    )
)
def test_any_headers_give_sane_values(headers: Mapping[str, str]) -> None:
    for form in conditions(read_validators(headers)):
        for value in form.values():
            assert value.isascii()
            assert value.isprintable()
    seconds = read_max_age(headers)
    assert seconds is None or 0 <= seconds <= 1e9
