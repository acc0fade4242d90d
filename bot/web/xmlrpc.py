"""The update services' XML-RPC (weblogs.com, https://xmlrpc.com): read a call, write an answer.

A ping only says "look now", so that nothing but the method's name is read of it, by a regular
expression on bytes. No XML parser is involved that entities could exhaust, and a blog whose name is
written in an undeclared EUC-KR, which an XML parser must refuse, is understood.
"""

import re
from dataclasses import dataclass
from xmlrpc.client import Fault, dumps

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
    """The answer to a ping (weblogs.com: ``flerror`` false, and a message)."""
    return dumps(({"flerror": False, "message": text},), methodresponse=True).encode()


def fault(code: int, text: str) -> bytes:
    """The answer to anything else (xmlrpc.com/spec, "Fault example")."""
    return dumps(Fault(code, text), methodresponse=True).encode()
