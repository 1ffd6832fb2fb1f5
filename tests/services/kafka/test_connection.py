"""How Kafka is reached, from the settings."""

from pathlib import Path

import pytest

from services.kafka.connection import Connection, connection_of
from services.settings import SettingsRefused, load_settings

SECURE = {
    "DUECOURSE_KAFKA": "k1:9093, k2:9093",
    "DUECOURSE_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
    "DUECOURSE_KAFKA_USERNAME": "worker",
    "DUECOURSE_KAFKA_PASSWORD": "s3cret",
}


def connection(environment: dict[str, str]) -> Connection:
    return connection_of(load_settings({}, environment))


def test_the_servers_alone_are_enough_for_a_kafka_that_asks_nobody() -> None:
    found = connection({"DUECOURSE_KAFKA": "localhost:9092"})
    assert found == Connection(("localhost:9092",))
    assert found.client_arguments() == {"bootstrap_servers": ["localhost:9092"], "security_protocol": "PLAINTEXT"}


def test_a_user_is_proved_over_an_encrypted_line_whose_other_end_is_checked() -> None:
    found = connection(SECURE)
    arguments = found.client_arguments()
    context = arguments.pop("ssl_context")
    assert (context.check_hostname, context.verify_mode.name) == (True, "CERT_REQUIRED")
    assert arguments == {
        "bootstrap_servers": ["k1:9093", "k2:9093"],
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "worker",
        "sasl_plain_password": "s3cret",
    }
    assert found.address == "k1:9093,k2:9093"


def test_the_password_is_not_printed_with_the_connection() -> None:
    assert "s3cret" not in repr(connection(SECURE))


@pytest.mark.parametrize("missing", ["DUECOURSE_KAFKA_USERNAME", "DUECOURSE_KAFKA_PASSWORD"])
def test_a_user_without_name_or_password_is_refused(missing: str) -> None:
    with pytest.raises(SettingsRefused, match=missing):
        connection({name: value for name, value in SECURE.items() if name != missing})


@pytest.mark.parametrize("servers", ["", " , "])
def test_no_kafka_is_refused_with_the_way_to_name_one(servers: str) -> None:
    with pytest.raises(SettingsRefused, match="--kafka HOST:PORT"):
        connection({"DUECOURSE_KAFKA": servers})


def test_a_ca_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    missing, empty = tmp_path / "missing.pem", tmp_path / "empty.pem"
    empty.write_text("")
    for path in (missing, empty):
        found = connection(SECURE | {"DUECOURSE_KAFKA_CA_FILE": str(path)})
        with pytest.raises(SettingsRefused, match=f"DUECOURSE_KAFKA_CA_FILE: {path}"):
            found.client_arguments()
