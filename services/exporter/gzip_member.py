"""One gzip member out of pieces that were compressed apart, so that only what changed is compressed again.

A piece is raw deflate that ends at a byte (`Z_FULL_FLUSH`) and refers to nothing before it, so pieces may be joined in
any order. Several members would be simpler, but some readers, curl among them, stop after the first.
"""

import zlib
from collections.abc import Iterable
from typing import Final

LEVEL: Final = 1
_HEAD: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff"
"""Deflate, no name, no time, the fastest level, an unknown system (RFC 1952)."""
_LAST_BLOCK: Final = b"\x03\x00"
_SIZE_MODULUS: Final = 1 << 32


def deflated(data: bytes) -> bytes:
    """A piece."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)


def gzip_member(pieces: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The member whose content is that of the pieces, each given as it is and deflated."""
    parts, checksum, size = [_HEAD], 0, 0
    for plain, packed in pieces:
        parts.append(packed)
        checksum = zlib.crc32(plain, checksum)
        size += len(plain)
    end = checksum.to_bytes(4, "little") + (size % _SIZE_MODULUS).to_bytes(4, "little")
    return b"".join((*parts, _LAST_BLOCK, end))
