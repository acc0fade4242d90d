"""What a failed request means to a person."""

import os

import aiohttp
import yarl

from bot.core.errors import FetchError

LONGEST_SHOWN = 200
"""Characters of a URL or of a foreign error that are part of a sentence for a person."""

# The codes are OpenSSL's X509_V_ERR_ (X509_STORE_CTX_get_error(3)).
_CERTIFICATE_KEYS = {
    9: "fetch.certificate-not-yet-valid",
    10: "fetch.certificate-expired",
    18: "fetch.certificate-self-signed",
    19: "fetch.certificate-self-signed",
    20: "fetch.certificate-unknown-issuer",
    21: "fetch.certificate-unknown-issuer",
    62: "fetch.certificate-wrong-host",
    64: "fetch.certificate-wrong-host",
}


def fetch_error(error: Exception, url: yarl.URL, connect_timeout: float) -> FetchError:
    """What went wrong between here and the site, and what to do."""
    if isinstance(error, aiohttp.ClientProxyConnectionError | aiohttp.ClientHttpProxyError):
        return FetchError("fetch.proxy", problem=_problem(error))
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return FetchError("fetch.no-host", host=shortened(url.host or ""))
    if isinstance(error, aiohttp.ServerTimeoutError):
        return FetchError("fetch.too-slow", seconds=int(connect_timeout))
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return certificate_error(error)
    if isinstance(error, aiohttp.ClientSSLError):
        return FetchError("fetch.insecure", problem=_problem(error))
    return FetchError("fetch.unreachable", problem=_problem(error))


def certificate_error(error: aiohttp.ClientConnectorCertificateError) -> FetchError:
    """What is wrong with a host's certificate, and what to do."""
    cause = error.certificate_error
    key = _CERTIFICATE_KEYS.get(getattr(cause, "verify_code", 0), "fetch.insecure")
    problem = getattr(cause, "verify_message", "") or str(cause)
    return FetchError(key, host=shortened(error.host), problem=shortened(problem))


def shortened(text: str) -> str:
    """The text, made printable, at most ``LONGEST_SHOWN`` characters of it."""
    printable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return printable if len(printable) <= LONGEST_SHOWN else printable[: LONGEST_SHOWN - 1] + "…"


def _problem(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return shortened(f"{error.status} {error.message}")
    inner = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    number = getattr(inner, "errno", None)
    # asyncio words its own message around the address, and leaves out what went wrong.
    words = os.strerror(number) if isinstance(number, int) and number > 0 else str(inner)
    return shortened(" ".join(words.split()) or type(inner).__name__)
