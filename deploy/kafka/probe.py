"""Whether a broker answers: one round trip of ApiVersions, which it gives to anybody."""

import socket
import ssl
import struct
from pathlib import Path
from typing import Final

API_VERSIONS: Final = 18
CORRELATION: Final = 7
SECONDS: Final = 5.0


def answers(host: str, port: int, ca_file: Path | None = None) -> bool:
    """Whether somebody there speaks Kafka's protocol; over TLS where a CA is given."""
    client = b"duecourse"
    request = struct.pack(">hhih", API_VERSIONS, 0, CORRELATION, len(client)) + client
    try:
        with socket.create_connection((host, port), SECONDS) as plain:
            if ca_file is None:
                return _asked(plain, request)
            context = ssl.create_default_context(cafile=ca_file)
            with context.wrap_socket(plain, server_hostname=host) as encrypted:
                return _asked(encrypted, request)
    except OSError:
        return False


def _asked(connected: socket.socket, request: bytes) -> bool:
    connected.sendall(struct.pack(">i", len(request)) + request)
    with connected.makefile("rb") as answer:
        head = answer.read(10)
    return len(head) == 10 and struct.unpack(">iih", head)[1:] == (CORRELATION, 0)
