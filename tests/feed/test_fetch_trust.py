"""Whom the fetcher believes and with what: certificates, over real TLS, and credentials."""

import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import encode_basic_auth, web

from bot.core.errors import FetchError
from bot.core.i18n import load_messages
from bot.feed.fetch import open_fetcher
from tests.clock import FakeClock

Serve = Callable[..., Awaitable[str]]


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


CA_SETTINGS = """[ca]
default_ca = ours
[ours]
dir = .
new_certs_dir = .
database = index.txt
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
x509_extensions = signed
[any]
commonName = supplied
[signed]
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""
# What RFC 5280 asks of a certificate, Python 3.13 does, too.
CA_USAGE = "keyUsage=critical,keyCertSign,cRLSign"
DATES = {
    "good": ("20200101000000Z", "21000101000000Z"),
    "expired": ("20200101000000Z", "20210101000000Z"),
    "not yet valid": ("20900101000000Z", "21000101000000Z"),
}


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority of ours (``ca.pem``), and certificates and keys for localhost."""
    folder = tmp_path_factory.mktemp("certificates")
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    (folder / "ca.cnf").write_text(CA_SETTINGS)
    (folder / "index.txt").touch()
    openssl(
        folder, "req", "-x509", *new_key, "-days", "9", "-subj", "/CN=Test authority",
        "-addext", CA_USAGE,
        "-keyout", "ca.key", "-out", "ca.pem",
    )  # fmt: skip
    openssl(
        folder, "req", "-x509", *new_key, *names, "-days", "9",
        "-keyout", "self-signed.key", "-out", "self-signed.pem",
    )  # fmt: skip
    for name, (start, end) in DATES.items():
        openssl(folder, "req", *new_key, *names, "-keyout", f"{name}.key", "-out", "request")
        openssl(
            folder, "ca", "-batch", "-config", "ca.cnf", "-in", "request", "-out", f"{name}.pem",
            "-keyfile", "ca.key", "-cert", "ca.pem", "-startdate", start, "-enddate", end,
        )  # fmt: skip
        (folder / "index.txt").write_text("")
    return folder


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serves a handler, with a certificate where one is given; its address."""
    runners: list[web.AppRunner] = []

    async def start(handler: Any, context: ssl.SSLContext | None = None) -> str:
        app = web.Application()
        app.router.add_get("/feed/", handler)
        runner = web.AppRunner(app)
        await runner.setup()
        runners.append(runner)
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        scheme, port = "https" if context else "http", runner.addresses[0][1]
        return f"{scheme}://localhost:{port}/feed/"

    yield start
    for runner in runners:
        await runner.cleanup()


async def fine(_: web.Request) -> web.Response:
    return web.Response(text="<rss/>")


@pytest.mark.parametrize(
    ("certificate", "trusted", "host", "key", "words"),
    [
        ("good", True, "localhost", None, ""),
        ("expired", True, "localhost", "fetch.certificate-expired", "has expired"),
        ("not yet valid", True, "localhost", "fetch.certificate-not-yet-valid", "n't valid yet"),
        ("good", True, "127.0.0.1", "fetch.certificate-wrong-host", "for another name"),
        (
            "self-signed",
            True,
            "localhost",
            "fetch.certificate-self-signed",
            "signed its certificate itself",
        ),
        ("good", False, "localhost", "fetch.certificate-unknown-issuer", "doesn't know"),
    ],
)
async def test_what_is_wrong_with_a_certificate_and_what_to_do(
    certificates: Path,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
    certificate: str,
    trusted: bool,
    host: str,
    key: str | None,
    words: str,
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(
        certificates / f"{certificate}.pem", certificates / f"{certificate}.key"
    )
    authority = certificates / "ca.pem" if trusted else None
    client = ssl.create_default_context(cafile=authority)
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", client)
    url = (await serve(fine, context)).replace("localhost", host)
    async with open_fetcher(FakeClock(), user_agent="test") as fetcher:
        if key is None:
            assert (await fetcher.get(url)).body == b"<rss/>"
            return
        with pytest.raises(FetchError) as refused:
            await fetcher.get(url)
    assert refused.value.key == key
    sentence = refused.value.sentence(load_messages().text())
    assert host in sentence
    assert words in sentence
    assert str(refused.value) == sentence


async def test_an_addresss_credentials_go_with_each_request_to_its_origin(serve: Serve) -> None:
    seen: list[str | None] = []

    async def note(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization"))
        return web.Response(text="<rss/>")

    url, other = await serve(note), await serve(note)
    secret = url.replace("//", "//me:p%40ss@")
    async with open_fetcher(FakeClock(), user_agent="test", authorized=[secret, other]) as fetcher:
        fetched = await fetcher.get(url)
        await fetcher.get(url.replace("//", "//you:other@"))
        await fetcher.get(other)
    assert seen == [encode_basic_auth("me", "p@ss"), encode_basic_auth("you", "other"), None]
    assert fetched.url == url
