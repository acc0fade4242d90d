"""What HTTP headers say about asking again: validators and freshness. Pure.

Every value comes from outside: what is too long, ill-formed or absurd counts as not said.
"""

import re
from collections.abc import Mapping

from bot.core.feed_state import Validators
from bot.core.retry import parse_http_date

LONGEST_VALIDATOR = 512
"""Characters. Real ETags have fewer than a hundred; they are stored and sent back verbatim."""

SETTLED = 2.0
"""Seconds from Last-Modified to Date after which the modification's second is surely over: dates
are whole seconds, and Date may be told a moment after the content was read."""

LONGEST_DIRECTIVES = 1024
LONGEST_WAIT = 10.0**9
"""Seconds: what a longer wait is read as. Whoever schedules has caps of its own."""

_PRINTABLE = re.compile(r"[\x20-\x7e]+")
_WAIT = re.compile(r"[0-9]{1,20}")
_CODING_SUFFIX = re.compile(r'(?:--?|;)(?:gzip|gz|deflate|br|zstd)(?="?$)')


def read_validators(headers: Mapping[str, str]) -> Validators:
    """The ETag and Last-Modified of an answer, each ``None`` where missing or unusable.

    Neither is kept of an answer that was changed in the very second in which it was made: a second
    change in that second would have the same date (RFC 9110, 8.8.2.2), and in WordPress, which
    makes its ETag of the date, the same ETag, and would be "not modified" for ever. The next
    request then asks unconditionally.
    """
    etag = headers.get("ETag", "").strip()
    modified = headers.get("Last-Modified", "").strip()
    if _is_too_fresh(modified, headers.get("Date", "").strip()):
        return Validators()
    return Validators(
        etag=etag if _is_sane(etag) else None,
        last_modified=modified if _is_sane(modified) and parse_http_date(modified) else None,
    )


def conditions(validators: Validators) -> tuple[Mapping[str, str], ...]:
    """The forms in which to ask conditionally, the one to try first in front. None without any.

    1. The ETag without ``W/`` and without the suffix of a content coding, beside the date.
       Leaving out ``W/`` changes nothing to a server that follows RFC 9110 (13.1.2 demands the
       weak comparison of 8.8.3.2, by which ``"x"`` and ``W/"x"`` match), and is what makes those
       match that compare strings, such as WordPress behind a proxy that compresses and so weakens
       its ETags. The suffix is Apache's (``-gzip``, DeflateAlterETag), Jetty's (``--gzip``) or
       LiteSpeed's (``;gz``): added on the way out, and by Apache never taken off on the way in,
       so that a compressed feed sent back as it came is "changed" for ever. A 304 to the bare tag
       is right for the coded body that we have: the coding is made from just that representation.
       The date stands beside it for WordPress, which wants both to match; others ignore it
       (RFC 9110, 13.1.3).
    2. Both verbatim: for a server whose own tags just look like that.
    3. The date alone: for a server whose ETags differ from machine to machine.

    A server that answers 200 with the very validators it was asked with did not recognise the
    form; ask in the next one then.
    """
    date = {"If-Modified-Since": validators.last_modified} if validators.last_modified else {}
    forms: list[Mapping[str, str]] = []
    if validators.etag:
        bare = _CODING_SUFFIX.sub("", validators.etag.removeprefix("W/"))
        forms = [{"If-None-Match": tag, **date} for tag in (bare, validators.etag)]
    if date:
        forms.append(date)
    return tuple(form for at, form in enumerate(forms) if form not in forms[:at])


def read_max_age(headers: Mapping[str, str]) -> float | None:
    """Seconds for which an answer stays fresh (RFC 9111, 4.2), its age in caches deducted."""
    said: dict[str, str] = {}
    for directive in headers.get("Cache-Control", "")[:LONGEST_DIRECTIVES].split(","):
        name, _, value = directive.strip().lower().partition("=")
        said.setdefault(name.strip(), value.strip().strip('"'))
    max_age = said.get("max-age", "")
    if "no-cache" in said or "no-store" in said or not _WAIT.fullmatch(max_age):
        return None
    age = headers.get("Age", "").strip()
    spent = float(age) if _WAIT.fullmatch(age) else 0.0
    return max(0.0, min(float(max_age), LONGEST_WAIT) - spent)


def _is_too_fresh(modified: str, answered: str) -> bool:
    changed, made = parse_http_date(modified), parse_http_date(answered)
    if changed is None or made is None:
        return False
    return 0 <= (made - changed).total_seconds() < SETTLED


def _is_sane(value: str) -> bool:
    return len(value) <= LONGEST_VALIDATOR and _PRINTABLE.fullmatch(value) is not None
