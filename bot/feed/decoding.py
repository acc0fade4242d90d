"""Content codings undone piece by piece, so that no answer grows beyond its bound."""

import zlib
from collections.abc import Iterator

PIECE = 256 * 1024
"""Bytes that one step decodes at most: about a millisecond of the event loop's time."""

MOST_MEMBERS = 64
"""Members of one gzip stream (RFC 1952, 2.2). Real answers have one."""

ACCEPT_ENCODING = "gzip, deflate"
"""What is asked for. Brotli and zstd have no bounded decoder in Python's own library."""


class TooLargeError(Exception):
    """The body, coded or decoded, is larger than the limit."""


class BadCodingError(Exception):
    """The body is not in the coding that the answer names, is cut short, or the coding is unknown.

    ``str()`` names the coding.
    """


class BodyDecoder:
    """Decodes one body of at most `limit` bytes, counted both as received and as decoded.

    `encoding` is the answer's Content-Encoding: nothing, ``identity``, ``gzip``, ``x-gzip`` or
    ``deflate`` (RFC 9110, 8.4.1), zlib-wrapped or, as some servers have it, raw. Codings on top
    of one another are refused: nobody sends them but to hide a bomb in a bomb.
    """

    def __init__(self, encoding: str, limit: int) -> None:
        self._encoding = encoding.strip().lower().removeprefix("x-")
        if self._encoding not in ("", "identity", "gzip", "deflate"):
            raise BadCodingError(encoding.strip()[:40])
        self._limit = limit
        self._received = 0
        self._decoded = 0
        self._members = 0
        self._inflater: zlib._Decompress | None = None

    def announce(self, length: int) -> None:
        """The answer says beforehand that it is `length` bytes long.

        Raises:
            TooLargeError: that is too much already.
        """
        if length > self._limit:
            raise TooLargeError

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The decoded pieces of some received bytes.

        Raises:
            TooLargeError: the limit is passed.
            BadCodingError: the bytes are not in the coding.
        """
        self._received += len(data)
        if self._received > self._limit:
            raise TooLargeError
        if self._encoding in ("", "identity"):
            self._decoded += len(data)
            yield data
            return
        try:
            for piece in self._inflate(data):
                self._decoded += len(piece)
                if self._decoded > self._limit:
                    raise TooLargeError
                yield piece
        except zlib.error:
            raise BadCodingError(self._encoding) from None

    def finish(self) -> None:
        """The body has ended.

        Raises:
            BadCodingError: it ended too early.
        """
        if self._inflater is not None and not self._inflater.eof:
            raise BadCodingError(self._encoding)

    def _inflate(self, data: bytes) -> Iterator[bytes]:
        while data:
            inflater = self._inflater
            if inflater is None or inflater.eof:
                if not self._begins_member(data):
                    return
                inflater = self._inflater = self._new_inflater(data)
            piece = inflater.decompress(data, PIECE)
            yield piece
            while not inflater.eof and (inflater.unconsumed_tail or len(piece) == PIECE):
                piece = inflater.decompress(inflater.unconsumed_tail, PIECE)
                yield piece
            data = inflater.unused_data

    def _begins_member(self, data: bytes) -> bool:
        """Whether more is to be decoded. After the first member only another gzip member counts;
        padding behind the stream is ignored, as browsers do."""
        return self._inflater is None or (self._encoding == "gzip" and data[:1] == b"\x1f")

    def _new_inflater(self, data: bytes) -> "zlib._Decompress":
        self._members += 1
        if self._members > MOST_MEMBERS:
            raise BadCodingError(self._encoding)
        if self._encoding == "gzip":
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        # RFC 1950, 2.2: the low four bits of a zlib stream's first byte are 8; a raw one's differ.
        wrapped = data[0] & 0x0F == 8
        return zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
