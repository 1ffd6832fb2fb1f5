"""The files that a broker reads: its properties, and how it writes its log."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from deploy.kafka.plan import ADMIN, Plan

HOST: Final = "127.0.0.1"
NODE: Final = "1"
MECHANISM: Final = "SCRAM-SHA-512"

SMALL: Final = {
    "node.id": NODE,
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "auto.create.topics.enable": "false",
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.num.partitions": "4",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "broker.session.timeout.ms": "3000",  # a killed broker that starts again waits for the end of its old session
    "broker.heartbeat.interval.ms": "500",
    "num.io.threads": "4",
    "num.network.threads": "2",
    "log.cleaner.dedupe.buffer.size": str(8 << 20),
}
"""One small node: nothing is replicated, and nothing waits for others."""

LOGGING: Final = """\
rootLogger.level = INFO
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d %p %m (%c)%n
logger.settings.name = org.apache.kafka.common.config
logger.settings.level = WARN
"""


def server_properties(plan: Plan, folder: Path, data: Path, more: Mapping[str, str]) -> str:
    """Text of `server.properties`; `more` wins over what is said here."""
    properties = SMALL | {
        "controller.quorum.voters": f"{NODE}@{HOST}:{plan.controller_port}",
        "log.dirs": str(data),
        **(_secure(plan, folder / "tls") if plan.secure else _plain(plan)),
        **more,
    }
    return "".join(f"{name}={value}\n" for name, value in properties.items())


def _plain(plan: Plan) -> dict[str, str]:
    return {
        "listeners": f"PLAINTEXT://{HOST}:{plan.port},CONTROLLER://{HOST}:{plan.controller_port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "PLAINTEXT",
    }


def _secure(plan: Plan, certificates: Path) -> dict[str, str]:
    """Users by SCRAM over TLS; the controller, which has no users, knows the broker by its certificate."""
    module = "org.apache.kafka.common.security.scram.ScramLoginModule"
    login = f'{module} required username="{ADMIN}" password="{plan.users[ADMIN]}";'
    return {
        "listeners": f"SASL_SSL://{HOST}:{plan.port},CONTROLLER://{HOST}:{plan.controller_port}",
        "listener.security.protocol.map": "SASL_SSL:SASL_SSL,CONTROLLER:SSL",
        "listener.name.controller.ssl.client.auth": "required",
        "inter.broker.listener.name": "SASL_SSL",
        "sasl.enabled.mechanisms": MECHANISM,
        "sasl.mechanism.inter.broker.protocol": MECHANISM,
        f"listener.name.sasl_ssl.{MECHANISM.lower()}.sasl.jaas.config": login,
        "ssl.keystore.type": "PKCS12",
        "ssl.keystore.location": str(certificates / "broker.p12"),
        "ssl.keystore.password": plan.store_password,
        "ssl.key.password": plan.store_password,
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(certificates / "ca.pem"),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:{ADMIN};User:CN=broker",
    }
