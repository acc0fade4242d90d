"""The update services' XML-RPC (weblogs.com, https://xmlrpc.com): read a call, write an answer.

A ping is only a hint, so nothing but the method's name is read, by a regular expression on bytes.
There is no XML parser that entities could blow up; and a blog whose name stands there in EUC-KR
without saying so, which a parser must refuse, is understood.
"""

import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

MAX_BODY = 64 * 1024
"""Bytes; WordPress's own ping has about 350."""

METHODS = frozenset({"weblogupdates.ping", "weblogupdates.extendedping"})
"""In lower case: services have always been called by either spelling."""

NOT_WELL_FORMED = -32700
NO_SUCH_METHOD = -32601
NOT_ALLOWED = -32600
"""Specification for Fault Code Interoperability (xmlrpc-epi), which WordPress uses as well."""

_CALL = re.compile(
    rb"<methodCall(?:\s[^<>]{0,200})?>\s{0,200}"
    rb"<methodName>\s{0,200}([A-Za-z0-9_.:/]{1,200})\s{0,200}</methodName>"
)
"""The characters that a name may have: xmlrpc.com/spec, "Payload format"."""

_DOCTYPE = re.compile(rb"(?i)<!(?:doctype|entity)")

_ANSWER = '<?xml version="1.0" encoding="UTF-8"?>\n<methodResponse>{inside}</methodResponse>\n'
_VALUE = (
    "<struct><member><name>{kind}</name><value>{value}</value></member>"
    "<member><name>{about}</name><value><string>{text}</string></value></member></struct>"
)


@dataclass(frozen=True, slots=True)
class Understood:
    """What a body says. ``fault`` is ``None`` for a ping; ``key`` names the sentence to answer."""

    key: str
    fault: int | None = None


def understand(body: bytes) -> Understood:
    """Any bytes at all: a ping, or what is wrong. Time is linear in their number."""
    if _DOCTYPE.search(body):
        return Understood("ping.doctype", NOT_ALLOWED)
    found = _CALL.search(body)
    if found is None:
        return Understood("ping.not-a-call", NOT_WELL_FORMED)
    if found[1].decode("ascii").lower() not in METHODS:
        return Understood("ping.other-method", NO_SUCH_METHOD)
    return Understood("ping.thanks")


def thanks(text: str) -> bytes:
    """The answer to a ping that was heard (weblogs.com: ``flerror`` false, and a message)."""
    value = _VALUE.format(
        kind="flerror", value="<boolean>0</boolean>", about="message", text=escape(text)
    )
    inside = f"<params><param><value>{value}</value></param></params>"
    return _ANSWER.format(inside=inside).encode()


def fault(code: int, text: str) -> bytes:
    """The answer to anything else (xmlrpc.com/spec, "Fault example")."""
    value = _VALUE.format(
        kind="faultCode", value=f"<int>{code}</int>", about="faultString", text=escape(text)
    )
    return _ANSWER.format(inside=f"<fault><value>{value}</value></fault>").encode()
