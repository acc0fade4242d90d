"""What makes two entries the same interview, and what makes an interview another than before."""

import hashlib
import re
import string
from dataclasses import fields
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

import orjson

from bot.core.model import Interview

# Longer addresses are refused by common servers and would not fit Discord's link buttons
# (Discord docs, Button: url is at most 512 characters).
URL_LIMIT = 2000

_DEFAULT_PORTS = {"http": 80, "https": 443}
# Parameters that tell who sent the reader, never what is read.
_TRACKING = re.compile(
    r"(?i)^(?:utm_\w+|fbclid|gclid|dclid|msclkid|yclid|igshid|igsh|mc_[ce]id|_ga|ref_src|_hs\w+)$"
)
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f\\<>\"`{}|^\ud800-\udfff]")
# urlsplit looks past these at either end, and a browser does (URL standard, 4.4).
_AROUND = "".join(map(chr, range(0x21)))
_PATH_SAFE = "/:@!$&'()*+,;=~-._%"
_UNREAD = frozenset({"guid", "updated_at", "transcript", "warnings"})
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(string.ascii_letters + string.digits + "-._~")


def web_url(url: str, base: str = "") -> str:
    """`url` made absolute against `base`; "" unless that is an http or https address with a host.

    Never raises. Blanks around it are dropped; characters that no URL may hold (RFC 3986) are
    percent-encoded, so the result is safe inside markdown and headers.
    """
    url = url.strip().strip(_AROUND).replace("\n", "").replace("\r", "").replace("\t", "")
    if not url or len(url) > URL_LIMIT:
        return ""
    try:
        joined = urljoin(base, url) if base else url
        parts = urlsplit(joined)
        if parts.scheme.lower() not in _DEFAULT_PORTS or not parts.hostname:
            return ""
        _ = parts.port
    except ValueError:
        return ""
    encoded = _UNSAFE.sub(lambda match: quote(match[0], errors="replace"), joined)
    return encoded if len(encoded) <= URL_LIMIT else ""


@lru_cache(maxsize=1024)
def canonical_url(url: str) -> str:
    """The one spelling of an article's address: what is stored, compared and linked.

    Scheme and host in lower case, no default port, no user, no fragment, no tracking parameters,
    percent-encoding in one form. Scheme, path and trailing slash stay, for the site may tell them
    apart; ``url_key`` does not. "" for anything but an http(s) address.
    """
    url = web_url(url)
    if not url:
        return ""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".").lower()
    if ":" in host:
        host = f"[{host}]"
    scheme = parts.scheme.lower()
    if parts.port is not None and parts.port != _DEFAULT_PORTS[scheme]:
        host = f"{host}:{parts.port}"
    path = _recode(parts.path) or "/"
    pairs = parse_qsl(parts.query, keep_blank_values=True, errors="replace")
    query = urlencode([pair for pair in pairs if not _TRACKING.match(pair[0])], errors="replace")
    return urlunsplit((scheme, host, path, query, ""))


@lru_cache(maxsize=1024)
def url_key(url: str) -> str:
    """What http and https, ``www.`` and trailing-slash spellings of one article have in common.

    For comparing only; it is no address. "" for anything but an http(s) address.
    """
    canonical = canonical_url(url)
    if not canonical:
        return ""
    parts = urlsplit(canonical)
    host = parts.netloc.removeprefix("www.")
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{parts.path.rstrip('/')}{query}"


def have_same_host(url: str, other: str) -> bool:
    """Whether two addresses have the same host and port, as they are written."""
    return urlsplit(url).netloc.rpartition("@")[2] == urlsplit(other).netloc.rpartition("@")[2]


def digest(interview: Interview) -> str:
    """64 hex digits (SHA-256) that change when anything changes that a person reads.

    ``guid``, ``updated_at`` and the operator's warnings are left out: a post saved again without an
    edit is the same post, and feeds tell no time of modification.
    """
    values = [
        [getattr(part, field.name) for field in fields(part) if field.name not in _UNREAD]
        for part in (interview, interview.transcript)
    ]
    return hashlib.sha256(orjson.dumps([*values[0], *values[1]])).hexdigest()


def _recode(path: str) -> str:
    """Percent-encoding in one form: Hangul slugs come raw, in lower case and in upper case."""
    encoded = quote(path, safe=_PATH_SAFE, errors="replace")
    return _ESCAPE.sub(_plain_or_upper, encoded)


def _plain_or_upper(escape: re.Match[str]) -> str:
    """RFC 3986, 6.2.2: unreserved characters stand for themselves, other escapes in upper case."""
    character = chr(int(escape[1], 16))
    return character if character in _UNRESERVED else escape[0].upper()
