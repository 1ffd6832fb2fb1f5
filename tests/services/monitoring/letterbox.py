"""Where a test's Alertmanager sends: a webhook and a mail server on loopback that keep what comes."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Letterbox:
    """`posted` has the path and content of each webhook, in order."""

    posted: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    http_port: int = 0
    smtp_port: int = 0

    def at(self, path: str) -> list[dict[str, Any]]:
        """What came under a path."""
        return [content for place, content in self.posted if place == path]


@contextmanager
def letterbox() -> Iterator[Letterbox]:
    """Open until the end of the block."""
    box = Letterbox()
    with _listening(_web(box), ThreadingHTTPServer) as web, _listening(_mail(box), _MailServer) as mail:
        box.http_port, box.smtp_port = web, mail
        yield box


class _MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True


@contextmanager
def _listening(
    handler: type[socketserver.BaseRequestHandler], server_class: type[socketserver.TCPServer]
) -> Iterator[int]:
    with server_class(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def _web(box: Letterbox) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            box.posted.append((self.path, json.loads(content)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            """Says nothing."""

    return Handler


def _mail(box: Letterbox) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        """As much of SMTP as a sender without login needs."""

        def handle(self) -> None:
            self.wfile.write(b"220 letterbox\r\n")
            while line := self.rfile.readline().strip().upper():
                if line == b"DATA":
                    self._take()
                self.wfile.write(b"221 bye\r\n" if line == b"QUIT" else b"250 ok\r\n")
                if line == b"QUIT":
                    return

        def _take(self) -> None:
            self.wfile.write(b"354 go on\r\n")
            lines = iter(self.rfile.readline, b".\r\n")
            content = b"".join(line.removeprefix(b".") if line.startswith(b"..") else line for line in lines)
            message = message_from_bytes(content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            box.mails.append(message)

    return Handler
