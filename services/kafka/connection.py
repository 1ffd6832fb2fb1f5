"""How a Kafka is reached: one frozen value, and the arguments of aiokafka's clients that follow from it."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.settings import SaslMechanism, SecurityProtocol, Settings, SettingsRefused


@dataclass(frozen=True)
class Connection:
    """`servers`: `host:port` each. `ca_file`: PEM of who signs the brokers' certificates; None: whom the system trusts.

    The password is left out of `repr`.
    """

    servers: tuple[str, ...]
    security_protocol: SecurityProtocol = "PLAINTEXT"
    sasl_mechanism: SaslMechanism = "SCRAM-SHA-512"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None

    @property
    def address(self) -> str:
        """The servers as they are written in settings."""
        return ",".join(self.servers)

    def client_arguments(self) -> dict[str, Any]:
        """Keyword arguments of every aiokafka client; raises `SettingsRefused` for a CA file that cannot be read."""
        return {"bootstrap_servers": list(self.servers), **self.security_arguments()}

    def security_arguments(self) -> dict[str, Any]:
        """Those of them that say how, and not where."""
        arguments: dict[str, Any] = {"security_protocol": self.security_protocol}
        if self.security_protocol.endswith("SSL"):
            arguments["ssl_context"] = self._ssl_context()
        if self.security_protocol.startswith("SASL"):
            arguments["sasl_mechanism"] = self.sasl_mechanism
            arguments["sasl_plain_username"] = self.username
            arguments["sasl_plain_password"] = self.password
        return arguments

    def _ssl_context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:  # an SSLError is one too
            reason = error.strerror or "holds no certificate"
            raise SettingsRefused(f"DUECOURSE_KAFKA_CA_FILE: {self.ca_file}: {reason}: name a PEM file") from None


def connection_of(settings: Settings) -> Connection:
    """The Kafka that the settings name; raises `SettingsRefused` where they name none, or no user to a SASL one."""
    servers = tuple(server.strip() for server in (settings.kafka or "").split(",") if server.strip())
    if not servers:
        raise SettingsRefused("no Kafka is named: pass --kafka HOST:PORT or set DUECOURSE_KAFKA")
    password = settings.kafka_password.get_secret_value() if settings.kafka_password else None
    if settings.kafka_security_protocol.startswith("SASL") and not (settings.kafka_username and password):
        raise SettingsRefused(
            f"DUECOURSE_KAFKA_SECURITY_PROTOCOL is {settings.kafka_security_protocol}: "
            "set DUECOURSE_KAFKA_USERNAME and DUECOURSE_KAFKA_PASSWORD too"
        )
    return Connection(
        servers,
        security_protocol=settings.kafka_security_protocol,
        sasl_mechanism=settings.kafka_sasl_mechanism,
        username=settings.kafka_username,
        password=password,
        ca_file=settings.kafka_ca_file,
    )
