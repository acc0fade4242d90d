"""``understand``: the body of a ping."""

from collections.abc import Iterator

from bot.web.xmlrpc import NO_SUCH_METHOD, NOT_ALLOWED, NOT_WELL_FORMED, fault, thanks, understand
from fuzz.finding import require

WORDS = (
    "<methodCall>", "<methodName>", "weblogUpdates.ping", "weblogUpdates.extendedPing",
    "</methodName>", "<!DOCTYPE", "<!ENTITY", "<params><param><value><string>", "</methodCall>",
)  # fmt: skip

_KEYS = ("ping.doctype", "ping.not-a-call", "ping.other-method", "ping.thanks")
_FAULTS = (None, NO_SUCH_METHOD, NOT_ALLOWED, NOT_WELL_FORMED)


def check(data: bytes) -> None:
    understood = understand(data)
    require(understood.key in _KEYS, understood.key)
    require(understood.fault in _FAULTS, str(understood.fault))
    if understood.key == "ping.thanks":
        require(b"weblogupdates." in data.lower(), "a ping that says so")
    text = data.decode("utf-8", "replace")
    require(thanks(text).count(b"<string>") == 1, "one text in the answer")
    require(fault(NOT_ALLOWED, text).count(b"<fault>") == 1, "one fault in the answer")


def seeds() -> Iterator[bytes]:
    for method in ("weblogUpdates.ping", "weblogUpdates.extendedPing", "pingback.ping"):
        yield (
            f'<?xml version="1.0"?><methodCall><methodName>{method}</methodName><params><param>'
            "<value><string>KCrush</string></value></param></params></methodCall>"
        ).encode()
