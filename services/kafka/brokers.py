"""Connections to the brokers of a cluster: a request in, an answer out, and errors that say what to do.

aiokafka's own clients hide why they cannot connect, so this goes to the connections that they are made of.
"""

import asyncio
import ssl
from collections.abc import Mapping
from typing import Any, Final

from aiokafka.conn import AIOKafkaConnection, collect_hosts
from aiokafka.errors import (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    IllegalSaslStateError,
    IncompatibleBrokerVersion,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
    for_code,
)
from aiokafka.protocol.api import Request

from services.kafka.connection import Connection
from services.kafka.errors import KafkaRefused, KafkaUnavailable

REQUEST_MILLISECONDS: Final = 10_000
CLOSE_SECONDS: Final = 1.0
NO_ERROR: Final = 0
NO_RIGHT: Final = {29, 30, 31, 53}
"""Codes of answers: the user has no right to this topic, group, cluster or transactional id."""
TRY_AGAIN: Final = {5, 6, 7, 9, 14, 15, 16, 41, 78}
"""No leader yet or any more, timed out, still loading."""
IDENTITY_ERRORS: Final = (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    IllegalSaslStateError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)


class Brokers:
    """Belongs to one event loop and one task at a time. After an error it may be asked again: it connects anew."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._arguments = connection.security_arguments()
        self._connected: dict[tuple[str, int], AIOKafkaConnection] = {}
        self.known: Mapping[int, tuple[str, int]] = {}
        """Host and port of the brokers by their ids, once the cluster has told."""

    async def ask(self, request: Request[Any], node: int | None = None) -> Any:
        """Sends a request to a broker, any one where none is named; raises `KafkaUnavailable`, `KafkaRefused`.

        Codes inside the answer are the caller's to look at: `require`.
        """
        try:
            connected = await (self._any() if node is None else self._named(node))
            return await connected.send(request)
        except (OSError, KafkaError, NotImplementedError) as error:
            raise self._explained(error) from error

    def require(self, code: int, what: str, message: str | None = None) -> None:
        """Raises what a code inside an answer means; `what` is what was asked for."""
        if code == NO_ERROR:
            return
        at, reason = self._connection.address, message or for_code(code).__name__
        if code in NO_RIGHT:
            user = self._connection.username or "an anonymous user"
            raise KafkaRefused(f"Kafka at {at} refuses {user} {what}: give it the right to that, see deploy/kafka/acls")
        if code in TRY_AGAIN:
            raise KafkaUnavailable(f"Kafka at {at} cannot give {what} now ({reason}): try again")
        raise KafkaRefused(f"Kafka at {at} refuses {what}: {reason}")

    async def close(self) -> None:
        """Ends the connections."""
        connected = list(self._connected.values())
        self._connected.clear()
        await _closed(*connected)

    async def _any(self) -> AIOKafkaConnection:
        for connected in self._connected.values():
            if connected.connected():
                return connected
        last: OSError | KafkaError | None = None
        for host, port, _ in collect_hosts(list(self._connection.servers)):
            try:
                return await self._connect(host, port)
            except (OSError, KafkaError) as error:
                last = error
        raise last or OSError("no servers are named")

    async def _named(self, node: int) -> AIOKafkaConnection:
        if node not in self.known:
            raise KafkaUnavailable(f"a partition at {self._connection.address} has no leader now: look at its brokers")
        return await self._connect(*self.known[node])

    async def _connect(self, host: str, port: int) -> AIOKafkaConnection:
        connected = self._connected.get((host, port))
        if connected is None or not connected.connected():
            connected = AIOKafkaConnection(host, port, request_timeout_ms=REQUEST_MILLISECONDS, **self._arguments)
            try:
                await connected.connect()
            except (KafkaError, TimeoutError):  # after the line was there, which is closing now
                await _closed(connected)
                raise
            self._connected[host, port] = connected
        return connected

    def _explained(self, error: Exception) -> KafkaUnavailable | KafkaRefused:
        at, protocol = self._connection.address, self._connection.security_protocol
        reason = _reason(error)
        if isinstance(error, IDENTITY_ERRORS):
            return KafkaRefused(
                f"Kafka at {at} refuses user {self._connection.username} over {protocol} ({reason}): check "
                "DUECOURSE_KAFKA_USERNAME, _PASSWORD, _SASL_MECHANISM and _SECURITY_PROTOCOL"
            )
        if isinstance(error, ssl.SSLCertVerificationError):
            return KafkaRefused(
                f"Kafka at {at} shows a certificate that is not trusted ({error.verify_message}): "
                "set DUECOURSE_KAFKA_CA_FILE to the PEM of who signed it"
            )
        if isinstance(error, IncompatibleBrokerVersion | NotImplementedError):
            return KafkaRefused(f"Kafka at {at} is too old ({reason}): upgrade it to 3.1 or newer")
        return KafkaUnavailable(
            f"Kafka at {at} does not answer over {protocol} ({reason}): "
            "check DUECOURSE_KAFKA, DUECOURSE_KAFKA_SECURITY_PROTOCOL and that a broker runs there"
        )


async def _closed(*connected: AIOKafkaConnection) -> None:
    """Until the other end has taken note, or for a moment: who leaves the event loop now leaves no socket open."""
    closing = [one.close() for one in connected]
    if closing:
        await asyncio.wait(closing, timeout=CLOSE_SECONDS)


def _reason(error: Exception) -> str:
    """What an error says, or its name where that is only the connection it happened on."""
    text = " ".join(str(error).split())
    return type(error).__name__ if not text or "<AIOKafkaConnection" in text else text
