import gzip
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feed.decoding import PIECE, BadCodingError, BodyDecoder, TooLargeError

MIB = 2**20
TEXT = b"<rss>words, words</rss>" * 50


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


CODERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "identity": bytes,
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZip": gzip.compress,
    "deflate": zlib.compress,
}


def decode(encoding: str, data: bytes, *, limit: int = 10 * MIB, step: int = 1000) -> bytes:
    decoder = BodyDecoder(encoding, limit)
    body = b"".join(
        piece
        for start in range(0, len(data), step)
        for piece in decoder.feed(data[start : start + step])
    )
    decoder.finish()
    return body


@pytest.mark.parametrize("encoding", CODERS)
@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_each_coding_is_undone_in_any_portions(encoding: str, step: int) -> None:
    assert decode(encoding, CODERS[encoding](TEXT), step=step) == TEXT


@pytest.mark.parametrize("step", [1, 100_000])
def test_raw_deflate_is_understood(step: int) -> None:
    assert decode("deflate", raw_deflate(TEXT), step=step) == TEXT


@pytest.mark.parametrize("step", [1, 3, 100_000])
def test_a_gzip_stream_may_have_several_members(step: int) -> None:
    assert decode("gzip", gzip.compress(TEXT) + gzip.compress(b"more"), step=step) == TEXT + b"more"


@pytest.mark.parametrize("step", [1, 100_000])
def test_padding_behind_the_stream_is_ignored(step: int) -> None:
    assert decode("gzip", gzip.compress(TEXT) + b"\0" * 512, step=step) == TEXT
    assert decode("deflate", zlib.compress(TEXT) + b"rest", step=step) == TEXT


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_an_empty_body_is_empty(encoding: str) -> None:
    assert decode(encoding, b"") == b""


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("gzip", b"plain text under a wrong label"),
        ("gzip", gzip.compress(TEXT)[:-9]),
        ("deflate", zlib.compress(TEXT)[:-9]),
        ("gzip", gzip.compress(TEXT)[:-8] + b"\0" * 8),
        ("gzip", gzip.compress(b"") * 65),
    ],
    ids=["not gzip", "cut short", "deflate cut short", "wrong checksum", "too many members"],
)
def test_a_damaged_body_is_refused(encoding: str, data: bytes) -> None:
    with pytest.raises(BadCodingError):
        decode(encoding, data)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress", "\N{SNOWMAN}"])
def test_codings_that_were_not_asked_for_are_refused(encoding: str) -> None:
    with pytest.raises(BadCodingError, match=encoding):
        BodyDecoder(encoding, MIB)


@pytest.mark.parametrize("encoding", ["", "gzip", "deflate"])
def test_the_limit_is_exact(encoding: str) -> None:
    data = CODERS[encoding](b"x" * MIB)
    assert len(decode(encoding, data, limit=MIB)) == MIB
    with pytest.raises(TooLargeError):
        decode(encoding, data, limit=MIB - 1)


def test_a_bomb_is_put_out_piece_by_piece() -> None:
    bomb = gzip.compress(b"\0" * (8 * MIB)) * 8
    decoder = BodyDecoder("gzip", 10 * MIB)
    sizes: list[int] = []

    def swell() -> None:
        sizes.extend(len(piece) for piece in decoder.feed(bomb))

    with pytest.raises(TooLargeError):
        swell()
    assert max(sizes) <= PIECE
    assert sum(sizes) <= 10 * MIB


def test_input_that_decodes_to_nothing_is_bounded_too() -> None:
    decoder = BodyDecoder("gzip", 1000)
    with pytest.raises(TooLargeError):
        list(decoder.feed(b"\x1f" * 1001))


@given(st.sampled_from(["gzip", "deflate", ""]), st.binary(max_size=300), st.integers(1, 50))
def test_any_bytes_end_in_a_body_or_a_clear_error(encoding: str, data: bytes, step: int) -> None:
    try:
        body = decode(encoding, data, limit=2000, step=step)
    except (BadCodingError, TooLargeError):
        return
    assert len(body) <= 2000
